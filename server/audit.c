/* SPDX-License-Identifier: Apache-2.0 */
#include "server/audit.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"

enum { DAY_MS = 86400000, JOB_BYTES = 16 << 20, PAGE = 256, LINE_BYTES = 65536, BATCH = 128 };
enum { KEPT_DAYS = 365 };

enum kind { PUT, READ, EXPORT, VERIFY };

struct job {
    struct vt_list link; /* in the queue, then in finished */
    struct vt_arena arena;
    enum kind kind;
    struct vt_audit_record record;
    struct vt_audit_filter filter;
    int fd; /* borrowed */
    struct vt_audit_record *records;
    size_t n;
    int err;
    vt_audit_done_fn *done;
    vt_audit_read_fn *read;
    struct vt_audit_verdict verdict;
    vt_audit_verify_fn *verified;
    void *arg;
};

struct vt_audit {
    struct vt_loop *loop;     /* borrowed */
    struct vt_audit_log *log; /* owned; the thread's while it runs */
    size_t pending;           /* loop thread only */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct vt_list queue, finished; /* of job.link */
    bool closing, posted, closed;
    int64_t daily_ms; /* vt_now_ms: when the head is told next; the thread's */
};

static void job_destroy(struct job *job)
{
    vt_list_remove(&job->link);
    vt_arena_finish(&job->arena);
    free(job);
}

static void destroy(struct vt_audit *audit)
{
    VT_LIST_EACH (job, &audit->finished, struct job, link)
        job_destroy(job);
    vt_audit_log_close(audit->log);
    pthread_mutex_destroy(&audit->lock);
    pthread_cond_destroy(&audit->wake);
    free(audit);
}

/* --- the loop's side ----------------------------------------------------------------------- */

static void deliver(void *arg)
{
    struct vt_audit *audit = arg;
    struct vt_list jobs;
    vt_list_init(&jobs);
    pthread_mutex_lock(&audit->lock);
    VT_LIST_EACH (job, &audit->finished, struct job, link) {
        vt_list_remove(&job->link);
        vt_list_append(&jobs, &job->link);
    }
    audit->posted = false;
    pthread_mutex_unlock(&audit->lock);
    VT_LIST_EACH (job, &jobs, struct job, link) {
        audit->pending--;
        if (job->kind == READ && !audit->closed)
            job->read(job->arg, job->err, job->records, job->n);
        else if (job->kind == VERIFY && !audit->closed)
            job->verified(job->arg, job->err, &job->verdict);
        else if (job->done && !audit->closed)
            job->done(job->arg, job->err);
        else if (job->err)
            vt_log(VT_LOG_ERROR, "audit.lost", VT_LOG_T("error", vt_err_name(job->err)));
        job_destroy(job);
    }
    if (audit->closed)
        destroy(audit);
}

static struct job *new_job(struct vt_audit *audit, enum kind kind, void *arg)
{
    struct job *job = audit->pending < VT_AUDIT_QUEUE ? calloc(1, sizeof(*job)) : NULL;
    if (!job)
        return NULL;
    vt_list_init(&job->link);
    vt_arena_init(&job->arena, JOB_BYTES);
    job->kind = kind;
    job->arg = arg;
    return job;
}

static void push(struct vt_audit *audit, struct job *job)
{
    audit->pending++;
    pthread_mutex_lock(&audit->lock);
    vt_list_append(&audit->queue, &job->link);
    pthread_cond_signal(&audit->wake);
    pthread_mutex_unlock(&audit->lock);
}

/* An absent text becomes an empty one: the file knows no NULL. False: no memory. */
static bool keep(struct job *job, struct vt_str *text)
{
    *text = text->ptr ? vt_arena_str(&job->arena, *text) : VT_STR("");
    return text->ptr != NULL;
}

bool vt_audit_has_room(const struct vt_audit *audit)
{
    return audit->pending < VT_AUDIT_QUEUE / 2; /* the other half is for what cannot be asked to wait */
}

int vt_audit_put(struct vt_audit *audit, const struct vt_audit_record *record, vt_audit_done_fn *done,
                 void *arg)
{
    struct job *job = new_job(audit, PUT, arg);
    if (!job)
        return VT_ERR_FULL;
    job->record = *record;
    job->done = done;
    if (record->time == 0)
        job->record.time = vt_wall_ms();
    bool whole = keep(job, &job->record.site) && keep(job, &job->record.actor) &&
                 keep(job, &job->record.verb) && keep(job, &job->record.object) &&
                 keep(job, &job->record.detail);
    if (!whole) {
        job_destroy(job);
        return VT_ERR_FULL;
    }
    push(audit, job);
    return VT_OK;
}

