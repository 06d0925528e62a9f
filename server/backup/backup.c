/* SPDX-License-Identifier: Apache-2.0 */
#include "server/backup/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/auth/seal.h"
#include "server/backup/backup_internal.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/store/backup.h"

enum { ERROR_BYTES = 4096, TRIES = 3 /* an import may take a catalogue away while it is copied */ };

const char *const vt_backup_folders[VT_BACKUP_FOLDERS] = { "masters", "originals", "uploads", "catalogue" };

/* --- command lines ------------------------------------------------------------------------------- */

int vt_backup_fail(const char *format, ...)
{
    va_list args;
    fputs("vitrine: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return VT_BACKUP_FAILED;
}

static int lacks_value(const char *option)
{
    vt_backup_fail("%s needs a value; --help shows what for.", option);
    return VT_BACKUP_USAGE;
}

int vt_backup_read_line(int argc, char **argv, const char *option, struct vt_backup_line *ret_line)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(ERROR_BYTES);
    int left = 0;
    *ret_line = (struct vt_backup_line){ .folder = NULL };
    for (int i = 0; i < argc; i++) {
        bool is_list = strcmp(argv[i], "--erasures") == 0;
        if (strcmp(argv[i], "--with-key") == 0) {
            ret_line->with_key = true;
        } else if (is_list || strcmp(argv[i], option) == 0) {
            if (i + 1 >= argc)
                return lacks_value(argv[i]);
            if (!is_list)
                ret_line->folder = argv[++i];
            else if (ret_line->lists_n < VT_BACKUP_LISTS)
                ret_line->lists[ret_line->lists_n++] = argv[++i];
        } else {
            argv[left++] = argv[i];
        }
    }
    if (!ret_line->folder) {
        vt_backup_fail("%s is needed; --help shows what for.", option);
        return VT_BACKUP_USAGE;
    }
    if (vt_config_load(&ret_line->config, left, argv, NULL, &error) != VT_OK) {
        vt_backup_fail("%s", vt_buf_cstr(&error));
        return VT_BACKUP_USAGE;
    }
    if (!ret_line->config.store[0])
        return 0;
    vt_config_finish(&ret_line->config);
    vt_backup_fail(
        "The tables are in PostgreSQL (option store): copy them by pg_dump, then the data directory; "
        "put back the dump by pg_restore, the directory, and start the server.");
    return VT_BACKUP_FAILED;
}

/* --- the manifest -------------------------------------------------------------------------------- */

int vt_backup_digest(const char *path, char ret_hash[VT_SHA256_TEXT])
{
    static char room[1 << 16];
    struct vt_sha256 *sha = vt_sha256_begin();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = sha && fd >= 0 ? 1 : -1;
    int err = VT_OK;
    while (n > 0 && !err) {
        n = read(fd, room, sizeof(room));
        if (n > 0)
            err = vt_sha256_add(sha, room, (size_t)n);
    }
    if (fd >= 0)
        close(fd);
    if (sha && vt_sha256_end(sha, ret_hash) != VT_OK)
        err = VT_ERR_NOMEM;
    return n < 0 ? VT_ERR_IO : err;
}

enum { MANIFEST_BYTES = 1024 };

static int print_manifest(const struct vt_backup_manifest *manifest, char text[MANIFEST_BYTES])
{
    return snprintf(text, MANIFEST_BYTES,
                    "vitrine-backup 1\nversion %s\nmade %s\nschema %lld\nfiles %llu\nbytes %llu\nstore.db "
                    "%s\naudit.db %s\n",
                    manifest->version, manifest->made, (long long)manifest->schema,
                    (unsigned long long)manifest->count.files, (unsigned long long)manifest->count.bytes,
                    manifest->store, manifest->audit);
}

int vt_backup_write_manifest(const char *folder, const struct vt_backup_manifest *manifest)
{
    char path[VT_TREE_PATH], text[MANIFEST_BYTES];
    snprintf(path, sizeof(path), "%s/" VT_BACKUP_MANIFEST, folder);
    print_manifest(manifest, text);
    FILE *file = fopen(path, "wxe");
    if (!file)
        return VT_ERR_IO;
    fputs(text, file);
    bool is_good = fflush(file) == 0 && fsync(fileno(file)) == 0;
    is_good = fclose(file) == 0 && is_good;
    return is_good && vt_tree_sync(folder) == VT_OK ? VT_OK : VT_ERR_IO;
}

