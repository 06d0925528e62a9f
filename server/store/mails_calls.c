/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of mails.h; see store_calls.c. */
#include "server/store/mails.h"

#include "server/base/err.h"
#include "server/store/calls.h"

static struct vt_job *new_mail(struct vt_store *store, enum vt_job_kind kind,
                               const struct vt_store_mail *mail, vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, kind, mail->site, mail->conv);
    if (!job)
        return NULL;
    job->in.mail.row = *mail;
    job->in.mail.row.id = vt_call_keep(job, mail->id);
    job->in.mail.row.to = vt_call_keep(job, mail->to);
    job->in.mail.row.body = vt_call_keep(job, mail->body);
    job->in.mail.row.why = vt_call_keep(job, mail->why);
    job->in.mail.row.about = vt_call_keep(job, mail->about);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return job;
}

int vt_store_mail_put(struct vt_store *store, const struct vt_store_mail *mail, uint32_t day_most,
                      vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = new_mail(store, VT_JOB_MAIL_PUT, mail, done, arg);
    if (job)
        job->in.mail.day_most = day_most;
    return job ? vt_call_submit(store, job) : VT_ERR_FULL;
}

int vt_store_mail_tried(struct vt_store *store, const struct vt_store_mail *mail, enum vt_mail_state state,
                        vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = new_mail(store, VT_JOB_MAIL_TRIED, mail, done, arg);
    if (job)
        job->in.mail.state = state;
    return job ? vt_call_submit(store, job) : VT_ERR_FULL;
}

static void deliver_mails(struct vt_job *job)
{
    job->on.mails(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_mails_due(struct vt_store *store, const struct vt_mails_turn *turn, vt_store_mails_fn *done,
                       void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_MAILS_DUE, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.mails_turn = *turn;
    job->in.mails_turn.after = vt_call_keep(job, turn->after);
    job->in.mails_turn.busy = vt_call_keep(job, turn->busy);
    job->deliver = deliver_mails;
    job->on.mails = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}