static struct job *new_reading(struct vt_audit *audit, enum kind kind, const struct vt_audit_filter *filter,
                               void *arg)
{
    struct job *job = new_job(audit, kind, arg);
    if (!job)
        return NULL;
    job->filter = *filter;
    struct vt_str *const texts[] = { &job->filter.site, &job->filter.verb, &job->filter.actor,
                                     &job->filter.object };
    for (size_t i = 0; i < VT_COUNT(texts); i++) {
        bool there = texts[i]->ptr != NULL;
        *texts[i] = vt_arena_str(&job->arena, *texts[i]);
        if (there && !texts[i]->ptr) {
            job_destroy(job);
            return NULL;
        }
    }
    return job;
}

int vt_audit_read(struct vt_audit *audit, const struct vt_audit_filter *filter, vt_audit_read_fn *done,
                  void *arg)
{
    struct job *job = new_reading(audit, READ, filter, arg);
    if (!job)
        return VT_ERR_FULL;
    job->read = done;
    push(audit, job);
    return VT_OK;
}

int vt_audit_export(struct vt_audit *audit, const struct vt_audit_filter *filter, int fd,
                    vt_audit_done_fn *done, void *arg)
{
    struct job *job = new_reading(audit, EXPORT, filter, arg);
    if (!job)
        return VT_ERR_FULL;
    job->fd = fd;
    job->done = done;
    push(audit, job);
    return VT_OK;
}

int vt_audit_verify(struct vt_audit *audit, vt_audit_verify_fn *done, void *arg)
{
    struct job *job = new_job(audit, VERIFY, arg);
    if (!job)
        return VT_ERR_FULL;
    job->verified = done;
    push(audit, job);
    return VT_OK;
}

/* --- the thread ---------------------------------------------------------------------------- */

static void put_text(struct vt_buf *out, const char *name, struct vt_str text)
{
    vt_buf_printf(out, ",\"%s\":", name);
    vt_buf_json_string(out, text);
}

void vt_audit_write(struct vt_buf *out, const struct vt_audit_record *record)
{
    vt_buf_printf(out, "{\"n\":%lld,\"time\":%lld", (long long)record->n, (long long)record->time);
    put_text(out, "actor", record->actor);
    put_text(out, "verb", record->verb);
    put_text(out, "object", record->object);
    vt_buf_printf(out, ",\"detail\":%.*s", VT_STR_ARG(record->detail.len ? record->detail : VT_STR("{}")));
    put_text(out, "hash", record->hash);
    vt_buf_byte(out, '}');
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(fd, bytes, n);
        if (wrote <= 0)
            return VT_ERR_FULL;
        bytes += wrote;
        n -= (size_t)wrote;
    }
    return VT_OK;
}

static int export_records(struct vt_audit_log *log, struct job *job)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf line = VT_BUF_INIT(LINE_BYTES);
    struct vt_arena arena;
    int err = VT_OK;
    vt_arena_init(&arena, JOB_BYTES);
    job->filter.newest = false;
    job->filter.limit = PAGE;
    for (size_t n = PAGE; n == PAGE && !err;) {
        struct vt_audit_record *records;
        vt_arena_reset(&arena);
        err = vt_audit_log_read(log, &job->filter, &arena, &records, &n);
        for (size_t i = 0; i < n && !err; i++) {
            vt_buf_reset(&line);
            vt_audit_write(&line, &records[i]);
            vt_buf_byte(&line, '\n');
            err = line.failed ? VT_ERR_NOMEM : write_all(job->fd, line.data, line.len);
            job->filter.after = records[i].n;
        }
    }
    vt_arena_finish(&arena);
    return err;
}

/* Records that stand beside each other share a commit. */
static void run_puts(struct vt_audit *audit, struct vt_list *batch, struct job *first)
{
    struct vt_audit_record records[BATCH] = { 0 };
    size_t n = 0;
    for (struct vt_list *at = &first->link; at != batch && n < BATCH; at = at->next) {
        struct job *job = VT_CONTAINER_OF(at, struct job, link);
        if (job->kind != PUT)
            break;
        records[n++] = job->record;
    }
    int err = vt_audit_log_append(audit->log, records, n);
    struct vt_list *at = &first->link;
    for (size_t i = 0; i < n; i++, at = at->next) {
        struct job *job = VT_CONTAINER_OF(at, struct job, link);
        job->err = err;
        job->n = 1; /* has run */
    }
}

