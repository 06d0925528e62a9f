/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/auth/seal.h"
#include "server/backup/backup.h"
#include "server/backup/backup_internal.h"
#include "server/backup/lock.h"
#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/media_masters.h"
#include "server/store/audit_log.h"
#include "server/store/backup.h"
#include "server/store/privacy.h"

enum { ERROR_BYTES = 4096, ARENA_BYTES = 64 << 20, PATH_BYTES = VT_TREE_PATH + 64 };
#define BEFORE "before-restore-"

/* What a data directory holds that a backup brings, or that goes with it. */
static const char *const entries[] = { "store.db",     "store.db-wal", "store.db-shm", "audit.db",
                                       "audit.db-wal", "audit.db-shm", "masters",      "originals",
                                       "uploads",      "catalogue",    "cache" };

struct restoring {
    const struct vt_backup_line *line;
    const char *data, *from;
    char fresh[VT_TREE_PATH], before[VT_TREE_PATH];
    struct vt_backup_manifest manifest;
    struct vt_backup_renewed renewed;
    size_t erased; /* conversations that were in the backup and are not to be */
    bool keeps_audit;
    struct vt_buf error;
};

static int refuse(struct restoring *restoring, const char *format, const char *what)
{
    if (restoring->error.len == 0) {
        const char *at = strchr(format, '%');
        vt_buf_append(&restoring->error, format, at ? (size_t)(at - format) : strlen(format));
        vt_buf_text(&restoring->error, at ? what : "");
        vt_buf_text(&restoring->error, at ? at + 1 : "");
    }
    return VT_ERR_INVALID;
}

/* --- the copy ------------------------------------------------------------------------------------ */

static int copy_database(struct restoring *restoring, const char *name, const char *wanted)
{
    char from[PATH_BYTES], to[PATH_BYTES], hash[VT_SHA256_TEXT];
    struct vt_tree_count ignored = { .files = 0 };
    int64_t version;
    snprintf(from, sizeof(from), "%.2000s/%s", restoring->from, name);
    snprintf(to, sizeof(to), "%s/%s", restoring->fresh, name);
    int err = vt_tree_copy_file(from, to, NULL, &ignored, &restoring->error);
    if (!err)
        err = vt_backup_digest(to, hash);
    if (!err && strcmp(hash, wanted) != 0)
        return refuse(restoring, "% in the backup is not what was written there.", name);
    return err ? err : vt_backup_check(restoring->fresh, name, &version, &restoring->error);
}

static int copy_folders(struct restoring *restoring)
{
    struct vt_tree_count count = { .files = 0 };
    int err = VT_OK;
    for (size_t i = 0; i < VT_BACKUP_FOLDERS && !err; i++) {
        char from[PATH_BYTES], to[PATH_BYTES];
        snprintf(from, sizeof(from), "%.2000s/%s", restoring->from, vt_backup_folders[i]);
        snprintf(to, sizeof(to), "%s/%s", restoring->fresh, vt_backup_folders[i]);
        err = vt_tree_copy(from, to, NULL, &count, &restoring->error);
    }
    if (!err &&
        (count.files != restoring->manifest.count.files || count.bytes != restoring->manifest.count.bytes))
        return refuse(restoring, "Files are missing in the backup, or have changed.", "");
    return err;
}

static int copy_all(struct restoring *restoring)
{
    if (vt_tree_remove(restoring->fresh) != VT_OK || mkdir(restoring->fresh, 0700) != 0)
        return refuse(restoring, "% cannot be made anew.", restoring->fresh);
    int err = copy_database(restoring, VT_BACKUP_STORE, restoring->manifest.store);
    if (!err)
        err = copy_database(restoring, VT_BACKUP_AUDIT, restoring->manifest.audit);
    return err ? err : copy_folders(restoring);
}

/* --- the audit log ------------------------------------------------------------------------------- */

