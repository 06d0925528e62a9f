/* SPDX-License-Identifier: Apache-2.0 */
/* A clip that was sent: a worker cuts it, and with that it is recorded, kept and shown; it is coded anew
 * meanwhile. The same part of the same file in the same conversation is one clip. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/auth/digest.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/http/http_internal.h"
#include "server/http/path.h"
#include "server/http/upload_internal.h"
#include "server/media_clip.h"
#include "server/upload_show.h"

enum { SECONDS_MOST = 100000, MS_DIGITS = 3 };

/* --- what the address says --------------------------------------------------------------------------------
 */

/* "7", "7.5" or "7.532". */
static bool read_seconds(struct vt_str text, uint64_t *ret_ms)
{
    uint64_t whole, part = 0;
    const char *dot = memchr(text.ptr, '.', text.len);
    const struct vt_str head = { text.ptr, dot ? (size_t)(dot - text.ptr) : text.len };
    struct vt_str tail = { dot ? dot + 1 : NULL, dot ? text.len - head.len - 1 : 0 };
    if (vt_str_to_u64(head, 0, SECONDS_MOST, &whole) != VT_OK || tail.len > MS_DIGITS ||
        (dot && vt_str_to_u64(tail, 0, UINT32_MAX, &part) != VT_OK))
        return false;
    for (size_t i = tail.len; dot && i < MS_DIGITS; i++)
        part *= 10;
    *ret_ms = whole * 1000 + part;
    return true;
}

static enum vt_media_err read_time(struct vt_http_req *req, const char *name, uint64_t *ret_ms,
                                   struct vt_media_problem *problem)
{
    struct vt_str text;
    if (vt_http_query_get(&req->arena, req->query, name, &text) != VT_OK)
        return VT_MEDIA_OK;
    if (read_seconds(text, ret_ms))
        return VT_MEDIA_OK;
    return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                "\"%s\" is a time in seconds, as 7 or 7.5; \"%s\" came.", name,
                                vt_media_quote(text).text);
}

enum vt_media_err vt_upload_clip_begin(struct vt_sending *sending, struct vt_http_req *req,
                                       struct vt_media_problem *problem)
{
    enum vt_media_err err = read_time(req, "from", &sending->from_ms, problem);
    return err ? err : read_time(req, "to", &sending->to_ms, problem);
}

/* --- cut, recorded, kept ----------------------------------------------------------------------------------
 */

static void give_up(struct vt_sending *sending, enum vt_media_err err, const char *detail)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, err, "%s", detail);
    problem.retry_after_s = 5;
    vt_sending_refuse(sending, vt_sending_request(sending), &problem);
}

static void work_keep(void *arg)
{
    struct vt_sending *sending = arg;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_CLIP_TEXT_MAX);
    sending->keep_err = vt_clip_text(&sending->clip, &text);
    if (!sending->keep_err)
        sending->keep_err = vt_media_clip_keep(vt_sending_media(sending), sending->id, vt_buf_view(&text),
                                               sending->fd);
}

static void handle_kept(void *arg)
{
    struct vt_sending *sending = arg;
    struct vt_media *media = vt_sending_media(sending);
    sending->is_busy = false;
    if (sending->keep_err == VT_ERR_FULL) {
        give_up(sending, VT_MEDIA_NO_ROOM, "The disk is full.");
    } else if (sending->keep_err) {
        give_up(sending, VT_MEDIA_BUSY, "The clip could not be kept. Send it again.");
    } else if (!vt_sending_is_known(sending)) {
        vt_media_erase(media, vt_str(sending->upload.conv), vt_str(sending->id));
        give_up(sending, VT_MEDIA_UNKNOWN, "The conversation was erased meanwhile.");
    } else {
        vt_media_clip_make(media, vt_str(sending->id));
        vt_sending_succeed(sending);
    }
    vt_sending_free_when_done(sending);
}

