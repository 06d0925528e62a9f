/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of pictures.h; see store_calls.c. */
#include "server/store/pictures.h"

#include "server/base/err.h"
#include "server/store/calls.h"

static void deliver_pictures(struct vt_job *job)
{
    job->on.pictures(job->arg, job->err, job->out.list.items, job->out.list.n);
}

int vt_store_pictures_due(struct vt_store *store, int64_t now, size_t limit, vt_store_pictures_fn *done,
                          void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_PICTURES_DUE, VT_CALL_NONE, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    job->in.due.now = now;
    job->in.due.limit = limit;
    job->deliver = deliver_pictures;
    job->on.pictures = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}

int vt_store_picture_put(struct vt_store *store, const struct vt_store_picture *picture,
                         vt_store_done_fn *done, void *arg)
{
    struct vt_job *job = vt_call_new(store, VT_JOB_PICTURE_PUT, picture->site, VT_CALL_NONE);
    if (!job)
        return VT_ERR_FULL;
    struct vt_store_picture *row = &job->in.picture;
    *row = *picture;
    row->url = vt_call_keep(job, picture->url);
    row->id = vt_call_keep(job, picture->id);
    row->etag = vt_call_keep(job, picture->etag);
    row->modified = vt_call_keep(job, picture->modified);
    row->why = vt_call_keep(job, picture->why);
    job->deliver = vt_call_deliver_done;
    job->on.done = done;
    job->arg = arg;
    return vt_call_submit(store, job);
}
