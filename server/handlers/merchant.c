/* SPDX-License-Identifier: Apache-2.0 */
/* merchant.ask: what the shop's own server knows of the customer. */
#include "server/merchant.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/reply.h"

static void handle_reply(void *arg, struct vt_str reply)
{
    struct vt_reply_to *to = arg;
    vt_reply_raw(to, reply);
    free(to);
}

int vt_on_merchant_ask(struct vt_request *rq)
{
    const struct vt_msg_merchant_ask *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    struct vt_t_profile profile;
    vt_profile_read(conv, &rq->app->arena, &profile);
    /* Nobody is asked about whom a page alone has named: anybody could be named by it. */
    if (!profile.customer.verified || vt_practice_is(conv)) {
        const struct vt_rep_merchant_ask rep = { .state = VT_MERCHANT_STATE_UNVERIFIED };
        return vt_reply_now(rq, NULL, &rep);
    }
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    const struct vt_merchant_question question = { .site = vt_str(conv->site),
                                                   .conv = vt_str(conv->conv),
                                                   .sub = profile.customer.id,
                                                   .what = msg->what,
                                                   .fresh = msg->has_fresh && msg->fresh };
    if (vt_merchant_look(rq->app->deps.merchant, &question, handle_reply, to) == VT_OK)
        return VT_OK;
    rq->peer->requests_open--;
    free(to);
    return VT_ERR_OVERLOADED;
}
