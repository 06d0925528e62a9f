/* SPDX-License-Identifier: Apache-2.0 */
#include "media/pool.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/pool_parent.h"
#include "media/wire.h"
#include "server/base/err.h"
#include "server/base/list.h"

/* A fresh worker loads fonts and codecs: 60-130 ms, seconds on a busy machine or under a sanitizer. */
#define START_MS       30000
#define RETIRE_JOBS    2000
#define RETIRE_RSS_KB  (300u * 1024)
#define WORKERS_MAX    64
#define RETRY_LEAST_MS 100
#define RETRY_MOST_MS  10000

enum worker_state { WORKER_STARTING, WORKER_IDLE, WORKER_BUSY, WORKER_ENDING };

struct worker {
    struct vt_list link; /* vt_pool.workers */
    struct vt_pool *pool;
    enum worker_state state;
    uint32_t number;
    unsigned jobs;
    int socket; /* owned */
    uv_poll_t poll;
    uv_timer_t deadline;
    int open_handles;
    uint64_t job;          /* the one it is busy with */
    vt_pool_done_fn *done; /* NULL: abandoned */
    void *arg;
};

struct vt_pool {
    uv_loop_t *loop;
    struct vt_pool_config config; /* `binary` is owned */
    struct vt_pool_parent parent;
    uv_timer_t retry;
    struct vt_list workers; /* list of worker.link, those ending not among them */
    unsigned at_once;
    uint32_t last_worker;
    uint64_t last_job;
    uint32_t retry_ms;
    int open_handles; /* the parent's, the timer's, one for each worker not yet freed */
    bool is_closing;
    struct vt_pool_stats stats; /* the counters; the rest is counted when asked */
};

static void fill(struct vt_pool *pool);

static unsigned count(const struct vt_pool *pool, enum worker_state state)
{
    unsigned n = 0;
    VT_LIST_EACH (worker, (struct vt_list *)&pool->workers, struct worker, link)
        n += worker->state == state;
    return n;
}

static void release(struct vt_pool *pool)
{
    if (--pool->open_handles > 0)
        return;
    free((char *)pool->config.binary);
    free(pool);
}

/* --- one worker ---------------------------------------------------------------------------------- */

static void handle_worker_closed(uv_handle_t *handle)
{
    struct worker *worker = handle->data;
    if (--worker->open_handles > 0)
        return;
    close(worker->socket);
    release(worker->pool);
    free(worker);
}

/* Tells whoever waits, once. The callback may submit and abandon. */
static void finish_job(struct worker *worker, const struct vt_media_result *result)
{
    vt_pool_done_fn *done = worker->done;
    uv_timer_stop(&worker->deadline);
    worker->done = NULL;
    worker->job = 0;
    if (done)
        done(worker->arg, result);
}

static void fail_job(struct worker *worker, enum vt_media_err err, const char *detail)
{
    struct vt_media_result result = { .err = err, .fd = -1 };
    vt_media_problem_set(&result.problem, err, "%s", detail);
    if (worker->job)
        finish_job(worker, &result);
}

/* Out of the pool; the process itself sees its socket close, or is dead already. */
static void end_worker(struct worker *worker)
{
    if (worker->state == WORKER_ENDING)
        return;
    worker->state = WORKER_ENDING;
    vt_list_remove(&worker->link);
    uv_close((uv_handle_t *)&worker->poll, handle_worker_closed);
    uv_close((uv_handle_t *)&worker->deadline, handle_worker_closed);
}

static void kill_worker(struct worker *worker)
{
    vt_pool_parent_kill(&worker->pool->parent, worker->number);
    end_worker(worker);
}

static void grow_retry(struct vt_pool *pool)
{
    pool->retry_ms = pool->retry_ms * 2 < RETRY_MOST_MS ? pool->retry_ms * 2 : RETRY_MOST_MS;
}

