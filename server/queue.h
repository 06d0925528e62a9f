/* SPDX-License-Identifier: Apache-2.0 */
/* Queue: customers waiting per site and queue, as customers and staff see it.
 *
 * Order and admission are coord's; here are positions, the honest estimate and the rows of the
 * consoles' lists. */
#ifndef VT_QUEUE_H
#define VT_QUEUE_H

#include "server/conversation.h"

enum { VT_QUEUE_KEY_TEXT = 160 };
/* A line's name in coord: "site/queue". */
void vt_queue_key(char ret[VT_QUEUE_KEY_TEXT], const char *site, const char *queue);

/* Puts the conversation into its session's queue by joining time; done(arg, VT_OK or VT_ERR_FULL). */
int vt_queue_enter(struct vt_conversation *conv, vt_coord_done_fn *done, void *arg);
/* Out of the line; claim cards go. Harmless when it is in none. */
void vt_queue_leave(struct vt_conversation *conv);
/* The customer's place, counted among those in memory when the line has not answered yet. */
uint32_t vt_queue_place(const struct vt_conversation *conv);
/* An associate took one: measures what the customer was told. */
void vt_queue_accepted(struct vt_conversation *conv);
/* Places of this queue may have moved, or somebody may be asked: looked up and told within a second. */
void vt_queue_moved(struct vt_app *app, const char *site, const char *queue);
void vt_queue_moved_all(struct vt_app *app, const char *site);
/* How many wait, as the line was seen last. */
uint32_t vt_queue_waiting(struct vt_app *app, const char *site, const char *queue);
/* Seconds from and to, for this one at `position` of its own line: queue_forecast.h. Those who came earlier
 * and wait in other lines of the same people are before it too. */
void vt_queue_estimate(const struct vt_conversation *conv, uint32_t position, uint32_t ret_eta[2]);
void vt_queue_sweep(struct vt_app *app);
void vt_queue_finish(struct vt_app *app);

/* The conversation as a row of the lists; told to every console of the site on every node. */
void vt_queue_row(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_queue_row *ret);
void vt_queue_row_changed(struct vt_conversation *conv);
/* It is about to go to another queue: out of the lists of this one. */
void vt_queue_row_gone(struct vt_conversation *conv);

#endif
