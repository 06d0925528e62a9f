/* SPDX-License-Identifier: Apache-2.0 */
/* Queue status: whether somebody answers, by opening hours and by who is there, told to every open page when
 * it changes; and which queue a customer who asks belongs to. */
#ifndef VT_QUEUE_STATUS_H
#define VT_QUEUE_STATUS_H

#include "server/peer.h"
#include "server/settings.h"

struct vt_site; /* site.h */

/* The hours' timer and the ear for changed settings. VT_OK or VT_ERR_FULL. */
int vt_queue_status_start(struct vt_app *app);
void vt_queue_status_finish(struct vt_app *app);
/* The best of the site's queues: whether somebody could answer now. */
enum vt_queue_state vt_queue_status_best(struct vt_app *app, const struct vt_site *site);
/* To one customer, as it stands. */
void vt_queue_status(struct vt_peer *customer);
/* Something it depends on may have changed: told to the site's customers if it did. */
void vt_queue_status_changed(struct vt_app *app, const char *site);

/* The queue of this customer: the one named, or of that department; else any that speaks the language, open
 * ones first. NULL and when it opens (0: not known) when all that fit are closed. A name nobody knows is a
 * page's old link: the customer is not sent away for it. */
const struct vt_setting_queue *vt_queue_choose(const struct vt_settings *settings, struct vt_str name,
                                               struct vt_str lang, int64_t now_ms, int64_t *ret_open_ms);

#endif