/* It is printed and recorded, so it is text and nothing a terminal would obey. */
static bool is_word(const char *text)
{
    while (*text > ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

static bool is_digest(const char *text)
{
    return strspn(text, "0123456789abcdef") == VT_SHA256_TEXT - 1;
}

static int read_text(const char *path, char text[MANIFEST_BYTES], size_t *ret_n)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return VT_ERR_MISSING;
    *ret_n = fread(text, 1, MANIFEST_BYTES - 1, file);
    text[*ret_n] = '\0';
    fclose(file);
    return VT_OK;
}

/* Taken only as it would be written: what a scan overlooks, such as a sign, a zero or an end in the middle,
 * is no manifest of ours. */
int vt_backup_read_manifest(const char *folder, struct vt_backup_manifest *ret_manifest)
{
    char path[VT_TREE_PATH], text[MANIFEST_BYTES], again[MANIFEST_BYTES];
    struct vt_backup_manifest m = { .schema = 0 };
    long long schema = 0;
    unsigned long long files = 0, bytes = 0;
    size_t len = 0;
    snprintf(path, sizeof(path), "%s/" VT_BACKUP_MANIFEST, folder);
    int err = read_text(path, text, &len);
    if (err)
        return err;
    int n = sscanf(text,
                   "vitrine-backup 1 version %31s made %31s schema %lld files %llu bytes %llu store.db %64s "
                   "audit.db %64s",
                   m.version, m.made, &schema, &files, &bytes, m.store, m.audit);
    m.schema = schema;
    m.count = (struct vt_tree_count){ .files = files, .bytes = bytes };
    if (n != 7 || schema < 0 || !is_word(m.version) || !is_word(m.made) || !is_digest(m.store) ||
        !is_digest(m.audit) || print_manifest(&m, again) != (int)len || memcmp(text, again, len) != 0)
        return VT_ERR_INVALID;
    *ret_manifest = m;
    return VT_OK;
}

/* --- making one ---------------------------------------------------------------------------------- */

struct making {
    const char *data;
    char partial[VT_TREE_PATH], folder[VT_TREE_PATH];
    char former[VT_TREE_PATH + 256]; /* the newest backup beside it; "": none */
    struct vt_backup_manifest manifest;
    struct vt_buf error;
};

/* The newest whole backup in `place`: what has not changed since is linked. */
static void find_former(struct making *making, const char *place)
{
    char newest[256] = "", path[VT_TREE_PATH + 256];
    struct vt_backup_manifest manifest;
    DIR *dir = opendir(place);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (strncmp(entry->d_name, "vitrine-", 8) != 0 || strlen(entry->d_name) != 24 ||
            strcmp(entry->d_name, newest) <= 0)
            continue;
        snprintf(path, sizeof(path), "%s/%s", place, entry->d_name);
        if (vt_backup_read_manifest(path, &manifest) == VT_OK) {
            snprintf(newest, sizeof(newest), "%s", entry->d_name);
            snprintf(making->former, sizeof(making->former), "%s", path);
        }
    }
    if (dir)
        closedir(dir);
}

static int copy_folders(struct making *making)
{
    int err = VT_OK;
    for (size_t i = 0; i < VT_BACKUP_FOLDERS && !err; i++) {
        char from[VT_TREE_PATH], to[VT_TREE_PATH + 16], former[VT_TREE_PATH + 272];
        snprintf(from, sizeof(from), "%.2000s/%s", making->data, vt_backup_folders[i]);
        snprintf(to, sizeof(to), "%s/%s", making->partial, vt_backup_folders[i]);
        snprintf(former, sizeof(former), "%s/%s", making->former, vt_backup_folders[i]);
        err = vt_tree_copy(from, to, making->former[0] ? former : NULL, &making->manifest.count,
                           &making->error);
    }
    return err;
}

static int has_file(void *arg, struct vt_str name)
{
    char path[VT_TREE_PATH + 160];
    const struct making *making = arg;
    snprintf(path, sizeof(path), "%s/catalogue/%.*s", making->partial, VT_STR_ARG(name));
    return access(path, F_OK) == 0 ? VT_OK : VT_ERR_MISSING;
}

/* VT_ERR_MISSING: an import has changed the catalogues between the store and their files. */
static int check_catalogues(struct making *making)
{
    struct vt_manage *manage = vt_manage_look(making->partial, NULL, &making->error);
    if (!manage)
        return VT_ERR_IO;
    int err = vt_backup_catalogues(manage, has_file, making);
    vt_manage_close(manage);
    return err;
}

static int copy_file_of(struct making *making, const char *name)
{
    char path[VT_TREE_PATH + 16];
    snprintf(path, sizeof(path), "%s/%s", making->partial, name);
    return vt_backup_copy(making->data, name, path, &making->error);
}

/* The rows first: what they name was there before them, and stays there. */
static int copy_all(struct making *making)
{
    making->manifest.count = (struct vt_tree_count){ .files = 0 };
    if (vt_tree_remove(making->partial) != VT_OK || mkdir(making->partial, 0700) != 0) {
        vt_buf_printf(&making->error, "%s cannot be made: %s.", making->partial, strerror(errno));
        return VT_ERR_IO;
    }
    int err = copy_file_of(making, VT_BACKUP_STORE);
    if (!err)
        err = copy_file_of(making, VT_BACKUP_AUDIT);
    if (!err)
        err = copy_folders(making);
    return err ? err : check_catalogues(making);
}

