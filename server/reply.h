/* SPDX-License-Identifier: Apache-2.0 */
/* Replies: to whom, by value, so that an answer can wait for the store or a worker. */
#ifndef VT_REPLY_H
#define VT_REPLY_H

#include "protocol/codec/codec.h"
#include "server/conversation.h"

struct vt_reply_to {
    struct vt_app *app;
    char peer[VT_ID_TEXT];
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT]; /* "" when the request concerns none */
    uint32_t id;
    enum vt_op op;
    char cid[VT_CID_BYTES + 1]; /* "" when it has none */
};

/* One message on its way through dispatch. */
struct vt_request {
    struct vt_app *app;
    struct vt_peer *peer;
    struct vt_member *member; /* NULL: the message concerns the link alone */
    const struct vt_envelope *env;
    int64_t now_ms;
    struct vt_error error; /* a handler may fill field, msg, after_ms before it returns the number */
};

/* Marks the request as open: it will be answered by one of the calls below, now or later. */
struct vt_reply_to vt_reply_later(const struct vt_request *rq);

/* `rep` may be NULL for {}; `numbers` may be NULL. A reply to a request of class C is remembered by its cid.
 */
void vt_reply_ok(const struct vt_reply_to *to, const struct vt_event_head *numbers, const void *rep);
/* The reply's d is JSON already. */
void vt_reply_raw(const struct vt_reply_to *to, struct vt_str d_json);
/* `msg` (may be NULL) replaces the table's text. */
void vt_reply_error(const struct vt_reply_to *to, int err, const char *msg);
/* Answers at once; returns VT_OK for `return vt_reply_now(rq, …)`. */
int vt_reply_now(const struct vt_request *rq, const struct vt_event_head *numbers, const void *rep);
/* An error with all its fields; id 0 makes it an `error` event. Closes when the table says so. */
void vt_peer_fault(struct vt_peer *peer, uint32_t id, const struct vt_error *error);
/* True when this cid was answered before: the same answer has gone out again. */
bool vt_reply_again(const struct vt_request *rq);
/* Fails with a sentence about a field. */
int vt_request_fail(struct vt_request *rq, int err, const char *field, const char *msg);

#endif
