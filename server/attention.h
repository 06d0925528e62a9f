/* SPDX-License-Identifier: Apache-2.0 */
/* Attention: how much is put before a customer who has not answered.
 *
 * Three kinds count: pictures (and films), pushes (pieces put into the view or sent as cards), prompts (what
 * wants an answer: choices, forms, offers, and what the page is asked to do). Each has a limit of the site
 * for what waits unanswered and one for the day; whatever the customer does about it frees the first. Beside
 * them stand "pause pictures", which is the customer's alone, and the site's quiet hours, in which nothing
 * unasked goes to whoever is not here. The limits bind staff and whoever speaks for the site, never the
 * customer.
 *
 * The counts lie in the conversation, are kept in its profile, and are told to staff with each change. Loop
 * thread only. */
#ifndef VT_ATTENTION_H
#define VT_ATTENTION_H

#include "protocol/c/messages.h"
#include "server/reply.h"

enum vt_attention_kind { VT_ATTENTION_PICTURE, VT_ATTENTION_PUSH, VT_ATTENTION_PROMPT, VT_ATTENTION_NONE };

/* A loaded profile's counts. */
void vt_attention_load(struct vt_conversation *conv, const struct vt_t_profile *profile);

/* Whether a request may put this before the customer now. VT_OK, or VT_ERR_ATTENTION_* with what frees it. */
int vt_attention_gate(struct vt_request *rq);
/* The request was taken: it counts, or it is the customer's answer. */
void vt_attention_taken(const struct vt_request *rq);

/* A request that was taken has failed after all. */
void vt_attention_failed(const struct vt_reply_to *to);

/* The same for whoever speaks without a request. VT_OK or VT_ERR_ATTENTION_*; ret_error (may be NULL) gets
 * the sentence. */
int vt_attention_may(struct vt_conversation *conv, enum vt_attention_kind kind, struct vt_error *ret_error);
void vt_attention_put(struct vt_conversation *conv, enum vt_attention_kind kind);
/* The same before there was a conversation, and answered: it counts for the day alone. */
void vt_attention_had(struct vt_conversation *conv, enum vt_attention_kind kind);
/* The customer did something that shows they have seen it. */
void vt_attention_answered(struct vt_conversation *conv);

/* Pictures are paused, or no longer; kept. VT_OK or an error of vt_profile_write. */
int vt_attention_calm(struct vt_conversation *conv, bool on);
/* How it stands, to one of the staff. */
void vt_attention_tell(struct vt_member *member);

#endif
