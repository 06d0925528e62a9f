/* SPDX-License-Identifier: Apache-2.0 */
#include "media/jobs.h"

#include <stdlib.h>

#include "media/clip.h"
#include "media/film_spin.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/map.h"

/* What runs only while nothing else wants the core may have to wait for that. */
enum { IDLE_MS = 300000 };

/* What a job costs is learned per kind; the start values are the measured ones. */
enum cost { COST_IIIF, COST_THUMB, COST_INGEST, COST_TEMPLATE, COST_FILM, COST_BACKGROUND, COSTS };
enum {
    FILMED_LEAST_MS = 10000,
    INTERRUPTS_MOST = 3 /* then it is let run: else a busy shop never had its copies */
};
static const uint32_t first_costs_ms[COSTS] = { 10, 25, 450, 90, 600, 180 };

struct vt_job {
    struct vt_jobs *jobs;
    struct vt_recipe recipe;
    char *template_json; /* owned; NULL but for templates */
    char key[VT_RECIPE_KEY + 1];
    char group[VT_MEDIA_ID_MAX + 1];
    enum vt_job_queue queue;
    enum cost cost;
    struct vt_list link;    /* of jobs.queues[] or jobs.running */
    struct vt_list waiters; /* of vt_job_waiter.link */
    int64_t started_ms;     /* 0: queued */
    unsigned interrupts;
    bool is_telling; /* waiters are being called: not to be freed by a leave */
    bool is_erased;
};

struct vt_jobs {
    struct vt_jobs_config config;
    struct vt_list queues[VT_JOB_QUEUES];
    uint32_t lengths[VT_JOB_QUEUES];
    struct vt_list running;
    uint32_t running_count, counts[VT_JOB_QUEUES]; /* running */
    struct vt_map by_key;
    double cost_ms[COSTS];
    struct vt_jobs_stats stats;
    bool is_pumping;
};

struct vt_jobs *vt_jobs_create(const struct vt_jobs_config *config)
{
    static const uint32_t bounds[VT_JOB_QUEUES] = { 64, 32, 8, 256 };
    struct vt_jobs *jobs = calloc(1, sizeof(*jobs));
    if (!jobs)
        return NULL;
    jobs->config = *config;
    for (int i = 0; i < VT_JOB_QUEUES; i++) {
        vt_list_init(&jobs->queues[i]);
        if (jobs->config.bounds[i] == 0)
            jobs->config.bounds[i] = bounds[i];
    }
    for (int i = 0; i < COSTS; i++)
        jobs->cost_ms[i] = first_costs_ms[i];
    vt_list_init(&jobs->running);
    vt_map_init(&jobs->by_key);
    return jobs;
}

static enum cost cost_of(const struct vt_recipe *recipe, enum vt_job_queue queue)
{
    if (queue == VT_JOB_FILM)
        return COST_FILM;
    switch (recipe->kind) {
    case VT_RECIPE_INGEST:
        return COST_INGEST;
    case VT_RECIPE_TEMPLATE:
    case VT_RECIPE_FILM_LOOK:
    case VT_RECIPE_CLIP_CUT:
    case VT_RECIPE_CLIP_LOOK:
    case VT_RECIPE_CLIP_STRIP:
        return COST_TEMPLATE;
    case VT_RECIPE_THUMB:
        return recipe->effort ? COST_BACKGROUND : COST_THUMB;
    default:
        return COST_IIIF;
    }
}

/* Three times what it plays; a short one still has to be opened. */
static uint32_t clip_deadline_ms(const struct vt_recipe *recipe)
{
    struct vt_clip clip;
    if (!recipe->template_json || vt_clip_decode(vt_str(recipe->template_json), &clip) != VT_OK)
        return FILMED_LEAST_MS;
    return FILMED_LEAST_MS + 3 * vt_clip_ms(&clip);
}

/* People look at a film while it is made: on a busy machine it may take as long as a clip, and longer than it
 * plays. */
static uint32_t film_deadline_ms(const struct vt_recipe *recipe)
{
    return FILMED_LEAST_MS + (recipe->template_json ? 3 * vt_film_text_ms(vt_str(recipe->template_json)) : 0);
}

