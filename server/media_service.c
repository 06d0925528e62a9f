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
#include "server/quota.h"

enum {
    SECOND_MS = 1000,
    UP_MS = 15000,    /* without any worker for this long, nothing is promised any more */
    QUEUED_MS = 5000, /* an estimate let it in; this is how wrong the estimate may be */
    REFUSALS_MOST = 1024,
    TILE_BYTES_MAX = 4 << 20,
    BACKLOG_BYTES = 100000 * VT_MASTERS_ID,
    RETRY_S = 5
};

/* One who waits for bytes: for a tile, for the disk, or for a worker. */
struct make {
    struct vt_list link; /* vt_media.makes */
    struct vt_media *media;
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1];
    char group[VT_MEDIA_ID_MAX + 1]; /* what it is erased with */
    char payer[64];                  /* "": nobody */
    char site[VT_MEDIA_SITE];        /* "": no site's */
    bool waits;                      /* counts in its site's share of the queue */
    uint32_t max_wait_ms;
    int64_t asked_ms;
    struct vt_media_master *master; /* a reference */
    struct vt_job_waiter waiter;
    bool is_loading; /* vt_cache_load will call */
    bool is_working; /* libuv's pool has it: not to be freed before it is back */
    struct vt_tix_tile tile;
    struct vt_buf bytes;
    int err;
    vt_media_made_fn *made;
    void *arg;
};

static void make_free(struct make *make)
{
    if (make->waits)
        vt_quotas_leave(make->media->deps.quotas, vt_str(make->site), VT_QUOTA_RENDERS);
    vt_list_remove(&make->link);
    vt_media_master_unref(make->master);
    vt_buf_finish(&make->bytes);
    free(make);
}

static void succeed(struct make *make, struct vt_str bytes)
{
    make->made(make->arg, NULL, bytes);
    make_free(make);
}

static void fail(struct make *make, const struct vt_media_problem *problem)
{
    vt_media_count_refused(problem->err);
    make->made(make->arg, problem, (struct vt_str){ NULL, 0 });
    make_free(make);
}

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

/* --- an aligned tile: one pread, in libuv's pool where it would wait for the disk ------------------ */

static void work_tile(void *arg)
{
    struct make *make = arg;
    make->err = vt_tix_copy(make->master->tix, &make->tile, make->master->fd, &make->bytes);
}

static void end_tile(struct make *make)
{
    struct vt_media_problem problem;
    if (make->err == VT_OK) {
        vt_media_count_answer(VT_MEDIA_FROM_TILE);
        succeed(make, vt_buf_view(&make->bytes));
        return;
    }
    vt_media_problem_set(&problem, make->err == VT_ERR_NOMEM ? VT_MEDIA_BUSY : VT_MEDIA_BROKEN,
                         "The tile could not be read from the picture's master.");
    fail(make, &problem);
}

static void handle_tile(void *arg)
{
    struct make *make = arg;
    make->is_working = false;
    end_tile(make);
}

