/* SPDX-License-Identifier: Apache-2.0 */
/* One handler per message a peer may send: vt_on_<op>(). A handler checks meaning, changes the
 * session's state and says what happened as outgoing messages. VT_OK: answered, or it will be.
 * Negative: dispatch answers the error. Handlers never call each other. */
#ifndef VT_HANDLERS_H
#define VT_HANDLERS_H

#include "server/chan.h"
#include "server/frame.h"
#include "server/reply.h"

/* X(OP, name): every operation with from_roles in the tables; dispatch.c checks that none is missing. */
/* clang-format off */
#define VT_HANDLERS(X)                     \
    X(HELLO, hello)                        \
    X(ACK, ack)                            \
    X(HB, hb)                              \
    X(SINCE, since)                        \
    X(CONV_OPEN, conv_open)                \
    X(CONV_CLOSE, conv_close)              \
    X(AWAY, away)                          \
    X(BYE, bye)                            \
    X(QUEUE_JOIN, queue_join)              \
    X(QUEUE_LEAVE, queue_leave)            \
    X(QUEUE_WATCH, queue_watch)            \
    X(CLAIM_TAKE, claim_take)              \
    X(CHAT_SEND, chat_send)                \
    X(CHAT_TYPING, chat_typing)            \
    X(CHAT_READ, chat_read)                \
    X(CHAT_HISTORY, chat_history)          \
    X(VIEW_OPEN, view_open)                \
    X(VIEW_SET, view_set)                  \
    X(VIEW_ITEM, view_item)                \
    X(VIEW_DRIVE, view_drive)              \
    X(VIEW_CLOSE, view_close)              \
    X(VIEW_PHONE, view_phone)              \
    X(FILE_ASK, file_ask)                  \
    X(MARK_ADD, mark_add)                  \
    X(MARK_DROP, mark_drop)                \
    X(PAGE_AT, page_at)                    \
    X(CATALOGUE_SEARCH, catalogue_search)  \
    X(CATALOGUE_PRODUCT, catalogue_product) \
    X(SESSION_END, session_end)

/* clang-format on */

#define X(op, name) int vt_on_##name(struct vt_request *rq);
VT_HANDLERS(X)
#undef X

/* Binary frames, past the gate. `bytes` is the whole message. A negative result closes with 4500. */
struct vt_motion {
    struct vt_member *member;
    struct vt_chan *chan;
    struct vt_bin_head head;
    const uint8_t *bytes;
    size_t len;
    int64_t now_ms;
};
int vt_on_ptr(const struct vt_motion *motion);
int vt_on_view(const struct vt_motion *motion);
int vt_on_draw(const struct vt_motion *motion);

#endif