/* After the pool's side of it is settled: the job's waiter, then the next worker. */
static void lose_worker(struct worker *worker, enum vt_media_err err, const char *detail)
{
    struct vt_pool *pool = worker->pool;
    bool was_starting = worker->state == WORKER_STARTING;
    kill_worker(worker);
    if (was_starting && !uv_is_active((uv_handle_t *)&pool->retry))
        grow_retry(pool);
    pool->open_handles++; /* the callback may close the pool */
    fail_job(worker, err, detail);
    if (!pool->is_closing)
        fill(pool);
    release(pool);
}

static void handle_deadline(uv_timer_t *timer)
{
    struct worker *worker = timer->data;
    char detail[96];
    if (worker->state == WORKER_STARTING) {
        worker->pool->stats.deaths++;
        lose_worker(worker, VT_MEDIA_WORKER_DIED, "");
        return;
    }
    worker->pool->stats.deadlines++;
    snprintf(detail, sizeof(detail), "the picture was not ready within its %llu ms",
             (unsigned long long)uv_timer_get_repeat(timer));
    lose_worker(worker, VT_MEDIA_DEADLINE, detail);
}

/* --- what a worker says -------------------------------------------------------------------------- */

/* Only a file that can no longer change is mapped: else a worker taken over could cut it under us. */
static bool is_sealed(int fd, uint64_t len)
{
    const int wanted = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    struct stat st;
    return len <= VT_WIRE_RESULT_MAX && fcntl(fd, F_GET_SEALS) == wanted && fstat(fd, &st) == 0 &&
           (uint64_t)st.st_size == len;
}

static bool is_sound(const struct worker *worker, const struct vt_wire_result *said, int got, size_t n_fds)
{
    if (got != sizeof(*said) || said->job != worker->job || (unsigned)said->problem.err >= VT_MEDIA_ERR_COUNT)
        return false;
    if (said->kind == VT_WIRE_READY)
        return worker->state == WORKER_STARTING && n_fds == 0;
    return worker->state == WORKER_BUSY && (said->kind == VT_WIRE_PART || said->kind == VT_WIRE_DONE) &&
           n_fds == (said->len ? 1 : 0);
}

