/* SPDX-License-Identifier: Apache-2.0 */
/* Join: how a peer becomes a member, with exactly what it misses or all of it.
 *
 * The member is attached first and holds what is published meanwhile; history and store are asked
 * for what lies between the client's numbers and that moment; then replay and held frames leave in
 * order. If one number is missing, or they are more than the outbox should take at once, a snapshot goes
 * instead: never a part, never by time. */
#ifndef VT_JOIN_H
#define VT_JOIN_H

#include "server/conversation.h"

enum { VT_HELD_MAX = 256, VT_REPLAY_ROWS = 256, VT_SNAPSHOT_ROWS = 50, VT_SNAPSHOT_PEOPLE = 16 };

/* What the client knows; epoch 0: nothing, so a snapshot follows. */
struct vt_position {
    uint32_t epoch, s, cs;
};

struct vt_join;
/* `join` is gathered: call vt_join_flush after what must come first (a welcome, a reply), or vt_join_drop. */
typedef void vt_join_fn(void *arg, struct vt_join *join, int err);

/* Attaches `peer` (again is harmless: the member is reused) and gathers. VT_OK and then `done` in a
 * later turn, always; or VT_ERR_CAP_REACHED, VT_ERR_OVERLOADED. The peer's leaving ends it: `done` then gets
 * VT_ERR_GONE. */
int vt_join_start(struct vt_conversation *conv, struct vt_peer *peer, struct vt_position from,
                  vt_join_fn *done, void *arg);
struct vt_member *vt_join_member(struct vt_join *join); /* NULL: gone meanwhile */
bool vt_join_recovered(const struct vt_join *join);
/* For welcome and replies: c, epoch, s, cs as they will stand after the flush. */
void vt_join_describe(const struct vt_join *join, struct vt_t_welcome_conv *ret);
/* Sends replay or snapshot, then what was held. `tell_chans`: by chan.open, where no welcome lists them; a
 * member who knows them gets only what has changed. Frees the join. */
void vt_join_flush(struct vt_join *join, bool tell_chans);
/* A member that this join brought is none again. */
void vt_join_drop(struct vt_join *join);

/* At the end of each turn: the joins for which the store could not even be asked. */
void vt_joins_tell_failed(struct vt_app *app);

/* fanout.c: a frame for a member whose replay runs. */
void vt_join_hold(struct vt_member *member, struct vt_frame *frame, enum vt_class class, uint64_t key);
/* An answer with a number stands in order among what is held. False: not held, to be sent at once. */
bool vt_join_hold_reply(struct vt_member *member, struct vt_frame *frame, enum vt_class class);
void vt_join_unhold(struct vt_member *member); /* drops what is held; for conversation.c */

#endif
