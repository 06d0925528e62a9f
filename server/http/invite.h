/* SPDX-License-Identifier: Apache-2.0 */
/* What a page asks before its customer has acted, where the shop's tag says data-invite: GET
 * /v1/invite?site=&lang=, the rules that may be shown now, and POST /v1/invite "key rule
 * shown|accepted|closed", what became of one.
 *
 * Without cookie, token or socket; the answer is the same for everybody and may be kept for a minute. The
 * file is named by the site and not by its hash: a hash would stand in the shop's tag, to be changed with
 * each rule, and whether somebody is there changes by the minute. */
#ifndef VT_HTTP_INVITE_H
#define VT_HTTP_INVITE_H

#include "server/http/http.h"

struct vt_app;
struct vt_invitations;
struct vt_net;
struct vt_http_invite;

struct vt_http_invite_deps { /* borrowed, alive until vt_http_invite_destroy */
    struct vt_net *net;
    struct vt_app *app;
    struct vt_invitations *invitations;
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_http_invite *vt_http_invite_mount(const struct vt_http_invite_deps *deps);
void vt_http_invite_destroy(struct vt_http_invite *invite);

#endif
