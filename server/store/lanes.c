/* SPDX-License-Identifier: Apache-2.0 */
/* The backend: a writer and a reader, each a thread with its own connection.
 *
 * The writer takes all that is queued when it becomes free, at most VT_STORE_BATCH rows, and makes
 * one transaction of it: the commit is the window, so batches grow with the load by themselves. A server of
 * PostgreSQL that is away is a disk that fails: what was not committed is refused and nobody waits long. */
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "server/base/ids.h"
#include "server/store/lead.h"
#include "server/store/search.h"
#include "server/store/sqlite_checkpoint.h"
#include "server/store/sqlite_run.h"
#include "server/store/wait.h"

enum {
    LAZY_MS = 1000,
    CATCH_UP_MS = 250,  /* texts that were written wait this long for more, then the search learns them */
    CATCH_UP_ROWS = 64, /* at once: who writes meanwhile waits for them, about 2 ms */
    CATCH_UP_AGAIN_MS = 5000, /* after a failure */
};

struct lane {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct vt_list queue; /* list of vt_job.link */
    size_t n, n_eager;    /* queued; of them not lazy */
    int64_t lazy_until;   /* vt_now_ms: when the oldest lazy job has waited enough */
    int64_t wake_at;      /* vt_now_ms: when its thread has something of its own to do; 0: nothing */
    int64_t busy_since;   /* vt_now_ms: when what is being worked on was taken; 0: nothing is */
    bool closing;
};

struct vt_lanes {
    struct vt_mailbox *mailbox; /* borrowed from the store */
    size_t queue_rows;
    int64_t queue_ms;
    struct vt_db write_db, read_db;
    struct vt_checkpoint *checkpoint; /* owned; NULL: the tables are no file */
    struct lane writer, reader;
    struct vt_lead lead;
};

static vt_run_fn *const runs[VT_JOB_COUNT] = {
    [VT_JOB_APPEND] = vt_run_append,
    [VT_JOB_CONV_CREATE] = vt_run_conv_create,
    [VT_JOB_CONV_OWN] = vt_run_conv_own,
    [VT_JOB_MARK_PUT] = vt_run_mark_put,
    [VT_JOB_PAGE_PUT] = vt_run_page_put,
    [VT_JOB_SESSION_PUT] = vt_run_session_put,
    [VT_JOB_RESUME_PUT] = vt_run_resume_put,
    [VT_JOB_RESUME_GET] = vt_run_resume_get,
    [VT_JOB_RESUME_DROP] = vt_run_resume_drop,
    [VT_JOB_RESUME_DROP_PERSON] = vt_run_resume_drop_person,
    [VT_JOB_PROFILE_PUT] = vt_run_profile_put,
    [VT_JOB_SESSION_WRAP] = vt_run_session_wrap,
    [VT_JOB_ONCE_PUT] = vt_run_once_put,
    [VT_JOB_ONCE_TAKE] = vt_run_once_take,
    [VT_JOB_PASSWORD_PUT] = vt_run_password_put,
    [VT_JOB_WORK] = vt_run_work,
    [VT_JOB_LOGIN_GET] = vt_run_login_get,
    [VT_JOB_LOGIN_DROP] = vt_run_login_drop,
    [VT_JOB_SITE_SECRET_PUT] = vt_run_site_secret_put,
    [VT_JOB_MEDIUM_PUT] = vt_run_medium_put,
    [VT_JOB_SINCE] = vt_run_since,
    [VT_JOB_BEFORE] = vt_run_before,
    [VT_JOB_ROWS_OF] = vt_run_rows_of,
    [VT_JOB_CONSENTS] = vt_run_consents,
    [VT_JOB_MARKS] = vt_run_marks,
    [VT_JOB_PAGES] = vt_run_pages,
    [VT_JOB_SESSIONS_OPEN] = vt_run_sessions_open,
    [VT_JOB_SESSIONS_OF] = vt_run_sessions_of,
    [VT_JOB_CONTACTS] = vt_run_contacts,
    [VT_JOB_SITES] = vt_run_sites,
    [VT_JOB_PERSON_BY_LOGIN] = vt_run_person_by_login,
    [VT_JOB_PERSON_GET] = vt_run_person_get,
    [VT_JOB_VERSION] = vt_run_version,
    [VT_JOB_LOOK] = vt_run_work,
    [VT_JOB_MEDIA] = vt_run_media,
    [VT_JOB_MAIL_PUT] = vt_run_mail_put,
    [VT_JOB_MAIL_TRIED] = vt_run_mail_tried,
    [VT_JOB_MAILS_DUE] = vt_run_mails_due,
    [VT_JOB_PICTURE_PUT] = vt_run_picture_put,
    [VT_JOB_PICTURES_DUE] = vt_run_pictures_due,
};

