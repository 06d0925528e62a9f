/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: one libuv loop on one thread that owns every session, peer, conn and outbox.
 *
 * A turn is: timers, idle, the hooks of vt_loop_on_turn_end (uv_prepare), wait, sockets. Hooks run
 * once a turn after everything that could have produced output and before the wait, so what a
 * timer or a posted call made leaves in the same turn. Other threads reach the loop by
 * vt_loop_post only and hold ids, never pointers to what the loop owns. */
#ifndef VT_LOOP_H
#define VT_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "server/base/list.h"

struct vt_loop;

typedef void vt_call_fn(void *arg);

struct vt_loop *vt_loop_create(void); /* NULL: no memory or no descriptors */
void vt_loop_destroy(struct vt_loop *loop);
uv_loop_t *vt_loop_uv(struct vt_loop *loop);

/* Runs until every handle is closed (vt_loop_close_own closes the loop's own). */
void vt_loop_run(struct vt_loop *loop);
void vt_loop_close_own(struct vt_loop *loop);
/* Runs until no handle but the loop's own is left and what was posted has run: the moment at the end
 * when nothing can call anybody any more, and the store may close. Not from a callback. */
void vt_loop_run_dry(struct vt_loop *loop);

/* Any thread, and the loop's own: `fn(arg)` runs on the loop thread in a later turn, in the order
 * of posting. VT_OK or VT_ERR_NOMEM. */
int vt_loop_post(struct vt_loop *loop, vt_call_fn *fn, void *arg);

/* A post inside what is posted: it takes no memory, so it cannot fail. Not posted again before `fn` is
 * called, which may free it. */
struct vt_post {
    struct vt_post *next; /* borrowed: the loop's list */
    vt_call_fn *fn;
    void *arg;
    bool owned; /* by the loop: made by vt_loop_post */
};
void vt_loop_post_own(struct vt_loop *loop, struct vt_post *post, vt_call_fn *fn, void *arg);

struct vt_turn_hook {
    struct vt_list link; /* in vt_loop.hooks */
    vt_call_fn *fn;
    void *arg; /* borrowed */
};
/* Loop thread. Hooks run in the order in which they were added. */
void vt_loop_on_turn_end(struct vt_loop *loop, struct vt_turn_hook *hook);

/* A timer inside its owner. Start again to move it; stop is harmless when it does not run.
 * vt_timer_close must come before the owner's memory goes, and `closed(arg)` (may be NULL) says
 * when it may. */
struct vt_timer {
    uv_timer_t uv;
    vt_call_fn *fn;
    vt_call_fn *closed;
    void *arg;
};
void vt_timer_init(struct vt_loop *loop, struct vt_timer *timer, vt_call_fn *fn, void *arg);
void vt_timer_start(struct vt_timer *timer, uint64_t in_ms, uint64_t repeat_ms);
void vt_timer_stop(struct vt_timer *timer);
void vt_timer_close(struct vt_timer *timer, vt_call_fn *closed);

/* libuv's pool: `work(arg)` there, then `done(arg)` here. At most 64 wait; VT_ERR_FULL beyond. */
int vt_loop_work(struct vt_loop *loop, vt_call_fn *work, vt_call_fn *done, void *arg);

#endif
