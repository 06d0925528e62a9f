/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite_db.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- opening ------------------------------------------------------------------------------- */

/* SQLite gives -wal and -shm the rights of the file, so the file must be there first. One that is there
 * is not opened here: closing any descriptor of a file drops every POSIX lock this process holds on it,
 * and another process would then take itself for the last one and delete the log under the server. */
static int make_file(const char *data_dir, const char *path, struct vt_buf *ret_error)
{
    if (mkdir(data_dir, 0700) != 0 && errno != EEXIST) {
        vt_buf_printf(ret_error, "The data directory %s cannot be made: %s.", data_dir, strerror(errno));
        return VT_ERR_IO;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
        close(fd);
        return VT_OK;
    }
    int error = errno;
    struct stat info;
    if (error == EEXIST)
        error = lstat(path, &info) != 0 ? errno : S_ISREG(info.st_mode) ? 0 : ELOOP;
    if (error == 0)
        return VT_OK;
    vt_buf_printf(ret_error, "The store %s cannot be opened: %s.", path, strerror(error));
    return VT_ERR_IO;
}

static int set_up(struct vt_db *db, bool read_only)
{
    sqlite3 *sqlite = db->sqlite;
    sqlite3_extended_result_codes(sqlite, 1);
    sqlite3_busy_timeout(sqlite, VT_DB_BUSY_MS);
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* secure_delete: what is erased is overwritten, not just unlinked (security.md 4). */
    int code = sqlite3_exec(
        sqlite,
        "PRAGMA mmap_size=0; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;",
        NULL, NULL, NULL);
    if (code == SQLITE_OK && !read_only)
        code = sqlite3_exec(sqlite,
                            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;",
                            NULL, NULL, NULL);
    return code;
}

