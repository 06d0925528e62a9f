/* SPDX-License-Identifier: Apache-2.0 */
/* Queue forecast: what a site's associates do now and what things took lately, as the wait of who asks.
 *
 * A queue has the places of all who may serve it, and shares them with the other queues of those people: of
 * the others' lines as many count as will take its places. Known absences count: who is busy or off by
 * choice, or lost for good, has no place to give; who has just lost the line may be back or not. What things
 * take is one memory for a site. What was told on joining is measured when somebody takes the customer. Loop
 * thread only. */
#ifndef VT_QUEUE_FORECAST_H
#define VT_QUEUE_FORECAST_H

#include "server/conversation.h"

/* Seconds, from and to, for who asks in `queue` and has `before` others before them. */
void vt_queue_forecast(struct vt_app *app, const char *site, const char *queue, size_t before,
                       uint32_t ret_eta[2]);
/* Of those who wait in `other`, how many will take a place of this queue's people: 0 to 1. */
double vt_queue_forecast_share(struct vt_app *app, const char *site, const char *queue, const char *other);
/* Somebody came, went, took or ended one: the next answer is made anew. */
void vt_queue_forecast_changed(struct vt_app *app, const char *site);
/* An associate takes this one, for the first time or again. */
void vt_queue_forecast_measure(const struct vt_conversation *conv);
/* From the first card to the answer, and from then to the end. */
void vt_queue_forecast_picked(struct vt_app *app, const char *site, int64_t took_ms);
void vt_queue_forecast_served(struct vt_app *app, const char *site, int64_t took_ms);
void vt_queue_forecast_finish(struct vt_app *app);

#endif
