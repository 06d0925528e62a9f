/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_service.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/media_internal.h"

enum {
    SECOND_MS = 1000,
    UP_MS = 15000, /* without any worker for this long, nothing is promised any more */
    REFUSALS_MOST = 1024,
    BACKLOG_BYTES = 100000 * VT_MASTERS_ID,
    RETRY_S = 5
};

bool vt_media_is_up(const struct vt_media *media)
{
    return media->pool && !media->is_closing && !media->is_down;
}

void vt_media_not_ready(struct vt_media_problem *problem)
{
    vt_media_problem_set(problem, VT_MEDIA_NOT_READY,
                         "No picture worker is running; the picture will be made later.");
    problem->retry_after_s = RETRY_S;
}

bool vt_media_is_refused(struct vt_media *media, struct vt_str key, struct vt_media_problem *ret_problem)
{
    const struct vt_media_problem *known = vt_refusals_find(&media->refusals, key, vt_now_ms());
    if (known)
        *ret_problem = *known;
    return known != NULL;
}

/* --- a worker ---------------------------------------------------------------------------------------- */

/* A job on a worker, from submit to result; its price is known when it ends. */
struct running {
    struct vt_list link; /* vt_media.runnings */
    struct vt_media *media;
    struct vt_job *job;
    int64_t started_ms;
    /* What is refused after two kills: an original by its id, else this one recipe. A picture whose largest
     * rendition takes too long must not lose its thumbs. */
    char blame[VT_RECIPE_KEY + 1];
};

static void running_free(struct running *running)
{
    vt_list_remove(&running->link);
    free(running);
}

static void handle_pool_done(void *arg, const struct vt_media_result *result)
{
    struct running *running = arg;
    struct vt_media *media = running->media;
    int64_t spent_ms = vt_now_ms() - running->started_ms;
    if (!result->more) {
        media->price_ms = spent_ms;
        vt_media_count_job(spent_ms);
        if ((result->err == VT_MEDIA_DEADLINE || result->err == VT_MEDIA_WORKER_DIED) && !media->is_closing)
            vt_refusals_strike(&media->refusals, vt_str(running->blame), vt_now_ms());
    }
    vt_jobs_done(running->job, result);
    if (result->more)
        return;
    /* After the cache has it: who looked on may ask for the whole at once. */
    vt_media_film_over(media, running->blame, result->err == VT_MEDIA_OK);
    running_free(running);
}

/* The smaller copy of a film takes seconds, and nobody waits for it; all else of the background is short. */
static bool interrupt_job(void *arg, struct vt_job *job, const struct vt_recipe *recipe)
{
    struct vt_media *media = arg;
    if (recipe->kind != VT_RECIPE_FILM_AV1)
        return false;
    VT_LIST_EACH (running, &media->runnings, struct running, link)
        if (running->job == job && vt_pool_abandon(media->pool, handle_pool_done, running)) {
            running_free(running);
            return true;
        }
    return false;
}

int vt_media_submit(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe,
                    const int *source_fds, size_t n_sources, int out_fd)
{
    struct running *running = calloc(1, sizeof(*running));
    if (!running)
        return VT_ERR_NOMEM;
    vt_list_init(&running->link);
    running->media = media;
    running->job = job;
    running->started_ms = vt_now_ms();
    int err = VT_OK;
    if (recipe->kind == VT_RECIPE_INGEST)
        vt_str_copy(running->blame, sizeof(running->blame), vt_str(recipe->media));
    else
        err = vt_recipe_key(recipe, running->blame);
    if (!err)
        err = vt_pool_submit_many(media->pool, recipe, source_fds, n_sources, out_fd,
                                  vt_jobs_deadline_ms(recipe), handle_pool_done, running);
    if (err)
        free(running);
    else
        vt_list_append(&media->runnings, &running->link);
    /* A worker that does not take a job is one about to be seen dead: the job waits for the next. */
    return err == VT_ERR_IO ? VT_ERR_FULL : err;
}

