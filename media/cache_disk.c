/* SPDX-License-Identifier: Apache-2.0 */
#include "media/cache_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/digest.h"
#include "media/recipe.h"
#include "media/room.h"
#include "server/base/err.h"
#include "server/base/ids.h"

int vt_cache_disk_folder(const char *group, char ret_folder[VT_CACHE_GROUP_MAX + 8])
{
    uint8_t digest[VT_DIGEST_BYTES];
    char hex[3];
    int err = vt_digest_sha256(group, strlen(group), digest);
    if (err)
        return err;
    vt_hex(digest, 1, hex);
    snprintf(ret_folder, VT_CACHE_GROUP_MAX + 8, "%s/%s", hex, group);
    return VT_OK;
}

static int open_folder(int dir, const char *folder, bool may_make)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
    int fd = openat(dir, folder, flags);
    if (fd >= 0 || !may_make || errno != ENOENT)
        return fd;
    char parent[3] = { folder[0], folder[1], '\0' };
    if ((mkdirat(dir, parent, 0700) && errno != EEXIST) || (mkdirat(dir, folder, 0700) && errno != EEXIST))
        return -1;
    return openat(dir, folder, flags);
}

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, bytes + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return VT_ERR_IO;
        done += (size_t)n;
    }
    return VT_OK;
}

/* Without a name until it is whole, so a crash leaves nothing behind. */
static int write_linked(int folder, const char *key, const struct vt_blob *blob)
{
    char self[32];
    int fd = openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return VT_ERR_IO;
    int err = write_all(fd, blob->bytes, blob->len);
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (!err && linkat(AT_FDCWD, self, folder, key, AT_SYMLINK_FOLLOW) && errno != EEXIST)
        err = VT_ERR_IO;
    close(fd);
    return err;
}

int vt_cache_disk_write(int dir, const char *folder, const char *key, const struct vt_blob *blob)
{
    int fd = open_folder(dir, folder, true);
    if (fd < 0)
        return VT_ERR_IO;
    int err = vt_room_for(fd, blob->len) ? write_linked(fd, key, blob) : VT_ERR_IO;
    close(fd);
    return err;
}

static int read_whole(int fd, size_t len, struct vt_blob **ret_blob)
{
    struct stat info;
    if (fstat(fd, &info) || !S_ISREG(info.st_mode) || (uint64_t)info.st_size != len)
        return VT_ERR_INVALID;
    struct vt_blob *blob = vt_blob_create(NULL, len);
    if (!blob)
        return VT_ERR_NOMEM;
    for (size_t done = 0; done < len;) {
        ssize_t n = pread(fd, blob->bytes + done, len - done, (off_t)done);
        if (n <= 0) {
            vt_blob_unref(blob);
            return VT_ERR_INVALID;
        }
        done += (size_t)n;
    }
    *ret_blob = blob;
    return VT_OK;
}

int vt_cache_disk_read(int dir, const char *folder, const char *key, size_t len, struct vt_blob **ret_blob)
{
    char path[VT_CACHE_PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, key);
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return VT_ERR_MISSING;
    int err = read_whole(fd, len, ret_blob);
    close(fd);
    return err;
}

void vt_cache_disk_unlink(int dir, const char *folder, const char *key)
{
    char path[VT_CACHE_PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, key);
    unlinkat(dir, path, 0);
    unlinkat(dir, folder, AT_REMOVEDIR); /* succeeds for the last one only */
}

void vt_cache_disk_erase(int dir, const char *folder)
{
    int fd = open_folder(dir, folder, false);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    if (!list) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(list)) != NULL;)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(list), entry->d_name, 0);
    closedir(list);
    unlinkat(dir, folder, AT_REMOVEDIR);
}

/* --- reading what is there ------------------------------------------------------------------- */

static DIR *list_of(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    if (!list && fd >= 0)
        close(fd);
    return list;
}

static void scan_group(int parent, const char *group, vt_cache_found_fn *found, void *arg)
{
    DIR *list = list_of(parent, group);
    if (!list)
        return;
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        struct stat info;
        if (!vt_media_id_is_hash(vt_str(entry->d_name)) ||
            fstatat(dirfd(list), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) || !S_ISREG(info.st_mode))
            continue;
        if (info.st_size == 0)
            unlinkat(dirfd(list), entry->d_name, 0); /* named, but its bytes were lost with the power */
        else
            found(arg, group, entry->d_name, (uint64_t)info.st_size, (int64_t)info.st_mtim.tv_sec * 1000);
    }
    closedir(list);
}

void vt_cache_disk_scan(int dir, vt_cache_found_fn *found, void *arg)
{
    for (unsigned hh = 0; hh < 256; hh++) {
        char name[3];
        snprintf(name, sizeof(name), "%02x", hh);
        DIR *list = list_of(dir, name);
        if (!list)
            continue;
        for (struct dirent *entry; (entry = readdir(list)) != NULL;)
            if (vt_media_id_ok(vt_str(entry->d_name)))
                scan_group(dirfd(list), entry->d_name, found, arg);
        closedir(list);
    }
}
