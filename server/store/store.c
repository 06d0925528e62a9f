/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, closing, and the way results take back to the loop. */
#include <string.h>
#include <unistd.h>

#include "server/base/buf.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/metrics.h"
#include "server/quota.h"
#include "server/store/job.h"
#include "server/store/manage.h"

enum { TURN_BYTES = 128 * 1024 }; /* a quarter of what a peer may have waiting */

#define CALLS(kind_)                                                                                         \
    {                                                                                                        \
        .name = "vitrine_store_calls_total", .labels = "kind=\"" kind_ "\"", .kind = VT_METRIC_COUNTER,      \
        .help = "Calls of the store that came back, by kind."                                                \
    }
static struct vt_metric reads = CALLS("read"), writes = CALLS("write");
static struct vt_metric commits = { .name = "vitrine_store_commits_total",
                                    .help = "Commits of the store; one holds all that waited for it.",
                                    .kind = VT_METRIC_COUNTER };

static bool is_write(const struct vt_job *job)
{
    return job->kind < VT_JOB_FIRST_READ;
}

static void count(const struct vt_job *job)
{
    vt_metric_inc(is_write(job) ? &writes : &reads, 1);
    if (job->leads)
        vt_metric_inc(&commits, 1);
}

static void note_health(struct vt_mailbox *mailbox, const struct vt_job *job)
{
    if (!is_write(job))
        return;
    if (job->err != VT_ERR_FULL && job->err != VT_ERR_IO)
        mailbox->failed_since = 0;
    else if (mailbox->failed_since == 0)
        mailbox->failed_since = vt_now_ms();
}

void vt_job_destroy(struct vt_job *job)
{
    if (!job)
        return;
    vt_arena_finish(&job->arena);
    free(job);
}

void *vt_job_push(struct vt_job *job, size_t size)
{
    if (job->out.list.n == job->out.list.cap) {
        size_t cap = job->out.list.cap ? job->out.list.cap * 2 : 16;
        char *items = vt_arena_array(&job->arena, cap, size);
        if (!items)
            return NULL;
        if (job->out.list.n > 0)
            memcpy(items, job->out.list.items, job->out.list.n * size);
        job->out.list.items = items;
        job->out.list.cap = cap;
    }
    return (char *)job->out.list.items + size * job->out.list.n++;
}

/* --- mailbox ------------------------------------------------------------------------------- */

static struct vt_mailbox *mailbox_create(struct vt_loop *loop)
{
    struct vt_mailbox *mailbox = calloc(1, sizeof(*mailbox));
    if (!mailbox)
        return NULL;
    pthread_mutex_init(&mailbox->lock, NULL);
    vt_list_init(&mailbox->finished);
    mailbox->loop = loop;
    return mailbox;
}

static void drop_all(struct vt_list *jobs)
{
    VT_LIST_EACH (job, jobs, struct vt_job, link) {
        vt_list_remove(&job->link);
        vt_job_destroy(job);
    }
}

