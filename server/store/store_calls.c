/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of store.h: copy the arguments, submit, and turn the result into the callback. */
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/quota.h"
#include "server/store/calls.h"

struct vt_job *vt_call_new(struct vt_store *store, enum vt_job_kind kind, struct vt_str site,
                           struct vt_str conv)
{
    struct vt_job *job = calloc(1, sizeof(*job));
    if (!job)
        return NULL;
    vt_list_init(&job->link);
    vt_arena_init(&job->arena, VT_JOB_BYTES);
    job->kind = kind;
    job->now = store->clock();
    job->site = vt_call_keep(job, site);
    job->conv = vt_call_keep(job, conv);
    return job;
}

struct vt_str vt_call_keep(struct vt_job *job, struct vt_str text)
{
    struct vt_str copy = vt_arena_str(&job->arena, text);
    if (text.ptr && !copy.ptr)
        job->err = VT_ERR_NOMEM;
    return copy;
}

struct vt_str vt_call_keep_hash(struct vt_job *job, struct vt_str secret)
{
    char text[VT_SHA256_TEXT];
    if (!secret.ptr)
        return secret;
    if (vt_sha256_hex(secret, text) != VT_OK) {
        job->err = VT_ERR_NOMEM;
        return VT_CALL_NONE;
    }
    return vt_call_keep(job, vt_str(text));
}

/* What is written is paid for by its site, whoever caused it; who may cause more is asked at the gate. */
static int take_share(struct vt_store *store, struct vt_job *job)
{
    if (!vt_quotas_enter(store->quotas, job->site, VT_QUOTA_ROWS, store->queue_rows))
        return VT_ERR_FULL;
    job->shared = true;
    if (job->kind < VT_JOB_FIRST_READ)
        vt_quotas_spend(store->quotas, job->site, VT_QUOTA_ROWS, 1, vt_now_ms());
    return VT_OK;
}

int vt_call_submit(struct vt_store *store, struct vt_job *job)
{
    int err = job && job->err == VT_OK ? take_share(store, job) : VT_ERR_FULL;
    if (err == VT_OK)
        err = store->ops->submit(store->backend, job);
    if (err == VT_OK) {
        store->mailbox->pending++;
        return VT_OK;
    }
    if (job && job->shared)
        vt_quotas_leave(store->quotas, job->site, VT_QUOTA_ROWS);
    vt_job_destroy(job);
    return err;
}

void vt_call_deliver_done(struct vt_job *job)
{
    if (job->on.done)
        job->on.done(job->arg, job->err);
}

/* --- the thread ---------------------------------------------------------------------------- */

static void deliver_append(struct vt_job *job)
{
    if (job->on.append)
        job->on.append(job->arg, job->err, job->out.append.cs, job->out.append.doubled);
}

int vt_store_append(struct vt_store *store, const struct vt_store_message *message, vt_store_append_fn *done,
                    void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_APPEND, message->site, message->conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.message = *message;
    job->in.message.sid = vt_call_keep(job, message->sid);
    job->in.message.cid = vt_call_keep(job, message->cid);
    job->in.message.by = vt_call_keep(job, message->by);
    job->in.message.op = vt_call_keep(job, message->op);
    job->in.message.body = vt_call_keep(job, message->body);
    job->deliver = deliver_append;
    job->on.append = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_rows(struct vt_job *job)
{
    job->on.rows(job->arg, job->err, job->out.list.items, job->out.list.n, job->out.list.more);
}

static int submit_range(struct vt_store *store, struct vt_job *job, uint8_t audience, uint32_t from,
                        size_t limit, vt_store_rows_fn *done, void *arg)
{
    if (!job)
        return VT_ERR_FULL;
    job->in.range.audience = audience;
    job->in.range.from = from;
    job->in.range.limit = limit;
    job->deliver = deliver_rows;
    job->on.rows = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_since(struct vt_store *store, struct vt_str site, struct vt_str conv, uint8_t audience,
                   uint32_t after, size_t limit, vt_store_rows_fn *done, void *arg)
{
    return submit_range(store, vt_call_new(store, VT_JOB_SINCE, site, conv), audience, after, limit, done,
                        arg);
}

int vt_store_before(struct vt_store *store, struct vt_str site, struct vt_str conv, uint8_t audience,
                    uint32_t before, size_t limit, vt_store_rows_fn *done, void *arg)
{
    return submit_range(store, vt_call_new(store, VT_JOB_BEFORE, site, conv), audience, before, limit, done,
                        arg);
}

int vt_store_rows_of(struct vt_store *store, struct vt_str site, struct vt_str conv, struct vt_str sid,
                     uint8_t audience, size_t limit, vt_store_rows_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_ROWS_OF, site, conv);
    if (job)
        job->in.range.sid = vt_call_keep(job, sid);
    return submit_range(store, job, audience, 0, limit, done, arg);
}

int vt_store_consents(struct vt_store *store, struct vt_str site, struct vt_str conv, struct vt_str sid,
                      size_t limit, vt_store_rows_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_CONSENTS, site, conv);
    if (job)
        job->in.range.sid = vt_call_keep(job, sid);
    return submit_range(store, job, 0, 0, limit, done, arg);
}

