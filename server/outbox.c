/* SPDX-License-Identifier: Apache-2.0 */
#include "server/outbox.h"

#include <stdlib.h>

#include "server/base/err.h"

enum { FIFO_FIRST = 4, FIFO_KEEP = 16 };

void vt_outbox_init(struct vt_outbox *box, uint32_t limit_bytes, uint32_t credit_bytes)
{
    *box = (struct vt_outbox){ .limit_bytes = limit_bytes, .credit_bytes = credit_bytes };
}

static struct vt_frame *fifo_pop(struct vt_fifo *fifo)
{
    struct vt_frame *frame = fifo->frames[fifo->head];
    fifo->head = (fifo->head + 1) & (fifo->cap - 1);
    fifo->count--;
    return frame;
}

static int fifo_push(struct vt_fifo *fifo, struct vt_frame *frame)
{
    if (fifo->count == fifo->cap) {
        uint32_t cap = fifo->cap ? fifo->cap * 2 : FIFO_FIRST;
        struct vt_frame **frames = malloc(cap * sizeof(struct vt_frame *));
        if (!frames)
            return VT_ERR_NOMEM;
        for (uint32_t i = 0; i < fifo->count; i++)
            frames[i] = fifo->frames[(fifo->head + i) & (fifo->cap - 1)];
        free(fifo->frames);
        *fifo = (struct vt_fifo){ .frames = frames, .cap = cap, .count = fifo->count };
    }
    fifo->frames[(fifo->head + fifo->count) & (fifo->cap - 1)] = frame;
    fifo->count++;
    return VT_OK;
}

/* A burst leaves a large ring behind; an idle peer should not pay for it. */
static void fifo_trim(struct vt_fifo *fifo)
{
    if (fifo->count == 0 && fifo->cap > FIFO_KEEP) {
        free(fifo->frames);
        *fifo = (struct vt_fifo){ 0 };
    }
}

void vt_outbox_finish(struct vt_outbox *box)
{
    for (size_t i = 0; i < VT_COUNT(box->fifos); i++) {
        while (box->fifos[i].count > 0)
            vt_frame_unref(fifo_pop(&box->fifos[i]));
        free(box->fifos[i].frames);
    }
    for (size_t i = 0; i < box->slots_n; i++)
        vt_frame_unref(box->slots[i].frame);
    free(box->slots);
    vt_outbox_init(box, box->limit_bytes, box->credit_bytes);
}

static struct vt_slot *slot_of(struct vt_outbox *box, uint64_t key)
{
    struct vt_slot *idle = NULL;
    for (size_t i = 0; i < box->slots_n; i++) {
        if (box->slots[i].key == key)
            return &box->slots[i];
        if (!box->slots[i].frame)
            idle = &box->slots[i];
    }
    if (!idle && box->slots_n < VT_OUTBOX_SLOTS) {
        struct vt_slot *slots = realloc(box->slots, (box->slots_n + 1U) * sizeof(*slots));
        if (!slots)
            return NULL;
        box->slots = slots;
        idle = &slots[box->slots_n++];
    }
    if (idle)
        *idle = (struct vt_slot){ .key = key };
    return idle;
}

static int push_fifo(struct vt_outbox *box, struct vt_frame *frame, enum vt_class class)
{
    if (fifo_push(&box->fifos[class], frame) != VT_OK)
        return VT_OUTBOX_FULL;
    vt_frame_ref(frame);
    box->bytes += frame->len;
    return VT_OUTBOX_OK;
}

/* With every slot waiting the frame stands in line instead: a list of a hundred rows that all change in one
 * turn is no slow reader. Later values of the same key come after it. */
static int push_latest(struct vt_outbox *box, struct vt_frame *frame, uint64_t key)
{
    struct vt_slot *slot = slot_of(box, key);
    if (!slot)
        return push_fifo(box, frame, VT_CLASS_ORDERED);
    if (slot->frame) {
        box->bytes -= slot->frame->len;
        slot->frame = vt_frame_unref(slot->frame);
        slot->overwritten = 1;
    } else {
        box->slots_waiting++;
    }
    slot->frame = vt_frame_ref(frame);
    box->bytes += frame->len;
    return VT_OUTBOX_OK;
}

int vt_outbox_push(struct vt_outbox *box, struct vt_frame *frame, enum vt_class class, uint64_t key,
                   int64_t now_ms)
{
    if (frame->len > box->limit_bytes || box->bytes > box->limit_bytes - frame->len)
        return VT_OUTBOX_FULL;
    if (class == VT_CLASS_ORDERED && box->ordered_bytes + frame->len > box->credit_bytes)
        return VT_OUTBOX_NO_CREDIT;
    if (box->bytes == 0)
        box->waiting_since_ms = now_ms;
    if (class == VT_CLASS_LATEST)
        return push_latest(box, frame, key);
    int result = push_fifo(box, frame, class);
    if (result == VT_OUTBOX_OK && class == VT_CLASS_ORDERED)
        box->ordered_bytes += frame->len;
    return result;
}

static void take(struct vt_outbox *box, struct vt_frame *frame, struct vt_buf *out)
{
    vt_buf_append(out, frame->data, frame->len);
    box->bytes -= frame->len;
    vt_frame_unref(frame);
}

static void take_latest(struct vt_outbox *box, struct vt_buf *out, vt_outbox_slow_fn *slow, void *arg)
{
    for (size_t i = 0; i < box->slots_n; i++) {
        struct vt_slot *slot = &box->slots[i];
        slot->streak = slot->overwritten ? (uint8_t)(slot->streak + 1) : 0;
        slot->overwritten = 0;
        if (slot->frame) {
            take(box, slot->frame, out);
            slot->frame = NULL;
        }
        if (slot->streak >= VT_SLOW_FLUSHES) {
            slot->streak = 0;
            if (slow)
                slow(arg, slot->key);
        }
    }
    box->slots_waiting = 0;
}

uint32_t vt_outbox_fill(struct vt_outbox *box, struct vt_buf *out, int64_t now_ms, vt_outbox_slow_fn *slow,
                        void *arg)
{
    static const enum vt_class order[] = { VT_CLASS_LINK, VT_CLASS_DURABLE, VT_CLASS_CONTROL,
                                           VT_CLASS_ORDERED };
    for (size_t i = 0; i < VT_COUNT(order); i++) {
        struct vt_fifo *fifo = &box->fifos[order[i]];
        while (fifo->count > 0)
            take(box, fifo_pop(fifo), out);
        fifo_trim(fifo);
    }
    box->ordered_bytes = 0;
    if (box->slots_waiting > 0) {
        int64_t due_ms = box->latest_at_ms + VT_LATEST_EVERY_MS - now_ms;
        if (due_ms > 0 && due_ms <= VT_LATEST_EVERY_MS) {
            box->waiting_since_ms = now_ms;
            return (uint32_t)due_ms;
        }
        box->latest_at_ms = now_ms;
        take_latest(box, out, slow, arg);
    }
    box->waiting_since_ms = box->bytes > 0 ? now_ms : 0; /* `slow` may have queued one for this very peer */
    return 0;
}
