/* SPDX-License-Identifier: Apache-2.0 */
/* mirror.*, page.push and answer: what is asked of the customer's page; and the mirror's frames. */
#include "server/mirror.h"

#include "server/act.h"
#include "server/base/err.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/lead.h"
#include "server/mirror_css.h"
#include "server/site.h"

int vt_on_mirror_watch(struct vt_request *rq)
{
    const struct vt_msg_mirror_watch *msg = rq->env->msg;
    struct vt_t_mirror now;
    int err = vt_mirror_watch(rq->member, msg->on);
    if (err)
        return err;
    vt_mirror_wire(rq->member->conv, &now);
    struct vt_rep_mirror_watch rep = { .state = now.state, .page = now.page, .viewers = now.viewers };
    return vt_reply_now(rq, NULL, &rep);
}

int vt_on_mirror_mark(struct vt_request *rq)
{
    const struct vt_msg_mirror_mark *msg = rq->env->msg;
    vt_fanout_latest(rq->member->conv, &(struct vt_event){ .op = VT_OP_MIRROR_MARK,
                                                           .by = vt_member_who(rq->member),
                                                           .d = msg,
                                                           .subject = msg->node });
    return VT_OK;
}

int vt_on_mirror_scroll(struct vt_request *rq)
{
    return vt_act_start(rq, VT_ACT_MS);
}

int vt_on_mirror_click(struct vt_request *rq)
{
    return vt_act_start(rq, VT_ACT_MS);
}

int vt_on_mirror_fill(struct vt_request *rq)
{
    return vt_act_start(rq, VT_ACT_MS);
}

int vt_on_mirror_css(struct vt_request *rq)
{
    return vt_css_ask(rq);
}

int vt_on_answer(struct vt_request *rq)
{
    vt_act_answer(rq->member, rq->env->msg);
    return VT_OK;
}

/* --- another page -------------------------------------------------------------------------------- */

int vt_on_page_push(struct vt_request *rq)
{
    const struct vt_msg_page_push *msg = rq->env->msg;
    if (!vt_lead_allowed(vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site)), msg->url))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/url",
                               "a page of the shop, or of a host its settings name in mirror.hosts");
    return vt_act_start(rq, VT_ACT_PUSH_MS);
}

/* --- frames -------------------------------------------------------------------------------------- */

static const uint8_t *body_of(const struct vt_motion *motion, size_t *ret_n)
{
    *ret_n = motion->len - VT_BIN_HEAD_BYTES;
    return motion->bytes + VT_BIN_HEAD_BYTES;
}

int vt_on_dom(const struct vt_motion *motion)
{
    struct vt_bin_dom dom;
    size_t n;
    const uint8_t *body = body_of(motion, &n);
    int err = vt_bin_dom_get(body, n, &dom);
    if (!err)
        vt_mirror_dom(motion->member, &motion->head, &dom);
    return err;
}

int vt_on_scroll(const struct vt_motion *motion)
{
    struct vt_bin_scroll scroll;
    size_t n;
    const uint8_t *body = body_of(motion, &n);
    int err = vt_bin_scroll_get(body, n, &scroll);
    if (!err)
        vt_mirror_moved(motion->member, &motion->head, scroll.node, motion->bytes, motion->len);
    return err;
}

int vt_on_size(const struct vt_motion *motion)
{
    struct vt_bin_size size;
    size_t n;
    const uint8_t *body = body_of(motion, &n);
    int err = vt_bin_size_get(body, n, &size);
    if (!err)
        vt_mirror_moved(motion->member, &motion->head, 0, motion->bytes, motion->len);
    return err;
}

/* The customer's goes to those who watch; an associate's to the customer, and to the others of the shop. */
int vt_on_mptr(const struct vt_motion *motion)
{
    struct vt_bin_mptr mptr;
    size_t n;
    const uint8_t *body = body_of(motion, &n);
    int err = vt_bin_mptr_get(body, n, &mptr);
    if (err)
        return err;
    if (motion->chan->kind == VT_CHAN_KIND_DOM) {
        vt_mirror_moved(motion->member, &motion->head, 0, motion->bytes, motion->len);
        return VT_OK;
    }
    struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, motion->bytes, motion->len);
    if (frame)
        vt_fanout_frame(frame, motion->head.flags & VT_BIN_EDGE ? VT_CLASS_ORDERED : VT_CLASS_LATEST,
                        motion->chan, motion->member);
    vt_frame_unref(frame);
    return VT_OK;
}

int vt_on_kreq(const struct vt_motion *motion)
{
    struct vt_bin_kreq kreq;
    size_t n;
    const uint8_t *body = body_of(motion, &n);
    int err = vt_bin_kreq_get(body, n, &kreq);
    if (!err)
        vt_mirror_kreq(motion->member, kreq.reason, motion->now_ms);
    return err;
}

int vt_on_dom_ack(const struct vt_motion *motion)
{
    struct vt_bin_ack ack;
    size_t n;
    const uint8_t *body = body_of(motion, &n);
    int err = vt_bin_ack_get(body, n, &ack);
    if (!err)
        vt_mirror_ack(motion->member, &ack);
    return err;
}
