/* SPDX-License-Identifier: Apache-2.0 */
/* helper.set: the customer's word on whether the automatic helper speaks. */
#include "server/answer.h"
#include "server/guide_run.h"
#include "server/handlers/handlers.h"

static const void *handle_set(const struct vt_committed *done, void *state)
{
    const bool *on = state;
    if (done->fresh && done->conv)
        vt_guide_set(done->conv, *on, done->cs);
    return NULL;
}

int vt_on_helper_set(struct vt_request *rq)
{
    const struct vt_msg_helper_set *msg = rq->env->msg;
    struct vt_thread_row row = { .op = VT_OP_HELPER_SET, .by = "c", .cid = rq->env->cid, .d = msg };
    return vt_answer_row(rq, &row, handle_set, &msg->on, sizeof(msg->on));
}