/* The head of a whole log; with `known`, one that must be in it. */
static int verify(const char *folder, const struct vt_audit_head *known, struct vt_audit_head *ret_head,
                  struct vt_buf *ret_why)
{
    struct vt_audit_verdict verdict;
    struct vt_audit_log *log = vt_audit_log_open(folder, ret_why);
    int err = log ? vt_audit_log_verify(log, known, &verdict) : VT_ERR_IO;
    vt_audit_log_close(log);
    if (!err && verdict.broken) {
        vt_buf_printf(ret_why, "record %lld: %s", (long long)verdict.broken, verdict.why);
        err = VT_ERR_INVALID;
    }
    if (!err)
        *ret_head = verdict.head;
    return err;
}

/* The log that is here goes on from the backup's and knows more: it stays. Nobody gets rid of a record by
 * restoring. */
static int look_at_audit(struct restoring *restoring)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(ERROR_BYTES);
    struct vt_audit_head head, here;
    char path[PATH_BYTES];
    if (verify(restoring->fresh, NULL, &head, &why) != VT_OK)
        return refuse(restoring, "The audit log in the backup is not whole: %.", vt_buf_cstr(&why));
    snprintf(path, sizeof(path), "%.2000s/" VT_BACKUP_AUDIT, restoring->data);
    if (access(path, F_OK) != 0 || verify(restoring->data, head.n ? &head : NULL, &here, &why) != VT_OK)
        return VT_OK;
    restoring->keeps_audit = true;
    snprintf(path, sizeof(path), "%s/" VT_BACKUP_AUDIT, restoring->fresh);
    if (unlink(path) != 0)
        return refuse(restoring, "% cannot be exchanged.", path);
    return vt_backup_copy(restoring->data, VT_BACKUP_AUDIT, path, &restoring->error);
}

static int record(struct restoring *restoring)
{
    char detail[200];
    snprintf(detail, sizeof(detail), "{\"schema\":%lld,\"erased\":%zu,\"conversations\":%zu}",
             (long long)restoring->manifest.schema, restoring->erased, restoring->renewed.conversations);
    const struct vt_audit_record row = { .time = vt_wall_ms(),
                                         .site = VT_STR(""),
                                         .actor = VT_STR("operator"),
                                         .verb = VT_STR("backup.restored"),
                                         .object = vt_str(restoring->manifest.made),
                                         .detail = vt_str(detail) };
    struct vt_audit_log *log = vt_audit_log_open(restoring->fresh, &restoring->error);
    int err = log ? vt_audit_log_append(log, &row, 1) : VT_ERR_IO;
    vt_audit_log_close(log);
    return err;
}

/* --- what was erased since ----------------------------------------------------------------------- */

static int erase_one(struct restoring *restoring, struct vt_manage *manage, struct vt_masters *masters,
                     const struct vt_privacy_erased *erased, struct vt_arena *arena)
{
    struct vt_privacy_counts counts = { 0 };
    struct vt_str *media;
    size_t n;
    int err = vt_privacy_media(manage, erased->site, erased->conv, arena, &media, &n);
    for (size_t i = 0; i < n && !err; i++)
        vt_masters_erase(masters, media[i]);
    if (!err)
        err = vt_privacy_erase(manage, erased->site, erased->conv, &counts);
    restoring->erased += counts.conversations;
    return err;
}

/* Applies the erasures that another store knows of. One that is not there, or older than the list, has none.
 */
static int apply_list(struct restoring *restoring, struct vt_manage *manage, struct vt_masters *masters,
                      const char *folder, bool is_asked)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(ERROR_BYTES);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_privacy_erased *list = NULL;
    size_t n = 0;
    char path[PATH_BYTES];
    vt_arena_init(&arena, ARENA_BYTES);
    snprintf(path, sizeof(path), "%.2000s/" VT_BACKUP_STORE, folder);
    if (access(path, F_OK) != 0)
        return is_asked ? refuse(restoring, "% is no data directory and no backup.", folder) : VT_OK;
    struct vt_manage *other = vt_manage_look(folder, NULL, &why);
    int err = other ? vt_privacy_erasures(other, &arena, &list, &n) : VT_ERR_IO;
    if (err && !is_asked) {
        fprintf(
            stderr,
            "vitrine: what was erased according to %s cannot be read; name a newer backup by --erasures.\n",
            folder);
        err = VT_OK;
        n = 0;
    }
    for (size_t i = 0; i < n && !err; i++)
        err = erase_one(restoring, manage, masters, &list[i], &arena);
    vt_manage_close(other);
    return err ? refuse(restoring, "What was erased according to % cannot be erased again.", folder) : VT_OK;
}