static uint32_t plain_deadline_ms(const struct vt_recipe *recipe)
{
    switch (recipe->kind) {
    case VT_RECIPE_INGEST:
        return 10000;
    case VT_RECIPE_THUMB:
        return recipe->effort ? IDLE_MS : 2000;
    case VT_RECIPE_TEMPLATE:
        return 3000;
    case VT_RECIPE_FILM:
        return film_deadline_ms(recipe) * (recipe->max_bytes ? 3 : 1); /* tried more than once */
    case VT_RECIPE_FILM_LOOK: /* as many pictures are read as for the film */
        return 10000;
    case VT_RECIPE_CLIP_CUT: /* up to 100 MB are read */
    case VT_RECIPE_CLIP_LOOK:
    case VT_RECIPE_CLIP_STRIP:
        return 10000;
    case VT_RECIPE_CLIP:
        return clip_deadline_ms(recipe);
    case VT_RECIPE_FILM_AV1:
        return IDLE_MS;
    default:
        return recipe->out_w <= VT_TILE_PX && recipe->out_h <= VT_TILE_PX && recipe->rotation == 0 ? 1000
                                                                                                   : 3000;
    }
}

/* Under a sanitiser all of it takes several times as long, on machines that have other work: there a deadline
 * would end, twice and so for ten minutes, what has nothing wrong with it. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TIMES_SLOWER 8
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TIMES_SLOWER 8
#endif
#ifndef TIMES_SLOWER
#define TIMES_SLOWER 1
#endif

uint32_t vt_jobs_deadline_ms(const struct vt_recipe *recipe)
{
    return plain_deadline_ms(recipe) * TIMES_SLOWER;
}

/* --- one job --------------------------------------------------------------------------------- */

static struct vt_str key_of(const struct vt_job *job)
{
    return vt_str(job->key);
}

static void enqueue(struct vt_job *job, enum vt_job_queue queue)
{
    job->queue = queue;
    vt_list_append(&job->jobs->queues[queue], &job->link);
    job->jobs->lengths[queue]++;
}

static void dequeue(struct vt_job *job)
{
    vt_list_remove(&job->link);
    job->jobs->lengths[job->queue]--;
}

static struct vt_job *job_create(struct vt_jobs *jobs, const struct vt_job_request *request)
{
    struct vt_job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    job->jobs = jobs;
    job->recipe = *request->recipe;
    job->cost = cost_of(request->recipe, request->queue);
    vt_list_init(&job->link);
    vt_list_init(&job->waiters);
    if (job->recipe.template_json) {
        job->recipe.template_json = job->template_json = vt_str_dup(vt_str(request->recipe->template_json));
        if (!job->template_json)
            goto fail;
    }
    if (!vt_str_copy(job->key, sizeof(job->key), request->key) ||
        !vt_str_copy(job->group, sizeof(job->group), request->group) ||
        vt_map_set(&jobs->by_key, key_of(job), job))
        goto fail;
    return job;
fail:
    free(job->template_json);
    free(job);
    return NULL;
}

/* Out of queue or running list, and out of the index unless a newer job of the same key is there. */
static void unlink_job(struct vt_job *job)
{
    struct vt_jobs *jobs = job->jobs;
    if (job->started_ms) {
        vt_list_remove(&job->link);
        jobs->running_count--;
        jobs->counts[job->queue]--;
        job->started_ms = 0;
    } else if (!vt_list_is_empty(&job->link)) {
        dequeue(job);
    }
    if (vt_map_get(&jobs->by_key, key_of(job)) == job)
        vt_map_remove(&jobs->by_key, key_of(job));
}

static void job_free(struct vt_job *job)
{
    free(job->template_json);
    free(job);
}

/* A callback may leave other waiters, or ask for new jobs; so the list is taken apart from its head. */
static void tell_waiters(struct vt_job *job, const struct vt_media_result *result)
{
    struct vt_list told;
    vt_list_init(&told);
    job->is_telling = true;
    while (!vt_list_is_empty(&job->waiters)) {
        struct vt_job_waiter *waiter = VT_CONTAINER_OF(job->waiters.next, struct vt_job_waiter, link);
        vt_list_remove(&waiter->link);
        if (result->more)
            vt_list_append(&told, &waiter->link);
        else
            waiter->job = NULL;
        waiter->done(waiter->arg, result);
    }
    while (!vt_list_is_empty(&told)) {
        struct vt_list *link = told.next;
        vt_list_remove(link);
        vt_list_append(&job->waiters, link);
    }
    job->is_telling = false;
}

static void fail_waiters(struct vt_job *job, enum vt_media_err err)
{
    struct vt_media_result result = { .err = err, .fd = -1 };
    vt_media_problem_set(&result.problem, err, "%s.", vt_media_err_title(err));
    tell_waiters(job, &result);
}

