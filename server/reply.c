/* SPDX-License-Identifier: Apache-2.0 */
#include "server/reply.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/attention.h"
#include "server/base/err.h"
#include "server/conn.h"
#include "server/join.h"

enum { CID_LIFE_MS = 600000, CID_REPLY_MAX = 4096 };

struct vt_reply_to vt_reply_later(const struct vt_request *rq)
{
    struct vt_reply_to to = { .app = rq->app, .id = rq->env->id, .op = rq->env->op };
    memcpy(to.peer, rq->peer->id, sizeof(to.peer));
    memcpy(to.site, rq->peer->site, sizeof(to.site));
    if (rq->member)
        memcpy(to.conv, rq->member->conv->conv, sizeof(to.conv));
    vt_str_copy(to.cid, sizeof(to.cid), rq->env->cid);
    rq->peer->requests_open++;
    return to;
}

static struct vt_peer *close_request(const struct vt_reply_to *to)
{
    struct vt_peer *peer = vt_peer_find(to->app, to->peer);
    if (peer && peer->requests_open > 0)
        peer->requests_open--;
    return peer;
}

/* The same request after a reconnect gets the same result. Rows of the thread have the store for that. */
static void remember(const struct vt_reply_to *to, const struct vt_event_head *numbers, const void *rep)
{
    const struct vt_op_row *row = &vt_op_rows[to->op];
    struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    bool is_row = numbers && numbers->cs;
    if (!conv || !to->cid[0] || is_row ||
        (row->class_ != VT_CLASS_CONTROL && row->class_ != VT_CLASS_DURABLE))
        return;
    if (!conv->cids)
        conv->cids = calloc(VT_CIDS, sizeof(*conv->cids));
    if (!conv->cids)
        return;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf d = VT_BUF_INIT(CID_REPLY_MAX);
    if (row->rep && rep)
        vt_encode_body(&d, row->rep, rep);
    else
        vt_buf_text(&d, "{}");
    if (d.failed)
        return;
    struct vt_cid *kept = &conv->cids[conv->cids_next++ % VT_CIDS];
    free(kept->d);
    *kept = (struct vt_cid){
        .at_ms = vt_now_ms(), .s = numbers ? numbers->s : 0, .op = to->op, .d = strdup(vt_buf_cstr(&d))
    };
    memcpy(kept->cid, to->cid, sizeof(kept->cid));
}

/* While a replay runs, what came before this answer's number waits, so the answer does too. */
static bool hold(const struct vt_reply_to *to, struct vt_peer *peer, enum vt_class class)
{
    struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    struct vt_member *member = conv ? vt_conv_member(conv, peer) : NULL;
    if (!member || !member->holding || to->app->text.failed)
        return false;
    struct vt_frame *frame = vt_frame_create(VT_WS_TEXT, to->app->text.data, to->app->text.len);
    bool held = frame && vt_join_hold_reply(member, frame, class);
    vt_frame_unref(frame);
    return held;
}

void vt_reply_ok(const struct vt_reply_to *to, const struct vt_event_head *numbers, const void *rep)
{
    remember(to, numbers, rep);
    struct vt_peer *peer = close_request(to);
    if (!peer)
        return;
    /* since's answer says that nothing is missing any more, so it leaves behind what was. */
    bool behind_events = (numbers && numbers->s) || to->op == VT_OP_SINCE;
    enum vt_class class = numbers && numbers->cs ? VT_CLASS_DURABLE
                          : behind_events        ? VT_CLASS_CONTROL
                                                 : VT_CLASS_LINK;
    vt_buf_reset(&to->app->text);
    vt_encode_reply(&to->app->text, to->id, to->op, numbers, rep);
    if (!numbers || (!numbers->s && !numbers->cs) || !hold(to, peer, class))
        vt_peer_send_text(peer, class, 0);
}

static void encode_raw(struct vt_buf *out, uint32_t id, uint32_t s, struct vt_str d_json)
{
    vt_buf_reset(out);
    vt_buf_printf(out, "{\"id\":%u,\"ok\":true", id);
    if (s)
        vt_buf_printf(out, ",\"s\":%u", s);
    vt_buf_text(out, ",\"d\":");
    vt_buf_str(out, d_json);
    vt_buf_byte(out, '}');
}

void vt_reply_raw(const struct vt_reply_to *to, struct vt_str d_json)
{
    struct vt_peer *peer = close_request(to);
    if (!peer)
        return;
    encode_raw(&to->app->text, to->id, 0, d_json);
    vt_peer_send_text(peer, VT_CLASS_LINK, 0);
}

bool vt_reply_again(const struct vt_request *rq)
{
    const struct vt_conversation *conv = rq->member ? rq->member->conv : NULL;
    for (size_t i = 0; conv && conv->cids && rq->env->cid.len > 0 && i < VT_CIDS; i++) {
        const struct vt_cid *kept = &conv->cids[i];
        if (kept->op != rq->env->op || !vt_str_eq(vt_str(kept->cid), rq->env->cid) ||
            rq->now_ms - kept->at_ms > CID_LIFE_MS || !kept->d)
            continue;
        encode_raw(&rq->app->text, rq->env->id, kept->s, vt_str(kept->d));
        vt_peer_send_text(rq->peer, VT_CLASS_CONTROL, 0);
        return true;
    }
    return false;
}

void vt_peer_fault(struct vt_peer *peer, uint32_t id, const struct vt_error *error)
{
    const struct vt_err_row *row = vt_err_row(error->err);
    vt_buf_reset(&peer->app->text);
    vt_encode_error(&peer->app->text, id, error);
    vt_peer_send_text(peer, VT_CLASS_LINK, 0);
    if (row && row->closes)
        vt_peer_close(peer, row->close_code, row->code);
}

void vt_reply_error(const struct vt_reply_to *to, int err, const char *msg)
{
    struct vt_peer *peer = close_request(to);
    struct vt_error error = { .err = err };
    vt_attention_failed(to);
    if (msg)
        snprintf(error.msg, sizeof(error.msg), "%s", msg);
    if (peer)
        vt_peer_fault(peer, to->id, &error);
}

int vt_reply_now(const struct vt_request *rq, const struct vt_event_head *numbers, const void *rep)
{
    struct vt_reply_to to = vt_reply_later(rq);
    vt_reply_ok(&to, numbers, rep);
    return VT_OK;
}

int vt_request_fail(struct vt_request *rq, int err, const char *field, const char *msg)
{
    rq->error.err = err;
    snprintf(rq->error.field, sizeof(rq->error.field), "%s", field ? field : "");
    snprintf(rq->error.msg, sizeof(rq->error.msg), "%s", msg ? msg : "");
    return err;
}
