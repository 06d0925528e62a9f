/* SPDX-License-Identifier: Apache-2.0 */
/* file.ask, and the phone's code of view.phone: rights to send a picture or a clip. The bytes go by HTTP. */
#include <stdio.h>
#include <string.h>

#include "media/sniff.h"
#include "media/sniff_video.h"
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/upload.h"

enum { URL_BYTES = 2048 };

static bool is_kind(const struct vt_msg_file_ask *msg, struct vt_str kind)
{
    return msg->type.len >= kind.len && memcmp(msg->type.ptr, kind.ptr, kind.len) == 0;
}

static bool is_clip(const struct vt_msg_file_ask *msg)
{
    return is_kind(msg, VT_STR("video/"));
}

/* Without a type it may be a picture: some browsers do not know their phone's own. */
static int check_ask(struct vt_request *rq, const struct vt_msg_file_ask *msg)
{
    const bool may_be_picture = msg->type.len == 0 || is_kind(msg, VT_STR("image/"));
    if (is_clip(msg))
        return msg->bytes <= VT_CLIP_LIMITS.bytes
                   ? VT_OK
                   : vt_request_fail(rq, VT_ERR_TOO_LARGE, "/d/bytes", "a clip may have 100 MB");
    if (!may_be_picture || vt_str_eq(msg->type, VT_STR("image/svg+xml")))
        return vt_request_fail(
            rq, VT_ERR_FIELD_BAD, "/d/type",
            "taken are JPEG, PNG, WebP, AVIF and HEIF pictures, and MP4, MOV, 3GP, Matroska "
            "and WebM clips");
    if (msg->bytes > VT_SNIFF_LIMITS.bytes)
        return vt_request_fail(rq, VT_ERR_TOO_LARGE, "/d/bytes", "a picture may have 40 MB");
    return VT_OK;
}

static int check_hour(struct vt_request *rq)
{
    const struct vt_conversation *conv = rq->member->conv;
    if (vt_uploads_may(rq->app->deps.uploads, conv->site, conv->conv, &rq->error.after_ms))
        return VT_OK;
    return vt_request_fail(rq, VT_ERR_RATE_LIMITED, "", "20 pictures and clips an hour are taken");
}

static struct vt_upload upload_of(const struct vt_request *rq, enum vt_file_use use, uint64_t bytes)
{
    struct vt_upload upload = { .use = use, .bytes = bytes };
    vt_str_copy(upload.site, sizeof(upload.site), vt_str(rq->member->conv->site));
    vt_str_copy(upload.conv, sizeof(upload.conv), vt_str(rq->member->conv->conv));
    vt_str_copy(upload.who, sizeof(upload.who), vt_str(vt_member_who(rq->member)));
    return upload;
}

static int64_t wall_until(const struct vt_request *rq, const struct vt_upload *upload)
{
    return vt_wall_ms() + upload->until_ms - rq->now_ms;
}

static void base_of(const struct vt_request *rq, char ret_base[URL_BYTES])
{
    vt_str_copy(ret_base, URL_BYTES, vt_str(rq->app->deps.config->base_url));
    size_t len = strlen(ret_base);
    if (len > 0 && ret_base[len - 1] == '/')
        ret_base[len - 1] = '\0';
}

int vt_on_file_ask(struct vt_request *rq)
{
    const struct vt_msg_file_ask *msg = rq->env->msg;
    char base[URL_BYTES], url[URL_BYTES + 8];
    int err = check_ask(rq, msg);
    if (!err)
        err = check_hour(rq);
    if (err)
        return err;
    struct vt_upload upload = upload_of(rq, msg->use, msg->bytes);
    struct vt_str origin = vt_conn_origin(rq->peer->conn);
    if (origin.len >= sizeof(upload.origin))
        return VT_ERR_SITE_FORBIDDEN;
    vt_str_copy(upload.origin, sizeof(upload.origin), origin);
    if (vt_uploads_ticket(rq->app->deps.uploads, &upload) != VT_UPLOAD_OK)
        return vt_request_fail(rq, VT_ERR_OVERLOADED, "", "too many files are being sent");
    base_of(rq, base);
    snprintf(url, sizeof(url), "%s%s", base, is_clip(msg) ? "/v/clip" : "/u");
    struct vt_rep_file_ask rep = { .url = vt_str(url),
                                   .ticket = vt_str(upload.name),
                                   .until = wall_until(rq, &upload) };
    return vt_reply_now(rq, NULL, &rep);
}

/* The address must be one that a phone can reach: ours as configured, else as the console itself came by. */
static void phone_base(const struct vt_request *rq, char ret_base[URL_BYTES])
{
    struct vt_str origin = vt_conn_origin(rq->peer->conn);
    base_of(rq, ret_base);
    if (!ret_base[0] && origin.ptr && vt_sites_origin_own(rq->app->deps.sites, origin))
        vt_str_copy(ret_base, URL_BYTES, origin);
}

int vt_on_view_phone(struct vt_request *rq)
{
    const struct vt_msg_view_phone *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    char base[URL_BYTES], url[URL_BYTES + 64], secret[VT_ID_TEXT];
    if (msg->has_stop && msg->stop) {
        vt_uploads_stop(rq->app->deps.uploads, conv->site, conv->conv, vt_member_who(rq->member));
        return vt_reply_now(rq, NULL, &(struct vt_rep_view_phone){ 0 });
    }
    int err = check_hour(rq);
    if (err)
        return err;
    phone_base(rq, base);
    if (!base[0])
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "",
                               "the server has no base-url, so no phone could be told where to go");
    struct vt_upload upload = upload_of(rq, VT_FILE_USE_VIEW, 0);
    if (vt_uploads_code(rq->app->deps.uploads, &upload, secret) != VT_UPLOAD_OK)
        return vt_request_fail(rq, VT_ERR_OVERLOADED, "", "too many codes are open");
    snprintf(url, sizeof(url), "%s/phone/#%s", base, secret);
    struct vt_rep_view_phone rep = {
        .url = vt_str(url), .until = wall_until(rq, &upload), .has_until = true, .ticket = vt_str(upload.name)
    };
    return vt_reply_now(rq, NULL, &rep);
}
