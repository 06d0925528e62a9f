/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of store.h about what lies around a thread: profile, past sessions, one-time secrets. */
#include "server/base/err.h"
#include "server/store/calls.h"

int vt_store_profile_put(struct vt_store *store, struct vt_str site, struct vt_str conv,
                         struct vt_str profile, int64_t contact, vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_PROFILE_PUT, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.profile.body = vt_call_keep(job, profile);
    job->in.profile.contact = contact;
    job->lazy = done == NULL;
    job->deliver = done ? vt_call_deliver_done : NULL;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_names(struct vt_job *job)
{
    job->on.names(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_contacts(struct vt_store *store, size_t limit, vt_store_names_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_CONTACTS, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.range.limit = limit;
    job->deliver = deliver_names;
    job->on.names = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

/* --- past sessions ------------------------------------------------------------------------- */

int vt_store_session_wrap(struct vt_store *store, struct vt_str site, struct vt_str conv, struct vt_str sid,
                          const struct vt_store_wrap *wrap)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_SESSION_WRAP, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.wrap.sid = vt_call_keep(job, sid);
    job->in.wrap.row.outcome = vt_call_keep(job, wrap->outcome);
    job->in.wrap.row.note = vt_call_keep(job, wrap->note);
    job->in.wrap.row.stars = wrap->stars;
    return vt_call_submit(store, job);
}

static void deliver_past(struct vt_job *job)
{
    job->on.past(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_sessions_of(struct vt_store *store, struct vt_str site, struct vt_str conv, size_t limit,
                         vt_store_past_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_SESSIONS_OF, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.range.limit = limit;
    job->deliver = deliver_past;
    job->on.past = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

/* --- one-time secrets ---------------------------------------------------------------------- */

int vt_store_once_put(struct vt_store *store, struct vt_str secret, const struct vt_store_once *once,
                      bool alone, vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_ONCE_PUT, once->site, once->conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.once.hash = vt_call_keep_hash(job, secret);
    job->in.once.row.kind = vt_call_keep(job, once->kind);
    job->in.once.row.sid = vt_call_keep(job, once->sid);
    job->in.once.row.name = vt_call_keep(job, once->name);
    job->in.once.row.expires = once->expires;
    job->in.once.alone = alone;
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_once(struct vt_job *job)
{
    job->on.once(job->arg, job->err, job->err == VT_OK ? &job->out.once : NULL);
}

int vt_store_once_take(struct vt_store *store, struct vt_str site, struct vt_str kind, struct vt_str secret,
                       vt_store_once_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_ONCE_TAKE, site, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.once.hash = vt_call_keep_hash(job, secret);
    job->in.once.row.kind = vt_call_keep(job, kind);
    job->deliver = deliver_once;
    job->on.once = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_resume_drop_person(struct vt_store *store, struct vt_str site, struct vt_str conv,
                                struct vt_str person)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_RESUME_DROP_PERSON, site, conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.person.key = vt_call_keep(job, person);
    return vt_call_submit(store, job);
}
