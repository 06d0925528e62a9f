/* SPDX-License-Identifier: Apache-2.0 */
/* Invitations: the rules by which a page asks whether somebody would like help, as its browser gets them, and
 * how often each was shown, accepted and closed. No customer is in it: numbers by site, rule and day.
 *
 * Which rule fits is decided in the browser (web/widget/src/invite-rules.ts): nobody here learns what a page
 * sees before its customer has acted. Counts lie in memory for some seconds; a crash loses those. Loop thread
 * only. */
#ifndef VT_INVITATIONS_H
#define VT_INVITATIONS_H

#include "server/app.h"
#include "server/store/invitations.h"

struct vt_invitations;

struct vt_invitations *vt_invitations_create(struct vt_app *app); /* NULL: no memory. `app` is borrowed */
/* Writes what is counted. Before the store closes; the memory goes with vt_invitations_destroy, after it has.
 */
void vt_invitations_close(struct vt_invitations *invitations);
void vt_invitations_destroy(struct vt_invitations *invitations);

/* {"perDay":3,"rules":[…]}: an invitation is a prompt, so at most as many a day as the site lets be asked
 * (settings.attention); those of this language that may be shown now, in their order. None in the site's
 * quiet hours (settings.attention), and none that wants somebody to be there while nobody is. */
void vt_invitations_write(struct vt_app *app, const struct vt_site *site, struct vt_str lang,
                          struct vt_buf *out);
bool vt_invitations_has(const struct vt_site *site, struct vt_str rule);
/* False: no such rule. */
bool vt_invitations_count(struct vt_invitations *invitations, const struct vt_site *site, struct vt_str rule,
                          enum vt_invitation_event event);

#endif
