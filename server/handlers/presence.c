/* SPDX-License-Identifier: Apache-2.0 */
/* presence.set: whether somebody of the shop takes customers, and how many. */
#include "server/presence.h"

#include "server/handlers/handlers.h"

int vt_on_presence_set(struct vt_request *rq)
{
    const struct vt_msg_presence_set *msg = rq->env->msg;
    struct vt_staff *staff = vt_presence_find(rq->app, rq->peer->person);
    if (!staff)
        return VT_ERR_OVERLOADED;
    if (msg->has_mode || msg->has_cap)
        vt_presence_choose(rq->app, staff, msg->has_mode ? msg->mode : staff->chosen,
                           msg->has_cap ? msg->cap : 0);
    struct vt_rep_presence_set rep = { .mode = vt_presence_mode(rq->app, staff),
                                       .cap = (uint8_t)vt_presence_cap(rq->app, staff),
                                       .used = (uint8_t)staff->used };
    return vt_reply_now(rq, NULL, &rep);
}