/* --- conversations ------------------------------------------------------------------------- */

int vt_store_conv_create(struct vt_store *store, const struct vt_store_conv *conv, vt_store_done_fn *done,
                         void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_CONV_CREATE, conv->site, conv->conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.conv = *conv;
    job->in.conv.customer = vt_call_keep(job, conv->customer);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_conv(struct vt_job *job)
{
    if (job->on.conv)
        job->on.conv(job->arg, job->err, job->err == VT_OK ? &job->out.conv : NULL);
}

int vt_store_conv_own(struct vt_store *store, struct vt_str site, struct vt_str conv, vt_store_conv_fn *done,
                      void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_CONV_OWN, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->deliver = deliver_conv;
    job->on.conv = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_mark_put(struct vt_store *store, struct vt_str site, struct vt_str conv,
                      const struct vt_store_mark *mark)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_MARK_PUT, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.mark = *mark;
    job->in.mark.who = vt_call_keep(job, mark->who);
    job->in.mark.person = vt_call_keep(job, mark->person);
    job->in.mark.role = vt_call_keep(job, mark->role);
    job->in.mark.name = vt_call_keep(job, mark->name);
    job->lazy = true;
    return vt_call_submit(store, job);
}

static void deliver_marks(struct vt_job *job)
{
    job->on.marks(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_marks(struct vt_store *store, struct vt_str site, struct vt_str conv, vt_store_marks_fn *done,
                   void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_MARKS, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->deliver = deliver_marks;
    job->on.marks = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_page_put(struct vt_store *store, struct vt_str site, struct vt_str conv, int64_t ts,
                      struct vt_str body)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_PAGE_PUT, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.page.ts = ts;
    job->in.page.body = vt_call_keep(job, body);
    job->lazy = true;
    return vt_call_submit(store, job);
}

static void deliver_pages(struct vt_job *job)
{
    job->on.pages(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_pages(struct vt_store *store, struct vt_str site, struct vt_str conv, size_t limit,
                   vt_store_pages_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_PAGES, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.range.limit = limit;
    job->deliver = deliver_pages;
    job->on.pages = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

/* --- sessions ------------------------------------------------------------------------------ */

int vt_store_session_put(struct vt_store *store, const struct vt_store_session *session,
                         vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_SESSION_PUT, session->site, session->conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.session = *session;
    job->in.session.sid = vt_call_keep(job, session->sid);
    job->in.session.reference = vt_call_keep(job, session->reference);
    job->in.session.queue = vt_call_keep(job, session->queue);
    job->in.session.associate = vt_call_keep(job, session->associate);
    job->in.session.view = vt_call_keep(job, session->view);
    job->in.session.info = vt_call_keep(job, session->info);
    job->in.session.lang = vt_call_keep(job, session->lang);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_sessions(struct vt_job *job)
{
    job->on.sessions(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_sessions_open(struct vt_store *store, vt_store_sessions_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_SESSIONS_OPEN, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->deliver = deliver_sessions;
    job->on.sessions = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

/* --- resume tokens ------------------------------------------------------------------------- */

int vt_store_resume_put(struct vt_store *store, struct vt_str token, struct vt_str former,
                        const struct vt_store_resume *resume, vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_RESUME_PUT, resume->site, resume->conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.resume.hash = vt_call_keep_hash(job, token);
    job->in.resume.former = vt_call_keep_hash(job, former);
    job->in.resume.row = *resume;
    job->in.resume.row.role = vt_call_keep(job, resume->role);
    job->in.resume.row.person = vt_call_keep(job, resume->person);
    job->in.resume.row.origin = vt_call_keep(job, resume->origin);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_resume(struct vt_job *job)
{
    job->on.resume(job->arg, job->err, job->err == VT_OK ? &job->out.resume : NULL);
}

int vt_store_resume_get(struct vt_store *store, struct vt_str token, vt_store_resume_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_RESUME_GET, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.resume.hash = vt_call_keep_hash(job, token);
    job->deliver = deliver_resume;
    job->on.resume = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_resume_drop(struct vt_store *store, struct vt_str token)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_RESUME_DROP, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.resume.hash = vt_call_keep_hash(job, token);
    return vt_call_submit(store, job);
}