static void run_batch(struct vt_audit *audit, struct vt_list *batch)
{
    VT_LIST_EACH (job, batch, struct job, link) {
        if (job->kind == READ)
            job->err = vt_audit_log_read(audit->log, &job->filter, &job->arena, &job->records, &job->n);
        else if (job->kind == EXPORT)
            job->err = export_records(audit->log, job);
        else if (job->kind == VERIFY)
            job->err = vt_audit_log_verify(audit->log, NULL, &job->verdict);
        else if (job->n == 0)
            run_puts(audit, batch, job);
    }
}

static void tell_head(struct vt_audit_log *log)
{
    struct vt_audit_head head;
    if (vt_audit_log_head(log, &head) == VT_OK)
        vt_log(VT_LOG_INFO, "audit.head", VT_LOG_N("n", head.n), VT_LOG_T("hash", head.hash));
}

/* The head is told where the file's owner cannot reach back, and what is too old goes. */
static void run_daily(struct vt_audit *audit)
{
    size_t trimmed = 0;
    int err = vt_audit_log_trim(audit->log, vt_wall_ms() - KEPT_DAYS * (int64_t)DAY_MS, &trimmed);
    if (err || trimmed > 0)
        vt_log(err ? VT_LOG_ERROR : VT_LOG_INFO, "audit.trim", VT_LOG_T("error", vt_err_name(err)),
               VT_LOG_N("records", trimmed));
    tell_head(audit->log);
}

/* Everything that is queued, once there is something. False: closing, and nothing is left. */
static bool take(struct vt_audit *audit, struct vt_list *batch)
{
    pthread_mutex_lock(&audit->lock);
    while (vt_list_is_empty(&audit->queue) && !audit->closing) {
        struct timespec until = { .tv_sec = audit->daily_ms / 1000 };
        if (vt_now_ms() < audit->daily_ms) {
            pthread_cond_timedwait(&audit->wake, &audit->lock, &until);
            continue;
        }
        audit->daily_ms = vt_now_ms() + DAY_MS;
        pthread_mutex_unlock(&audit->lock);
        run_daily(audit);
        pthread_mutex_lock(&audit->lock);
    }
    VT_LIST_EACH (job, &audit->queue, struct job, link) {
        vt_list_remove(&job->link);
        vt_list_append(batch, &job->link);
    }
    pthread_mutex_unlock(&audit->lock);
    return !vt_list_is_empty(batch);
}

static void hand_back(struct vt_audit *audit, struct vt_list *batch)
{
    pthread_mutex_lock(&audit->lock);
    VT_LIST_EACH (job, batch, struct job, link) {
        vt_list_remove(&job->link);
        vt_list_append(&audit->finished, &job->link);
    }
    bool post = !audit->posted;
    audit->posted = true;
    pthread_mutex_unlock(&audit->lock);
    while (post && vt_loop_post(audit->loop, deliver, audit) != VT_OK)
        usleep(10000); /* nothing else could carry the answers */
}

static void *run_jobs(void *arg)
{
    struct vt_audit *audit = arg;
    struct vt_list batch;
    vt_list_init(&batch);
    while (take(audit, &batch)) {
        run_batch(audit, &batch);
        hand_back(audit, &batch);
    }
    return NULL;
}

/* --- life ---------------------------------------------------------------------------------- */

static int start_thread(struct vt_audit *audit)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals stay with the loop's thread */
    int failed = pthread_create(&audit->thread, NULL, run_jobs, audit);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? VT_ERR_NOMEM : VT_OK;
}

struct vt_audit *vt_audit_open(struct vt_loop *loop, const char *data_dir, struct vt_buf *ret_error)
{
    struct vt_audit *audit = calloc(1, sizeof(*audit));
    pthread_condattr_t attr;
    if (!audit)
        return NULL;
    pthread_mutex_init(&audit->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&audit->wake, &attr);
    pthread_condattr_destroy(&attr);
    vt_list_init(&audit->queue);
    vt_list_init(&audit->finished);
    audit->loop = loop;
    audit->log = vt_audit_log_open(data_dir, ret_error);
    audit->daily_ms = vt_now_ms(); /* at the start, too */
    if (audit->log && start_thread(audit) == VT_OK)
        return audit;
    if (ret_error->len == 0)
        vt_buf_text(ret_error, "The audit log has no memory to start with.");
    destroy(audit);
    return NULL;
}

size_t vt_audit_pending(const struct vt_audit *audit)
{
    return audit ? audit->pending : 0;
}

void vt_audit_close(struct vt_audit *audit)
{
    if (!audit)
        return;
    pthread_mutex_lock(&audit->lock);
    audit->closing = true;
    pthread_cond_signal(&audit->wake);
    pthread_mutex_unlock(&audit->lock);
    pthread_join(audit->thread, NULL);
    audit->closed = true;
    if (!audit->posted)
        destroy(audit);
}