/* --- starting -------------------------------------------------------------------------------- */

/* Films and what nobody waits for take seconds, not milliseconds. Films leave a worker of several free, for
 * somebody waits for pictures; the other kind leaves two of more, the second for a film that comes meanwhile.
 */
static bool may_start(const struct vt_jobs *jobs, enum vt_job_queue queue)
{
    const uint32_t workers = jobs->config.workers, background = jobs->counts[VT_JOB_BACKGROUND];
    if (queue == VT_JOB_FILM)
        return workers == 1 || jobs->counts[VT_JOB_FILM] + 1 < workers;
    if (queue == VT_JOB_BACKGROUND)
        return workers == 1 || background + jobs->counts[VT_JOB_FILM] + (workers > 2 ? 2 : 1) < workers;
    return true;
}

static struct vt_job *next_job(struct vt_jobs *jobs)
{
    for (int queue = 0; queue < VT_JOB_QUEUES; queue++)
        if (jobs->lengths[queue] > 0 && may_start(jobs, (enum vt_job_queue)queue))
            return VT_CONTAINER_OF(jobs->queues[queue].next, struct vt_job, link);
    return NULL;
}

static enum vt_media_err start_error(int err)
{
    return err == VT_ERR_MISSING ? VT_MEDIA_UNKNOWN : VT_MEDIA_WORKER_DIED;
}

static bool is_one_waiting(const struct vt_jobs *jobs)
{
    return jobs->lengths[VT_JOB_TILE] > 0 || jobs->lengths[VT_JOB_CARD] > 0 ||
           (jobs->lengths[VT_JOB_FILM] > 0 && may_start(jobs, VT_JOB_FILM));
}

/* Back to where it came from, as the next of its queue. */
static void put_back(struct vt_job *job)
{
    struct vt_jobs *jobs = job->jobs;
    vt_list_remove(&job->link);
    jobs->running_count--;
    jobs->counts[job->queue]--;
    job->started_ms = 0;
    job->interrupts++;
    vt_list_append(jobs->queues[job->queue].next, &job->link); /* before the first */
    jobs->lengths[job->queue]++;
}

/* True: a worker that nobody waited for is free now, or in a moment. */
static bool make_way(struct vt_jobs *jobs)
{
    if (!jobs->config.interrupt || jobs->running_count < jobs->config.workers || !is_one_waiting(jobs))
        return false;
    VT_LIST_EACH (job, &jobs->running, struct vt_job, link)
        if (job->queue == VT_JOB_BACKGROUND && job->interrupts < INTERRUPTS_MOST &&
            jobs->config.interrupt(jobs->config.arg, job, &job->recipe)) {
            put_back(job);
            return true;
        }
    return false;
}

/* Starts what can be started. `wanted` is not told when it fails: its asker is still in the call and
 * gets the returned error. */
static enum vt_media_err pump(struct vt_jobs *jobs, const struct vt_job *wanted)
{
    enum vt_media_err wanted_err = VT_MEDIA_OK;
    struct vt_job *job;
    while ((jobs->running_count < jobs->config.workers || make_way(jobs)) && (job = next_job(jobs)) != NULL) {
        int err = jobs->config.start(jobs->config.arg, job, &job->recipe);
        if (err == VT_ERR_FULL)
            break;
        if (err) {
            jobs->stats.failed++;
            unlink_job(job);
            if (job == wanted) {
                wanted_err = start_error(err);
                wanted = NULL; /* a later job may get the same memory */
            } else {
                fail_waiters(job, start_error(err));
            }
            job_free(job);
            continue;
        }
        dequeue(job);
        job->started_ms = vt_now_ms();
        vt_list_append(&jobs->running, &job->link);
        jobs->running_count++;
        jobs->counts[job->queue]++;
        jobs->stats.started++;
    }
    return wanted_err;
}

void vt_jobs_pump(struct vt_jobs *jobs)
{
    /* A waiter told of a failure may ask again; the loop above sees what it asked for. */
    if (jobs->is_pumping)
        return;
    jobs->is_pumping = true;
    pump(jobs, NULL);
    jobs->is_pumping = false;
}

static double queued_ms(struct vt_jobs *jobs, enum vt_job_queue up_to)
{
    double sum = 0;
    for (int queue = 0; queue <= (int)up_to; queue++)
        VT_LIST_EACH (job, &jobs->queues[queue], struct vt_job, link)
            sum += jobs->cost_ms[job->cost];
    return sum;
}

