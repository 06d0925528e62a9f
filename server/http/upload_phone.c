/* SPDX-License-Identifier: Apache-2.0 */
/* POST /u/phone: a phone opens the code it has scanned. And why a right to send is none, for both ways. */
#include "server/base/ids.h"
#include "server/conn.h"
#include "server/http/pictures_internal.h"
#include "server/http/upload_internal.h"
#include "server/upload_show.h"

void vt_upload_problem(enum vt_upload_err err, uint32_t after_ms, struct vt_media_problem *problem)
{
    switch (err) {
    case VT_UPLOAD_SPENT:
        vt_media_problem_limit(
            problem, VT_MEDIA_BUDGET, VT_UPLOAD_PHONE_PICTURES, VT_UPLOAD_PHONE_PICTURES + 1,
            "%d pictures and clips came by this code, which is all it takes. Ask for a new one.",
            VT_UPLOAD_PHONE_PICTURES);
        break;
    case VT_UPLOAD_HOURLY:
        vt_media_problem_limit(problem, VT_MEDIA_BUDGET, VT_UPLOAD_HOUR, VT_UPLOAD_HOUR + 1,
                               "%d pictures and clips an hour are taken; the next in %u minutes.",
                               VT_UPLOAD_HOUR, after_ms / 60000 + 1);
        problem->retry_after_s = after_ms / 1000 + 1;
        break;
    case VT_UPLOAD_FULL:
        vt_media_problem_set(problem, VT_MEDIA_BUSY, "Too many files are being sent. Try again in a moment.");
        problem->retry_after_s = 5;
        break;
    default:
        vt_media_problem_set(problem, VT_MEDIA_EXPIRED,
                             "This right to send a file was used, or is older than 10 minutes. Ask for "
                             "another.");
    }
}

static void answer_key(struct vt_app *app, struct vt_http_req *req, const char *key,
                       const struct vt_upload *upload)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(2048);
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(upload->site));
    vt_buf_text(&json, "{\"key\":");
    vt_buf_json_string(&json, vt_str(key));
    vt_buf_text(&json, ",\"site\":");
    vt_buf_json_string(&json, vt_str(site ? site->name : ""));
    vt_buf_printf(&json, ",\"left\":%u,\"seconds\":%lld}", upload->left,
                  (long long)((upload->until_ms - vt_now_ms()) / 1000));
    vt_http_reply_json(req, 200, &json);
}

static void handle_phone(struct vt_http_req *req, void *owner)
{
    struct vt_app *app = owner;
    struct vt_media_problem problem;
    struct vt_upload upload;
    char key[VT_ID_TEXT];
    struct vt_str secret = vt_upload_bearer(vt_http_header(req, "authorization"));
    struct vt_str origin = vt_http_header(req, "origin");
    vt_http_set(req, "Cache-Control", "no-store");
    bool is_ours = origin.ptr && vt_sites_origin_own(app->deps.sites, origin);
    enum vt_upload_err err = is_ours ? vt_uploads_open(app->deps.uploads, secret, origin, key, &upload)
                                     : VT_UPLOAD_UNKNOWN;
    if (err == VT_UPLOAD_OTHER) {
        vt_http_problem(req, 409, "used", "Code in use",
                        "Another phone has opened this code. Ask for a new one.");
    } else if (err) {
        vt_upload_problem(err, 0, &problem);
        vt_pictures_problem(req, &problem);
    } else {
        answer_key(app, req, key, &upload);
        vt_upload_tell(app, &upload, VT_FILE_STATE_OPEN, (struct vt_str){ NULL, 0 }, NULL);
    }
}

int vt_upload_phone_mount(struct vt_net *net, struct vt_app *app)
{
    return vt_http_route(net, VT_POST, "/u/phone", 0, handle_phone, app);
}
