/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "media/room.h"
#include "server/base/err.h"
#include "server/catalogue/feed.h"
#include "server/catalogue/originals.h"

enum { TIMES = 3 /* itself, its rows staged, and the shelf */ };

struct vt_feed_files {
    struct vt_feed_files_deps deps;
};

struct sending {
    struct vt_feeds *feeds;
    char site[VT_FEEDS_NAME], name[VT_FEEDS_NAME];
    bool is_stock;
    int fd; /* owned; -1 once it was taken */
};

static void handle_lost(void *state)
{
    struct sending *sending = state;
    if (sending->fd >= 0)
        close(sending->fd);
    free(sending);
}

static struct vt_str bearer_of(const struct vt_http_req *req)
{
    static const char scheme[] = "Bearer ";
    struct vt_str text = vt_http_header(req, "authorization");
    if (text.len < sizeof(scheme) || strncasecmp(text.ptr, scheme, sizeof(scheme) - 1) != 0)
        return (struct vt_str){ "", 0 };
    return (struct vt_str){ text.ptr + sizeof(scheme) - 1, text.len - (sizeof(scheme) - 1) };
}

static void begin(struct vt_http_req *req, struct sending *sending, uint64_t length)
{
    vt_http_keep(req, sending, handle_lost);
    if (length == 0)
        vt_http_problem(req, 400, "empty", "Nothing came", "The body is the file; this one is empty.");
    else if (length > VT_FEED_BYTES)
        vt_http_problem(req, 413, "large", "Too large", "A file may have 256 MiB.");
    else if (sending->fd < 0 || !vt_room_for(sending->fd, TIMES * length))
        vt_http_problem(req, 507, "full", "The disk is full", "Nothing was changed.");
}

static void handle_begin(struct vt_http_req *req, void *owner, uint64_t length)
{
    const struct vt_feed_files *files = owner;
    struct sending *sending = calloc(1, sizeof(*sending));
    if (!sending) {
        vt_http_problem(req, 503, "busy", "Try again in a moment", "The server is short of memory.");
        return;
    }
    sending->feeds = files->deps.feeds;
    sending->fd = -1;
    if (!vt_feeds_use(files->deps.feeds, bearer_of(req), sending->site, &sending->is_stock, sending->name)) {
        free(sending);
        vt_http_set(req, "WWW-Authenticate", "Bearer");
        vt_http_problem(req, 401, "token", "No such leave",
                        "Ask POST /api/v1/catalogue/upload for one; it is good once, for ten minutes.");
        return;
    }
    sending->fd = vt_originals_draft(files->deps.config->data);
    begin(req, sending, length);
}

/* On the loop: the page cache takes a piece of at most 64 KiB in some microseconds. */
static void handle_piece(struct vt_http_req *req, void *owner, struct vt_str bytes)
{
    const struct sending *sending = vt_http_kept(req);
    (void)owner;
    while (bytes.len > 0) {
        ssize_t n = write(sending->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            vt_http_problem(req, 507, "full", "The disk is full", "Nothing was changed.");
            return;
        }
        bytes = (struct vt_str){ bytes.ptr + n, bytes.len - (size_t)n };
    }
}

static void handle_whole(struct vt_http_req *req, void *owner)
{
    struct sending *sending = vt_http_kept(req);
    (void)owner;
    int err = vt_feeds_take(sending->feeds, vt_str(sending->site), sending->is_stock, sending->fd,
                            vt_str(sending->name));
    if (err) {
        vt_http_problem(req, 503, "busy", "Too many imports wait", "Send it again in a minute.");
        return;
    }
    sending->fd = -1;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(64);
    vt_buf_text(&json, "{\"waits\":true}");
    vt_http_reply_json(req, 202, &json);
}

struct vt_feed_files *vt_feed_files_mount(const struct vt_feed_files_deps *deps)
{
    static const struct vt_http_sink sink = { handle_begin, handle_piece };
    struct vt_feed_files *files = calloc(1, sizeof(*files));
    if (!files)
        return NULL;
    files->deps = *deps;
    if (vt_http_route_sink(deps->net, "/api/v1/catalogue/file", VT_FEED_BYTES, &sink, handle_whole, files) ==
        VT_OK)
        return files;
    free(files);
    return NULL;
}

void vt_feed_files_destroy(struct vt_feed_files *files)
{
    free(files);
}
