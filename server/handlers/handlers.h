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
    X(CLAIM_DECLINE, claim_decline)        \
    X(PRESENCE_SET, presence_set)          \
    X(NOTICE_SEEN, notice_seen)            \
    X(HELPER_SET, helper_set)              \
    X(CHAT_SEND, chat_send)                \
    X(CHAT_CALM, chat_calm)                \
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
    X(FILM_MAKE, film_make)                \
    X(FILM_PLAY, film_play)                \
    X(COMPARE_SET, compare_set)            \
    X(SPIN_TURN, spin_turn)                \
    X(MARK_ADD, mark_add)                  \
    X(MARK_DROP, mark_drop)                \
    X(PAGE_AT, page_at)                    \
    X(PAGE_SEEN, page_seen)                \
    X(CART_NOW, cart_now)                  \
    X(CART_ADD, cart_add)                  \
    X(CART_UPDATE, cart_update)            \
    X(CATALOGUE_SEARCH, catalogue_search)  \
    X(CATALOGUE_PRODUCT, catalogue_product) \
    X(CATALOGUE_CARE, catalogue_care)      \
    X(CATALOGUE_SHORTLIST, catalogue_shortlist) \
    X(OFFER_MAKE, offer_make)              \
    X(OFFER_TAKE, offer_take)              \
    X(OFFER_DROP, offer_drop)              \
    X(WATCH_ASK, watch_ask)                \
    X(WATCH_SET, watch_set)                \
    X(ORDER_DONE, order_done)              \
    X(ORDER_LIST, order_list)              \
    X(SESSION_END, session_end)            \
    X(SESSION_CLOSE, session_close)        \
    X(RECAP_SEND, recap_send)              \
    X(SESSION_HISTORY, session_history)    \
    X(RATING_GIVE, rating_give)            \
    X(IDENTIFY, identify)                  \
    X(CONTEXT, context)                    \
    X(CHAT_CONTACT, chat_contact)          \
    X(CODE_MAKE, code_make)                \
    X(CODE_USE, code_use)                  \
    X(LABEL_SET, label_set)                \
    X(TRANSFER_ASK, transfer_ask)          \
    X(TRANSFER_ANSWER, transfer_answer)    \
    X(COLLEAGUE_ASK, colleague_ask)        \
    X(COLLEAGUE_ANSWER, colleague_answer)  \
    X(COLLEAGUE_LEAVE, colleague_leave)    \
    X(SUPERVISOR_WATCH, supervisor_watch)  \
    X(SUPERVISOR_WHISPER, supervisor_whisper) \
    X(GUEST_INVITE, guest_invite)          \
    X(GUEST_DROP, guest_drop)              \
    X(GUEST_POLL, guest_poll)              \
    X(GUEST_VOTE, guest_vote)              \
    X(ANSWER, answer)                      \
    X(PAGE_PUSH, page_push)                \
    X(MERCHANT_ASK, merchant_ask)          \
    X(CONSENT_ASK, consent_ask)            \
    X(CONSENT_GIVE, consent_give)          \
    X(CONSENT_REFUSE, consent_refuse)      \
    X(CONSENT_STOP, consent_stop)          \
    X(MIRROR_WATCH, mirror_watch)          \
    X(MIRROR_CSS, mirror_css)              \
    X(MIRROR_MARK, mirror_mark)            \
    X(MIRROR_SCROLL, mirror_scroll)        \
    X(MIRROR_CLICK, mirror_click)          \
    X(MIRROR_FILL, mirror_fill)

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
int vt_on_dom(const struct vt_motion *motion);
int vt_on_scroll(const struct vt_motion *motion);
int vt_on_size(const struct vt_motion *motion);
int vt_on_mptr(const struct vt_motion *motion);
int vt_on_kreq(const struct vt_motion *motion);
int vt_on_dom_ack(const struct vt_motion *motion);

#endif
