/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept about a customer, written out: rows as lines of JSON, or with `format=tar` those and the
 * pictures that were sent, as `vitrine admin export` makes its folder. On the reader's thread, into a file
 * without a name: neither the writer nor the loop waits for a large one. */
#include <stdio.h>
#include <unistd.h>

#include "server/api/rows.h"
#include "server/api/tar.h"
#include "server/media_masters.h"

enum { PIECE_BYTES = 1 << 16, NAME_BYTES = 100 };
/* Beyond it the command line, which needs no second copy. */
static const int64_t TAR_MOST = 2LL << 30;

static int write_line(void *arg, struct vt_str line)
{
    const struct vt_api_call *call = arg;
    return vt_tar_write(call->fd, line);
}

static int write_rows(struct vt_api_call *call, struct vt_manage *manage)
{
    int err = VT_OK;
    for (size_t i = 0; i < call->convs_n && !err; i++)
        err = vt_privacy_export(manage, call->site, call->convs[i].conv, write_line, call);
    return err;
}

/* --- pictures ------------------------------------------------------------------------------ */

static int copy(struct vt_api_call *call, int from)
{
    VT_FREE
    char *piece = malloc(PIECE_BYTES);
    int64_t at = 0;
    ssize_t n = piece ? 1 : -1;
    int err = piece ? VT_OK : VT_ERR_NOMEM;
    while (!err && n > 0) {
        n = pread(from, piece, PIECE_BYTES, at);
        at += n;
        err = n < 0 ? VT_ERR_IO : vt_tar_write(call->fd, (struct vt_str){ piece, (size_t)n });
    }
    if (!err && lseek(call->fd, 0, SEEK_CUR) > TAR_MOST)
        return vt_api_refuse(call, 422, "field", "Too much for one answer",
                             "The pictures are more than 2 GiB: `vitrine admin export` writes them out.");
    return err;
}

/* A picture or clip whose master is still being made has none yet; the rows name it all the same. */
static int write_picture(struct vt_api_call *call, struct vt_masters *masters, struct vt_str id)
{
    const char *ending;
    char name[NAME_BYTES];
    int64_t start;
    int fd = vt_masters_sent(masters, id, &ending);
    if (fd < 0)
        return VT_OK;
    snprintf(name, sizeof(name), "pictures/%.*s.%s", VT_STR_ARG(id), ending);
    int err = vt_tar_begin(call->fd, &start);
    if (!err)
        err = copy(call, fd);
    if (!err)
        err = vt_tar_end(call->fd, start, name, vt_wall_ms() / 1000);
    close(fd);
    return err;
}

static int write_pictures(struct vt_api_call *call, struct vt_manage *manage)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    struct vt_masters *masters = vt_masters_open(call->api->deps.config->data, &why);
    int err = masters ? VT_OK : VT_ERR_IO;
    for (size_t i = 0; i < call->convs_n && !err; i++) {
        struct vt_privacy_conv *conv = &call->convs[i];
        err = vt_privacy_media(manage, call->site, conv->conv, &call->arena, &conv->media, &conv->media_n);
        for (size_t k = 0; k < conv->media_n && !err; k++)
            err = write_picture(call, masters, conv->media[k]);
    }
    vt_masters_destroy(masters);
    return err;
}

static int write_tar(struct vt_api_call *call, struct vt_manage *manage)
{
    int64_t start;
    int err = vt_tar_begin(call->fd, &start);
    if (!err)
        err = write_rows(call, manage);
    if (!err)
        err = vt_tar_end(call->fd, start, "thread.ndjson", vt_wall_ms() / 1000);
    if (!err)
        err = write_pictures(call, manage);
    return err ? err : vt_tar_finish(call->fd);
}

/* --- the row of the table ------------------------------------------------------------------ */

int vt_api_export(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str format = vt_api_query(call, "format");
    bool tar = vt_str_eq(format, VT_STR("tar"));
    if (format.ptr && !tar && !vt_str_eq(format, VT_STR("ndjson")))
        return vt_api_refuse(call, 400, "query", "The query cannot be read", "format must be ndjson or tar.");
    int err = vt_api_find_convs(call, manage);
    if (err)
        return err;
    call->fd = vt_api_unnamed(call->api->deps.config->data);
    if (call->fd < 0)
        return VT_ERR_FULL;
    call->type = tar ? "application/x-tar" : "application/x-ndjson";
    err = tar ? write_tar(call, manage) : write_rows(call, manage);
    vt_api_note(call, vt_api_is_customer(call) ? "customer.exported" : "conversation.exported", call->id,
                "{\"conversations\":%zu}", call->convs_n);
    return err;
}
