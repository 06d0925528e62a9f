/* SPDX-License-Identifier: Apache-2.0 */
/* Answer: what most requests of class D do: a row in the author's name, and the reply once it is committed.
 * And entering: what a window of staff does that takes up a conversation it is no member of. */
#ifndef VT_ANSWER_H
#define VT_ANSWER_H

#include "server/join.h"
#include "server/reply.h"
#include "server/thread.h"

/* Runs when the row is committed, before the reply, which gets what it returns (NULL: {}). `conv` is NULL
 * when it has left memory; `fresh` is false for a repeated cid, whose effects came before. */
struct vt_committed {
    struct vt_app *app;
    enum vt_op op;
    struct vt_conversation *conv;
    uint32_t cs;
    bool fresh;
};
typedef const void *vt_committed_fn(const struct vt_committed *done, void *state);
/* `state` (may be NULL) is copied. VT_OK: it will be answered; else an error for dispatch. */
int vt_answer_row(struct vt_request *rq, const struct vt_thread_row *row, vt_committed_fn *fn,
                  const void *state, size_t state_bytes);

/* VT_OK with a gathered join of a member, to be flushed after what must come first; else join and member are
 * NULL. */
typedef void vt_enter_fn(void *arg, struct vt_join *join, struct vt_member *member, int err);
/* VT_OK and then `done` in a later turn, always. The peer may be gone by then: VT_ERR_NOT_FOUND; so is a
 * conversation of another queue (rights.h), unless it is `given`. */
int vt_enter(struct vt_peer *peer, struct vt_str conv, bool given, vt_enter_fn *done, void *arg);

#endif
