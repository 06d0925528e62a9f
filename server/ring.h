/* SPDX-License-Identifier: Apache-2.0 */
/* Ring: asking associates to take who waits, in widening circles.
 *
 * First whom the customer knows from before, then the queue's groups one after the other, then everybody
 * of the site; of each of these first those who speak the customer's language, for half of its time. A circle
 * where nobody is free is left out. Each card has a countdown; declined, run out or
 * its holder's line dead, it is gone and somebody else may be asked, at the customer's old place. Whom
 * somebody is asked for goes by who waits longest, whatever the line; coord has the last word. When everybody
 * has been asked for long enough the customer is told so, once, and may leave a message; the ring goes round
 * again meanwhile. */
#ifndef VT_RING_H
#define VT_RING_H

#include "server/conversation.h"
#include "server/presence.h"
#include "server/settings.h"

enum { VT_RING_ASKS = 64 };

/* All who wait, of every line of the site, who waits longest first: whoever may be asked for them is. */
void vt_ring_site(struct vt_app *app, const char *site);
/* Cards that have run out, circles whose time is over: once a second. */
void vt_ring_sweep(struct vt_conversation *conv, int64_t now_ms);
/* VT_OK, or VT_ERR_CLAIM_GONE: not asked, or no more. */
int vt_ring_decline(struct vt_conversation *conv, const char *person);
/* Somebody has the customer; or the customer has gone: every card goes. */
void vt_ring_end(struct vt_conversation *conv, enum vt_claim_why why);
/* This person is asked for nobody any more; all may be asked again later. */
void vt_ring_drop_person(struct vt_app *app, const struct vt_staff *staff);
/* The cards of this person, to a window that has just come. */
void vt_ring_show(struct vt_peer *peer);
/* How many hold a card now. */
uint32_t vt_ring_asked(const struct vt_conversation *conv);
bool vt_ring_is_in(const struct vt_texts *group, const struct vt_staff *staff);

#endif
