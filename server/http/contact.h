/* SPDX-License-Identifier: Apache-2.0 */
/* A message left by plain HTTPS: POST /api/v1/contact, for a customer whose network lets no WebSocket
 * through.
 *
 * Public, so bounded: from a page of the site only, so many by address and by site in a while. The request
 * names itself by a UUID, and what it makes follows from that: sent twice, it is one message. Nothing of the
 * text is logged. */
#ifndef VT_HTTP_CONTACT_H
#define VT_HTTP_CONTACT_H

#include "server/http/http.h"

struct vt_app;
struct vt_net;
struct vt_http_contact;

struct vt_http_contact_deps { /* borrowed, alive until vt_http_contact_destroy */
    struct vt_net *net;
    struct vt_app *app;
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_http_contact *vt_http_contact_mount(const struct vt_http_contact_deps *deps);
void vt_http_contact_destroy(struct vt_http_contact *contact);

#endif