int vt_db_open(struct vt_db *db, const char *data_dir, const char *name, bool read_only,
               struct vt_buf *ret_error)
{
    *db = (struct vt_db){ .driver = &vt_db_sqlite };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf path = VT_BUF_INIT(4096);
    vt_buf_printf(&path, "%s/%s", data_dir, name);
    if (path.failed) {
        vt_buf_text(ret_error, "The path of the data directory is too long.");
        return VT_ERR_INVALID;
    }
    int err = read_only ? VT_OK : make_file(data_dir, vt_buf_cstr(&path), ret_error);
    if (err)
        return err;
    db->data_dir = strdup(data_dir);
    int flags = (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(vt_buf_cstr(&path), &db->sqlite, flags, NULL);
    if (code == SQLITE_OK)
        code = db->data_dir ? set_up(db, read_only) : SQLITE_NOMEM;
    if (code == SQLITE_OK)
        return VT_OK;
    vt_buf_printf(ret_error, "The store %s cannot be opened: %s.", vt_buf_cstr(&path),
                  db->sqlite ? sqlite3_errmsg(db->sqlite) : sqlite3_errstr(code));
    err = db->sqlite ? vt_db_err(db, code) : VT_ERR_NOMEM;
    vt_db_close(db);
    return err;
}

static void close_file(struct vt_db *db)
{
    sqlite3_close(db->sqlite);
}

/* --- errors -------------------------------------------------------------------------------- */

/* What the system said to the last failed write of the file or of its log. */
static bool wrote_too_much(sqlite3 *sqlite, int pointer_op)
{
    sqlite3_file *file = NULL;
    int number = 0;
    if (sqlite3_file_control(sqlite, "main", pointer_op, &file) != SQLITE_OK || !file || !file->pMethods)
        return false;
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
    return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

/* A quota or a file-size limit is a full disk to whoever waits, though SQLite calls it I/O; and its
 * sqlite3_system_errno() has forgotten the cause by the time a commit has failed. */
static bool is_disk_full(struct vt_db *db, int code)
{
    if ((code & 0xff) == SQLITE_FULL)
        return true;
    return code == SQLITE_IOERR_WRITE && (wrote_too_much(db->sqlite, SQLITE_FCNTL_JOURNAL_POINTER) ||
                                          wrote_too_much(db->sqlite, SQLITE_FCNTL_FILE_POINTER));
}

int vt_db_err(struct vt_db *db, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return VT_OK;
    if (is_disk_full(db, code))
        return VT_ERR_FULL;
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return VT_ERR_EXISTS;
    if ((code & 0xff) == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG)
        return VT_ERR_INVALID;
    return (code & 0xff) == SQLITE_NOMEM ? VT_ERR_NOMEM : VT_ERR_IO;
}

/* --- statements ---------------------------------------------------------------------------- */

static bool bind(struct vt_stmt *stmt, const struct vt_db_value *values, size_t n)
{
    if (!stmt->sqlite && sqlite3_prepare_v3(stmt->db->sqlite, stmt->text, -1, SQLITE_PREPARE_PERSISTENT,
                                            &stmt->sqlite, NULL) != SQLITE_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct vt_db_value *value = &values[i];
        int code = value->is_text ? sqlite3_bind_text64(stmt->sqlite, (int)i + 1, value->text.ptr,
                                                        value->text.len, SQLITE_STATIC, SQLITE_UTF8)
                                  : sqlite3_bind_int64(stmt->sqlite, (int)i + 1, value->number);
        if (code != SQLITE_OK)
            return false;
    }
    return true;
}

static void end(struct vt_stmt *stmt)
{
    sqlite3_reset(stmt->sqlite);
    sqlite3_clear_bindings(stmt->sqlite); /* they point into a job that ends before the statement does */
}

static int step(struct vt_stmt *stmt)
{
    int code = sqlite3_step(stmt->sqlite);
    if (code == SQLITE_ROW)
        return VT_DB_ROW;
    int err = vt_db_err(stmt->db, code);
    end(stmt);
    return err;
}

static void finish(struct vt_stmt *stmt)
{
    sqlite3_finalize(stmt->sqlite);
}

static int last_err(struct vt_db *db)
{
    return vt_db_err(db, sqlite3_extended_errcode(db->sqlite));
}

static const char *error(struct vt_db *db)
{
    return sqlite3_errmsg(db->sqlite);
}

static int changes(struct vt_db *db)
{
    return sqlite3_changes(db->sqlite);
}

/* --- transactions -------------------------------------------------------------------------- */

static int begin(struct vt_db *db)
{
    return vt_db_exec(db, "BEGIN IMMEDIATE");
}

static bool is_inside(struct vt_db *db)
{
    return !sqlite3_get_autocommit(db->sqlite);
}

static int commit(struct vt_db *db)
{
    int err = vt_db_exec(db, "COMMIT");
    if (err)
        vt_db_go_back(db);
    return err;
}

/* --- columns ------------------------------------------------------------------------------- */

static struct vt_str view(struct vt_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt->sqlite, column);
    return (struct vt_str){ text, text ? (size_t)sqlite3_column_bytes(stmt->sqlite, column) : 0 };
}

static int64_t number(struct vt_stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->sqlite, column);
}

static int columns(struct vt_stmt *stmt)
{
    return sqlite3_column_count(stmt->sqlite);
}

static const char *name(struct vt_stmt *stmt, int column)
{
    return sqlite3_column_name(stmt->sqlite, column);
}

static bool is_number(struct vt_stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->sqlite, column) == SQLITE_INTEGER;
}

const struct vt_db_driver vt_db_sqlite = {
    .bind = bind,
    .step = step,
    .end = end,
    .finish = finish,
    .view = view,
    .number = number,
    .columns = columns,
    .name = name,
    .is_number = is_number,
    .begin = begin,
    .commit = commit,
    .is_inside = is_inside,
    .changes = changes,
    .last_err = last_err,
    .error = error,
    .migrate = vt_sqlite_migrate,
    .close = close_file,
};