static int start_job(void *arg, struct vt_job *job, const struct vt_recipe *recipe)
{
    struct vt_media *media = arg;
    if (!vt_media_is_up(media) || !vt_pool_is_idle(media->pool))
        return VT_ERR_FULL;
    if (recipe->kind == VT_RECIPE_INGEST)
        return vt_media_start_ingest(media, job, recipe);
    if (recipe->kind == VT_RECIPE_TEMPLATE)
        return vt_media_start_template(media, job, recipe);
    if (recipe->kind >= VT_RECIPE_CLIP_CUT)
        return vt_media_start_clip(media, job, recipe);
    if (recipe->kind >= VT_RECIPE_FILM)
        return vt_media_start_film(media, job, recipe);
    struct vt_media_master *master = vt_masters_find(media->masters, vt_str(recipe->media));
    if (!master)
        return VT_ERR_MISSING;
    int err = vt_media_submit(media, job, recipe, &master->fd, 1, -1);
    vt_media_master_unref(master);
    return err;
}

/* Kept beside the masters by whoever asked for it, not in the cache. */
static bool is_master(const struct vt_recipe *recipe)
{
    return recipe->kind == VT_RECIPE_INGEST || recipe->kind == VT_RECIPE_CLIP_CUT ||
           (recipe->kind == VT_RECIPE_CLIP && recipe->max_bytes == 0);
}

static void keep_result(void *arg, const struct vt_recipe *recipe, struct vt_str key, struct vt_str group,
                        const struct vt_media_result *result)
{
    struct vt_media *media = arg;
    if (recipe->kind == VT_RECIPE_FILM && result->more)
        vt_media_film_grew(media, key);
    if (result->more || is_master(recipe))
        return;
    struct vt_blob *blob = vt_blob_create(result->bytes, result->len);
    if (blob)
        vt_cache_put(media->cache, group, key, blob);
    vt_blob_unref(blob);
}

/* --- every second --------------------------------------------------------------------------------------- */

/* No worker will empty the queues. */
static void end_all(struct vt_media *media)
{
    vt_media_end_queued(media);
    vt_media_end_ingests(media);
}

static void watch_workers(struct vt_media *media, const struct vt_pool_stats *now)
{
    bool is_there = now->idle + now->busy > 0;
    if (is_there)
        media->up_ms = vt_now_ms();
    if (is_there && media->is_down) {
        media->is_down = false;
        vt_log(VT_LOG_INFO, "media.workers-back", VT_LOG_N("workers", now->idle + now->busy));
        vt_jobs_pump(media->jobs);
    } else if (!media->is_down && vt_now_ms() - media->up_ms > UP_MS) {
        media->is_down = true;
        vt_log(VT_LOG_ERROR, "media.no-workers",
               VT_LOG_T("detail",
                        "picture workers do not start; pictures are answered with not-ready until they do"),
               VT_LOG_N("tried", now->parents));
        end_all(media);
    }
}

static void handle_second(void *arg)
{
    struct vt_media *media = arg;
    struct vt_pool_stats now = { 0 };
    struct vt_cache_stats kept;
    if (media->pool) {
        vt_pool_stats(media->pool, &now);
        watch_workers(media, &now);
    }
    vt_cache_stats(media->cache, &kept);
    vt_media_count_state(&media->told, &now, &kept);
    media->told = now;
    vt_media_end_belated(media);
    vt_media_retry_clips(media);
    vt_media_feed_backlog(media);
}

static void handle_idle(void *arg)
{
    struct vt_media *media = arg;
    media->up_ms = vt_now_ms();
    if (media->jobs && !media->is_closing)
        vt_jobs_pump(media->jobs);
}

/* --- open, close ------------------------------------------------------------------------------------------
 */

/* One a core for pictures and one for films, unless told otherwise. */
static uint32_t worker_count(const struct vt_config *config)
{
    return config->media_workers > 0 ? (uint32_t)config->media_workers : uv_available_parallelism() + 1;
}