/* What the running ones still need. One that takes longer than its kind does is assumed half done. */
static double running_ms(struct vt_jobs *jobs)
{
    double sum = 0;
    int64_t now = vt_now_ms();
    VT_LIST_EACH (job, &jobs->running, struct vt_job, link) {
        double cost = jobs->cost_ms[job->cost], spent = (double)(now - job->started_ms);
        sum += spent < cost ? cost - spent : spent;
    }
    return sum;
}

uint32_t vt_jobs_bound(const struct vt_jobs *jobs, enum vt_job_queue queue)
{
    return jobs->config.bounds[queue];
}

uint32_t vt_jobs_expected_wait_ms(struct vt_jobs *jobs, enum vt_job_queue queue)
{
    double queued = queued_ms(jobs, queue);
    if (queued == 0 && jobs->running_count < jobs->config.workers)
        return 0;
    double wait = (queued + running_ms(jobs)) / jobs->config.workers;
    return wait > UINT32_MAX ? UINT32_MAX : (uint32_t)wait;
}

/* --- asking ---------------------------------------------------------------------------------- */

static void add_waiter(struct vt_job *job, struct vt_job_waiter *waiter)
{
    if (!waiter)
        return;
    waiter->job = job;
    vt_list_append(&job->waiters, &waiter->link);
}

/* Somebody now waits for what was to be done later. */
static void raise_queue(struct vt_job *job, enum vt_job_queue queue)
{
    if (job->started_ms || queue >= job->queue)
        return;
    dequeue(job);
    enqueue(job, queue);
}

static enum vt_media_err busy(struct vt_media_problem *problem, uint64_t limit, uint64_t given,
                              uint32_t wait_ms, const char *what)
{
    vt_media_problem_limit(problem, VT_MEDIA_BUSY, limit, given, "%s. Ask again in a moment.", what);
    if (problem)
        problem->retry_after_s = wait_ms / 1000 + 1;
    return VT_MEDIA_BUSY;
}

static enum vt_media_err admit(struct vt_jobs *jobs, const struct vt_job_request *request,
                               struct vt_media_problem *problem)
{
    uint32_t wait_ms = vt_jobs_expected_wait_ms(jobs, request->queue);
    uint32_t bound = jobs->config.bounds[request->queue];
    if (jobs->lengths[request->queue] >= bound) {
        jobs->stats.refused_full++;
        return busy(problem, bound, jobs->lengths[request->queue], wait_ms,
                    "As many pictures as are allowed are waiting to be made");
    }
    if (request->max_wait_ms && wait_ms > request->max_wait_ms) {
        jobs->stats.refused_wait++;
        return busy(problem, request->max_wait_ms, wait_ms, wait_ms,
                    "So much is waiting that this picture would be begun too late");
    }
    return VT_MEDIA_OK;
}

enum vt_media_err vt_jobs_request(struct vt_jobs *jobs, const struct vt_job_request *request,
                                  struct vt_job_waiter *waiter, struct vt_media_problem *problem)
{
    struct vt_job *job = vt_map_get(&jobs->by_key, request->key);
    if (job) {
        jobs->stats.joined++;
        raise_queue(job, request->queue);
        add_waiter(job, waiter);
        return VT_MEDIA_OK;
    }
    enum vt_media_err err = admit(jobs, request, problem);
    if (err)
        return err;
    job = job_create(jobs, request);
    if (!job)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "Memory is short. Ask again in a moment.");
    enqueue(job, request->queue);
    add_waiter(job, waiter);
    if (jobs->is_pumping)
        return VT_MEDIA_OK; /* asked from a waiter's callback: the loop there starts it */
    jobs->is_pumping = true;
    err = pump(jobs, job);
    jobs->is_pumping = false;
    if (!err)
        return VT_MEDIA_OK;
    if (waiter)
        waiter->job = NULL;
    return vt_media_problem_set(problem, err, "%s.", vt_media_err_title(err));
}

static void drop_unwanted(struct vt_job *job)
{
    struct vt_jobs *jobs = job->jobs;
    bool goes_on = job->queue == VT_JOB_FILM || job->queue == VT_JOB_BACKGROUND;
    if (job->started_ms && (goes_on || !jobs->config.abandon || !jobs->config.abandon(jobs->config.arg, job)))
        return;
    if (!job->started_ms && goes_on)
        return;
    unlink_job(job);
    job_free(job);
    vt_jobs_pump(jobs);
}

