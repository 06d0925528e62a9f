/* SPDX-License-Identifier: Apache-2.0 */
/* chat.*: the thread. A message is answered and shown only after the store has committed it. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/media_told.h"
#include "server/people.h"
#include "server/thread.h"

enum { MINUTE_MS = 60000, ARENA_BYTES = 256 * 1024 };

/* --- send --------------------------------------------------------------------------------------- */

static void handle_appended(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct vt_reply_to *to = arg;
    struct vt_rep_chat_send rep = { .cs = cs };
    if (err)
        vt_reply_error(to, err, NULL);
    else
        vt_reply_ok(to, numbers, &rep);
    free(to);
}

/* Another conversation's picture is as unknown as one that never was. */
static int check_media(struct vt_request *rq, struct vt_str media)
{
    return vt_told_may_name(rq->member->conv, media)
               ? VT_OK
               : vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/body/media", "there is no such picture here");
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
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/text",
                                   "a text needs at least one character");
        if (msg->body.text.len > (size_t)config->chat_bytes)
            return vt_request_fail(rq, VT_ERR_TOO_LARGE, "/d/body/text",
                                   "the text is longer than the server takes");
        return VT_OK;
    case VT_CHAT_KIND_PRODUCT:
        if (!msg->body.product)
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/product", "a card needs its product");
        return VT_OK;
    case VT_CHAT_KIND_PICTURE:
        if (msg->body.media.len == 0)
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/media", "a picture needs its media id");
        return check_media(rq, msg->body.media);
    default:
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/kind",
                               "this server takes text, note, product and picture");
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
    struct vt_msg_chat_send kept = *msg;
    kept.body.media = vt_media_bare(msg->body.media);
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    struct vt_thread_row row = { .op = VT_OP_CHAT_SEND,
                                 .audience = msg->kind == VT_CHAT_KIND_NOTE ? 1 << VT_AUDIENCE_STAFF : 0,
                                 .by = vt_member_who(rq->member),
                                 .cid = rq->env->cid,
                                 .d = &kept };
    err = vt_thread_append(conv, &row, rq->member, handle_appended, to);
    if (err) {
        rq->peer->requests_open--;
        free(to);
    }
    return err;
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

/* The rows were asked for newest first down to a number; as many as fit a message go out, the newest of them.
 */
static void handle_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct vt_reply_to *to = arg;
    struct vt_t_row wire[50];
    struct vt_rep_chat_history rep = { .rows = wire, .more = more };
    const struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, ARENA_BYTES);
    size_t bytes = 0;
    if (err || !conv) {
        vt_reply_error(to, VT_ERR_STORE_UNAVAILABLE, NULL);
        free(to);
        return;
    }
    size_t first = n;
    while (first > 0 && n - first < VT_COUNT(wire)) {
        const struct vt_store_row *row = &rows[first - 1];
        const struct vt_str body = vt_told_body(conv, &arena, row->body);
        if (bytes + body.len + 128 >= 60000)
            break;
        bytes += body.len + 128;
        first--;
        wire[VT_COUNT(wire) - ++rep.rows_n] = (struct vt_t_row){
            .op = row->op, .cs = row->cs, .by = row->by, .ts = row->ts, .d = body
        };
    }
    rep.rows = wire + VT_COUNT(wire) - rep.rows_n;
    rep.more |= first > 0;
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
    int err = vt_store_before(rq->app->deps.store, vt_str(conv->site), vt_str(conv->conv), bit, msg->before,
                              msg->n, handle_rows, to);
    if (err) {
        rq->peer->requests_open--;
        free(to);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}
