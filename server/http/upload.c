/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "media/sniff.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/conn.h"
#include "server/http/pictures_internal.h"
#include "server/http/upload_internal.h"
#include "server/log.h"
#include "server/media_grant.h"
#include "server/metrics.h"
#include "server/site_secret.h"
#include "server/upload_show.h"

enum {
    SENDING_MOST = 64, /* pictures on their way at once, in all */
    SENDING_CONV = 4,  /* and of one conversation */
    SLOW_AFTER_MS = 20000,
    SLOW_BYTES_S = 4096, /* on average, from then on */
    FREE_PARTS = 20,     /* one of so many of the disk stays free */
    PREFLIGHT_S = 600
};

static struct vt_metric taken = { .name = "vitrine_uploads_total",
                                  .help = "Pictures that people sent.",
                                  .labels = "result=\"taken\"",
                                  .kind = VT_METRIC_COUNTER };
static struct vt_metric refused = { .name = "vitrine_uploads_total",
                                    .help = "Pictures that people sent.",
                                    .labels = "result=\"refused\"",
                                    .kind = VT_METRIC_COUNTER };
static struct vt_metric lost = { .name = "vitrine_uploads_total",
                                 .help = "Pictures that people sent.",
                                 .labels = "result=\"lost\"",
                                 .kind = VT_METRIC_COUNTER };

struct vt_http_uploads {
    struct vt_http_uploads_deps deps;
    struct vt_list sendings; /* list of sending.link */
    size_t n;
};

/* One picture on its way: first with its request, then on its own. */
struct sending {
    struct vt_list link;
    struct vt_http_uploads *owner; /* borrowed */
    struct vt_upload upload;
    int fd; /* owned */
    uint64_t length, got;
    int64_t began_ms;
    struct vt_sha256 *sha; /* owned; NULL once the body is there */
    char id[VT_SIGN_ID + 1];
    uint32_t width, height;
    uint64_t handle;                 /* of the held request */
    int keep_err;                    /* of the work in the pool */
    bool is_told;                    /* answered: shown, or refused */
    bool is_over;                    /* media_service calls no more */
    bool is_busy;                    /* the store or the pool will call */
    struct vt_media_problem failure; /* told by media_service meanwhile; VT_MEDIA_OK: none */
};

static void sending_free(struct sending *sending)
{
    char unused[VT_SHA256_TEXT];
    vt_list_remove(&sending->link);
    sending->owner->n--;
    if (sending->sha)
        vt_sha256_end(sending->sha, unused);
    if (sending->fd >= 0)
        close(sending->fd);
    free(sending);
}

static void free_when_done(struct sending *sending)
{
    if (sending->is_told && sending->is_over && !sending->is_busy)
        sending_free(sending);
}

static struct vt_app *app_of(const struct sending *sending)
{
    return sending->owner->deps.app;
}

/* --- answers ---------------------------------------------------------------------------------------- */

/* A page of the shop reads the answer too. Which origin may use which ticket is the ticket's matter. */
static struct vt_str allow_origin(const struct vt_http_uploads *uploads, struct vt_http_req *req)
{
    struct vt_str origin = vt_http_header(req, "origin");
    char text[VT_UPLOAD_ORIGIN];
    vt_http_set(req, "Vary", "Origin");
    vt_http_set(req, "Cache-Control", "no-store");
    if (!origin.ptr || origin.len >= sizeof(text) ||
        !vt_sites_origin_known(uploads->deps.app->deps.sites, origin))
        return (struct vt_str){ NULL, 0 };
    vt_str_copy(text, sizeof(text), origin);
    vt_http_set(req, "Access-Control-Allow-Origin", text);
    vt_http_set(req, "Access-Control-Expose-Headers", "Retry-After");
    vt_http_set(req, "Cross-Origin-Resource-Policy", "cross-origin");
    return origin;
}

/* The asker is told by the socket, whoever holds the request by its answer. */
static void refuse(struct sending *sending, struct vt_http_req *req, const struct vt_media_problem *problem)
{
    vt_metric_inc(&refused, 1);
    sending->is_told = true;
    vt_upload_tell(app_of(sending), &sending->upload, VT_FILE_STATE_REFUSED, (struct vt_str){ NULL, 0 },
                   problem->detail);
    if (req)
        vt_pictures_problem(req, problem);
}