/* Also those that an earlier restore has put aside. */
static int apply_former(struct restoring *restoring, struct vt_manage *manage, struct vt_masters *masters)
{
    DIR *dir = opendir(restoring->data);
    int err = VT_OK;
    for (struct dirent *entry; dir && !err && (entry = readdir(dir));) {
        char path[PATH_BYTES + 256];
        if (strncmp(entry->d_name, BEFORE, sizeof(BEFORE) - 1) != 0)
            continue;
        snprintf(path, sizeof(path), "%.1700s/%s", restoring->data, entry->d_name);
        err = apply_list(restoring, manage, masters, path, false);
    }
    if (dir)
        closedir(dir);
    return err;
}

static int apply_lists(struct restoring *restoring, struct vt_manage *manage)
{
    struct vt_masters *masters = vt_masters_open(restoring->fresh, &restoring->error);
    int err = masters ? apply_list(restoring, manage, masters, restoring->data, false) : VT_ERR_IO;
    if (!err)
        err = apply_former(restoring, manage, masters);
    for (size_t i = 0; i < restoring->line->lists_n && !err; i++)
        err = apply_list(restoring, manage, masters, restoring->line->lists[i], true);
    vt_masters_destroy(masters);
    return err;
}

/* The rows of the past become ones that may be served. */
static int renew(struct restoring *restoring)
{
    struct vt_manage *manage = vt_manage_open(restoring->fresh, NULL, &restoring->error);
    if (!manage)
        return VT_ERR_IO;
    /* Bringing older tables up to date has left a copy, which nobody's erasure has reached. */
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/store.v%lld.db", restoring->fresh,
             (long long)restoring->manifest.schema);
    unlink(path);
    int err = apply_lists(restoring, manage);
    if (!err)
        err = vt_backup_renew(manage, &restoring->renewed);
    vt_manage_close(manage);
    return err;
}

/* --- the exchange -------------------------------------------------------------------------------- */

static int move(const char *from, const char *to, const char *name)
{
    char old[PATH_BYTES], new[PATH_BYTES];
    snprintf(old, sizeof(old), "%.2000s/%s", from, name);
    snprintf(new, sizeof(new), "%.2000s/%s", to, name);
    return rename(old, new) == 0 || errno == ENOENT ? VT_OK : VT_ERR_IO;
}

/* Names only. From the first to the last no server starts; one that is cut short is run again. */
static int exchange(struct restoring *restoring)
{
    char ready[VT_TREE_PATH];
    snprintf(ready, sizeof(ready), "%.1900s/" VT_RESTORING, restoring->data);
    int err = vt_tree_remove(ready) == VT_OK && rename(restoring->fresh, ready) == 0 &&
                      mkdir(restoring->before, 0700) == 0
                  ? VT_OK
                  : VT_ERR_IO;
    for (size_t i = 0; i < VT_COUNT(entries) && !err; i++)
        err = move(restoring->data, restoring->before, entries[i]);
    for (size_t i = 0; i < VT_COUNT(entries) && !err; i++)
        err = move(ready, restoring->data, entries[i]);
    if (!err)
        err = vt_tree_sync(restoring->data);
    if (!err)
        err = vt_tree_remove(ready);
    rmdir(restoring->before); /* goes when there was nothing before */
    return err ? refuse(restoring, "The folders in % cannot be exchanged; run it again.", restoring->data)
               : VT_OK;
}

