/* SPDX-License-Identifier: Apache-2.0 */
#include "server/backup/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"

enum { PIECE = 1 << 24 };

static int fail(struct vt_buf *ret_error, const char *path, int error)
{
    vt_buf_printf(ret_error, "%s: %s.", path, strerror(error));
    return error == ENOSPC || error == EDQUOT ? VT_ERR_FULL : VT_ERR_IO;
}

int vt_tree_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = fd >= 0 && fsync(fd) == 0 ? VT_OK : VT_ERR_IO;
    if (fd >= 0)
        close(fd);
    return err;
}

/* --- files --------------------------------------------------------------------------------------- */

/* Blocks are shared where the file system can. */
static int copy_bytes(int from, int to)
{
    ssize_t n = 1;
    while (n > 0)
        n = copy_file_range(from, NULL, to, NULL, PIECE, 0);
    return n == 0 && fsync(to) == 0 ? 0 : errno;
}

static bool link_former(const char *former, const char *to, const struct stat *wanted)
{
    struct stat info;
    return former && lstat(former, &info) == 0 && S_ISREG(info.st_mode) && info.st_size == wanted->st_size &&
           info.st_mtim.tv_sec == wanted->st_mtim.tv_sec && info.st_mtim.tv_nsec == wanted->st_mtim.tv_nsec &&
           link(former, to) == 0;
}

static int write_file(int from, const char *to, const struct stat *info, struct vt_buf *ret_error)
{
    const struct timespec times[2] = { info->st_mtim, info->st_mtim };
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : copy_bytes(from, fd);
    if (fd >= 0) {
        futimens(fd, times);
        if (close(fd) != 0 && !error)
            error = errno;
    }
    return error ? fail(ret_error, to, error) : VT_OK;
}

int vt_tree_copy_file(const char *from, const char *to, const char *former, struct vt_tree_count *count,
                      struct vt_buf *ret_error)
{
    struct stat info;
    int fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ELOOP || errno == ENXIO ? VT_OK : fail(ret_error, from, errno);
    int err = fstat(fd, &info) == 0 ? VT_OK : fail(ret_error, from, errno);
    if (!err && S_ISREG(info.st_mode)) {
        bool is_linked = link_former(former, to, &info);
        err = is_linked ? VT_OK : write_file(fd, to, &info, ret_error);
        count->files++;
        count->linked += is_linked;
        count->bytes += (uint64_t)info.st_size;
    }
    close(fd);
    return err;
}

/* --- folders ------------------------------------------------------------------------------------- */

static int copy_folder(const char *from, const char *to, const char *former, unsigned depth,
                       struct vt_tree_count *count, struct vt_buf *ret_error);

static int copy_entry(const char *from, const char *to, const char *former, const char *name, bool is_folder,
                      unsigned depth, struct vt_tree_count *count, struct vt_buf *ret_error)
{
    char inner_from[VT_TREE_PATH], inner_to[VT_TREE_PATH], inner_former[VT_TREE_PATH];
    if (snprintf(inner_from, sizeof(inner_from), "%s/%s", from, name) >= VT_TREE_PATH ||
        snprintf(inner_to, sizeof(inner_to), "%s/%s", to, name) >= VT_TREE_PATH ||
        snprintf(inner_former, sizeof(inner_former), "%s/%s", former ? former : "", name) >= VT_TREE_PATH)
        return fail(ret_error, from, ENAMETOOLONG);
    return is_folder
               ? copy_folder(inner_from, inner_to, former ? inner_former : NULL, depth + 1, count, ret_error)
               : vt_tree_copy_file(inner_from, inner_to, former ? inner_former : NULL, count, ret_error);
}

static int copy_folder(const char *from, const char *to, const char *former, unsigned depth,
                       struct vt_tree_count *count, struct vt_buf *ret_error)
{
    int err = VT_OK;
    DIR *dir = depth > VT_TREE_DEPTH ? NULL : opendir(from);
    if (!dir && errno == ENOENT)
        return VT_OK;
    if (!dir)
        return fail(ret_error, from, depth > VT_TREE_DEPTH ? ELOOP : errno);
    if (mkdir(to, 0700) != 0)
        err = fail(ret_error, to, errno);
    for (struct dirent *entry; !err && (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_REG))
            err = copy_entry(from, to, former, entry->d_name, entry->d_type == DT_DIR, depth, count,
                             ret_error);
    closedir(dir);
    return err ? err : vt_tree_sync(to);
}

int vt_tree_copy(const char *from, const char *to, const char *former, struct vt_tree_count *count,
                 struct vt_buf *ret_error)
{
    return copy_folder(from, to, former, 0, count, ret_error);
}

/* --- looking and removing ------------------------------------------------------------------------ */

static int count_folder(const char *path, unsigned depth, struct vt_tree_count *count)
{
    char inner[VT_TREE_PATH];
    struct stat info;
    int err = VT_OK;
    DIR *dir = depth > VT_TREE_DEPTH ? NULL : opendir(path);
    if (!dir)
        return errno == ENOENT ? VT_OK : VT_ERR_IO;
    for (struct dirent *entry; !err && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >= VT_TREE_PATH ||
            lstat(inner, &info) != 0)
            err = VT_ERR_IO;
        else if (S_ISDIR(info.st_mode))
            err = count_folder(inner, depth + 1, count);
        else if (S_ISREG(info.st_mode)) {
            count->files++;
            count->bytes += (uint64_t)info.st_size;
        }
    }
    closedir(dir);
    return err;
}

int vt_tree_count(const char *path, struct vt_tree_count *count)
{
    return count_folder(path, 0, count);
}

static int remove_folder(const char *path, unsigned depth)
{
    char inner[VT_TREE_PATH];
    int err = VT_OK;
    DIR *dir = depth > VT_TREE_DEPTH ? NULL : opendir(path);
    if (!dir)
        return errno == ENOENT ? VT_OK : VT_ERR_IO;
    for (struct dirent *entry; !err && (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >= VT_TREE_PATH)
            err = VT_ERR_IO;
        else if (entry->d_type == DT_DIR)
            err = remove_folder(inner, depth + 1);
        else if (unlink(inner) != 0)
            err = VT_ERR_IO;
    }
    closedir(dir);
    return err || rmdir(path) != 0 ? VT_ERR_IO : VT_OK;
}

int vt_tree_remove(const char *path)
{
    return remove_folder(path, 0);
}
