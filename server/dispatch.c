/* SPDX-License-Identifier: Apache-2.0 */
#include "server/dispatch.h"

#include "server/attention.h"
#include "server/base/err.h"
#include "server/gate.h"
#include "server/handlers/handlers.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/quota.h"

enum { BAD_WINDOW_MS = 60000, MESSAGE_BYTES = 4096 };

typedef int handler_fn(struct vt_request *rq);
#define X(op, name) [VT_OP_##op] = vt_on_##name,
static handler_fn *const handlers[VT_OP_TEXT_COUNT] = { VT_HANDLERS(X) };
#undef X

typedef int motion_fn(const struct vt_motion *motion);
static motion_fn *const motions[VT_OP_COUNT] = {
    [VT_OP_PTR] = vt_on_ptr,   [VT_OP_VIEW] = vt_on_view, [VT_OP_DRAW] = vt_on_draw,
    [VT_OP_DOM] = vt_on_dom,   [VT_OP_MPTR] = vt_on_mptr, [VT_OP_SCROLL] = vt_on_scroll,
    [VT_OP_SIZE] = vt_on_size, [VT_OP_KREQ] = vt_on_kreq, [VT_OP_BIN_ACK] = vt_on_dom_ack,
};

static struct vt_metric received = { .name = "vitrine_messages_received_total",
                                     .help = "Messages of browsers, text and binary.",
                                     .kind = VT_METRIC_COUNTER };
static struct vt_metric refused = { .name = "vitrine_messages_refused_total",
                                    .help = "Messages answered by an error.",
                                    .kind = VT_METRIC_COUNTER };

/* The tenth message in a minute that is not of this protocol ends the connection. */
static void count_bad(struct vt_peer *peer, int err, int64_t now_ms)
{
    if (err != VT_ERR_JSON_BAD && err != VT_ERR_OP_UNKNOWN && err != VT_ERR_FIELD_BAD)
        return;
    if (now_ms - peer->bad_since_ms > BAD_WINDOW_MS) {
        peer->bad_since_ms = now_ms;
        peer->bad = 0;
    }
    if (++peer->bad >= VT_BAD_MAX)
        vt_peer_close(peer, VT_CLOSE_PROTOCOL, "too many bad messages");
}

static int run(struct vt_request *rq)
{
    int err = vt_gate_sender(rq);
    if (err)
        return err;
    if (vt_reply_again(rq))
        return VT_OK;
    err = vt_gate_state(rq);
    if (!err)
        err = vt_attention_gate(rq);
    if (!err)
        err = handlers[rq->env->op](rq);
    if (!err)
        vt_attention_taken(rq);
    return err;
}

static void dispatch_one(struct vt_peer *peer, const struct vt_envelope *env, int64_t now_ms)
{
    struct vt_request rq = { .app = peer->app, .peer = peer, .env = env, .now_ms = now_ms };
    int err = run(&rq);
    if (err == VT_OK)
        return;
    vt_metric_inc(&refused, 1);
    rq.error.err = vt_err_row(err) ? err
                                   : VT_ERR_OVERLOADED; /* an error of ours is not the peer's business */
    vt_peer_fault(peer, env->id, &rq.error);
    count_bad(peer, err, now_ms);
}

void vt_dispatch_text(struct vt_peer *peer, const char *bytes, size_t len)
{
    const char *cursor = bytes, *end = bytes + len;
    int64_t now_ms = vt_now_ms();
    vt_metrics_add(&received);
    vt_metrics_add(&refused);
    while (peer->phase != VT_PHASE_CLOSING) {
        struct vt_envelope env;
        struct vt_error error;
        vt_arena_reset(&peer->app->arena);
        int err = vt_decode_text(&peer->app->arena, &cursor, end, &env, &error);
        if (err == 1)
            break;
        vt_metric_inc(&received, 1);
        if (err == VT_OK) {
            dispatch_one(peer, &env, now_ms);
        } else if (err == VT_ERR_OVERLOADED && (env.id == 0 || peer->phase != VT_PHASE_OPEN)) {
            vt_peer_close(peer, 1011,
                          "out of room"); /* what was asked is not known, so nobody could be told */
        } else if (peer->phase != VT_PHASE_OPEN) {
            vt_peer_close(peer, VT_CLOSE_PROTOCOL, "hello comes first");
        } else {
            vt_metric_inc(&refused, 1);
            vt_peer_fault(peer, env.id, &error);
            count_bad(peer, err, now_ms);
        }
    }
    vt_arena_reset(&peer->app->arena);
}

