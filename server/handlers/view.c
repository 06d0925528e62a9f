/* SPDX-License-Identifier: Apache-2.0 */
/* view.*, compare.set, mark.* and the frames that move: VIEW, PTR, DRAW. */
#include "server/view.h"

#include "server/base/err.h"
#include "server/catalogue/catalogue.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/media_told.h"
#include "server/session.h"
#include "server/site.h"

/* --- the whole view ------------------------------------------------------------------------------ */

static struct vt_view *view_of(struct vt_conversation *conv)
{
    if (!conv->view)
        conv->view = vt_view_create();
    return conv->view;
}

/* A wish from a view that is no more: the one who wished gets all of it. */
static int stale(struct vt_request *rq, int err)
{
    struct vt_conversation *conv = rq->member->conv;
    struct vt_t_view d;
    if (conv->view)
        vt_view_advance(conv->view, rq->now_ms);
    if (err == VT_ERR_VIEW_STALE && conv->view && vt_view_export(conv->view, &rq->app->arena, &d) == VT_OK) {
        vt_told_view(conv, &rq->app->arena, &d);
        vt_fanout_member(rq->member, VT_OP_VIEW_STATE, VT_CLASS_CONTROL, &d);
    }
    return err;
}

static void changed(struct vt_request *rq, const void *d, struct vt_event_head *ret_numbers)
{
    struct vt_conversation *conv = rq->member->conv;
    vt_fanout_control(conv,
                      &(struct vt_event){
                          .op = rq->env->op, .by = vt_member_who(rq->member), .d = d, .except = rq->member },
                      ret_numbers);
    vt_session_view_changed(conv);
}

/* Another conversation's picture is as unknown as one that never was. */
static int may_name(struct vt_request *rq, struct vt_str media)
{
    return vt_told_may_name(rq->member->conv, media)
               ? VT_OK
               : vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d", "there is no such picture here");
}

/* How large a piece is comes from the catalogue, never from who shows it. */
static void measure(const struct vt_request *rq, struct vt_view *view, uint16_t slot)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    struct vt_t_view_item item;
    double width_mm, height_mm;
    if (site && site->catalogue && vt_view_item_at(view, slot, &item) && item.sku.ptr &&
        vt_catalogue_size(site->catalogue, item.sku, &width_mm, &height_mm))
        vt_view_measure(view, slot, width_mm, height_mm);
}

static int refuse_open(struct vt_request *rq, int err)
{
    const struct vt_msg_view_open *msg = rq->env->msg;
    if (err != VT_ERR_FIELD_BAD)
        return err;
    if (msg->mode == VT_VIEW_MODE_COMPARE)
        return vt_request_fail(rq, err, "/d/mode", "open with another mode, then compare.set");
    return vt_request_fail(rq, err, "/d/active", "active counts from 1 within items");
}

int vt_on_view_open(struct vt_request *rq)
{
    struct vt_view *view = view_of(rq->member->conv);
    struct vt_event_head numbers;
    struct vt_t_view d;
    uint16_t slots[VT_VIEW_ITEMS];
    const struct vt_msg_view_open *msg = rq->env->msg;
    int err = view ? VT_OK : VT_ERR_OVERLOADED;
    for (size_t i = 0; !err && i < msg->items_n; i++)
        err = may_name(rq, msg->items[i].media);
    if (err)
        return err;
    vt_session_keep_view(rq->member->conv);
    err = vt_view_open(view, vt_member_who(rq->member), msg, rq->now_ms);
    if (err)
        return refuse_open(rq, err);
    for (size_t i = 0; vt_view_slot_at(view, i) != 0; i++)
        measure(rq, view, vt_view_slot_at(view, i));
    if (vt_view_export(view, &rq->app->arena, &d) != VT_OK)
        return VT_ERR_OVERLOADED;
    vt_told_view(rq->member->conv, &rq->app->arena, &d);
    changed(rq, &d, &numbers);
    for (size_t i = 0; i < d.items_n; i++)
        slots[i] = d.items[i].slot;
    struct vt_rep_view_open rep = {
        .seq = d.seq, .slots = slots, .slots_n = d.items_n, .items = d.items, .items_n = d.items_n
    };
    return vt_reply_now(rq, &numbers, &rep);
}

int vt_on_view_set(struct vt_request *rq)
{
    const struct vt_msg_view_set *msg = rq->env->msg;
    struct vt_view *view = rq->member->conv->view;
    struct vt_event_head numbers;
    if (view && msg->has_active && msg->active != vt_view_active(view))
        vt_session_keep_view(rq->member->conv);
    int err = vt_view_set(view, msg, rq->now_ms);
    if (err)
        return stale(rq, err);
    struct vt_evt_view_set d = { .seq = vt_view_seq(view),
                                 .active = msg->active,
                                 .has_active = msg->has_active,
                                 .mode = msg->mode,
                                 .has_mode = msg->has_mode,
                                 .has_rect = msg->has_rect || msg->has_active,
                                 .frame = msg->frame,
                                 .has_frame = msg->has_frame,
                                 .t = msg->t,
                                 .has_t = msg->has_t };
    vt_view_rect(view, d.rect);
    changed(rq, &d, &numbers);
    struct vt_rep_view_set rep = { .seq = d.seq };
    return vt_reply_now(rq, &numbers, &rep);
}