/* A tile in the system's memory costs less than the way to another thread and back. */
static void copy_tile(struct make *make)
{
    struct vt_media_problem problem;
    make->err = vt_tix_copy_now(make->master->tix, &make->tile, make->master->fd, &make->bytes);
    if (make->err == VT_OK) {
        end_tile(make);
        return;
    }
    make->is_working = vt_loop_work(make->media->deps.loop, work_tile, handle_tile, make) == VT_OK;
    if (make->is_working)
        return;
    vt_media_problem_set(&problem, VT_MEDIA_BUSY,
                         "Too many tiles are being read at once. Ask again in a moment.");
    problem.retry_after_s = 1;
    fail(make, &problem);
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

static void pay(struct make *make)
{
    struct vt_media *media = make->media;
    if (make->payer[0])
        vt_media_budget_spend(media->budget, vt_str(make->payer), media->price_ms, vt_now_ms());
    if (make->site[0])
        vt_quotas_spend(media->deps.quotas, vt_str(make->site), VT_QUOTA_RENDERS, (uint32_t)media->price_ms,
                        vt_now_ms());
    media->price_ms = 0;
}

static void handle_rendered(void *arg, const struct vt_media_result *result)
{
    struct make *make = arg;
    if (result->more)
        return;
    if ((make->payer[0] || make->site[0]) && make->media->price_ms > 0)
        pay(make); /* the first who waited pays; the others only joined */
    if (result->err == VT_MEDIA_OK) {
        vt_media_count_answer(VT_MEDIA_FROM_WORKER);
        succeed(make, (struct vt_str){ result->bytes, result->len });
    } else {
        vt_refusals_add(&make->media->refusals, vt_str(make->key), &result->problem, vt_now_ms());
        fail(make, &result->problem);
    }
}

/* What its site has used up, or has waiting, of the workers all share. */
static bool site_may(struct make *make, enum vt_job_queue queue, struct vt_media_problem *problem)
{
    struct vt_quotas *quotas = make->media->deps.quotas;
    struct vt_str site = vt_str(make->site);
    uint32_t after_ms = 0;
    if (!make->site[0])
        return true;
    if (!vt_quotas_has(quotas, site, VT_QUOTA_RENDERS, vt_now_ms(), &after_ms)) {
        vt_media_problem_set(problem, VT_MEDIA_BUDGET,
                             "The time for pictures made to order is used up for this shop.");
        problem->retry_after_s = after_ms / 1000 + 1;
        return false;
    }
    make->waits = vt_quotas_enter(quotas, site, VT_QUOTA_RENDERS, vt_jobs_bound(make->media->jobs, queue));
    if (!make->waits) {
        vt_media_problem_set(problem, VT_MEDIA_BUSY, "Too much waits for this shop. Ask again in a moment.");
        problem->retry_after_s = 1;
    }
    return make->waits;
}

static bool may_pay(struct make *make, struct vt_media_problem *problem)
{
    uint32_t after_s = 0;
    if (!make->payer[0] ||
        vt_media_budget_has(make->media->budget, vt_str(make->payer), vt_now_ms(), &after_s))
        return true;
    vt_media_problem_set(
        problem, VT_MEDIA_BUDGET,
        "The time for pictures made to order is used up for this address or conversation. Thumbs (/t/) and "
        "tiles on the grid of info.json are still given.");
    problem->retry_after_s = after_s;
    return false;
}

static enum vt_job_queue queue_of(const struct vt_recipe *recipe)
{
    switch (recipe->kind) {
    case VT_RECIPE_TEMPLATE:
    case VT_RECIPE_FILM_LOOK:
    case VT_RECIPE_CLIP_LOOK:
    case VT_RECIPE_CLIP_STRIP:
        return VT_JOB_CARD;
    case VT_RECIPE_FILM:
    case VT_RECIPE_CLIP:
        return VT_JOB_FILM;
    case VT_RECIPE_FILM_AV1:
        return VT_JOB_BACKGROUND;
    default:
        return VT_JOB_TILE;
    }
}

static void render(struct make *make)
{
    struct vt_media *media = make->media;
    struct vt_media_problem problem;
    const struct vt_job_request request = {
        .recipe = &make->recipe,
        .key = vt_str(make->key),
        .group = vt_str(make->group),
        .queue = queue_of(&make->recipe),
        .max_wait_ms = make->max_wait_ms,
    };
    if (!vt_media_is_up(media))
        vt_media_not_ready(&problem);
    else if (!vt_media_is_refused(media, vt_str(make->key), &problem) && may_pay(make, &problem) &&
             site_may(make, request.queue, &problem) &&
             vt_jobs_request(media->jobs, &request, &make->waiter, &problem) == VT_MEDIA_OK)
        return;
    fail(make, &problem);
}

/* --- the cache --------------------------------------------------------------------------------------- */

static struct vt_str view_of(const struct vt_blob *blob)
{
    return (struct vt_str){ (const char *)blob->bytes, blob->len };
}

static void handle_loaded(void *arg, struct vt_blob *blob)
{
    struct make *make = arg;
    make->is_loading = false;
    if (!blob) {
        render(make);
        return;
    }
    vt_media_count_answer(VT_MEDIA_FROM_DISK);
    succeed(make, view_of(blob));
}

static bool is_in_ram(struct make *make)
{
    struct vt_blob *blob = vt_cache_get(make->media->cache, vt_str(make->key));
    if (!blob)
        return false;
    vt_media_count_answer(VT_MEDIA_FROM_RAM);
    succeed(make, view_of(blob));
    vt_blob_unref(blob);
    return true;
}

static struct make *make_create(struct vt_media *media, const struct vt_media_order *order,
                                vt_media_made_fn *made, void *arg)
{
    struct make *make = calloc(1, sizeof(*make));
    if (!make)
        return NULL;
    make->media = media;
    make->recipe = *order->recipe;
    memcpy(make->key, order->key, sizeof(make->key));
    vt_str_copy(make->payer, sizeof(make->payer), order->payer.ptr ? order->payer : VT_STR(""));
    vt_str_copy(make->site, sizeof(make->site), order->site.ptr ? order->site : VT_STR(""));
    vt_str_copy(make->group, sizeof(make->group),
                order->group.ptr ? order->group : vt_str(order->recipe->media));
    make->max_wait_ms = order->max_wait_ms;
    make->asked_ms = vt_now_ms();
    make->master = order->master;
    if (make->master)
        make->master->refs++;
    make->waiter.done = handle_rendered;
    make->waiter.arg = make;
    vt_list_init(&make->waiter.link);
    vt_buf_init(&make->bytes, TILE_BYTES_MAX);
    make->made = made;
    make->arg = arg;
    vt_list_append(&media->makes, &make->link);
    return make;
}

void vt_media_make(struct vt_media *media, const struct vt_media_order *order, vt_media_made_fn *made,
                   void *arg)
{
    struct make *make = media->is_closing ? NULL : make_create(media, order, made, arg);
    if (!make) {
        struct vt_media_problem problem;
        vt_media_problem_set(&problem, VT_MEDIA_BUSY, "The server is short of memory, or going down.");
        made(arg, &problem, (struct vt_str){ NULL, 0 });
        return;
    }
    if (make->master && vt_tix_find(make->master->tix, &make->recipe, &make->tile)) {
        copy_tile(make);
        return;
    }
    if (is_in_ram(make))
        return;
    make->is_loading = vt_cache_load(media->cache, vt_str(make->key), handle_loaded, make) == VT_OK;
    if (!make->is_loading)
        render(make);
}

struct vt_blob *vt_media_kept(struct vt_media *media, const char *key)
{
    return media->is_closing ? NULL : vt_cache_get(media->cache, vt_str(key));
}

/* --- every second --------------------------------------------------------------------------------------- */

/* The first that still waits in a queue since `before_ms` or longer. Ending one may end others, so the list
 * is looked through anew each time. */
static struct make *find_queued(struct vt_media *media, int64_t before_ms)
{
    VT_LIST_EACH (make, &media->makes, struct make, link)
        /* A film is waited for, and told of while it waits. */
        if (make->waiter.job && make->asked_ms <= before_ms &&
            (make->recipe.kind < VT_RECIPE_FILM || before_ms == INT64_MAX) &&
            vt_jobs_position(&make->waiter) > 0)
            return make;
    return NULL;
}

static void end_queued(struct vt_media *media, int64_t before_ms, const struct vt_media_problem *problem)
{
    struct make *make;
    while ((make = find_queued(media, before_ms)) != NULL) {
        vt_jobs_leave(&make->waiter);
        fail(make, problem);
    }
}

static void end_belated(struct vt_media *media)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_BUSY,
                         "The picture was not begun in time. Ask again in a moment.");
    problem.retry_after_s = RETRY_S;
    end_queued(media, vt_now_ms() - QUEUED_MS, &problem);
}

/* No worker will empty the queues. */
static void end_all(struct vt_media *media)
{
    struct vt_media_problem problem;
    vt_media_not_ready(&problem);
    end_queued(media, INT64_MAX, &problem);
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
    end_belated(media);
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
    struct vt_media_problem problem;
    vt_media_not_ready(&problem);
    VT_LIST_EACH (make, &media->makes, struct make, link)
        if (make->is_loading) /* the cache calls nobody any more */
            fail(make, &problem);
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