static struct vt_http_req *request_of(const struct sending *sending)
{
    return vt_http_held(sending->owner->deps.net, sending->handle);
}

static void answer_created(struct sending *sending, struct vt_str media)
{
    struct vt_http_req *req = request_of(sending);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(1024);
    if (!req)
        return;
    vt_buf_text(&json, "{\"id\":");
    vt_buf_json_string(&json, vt_str(sending->id));
    vt_buf_text(&json, ",\"media\":");
    vt_buf_json_string(&json, media);
    vt_buf_printf(&json, ",\"width\":%u,\"height\":%u,\"left\":%u}", sending->width, sending->height,
                  sending->upload.left);
    vt_http_reply_json(req, 201, &json);
}

static void succeed(struct sending *sending)
{
    struct vt_app *app = app_of(sending);
    char media[VT_GRANT_TEXT];
    vt_arena_reset(&app->arena);
    vt_str_copy(media, sizeof(media),
                vt_media_told(app->deps.index, app->deps.sites, &app->arena, vt_str(sending->id)));
    vt_metric_inc(&taken, 1);
    sending->is_told = true;
    answer_created(sending, vt_str(media));
    vt_upload_show(app, &sending->upload, sending->id);
    vt_upload_tell(app, &sending->upload, VT_FILE_STATE_READY, vt_str(media), NULL);
}

/* --- seen, recorded, kept --------------------------------------------------------------------------- */

static bool is_known(const struct sending *sending)
{
    return vt_media_index_find(app_of(sending)->deps.index, vt_str(sending->id)) != NULL;
}

/* Nothing of it has a name yet, and nothing will. */
static void give_up(struct sending *sending, enum vt_media_err err, const char *detail)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, err, "%s", detail);
    problem.retry_after_s = 5;
    vt_media_forget(sending->owner->deps.media, vt_str(sending->id));
    sending->is_over = true;
    refuse(sending, request_of(sending), &problem);
}

static void work_keep(void *arg)
{
    struct sending *sending = arg;
    sending->keep_err = vt_media_keep_file(sending->owner->deps.media, sending->id, sending->fd);
}

static void handle_kept(void *arg)
{
    struct sending *sending = arg;
    sending->is_busy = false;
    if (sending->failure.err) {
        refuse(sending, request_of(sending), &sending->failure);
    } else if (sending->keep_err == VT_OK && !is_known(sending)) {
        vt_media_erase(sending->owner->deps.media, vt_str(sending->upload.conv), vt_str(sending->id));
        give_up(sending, VT_MEDIA_UNKNOWN, "The conversation was erased meanwhile.");
    } else if (sending->keep_err == VT_OK) {
        vt_media_keep(sending->owner->deps.media, vt_str(sending->id));
        succeed(sending);
    } else if (sending->keep_err == VT_ERR_FULL) {
        give_up(sending, VT_MEDIA_NO_ROOM, "The disk is full.");
    } else {
        give_up(sending, VT_MEDIA_BUSY, "The picture could not be kept. Send it again.");
    }
    free_when_done(sending);
}

static void handle_recorded(void *arg, int err)
{
    struct sending *sending = arg;
    sending->is_busy = false;
    if (sending->failure.err)
        refuse(sending, request_of(sending), &sending->failure);
    else if (!err && vt_loop_work(app_of(sending)->deps.loop, work_keep, handle_kept, sending) == VT_OK)
        sending->is_busy = true;
    else
        give_up(sending, VT_MEDIA_BUSY, "Nothing can be stored just now. Send it again in a moment.");
    free_when_done(sending);
}

