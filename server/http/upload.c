/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media/room.h"
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
    SENDING_MOST = 64, /* files on their way at once, in all */
    SENDING_CONV = 4,  /* and of one conversation */
    SLOW_AFTER_MS = 20000,
    SLOW_BYTES_S = 4096, /* on average, from then on */
    TIMES = 2,           /* on the disk: itself, and its master */
    PREFLIGHT_S = 600
};

static struct vt_metric taken = { .name = "vitrine_uploads_total",
                                  .help = "Pictures and clips that people sent.",
                                  .labels = "result=\"taken\"",
                                  .kind = VT_METRIC_COUNTER };
static struct vt_metric refused = { .name = "vitrine_uploads_total",
                                    .help = "Pictures and clips that people sent.",
                                    .labels = "result=\"refused\"",
                                    .kind = VT_METRIC_COUNTER };
static struct vt_metric lost = { .name = "vitrine_uploads_total",
                                 .help = "Pictures and clips that people sent.",
                                 .labels = "result=\"lost\"",
                                 .kind = VT_METRIC_COUNTER };

void vt_sending_free(struct vt_sending *sending)
{
    char unused[VT_SHA256_TEXT];
    vt_list_remove(&sending->link);
    sending->door->uploads->n--;
    if (sending->sha)
        vt_sha256_end(sending->sha, unused);
    if (sending->fd >= 0)
        close(sending->fd);
    free(sending);
}

void vt_sending_free_when_done(struct vt_sending *sending)
{
    if (sending->is_told && sending->is_over && !sending->is_busy)
        vt_sending_free(sending);
}

struct vt_app *vt_sending_app(const struct vt_sending *sending)
{
    return sending->door->uploads->deps.app;
}

struct vt_media *vt_sending_media(const struct vt_sending *sending)
{
    return sending->door->uploads->deps.media;
}

bool vt_sending_is_known(const struct vt_sending *sending)
{
    return vt_media_index_find(vt_sending_app(sending)->deps.index, vt_str(sending->id)) != NULL;
}

bool vt_sending_name(struct vt_sending *sending, const char *kind, struct vt_str content)
{
    const struct vt_site *site = vt_sites_by_id(vt_sending_app(sending)->deps.sites,
                                                vt_str(sending->upload.site));
    return site && vt_site_media_id(site, kind, vt_str(sending->upload.conv), content, sending->id) == VT_OK;
}

void vt_sending_record(struct vt_sending *sending, enum vt_medium_kind kind, vt_store_done_fn *recorded)
{
    struct vt_medium medium = {
        .kind = kind, .width = sending->width, .height = sending->height, .created = vt_wall_ms()
    };
    vt_str_copy(medium.id, sizeof(medium.id), vt_str(sending->id));
    vt_str_copy(medium.site, sizeof(medium.site), vt_str(sending->upload.site));
    vt_str_copy(medium.conv, sizeof(medium.conv), vt_str(sending->upload.conv));
    sending->is_busy = true;
    if (vt_media_index_add(vt_sending_app(sending)->deps.index, &medium, recorded, sending) != VT_OK)
        recorded(sending, VT_ERR_FULL);
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
void vt_sending_refuse(struct vt_sending *sending, struct vt_http_req *req,
                       const struct vt_media_problem *problem)
{
    vt_metric_inc(&refused, 1);
    sending->is_told = true;
    vt_upload_tell(vt_sending_app(sending), &sending->upload, VT_FILE_STATE_REFUSED,
                   (struct vt_str){ NULL, 0 }, problem->detail);
    if (req)
        vt_pictures_problem(req, problem);
}

struct vt_http_req *vt_sending_request(const struct vt_sending *sending)
{
    return vt_http_held(sending->door->uploads->deps.net, sending->handle);
}

static void answer_created(struct vt_sending *sending, struct vt_str media)
{
    struct vt_http_req *req = vt_sending_request(sending);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(1024);
    if (!req)
        return;
    vt_buf_text(&json, "{\"id\":");
    vt_buf_json_string(&json, vt_str(sending->id));
    vt_buf_text(&json, ",\"media\":");
    vt_buf_json_string(&json, media);
    vt_buf_printf(&json, ",\"width\":%u,\"height\":%u,\"left\":%u", sending->width, sending->height,
                  sending->upload.left);
    if (sending->clip.to_ms > 0)
        vt_buf_printf(&json, ",\"seconds\":%u.%03u,\"sound\":\"%s\"", vt_clip_ms(&sending->clip) / 1000,
                      vt_clip_ms(&sending->clip) % 1000,
                      sending->clip.has_sound   ? "kept"
                      : sending->has_lost_sound ? "left-out"
                                                : "none");
    vt_buf_byte(&json, '}');
    vt_http_reply_json(req, 201, &json);
}

void vt_sending_succeed(struct vt_sending *sending)
{
    struct vt_app *app = vt_sending_app(sending);
    char media[VT_GRANT_TEXT];
    vt_arena_reset(&app->arena);
    vt_str_copy(media, sizeof(media),
                vt_media_told(app->deps.index, app->deps.sites, &app->arena, vt_str(sending->id)));
    vt_metric_inc(&taken, 1);
    sending->is_told = true;
    answer_created(sending, vt_str(media));
    vt_upload_show(app, &sending->upload, sending->id, vt_str(media));
}

/* --- the body as it comes ------------------------------------------------------------------------------ */

static void handle_lost(void *state)
{
    struct vt_sending *sending = state;
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_TRUNCATED, "The connection broke before the whole %s had come.",
                         sending->door->what);
    if (!sending->is_told) {
        vt_metric_inc(&lost, 1);
        vt_sending_refuse(sending, NULL, &problem);
    }
    vt_sending_free(sending);
}