/* --- waiting ------------------------------------------------------------------------------- */

static void lane_init(struct lane *lane)
{
    pthread_mutex_init(&lane->lock, NULL);
    vt_cond_init(&lane->wake);
    vt_list_init(&lane->queue);
}

static void lane_finish(struct lane *lane)
{
    pthread_mutex_destroy(&lane->lock);
    pthread_cond_destroy(&lane->wake);
}

static int64_t busy_ms(const struct lane *lane)
{
    return lane->busy_since ? vt_now_ms() - lane->busy_since : 0;
}

/* Behind a disk that stands still nothing is queued: who asks learns at once that it is not saved. */
static int lane_push(struct lane *lane, struct vt_job *job, size_t limit, int64_t limit_ms)
{
    int err = VT_ERR_FULL;
    pthread_mutex_lock(&lane->lock);
    if (lane->n < limit && busy_ms(lane) <= limit_ms) {
        if (job->lazy && lane->n == 0)
            lane->lazy_until = vt_now_ms() + LAZY_MS;
        vt_list_append(&lane->queue, &job->link);
        lane->n++;
        lane->n_eager += !job->lazy;
        err = VT_OK;
        pthread_cond_signal(&lane->wake);
    }
    pthread_mutex_unlock(&lane->lock);
    return err;
}

/* When the lane should run by itself; 0: not before somebody pushes. */
static int64_t due_at(const struct lane *lane)
{
    if (lane->n == 0 || (lane->wake_at > 0 && lane->wake_at < lane->lazy_until))
        return lane->wake_at;
    return lane->lazy_until;
}

/* True when its jobs should run now rather than wait for company. */
static bool is_due(const struct lane *lane, size_t limit)
{
    return lane->n_eager > 0 || lane->closing ||
           (lane->n > 0 && (lane->n >= limit / 2 || vt_now_ms() >= lane->lazy_until));
}

static void lane_move(struct lane *lane, size_t most, struct vt_list *batch)
{
    for (size_t i = 0; i < most && lane->n > 0; i++) {
        struct vt_job *job = VT_CONTAINER_OF(lane->queue.next, struct vt_job, link);
        vt_list_remove(&job->link);
        vt_list_append(batch, &job->link);
        lane->n--;
        lane->n_eager -= !job->lazy;
    }
}

/* Waits, then moves at most `most` jobs into `batch`; none when it is only the thread's own time. False:
 * closing, and nothing is left. */
static bool lane_take(struct lane *lane, size_t limit, size_t most, struct vt_list *batch)
{
    pthread_mutex_lock(&lane->lock);
    lane->busy_since = 0;
    while (!is_due(lane, limit) && (lane->wake_at == 0 || vt_now_ms() < lane->wake_at)) {
        if (due_at(lane) > 0)
            vt_wait_until(&lane->wake, &lane->lock, due_at(lane));
        else
            pthread_cond_wait(&lane->wake, &lane->lock);
    }
    if (is_due(lane, limit))
        lane_move(lane, most, batch);
    lane->busy_since = vt_now_ms();
    const bool over = lane->closing && vt_list_is_empty(batch);
    pthread_mutex_unlock(&lane->lock);
    return !over;
}

