/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log on the disk: a second SQLite file whose records form a chain.
 *
 * A record's hash is the SHA-256 of the hash before it and of the record as canonical JSON, so a
 * change anywhere shows from there on. The file refuses UPDATE and DELETE; its head stands apart, so
 * a cut tail shows too, and whoever keeps a head elsewhere (the log tells it daily) need not trust
 * the file at all. Several processes may append: each takes the head under the file's lock. Calls
 * run at once; the server makes them on a thread of its own (audit.h). */
#ifndef VT_STORE_AUDIT_LOG_H
#define VT_STORE_AUDIT_LOG_H

#include "server/auth/digest.h"
#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/str.h"

struct vt_audit_record {
    int64_t n, time;            /* n: from 1, without a gap; time: ms since 1970 */
    struct vt_str site;         /* internal id; "": none */
    struct vt_str actor;        /* a person's id, "token:NAME", "operator", "system" or "" */
    struct vt_str verb, object; /* "site.changed"; an id or "" */
    struct vt_str detail;       /* a JSON object, never content */
    struct vt_str hash;
};

struct vt_audit_head {
    int64_t n; /* 0: empty */
    char hash[VT_SHA256_TEXT];
};

struct vt_audit_log;
struct vt_audit_log *vt_audit_log_open(const char *data_dir, struct vt_buf *ret_error);
void vt_audit_log_close(struct vt_audit_log *log);

/* n and hash are given here. All of them or none. */
int vt_audit_log_append(struct vt_audit_log *log, const struct vt_audit_record *records, size_t n);
int vt_audit_log_head(struct vt_audit_log *log, struct vt_audit_head *ret_head);

struct vt_audit_filter {
    struct vt_str site;                /* absent: all */
    struct vt_str verb, actor, object; /* absent: any; a verb "login" also means "login.failed" */
    int64_t from, to;                  /* ms since 1970; to 0: no bound */
    int64_t after;                     /* n; 0: from the beginning, or the end when `newest` */
    bool newest;                       /* newest first */
    size_t limit;
};
int vt_audit_log_read(struct vt_audit_log *log, const struct vt_audit_filter *filter, struct vt_arena *arena,
                      struct vt_audit_record **ret_records, size_t *ret_n);

/* Removes records older than `before` but keeps the chain: a record of its own names the last one
 * removed, and verifying begins behind it. *ret_n: how many. */
int vt_audit_log_trim(struct vt_audit_log *log, int64_t before, size_t *ret_n);

struct vt_audit_verdict {
    int64_t records; /* looked at */
    int64_t broken;  /* the first bad record; 0: none */
    const char *why; /* NULL: none */
    struct vt_audit_head head;
};
/* `known` NULL, or a head that was told before: the record must still be there with this hash.
 * VT_OK when it could be read, whatever the verdict. */
int vt_audit_log_verify(struct vt_audit_log *log, const struct vt_audit_head *known,
                        struct vt_audit_verdict *ret_verdict);

/* Exposed for the tests: the record's hash behind `former`. */
int vt_audit_hash(const struct vt_audit_record *record, const char *former, char ret_hash[VT_SHA256_TEXT]);

#endif
