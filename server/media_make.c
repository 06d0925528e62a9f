/* SPDX-License-Identifier: Apache-2.0 */
/* From a recipe to bytes: who waits for them, and where they come from. */
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/media_internal.h"
#include "server/quota.h"

enum {
    QUEUED_MS = 5000, /* an estimate let it in; this is how wrong the estimate may be */
    TILE_BYTES_MAX = 4 << 20,
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

/* --- a worker, when it may be asked ------------------------------------------------------------------- */

static void pay(struct make *make)
{
    struct vt_media *media = make->media;
    if (make->payer[0])
        vt_media_budget_spend(media->budget, vt_str(make->payer), media->price_ms, vt_now_ms());
    if (make->site[0])
        vt_media_site_pay(media, vt_str(make->site));
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

bool vt_media_site_enter(struct vt_media *media, struct vt_str site, enum vt_job_queue queue,
                         struct vt_media_problem *problem)
{
    struct vt_quotas *quotas = media->deps.quotas;
    uint32_t after_ms = 0;
    if (!vt_quotas_has(quotas, site, VT_QUOTA_RENDERS, vt_now_ms(), &after_ms)) {
        vt_media_problem_set(problem, VT_MEDIA_BUDGET,
                             "The time for pictures made to order is used up for this shop.");
        problem->retry_after_s = after_ms / 1000 + 1;
        return false;
    }
    if (vt_quotas_enter(quotas, site, VT_QUOTA_RENDERS, vt_jobs_bound(media->jobs, queue)))
        return true;
    vt_media_problem_set(problem, VT_MEDIA_BUSY, "Too much waits for this shop. Ask again in a moment.");
    problem->retry_after_s = 1;
    return false;
}

void vt_media_site_pay(struct vt_media *media, struct vt_str site)
{
    if (media->price_ms > 0)
        vt_quotas_spend(media->deps.quotas, site, VT_QUOTA_RENDERS, (uint32_t)media->price_ms, vt_now_ms());
    media->price_ms = 0;
}

static bool site_may(struct make *make, enum vt_job_queue queue, struct vt_media_problem *problem)
{
    if (!make->site[0])
        return true;
    make->waits = vt_media_site_enter(make->media, vt_str(make->site), queue, problem);
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

/* --- the end of waiting ------------------------------------------------------------------------------ */

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

void vt_media_end_belated(struct vt_media *media)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_BUSY,
                         "The picture was not begun in time. Ask again in a moment.");
    problem.retry_after_s = RETRY_S;
    end_queued(media, vt_now_ms() - QUEUED_MS, &problem);
}

void vt_media_end_queued(struct vt_media *media)
{
    struct vt_media_problem problem;
    vt_media_not_ready(&problem);
    end_queued(media, INT64_MAX, &problem);
}

void vt_media_end_loading(struct vt_media *media)
{
    struct vt_media_problem problem;
    vt_media_not_ready(&problem);
    VT_LIST_EACH (make, &media->makes, struct make, link)
        if (make->is_loading)
            fail(make, &problem);
}
