/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log as the server writes it: a bounded queue to a thread that owns the file.
 *
 * The loop never waits. `done` runs on the loop thread in a later turn, after the commit that holds
 * the record. A full queue refuses; who records an act by REST asks for room before the act. */
#ifndef VT_AUDIT_H
#define VT_AUDIT_H

#include "server/loop.h"
#include "server/store/audit_log.h"

enum { VT_AUDIT_QUEUE = 1000 };

struct vt_audit;
/* On failure NULL and one sentence in ret_error. */
struct vt_audit *vt_audit_open(struct vt_loop *loop, const char *data_dir, struct vt_buf *ret_error);
/* Calls whose `done` has not run yet. */
size_t vt_audit_pending(const struct vt_audit *audit);
/* Commits what is queued and joins the thread; what was not told yet is dropped. */
void vt_audit_close(struct vt_audit *audit);

bool vt_audit_has_room(const struct vt_audit *audit);
/* Copies; `time` 0 is now. `done` may be NULL. VT_OK, or VT_ERR_FULL: then it does not run. */
typedef void vt_audit_done_fn(void *arg, int err);
int vt_audit_put(struct vt_audit *audit, const struct vt_audit_record *record, vt_audit_done_fn *done,
                 void *arg);
/* The records live until `done` returns. */
typedef void vt_audit_read_fn(void *arg, int err, const struct vt_audit_record *records, size_t n);
int vt_audit_read(struct vt_audit *audit, const struct vt_audit_filter *filter, vt_audit_read_fn *done,
                  void *arg);
/* Writes what the filter finds, oldest first and however many, to `fd` as NDJSON. `fd` is borrowed. */
int vt_audit_export(struct vt_audit *audit, const struct vt_audit_filter *filter, int fd,
                    vt_audit_done_fn *done, void *arg);

/* The whole chain, every site's records; the verdict lives until `done` returns. */
typedef void vt_audit_verify_fn(void *arg, int err, const struct vt_audit_verdict *verdict);
int vt_audit_verify(struct vt_audit *audit, vt_audit_verify_fn *done, void *arg);

/* `{"n":…,"time":…,…}` as REST and the command line show a record; the site is left out. */
void vt_audit_write(struct vt_buf *out, const struct vt_audit_record *record);

#endif
