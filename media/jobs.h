/* SPDX-License-Identifier: Apache-2.0 */
/* Work waiting for a worker: one job per key, however many wait for it.
 *
 * Three queues, each with a bound: tiles and thumbs before cards and sheets before films; a fourth,
 * for what nobody waits for, runs only while the others are empty. Films never take the last free
 * worker of several, the fourth not the last two of more than two. Where all are busy and somebody waits,
 * work of the fourth is stopped and begun again, a few times at most. Who asks is told at once when the queue
 * is full or the wait would be too long. Whoever starts a job on a worker is behind `start`, so this file
 * knows neither processes nor files. Loop thread only. */
#ifndef VT_MEDIA_JOBS_H
#define VT_MEDIA_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "media/media_errors.h"
#include "media/pool.h"
#include "media/recipe.h"
#include "server/base/list.h"

enum vt_job_queue { VT_JOB_TILE, VT_JOB_CARD, VT_JOB_FILM, VT_JOB_BACKGROUND, VT_JOB_QUEUES };

struct vt_jobs;
struct vt_job;

/* Starts a job; vt_jobs_done(job, result) must follow, never from within. VT_OK; VT_ERR_FULL: no
 * worker now, it stays queued; VT_ERR_MISSING: its source is gone; else the job fails. */
typedef int vt_jobs_start_fn(void *arg, struct vt_job *job, const struct vt_recipe *recipe);
/* Stops a running job nobody waits for: true when it stopped and vt_jobs_done will not come. */
typedef bool vt_jobs_abandon_fn(void *arg, struct vt_job *job);
/* Stops a running job of the background, which is begun again later: true when it stopped and vt_jobs_done
 * will not come, false when it is worth waiting for. */
typedef bool vt_jobs_interrupt_fn(void *arg, struct vt_job *job, const struct vt_recipe *recipe);
/* Every good result, once, before the waiters: the place to fill the cache. */
typedef void vt_jobs_result_fn(void *arg, const struct vt_recipe *recipe, struct vt_str key,
                               struct vt_str group, const struct vt_media_result *result);

struct vt_jobs_config {
    uint32_t workers;               /* jobs at once; at least 1 */
    uint32_t bounds[VT_JOB_QUEUES]; /* waiting, not running; 0: 64, 32, 8, 256 */
    vt_jobs_start_fn *start;
    vt_jobs_abandon_fn *abandon;     /* NULL: running jobs end by themselves */
    vt_jobs_interrupt_fn *interrupt; /* NULL: what waits, waits for the background, too */
    vt_jobs_result_fn *result;       /* NULL: nothing is kept */
    void *arg;
};

struct vt_jobs_stats {
    uint64_t started, joined, refused_full, refused_wait, failed;
    uint32_t running, waiting[VT_JOB_QUEUES];
};

/* In the memory of the one who waits; `done` comes once with `more` false, or not at all after a
 * leave. The result is borrowed while the call lasts. */
struct vt_job_waiter {
    struct vt_list link; /* of vt_job.waiters */
    struct vt_job *job;  /* borrowed; NULL: not waiting */
    vt_pool_done_fn *done;
    void *arg;
};

struct vt_job_request {
    const struct vt_recipe *recipe; /* copied, template_json too */
    struct vt_str key;              /* of the recipe */
    struct vt_str group;            /* as in the cache */
    enum vt_job_queue queue;
    uint32_t max_wait_ms; /* 0: any. Viewers: VT_JOB_WAIT_MS */
};

enum { VT_JOB_WAIT_MS = 200 };

struct vt_jobs *vt_jobs_create(const struct vt_jobs_config *config);
/* Ends every waiter with VT_MEDIA_BUSY. The pool is closed before, so that no result comes after. */
void vt_jobs_destroy(struct vt_jobs *jobs);

/* VT_MEDIA_OK: `waiter` is told later (NULL: nobody waits, for background work). BUSY: bound or wait,
 * `problem` says which and when to ask again. WORKER_DIED, UNKNOWN: it could not be started. */
enum vt_media_err vt_jobs_request(struct vt_jobs *jobs, const struct vt_job_request *request,
                                  struct vt_job_waiter *waiter, struct vt_media_problem *problem);

/* No longer interested; harmless when not waiting. A queued job without waiters is dropped, a running
 * one offered to `abandon`; films and background work go on. */
void vt_jobs_leave(struct vt_job_waiter *waiter);

/* The result of `job`, from the pool (vt_pool_done_fn). With `more` it goes to the waiters and the
 * job goes on. */
void vt_jobs_done(void *job, const struct vt_media_result *result);

/* A worker is free. */
void vt_jobs_pump(struct vt_jobs *jobs);

/* Ends every job of a group with VT_MEDIA_UNKNOWN; the result of a running one is dropped. */
void vt_jobs_erase(struct vt_jobs *jobs, struct vt_str group);

/* How many may wait there. */
uint32_t vt_jobs_bound(const struct vt_jobs *jobs, enum vt_job_queue queue);
/* Milliseconds until a new job of this queue would start. */
uint32_t vt_jobs_expected_wait_ms(struct vt_jobs *jobs, enum vt_job_queue queue);
/* 0: running or done; 1: next; and so on. */
uint32_t vt_jobs_position(const struct vt_job_waiter *waiter);
/* The same of the job of a key; false when there is none. */
bool vt_jobs_find(struct vt_jobs *jobs, struct vt_str key, uint32_t *ret_position);
void vt_jobs_stats(const struct vt_jobs *jobs, struct vt_jobs_stats *ret_stats);

/* After how long a job of this recipe is killed: tile 1 s, thumb 2 s, template and other IIIF 3 s,
 * ingest, films and what a clip is looked at by 10 s; a clip coded anew that and three times what it plays.
 */
uint32_t vt_jobs_deadline_ms(const struct vt_recipe *recipe);

#endif
