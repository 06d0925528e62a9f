/* SPDX-License-Identifier: Apache-2.0 */
/* Thread: whatever is durable is a row of the conversation's thread, its kind the op (class D).
 *
 * A row is published and answered only after the store has committed it. */
#ifndef VT_THREAD_H
#define VT_THREAD_H

#include "server/conversation.h"
#include "server/fanout.h"

struct vt_thread_row {
    enum vt_op op;
    uint8_t audience;  /* bits 1 << VT_AUDIENCE_…; 0: the op's roles */
    const char *by;    /* handle of the author */
    struct vt_str cid; /* absent: none */
    const void *d;     /* the event's d, as messages.h says for the op */
};

/* err: VT_OK or an error of the wire. `numbers`: what a reply to the author carries; NULL for a
 * repeated cid, whose row came before; then `cs` is the first one's all the same. */
typedef void vt_thread_fn(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers);

/* `author` gets no event, since the reply says it; NULL: everybody gets one. VT_OK and then `done`
 * (may be NULL) in a later turn, always; or VT_ERR_STORE_UNAVAILABLE, VT_ERR_TOO_LARGE. */
int vt_thread_append(struct vt_conversation *conv, const struct vt_thread_row *row,
                     const struct vt_member *author, vt_thread_fn *done, void *arg);

#endif