static void lane_close(struct lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->closing = true;
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&lane->lock);
    pthread_join(lane->thread, NULL);
}

/* --- writer -------------------------------------------------------------------------------- */

/* One row fails alone: what it had written is taken back, the others stay. An error when the transaction
 * cannot go on: it has ended with the row, or what of the row is in it is not known. A row that is told as
 * failed and is there all the same would be answered as said before when it is said again, and nobody would
 * hear of it. */
static int run_in_savepoint(struct vt_db *db, struct vt_job *job)
{
    job->err = vt_db_exec(db, "SAVEPOINT job");
    if (job->err)
        return vt_db_is_inside(db) ? VT_OK : job->err;
    job->err = runs[job->kind](db, job);
    int err = vt_db_is_inside(db) ? VT_OK : VT_ERR_IO;
    if (!err && job->err)
        err = vt_db_exec(db, "ROLLBACK TO job");
    if (!err)
        err = vt_db_exec(db, "RELEASE job");
    return err && job->err ? job->err : err;
}

static void fail_batch(struct vt_list *batch, int err)
{
    VT_LIST_EACH (job, batch, struct vt_job, link)
        job->err = err;
}

static void run_batch(struct vt_lanes *backend, struct vt_list *batch)
{
    struct vt_db *db = &backend->write_db;
    int err = vt_db_begin(db);
    if (!err && (err = vt_lead_check(db, &backend->lead)) != VT_OK)
        vt_db_go_back(db);
    if (err) {
        fail_batch(batch, err);
        return;
    }
    VT_LIST_EACH (job, batch, struct vt_job, link)
        if (!err)
            err = run_in_savepoint(db, job);
    if (!err)
        err = vt_db_commit(db);
    if (!err)
        return;
    vt_db_go_back(db);
    fail_batch(batch, err);
}

static void write_batch(struct vt_lanes *backend, struct vt_list *batch)
{
    if (vt_list_is_empty(batch))
        return;
    VT_CONTAINER_OF(batch->next, struct vt_job, link)->leads = true;
    run_batch(backend, batch);
    vt_mailbox_finish(backend->mailbox, batch);
    if (backend->writer.wake_at == 0)
        backend->writer.wake_at = vt_now_ms() + CATCH_UP_MS;
}

/* Between two batches: what they wrote is made known to the search. What is left over waits for the next
 * batch alone, so that a great many texts hold up nobody. */
static void catch_up(struct vt_lanes *backend)
{
    struct lane *lane = &backend->writer;
    size_t n = 0;
    if (lane->wake_at == 0 || vt_now_ms() < lane->wake_at)
        return;
    int err = vt_search_catch_up(&backend->write_db, CATCH_UP_ROWS, &n);
    lane->wake_at = err ? vt_now_ms() + CATCH_UP_AGAIN_MS : n == CATCH_UP_ROWS ? vt_now_ms() : 0;
}

static void *write_rows(void *arg)
{
    struct vt_lanes *backend = arg;
    struct vt_list batch;
    vt_list_init(&batch);
    backend->writer.wake_at = vt_now_ms(); /* a server that was killed may have left some */
    while (lane_take(&backend->writer, backend->queue_rows, VT_STORE_BATCH, &batch)) {
        write_batch(backend, &batch);
        catch_up(backend);
        vt_checkpoint_finish(backend->checkpoint);
    }
    return NULL;
}

/* --- reader -------------------------------------------------------------------------------- */

static void *read_rows(void *arg)
{
    struct vt_lanes *backend = arg;
    struct vt_list batch;
    vt_list_init(&batch);
    while (lane_take(&backend->reader, backend->queue_rows, 16, &batch)) {
        int err = vt_db_ready(&backend->read_db);
        VT_LIST_EACH (job, &batch, struct vt_job, link)
            job->err = err ? err : runs[job->kind](&backend->read_db, job);
        vt_mailbox_finish(backend->mailbox, &batch);
    }
    return NULL;
}

