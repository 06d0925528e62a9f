/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of media.h; see store_calls.c. */
#include "server/store/media.h"

#include "server/base/err.h"
#include "server/store/calls.h"

int vt_store_medium_put(struct vt_store *store, const struct vt_store_medium *medium, vt_store_done_fn *done,
                        void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_MEDIUM_PUT, medium->site, medium->conv);
    if (!job)
        return VT_ERR_FULL;
    job->in.medium = *medium;
    job->in.medium.id = vt_call_keep(job, medium->id);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

static void deliver_media(struct vt_job *job)
{
    job->on.media(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_media(struct vt_store *store, size_t limit, vt_store_media_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_MEDIA, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.range.limit = limit;
    job->deliver = deliver_media;
    job->on.media = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}
