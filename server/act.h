/* SPDX-License-Identifier: Apache-2.0 */
/* Acts: what an associate wants done on the customer's page, or a customer through us, asked of the page and
 * answered by it.
 *
 * The question goes to the socket the customer has at that moment, and only there; it is never said again. No
 * answer in time, a customer who leaves, a consent that ends: it was not done. What became of it is a record
 * of the audit log, without its content. Loop thread only. */
#ifndef VT_ACT_H
#define VT_ACT_H

#include "server/reply.h"

/* Into the bag: 10 s for the page, and before it 20 for the customer where somebody else asks. */
enum {
    VT_ACT_MS = 3000,
    VT_ACT_PUSH_MS = 10000,
    VT_ACT_CART_MS = 10000,
    VT_ACT_OFFER_MS = 30000,
    VT_ACTS_OPEN = 8
};

/* Asks the page for what `rq` says. The answer is the reply; of class D it is a row of the thread
 * first, and the same cid gets the same answer. VT_OK: it will be answered; or an error for dispatch. */
int vt_act_start(struct vt_request *rq, int64_t wait_ms);
/* The customer's page has answered. An unknown number is one that was given up. */
void vt_act_answer(struct vt_member *member, const struct vt_msg_answer *msg);
/* What needs one of these capabilities is given up. */
void vt_acts_stop(struct vt_conversation *conv, uint8_t bits);
/* The member goes. */
void vt_acts_left(const struct vt_member *member);
void vt_acts_sweep(struct vt_conversation *conv, int64_t now_ms);
void vt_acts_finish(struct vt_conversation *conv);

#endif