/* --- the backend --------------------------------------------------------------------------- */

static int submit(void *backend, struct vt_job *job)
{
    struct vt_lanes *lanes = backend;
    struct lane *lane = job->kind < VT_JOB_FIRST_READ ? &lanes->writer : &lanes->reader;
    return lane_push(lane, job, lanes->queue_rows, lane == &lanes->writer ? lanes->queue_ms : INT64_MAX);
}

static int64_t stands_ms(void *backend)
{
    struct lane *lane = &((struct vt_lanes *)backend)->writer;
    pthread_mutex_lock(&lane->lock);
    int64_t ms = busy_ms(lane);
    pthread_mutex_unlock(&lane->lock);
    return ms;
}

static bool is_fenced(void *backend)
{
    return ((struct vt_lanes *)backend)->lead.lost;
}

static void close_tables(struct vt_lanes *backend)
{
    /* The writer last: the last connection to close folds SQLite's log into the file. */
    vt_db_close(&backend->read_db);
    vt_checkpoint_close(backend->checkpoint);
    vt_db_close(&backend->write_db);
    lane_finish(&backend->writer);
    lane_finish(&backend->reader);
    free(backend);
}

static void close_backend(void *arg)
{
    struct vt_lanes *backend = arg;
    lane_close(&backend->writer);
    lane_close(&backend->reader);
    close_tables(backend);
}

/* All signals stay with the loop's thread. */
static int start_threads(struct vt_lanes *backend)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool failed = backend->checkpoint && !vt_checkpoint_start(backend->checkpoint);
    if (!failed)
        failed = pthread_create(&backend->writer.thread, NULL, write_rows, backend) != 0;
    if (!failed && pthread_create(&backend->reader.thread, NULL, read_rows, backend) != 0) {
        lane_close(&backend->writer);
        failed = true;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? VT_ERR_NOMEM : VT_OK;
}

static int take_lead(struct vt_lanes *backend, const struct vt_store_limits *limits, struct vt_buf *ret_error)
{
    int err = vt_lead_take(&backend->write_db, &backend->lead, limits->lead->group, limits->lead->epoch,
                           &limits->lead->newest);
    if (err)
        vt_buf_text(ret_error, "The store cannot be taken over from the node that led before.");
    return err;
}

static void *open_backend(struct vt_mailbox *mailbox, const char *data_dir,
                          const struct vt_store_limits *limits, struct vt_buf *ret_error)
{
    struct vt_lanes *backend = calloc(1, sizeof(*backend));
    if (!backend)
        return NULL;
    backend->mailbox = mailbox;
    backend->queue_rows = limits->queue_rows;
    backend->queue_ms = limits->queue_ms;
    lane_init(&backend->writer);
    lane_init(&backend->reader);
    int err = vt_db_open_store(&backend->write_db, data_dir, limits->address, false, ret_error);
    if (!err)
        err = vt_db_migrate(&backend->write_db, ret_error);
    if (!err && limits->lead)
        err = take_lead(backend, limits, ret_error);
    if (!err)
        err = vt_db_open_store(&backend->read_db, data_dir, limits->address, true, ret_error);
    if (!err && backend->write_db.sqlite) {
        backend->checkpoint = vt_checkpoint_open(&backend->write_db, ret_error);
        err = backend->checkpoint ? VT_OK : VT_ERR_IO;
    }
    if (!err) {
        err = start_threads(backend);
        if (err)
            vt_buf_text(ret_error, "The store cannot start its threads.");
    }
    if (!err)
        return backend;
    close_tables(backend);
    return NULL;
}

const struct vt_store_ops vt_store_lanes = { open_backend, submit, stands_ms, close_backend, is_fenced };