/* The key lies beside the store, and a backup has it only when it was asked for. */
static void restore_key(const struct restoring *restoring)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(ERROR_BYTES);
    char from[PATH_BYTES], to[VT_SEAL_PATH];
    struct vt_tree_count count = { .files = 0 };
    if (vt_seal_path(restoring->data, restoring->line->config.key_file, to) || access(to, F_OK) == 0)
        return;
    snprintf(from, sizeof(from), "%.2000s/" VT_BACKUP_KEY, restoring->from);
    vt_tree_copy_file(from, to, NULL, &count, &why);
    if (count.files == 0)
        fprintf(
            stderr,
            "vitrine: there is no key file %s, and none in the backup: put yours there before the start, or "
            "sites' secrets and second factors have to be made anew.\n",
            to);
}

static int restore(struct restoring *restoring)
{
    int err = vt_backup_read_manifest(restoring->from, &restoring->manifest);
    if (err)
        return refuse(restoring, "% is no whole backup: its manifest is missing or damaged.",
                      restoring->from);
    if (restoring->manifest.schema > vt_backup_newest())
        return refuse(restoring, "The backup is by a newer Vitrine (%); restore it with that one.",
                      restoring->manifest.version);
    err = copy_all(restoring);
    if (!err)
        err = look_at_audit(restoring);
    if (!err)
        err = renew(restoring);
    if (!err)
        err = record(restoring);
    return err ? err : exchange(restoring);
}

static int run(const struct vt_backup_line *line)
{
    struct restoring restoring = {
        .line = line, .data = line->config.data, .from = line->folder, .error = VT_BUF_INIT(ERROR_BYTES)
    };
    char now[32];
    time_t at = (time_t)(vt_wall_ms() / 1000);
    struct tm tm;
    gmtime_r(&at, &tm);
    strftime(now, sizeof(now), "%Y%m%dT%H%M%SZ", &tm);
    snprintf(restoring.fresh, sizeof(restoring.fresh), "%.1900s/restore.new", restoring.data);
    snprintf(restoring.before, sizeof(restoring.before), "%.1900s/" BEFORE "%s", restoring.data, now);
    int lock = vt_data_lock(restoring.data, true, &restoring.error);
    int err = lock < 0 ? VT_ERR_IO : restore(&restoring);
    if (!err)
        restore_key(&restoring);
    else if (lock >= 0)
        vt_tree_remove(restoring.fresh);
    if (lock >= 0)
        close(lock);
    if (err) {
        vt_backup_fail("Nothing was restored: %s",
                       restoring.error.len ? vt_buf_cstr(&restoring.error) : vt_err_name(err));
    } else {
        printf("restored: the backup of %s, %zu conversations, %zu erased again, %zu mails held back, audit "
               "log %s\n",
               restoring.manifest.made, restoring.renewed.conversations, restoring.erased,
               restoring.renewed.mails, restoring.keeps_audit ? "kept as it was here" : "from the backup");
        if (access(restoring.before, F_OK) == 0)
            printf("What was here lies in %s; remove it when all is well.\n", restoring.before);
    }
    vt_buf_finish(&restoring.error);
    return err ? VT_BACKUP_FAILED : 0;
}

static int print_help(void)
{
    fputs(
        "Usage: vitrine restore --from BACKUP [--config FILE | --data DIR] [--erasures FOLDER ...]\n\n"
        "Puts a backup into the data directory; the server must be stopped. Store, audit log and files are\n"
        "looked at first, and nothing is touched unless all is whole. What was erased since the backup is\n"
        "erased again, as far as the data directory knows of it; on a new machine name a newer backup by\n"
        "--erasures. Everybody logs in again, pages take a whole new state, mails that waited are held back\n"
        "(`vitrine admin mail --retry` sends them). Accounts and tokens are those of the backup: look\n"
        "whether somebody is back who had left. What was there is kept in a folder of its own.\n",
        stdout);
    return 0;
}

int vt_restore_main(int argc, char **argv)
{
    struct vt_backup_line line;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return print_help();
    int status = vt_backup_read_line(argc - 1, argv + 1, "--from", &line);
    if (status)
        return status;
    status = run(&line);
    vt_config_finish(&line.config);
    return status;
}