static void clean_detail(char detail[VT_MEDIA_DETAIL_MAX])
{
    detail[VT_MEDIA_DETAIL_MAX - 1] = 0;
    if (!vt_utf8_valid(detail, strlen(detail)))
        detail[0] = 0;
    for (char *c = detail; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
}

static void settle(struct worker *worker, const struct vt_wire_result *said)
{
    struct vt_pool *pool = worker->pool;
    worker->jobs++;
    if (worker->jobs >= RETIRE_JOBS || said->rss_kb >= RETIRE_RSS_KB) {
        pool->stats.retired++;
        end_worker(worker); /* it sees the end of the stream and goes */
    } else {
        worker->state = WORKER_IDLE;
    }
}

static void deliver(struct worker *worker, const struct vt_wire_result *said, int fd, void *bytes)
{
    struct vt_pool *pool = worker->pool;
    struct vt_media_result result = { .err = said->problem.err,
                                      .more = said->kind == VT_WIRE_PART,
                                      .bytes = bytes,
                                      .len = (size_t)said->len,
                                      .fd = fd,
                                      .width = said->width,
                                      .height = said->height,
                                      .warnings = said->n_warnings,
                                      .problem = said->problem };
    clean_detail(result.problem.detail);
    if (result.more) {
        if (worker->done)
            worker->done(worker->arg, &result);
        return;
    }
    settle(worker, said);
    finish_job(worker, &result);
    if (pool->is_closing)
        return;
    fill(pool);
    if (pool->config.on_idle && vt_pool_is_idle(pool))
        pool->config.on_idle(pool->config.arg);
}

static void take_ready(struct worker *worker)
{
    struct vt_pool *pool = worker->pool;
    uv_timer_stop(&worker->deadline);
    worker->state = WORKER_IDLE;
    pool->retry_ms = RETRY_LEAST_MS;
    if (pool->config.on_idle && vt_pool_is_idle(pool))
        pool->config.on_idle(pool->config.arg);
}

static void take_result(struct worker *worker, const struct vt_wire_result *said, int fd)
{
    struct vt_pool *pool = worker->pool;
    void *bytes = NULL;
    if (fd >= 0 && is_sealed(fd, said->len))
        bytes = mmap(NULL, said->len, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0 && (bytes == NULL || bytes == MAP_FAILED)) {
        pool->stats.deaths++;
        lose_worker(worker, VT_MEDIA_WORKER_DIED, "the picture worker gave a result that cannot be used");
        return;
    }
    pool->open_handles++; /* a callback may close the pool */
    deliver(worker, said, fd, bytes);
    if (bytes)
        munmap(bytes, said->len);
    release(pool);
}

static void handle_worker(uv_poll_t *poll, int status, int events)
{
    struct worker *worker = poll->data;
    struct vt_wire_result said;
    int fds[VT_WIRE_FDS];
    size_t n_fds = 0;
    (void)events;
    int got = status < 0 ? VT_ERR_IO : vt_wire_receive(worker->socket, &said, sizeof(said), fds, &n_fds);
    if (got == VT_ERR_FULL)
        return;
    if (got <= 0 || !is_sound(worker, &said, got, n_fds)) {
        worker->pool->stats.deaths++;
        lose_worker(worker, VT_MEDIA_WORKER_DIED, "the picture worker ended before the picture was done");
    } else if (said.kind == VT_WIRE_READY) {
        take_ready(worker);
    } else {
        take_result(worker, &said, n_fds ? fds[0] : -1);
    }
    for (size_t i = 0; i < n_fds; i++)
        close(fds[i]);
}

/* --- keeping enough of them ---------------------------------------------------------------------- */

static int start_worker(struct vt_pool *pool)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return VT_ERR_NOMEM;
    worker->number = ++pool->last_worker;
    worker->socket = vt_pool_parent_fork(&pool->parent, worker->number);
    if (worker->socket < 0 || uv_poll_init(pool->loop, &worker->poll, worker->socket) != 0) {
        if (worker->socket >= 0)
            close(worker->socket);
        free(worker);
        return VT_ERR_IO;
    }
    fcntl(worker->socket, F_SETFL, O_NONBLOCK);
    uv_timer_init(pool->loop, &worker->deadline);
    worker->pool = pool;
    worker->poll.data = worker->deadline.data = worker;
    worker->open_handles = 2;
    pool->open_handles++;
    vt_list_append(&pool->workers, &worker->link);
    uv_poll_start(&worker->poll, UV_READABLE | UV_DISCONNECT, handle_worker);
    uv_timer_start(&worker->deadline, handle_deadline, START_MS, 0);
    return VT_OK;
}

static void handle_retry(uv_timer_t *timer);

static void start_missing(struct vt_pool *pool)
{
    unsigned have = count(pool, WORKER_STARTING) + count(pool, WORKER_IDLE) + count(pool, WORKER_BUSY);
    for (; have < pool->at_once + 1; have++)
        if (start_worker(pool) != VT_OK) {
            uv_timer_start(&pool->retry, handle_retry, pool->retry_ms, 0);
            return;
        }
}

static void handle_retry(uv_timer_t *timer)
{
    struct vt_pool *pool = timer->data;
    if (pool->parent.control < 0) {
        pool->stats.parents++;
        pool->open_handles++;
        if (vt_pool_parent_open(pool->loop, &pool->parent, pool->config.binary) != VT_OK)
            grow_retry(pool); /* its handle closes, and that asks again */
    }
    if (pool->parent.control >= 0)
        start_missing(pool);
}

/* Workers at once and a spare. After a worker that died while starting, or a dead parent, it waits a
 * growing while: a machine out of memory is not helped by a fork a millisecond. */
