/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind manage.h share. */
#ifndef VT_STORE_SQLITE_MANAGE_H
#define VT_STORE_SQLITE_MANAGE_H

#include "server/store/manage.h"
#include "server/store/sqlite_run.h"

struct vt_manage {
    struct vt_db *db; /* &own, or borrowed from the server's writer */
    struct vt_db own;
    bool inside; /* a transaction is open already, and whoever opened it ends it */
};

int vt_manage_begin(struct vt_manage *manage);
/* Commits, or takes everything back when `err` is set; the accounts version moves when `seen`: the
 * servers must look at sites, people or products again. */
int vt_manage_finish(struct vt_manage *manage, int err, bool seen);
/* A change must have found its row: VT_ERR_MISSING. */
int vt_manage_changed(struct vt_manage *manage, int err);
/* One statement as a transaction of its own. */
int vt_manage_write(struct vt_manage *manage, bool seen, bool must_change, const char *sql,
                    const struct vt_db_value *values, size_t n);
#define vt_manage_run(manage, seen, must_change, sql, ...)                                                   \
    vt_manage_write((manage), (seen), (must_change), (sql), (const struct vt_db_value[]){ __VA_ARGS__ },     \
                    sizeof((const struct vt_db_value[]){ __VA_ARGS__ }) / sizeof(struct vt_db_value))

/* Every row of `stmt` as an array of items in the arena. */
typedef void vt_manage_read_fn(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err);
int vt_manage_read_all(struct vt_manage *manage, struct vt_stmt *stmt, struct vt_arena *arena, size_t size,
                       vt_manage_read_fn *read, void *ret_items, size_t *ret_n);
/* The first row, or VT_ERR_MISSING. */
int vt_manage_read_one(struct vt_manage *manage, struct vt_stmt *stmt, struct vt_arena *arena,
                       vt_manage_read_fn *read, void *ret_item);

#endif
