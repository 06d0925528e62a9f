/* SPDX-License-Identifier: Apache-2.0 */
/* A picture that was sent: a worker makes the first sight of it, and with that it is recorded, kept and
 * shown; its master follows. */
#include <sys/mman.h>

#include "media/sniff.h"
#include "server/auth/digest.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/http/http_internal.h"
#include "server/http/upload_internal.h"
#include "server/upload_show.h"

/* --- seen, recorded, kept --------------------------------------------------------------------------- */

/* Nothing of it has a name yet, and nothing will. */
static void give_up(struct vt_sending *sending, enum vt_media_err err, const char *detail)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, err, "%s", detail);
    problem.retry_after_s = 5;
    vt_media_forget(vt_sending_media(sending), vt_str(sending->id));
    sending->is_over = true;
    vt_sending_refuse(sending, vt_sending_request(sending), &problem);
}

static void work_keep(void *arg)
{
    struct vt_sending *sending = arg;
    sending->keep_err = vt_media_keep_file(vt_sending_media(sending), sending->id, sending->fd);
}

static void handle_kept(void *arg)
{
    struct vt_sending
        *sending = arg; /* busy to the end: keeping may fail at once, and tells handle_taken then */
    if (sending->failure.err) {
        vt_sending_refuse(sending, vt_sending_request(sending), &sending->failure);
    } else if (sending->keep_err == VT_OK && !vt_sending_is_known(sending)) {
        vt_media_erase(vt_sending_media(sending), vt_str(sending->upload.conv), vt_str(sending->id));
        give_up(sending, VT_MEDIA_UNKNOWN, "The conversation was erased meanwhile.");
    } else if (sending->keep_err == VT_OK) {
        vt_media_keep(vt_sending_media(sending), vt_str(sending->id));
        vt_sending_succeed(sending);
    } else if (sending->keep_err == VT_ERR_FULL) {
        give_up(sending, VT_MEDIA_NO_ROOM, "The disk is full.");
    } else {
        give_up(sending, VT_MEDIA_BUSY, "The picture could not be kept. Send it again.");
    }
    sending->is_busy = false;
    vt_sending_free_when_done(sending);
}

static void handle_recorded(void *arg, int err)
{
    struct vt_sending *sending = arg;
    sending->is_busy = false;
    if (sending->failure.err)
        vt_sending_refuse(sending, vt_sending_request(sending), &sending->failure);
    else if (!err &&
             vt_loop_work(vt_sending_app(sending)->deps.loop, work_keep, handle_kept, sending) == VT_OK)
        sending->is_busy = true;
    else
        give_up(sending, VT_MEDIA_BUSY, "Nothing can be stored just now. Send it again in a moment.");
    vt_sending_free_when_done(sending);
}

static void handle_taken(void *arg, enum vt_media_taken stage, const struct vt_media_problem *problem)
{
    struct vt_sending *sending = arg;
    if (stage == VT_TAKEN_OVER) {
        sending->is_over = true;
        if (problem && sending->is_busy)
            sending->failure = *problem;
        else if (problem && !sending->is_told)
            vt_sending_refuse(sending, vt_sending_request(sending), problem);
        else if (problem && sending->is_told)
            vt_upload_tell(vt_sending_app(sending), &sending->upload, VT_FILE_STATE_REFUSED,
                           (struct vt_str){ NULL, 0 }, problem->detail);
        vt_sending_free_when_done(sending);
        return;
    }
    vt_sending_record(sending, VT_MEDIUM_PICTURE, handle_recorded);
}

/* The same picture in the same conversation once more: it is there, or on its way. */
static void handle_known(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct vt_sending *sending = arg;
    sending->is_over = true;
    if (master)
        vt_sending_succeed(sending);
    else
        vt_sending_refuse(sending, vt_sending_request(sending), problem);
    vt_sending_free_when_done(sending);
}

/* --- the whole body is there ------------------------------------------------------------------------ */

/* By its own header and before any pixel; a worker judges again, and the rest. */
static enum vt_media_err judge(struct vt_sending *sending, struct vt_media_problem *problem)
{
    const struct vt_sniff_limits limits = VT_SNIFF_LIMITS;
    size_t len = (size_t)sending->got;
    void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, sending->fd, 0);
    if (bytes == MAP_FAILED)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    struct vt_sniffed sniffed = vt_sniff_header(bytes, len);
    enum vt_media_err err = vt_sniff_check(&sniffed, len, &limits, problem);
    vt_sniff_upright(&sniffed, &sending->width, &sending->height);
    munmap(bytes, len);
    return err;
}

/* From here on it no longer depends on the request: whoever waits for it may leave. */
enum vt_media_err vt_upload_picture(struct vt_sending *sending, struct vt_http_req *req,
                                    struct vt_media_problem *problem)
{
    char sha[VT_SHA256_TEXT];
    enum vt_media_err err = judge(sending, problem);
    if (err)
        return err;
    if (vt_sha256_end(VT_TAKE(sending->sha), sha) != VT_OK ||
        !vt_sending_name(sending, "upload", vt_str(sha)))
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The picture could not be kept. Send it again.");
    vt_upload_tell(vt_sending_app(sending), &sending->upload, VT_FILE_STATE_CHECKING,
                   (struct vt_str){ NULL, 0 }, NULL);
    if (vt_sending_is_known(sending)) {
        sending->handle = vt_http_hold(req);
        vt_media_find(vt_sending_media(sending), vt_str(sending->id), handle_known, sending);
        return VT_MEDIA_OK;
    }
    err = vt_media_take(vt_sending_media(sending), vt_str(sending->upload.site), vt_str(sending->id),
                        sending->fd, handle_taken, sending, problem);
    if (!err)
        sending->handle = vt_http_hold(req);
    return err;
}