static void fill(struct vt_pool *pool)
{
    if (pool->is_closing || uv_is_active((uv_handle_t *)&pool->retry))
        return;
    if (pool->retry_ms > RETRY_LEAST_MS || pool->parent.control < 0)
        uv_timer_start(&pool->retry, handle_retry, pool->retry_ms, 0);
    else
        start_missing(pool);
}

static void handle_parent_exit(struct vt_pool_parent *parent)
{
    struct vt_pool *pool = VT_CONTAINER_OF(parent, struct vt_pool, parent);
    /* Its workers die with it and are counted as their sockets close. */
    pool->stats.deaths++;
    grow_retry(pool);
}

static void handle_parent_closed(struct vt_pool_parent *parent)
{
    struct vt_pool *pool = VT_CONTAINER_OF(parent, struct vt_pool, parent);
    if (!pool->is_closing && !uv_is_active((uv_handle_t *)&pool->retry))
        uv_timer_start(&pool->retry, handle_retry, pool->retry_ms, 0);
    release(pool);
}

/* --- the pool ------------------------------------------------------------------------------------ */

static unsigned at_once(unsigned asked)
{
    unsigned n = asked ? asked : uv_available_parallelism();
    return n < WORKERS_MAX ? n : WORKERS_MAX;
}

static void handle_retry_closed(uv_handle_t *handle)
{
    release(handle->data);
}

struct vt_pool *vt_pool_open(uv_loop_t *loop, const struct vt_pool_config *config)
{
    struct vt_pool *pool = calloc(1, sizeof(*pool));
    char *binary = vt_str_dup(vt_str(config->binary));
    if (!pool || !binary) {
        free(pool);
        free(binary);
        return NULL;
    }
    pool->loop = loop;
    pool->config = *config;
    pool->config.binary = binary;
    pool->at_once = at_once(config->workers);
    pool->retry_ms = RETRY_LEAST_MS;
    pool->parent.on_exit = handle_parent_exit;
    pool->parent.on_closed = handle_parent_closed;
    vt_list_init(&pool->workers);
    uv_timer_init(loop, &pool->retry);
    pool->retry.data = pool;
    pool->open_handles = 2;
    pool->stats.parents = 1;
    if (vt_pool_parent_open(loop, &pool->parent, binary) != VT_OK) {
        pool->is_closing = true;
        uv_close((uv_handle_t *)&pool->retry, handle_retry_closed);
        return NULL;
    }
    fill(pool);
    return pool;
}

void vt_pool_close(struct vt_pool *pool)
{
    if (!pool || pool->is_closing)
        return;
    pool->is_closing = true;
    pool->open_handles++; /* callbacks run below */
    while (!vt_list_is_empty(&pool->workers)) {
        struct worker *worker = VT_CONTAINER_OF(pool->workers.next, struct worker, link);
        kill_worker(worker);
        fail_job(worker, VT_MEDIA_WORKER_DIED, "the server is going down");
    }
    uv_close((uv_handle_t *)&pool->retry, handle_retry_closed);
    if (!uv_is_closing((uv_handle_t *)&pool->parent.process))
        vt_pool_parent_close(&pool->parent);
    release(pool);
}

bool vt_pool_is_idle(const struct vt_pool *pool)
{
    return !pool->is_closing && count(pool, WORKER_BUSY) < pool->at_once && count(pool, WORKER_IDLE) > 0;
}

void vt_pool_stats(const struct vt_pool *pool, struct vt_pool_stats *ret_stats)
{
    *ret_stats = pool->stats;
    ret_stats->idle = count(pool, WORKER_IDLE);
    ret_stats->busy = count(pool, WORKER_BUSY);
    ret_stats->starting = count(pool, WORKER_STARTING);
    ret_stats->workers = ret_stats->idle + ret_stats->busy + ret_stats->starting;
}

