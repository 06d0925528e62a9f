/* SPDX-License-Identifier: Apache-2.0 */
/* One connection to the tables and its prepared statements; private to server/store.
 *
 * Two drivers stand behind it: SQLite, a file of the data directory, and PostgreSQL, an address. Texts are
 * written once, in SQLite's words; what PostgreSQL calls otherwise its driver says otherwise
 * (postgres_words.c), and where that is not enough both texts stand beside each other (vt_db_either).
 *
 * A connection belongs to one thread. Statements are prepared once and found again by the address
 * of their text, so each text is a static array. Sequence: vt_db_start, vt_db_step until it is not
 * VT_DB_ROW (it resets by itself then), or vt_db_end to stop early. */
#ifndef VT_STORE_DB_H
#define VT_STORE_DB_H

#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/err.h"
#include "server/base/str.h"

enum { VT_DB_STATEMENTS = 512, VT_DB_ROW = 1, VT_DB_BUSY_MS = 2000 };

#define VT_DB_STORE "store.db"
#define VT_DB_AUDIT "audit.db"

struct vt_db;
struct vt_db_driver;
struct vt_postgres;
struct vt_postgres_stmt;

struct vt_stmt {
    struct vt_db *db;
    const char *text;                  /* NULL: free */
    struct sqlite3_stmt *sqlite;       /* owned */
    struct vt_postgres_stmt *postgres; /* owned */
};

struct vt_db {
    const struct vt_db_driver *driver; /* NULL: closed */
    struct sqlite3 *sqlite;            /* owned; NULL with PostgreSQL */
    struct vt_postgres *postgres;      /* owned; NULL with SQLite */
    char *data_dir;                    /* owned: what lies beside the tables */
    struct vt_stmt cache[VT_DB_STATEMENTS];
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

/* What a driver does; all others call the functions below. */
struct vt_db_driver {
    bool (*bind)(struct vt_stmt *stmt, const struct vt_db_value *values, size_t n);
    int (*step)(struct vt_stmt *stmt);
    void (*end)(struct vt_stmt *stmt);
    void (*finish)(struct vt_stmt *stmt); /* what `stmt` owns */
    struct vt_str (*view)(struct vt_stmt *stmt, int column);
    int64_t (*number)(struct vt_stmt *stmt, int column);
    int (*columns)(struct vt_stmt *stmt);
    const char *(*name)(struct vt_stmt *stmt, int column);
    bool (*is_number)(struct vt_stmt *stmt, int column);
    int (*begin)(struct vt_db *db);
    int (*commit)(struct vt_db *db);
    bool (*is_inside)(struct vt_db *db);
    int (*changes)(struct vt_db *db);
    int (*last_err)(struct vt_db *db);
    const char *(*error)(struct vt_db *db);
    int (*migrate)(struct vt_db *db, struct vt_buf *ret_error);
    int (*ready)(struct vt_db *db);
    void (*close)(struct vt_db *db);
};

/* The store's tables: those behind `address` (postgres://…), or, when it is NULL or empty, the file of the
 * data directory, which is made (0700, the file 0600) unless it is there. */
int vt_db_open_store(struct vt_db *db, const char *data_dir, const char *address, bool read_only,
                     struct vt_buf *ret_error);
void vt_db_close(struct vt_db *db);
/* Brings the tables to this build's version; refuses a newer one. SQLite's tables of an older one are copied
 * first, to `store.v20.db` beside (20: their version), and nothing changes when that fails; such a copy goes
 * after 30 days. */
int vt_db_migrate(struct vt_db *db, struct vt_buf *ret_error);
/* The version that vt_db_migrate brings tables to. */
int64_t vt_db_newest(void);
/* What makes tables of `version` out of those before it, in SQLite's words. */
const char *vt_db_schema(int64_t version);
/* VT_OK when it can be asked something; a connection that was lost is made again, not too often. */
int vt_db_ready(struct vt_db *db);
/* The last error in words; never with a password. */
const char *vt_db_error(struct vt_db *db);

/* NULL when it cannot be prepared or bound; then vt_db_step(db, NULL) gives the error. */
struct vt_stmt *vt_db_start_values(struct vt_db *db, const char *sql, const struct vt_db_value *values,
                                   size_t n);
#define vt_db_start(db, sql, ...)                                                                            \
    vt_db_start_values((db), (sql), (const struct vt_db_value[]){ __VA_ARGS__ },                             \
                       sizeof((const struct vt_db_value[]){ __VA_ARGS__ }) / sizeof(struct vt_db_value))
/* VT_DB_ROW, VT_OK at the end, VT_ERR_FULL (disk), VT_ERR_EXISTS (a unique key),
 * VT_ERR_INVALID, VT_ERR_NOMEM or VT_ERR_IO (a disk that fails, a server that is away). */
int vt_db_step(struct vt_db *db, struct vt_stmt *stmt);
void vt_db_end(struct vt_stmt *stmt);
/* Without rows: the whole statement at once. */
int vt_db_run_values(struct vt_db *db, const char *sql, const struct vt_db_value *values, size_t n);
#define vt_db_run(db, sql, ...)                                                                              \
    vt_db_run_values((db), (sql), (const struct vt_db_value[]){ __VA_ARGS__ },                               \
                     sizeof((const struct vt_db_value[]){ __VA_ARGS__ }) / sizeof(struct vt_db_value))
int vt_db_exec(struct vt_db *db, const char *sql); /* one static text without values */
/* The text for the driver that is there. */
const char *vt_db_either(const struct vt_db *db, const char *sqlite, const char *postgres);
/* Rows the last INSERT, UPDATE or DELETE touched. */
int vt_db_changes(struct vt_db *db);

/* A transaction that writes, one at a time over all processes. One that could not be ended before (going back
 * takes memory, too) is ended first. A commit that fails has changed nothing. */
int vt_db_begin(struct vt_db *db);
int vt_db_commit(struct vt_db *db);
int vt_db_go_back(struct vt_db *db); /* harmless where none is open */
bool vt_db_is_inside(struct vt_db *db);

/* A column as a copy; NULL gives an absent text. *err becomes VT_ERR_NOMEM when there is no room. */
struct vt_str vt_db_text(struct vt_stmt *stmt, int column, struct vt_arena *arena, int *err);
/* As it lies there: until the next step. It ends in a zero byte; NULL: absent. */
struct vt_str vt_db_view(struct vt_stmt *stmt, int column);
static inline const char *vt_db_cstr(struct vt_stmt *stmt, int column)
{
    return vt_db_view(stmt, column).ptr;
}
int64_t vt_db_int(struct vt_stmt *stmt, int column);
int vt_db_columns(struct vt_stmt *stmt);
const char *vt_db_name(struct vt_stmt *stmt, int column);
bool vt_db_is_number(struct vt_stmt *stmt, int column);

#endif