static void handle_taken(void *arg, enum vt_media_taken stage, const struct vt_media_problem *problem)
{
    struct sending *sending = arg;
    if (stage == VT_TAKEN_OVER) {
        sending->is_over = true;
        if (problem && sending->is_busy)
            sending->failure = *problem;
        else if (problem && !sending->is_told)
            refuse(sending, request_of(sending), problem);
        else if (problem && sending->is_told)
            vt_upload_tell(app_of(sending), &sending->upload, VT_FILE_STATE_REFUSED,
                           (struct vt_str){ NULL, 0 }, problem->detail);
        free_when_done(sending);
        return;
    }
    struct vt_medium medium = {
        .kind = VT_MEDIUM_PICTURE, .width = sending->width, .height = sending->height, .created = vt_wall_ms()
    };
    vt_str_copy(medium.id, sizeof(medium.id), vt_str(sending->id));
    vt_str_copy(medium.site, sizeof(medium.site), vt_str(sending->upload.site));
    vt_str_copy(medium.conv, sizeof(medium.conv), vt_str(sending->upload.conv));
    sending->is_busy = true;
    if (vt_media_index_add(app_of(sending)->deps.index, &medium, handle_recorded, sending) != VT_OK)
        handle_recorded(sending, VT_ERR_FULL);
}

/* The same picture in the same conversation once more: it is there, or on its way. */
static void handle_known(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct sending *sending = arg;
    sending->is_over = true;
    if (master)
        succeed(sending);
    else
        refuse(sending, request_of(sending), problem);
    free_when_done(sending);
}

/* --- the whole body is there ------------------------------------------------------------------------ */

/* By its own header and before any pixel; a worker judges again, and the rest. */
static enum vt_media_err judge(struct sending *sending, struct vt_media_problem *problem)
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

static bool name_it(struct sending *sending)
{
    char sha[VT_SHA256_TEXT];
    const struct vt_site *site = vt_sites_by_id(app_of(sending)->deps.sites, vt_str(sending->upload.site));
    return vt_sha256_end(VT_TAKE(sending->sha), sha) == VT_OK && site &&
           vt_site_media_id(site, "upload", vt_str(sending->upload.conv), vt_str(sha), sending->id) == VT_OK;
}

static enum vt_media_err check_whole(struct sending *sending, struct vt_media_problem *problem)
{
    enum vt_media_err err = judge(sending, problem);
    if (!err && !name_it(sending))
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The picture could not be kept. Send it again.");
    return err;
}

/* From here on it no longer depends on the request: whoever waits for it may leave. */
static void handle_whole(struct vt_http_req *req, void *owner)
{
    struct vt_http_uploads *uploads = owner;
    struct sending *sending = vt_http_take(req);
    struct vt_media_problem problem;
    enum vt_media_err err = check_whole(sending, &problem);
    if (err) {
        refuse(sending, req, &problem);
        sending_free(sending);
        return;
    }
    vt_upload_tell(app_of(sending), &sending->upload, VT_FILE_STATE_CHECKING, (struct vt_str){ NULL, 0 },
                   NULL);
    if (is_known(sending)) {
        sending->handle = vt_http_hold(req);
        vt_media_find(uploads->deps.media, vt_str(sending->id), handle_known, sending);
        return;
    }
    err = vt_media_take(uploads->deps.media, vt_str(sending->id), sending->fd, handle_taken, sending,
                        &problem);
    if (err) {
        refuse(sending, req, &problem);
        sending_free(sending);
        return;
    }
    sending->handle = vt_http_hold(req);
}

/* --- the body as it comes ------------------------------------------------------------------------------ */

static void handle_lost(void *state)
{
    struct sending *sending = state;
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_TRUNCATED,
                         "The connection broke before the whole picture had come.");
    if (!sending->is_told) {
        vt_metric_inc(&lost, 1);
        refuse(sending, NULL, &problem);
    }
    sending_free(sending);
}

