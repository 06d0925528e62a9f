/* SPDX-License-Identifier: Apache-2.0 */
/* What store_calls.c and accounts_calls.c share; private to server/store/. */
#ifndef VT_STORE_CALLS_H
#define VT_STORE_CALLS_H

#include "server/store/job.h"

/* A job with copies of the names; NULL: no memory, which vt_call_submit reports. */
struct vt_job *vt_call_new(struct vt_store *store, enum vt_job_kind kind, struct vt_str site,
                           struct vt_str conv);
/* A copy in the job's arena; a failed one is remembered until the submit. */
struct vt_str vt_call_keep(struct vt_job *job, struct vt_str text);
/* The SHA-256 of a secret; absent stays absent. */
struct vt_str vt_call_keep_hash(struct vt_job *job, struct vt_str secret);
/* VT_OK, or VT_ERR_FULL after destroying the job (no memory counts as full: nothing waits). */
int vt_call_submit(struct vt_store *store, struct vt_job *job);
/* `deliver` of every call with a vt_store_done_fn. */
void vt_call_deliver_done(struct vt_job *job);

#define VT_CALL_NONE ((struct vt_str){ 0 })

#endif
