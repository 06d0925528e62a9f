/* SPDX-License-Identifier: Apache-2.0 */
/* spin.turn; single steps come as VIEW frames (view.c). */
#include "server/base/err.h"
#include "server/catalogue/spins.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/media_told.h"
#include "server/session.h"
#include "server/view.h"

int vt_on_spin_turn(struct vt_request *rq)
{
    const struct vt_msg_spin_turn *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_event_head numbers;
    struct vt_t_view_item item;
    if (!conv->view || !vt_view_item_at(conv->view, msg->slot, &item))
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/slot", "no piece has this slot");
    const struct vt_spin *spin = vt_told_spin(conv, item.media);
    if (!spin)
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/slot", "no spin begins with this picture");
    int err = vt_view_turn(conv->view, msg, (uint16_t)spin->n, rq->now_ms);
    if (err == VT_ERR_VIEW_STALE)
        return vt_request_fail(rq, err, "/d/slot", "show this slot in mode spin first");
    if (err)
        return vt_request_fail(rq, err, "/d/frame", "the spin has fewer frames; they count from 0");
    const struct vt_evt_spin_turn d = {
        .seq = vt_view_seq(conv->view), .slot = msg->slot, .frame = msg->frame, .rpm = msg->rpm
    };
    vt_fanout_control(conv,
                      &(struct vt_event){
                          .op = rq->env->op, .by = vt_member_who(rq->member), .d = &d, .except = rq->member },
                      &numbers);
    vt_session_view_changed(conv);
    struct vt_rep_spin_turn rep = { .seq = d.seq };
    return vt_reply_now(rq, &numbers, &rep);
}
