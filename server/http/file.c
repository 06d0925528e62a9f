/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/http/conditional.h"
#include "server/http/http_internal.h"

/* Nothing above the root, no link of any kind, no mount's magic; O_NONBLOCK so that a FIFO that
 * lies there cannot stop the loop. */
int vt_file_open(int root_fd, const char *name)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long fd;
    do
        fd = syscall(SYS_openat2, root_fd, name, &how, sizeof(how));
    while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return (int)fd;
}

const char *vt_file_type(const char *name)
{
    static const struct {
        const char *ending, *type;
    } rows[] = {
        { ".js", "text/javascript; charset=utf-8" },
        { ".mjs", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".html", "text/html; charset=utf-8" },
        { ".json", "application/json" },
        { ".map", "application/json" },
        { ".svg", "image/svg+xml" },
        { ".jpg", "image/jpeg" },
        { ".jpeg", "image/jpeg" },
        { ".png", "image/png" },
        { ".webp", "image/webp" },
        { ".avif", "image/avif" },
        { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" },
        { ".webmanifest", "application/manifest+json" },
        { ".wasm", "application/wasm" },
        { ".mp4", "video/mp4" },
        { ".webm", "video/webm" },
        { ".txt", "text/plain; charset=utf-8" },
        { ".mp3", "audio/mpeg" },
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < VT_COUNT(rows); i++)
        if (strcmp(dot, rows[i].ending) == 0)
            return rows[i].type;
    return "application/octet-stream";
}

static void not_found(struct vt_http_req *req)
{
    vt_http_problem(req, 404, "unknown", "Not found", "There is nothing at this address.");
}

/* Puts [first, last] behind the head: at once when it is short, else left to be read while it goes out. */
static void attach(struct vt_http_req *req, int fd, uint64_t first, uint64_t length)
{
    req->bytes = length;
    if (req->method == VT_HEAD || length == 0) {
        close(fd);
        return;
    }
    req->file = fd;
    req->file_at = first;
    req->file_left = length;
    if (length > VT_HTTP_INLINE_BYTES)
        return;
    char *room = vt_buf_reserve(&req->out, (size_t)length);
    ssize_t got = room ? pread(fd, room, (size_t)length, (off_t)first) : -1;
    if (got != (ssize_t)length)
        return; /* the sender reads it again and ends the connection if it stays short */
    vt_buf_commit(&req->out, (size_t)got);
    req->file_left = 0;
}

static void answer_outside(struct vt_http_req *req, uint64_t size)
{
    char text[64];
    snprintf(text, sizeof(text), "bytes */%llu", (unsigned long long)size);
    vt_http_set(req, "Content-Range", text);
    snprintf(text, sizeof(text), "The file has %llu bytes.", (unsigned long long)size);
    vt_http_problem(req, 416, "range", "Range not satisfiable", text);
}

static void answer_file(struct vt_http_req *req, int fd, uint64_t size, const char *type, struct vt_str etag)
{
    uint64_t first = 0, last = size ? size - 1 : 0;
    struct vt_str if_range = req->headers[VT_HTTP_IF_RANGE];
    enum vt_http_range kind = VT_RANGE_WHOLE;
    if (req->method == VT_GET && (!if_range.ptr || vt_http_etag_is(if_range, etag)))
        kind = vt_http_range_parse(req->headers[VT_HTTP_RANGE], size, &first, &last);
    if (kind == VT_RANGE_NONE) {
        close(fd);
        answer_outside(req, size);
        return;
    }
    uint64_t length = size ? last - first + 1 : 0;
    if (kind == VT_RANGE_PART) {
        char text[96];
        snprintf(text, sizeof(text), "bytes %llu-%llu/%llu", (unsigned long long)first,
                 (unsigned long long)last, (unsigned long long)size);
        vt_http_set(req, "Content-Range", text);
    }
    vt_http_head(req, kind == VT_RANGE_PART ? 206 : 200, type, (int64_t)length);
    attach(req, fd, first, length);
    vt_http_done(req);
}

void vt_http_stream(struct vt_http_req *req, int fd, const char *type)
{
    req->file = fd;
    req->grows = req->chunked = true;
    req->close |= req->http10; /* the end of the line is the end of the film */
    /* nginx collects what a server behind it says unless it is told not to; others pass it on at once. */
    vt_http_set(req, "X-Accel-Buffering", "no");
    vt_http_head(req, 200, type, -1);
    vt_http_done(req);
}

void vt_http_grow(struct vt_http_req *req, uint64_t size, enum vt_http_growth growth)
{
    const uint64_t end = req->file_at + req->file_left;
    if (size > end) {
        req->bytes += size - end;
        req->file_left += size - end;
    }
    req->grows = growth == VT_HTTP_GROWS;
    req->is_broken = growth == VT_HTTP_BROKEN;
    if (!req->inside && req->ready)
        req->ready(req);
}

void vt_http_file_fd(struct vt_http_req *req, int fd, const char *type, const char *etag,
                     const char *cache_control)
{
    struct stat st;
    char own[64];
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        not_found(req);
        return;
    }
    if (!etag) {
        snprintf(own, sizeof(own), "\"%llx-%llx%08lx\"", (unsigned long long)st.st_size,
                 (unsigned long long)st.st_mtim.tv_sec, (unsigned long)st.st_mtim.tv_nsec);
        etag = own;
    }
    vt_http_set(req, "ETag", etag);
    vt_http_set(req, "Accept-Ranges", "bytes");
    if (cache_control)
        vt_http_set(req, "Cache-Control", cache_control);
    if (vt_http_etag_listed(req->headers[VT_HTTP_IF_NONE_MATCH], vt_str(etag))) {
        close(fd);
        vt_http_reply(req, 304, NULL, VT_STR(""));
        return;
    }
    answer_file(req, fd, (uint64_t)st.st_size, type, vt_str(etag));
}