static void handle_recorded(void *arg, int err)
{
    struct vt_sending *sending = arg;
    sending->is_busy = false;
    if (!err && vt_loop_work(vt_sending_app(sending)->deps.loop, work_keep, handle_kept, sending) == VT_OK)
        sending->is_busy = true;
    else
        give_up(sending, VT_MEDIA_BUSY, "Nothing can be stored just now. Send it again in a moment.");
    vt_sending_free_when_done(sending);
}

/* What was sent goes; from here on the part is the file. */
static void handle_cut(void *arg, const struct vt_media_problem *problem, int cut_fd)
{
    struct vt_sending *sending = arg;
    sending->is_over = true;
    if (problem) {
        vt_sending_refuse(sending, vt_sending_request(sending), problem);
    } else if (dup3(cut_fd, sending->fd, O_CLOEXEC) < 0) {
        give_up(sending, VT_MEDIA_BUSY, "Too many files are open. Send it again in a moment.");
    } else {
        vt_sending_record(sending, VT_MEDIUM_CLIP, handle_recorded);
        return;
    }
    vt_sending_free_when_done(sending);
}

/* --- the whole body is there ------------------------------------------------------------------------------
 */

/* By its own header and before anything is decoded; the worker judges again what it finds. */
static enum vt_media_err judge(struct vt_sending *sending, struct vt_media_problem *problem)
{
    const struct vt_clip_limits limits = VT_CLIP_LIMITS;
    const size_t len = (size_t)sending->got;
    void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, sending->fd, 0);
    if (bytes == MAP_FAILED)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    const struct vt_sniffed_clip sniffed = vt_sniff_clip(bytes, len);
    munmap(bytes, len);
    enum vt_media_err err = vt_sniff_clip_check(&sniffed, len, &limits, problem);
    if (!err)
        err = vt_clip_choose(&sniffed, sending->from_ms, sending->to_ms, &sending->clip, problem);
    sending->width = sending->clip.width;
    sending->height = sending->clip.height;
    sending->has_lost_sound = sniffed.sound == VT_CLIP_OTHER;
    return err;
}

/* By the file and by what was chosen of it. */
static bool name_it(struct vt_sending *sending, struct vt_buf *text)
{
    char sha[VT_SHA256_TEXT];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf whole = VT_BUF_INIT(VT_CLIP_TEXT_MAX + VT_SHA256_TEXT);
    if (vt_sha256_end(VT_TAKE(sending->sha), sha) != VT_OK || vt_clip_text(&sending->clip, text) != VT_OK)
        return false;
    vt_buf_text(&whole, sha);
    return vt_buf_append(&whole, text->data, text->len) == VT_OK &&
           vt_sha256_hex(vt_buf_view(&whole), sha) == VT_OK && vt_sending_name(sending, "clip", vt_str(sha));
}

static bool is_there(const struct vt_sending *sending)
{
    bool is_made;
    int fd = vt_sending_is_known(sending)
                 ? vt_media_clip_open(vt_sending_media(sending), vt_str(sending->id), &is_made)
                 : -1;
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

enum vt_media_err vt_upload_clip(struct vt_sending *sending, struct vt_http_req *req,
                                 struct vt_media_problem *problem)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_CLIP_TEXT_MAX);
    enum vt_media_err err = judge(sending, problem);
    if (err)
        return err;
    if (!name_it(sending, &text))
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The clip could not be kept. Send it again.");
    vt_upload_tell(vt_sending_app(sending), &sending->upload, VT_FILE_STATE_CHECKING,
                   (struct vt_str){ NULL, 0 }, NULL);
    if (is_there(sending)) {
        sending->handle = vt_http_hold(req);
        sending->is_over = true;
        vt_sending_succeed(sending);
        vt_sending_free_when_done(sending);
        return VT_MEDIA_OK;
    }
    err = vt_media_cut(vt_sending_media(sending), vt_str(sending->id), vt_buf_cstr(&text), sending->fd,
                       handle_cut, sending, problem);
    if (!err)
        sending->handle = vt_http_hold(req);
    return err;
}
