/* SPDX-License-Identifier: Apache-2.0 */
/* Queue: customers waiting per site and queue, as customers and staff see it.
 *
 * Order and admission are coord's; here are positions, the honest estimate and the rows of the
 * consoles' lists. Estimate (scale-out.md 7): position x EWMA of the interval between the last
 * accepts, as a range. */
#ifndef VT_QUEUE_H
#define VT_QUEUE_H

#include "server/conversation.h"

/* Puts the conversation into its session's queue by joining time; done(arg, VT_OK or VT_ERR_QUEUE_FULL). */
int vt_queue_enter(struct vt_conversation *conv, vt_coord_done_fn *done, void *arg);
void vt_queue_leave(struct vt_conversation *conv);
/* The customer's place, counted among those in memory when the line has not answered yet. */
uint32_t vt_queue_place(const struct vt_conversation *conv);
/* An associate took one: feeds the estimate. */
void vt_queue_accepted(struct vt_conversation *conv);
/* Places of this queue may have moved: looked up and told within a second. */
void vt_queue_moved(struct vt_app *app, const char *site, const char *queue);
void vt_queue_estimate(struct vt_app *app, const char *site, const char *queue, uint32_t position,
                       uint32_t ret_eta[2]);
void vt_queue_sweep(struct vt_app *app);
void vt_queue_finish(struct vt_app *app);

/* The conversation as a row of the lists; published to every console of the site on every node. */
void vt_queue_row(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_queue_row *ret);
void vt_queue_row_changed(struct vt_conversation *conv);
/* The bus' topic "queue": subscribed once by app.c. */
void vt_queue_on_bus(void *app, struct vt_str bytes);
/* Whether somebody of the site is there to answer; told to its customers when it changes. */
void vt_queue_status(struct vt_peer *customer);
void vt_queue_status_changed(struct vt_app *app, const char *site);

#endif