/* Without workers the server still serves tiles, what the cache has, and originals. */
static void open_pool(struct vt_media *media)
{
    const struct vt_pool_config config = { .binary = media->deps.binary,
                                           .workers = worker_count(media->deps.config),
                                           .on_idle = handle_idle,
                                           .arg = media };
    if (!media->deps.binary)
        return;
    media->pool = vt_pool_open(vt_loop_uv(media->deps.loop), &config);
    if (!media->pool)
        vt_log(VT_LOG_ERROR, "media.no-workers",
               VT_LOG_T("detail",
                        "the picture workers' process cannot be started; pictures that are not in the "
                        "cache are answered with not-ready"));
}

static int open_parts(struct vt_media *media, struct vt_buf *ret_error)
{
    const struct vt_config *config = media->deps.config;
    char dir[4096];
    snprintf(dir, sizeof(dir), "%s/cache", config->data);
    const struct vt_cache_config cache = { .dir = config->media_disk > 0 ? dir : NULL,
                                           .ram_bytes = (uint64_t)config->media_ram,
                                           .disk_bytes = (uint64_t)config->media_disk };
    const struct vt_jobs_config jobs = { .workers = worker_count(config),
                                         .start = start_job,
                                         .interrupt = interrupt_job,
                                         .result = keep_result,
                                         .arg = media };
    open_pool(media); /* first: it inherits nothing that the others open */
    media->masters = vt_masters_open(config->data, ret_error);
    if (!media->masters)
        return VT_ERR_IO;
    media->cache = vt_cache_open(vt_loop_uv(media->deps.loop), &cache);
    if (!media->cache) {
        vt_buf_printf(ret_error, "%s cannot be opened.", dir);
        return VT_ERR_IO;
    }
    media->jobs = vt_jobs_create(&jobs);
    media->budget = vt_media_budget_create(config->media_budget, config->media_budget_back);
    return media->jobs && media->budget ? VT_OK : VT_ERR_NOMEM;
}

struct vt_media *vt_media_open(const struct vt_media_deps *deps, struct vt_buf *ret_error)
{
    struct vt_media *media = calloc(1, sizeof(*media));
    if (!media)
        return NULL;
    media->deps = *deps;
    media->up_ms = vt_now_ms();
    vt_list_init(&media->makes);
    vt_list_init(&media->lives);
    vt_list_init(&media->watchers);
    vt_list_init(&media->spinnings);
    vt_list_init(&media->runnings);
    vt_list_init(&media->cuttings);
    vt_list_init(&media->codings);
    vt_map_init(&media->ingests);
    vt_refusals_init(&media->refusals, REFUSALS_MOST);
    vt_buf_init(&media->backlog, BACKLOG_BYTES);
    vt_timer_init(deps->loop, &media->second, handle_second, media);
    vt_timer_start(&media->second, SECOND_MS, SECOND_MS);
    vt_media_metrics();
    if (open_parts(media, ret_error) != VT_OK && ret_error->len == 0)
        vt_buf_text(ret_error, "No memory for the pictures.");
    return media;
}

void vt_media_start(struct vt_media *media)
{
    vt_media_look_again(media);
}

void vt_media_close(struct vt_media *media)
{
    if (!media || media->is_closing)
        return;
    media->is_closing = true;
    vt_timer_close(&media->second, NULL);
    if (media->pool)
        vt_pool_close(media->pool); /* tells every running job's waiters */
    media->pool = NULL;
    vt_jobs_destroy(media->jobs); /* and those of the queued ones */
    media->jobs = NULL;
    vt_media_end_films(media);
    vt_media_end_clips(media);
    if (media->cache)
        vt_cache_close(media->cache);
    media->cache = NULL;
    vt_media_end_loading(media); /* the cache calls nobody any more */
    vt_media_end_ingests(media);
    vt_media_end_spins(media);
}

void vt_media_destroy(struct vt_media *media)
{
    if (!media)
        return;
    vt_media_close(media);
    vt_refusals_finish(&media->refusals);
    vt_media_budget_destroy(media->budget);
    vt_map_finish(&media->ingests);
    vt_masters_destroy(media->masters);
    vt_buf_finish(&media->backlog);
    free(media);
}
