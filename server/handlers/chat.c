/* SPDX-License-Identifier: Apache-2.0 */
/* chat.*: the thread. A message is answered and shown only after the store has committed it. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/people.h"
#include "server/queue.h"
#include "server/session.h"

enum { BODY_BYTES = 65536, MINUTE_MS = 60000 };

/* --- send --------------------------------------------------------------------------------------- */

struct sending {
    struct vt_reply_to to;
    char by[VT_WHO_TEXT];
    uint8_t audience;
    int64_t ts;
    struct vt_buf body;
};

static void sending_free(struct sending *sending)
{
    vt_buf_finish(&sending->body);
    free(sending);
}

static int store_error(int err)
{
    return err == VT_ERR_FULL ? VT_ERR_STORE_FULL : err == VT_ERR_STALE ? VT_ERR_MOVED : VT_ERR_STORE_UNAVAILABLE;
}

static void handle_committed(void *arg, int err, uint32_t cs, bool doubled)
{
    struct sending *sending = arg;
    struct vt_conversation *conv = vt_conv_find(sending->to.app, vt_str(sending->to.site), vt_str(sending->to.conv));
    struct vt_event_head numbers = { 0 }; /* a doubled one made no number: its row has come as an event */
    if (err) {
        vt_reply_error(&sending->to, store_error(err), NULL);
        sending_free(sending);
        return;
    }
    if (conv && !doubled) {
        struct vt_peer *peer = vt_peer_find(sending->to.app, sending->to.peer);
        struct vt_member *author = peer ? vt_conv_member(conv, peer) : NULL;
        struct vt_store_row row = { .cs = cs,
                                    .audience = sending->audience,
                                    .ts = sending->ts,
                                    .by = vt_str(sending->by),
                                    .op = VT_STR("chat.send"),
                                    .body = vt_buf_view(&sending->body) };
        vt_fanout_row(conv, &row, author, &numbers);
        if (strcmp(sending->by, "c") == 0) {
            conv->unread_staff++;
            vt_queue_row_changed(conv);
        }
    }
    struct vt_rep_chat_send rep = { .cs = cs };
    vt_reply_ok(&sending->to, &numbers, &rep);
    sending_free(sending);
}

static int check_body(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    const struct vt_config *config = rq->app->deps.config;
    switch (msg->kind) {
    case VT_CHAT_KIND_NOTE:
        if (!vt_peer_is_staff(rq->peer))
            return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "/d/kind", "notes are for staff");
        /* fall through */
    case VT_CHAT_KIND_TEXT:
        if (msg->body.text.len == 0)
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/text", "a text needs at least one character");
        if (msg->body.text.len > (size_t)config->chat_bytes)
            return vt_request_fail(rq, VT_ERR_TOO_LARGE, "/d/body/text", "the text is longer than the server takes");
        return VT_OK;
    case VT_CHAT_KIND_PRODUCT:
        if (!msg->body.product)
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/product", "a card needs its product");
        return VT_OK;
    case VT_CHAT_KIND_PICTURE:
        if (msg->body.media.len == 0)
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/media", "a picture needs its media id");
        return VT_OK;
    default:
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/kind", "this server takes text, note, product and picture");
    }
}

/* A person may talk fast, a customer not for ever: nothing is taken, the text stays in the composer. */
static int check_minute(struct vt_request *rq, struct vt_conversation *conv)
{
    if (rq->peer->role != VT_ROLE_CUSTOMER)
        return VT_OK;
    if (rq->now_ms - conv->chat_minute_ms >= MINUTE_MS || conv->chat_minute_ms == 0) {
        conv->chat_minute_ms = rq->now_ms;
        conv->chat_minute = 0;
    }
    if (conv->chat_minute < (uint32_t)rq->app->deps.config->chat_per_minute) {
        conv->chat_minute++;
        return VT_OK;
    }
    rq->error.after_ms = (uint32_t)(conv->chat_minute_ms + MINUTE_MS - rq->now_ms);
    return vt_request_fail(rq, VT_ERR_RATE_LIMITED, "", "many messages in a minute; wait a little");
}