void vt_jobs_leave(struct vt_job_waiter *waiter)
{
    struct vt_job *job = waiter->job;
    if (!job)
        return;
    vt_list_remove(&waiter->link);
    waiter->job = NULL;
    if (vt_list_is_empty(&job->waiters) && !job->is_telling)
        drop_unwanted(job);
}

/* --- ending ---------------------------------------------------------------------------------- */

static void learn_cost(struct vt_jobs *jobs, const struct vt_job *job)
{
    double spent = (double)(vt_now_ms() - job->started_ms);
    jobs->cost_ms[job->cost] += (spent - jobs->cost_ms[job->cost]) / 8;
    if (jobs->cost_ms[job->cost] < 1)
        jobs->cost_ms[job->cost] = 1;
}

void vt_jobs_done(void *arg, const struct vt_media_result *result)
{
    struct vt_job *job = arg;
    struct vt_jobs *jobs = job->jobs;
    bool is_good = result->err == VT_MEDIA_OK && !job->is_erased;
    if (is_good && jobs->config.result)
        jobs->config.result(jobs->config.arg, &job->recipe, key_of(job), vt_str(job->group), result);
    if (result->more) {
        tell_waiters(job, result);
        return;
    }
    learn_cost(jobs, job);
    jobs->stats.failed += result->err != VT_MEDIA_OK;
    unlink_job(job);
    tell_waiters(job, result);
    job_free(job);
    vt_jobs_pump(jobs);
}

static bool is_stopped(struct vt_job *job)
{
    struct vt_jobs_config *config = &job->jobs->config;
    return !job->started_ms || (config->abandon && config->abandon(config->arg, job));
}

static void erase_job(struct vt_job *job)
{
    struct vt_jobs *jobs = job->jobs;
    job->is_erased = true;
    /* Out of the index first: who asks from now on gets an answer of its own. */
    vt_map_remove(&jobs->by_key, key_of(job));
    fail_waiters(job, VT_MEDIA_UNKNOWN);
    if (!is_stopped(job))
        return;
    unlink_job(job);
    job_free(job);
}

void vt_jobs_erase(struct vt_jobs *jobs, struct vt_str group)
{
    struct vt_job *job;
    for (size_t at = 0; (job = vt_map_next(&jobs->by_key, &at)) != NULL;)
        if (vt_str_eq(vt_str(job->group), group)) {
            erase_job(job);
            at = 0; /* a waiter may have asked for something: the walk begins again */
        }
    vt_jobs_pump(jobs);
}

void vt_jobs_destroy(struct vt_jobs *jobs)
{
    if (!jobs)
        return;
    jobs->is_pumping = true; /* nothing starts any more */
    struct vt_job *job;
    for (size_t at = 0; (job = vt_map_next(&jobs->by_key, &at)) != NULL; at = 0) {
        unlink_job(job);
        fail_waiters(job, VT_MEDIA_BUSY);
        job_free(job);
    }
    while (!vt_list_is_empty(&jobs->running)) { /* erased ones are in no index */
        job = VT_CONTAINER_OF(jobs->running.next, struct vt_job, link);
        vt_list_remove(&job->link);
        job_free(job);
    }
    vt_map_finish(&jobs->by_key);
    free(jobs);
}

static uint32_t position_of(const struct vt_job *wanted)
{
    uint32_t place = 0;
    if (wanted->started_ms)
        return 0;
    for (int queue = 0; queue <= (int)wanted->queue; queue++)
        VT_LIST_EACH (job, &wanted->jobs->queues[queue], struct vt_job, link) {
            place++;
            if (job == wanted)
                return place;
        }
    return place;
}

uint32_t vt_jobs_position(const struct vt_job_waiter *waiter)
{
    return waiter->job ? position_of(waiter->job) : 0;
}

bool vt_jobs_find(struct vt_jobs *jobs, struct vt_str key, uint32_t *ret_position)
{
    const struct vt_job *job = vt_map_get(&jobs->by_key, key);
    if (job)
        *ret_position = position_of(job);
    return job != NULL;
}

void vt_jobs_stats(const struct vt_jobs *jobs, struct vt_jobs_stats *ret_stats)
{
    *ret_stats = jobs->stats;
    ret_stats->running = jobs->running_count;
    for (int i = 0; i < VT_JOB_QUEUES; i++)
        ret_stats->waiting[i] = jobs->lengths[i];
}