static void mailbox_destroy(struct vt_mailbox *mailbox)
{
    drop_all(&mailbox->finished);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

static void move_all(struct vt_list *to, struct vt_list *from)
{
    if (vt_list_is_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    vt_list_init(from);
}

static void deliver(void *arg);

/* Nothing else could carry the answers, so a thread with no memory to post waits for some. */
static void post(struct vt_mailbox *mailbox)
{
    while (vt_loop_post(mailbox->loop, deliver, mailbox) != VT_OK)
        usleep(10000);
}

/* Before those that finished meanwhile. */
static void put_back(struct vt_mailbox *mailbox, struct vt_list *jobs)
{
    pthread_mutex_lock(&mailbox->lock);
    bool is_posted = mailbox->posted;
    move_all(jobs, &mailbox->finished);
    move_all(&mailbox->finished, jobs);
    mailbox->posted = true;
    pthread_mutex_unlock(&mailbox->lock);
    if (!is_posted)
        post(mailbox);
}

/* One commit may hold hundreds of rows for the same readers. What one turn hands out is bounded, so that
 * their sockets take some of it before the next: who reads is never closed as one who does not. */
static void deliver(void *arg)
{
    struct vt_mailbox *mailbox = arg;
    struct vt_list jobs;
    size_t bytes = 0;
    vt_list_init(&jobs);
    pthread_mutex_lock(&mailbox->lock);
    move_all(&jobs, &mailbox->finished);
    mailbox->posted = false;
    pthread_mutex_unlock(&mailbox->lock);
    mailbox->delivering = true;
    while (!vt_list_is_empty(&jobs) && !mailbox->closed && bytes < TURN_BYTES) {
        struct vt_job *job = VT_CONTAINER_OF(jobs.next, struct vt_job, link);
        vt_list_remove(&job->link);
        mailbox->pending--;
        bytes += job->arena.used_bytes;
        count(job);
        note_health(mailbox, job);
        if (job->shared)
            vt_quotas_leave(mailbox->quotas, job->site, VT_QUOTA_ROWS);
        if (job->deliver)
            job->deliver(job);
        vt_job_destroy(job);
    }
    mailbox->delivering = false;
    if (mailbox->closed)
        drop_all(&jobs);
    else if (!vt_list_is_empty(&jobs))
        put_back(mailbox, &jobs);
    if (mailbox->closed && !mailbox->posted)
        mailbox_destroy(mailbox);
}

void vt_mailbox_finish(struct vt_mailbox *mailbox, struct vt_list *jobs)
{
    pthread_mutex_lock(&mailbox->lock);
    bool is_first = !mailbox->posted && !vt_list_is_empty(jobs);
    move_all(&mailbox->finished, jobs);
    mailbox->posted = mailbox->posted || is_first;
    pthread_mutex_unlock(&mailbox->lock);
    if (is_first)
        post(mailbox);
}

/* --- store --------------------------------------------------------------------------------- */

struct vt_store *vt_store_open(struct vt_loop *loop, const char *data_dir,
                               const struct vt_store_limits *limits, struct vt_buf *ret_error)
{
    struct vt_store *store = calloc(1, sizeof(*store));
    struct vt_mailbox *mailbox = mailbox_create(loop);
    if (!store || !mailbox) {
        vt_buf_text(ret_error, "The store has no memory to start with.");
        goto fail;
    }
    *store = (struct vt_store){ .ops = &vt_store_lanes,
                                .address = strdup(limits->address ? limits->address : ""),
                                .mailbox = mailbox,
                                .quotas = limits->quotas,
                                .queue_rows = limits->queue_rows,
                                .clock = vt_steady_ms };
    mailbox->quotas = limits->quotas;
    if (!store->address)
        goto fail;
    store->backend = store->ops->open(mailbox, data_dir, limits, ret_error);
    if (store->backend) {
        vt_metrics_add(&reads);
        vt_metrics_add(&writes);
        vt_metrics_add(&commits);
        return store;
    }
fail:
    if (mailbox)
        mailbox_destroy(mailbox);
    if (store)
        free(store->address);
    free(store);
    return NULL;
}

const char *vt_store_address(const struct vt_store *store)
{
    return store->address;
}

size_t vt_store_pending(const struct vt_store *store)
{
    return store ? store->mailbox->pending : 0;
}

static int write_nothing(struct vt_manage *manage, void *arg)
{
    (void)arg;
    return vt_manage_probe(manage);
}

static void handle_probed(void *arg, int err)
{
    struct vt_store *store = arg;
    (void)err; /* it has been counted with all others */
    store->probing = false;
}

int64_t vt_store_unable_ms(struct vt_store *store)
{
    int64_t stands_ms = store->ops->stands_ms(store->backend), since = store->mailbox->failed_since;
    int64_t failed_ms = since ? vt_now_ms() - since + 1 : 0;
    if (since && !store->probing)
        store->probing = vt_store_work(store, write_nothing, handle_probed, store) == VT_OK;
    return stands_ms > failed_ms ? stands_ms : failed_ms;
}

static void handle_asked(void *arg, int err)
{
    struct vt_store *store = arg;
    (void)err; /* the backend knows it by now */
    store->asking = false;
}

bool vt_store_is_fenced(struct vt_store *store, bool asks)
{
    if (asks && !store->asking)
        store->asking = vt_store_work(store, write_nothing, handle_asked, store) == VT_OK;
    return store->ops->is_fenced(store->backend);
}

void vt_store_close(struct vt_store *store)
{
    if (!store)
        return;
    store->ops->close(store->backend);
    struct vt_mailbox *mailbox = store->mailbox;
    mailbox->closed = true;
    drop_all(&mailbox->finished);
    if (!mailbox->posted && !mailbox->delivering)
        mailbox_destroy(mailbox);
    free(store->address);
    free(store);
}