static struct worker *pick_idle(struct vt_pool *pool)
{
    VT_LIST_EACH (worker, &pool->workers, struct worker, link)
        if (worker->state == WORKER_IDLE)
            return worker;
    return NULL;
}

/* A descriptor that is handed over shares its offset with every copy of it, and two workers reading one
 * master would move each other's: each job gets an open file of its own. -1: out of descriptors. */
static int open_again(int fd)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int send_job(struct worker *worker, const struct vt_recipe *recipe, const int *sources,
                    size_t n_sources, int out_fd)
{
    const char *text = recipe->template_json;
    struct vt_wire_job job = { .kind = VT_WIRE_JOB,
                               .n_sources = (uint32_t)n_sources,
                               .job = worker->pool->last_job + 1,
                               .has_out = out_fd >= 0,
                               .text_len = text ? (uint32_t)strlen(text) + 1 : 0,
                               .recipe = *recipe };
    int fds[VT_WIRE_FDS];
    job.recipe.template_json = NULL; /* an address of ours is nobody's business */
    size_t opened = 0;
    while (opened < n_sources && (fds[opened] = open_again(sources[opened])) >= 0)
        opened++;
    if (out_fd >= 0)
        fds[n_sources] = out_fd;
    int err = opened < n_sources ? VT_ERR_IO
                                 : vt_wire_send(worker->socket, &job, sizeof(job), text, job.text_len, fds,
                                                n_sources + (out_fd >= 0));
    while (opened > 0)
        close(fds[--opened]);
    return err;
}

/* Ingest and a clip's cut write a file of their own; a film may. */
static bool is_out_right(const struct vt_recipe *recipe, int out_fd)
{
    if (recipe->kind == VT_RECIPE_INGEST || recipe->kind == VT_RECIPE_CLIP_CUT)
        return out_fd >= 0;
    return out_fd < 0 || recipe->kind == VT_RECIPE_FILM;
}

int vt_pool_submit_many(struct vt_pool *pool, const struct vt_recipe *recipe, const int *source_fds,
                        size_t n_sources, int out_fd, uint32_t deadline_ms, vt_pool_done_fn *done, void *arg)
{
    if (n_sources < 1 || n_sources > VT_WIRE_SOURCES || deadline_ms == 0 || !is_out_right(recipe, out_fd) ||
        (recipe->template_json && strlen(recipe->template_json) >= VT_WIRE_TEXT_MAX))
        return VT_ERR_INVALID;
    if (!vt_pool_is_idle(pool))
        return VT_ERR_FULL;
    struct worker *worker = pick_idle(pool);
    /* A socket that does not take the job is a worker about to be seen dead; the caller's queue holds. */
    if (send_job(worker, recipe, source_fds, n_sources, out_fd) != VT_OK)
        return VT_ERR_IO;
    worker->job = ++pool->last_job;
    worker->state = WORKER_BUSY;
    worker->done = done;
    worker->arg = arg;
    pool->stats.jobs++;
    /* The repeat is only where handle_deadline reads what was asked. */
    uv_update_time(pool->loop);
    uv_timer_start(&worker->deadline, handle_deadline, deadline_ms, deadline_ms);
    return VT_OK;
}

int vt_pool_submit(struct vt_pool *pool, const struct vt_recipe *recipe, int source_fd, int out_fd,
                   uint32_t deadline_ms, vt_pool_done_fn *done, void *arg)
{
    return vt_pool_submit_many(pool, recipe, &source_fd, 1, out_fd, deadline_ms, done, arg);
}

bool vt_pool_abandon(struct vt_pool *pool, vt_pool_done_fn *done, void *arg)
{
    VT_LIST_EACH (worker, &pool->workers, struct worker, link)
        if (worker->job && worker->done == done && worker->arg == arg) {
            kill_worker(worker);
            worker->job = 0;
            fill(pool);
            return true;
        }
    return false;
}