static enum vt_media_err write_piece(struct vt_sending *sending, struct vt_str bytes,
                                     struct vt_media_problem *problem)
{
    while (bytes.len > 0) {
        ssize_t n = write(sending->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return errno == ENOSPC || errno == EDQUOT
                       ? vt_media_problem_set(problem, VT_MEDIA_NO_ROOM, "The disk is full.")
                       : vt_media_problem_set(problem, VT_MEDIA_BUSY, "The %s could not be written.",
                                              sending->door->what);
        bytes = (struct vt_str){ bytes.ptr + n, bytes.len - (size_t)n };
    }
    return VT_MEDIA_OK;
}

static bool is_too_slow(const struct vt_sending *sending)
{
    int64_t spent_ms = vt_now_ms() - sending->began_ms;
    return spent_ms > SLOW_AFTER_MS &&
           sending->got < (uint64_t)(spent_ms - SLOW_AFTER_MS) * SLOW_BYTES_S / 1000;
}

/* Written and hashed here, on the loop: a piece is at most 64 KiB, and the page cache takes it in some
 * microseconds, as it gives the pieces of answers. */
static void handle_piece(struct vt_http_req *req, void *owner, struct vt_str bytes)
{
    struct vt_sending *sending = vt_http_kept(req);
    struct vt_media_problem problem;
    (void)owner;
    enum vt_media_err err = write_piece(sending, bytes, &problem);
    sending->got += bytes.len;
    if (!err && vt_sha256_add(sending->sha, bytes.ptr, bytes.len) != VT_OK)
        err = vt_media_problem_set(&problem, VT_MEDIA_BUSY, "The server is short of memory.");
    if (!err && is_too_slow(sending))
        err = vt_media_problem_limit(&problem, VT_MEDIA_DEADLINE, SLOW_BYTES_S, 0,
                                     "The %s comes too slowly; send it again over a better line.",
                                     sending->door->what);
    if (err) {
        req->close = true;
        vt_sending_refuse(sending, req, &problem);
    }
}

/* --- the beginning ---------------------------------------------------------------------------------------
 */

static size_t count_conv(const struct vt_http_uploads *uploads, const struct vt_upload *upload)
{
    size_t n = 0;
    VT_LIST_EACH (sending, (struct vt_list *)&uploads->sendings, struct vt_sending, link)
        n += strcmp(sending->upload.conv, upload->conv) == 0 &&
             strcmp(sending->upload.site, upload->site) == 0;
    return n;
}

static enum vt_media_err check_length(const struct vt_upload *upload, uint64_t length,
                                      struct vt_media_problem *problem)
{
    if (length == 0)
        return vt_media_problem_set(problem, VT_MEDIA_TRUNCATED,
                                    "The body is empty; send the bytes of a picture or a clip.");
    if (upload->bytes != 0 && upload->bytes != length)
        return vt_media_problem_limit(problem, VT_MEDIA_SYNTAX, upload->bytes, length,
                                      "%llu bytes came on a ticket for %llu. Ask for a ticket for this file.",
                                      (unsigned long long)length, (unsigned long long)upload->bytes);
    return VT_MEDIA_OK;
}

static struct vt_sending *sending_create(const struct vt_upload_door *door, const struct vt_upload *upload,
                                         uint64_t length)
{
    struct vt_http_uploads *uploads = door->uploads;
    struct vt_sending *sending = calloc(1, sizeof(*sending));
    if (!sending)
        return NULL;
    sending->door = door;
    sending->upload = *upload;
    sending->length = length;
    sending->began_ms = vt_now_ms();
    sending->fd = -1;
    vt_list_append(&uploads->sendings, &sending->link);
    uploads->n++;
    return sending;
}

static enum vt_media_err open_file(struct vt_sending *sending, struct vt_media_problem *problem)
{
    struct vt_http_uploads *uploads = sending->door->uploads;
    if (uploads->n > SENDING_MOST || count_conv(uploads, &sending->upload) > SENDING_CONV) {
        vt_upload_problem(VT_UPLOAD_FULL, 0, problem);
        return problem->err;
    }
    sending->fd = vt_media_blank(uploads->deps.media);
    sending->sha = vt_sha256_begin();
    if (sending->fd < 0 ? errno == ENOSPC || errno == EDQUOT
                        : !vt_room_for(sending->fd, TIMES * sending->length))
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

static enum vt_media_err check_begin(struct vt_sending *sending, struct vt_http_req *req,
                                     struct vt_media_problem *problem)
{
    const struct vt_upload_door *door = sending->door;
    enum vt_media_err err = check_length(&sending->upload, sending->length, problem);
    if (!err && door->begin)
        err = door->begin(sending, req, problem);
    return err ? err : open_file(sending, problem);
}

static void handle_begin(struct vt_http_req *req, void *owner, uint64_t length)
{
    const struct vt_upload_door *door = owner;
    struct vt_media_problem problem;
    struct vt_upload upload;
    struct vt_str origin = allow_origin(door->uploads, req);
    if (length > door->bytes) {
        vt_media_problem_limit(&problem, VT_MEDIA_TOO_BIG, door->bytes, length,
                               "The %s has %llu bytes; %llu are allowed.", door->what,
                               (unsigned long long)length, (unsigned long long)door->bytes);
        vt_pictures_problem(req, &problem);
        return;
    }
    if (!take_right(door->uploads, req, origin, &upload, &problem)) {
        vt_metric_inc(&refused, 1);
        vt_pictures_problem(req, &problem);
        return;
    }
    struct vt_sending *sending = sending_create(door, &upload, length);
    if (!sending) {
        vt_http_problem(req, 503, "busy", "Busy", "The server is short of memory.");
        return;
    }
    if (check_begin(sending, req, &problem) != VT_MEDIA_OK) {
        vt_sending_refuse(sending, req, &problem);
        vt_sending_free(sending);
        return;
    }
    vt_http_keep(req, sending, handle_lost);
}

static void handle_whole(struct vt_http_req *req, void *owner)
{
    const struct vt_upload_door *door = owner;
    struct vt_sending *sending = vt_http_take(req);
    struct vt_media_problem problem;
    if (door->whole(sending, req, &problem) == VT_MEDIA_OK)
        return;
    vt_sending_refuse(sending, req, &problem);
    vt_sending_free(sending);
}

/* --- the whole ---------------------------------------------------------------------------------------------
 */

static void handle_preflight(struct vt_http_req *req, void *owner)
{
    const struct vt_upload_door *door = owner;
    char seconds[16];
    snprintf(seconds, sizeof(seconds), "%d", PREFLIGHT_S);
    if (allow_origin(door->uploads, req).ptr) {
        vt_http_set(req, "Access-Control-Allow-Methods", "POST");
        vt_http_set(req, "Access-Control-Allow-Headers", "Authorization, Content-Type");
        vt_http_set(req, "Access-Control-Max-Age", seconds);
    }
    vt_http_reply(req, 204, NULL, VT_STR(""));
}

static int make_door(struct vt_net *net, const char *path, struct vt_upload_door *door)
{
    static const struct vt_http_sink sink = { .begin = handle_begin, .piece = handle_piece };
    int err = vt_http_route_sink(net, path, (size_t)door->bytes, &sink, handle_whole, door);
    return err ? err : vt_http_route(net, VT_OPTIONS, path, 0, handle_preflight, door);
}

static int make_routes(struct vt_http_uploads *uploads)
{
    struct vt_net *net = uploads->deps.net;
    uploads->doors[0] = (struct vt_upload_door){
        .uploads = uploads, .what = "picture", .bytes = VT_SNIFF_LIMITS.bytes, .whole = vt_upload_picture
    };
    uploads->doors[1] = (struct vt_upload_door){ .uploads = uploads,
                                                 .what = "clip",
                                                 .bytes = VT_CLIP_LIMITS.bytes,
                                                 .begin = vt_upload_clip_begin,
                                                 .whole = vt_upload_clip };
    int err = make_door(net, "/u", &uploads->doors[0]);
    if (!err)
        err = make_door(net, "/v/clip", &uploads->doors[1]);
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
    VT_LIST_EACH (sending, &uploads->sendings, struct vt_sending, link)
        vt_sending_free(sending);
    free(uploads);
}