int vt_on_chat_send(struct vt_request *rq)
{
    const struct vt_msg_chat_send *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    int err = check_body(rq, msg);
    if (!err)
        err = check_minute(rq, conv);
    if (err)
        return err;
    struct sending *sending = calloc(1, sizeof(*sending));
    if (!sending)
        return VT_ERR_OVERLOADED;
    vt_buf_init(&sending->body, BODY_BYTES);
    memcpy(sending->by, vt_member_who(rq->member), sizeof(sending->by));
    sending->ts = vt_wall_ms();
    sending->audience = msg->kind == VT_CHAT_KIND_NOTE ? 1 << VT_AUDIENCE_STAFF : vt_fanout_audience(rq->env->row->to_roles);
    vt_encode_body(&sending->body, rq->env->row->evt, msg);
    struct vt_store_message row = { .site = vt_str(conv->site),
                                    .conv = vt_str(conv->conv),
                                    .sid = vt_str(conv->session.sid[0] ? conv->session.sid : NULL),
                                    .epoch = conv->epoch,
                                    .cid = rq->env->cid,
                                    .audience = sending->audience,
                                    .ts = sending->ts,
                                    .by = vt_str(sending->by),
                                    .op = VT_STR("chat.send"),
                                    .body = vt_buf_view(&sending->body) };
    if (!sending->body.failed && vt_store_append(rq->app->deps.store, &row, handle_committed, sending) == VT_OK) {
        sending->to = vt_reply_later(rq);
        return VT_OK;
    }
    sending_free(sending);
    return VT_ERR_STORE_UNAVAILABLE;
}

/* --- typing, read ---------------------------------------------------------------------------------- */

int vt_on_chat_typing(struct vt_request *rq)
{
    vt_fanout_latest(rq->member->conv, &(struct vt_event){ .op = VT_OP_CHAT_TYPING,
                                                           .by = vt_member_who(rq->member),
                                                           .d = rq->env->msg,
                                                           .subject = rq->member->person,
                                                           .except = rq->member });
    return VT_OK;
}

int vt_on_chat_read(struct vt_request *rq)
{
    const struct vt_msg_chat_read *msg = rq->env->msg;
    vt_people_read(rq->member, msg->read);
    return VT_OK;
}

/* --- history ---------------------------------------------------------------------------------------- */

/* The rows were asked for newest first down to a number; as many as fit a message go out, the newest of them. */
static void handle_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct vt_reply_to *to = arg;
    struct vt_t_row wire[50];
    struct vt_rep_chat_history rep = { .rows = wire, .more = more };
    size_t bytes = 0;
    if (err) {
        vt_reply_error(to, VT_ERR_STORE_UNAVAILABLE, NULL);
        free(to);
        return;
    }
    size_t first = n;
    while (first > 0 && n - first < VT_COUNT(wire) && bytes + rows[first - 1].body.len + 128 < 60000)
        bytes += rows[--first].body.len + 128;
    rep.more |= first > 0;
    for (size_t i = first; i < n; i++)
        wire[rep.rows_n++] = (struct vt_t_row){
            .op = rows[i].op, .cs = rows[i].cs, .by = rows[i].by, .ts = rows[i].ts, .d = rows[i].body
        };
    vt_reply_ok(to, NULL, &rep);
    free(to);
}

int vt_on_chat_history(struct vt_request *rq)
{
    const struct vt_msg_chat_history *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    uint8_t bit = (uint8_t)(1 << vt_member_audience(rq->member));
    int err = vt_store_before(rq->app->deps.store, vt_str(conv->site), vt_str(conv->conv), bit, msg->before, msg->n, handle_rows, to);
    if (err) {
        rq->peer->requests_open--;
        free(to);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}
