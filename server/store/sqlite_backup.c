/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/backup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/store/sqlite_db.h"
#include "server/store/sqlite_manage.h"

enum { NAME_BYTES = 128 };

/* --- copies -------------------------------------------------------------------------------------- */

static int sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int err = fd >= 0 && fsync(fd) == 0 ? VT_OK : VT_ERR_IO;
    if (fd >= 0)
        close(fd);
    return err;
}

/* In one step, so that it is one moment; in WAL mode a reader keeps no writer waiting. */
static int copy_pages(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite3_errcode(to);
    int code = sqlite3_backup_step(backup, -1);
    int end = sqlite3_backup_finish(backup);
    return code == SQLITE_DONE ? end : code;
}

int vt_db_copy(struct vt_db *db, const char *path, struct vt_buf *ret_error)
{
    sqlite3 *to = NULL;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    int code = fd < 0 ? SQLITE_CANTOPEN : sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = copy_pages(to, db->sqlite);
    if (code == SQLITE_OK) /* alone, without a log beside it */
        code = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    sqlite3_close(to);
    if (code == SQLITE_OK && sync_file(path) == VT_OK)
        return VT_OK;
    vt_buf_printf(ret_error, "A copy cannot be made as %s: %s.", path, sqlite3_errstr(code));
    if (fd >= 0)
        unlink(path);
    return (code & 0xff) == SQLITE_FULL ? VT_ERR_FULL : VT_ERR_IO;
}

int vt_backup_copy(const char *data_dir, const char *name, const char *path, struct vt_buf *ret_error)
{
    struct vt_db db;
    int err = vt_db_open(&db, data_dir, name, true, ret_error);
    if (err)
        return err;
    err = vt_db_copy(&db, path, ret_error);
    vt_db_close(&db);
    return err;
}

static int read_one(struct vt_db *db, const char *sql, int64_t *ret_number, char *ret_text, size_t size)
{
    struct vt_stmt *stmt = vt_db_start_values(db, sql, NULL, 0);
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    const char *text = vt_db_cstr(stmt, 0);
    if (ret_number)
        *ret_number = vt_db_int(stmt, 0);
    if (ret_text)
        snprintf(ret_text, size, "%s", text ? text : "");
    vt_db_end(stmt);
    return VT_OK;
}

int vt_backup_check(const char *data_dir, const char *name, int64_t *ret_version, struct vt_buf *ret_error)
{
    struct vt_db db;
    char verdict[200] = "it cannot be read";
    int err = vt_db_open(&db, data_dir, name, true, ret_error);
    if (err)
        return err;
    err = read_one(&db, "PRAGMA integrity_check(1)", NULL, verdict, sizeof(verdict));
    if (!err && strcmp(verdict, "ok") == 0)
        err = read_one(&db, "PRAGMA user_version", ret_version, NULL, 0);
    else
        err = VT_ERR_IO;
    if (err)
        vt_buf_printf(ret_error, "%s/%s is damaged: %s.", data_dir, name, verdict);
    vt_db_close(&db);
    return err;
}

int64_t vt_backup_newest(void)
{
    return vt_db_newest();
}

int vt_backup_catalogues(struct vt_manage *manage, vt_backup_name_fn *fn, void *arg)
{
    struct vt_stmt *stmt = vt_db_start_values(
        manage->db, "SELECT site, generation FROM catalogue WHERE generation > 0", NULL, 0);
    int err, stopped = VT_OK;
    while ((err = vt_db_step(manage->db, stmt)) == VT_DB_ROW) {
        char name[NAME_BYTES];
        snprintf(name, sizeof(name), "%s-%lld.db", vt_db_cstr(stmt, 0), (long long)vt_db_int(stmt, 1));
        stopped = fn(arg, vt_str(name));
        if (stopped) {
            vt_db_end(stmt);
            return stopped;
        }
    }
    return err;
}

/* --- to be served again -------------------------------------------------------------------------- */

static int run(struct vt_manage *manage, const char *sql, size_t *ret_n)
{
    int err = vt_db_exec(manage->db, sql);
    if (!err)
        *ret_n = (size_t)vt_db_changes(manage->db);
    return err;
}

int vt_backup_renew(struct vt_manage *manage, struct vt_backup_renewed *ret_renewed)
{
    static const char epochs[] = "UPDATE conversation SET epoch = epoch + 1048576",
                      logins[] = "DELETE FROM login",
                      mails[] =
                          "UPDATE mail SET state='dead', why='It waited when the backup was made, and has "
                          "perhaps gone since.' WHERE state='waiting'";
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = run(manage, epochs, &ret_renewed->conversations);
    if (!err)
        err = run(manage, logins, &ret_renewed->logins);
    if (!err)
        err = run(manage, mails, &ret_renewed->mails);
    return vt_manage_finish(manage, err, true);
}