static int copy_key(struct making *making, const struct vt_config *config)
{
    char from[VT_SEAL_PATH], to[VT_TREE_PATH + 16];
    struct vt_tree_count ignored = { .files = 0 };
    vt_seal_path(config->data, config->key_file, from);
    snprintf(to, sizeof(to), "%s/" VT_BACKUP_KEY, making->partial);
    return vt_tree_copy_file(from, to, NULL, &ignored, &making->error);
}

/* What was copied is looked at before anybody relies on it. */
static int seal_up(struct making *making)
{
    struct vt_backup_manifest *manifest = &making->manifest;
    char path[VT_TREE_PATH + 16];
    int64_t ignored;
    int err = vt_backup_check(making->partial, VT_BACKUP_STORE, &manifest->schema, &making->error);
    if (!err)
        err = vt_backup_check(making->partial, VT_BACKUP_AUDIT, &ignored, &making->error);
    snprintf(path, sizeof(path), "%s/" VT_BACKUP_STORE, making->partial);
    if (!err)
        err = vt_backup_digest(path, manifest->store);
    snprintf(path, sizeof(path), "%s/" VT_BACKUP_AUDIT, making->partial);
    if (!err)
        err = vt_backup_digest(path, manifest->audit);
    snprintf(manifest->version, sizeof(manifest->version), "%s", VT_VERSION);
    if (!err)
        err = vt_backup_write_manifest(making->partial, manifest);
    return err || rename(making->partial, making->folder) == 0 ? err : VT_ERR_IO;
}

static int make(struct making *making, const struct vt_backup_line *line)
{
    int err = VT_ERR_MISSING;
    for (int i = 0; i < TRIES && err == VT_ERR_MISSING; i++)
        err = copy_all(making);
    if (!err && line->with_key)
        err = copy_key(making, &line->config);
    return err ? err : seal_up(making);
}

static int back_up(const struct vt_backup_line *line)
{
    struct making making = { .data = line->config.data, .error = VT_BUF_INIT(ERROR_BYTES) };
    time_t now = (time_t)(vt_wall_ms() / 1000);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(making.manifest.made, sizeof(making.manifest.made), "%Y%m%dT%H%M%SZ", &tm);
    snprintf(making.folder, sizeof(making.folder), "%.1900s/vitrine-%s", line->folder, making.manifest.made);
    snprintf(making.partial, sizeof(making.partial), "%.1960s.partial", making.folder);
    if (mkdir(line->folder, 0700) != 0 && errno != EEXIST)
        return vt_backup_fail("%s cannot be made: %s.", line->folder, strerror(errno));
    if (access(making.folder, F_OK) == 0)
        return vt_backup_fail("%s is there already; one a second.", making.folder);
    find_former(&making, line->folder);
    int err = make(&making, line);
    if (err) {
        vt_tree_remove(making.partial);
        vt_backup_fail("There is no new backup: %s",
                       making.error.len ? vt_buf_cstr(&making.error) : vt_err_name(err));
    } else {
        vt_tree_sync(line->folder);
        printf("%s: schema %lld, %llu files, %llu bytes, %llu of the files shared with the backup before\n",
               making.folder, (long long)making.manifest.schema,
               (unsigned long long)making.manifest.count.files,
               (unsigned long long)making.manifest.count.bytes,
               (unsigned long long)making.manifest.count.linked);
    }
    vt_buf_finish(&making.error);
    return err ? VT_BACKUP_FAILED : 0;
}

static int print_help(void)
{
    fputs("Usage: vitrine backup --to FOLDER [--config FILE | --data DIR] [--with-key]\n\n"
          "Makes a backup while the server runs: a new folder vitrine-<time> in FOLDER, with the store, the "
          "audit\n"
          "log, pictures, films, uploads and catalogues. Everything acknowledged before is in it; the cache "
          "is\n"
          "not. Files that have not changed are shared with the newest backup in FOLDER (hard links).\n\n"
          "  --with-key   also the key file, under which secrets in the store are sealed: without its own "
          "copy\n"
          "               elsewhere they are lost with the machine; in the backup they lie open to who reads "
          "it\n",
          stdout);
    return 0;
}

int vt_backup_main(int argc, char **argv)
{
    struct vt_backup_line line;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return print_help();
    int status = vt_backup_read_line(argc - 1, argv + 1, "--to", &line);
    if (status)
        return status;
    status = back_up(&line);
    vt_config_finish(&line.config);
    return status;
}
