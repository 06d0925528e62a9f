/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of accounts.h; see store_calls.c. */
#include "server/base/err.h"
#include "server/store/calls.h"

static void deliver_sites(struct vt_job *job)
{
    job->on.sites(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_sites(struct vt_store *store, vt_store_sites_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_SITES, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->deliver = deliver_sites;
    job->on.sites = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_site_secret_put(struct vt_store *store, struct vt_str site, struct vt_str secret,
                             vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_SITE_SECRET_PUT, site, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.person.text = vt_call_keep(job, secret);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_person(struct vt_job *job)
{
    job->on.person(job->arg, job->err, job->err == VT_OK ? &job->out.person : NULL);
}

static int submit_person(struct vt_store *store, enum vt_job_kind kind, struct vt_str key,
                         vt_store_person_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, kind, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.person.key = vt_call_keep(job, key);
    job->deliver = deliver_person;
    job->on.person = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_person_by_login(struct vt_store *store, struct vt_str login, vt_store_person_fn *done, void *arg)
{
    return submit_person(store, VT_JOB_PERSON_BY_LOGIN, login, done, arg);
}

int vt_store_person_get(struct vt_store *store, struct vt_str person, vt_store_person_fn *done, void *arg)
{
    return submit_person(store, VT_JOB_PERSON_GET, person, done, arg);
}

int vt_store_password_put(struct vt_store *store, struct vt_str person, struct vt_str password)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_PASSWORD_PUT, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.person.key = vt_call_keep(job, person);
    job->in.person.text = vt_call_keep(job, password);
    return vt_call_submit(store, job);
}

static int submit_work(struct vt_store *store, enum vt_job_kind kind, vt_store_work_fn *work,
                       vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, kind, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.work = work;
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_work(struct vt_store *store, vt_store_work_fn *work, vt_store_done_fn *done, void *arg)
{
    return submit_work(store, VT_JOB_WORK, work, done, arg);
}

int vt_store_look(struct vt_store *store, vt_store_work_fn *look, vt_store_done_fn *done, void *arg)
{
    return submit_work(store, VT_JOB_LOOK, look, done, arg);
}

int vt_store_login_get(struct vt_store *store, struct vt_str secret, int64_t now, int64_t idle_ms,
                       vt_store_person_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_LOGIN_GET, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.login.hash = vt_call_keep_hash(job, secret);
    job->in.login.now = now;
    job->in.login.idle_ms = idle_ms;
    job->deliver = deliver_person;
    job->on.person = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_login_drop(struct vt_store *store, struct vt_str secret, vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_LOGIN_DROP, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.login.hash = vt_call_keep_hash(job, secret);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_version(struct vt_job *job)
{
    job->on.version(job->arg, job->err, job->out.version);
}

int vt_store_accounts_version(struct vt_store *store, vt_store_version_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_VERSION, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->deliver = deliver_version;
    job->on.version = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}