static int dispatch_motion(struct vt_peer *peer, struct vt_motion *motion)
{
    uint8_t alone[VT_BIN_HEAD_BYTES + VT_BIN_DRAW_BYTES_MAX];
    const struct vt_op_row *row = vt_bin_row(motion->head.type);
    if (!row)
        return motion->head.type & 0x80 ? VT_OK : VT_ERR_FRAME_BAD;
    if (motion->len > row->max_bytes || (motion->head.flags & VT_BIN_MORE && motion->len > sizeof(alone)))
        return VT_ERR_FRAME_BAD;
    motion->chan = vt_chan_find(peer->app, motion->head.chan);
    if (!motion->chan)
        return VT_OK; /* closed while the frame was on its way */
    bool drop;
    int err = vt_gate_binary(peer, row, &motion->head, motion->chan, &motion->member, &drop, motion->now_ms);
    if (err == VT_ERR_NOT_FOUND)
        return VT_OK; /* the number is somebody else's by now */
    if (err || drop)
        return err;
    if (motion->head.flags & VT_BIN_MORE) { /* each is relayed alone, in its own class */
        memcpy(alone, motion->bytes, motion->len);
        motion->head.flags &= (uint8_t)~VT_BIN_MORE;
        vt_bin_head_put(alone, &motion->head);
        motion->bytes = alone;
    }
    /* What has no rate, as a batch of the mirror, is only counted here: it has a budget of bytes, and without
     * it the page could not be shown. */
    if (row->rate != VT_RATE_MOTION)
        vt_quotas_spend(peer->app->deps.quotas, vt_str(peer->site), VT_QUOTA_MESSAGES,
                        1 + (uint32_t)(motion->len / MESSAGE_BYTES), motion->now_ms);
    err = motions[row->op](motion);
    /* The end of a gesture of theirs on the view: a hand that looks. */
    if (!err && motion->member->peer->role == VT_ROLE_CUSTOMER && motion->head.flags & VT_BIN_EDGE &&
        (row->op == VT_OP_VIEW || row->op == VT_OP_DRAW))
        vt_attention_answered(motion->member->conv);
    return err;
}

static int dispatch_motions(struct vt_peer *peer, const uint8_t *bytes, size_t len)
{
    struct vt_bin_message message;
    struct vt_motion motion = { .now_ms = vt_now_ms() };
    const uint8_t *body;
    vt_bin_message_init(&message, bytes, len);
    int err = vt_bin_message_next(&message, &motion.head, &body, &motion.len);
    while (err == VT_OK && peer->phase == VT_PHASE_OPEN) {
        motion.bytes = body - VT_BIN_HEAD_BYTES; /* the head stands right before its body */
        motion.len += VT_BIN_HEAD_BYTES;
        err = dispatch_motion(peer, &motion);
        if (err == VT_OK)
            err = vt_bin_message_next(&message, &motion.head, &body, &motion.len);
    }
    return err == 1 ? VT_OK : err;
}

void vt_dispatch_binary(struct vt_peer *peer, const uint8_t *bytes, size_t len)
{
    vt_metrics_add(&received);
    vt_metric_inc(&received, 1);
    if (peer->phase != VT_PHASE_OPEN) {
        vt_peer_close(peer, VT_CLOSE_PROTOCOL, "hello comes first");
        return;
    }
    int err = dispatch_motions(peer, bytes, len);
    if (err == VT_ERR_RATE_LIMITED)
        vt_peer_close(peer, VT_CLOSE_RATE, "5000");
    else if (err == VT_ERR_ROLE_FORBIDDEN)
        vt_peer_close(peer, VT_CLOSE_FORBIDDEN, "not for this role");
    else if (err)
        vt_peer_close(peer, VT_CLOSE_PROTOCOL, "not a frame of this protocol");
}