int vt_on_view_item(struct vt_request *rq)
{
    const struct vt_msg_view_item *msg = rq->env->msg;
    struct vt_view *view = view_of(rq->member->conv);
    struct vt_event_head numbers;
    struct vt_t_view_item added;
    struct vt_t_comparison compare;
    uint16_t slot;
    int err = view ? VT_OK : VT_ERR_OVERLOADED;
    if (!err && msg->add)
        err = may_name(rq, msg->add->media);
    if (err)
        return err;
    enum vt_view_mode before = vt_view_mode(view);
    vt_session_keep_view(rq->member->conv);
    err = vt_view_item(view, msg, rq->now_ms, &slot);
    if (err)
        return err == VT_ERR_FIELD_BAD ? vt_request_fail(rq, err, "/d", "exactly one of add and drop") : err;
    struct vt_evt_view_item d = { .seq = vt_view_seq(view),
                                  .active = vt_view_active(view),
                                  .drop = msg->drop,
                                  .has_drop = msg->has_drop,
                                  .mode = vt_view_mode(view),
                                  .has_mode = vt_view_mode(view) != before };
    if (slot)
        measure(rq, view, slot);
    if (vt_view_item_at(view, slot, &added)) {
        vt_told_item(rq->member->conv, &rq->app->arena, &added);
        d.add = &added;
    }
    if (msg->has_drop && vt_view_comparison(view, &compare))
        d.compare = &compare;
    changed(rq, &d, &numbers);
    struct vt_rep_view_item rep = { .seq = d.seq,
                                    .slot = slot,
                                    .has_slot = slot != 0,
                                    .item = d.add,
                                    .active = d.active,
                                    .has_active = true,
                                    .mode = d.mode,
                                    .has_mode = d.has_mode,
                                    .compare = d.compare };
    return vt_reply_now(rq, &numbers, &rep);
}

int vt_on_compare_set(struct vt_request *rq)
{
    const struct vt_msg_compare_set *msg = rq->env->msg;
    struct vt_view *view = rq->member->conv->view;
    struct vt_event_head numbers;
    vt_session_keep_view(rq->member->conv);
    int err = vt_view_compare(view, msg, rq->now_ms);
    if (err == VT_ERR_FIELD_BAD)
        return vt_request_fail(rq, err, "/d/slots", "two to four slots, each once");
    if (err)
        return stale(rq, err);
    struct vt_evt_compare_set d = { .seq = vt_view_seq(view),
                                    .slots = msg->slots,
                                    .slots_n = msg->slots_n,
                                    .scale = msg->scale,
                                    .active = vt_view_active(view) };
    struct vt_rep_compare_set rep = { .seq = d.seq, .active = d.active };
    vt_view_rect(view, d.rect);
    memcpy(rep.rect, d.rect, sizeof(rep.rect));
    changed(rq, &d, &numbers);
    return vt_reply_now(rq, &numbers, &rep);
}

int vt_on_view_drive(struct vt_request *rq)
{
    const struct vt_msg_view_drive *msg = rq->env->msg;
    struct vt_view *view = rq->member->conv->view;
    struct vt_event_head numbers;
    if (!view || !vt_view_is_open(view))
        return VT_ERR_NOT_FOUND;
    int err = vt_view_drive(view, vt_member_who(rq->member), msg->take, rq->now_ms);
    if (err) {
        rq->error.after_ms = VT_VIEW_HOLD_MS;
        return err;
    }
    struct vt_evt_view_drive d = { .seq = vt_view_seq(view), .driver = vt_str(vt_view_driver(view)) };
    changed(rq, &d, &numbers);
    struct vt_rep_view_drive rep = { .seq = d.seq };
    return vt_reply_now(rq, &numbers, &rep);
}

int vt_on_view_close(struct vt_request *rq)
{
    struct vt_view *view = rq->member->conv->view;
    struct vt_event_head numbers;
    if (!view)
        return VT_ERR_NOT_FOUND;
    vt_session_keep_view(rq->member->conv);
    vt_view_close(view);
    changed(rq, &(struct vt_evt_view_close){ .seq = vt_view_seq(view) }, &numbers);
    return vt_reply_now(rq, &numbers, NULL);
}

/* --- marks ----------------------------------------------------------------------------------------- */

