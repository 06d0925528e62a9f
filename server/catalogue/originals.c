/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/originals.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "media/sniff.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { PIECE_BYTES = 64 * 1024, PATH_MOST = 1024 };

/* --- the file as given --------------------------------------------------------------------- */

static int open_beneath(int from_fd, struct vt_str path, struct vt_buf *why)
{
    struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
    char name[PATH_MOST];
    if (path.len == 0 || !vt_str_copy(name, sizeof(name), path)) {
        vt_buf_text(why, "picture: the path is empty or too long");
        return -1;
    }
    int fd = (int)syscall(SYS_openat2, from_fd, name, &how, sizeof(how));
    if (fd < 0)
        vt_buf_printf(why, "picture \"%.200s\": %s", name,
                      errno == EXDEV || errno == ELOOP ? "leads outside the directory or over a link"
                                                       : strerror(errno));
    return fd;
}

static bool is_picture(const unsigned char *p, size_t n)
{
    return (n >= 3 && memcmp(p, "\xff\xd8\xff", 3) == 0) ||
           (n >= 8 && memcmp(p, "\x89PNG\r\n\x1a\n", 8) == 0) ||
           (n >= 12 && memcmp(p, "RIFF", 4) == 0 && memcmp(p + 8, "WEBP", 4) == 0);
}

static int check_picture(int fd, struct vt_str path, struct vt_buf *why)
{
    struct stat st;
    unsigned char head[12];
    const char *wrong = NULL;
    ssize_t n = pread(fd, head, sizeof(head), 0);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        wrong = "is no regular file";
    else if (st.st_size > VT_ORIGINAL_BYTES)
        wrong = "is larger than 40 MB";
    else if (!is_picture(head, n < 0 ? 0 : (size_t)n))
        wrong = "is no JPEG, PNG or WebP";
    if (!wrong)
        return VT_OK;
    vt_buf_printf(why, "picture \"%.*s\" %s", (int)(path.len < 200 ? path.len : 200), path.ptr, wrong);
    return VT_ERR_INVALID;
}

/* --- copying ------------------------------------------------------------------------------- */

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return errno == ENOSPC || errno == EDQUOT ? VT_ERR_FULL : VT_ERR_IO;
        bytes += done;
        n -= (size_t)done;
    }
    return VT_OK;
}

/* Reads `from` to its end and gives the digest; `to` < 0: nothing is written. */
static int pass(int from, int to, char ret_id[VT_SHA256_TEXT])
{
    struct vt_sha256 *sha = vt_sha256_begin();
    VT_FREE
    char *piece = malloc(PIECE_BYTES);
    int err = sha && piece ? VT_OK : VT_ERR_NOMEM;
    off_t at = 0;
    while (!err) {
        ssize_t n = pread(from, piece, PIECE_BYTES, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            err = n < 0 ? VT_ERR_IO : VT_OK;
            break;
        }
        at += n;
        err = at > VT_ORIGINAL_BYTES ? VT_ERR_FULL : vt_sha256_add(sha, piece, (size_t)n);
        if (!err && to >= 0)
            err = write_all(to, piece, (size_t)n);
    }
    int ended = sha ? vt_sha256_end(sha, ret_id) : VT_OK;
    return err ? err : ended;
}

static int make_dir(int at, const char *name)
{
    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* originals/ab/cd of an id, or with "" originals alone; made when it is not there. -1: errno says why. */
static int open_place(const char *data_dir, const char *id)
{
    char high[3] = { 0 }, low[3] = { 0 };
    const char *const names[] = { "originals", high, low };
    memcpy(high, id, id[0] ? 2 : 0);
    memcpy(low, id + (id[0] ? 2 : 0), id[0] ? 2 : 0);
    int fd = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < VT_COUNT(names) && names[i][0] && fd >= 0; i++) {
        int next = make_dir(fd, names[i]);
        close(fd);
        fd = next;
    }
    return fd;
}

/* A file without a name gets one, on the disk when this returns. */
static int give_name(int fd, int place, const char *id)
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (fdatasync(fd) != 0 ||
        (linkat(AT_FDCWD, link, place, id, AT_SYMLINK_FOLLOW) != 0 && errno != EEXIST) || fsync(place) != 0)
        return errno == ENOSPC || errno == EDQUOT ? VT_ERR_FULL : VT_ERR_IO;
    return VT_OK;
}

