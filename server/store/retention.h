/* SPDX-License-Identifier: Apache-2.0 */
/* What has been kept for longer than its site wants: found and taken away in small bites. As manage.h: at
 * once, on the store's thread. */
#ifndef VT_STORE_RETENTION_H
#define VT_STORE_RETENTION_H

#include "server/store/privacy.h"

struct vt_retention_conv {
    struct vt_str conv;
    int64_t created, epoch;
    bool is_here; /* given: somebody is in it. What is old goes, the conversation itself stays */
    /* What vt_retention_trim found. */
    bool is_trimmed;      /* nothing old is left */
    bool is_gone;         /* and it had nothing else: its own row went, too */
    struct vt_str *media; /* ids that went */
    size_t media_n;
};

/* Conversations begun before `before` in which no session runs, by age, those behind (`created`, `conv`) of
 * `after`, which may be zero. */
int vt_retention_find(struct vt_manage *manage, struct vt_str site, int64_t before,
                      const struct vt_retention_conv *after, size_t limit, struct vt_arena *arena,
                      struct vt_retention_conv **ret_convs, size_t *ret_n);

/* Takes what is older than `before` out of the conversation, at most *io_rows rows, and counts down. What it
 * shows stays as long as a row that names it. A conversation in which a session runs meanwhile is left, and
 * one whose epoch moved keeps its own row. */
int vt_retention_trim(struct vt_manage *manage, struct vt_str site, int64_t before,
                      struct vt_retention_conv *conv, struct vt_arena *arena, size_t *io_rows,
                      struct vt_privacy_counts *counts);

/* Secrets, logins and mails that are over, of all sites, at most `limit` of each kind; adds how many went. */
int vt_retention_expired(struct vt_manage *manage, int64_t now, size_t limit, size_t *io_n);

#endif
