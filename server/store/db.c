/* SPDX-License-Identifier: Apache-2.0 */
/* What both drivers share: the statements that were prepared, and whole runs of one. */
#include "server/store/db.h"

#include <stdlib.h>
#include <string.h>

#include "server/store/postgres_db.h"
#include "server/store/sqlite_db.h"

/* --- opening ------------------------------------------------------------------------------- */

int vt_db_open_store(struct vt_db *db, const char *data_dir, const char *address, bool read_only,
                     struct vt_buf *ret_error)
{
    return address && *address ? vt_postgres_open(db, data_dir, address, read_only, ret_error)
                               : vt_db_open(db, data_dir, VT_DB_STORE, read_only, ret_error);
}

void vt_db_close(struct vt_db *db)
{
    for (size_t i = 0; i < VT_DB_STATEMENTS; i++)
        if (db->cache[i].text)
            db->driver->finish(&db->cache[i]);
    if (db->driver)
        db->driver->close(db);
    free(db->data_dir);
    *db = (struct vt_db){ 0 };
}

int vt_db_migrate(struct vt_db *db, struct vt_buf *ret_error)
{
    return db->driver->migrate(db, ret_error);
}

int vt_db_ready(struct vt_db *db)
{
    return db->driver->ready ? db->driver->ready(db) : VT_OK;
}

const char *vt_db_error(struct vt_db *db)
{
    return db->driver->error(db);
}

/* --- statements ---------------------------------------------------------------------------- */

static struct vt_stmt *find(struct vt_db *db, const char *sql)
{
    size_t at = ((uintptr_t)sql >> 3) % VT_DB_STATEMENTS;
    for (size_t i = 0; i < VT_DB_STATEMENTS; i++, at = (at + 1) % VT_DB_STATEMENTS)
        if (!db->cache[at].text || db->cache[at].text == sql)
            return &db->cache[at];
    return NULL;
}

struct vt_stmt *vt_db_start_values(struct vt_db *db, const char *sql, const struct vt_db_value *values,
                                   size_t n)
{
    struct vt_stmt *stmt = find(db, sql);
    if (!stmt)
        return NULL;
    *stmt = (struct vt_stmt){ db, sql, stmt->sqlite, stmt->postgres };
    if (db->driver->bind(stmt, values, n))
        return stmt;
    if (!stmt->sqlite && !stmt->postgres)
        stmt->text = NULL; /* it could not be prepared */
    return NULL;
}

int vt_db_step(struct vt_db *db, struct vt_stmt *stmt)
{
    if (stmt)
        return db->driver->step(stmt);
    int err = db->driver->last_err(db);
    return err ? err : VT_ERR_IO;
}

void vt_db_end(struct vt_stmt *stmt)
{
    if (stmt)
        stmt->db->driver->end(stmt);
}

int vt_db_run_values(struct vt_db *db, const char *sql, const struct vt_db_value *values, size_t n)
{
    struct vt_stmt *stmt = vt_db_start_values(db, sql, values, n);
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err;
    vt_db_end(stmt);
    return VT_OK;
}

int vt_db_exec(struct vt_db *db, const char *sql)
{
    return vt_db_run_values(db, sql, NULL, 0);
}

const char *vt_db_either(const struct vt_db *db, const char *sqlite, const char *postgres)
{
    return db->postgres ? postgres : sqlite;
}

int vt_db_changes(struct vt_db *db)
{
    return db->driver->changes(db);
}

/* --- transactions -------------------------------------------------------------------------- */

int vt_db_begin(struct vt_db *db)
{
    int err = vt_db_go_back(db);
    return err ? err : db->driver->begin(db);
}

int vt_db_commit(struct vt_db *db)
{
    return db->driver->commit(db);
}

int vt_db_go_back(struct vt_db *db)
{
    return vt_db_is_inside(db) ? vt_db_exec(db, "ROLLBACK") : VT_OK;
}

bool vt_db_is_inside(struct vt_db *db)
{
    return db->driver->is_inside(db);
}

/* --- columns ------------------------------------------------------------------------------- */

struct vt_str vt_db_view(struct vt_stmt *stmt, int column)
{
    return stmt->db->driver->view(stmt, column);
}

struct vt_str vt_db_text(struct vt_stmt *stmt, int column, struct vt_arena *arena, int *err)
{
    struct vt_str text = vt_db_view(stmt, column);
    if (!text.ptr)
        return text;
    struct vt_str copy = vt_arena_str(arena, text);
    if (!copy.ptr)
        *err = VT_ERR_NOMEM;
    return copy;
}

int64_t vt_db_int(struct vt_stmt *stmt, int column)
{
    return stmt->db->driver->number(stmt, column);
}

int vt_db_columns(struct vt_stmt *stmt)
{
    return stmt->db->driver->columns(stmt);
}

const char *vt_db_name(struct vt_stmt *stmt, int column)
{
    return stmt->db->driver->name(stmt, column);
}

bool vt_db_is_number(struct vt_stmt *stmt, int column)
{
    return stmt->db->driver->is_number(stmt, column);
}
