/* SPDX-License-Identifier: Apache-2.0 */
/* One SQLite connection and its prepared statements; private to server/store/sqlite_*.c.
 *
 * A connection belongs to one thread. Statements are prepared once and found again by the address
 * of their text, so each text is a static array. Sequence: vt_db_start, vt_db_step until it is not
 * VT_DB_ROW (it resets by itself then), or vt_db_end to stop early. */
#ifndef VT_STORE_SQLITE_DB_H
#define VT_STORE_SQLITE_DB_H

#include <sqlite3.h>

#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/err.h"
#include "server/base/str.h"

enum { VT_DB_STATEMENTS = 512, VT_DB_ROW = 1, VT_DB_BUSY_MS = 2000 };

#define VT_DB_STORE "store.db"
#define VT_DB_AUDIT "audit.db"

struct vt_db {
    sqlite3 *sqlite; /* owned */
    struct {
        const char *text;   /* NULL: free */
        sqlite3_stmt *stmt; /* owned */
    } cache[VT_DB_STATEMENTS];
};

struct vt_db_value {
    struct vt_str text; /* used when is_text; absent: NULL */
    int64_t number;
    bool is_text;
};
#define VT_DB_T(s)                                                                                           \
    {                                                                                                        \
        (s), 0, true                                                                                         \
    } /* struct vt_str */
#define VT_DB_N(n)                                                                                           \
    {                                                                                                        \
        { NULL, 0 }, (int64_t)(n), false                                                                     \
    }

/* Creates directory (0700) and file (0600) unless they are there, sets WAL and synchronous=FULL. */
int vt_db_open(struct vt_db *db, const char *data_dir, const char *name, bool read_only,
               struct vt_buf *ret_error);
void vt_db_close(struct vt_db *db);
/* Brings the tables to this build's version; refuses a newer one. Tables of an older one are copied first, to
 * `store.v20.db` beside (20: their version), and nothing changes when that fails; such a copy goes after 30
 * days. */
int vt_db_migrate(struct vt_db *db, struct vt_buf *ret_error);
/* A copy of all of it as it is now, one file that must not be there; synced. */
int vt_db_copy(struct vt_db *db, const char *path, struct vt_buf *ret_error);
/* Exposed for the tests: the first `version` steps, on an empty file. */
int vt_db_migrate_to(struct vt_db *db, int64_t version);
/* The version that vt_db_migrate brings tables to. */
int64_t vt_db_newest(void);

/* VT_OK, VT_ERR_FULL (disk), VT_ERR_EXISTS (a unique key), VT_ERR_NOMEM or VT_ERR_IO. */
int vt_db_err(struct vt_db *db, int sqlite_code);

/* NULL when it cannot be prepared or bound; then vt_db_step(db, NULL) gives the error. */
sqlite3_stmt *vt_db_start_values(struct vt_db *db, const char *sql, const struct vt_db_value *values,
                                 size_t n);
#define vt_db_start(db, sql, ...)                                                                            \
    vt_db_start_values((db), (sql), (const struct vt_db_value[]){ __VA_ARGS__ },                             \
                       sizeof((const struct vt_db_value[]){ __VA_ARGS__ }) / sizeof(struct vt_db_value))
int vt_db_step(struct vt_db *db, sqlite3_stmt *stmt);
void vt_db_end(sqlite3_stmt *stmt);
/* Without rows: the whole statement at once. */
int vt_db_run_values(struct vt_db *db, const char *sql, const struct vt_db_value *values, size_t n);
#define vt_db_run(db, sql, ...)                                                                              \
    vt_db_run_values((db), (sql), (const struct vt_db_value[]){ __VA_ARGS__ },                               \
                     sizeof((const struct vt_db_value[]){ __VA_ARGS__ }) / sizeof(struct vt_db_value))
int vt_db_exec(struct vt_db *db, const char *sql); /* one static text without values */
/* A transaction that writes. One that could not be ended before (going back takes memory, too) is ended
 * first. */
int vt_db_begin(struct vt_db *db);
int vt_db_go_back(struct vt_db *db); /* harmless where none is open */
/* Rows the last INSERT, UPDATE or DELETE touched. */
int vt_db_changes(struct vt_db *db);

/* A column as a copy; NULL gives an absent text. *err becomes VT_ERR_NOMEM when there is no room. */
struct vt_str vt_db_text(sqlite3_stmt *stmt, int column, struct vt_arena *arena, int *err);
int64_t vt_db_int(sqlite3_stmt *stmt, int column);

#endif