int vt_on_mark_add(struct vt_request *rq)
{
    struct vt_view *view = rq->member->conv->view;
    struct vt_event_head numbers;
    struct vt_t_mark d;
    uint32_t mark;
    if (!view)
        return VT_ERR_NOT_FOUND;
    int err = vt_view_mark_add(view, vt_member_who(rq->member), rq->env->msg, &mark);
    if (err)
        return err == VT_ERR_FIELD_BAD ? vt_request_fail(rq, err, "/d/points", "2 to 256 points, each 0 to 1")
                                       : err;
    vt_view_mark(view, mark, &d);
    changed(rq, &d, &numbers);
    struct vt_rep_mark_add rep = { .mark = mark };
    return vt_reply_now(rq, &numbers, &rep);
}

int vt_on_mark_drop(struct vt_request *rq)
{
    const struct vt_msg_mark_drop *msg = rq->env->msg;
    struct vt_view *view = rq->member->conv->view;
    struct vt_event_head numbers;
    if (!view)
        return VT_ERR_NOT_FOUND;
    int err = vt_view_mark_drop(view, vt_member_who(rq->member), msg->marks, msg->marks_n);
    if (err)
        return err;
    changed(rq, msg, &numbers);
    return vt_reply_now(rq, &numbers, NULL);
}

/* --- motion ---------------------------------------------------------------------------------------- */

static void relay(const struct vt_motion *motion, const uint8_t *bytes, enum vt_class class)
{
    struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, bytes, motion->len);
    if (frame)
        vt_fanout_frame(frame, class, motion->chan, motion->member);
    vt_frame_unref(frame);
}

static enum vt_class class_of(const struct vt_motion *motion)
{
    return motion->head.flags & VT_BIN_EDGE ? VT_CLASS_ORDERED : VT_CLASS_LATEST;
}

int vt_on_ptr(const struct vt_motion *motion)
{
    struct vt_bin_ptr ptr;
    int err = vt_bin_ptr_get(motion->bytes + VT_BIN_HEAD_BYTES, motion->len - VT_BIN_HEAD_BYTES, &ptr);
    if (!err)
        relay(motion, motion->bytes, class_of(motion));
    return err;
}

/* The gesture's end is control state: history and failover keep where the piece was left. */
static void gesture_ended(const struct vt_motion *motion)
{
    struct vt_conversation *conv = motion->member->conv;
    struct vt_t_view view;
    struct vt_evt_view_set d = { .seq = vt_view_seq(conv->view), .has_rect = true };
    vt_arena_reset(&conv->app->arena);
    if (vt_view_export(conv->view, &conv->app->arena, &view) != VT_OK)
        return;
    memcpy(d.rect, view.rect, sizeof(d.rect));
    d.frame = view.frame;
    d.has_frame = view.has_frame;
    d.t = view.t;
    d.has_t = view.has_t;
    vt_fanout_control(
        conv, &(struct vt_event){ .op = VT_OP_VIEW_SET, .by = vt_member_who(motion->member), .d = &d }, NULL);
    vt_session_view_changed(conv);
}

int vt_on_view(const struct vt_motion *motion)
{
    struct vt_bin_view view;
    uint8_t bytes[VT_BIN_HEAD_BYTES + VT_BIN_VIEW_BYTES];
    int err = vt_bin_view_get(motion->bytes + VT_BIN_HEAD_BYTES, motion->len - VT_BIN_HEAD_BYTES, &view);
    if (err)
        return err;
    if (vt_view_motion(motion->member->conv->view, &view, motion->now_ms) != VT_OK)
        return VT_OK; /* of a view that is no more: what replaced it is on its way */
    struct vt_bin_head head = motion->head;
    head.seq = ++motion->chan->seq; /* several may drive in turn: the owner numbers */
    vt_bin_head_put(bytes, &head);
    vt_bin_view_put(bytes + VT_BIN_HEAD_BYTES, VT_BIN_VIEW_BYTES, &view);
    relay(motion, bytes, class_of(motion));
    if (head.flags & VT_BIN_EDGE)
        gesture_ended(motion);
    return VT_OK;
}

int vt_on_draw(const struct vt_motion *motion)
{
    struct vt_conversation *conv = motion->member->conv;
    struct vt_bin_draw draw;
    uint32_t mark;
    int err = vt_bin_draw_get(motion->bytes + VT_BIN_HEAD_BYTES, motion->len - VT_BIN_HEAD_BYTES, &draw);
    if (err)
        return err;
    if (!conv->view || vt_view_stroke(conv->view, vt_member_who(motion->member), &draw,
                                      motion->head.flags & VT_BIN_LAST, &mark) != VT_OK)
        return VT_OK; /* the slot has gone, or it is full: the writer sees no mark come of it */
    relay(motion, motion->bytes, VT_CLASS_ORDERED);
    struct vt_t_mark d;
    if (mark && vt_view_mark(conv->view, mark, &d)) {
        vt_fanout_control(
            conv, &(struct vt_event){ .op = VT_OP_MARK_ADD, .by = vt_member_who(motion->member), .d = &d },
            NULL);
        vt_session_view_changed(conv);
    }
    return VT_OK;
}