/* Unnamed while it is written, so a crash leaves nothing behind. */
static int link_copy(int from, int place, char ret_id[VT_SHA256_TEXT])
{
    int fd = openat(place, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return VT_ERR_IO;
    int err = pass(from, fd, ret_id);
    if (!err)
        err = give_name(fd, place, ret_id);
    close(fd);
    return err;
}

/* The server made a master of it and let the original go. */
static bool is_ingested(const char *data_dir, const char *id)
{
    char path[PATH_MOST];
    int n = snprintf(path, sizeof(path), "%s/masters/%.2s/%.2s/%s.tix", data_dir, id, id + 2, id);
    return n < (int)sizeof(path) && access(path, F_OK) == 0;
}

/* Digest first, as most pictures of a second import are there; the copy is digested again, since
 * the file may change between the two. */
static int take(int from, const char *data_dir, char ret_id[VT_SHA256_TEXT], bool *ret_new)
{
    char copied[VT_SHA256_TEXT];
    struct stat st;
    *ret_new = false;
    int err = pass(from, -1, ret_id);
    if (err || is_ingested(data_dir, ret_id))
        return err;
    int place = open_place(data_dir, ret_id);
    if (place < 0)
        return VT_ERR_IO;
    if (fstatat(place, ret_id, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        err = link_copy(from, place, copied);
        if (!err && strcmp(copied, ret_id) != 0) {
            unlinkat(place, copied, 0); /* lies in the wrong folder */
            err = VT_ERR_STALE;
        }
        *ret_new = !err;
    }
    close(place);
    return err;
}

int vt_originals_take(int from_fd, struct vt_str path, const char *data_dir, char ret_id[VT_SHA256_TEXT],
                      bool *ret_new, struct vt_buf *ret_why)
{
    int fd = open_beneath(from_fd, path, ret_why);
    if (fd < 0)
        return VT_ERR_MISSING;
    int err = check_picture(fd, path, ret_why);
    if (!err) {
        errno = 0;
        err = take(fd, data_dir, ret_id, ret_new);
        if (err)
            vt_buf_printf(ret_why, "picture \"%.*s\" could not be stored: %s",
                          (int)(path.len < 200 ? path.len : 200), path.ptr,
                          err == VT_ERR_STALE ? "it changed while it was read"
                          : errno             ? strerror(errno)
                                              : vt_err_name(err));
    }
    close(fd);
    return err;
}

/* --- bytes that arrived -------------------------------------------------------------------- */

int vt_originals_draft(const char *data_dir)
{
    int place = open_place(data_dir, "");
    if (place < 0)
        return -1;
    int fd = openat(place, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    close(place);
    return fd;
}

/* Headers only; the pixels are the worker's. */
static int check_bytes(int fd, uint32_t ret_size[2], struct vt_buf *why)
{
    struct vt_media_problem problem;
    struct stat st;
    if (fstat(fd, &st) != 0)
        return VT_ERR_IO;
    size_t len = (size_t)st.st_size;
    void *bytes = len > 0 ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (bytes == MAP_FAILED) {
        vt_buf_text(why, len > 0 ? "it cannot be read again" : "it is empty");
        return VT_ERR_INVALID;
    }
    struct vt_sniffed sniffed = vt_sniff_header(bytes, len);
    enum vt_media_err err = vt_sniff_check(&sniffed, len, &VT_SNIFF_LIMITS, &problem);
    munmap(bytes, len);
    vt_sniff_upright(&sniffed, &ret_size[0], &ret_size[1]);
    if (err)
        vt_buf_text(why, problem.detail);
    return err ? VT_ERR_INVALID : VT_OK;
}

int vt_originals_size(int from_fd, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    int fd = open_beneath(from_fd, path, ret_why);
    if (fd < 0)
        return VT_ERR_MISSING;
    int err = check_picture(fd, path, ret_why);
    if (!err) {
        err = check_bytes(fd, ret_size, &why);
        if (err)
            vt_buf_printf(ret_why, "picture \"%.*s\": %s", (int)(path.len < 200 ? path.len : 200), path.ptr,
                          vt_buf_cstr(&why));
    }
    close(fd);
    return err;
}

int vt_originals_settle(int fd, const char *data_dir, char ret_id[VT_SHA256_TEXT], struct vt_buf *ret_why)
{
    uint32_t size[2];
    int err = check_bytes(fd, size, ret_why);
    if (!err)
        err = pass(fd, -1, ret_id);
    if (err || is_ingested(data_dir, ret_id))
        return err;
    int place = open_place(data_dir, ret_id);
    err = place >= 0 ? give_name(fd, place, ret_id) : VT_ERR_IO;
    if (err)
        vt_buf_text(ret_why, err == VT_ERR_FULL ? "the disk is full" : "the disk refuses it");
    if (place >= 0)
        close(place);
    return err;
}
