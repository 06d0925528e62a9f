/* SPDX-License-Identifier: Apache-2.0 */
/* Worker processes: the only place where foreign bytes meet a codec.
 *
 * The pool executes a binary with the argument "media-worker"; that parent forks the workers, so
 * open the pool before keys and stores and no worker ever held one. A worker does one job at a
 * time, has one thread for it, and neither files nor network (worker_seccomp.c). Past the job's
 * deadline it is killed from outside; one spare is always warm, so the next job does not wait for
 * a start. A crash costs the job that caused it.
 *
 * The pool has no queue: when every worker is busy a job is refused and media/jobs.h keeps it.
 * Loop thread only. */
#ifndef VT_MEDIA_POOL_H
#define VT_MEDIA_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "media/media_errors.h"
#include "media/recipe.h"

struct vt_media_result {
    enum vt_media_err err;
    bool more;         /* ingest: this is the thumb, the master follows */
    const void *bytes; /* borrowed until the callback returns; NULL when there are none */
    size_t len;
    int fd;                 /* the same bytes, sealed; borrowed likewise: dup it to keep it. -1: none */
    uint32_t width, height; /* of the rendition; ingest: of the upright picture */
    uint32_t warnings;      /* that a library uttered; 0 is what we expect */
    struct vt_media_problem problem; /* when err is not VT_MEDIA_OK: what to tell the asker */
};

typedef void vt_pool_done_fn(void *arg, const struct vt_media_result *result);

struct vt_pool_config {
    const char *binary;         /* borrowed; its main calls vt_worker_main for "media-worker" */
    unsigned workers;           /* jobs at once; 0: one a core, 64 at most */
    void (*on_idle)(void *arg); /* a job would be taken now; NULL: nobody asks */
    void *arg;
};

struct vt_pool_stats {
    unsigned workers, idle, busy, starting;
    uint64_t jobs, deadlines, deaths, retired, parents; /* since the pool opened */
};

struct vt_pool;

/* NULL when the parent cannot be started. Workers come up while the loop runs. */
struct vt_pool *vt_pool_open(uv_loop_t *loop, const struct vt_pool_config *config);

/* Kills every worker and ends each running job with VT_MEDIA_WORKER_DIED. The memory goes when the
 * loop has closed the handles: let it run once more. */
void vt_pool_close(struct vt_pool *pool);

/* True when a submit would be taken. */
bool vt_pool_is_idle(const struct vt_pool *pool);
void vt_pool_stats(const struct vt_pool *pool, struct vt_pool_stats *ret_stats);

/* Starts a job. `source_fd`: a master, for ingest the original; a regular file open for reading.
 * `out_fd`: ingest needs an empty file open for reading and writing, which becomes the master
 * (the bytes of the result are then its tile index); else -1. Both stay the caller's and may be
 * closed at once. `done` is called exactly once with `more` false, never from within this call.
 * VT_OK, VT_ERR_FULL (every worker is busy or starting), VT_ERR_INVALID, VT_ERR_IO. */
int vt_pool_submit(struct vt_pool *pool, const struct vt_recipe *recipe, int source_fd, int out_fd,
                   uint32_t deadline_ms, vt_pool_done_fn *done, void *arg);

/* The same with up to twelve sources, in the order of the template or film. A film's `out_fd`, or -1, takes
 * its fragments as they are made; each time there are more, `done` comes with `more` and no bytes. */
int vt_pool_submit_many(struct vt_pool *pool, const struct vt_recipe *recipe, const int *source_fds,
                        size_t n_sources, int out_fd, uint32_t deadline_ms, vt_pool_done_fn *done, void *arg);

/* Nobody wants the job with this `done` and `arg` any more: its worker is killed and `done` never called.
 * Cheap enough for long jobs only; a short one is better left to end. False when there is none. */
bool vt_pool_abandon(struct vt_pool *pool, vt_pool_done_fn *done, void *arg);

#endif