static enum vt_media_err write_piece(struct sending *sending, struct vt_str bytes,
                                     struct vt_media_problem *problem)
{
    while (bytes.len > 0) {
        ssize_t n = write(sending->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return errno == ENOSPC || errno == EDQUOT
                       ? vt_media_problem_set(problem, VT_MEDIA_NO_ROOM, "The disk is full.")
                       : vt_media_problem_set(problem, VT_MEDIA_BUSY, "The picture could not be written.");
        bytes = (struct vt_str){ bytes.ptr + n, bytes.len - (size_t)n };
    }
    return VT_MEDIA_OK;
}

static bool is_too_slow(const struct sending *sending)
{
    int64_t spent_ms = vt_now_ms() - sending->began_ms;
    return spent_ms > SLOW_AFTER_MS &&
           sending->got < (uint64_t)(spent_ms - SLOW_AFTER_MS) * SLOW_BYTES_S / 1000;
}

/* Written and hashed here, on the loop: a piece is at most 64 KiB, and the page cache takes it in some
 * microseconds, as it gives the pieces of answers. */
static void handle_piece(struct vt_http_req *req, void *owner, struct vt_str bytes)
{
    struct sending *sending = vt_http_kept(req);
    struct vt_media_problem problem;
    (void)owner;
    enum vt_media_err err = write_piece(sending, bytes, &problem);
    sending->got += bytes.len;
    if (!err && vt_sha256_add(sending->sha, bytes.ptr, bytes.len) != VT_OK)
        err = vt_media_problem_set(&problem, VT_MEDIA_BUSY, "The server is short of memory.");
    if (!err && is_too_slow(sending))
        err = vt_media_problem_limit(&problem, VT_MEDIA_DEADLINE, SLOW_BYTES_S, 0,
                                     "The picture comes too slowly; send it again over a better line.");
    if (err) {
        req->close = true;
        refuse(sending, req, &problem);
    }
}

/* --- the beginning ---------------------------------------------------------------------------------------
 */

static size_t count_conv(const struct vt_http_uploads *uploads, const struct vt_upload *upload)
{
    size_t n = 0;
    VT_LIST_EACH (sending, (struct vt_list *)&uploads->sendings, struct sending, link)
        n += strcmp(sending->upload.conv, upload->conv) == 0 &&
             strcmp(sending->upload.site, upload->site) == 0;
    return n;
}

static bool has_disk(int fd, uint64_t length)
{
    struct statvfs fs;
    if (fstatvfs(fd, &fs) != 0)
        return false;
    uint64_t kept = (uint64_t)fs.f_blocks / FREE_PARTS * fs.f_frsize;
    return (uint64_t)fs.f_bavail * fs.f_frsize > kept + 2 * length; /* itself, and its master */
}

static enum vt_media_err check_length(const struct vt_upload *upload, uint64_t length,
                                      struct vt_media_problem *problem)
{
    if (length == 0)
        return vt_media_problem_set(problem, VT_MEDIA_TRUNCATED,
                                    "The body is empty; send the picture's bytes.");
    if (upload->bytes != 0 && upload->bytes != length)
        return vt_media_problem_limit(problem, VT_MEDIA_SYNTAX, upload->bytes, length,
                                      "%llu bytes came on a ticket for %llu. Ask for a ticket for this file.",
                                      (unsigned long long)length, (unsigned long long)upload->bytes);
    return VT_MEDIA_OK;
}

static struct sending *sending_create(struct vt_http_uploads *uploads, const struct vt_upload *upload,
                                      uint64_t length)
{
    struct sending *sending = calloc(1, sizeof(*sending));
    if (!sending)
        return NULL;
    sending->owner = uploads;
    sending->upload = *upload;
    sending->length = length;
    sending->began_ms = vt_now_ms();
    sending->fd = -1;
    vt_list_append(&uploads->sendings, &sending->link);
    uploads->n++;
    return sending;
}

static enum vt_media_err open_file(struct sending *sending, struct vt_media_problem *problem)
{
    struct vt_http_uploads *uploads = sending->owner;
    if (uploads->n > SENDING_MOST || count_conv(uploads, &sending->upload) > SENDING_CONV) {
        vt_upload_problem(VT_UPLOAD_FULL, 0, problem);
        return problem->err;
    }
    sending->fd = vt_media_blank(uploads->deps.media);
    sending->sha = vt_sha256_begin();
    if (sending->fd < 0 ? errno == ENOSPC || errno == EDQUOT : !has_disk(sending->fd, sending->length))
        return vt_media_problem_set(problem, VT_MEDIA_NO_ROOM, "The disk is full.");
    if (sending->fd < 0 || !sending->sha)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    return VT_MEDIA_OK;
}

/* True: the request may use what it brought, and `ret_upload` says for what. */
static bool take_right(struct vt_http_uploads *uploads, struct vt_http_req *req, struct vt_str origin,
                       struct vt_upload *ret_upload, struct vt_media_problem *problem)
{
    struct vt_uploads *rights = uploads->deps.app->deps.uploads;
    struct vt_str bearer = vt_upload_bearer(vt_http_header(req, "authorization"));
    uint32_t after_ms = 0;
    if (!bearer.ptr) {
        vt_media_problem_set(problem, VT_MEDIA_SIGNATURE, "Authorization must be \"Bearer\" and a ticket.");
        return false;
    }
    enum vt_upload_err err = vt_uploads_take(rights, bearer, origin, ret_upload);
    if (err == VT_UPLOAD_OK)
        return true;
    if (err == VT_UPLOAD_HOURLY)
        vt_uploads_may(rights, ret_upload->site, ret_upload->conv, &after_ms);
    vt_upload_problem(err, after_ms, problem);
    return false;
}

static void handle_begin(struct vt_http_req *req, void *owner, uint64_t length)
{
    const struct vt_sniff_limits limits = VT_SNIFF_LIMITS;
    struct vt_http_uploads *uploads = owner;
    struct vt_media_problem problem;
    struct vt_upload upload;
    struct vt_str origin = allow_origin(uploads, req);
    if (length > limits.bytes) {
        vt_media_problem_limit(&problem, VT_MEDIA_TOO_BIG, limits.bytes, length,
                               "The picture has %llu bytes; %llu are allowed.", (unsigned long long)length,
                               (unsigned long long)limits.bytes);
        vt_pictures_problem(req, &problem);
        return;
    }
    if (!take_right(uploads, req, origin, &upload, &problem)) {
        vt_metric_inc(&refused, 1);
        vt_pictures_problem(req, &problem);
        return;
    }
    struct sending *sending = sending_create(uploads, &upload, length);
    if (!sending) {
        vt_http_problem(req, 503, "busy", "Busy", "The server is short of memory.");
        return;
    }
    enum vt_media_err err = check_length(&upload, length, &problem);
    if (!err)
        err = open_file(sending, &problem);
    if (err) {
        refuse(sending, req, &problem);
        sending_free(sending);
        return;
    }
    vt_http_keep(req, sending, handle_lost);
}

/* --- the whole ---------------------------------------------------------------------------------------------
 */

static void handle_preflight(struct vt_http_req *req, void *owner)
{
    char seconds[16];
    snprintf(seconds, sizeof(seconds), "%d", PREFLIGHT_S);
    if (allow_origin(owner, req).ptr) {
        vt_http_set(req, "Access-Control-Allow-Methods", "POST");
        vt_http_set(req, "Access-Control-Allow-Headers", "Authorization, Content-Type");
        vt_http_set(req, "Access-Control-Max-Age", seconds);
    }
    vt_http_reply(req, 204, NULL, VT_STR(""));
}

static int make_routes(struct vt_http_uploads *uploads)
{
    static const struct vt_http_sink sink = { .begin = handle_begin, .piece = handle_piece };
    struct vt_net *net = uploads->deps.net;
    size_t most = (size_t)VT_SNIFF_LIMITS.bytes;
    int err = vt_http_route_sink(net, "/u", most, &sink, handle_whole, uploads);
    if (!err)
        err = vt_http_route(net, VT_OPTIONS, "/u", 0, handle_preflight, uploads);
    return err ? err : vt_upload_phone_mount(net, uploads->deps.app);
}

struct vt_http_uploads *vt_http_uploads_mount(const struct vt_http_uploads_deps *deps)
{
    struct vt_http_uploads *uploads = calloc(1, sizeof(*uploads));
    if (!uploads)
        return NULL;
    uploads->deps = *deps;
    vt_list_init(&uploads->sendings);
    vt_metrics_add(&taken);
    vt_metrics_add(&refused);
    vt_metrics_add(&lost);
    if (make_routes(uploads) != VT_OK) {
        vt_http_uploads_destroy(uploads);
        return NULL;
    }
    return uploads;
}

void vt_http_uploads_destroy(struct vt_http_uploads *uploads)
{
    if (!uploads)
        return;
    VT_LIST_EACH (sending, &uploads->sendings, struct sending, link)
        sending_free(sending);
    free(uploads);
}
