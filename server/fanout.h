/* SPDX-License-Identifier: Apache-2.0 */
/* Fan-out: one event becomes one frame per audience, shared by everyone in it.
 *
 * Audiences are customer, guest and staff: staff get the conversation's number `c`, and what an
 * audience may not see is a gap in its chain, so each has its own `p`. Numbers are given here and
 * nowhere else. A member whose replay still runs gets its frames afterwards (join.c). */
#ifndef VT_FANOUT_H
#define VT_FANOUT_H

#include "protocol/codec/codec.h"
#include "server/conversation.h"

struct vt_event {
    enum vt_op op;
    const char *by;   /* NULL: nobody */
    const void *d;    /* as messages.h says for the op */
    uint8_t audience; /* bits 1 << VT_AUDIENCE_…, narrower than the row's roles; 0: the row's */
    uint32_t subject; /* of a latest event: what it is about, 16 bits */
    const struct vt_member *except; /* who asked gets the reply instead; NULL: everyone */
};

/* Class C: takes the next `s`, goes into the history and out to the row's roles. *ret_numbers (may
 * be NULL) is what the reply to `except` carries. */
void vt_fanout_control(struct vt_conversation *conv, const struct vt_event *event,
                       struct vt_event_head *ret_numbers);
/* Class L, text: one slot per op, conversation and subject. */
void vt_fanout_latest(struct vt_conversation *conv, const struct vt_event *event);
/* A committed row of the thread, `audience` bits 1 << VT_AUDIENCE_…; `body` is JSON of d. */
void vt_fanout_row(struct vt_conversation *conv, const struct vt_store_row *row,
                   const struct vt_member *except, struct vt_event_head *ret_numbers);
/* Link class, to all members. */
void vt_fanout_link(struct vt_conversation *conv, enum vt_op op, const void *d,
                    const struct vt_member *except);
/* There is no memory for what all were to have: closed with 1011 they come back, and then get the whole. */
void vt_fanout_break(struct vt_conversation *conv);
/* To one member alone, unnumbered. */
void vt_fanout_member(struct vt_member *member, enum vt_op op, enum vt_class class, const void *d);
struct vt_chan;
/* A ready binary frame of a channel, to all who may know its writer but `except`; a late slot is keyed by the
 * channel. */
void vt_fanout_frame(struct vt_frame *frame, enum vt_class class, const struct vt_chan *chan,
                     const struct vt_member *except);

/* Bits 1 << VT_AUDIENCE_… of a row's roles. */
uint8_t vt_fanout_audience(uint8_t roles);
/* Queues for a member, or holds while its replay runs. `key`: the slot of a latest frame; the number of a
 * durable or control one, 0 when it has none. */
void vt_member_send(struct vt_member *member, struct vt_frame *frame, enum vt_class class, uint64_t key);

#endif
