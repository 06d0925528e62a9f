/* SPDX-License-Identifier: Apache-2.0 */
/* cart.*: the bag of the customer's page, which owns it. */
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/act.h"
#include "server/base/err.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"

enum { CART_BYTES = 16384 };

int vt_on_cart_now(struct vt_request *rq)
{
    struct vt_conversation *conv = rq->member->conv;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(CART_BYTES);
    /* As with the pages they look at: who wants no trail has no bag watched either. */
    if (conv->consents.state[VT_CAPABILITY_TRAIL] == VT_CONSENT_WORD_REJECTED)
        return VT_OK;
    if (vt_encode_body(&json, &vt_shape_cart, rq->env->msg) != VT_OK)
        return VT_ERR_TOO_LARGE;
    if (conv->cart && strcmp(conv->cart, vt_buf_cstr(&json)) == 0)
        return VT_OK; /* a reconnect says it again */
    char *copy = strdup(vt_buf_cstr(&json));
    if (!copy)
        return VT_ERR_OVERLOADED;
    free(conv->cart);
    conv->cart = copy;
    vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_CART_NOW, .by = "c", .d = rq->env->msg });
    return VT_OK;
}

/* Customers have pressed the button themselves; on anybody else's word they are asked first. */
static int64_t wait_of(const struct vt_request *rq)
{
    return rq->peer->role == VT_ROLE_CUSTOMER ? VT_ACT_CART_MS : VT_ACT_OFFER_MS;
}

int vt_on_cart_add(struct vt_request *rq)
{
    return vt_act_start(rq, wait_of(rq));
}

int vt_on_cart_update(struct vt_request *rq)
{
    return vt_act_start(rq, wait_of(rq));
}
