/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/info.h"
#include "media/sniff.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/http/conditional.h"
#include "server/http/file.h"
#include "server/http/path.h"
#include "server/http/pictures_internal.h"
#include "server/log.h"

/* What a request keeps in memory beside its head; more goes through a file. */
enum { IN_MEMORY_BYTES = 4 << 20, HEADER_SNIFF_BYTES = 64 };

void vt_pictures_allow_everyone(struct vt_http_req *req)
{
    vt_http_set(req, "Access-Control-Allow-Origin", "*");
    vt_http_set(req, "Cross-Origin-Resource-Policy", "cross-origin");
}

static bool is_our_fault(enum vt_media_err err)
{
    return err == VT_MEDIA_WORKER_DIED || err == VT_MEDIA_DEADLINE || err == VT_MEDIA_NO_ROOM;
}

void vt_pictures_problem(struct vt_http_req *req, const struct vt_media_problem *problem)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(16384);
    char reference[VT_ID_TEXT], seconds[16];
    bool is_ours = is_our_fault(problem->err);
    if (is_ours) {
        vt_id_new(reference);
        vt_log(VT_LOG_WARN, "media.failed", VT_LOG_T("what", vt_media_err_word(problem->err)),
               VT_LOG_T("detail", problem->detail), VT_LOG_T("reference", reference));
    }
    if (problem->retry_after_s > 0) {
        snprintf(seconds, sizeof(seconds), "%u", problem->retry_after_s);
        vt_http_set(req, "Retry-After", seconds);
    }
    vt_http_set(req, "Cache-Control", "no-store");
    vt_media_problem_json(problem, is_ours ? reference : NULL, &body);
    vt_http_reply(req, vt_media_err_status(problem->err), "application/problem+json", vt_buf_view(&body));
}

void vt_pictures_kept(struct vt_http_req *req, const char *key, const char *cache_control)
{
    char etag[VT_RECIPE_KEY + 3];
    snprintf(etag, sizeof(etag), "\"%.64s\"", key);
    vt_http_set(req, "ETag", etag);
    vt_http_set(req, "Cache-Control", cache_control);
}

bool vt_pictures_is_known(struct vt_http_req *req, const char *key, const char *cache_control)
{
    char etag[VT_RECIPE_KEY + 3];
    snprintf(etag, sizeof(etag), "\"%.64s\"", key);
    if (!vt_http_etag_listed(req->headers[VT_HTTP_IF_NONE_MATCH], vt_str(etag)))
        return false;
    vt_pictures_kept(req, key, cache_control);
    vt_http_reply(req, 304, NULL, VT_STR(""));
    return true;
}

static void answer_by_file(struct vt_http_req *req, const char *type, struct vt_str bytes)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < bytes.len) {
        ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    if (fd < 0 || done < bytes.len) {
        if (fd >= 0)
            close(fd);
        vt_http_problem(req, 500, "internal", "The answer could not be made",
                        "The server is short of memory.");
        return;
    }
    vt_http_head(req, 200, type, (int64_t)bytes.len);
    req->bytes = bytes.len;
    if (req->method == VT_HEAD) {
        close(fd);
    } else {
        req->file = fd;
        req->file_left = bytes.len;
    }
    vt_http_done(req);
}

void vt_pictures_bytes(struct vt_http_req *req, const char *type, struct vt_str bytes)
{
    if (bytes.len > IN_MEMORY_BYTES)
        answer_by_file(req, type, bytes);
    else
        vt_http_reply(req, 200, type, bytes);
}

static const char *type_of(int fd)
{
    uint8_t start[HEADER_SNIFF_BYTES];
    ssize_t n = pread(fd, start, sizeof(start), 0);
    switch (n > 0 ? vt_sniff_header(start, (size_t)n).type : VT_SNIFFED_UNKNOWN) {
    case VT_SNIFFED_JPEG:
        return "image/jpeg";
    case VT_SNIFFED_PNG:
        return "image/png";
    case VT_SNIFFED_WEBP:
        return "image/webp";
    default:
        return NULL;
    }
}

void vt_pictures_original(struct vt_http_req *req, int fd)
{
    const char *type = type_of(fd);
    if (type) {
        vt_http_file_fd(req, fd, type, NULL, "no-store");
        return;
    }
    close(fd);
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_NOT_A_PICTURE,
                         "The original is not a JPEG, PNG or WebP picture.");
    vt_pictures_problem(req, &problem);
}

/* --- IIIF -------------------------------------------------------------------------------------- */

void vt_pictures_info(struct vt_http_req *req, const char *base, struct vt_str raw_id,
                      const struct vt_tix *tix, const char *cache_control)
{
    const struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf id = VT_BUF_INIT(2048);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(65536);
    vt_buf_printf(&id, "%s/iiif/3/%.*s", base, VT_STR_ARG(raw_id));
    vt_info_json(vt_buf_view(&id), tix->width, tix->height, tix->object, &limits, &json);
    if (json.failed || id.failed) {
        vt_http_problem(req, 500, "internal", "The answer could not be made",
                        "The server is short of memory.");
        return;
    }
    bool wants_ld = vt_info_wants_ld(req->headers[VT_HTTP_ACCEPT]);
    vt_http_set(req, "Vary", "Accept");
    vt_http_set(req, "Cache-Control", cache_control);
    vt_http_set(req, "Link", "<" VT_INFO_PROFILE_URL ">;rel=\"profile\"");
    vt_http_reply(req, 200, wants_ld ? VT_INFO_LD_TYPE : "application/json", vt_buf_view(&json));
}

void vt_pictures_links(struct vt_http_req *req, const char *base, struct vt_str raw_id,
                       const struct vt_recipe *recipe)
{
    const struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf link = VT_BUF_INIT(2048);
    vt_buf_printf(&link, "<%s/iiif/3/%.*s/", base, VT_STR_ARG(raw_id));
    vt_iiif_canonical(recipe, &limits, &link);
    vt_buf_text(&link, ">;rel=\"canonical\", <" VT_INFO_PROFILE_URL ">;rel=\"profile\"");
    if (!link.failed)
        vt_http_set(req, "Link", vt_buf_cstr(&link));
}

enum vt_media_err vt_pictures_read_max(struct vt_http_req *req, uint32_t *ret_bytes,
                                       struct vt_media_problem *problem)
{
    enum { LEAST = 1000 };
    struct vt_str text;
    uint64_t most;
    if (vt_http_query_get(&req->arena, req->query, "max", &text) != VT_OK || !text.ptr)
        return VT_MEDIA_OK;
    if (vt_str_to_u64(text, LEAST, UINT32_MAX, &most) != VT_OK)
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                    "\"max\" is a number of bytes from %d on; \"%s\" came.", LEAST,
                                    vt_media_quote(text).text);
    *ret_bytes = (uint32_t)most;
    return VT_MEDIA_OK;
}
