/* SPDX-License-Identifier: Apache-2.0 */
/* Outbox: what one peer has yet to receive.
 *
 * Frames go in from fanout and come out in one write at the end of the loop turn, in the order
 * link, durable, control, ordered, latest. The outbox holds a reference on each frame and never
 * looks inside. Two limits apply: `credit_bytes` for ordered frames, `limit_bytes` for all;
 * crossing either is reported to the caller, who decides about the peer. A latest frame stands in
 * a slot, and a newer one of the same slot takes its place; beyond 64 slots it stands in line. Loop
 * thread only. */
#ifndef VT_OUTBOX_H
#define VT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/c/ops.h"
#include "server/base/buf.h"
#include "server/frame.h"

enum { VT_OUTBOX_OK = 0, VT_OUTBOX_NO_CREDIT = 1, VT_OUTBOX_FULL = 2 };
enum { VT_OUTBOX_SLOTS = 64, VT_LATEST_EVERY_MS = 16, VT_SLOW_FLUSHES = 3 };

struct vt_fifo {
    struct vt_frame **frames; /* owned, a ring; NULL until the first frame */
    uint32_t cap, head, count;
};

struct vt_slot {
    uint64_t key;
    struct vt_frame *frame; /* owned; NULL: sent, the slot remembers its streak */
    uint8_t overwritten;    /* since the last flush */
    uint8_t streak;         /* flushes running in which it was overwritten */
};

struct vt_outbox {
    struct vt_fifo fifos[4]; /* by enum vt_class: link, durable, control, ordered */
    struct vt_slot *slots;   /* owned; NULL until the first latest frame */
    uint8_t slots_n;
    uint8_t slots_waiting; /* slots with a frame */
    uint32_t bytes, ordered_bytes;
    uint32_t limit_bytes, credit_bytes;
    int64_t waiting_since_ms; /* 0: empty */
    int64_t latest_at_ms;     /* the last flush that took latest frames */
};

void vt_outbox_init(struct vt_outbox *box, uint32_t limit_bytes, uint32_t credit_bytes);
void vt_outbox_finish(struct vt_outbox *box);

/* Queues `frame`, taking its own reference. `key` names the slot and counts for VT_CLASS_LATEST
 * only. VT_OUTBOX_NO_CREDIT: an ordered frame beyond the credit was refused, this viewer misses a
 * part. VT_OUTBOX_FULL: at the limit, or memory is short: nothing was queued. */
int vt_outbox_push(struct vt_outbox *box, struct vt_frame *frame, enum vt_class class, uint64_t key,
                   int64_t now_ms);

/* Moves everything due into `out`. Latest frames leave at most every 16 ms; returns in how many
 * milliseconds the rest is due, 0 when nothing is left. `slow(arg, key)` (may be NULL) names each
 * slot overwritten in 3 flushes running; it may push. */
typedef void vt_outbox_slow_fn(void *arg, uint64_t key);
uint32_t vt_outbox_fill(struct vt_outbox *box, struct vt_buf *out, int64_t now_ms, vt_outbox_slow_fn *slow,
                        void *arg);

static inline bool vt_outbox_is_empty(const struct vt_outbox *box)
{
    return box->bytes == 0;
}

#endif
