/* SPDX-License-Identifier: Apache-2.0 */
/* Noting events in the transaction of what they tell of: for the store's own files. */
#ifndef VT_STORE_SQLITE_HOOKS_H
#define VT_STORE_SQLITE_HOOKS_H

#include "server/store/db.h"
#include "server/store/job.h"

/* A row of the thread was committed with the number `cs`. */
int vt_hooks_note_row(struct vt_db *db, const struct vt_job *job, uint32_t cs);

/* Around a session's write: how far it was, and what has become of it. */
struct vt_hooks_session {
    bool asked; /* somebody wants to know */
    int64_t taken, ended;
};
int vt_hooks_look_session(struct vt_db *db, const struct vt_job *job, struct vt_hooks_session *ret_before);
int vt_hooks_note_session(struct vt_db *db, const struct vt_job *job, const struct vt_hooks_session *before);

/* Before the conversation's own row goes: what was to be told of it goes, and that it is gone is told. */
int vt_hooks_note_erased(struct vt_db *db, struct vt_str site, struct vt_str conv, int64_t now);

/* What has waited or stood for a week. */
int vt_hooks_sweep(struct vt_db *db, int64_t now, size_t limit, size_t *io_n);

#endif
