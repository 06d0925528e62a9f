/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/clips.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/http/file.h"
#include "server/http/path.h"
#include "server/http/pictures_internal.h"
#include "server/media_clip.h"
#include "server/media_grant.h"

enum { RETRY_S = 3, MAX_LEAST = 1000 };

struct vt_clip_pages {
    struct vt_clip_pages_deps deps;
};

enum clip_kind { CLIP_JSON, CLIP_MP4, CLIP_WEBP, CLIP_STRIP, CLIP_JPG, CLIP_KINDS };

static const struct {
    const char *ending, *type;
    enum vt_recipe_kind kind;
    enum vt_picture_format format;
} kinds[CLIP_KINDS] = {
    [CLIP_JSON] = { ".json", "application/json", VT_RECIPE_CLIP, VT_FMT_JPEG },
    [CLIP_MP4] = { ".mp4", "video/mp4", VT_RECIPE_CLIP, VT_FMT_JPEG },
    [CLIP_WEBP] = { ".webp", "image/webp", VT_RECIPE_CLIP_LOOK, VT_FMT_WEBP },
    [CLIP_STRIP] = { ".strip.jpg", "image/jpeg", VT_RECIPE_CLIP_STRIP, VT_FMT_JPEG },
    [CLIP_JPG] = { ".jpg", "image/jpeg", VT_RECIPE_CLIP_LOOK, VT_FMT_JPEG },
};

/* One that waits for a worker. */
struct waiting {
    struct vt_net *net;      /* borrowed */
    struct vt_http_req *now; /* NULL: held */
    uint64_t handle;
    enum clip_kind kind;
    char key[VT_RECIPE_KEY + 1];
};

struct ask {
    struct vt_clip_pages *pages;
    struct vt_http_req *req;
    const struct vt_medium *medium;
    enum clip_kind kind;
    uint32_t max_bytes;
    struct vt_buf text;
    char group[VT_MEDIA_GROUP], key[VT_RECIPE_KEY + 1];
};

/* --- made by a worker -------------------------------------------------------------------------------------
 */

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    struct waiting *waiting = arg;
    struct vt_http_req *req = waiting->now ? waiting->now : vt_http_held(waiting->net, waiting->handle);
    if (req && bytes.ptr) {
        vt_pictures_kept(req, waiting->key, VT_PICTURES_PRIVATE);
        vt_pictures_bytes(req, kinds[waiting->kind].type, bytes);
    } else if (req) {
        vt_pictures_problem(req, problem);
    }
    if (waiting->now)
        waiting->now = NULL; /* answered before it was held */
    else
        free(waiting);
}

static struct vt_recipe recipe_of(struct ask *ask)
{
    struct vt_recipe recipe = { .kind = kinds[ask->kind].kind,
                                .format = kinds[ask->kind].format,
                                .max_bytes = ask->max_bytes,
                                .template_json = vt_buf_cstr(&ask->text) };
    vt_str_copy(recipe.media, sizeof(recipe.media), vt_str(ask->medium->id));
    return recipe;
}

static void make(struct ask *ask)
{
    struct waiting *waiting = calloc(1, sizeof(*waiting));
    const struct vt_recipe recipe = recipe_of(ask);
    if (!waiting) {
        vt_http_problem(ask->req, 503, "busy", "Too much at once", "The server is short of memory.");
        return;
    }
    waiting->net = ask->pages->deps.net;
    waiting->now = ask->req;
    waiting->kind = ask->kind;
    memcpy(waiting->key, ask->key, sizeof(ask->key));
    const struct vt_media_order order = {
        .recipe = &recipe, .key = ask->key, .group = vt_str(ask->group), .site = vt_str(ask->medium->site)
    };
    vt_media_make(ask->pages->deps.media, &order, handle_made, waiting);
    if (!waiting->now) {
        free(waiting);
        return;
    }
    waiting->handle = vt_http_hold(ask->req);
    waiting->now = NULL;
}

/* --- the clip itself --------------------------------------------------------------------------------------
 */

static const char *type_of(int fd)
{
    char head[4] = { 0 };
    return pread(fd, head, sizeof(head), 0) == sizeof(head) && memcmp(head, "\x1a\x45\xdf\xa3", 4) == 0
               ? "video/webm"
               : kinds[CLIP_MP4].type;
}

static void answer_not_ready(struct ask *ask)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_NOT_READY,
                         "This clip is still being coded; ask again in a moment, or without \"max\".");
    problem.retry_after_s = RETRY_S;
    vt_pictures_problem(ask->req, &problem);
}

static bool is_above(int fd, uint32_t max_bytes)
{
    struct stat st;
    return max_bytes && (fstat(fd, &st) != 0 || st.st_size > (off_t)max_bytes);
}

static void answer_clip(struct ask *ask)
{
    struct vt_media *media = ask->pages->deps.media;
    char etag[VT_RECIPE_KEY + 8];
    bool is_made;
    int fd = vt_media_clip_open(media, vt_str(ask->medium->id), &is_made);
    if (fd < 0) {
        vt_http_problem(ask->req, 404, "unknown", "Not found", "There is no clip of this id.");
        return;
    }
    if (!is_made)
        vt_media_clip_make(media, vt_str(ask->medium->id));
    if (is_above(fd, ask->max_bytes)) {
        close(fd);
        if (is_made)
            make(ask);
        else
            answer_not_ready(ask);
        return;
    }
    snprintf(etag, sizeof(etag), "\"%s%s\"", is_made ? "" : "cut-", ask->key);
    vt_http_file_fd(ask->req, fd, type_of(fd), etag, is_made ? VT_PICTURES_PRIVATE : "no-store");
}

/* --- how far it is ----------------------------------------------------------------------------------------
 */

static void answer_state(struct ask *ask)
{
    static const char *const words[] = { "queued", "encoding", "ready", "failed" };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(4096);
    struct vt_media_problem problem = { .detail = "" };
    struct vt_clip clip = { .from_ms = 0 };
    uint32_t position = 0;
    const enum vt_media_clip_state state = vt_media_clip_state(ask->pages->deps.media,
                                                               vt_str(ask->medium->id), &position, &problem);
    vt_clip_decode(vt_buf_view(&ask->text), &clip);
    vt_buf_printf(
        &out,
        "{\"id\":\"%s\",\"state\":\"%s\",\"position\":%u,\"part\":%d,\"seconds\":%u.%03u,\"width\":%u,"
        "\"height\":%u,\"formats\":[\"jpg\",\"strip.jpg\",\"webp\",\"mp4\"]",
        ask->medium->id, words[state], position, state == VT_MEDIA_CLIP_READY, vt_clip_ms(&clip) / 1000,
        vt_clip_ms(&clip) % 1000, clip.width, clip.height);
    if (state == VT_MEDIA_CLIP_FAILED) {
        vt_buf_text(&out, ",\"problem\":");
        vt_media_problem_json(&problem, NULL, &out);
    }
    vt_buf_byte(&out, '}');
    vt_http_set(ask->req, "Cache-Control", "no-store");
    vt_http_reply_json(ask->req, 200, &out);
}

/* --- asked ------------------------------------------------------------------------------------------------
 */

static enum vt_media_err read_kind(struct ask *ask, struct vt_media_problem *problem)
{
    const struct vt_str path = ask->req->path;
    const struct vt_str ending = { path.ptr + 3 + VT_SIGN_ID,
                                   path.len - 3 - VT_SIGN_ID }; /* behind "/v/{id}" */
    for (int i = 0; i < CLIP_KINDS; i++)
        if (vt_str_eq(ending, vt_str(kinds[i].ending))) {
            ask->kind = (enum clip_kind)i;
            return VT_MEDIA_OK;
        }
    return vt_media_problem_set(problem, VT_MEDIA_UNKNOWN,
                                "A clip is /v/ and its id with .json, .mp4, .webp, .jpg or .strip.jpg.");
}

static enum vt_media_err check_grant(const struct ask *ask, struct vt_media_problem *problem)
{
    struct vt_str e = { NULL, 0 }, s = { NULL, 0 };
    vt_http_query_get(&ask->req->arena, ask->req->query, "e", &e);
    vt_http_query_get(&ask->req->arena, ask->req->query, "s", &s);
    return vt_media_grant_check(vt_sites_by_id(ask->pages->deps.sites, vt_str(ask->medium->site)),
                                vt_str(ask->medium->id), e, s, problem);
}

static enum vt_media_err read_max(struct ask *ask, struct vt_media_problem *problem)
{
    struct vt_str text;
    uint64_t most;
    if (ask->kind != CLIP_MP4 ||
        vt_http_query_get(&ask->req->arena, ask->req->query, "max", &text) != VT_OK || !text.ptr)
        return VT_MEDIA_OK;
    if (vt_str_to_u64(text, MAX_LEAST, UINT32_MAX, &most) != VT_OK)
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                    "\"max\" is a number of bytes from %d on; \"%s\" came.", MAX_LEAST,
                                    vt_media_quote(text).text);
    ask->max_bytes = (uint32_t)most;
    return VT_MEDIA_OK;
}

static enum vt_media_err read_ask(struct ask *ask, struct vt_media_problem *problem)
{
    enum vt_media_err err = read_kind(ask, problem);
    if (!err)
        err = check_grant(ask, problem);
    if (!err)
        err = read_max(ask, problem);
    if (err)
        return err;
    vt_media_group(vt_str(ask->medium->conv), ask->group);
    if (vt_media_clip_text(ask->pages->deps.media, vt_str(ask->medium->id), &ask->text) != VT_OK)
        return vt_media_problem_set(problem, VT_MEDIA_UNKNOWN, "There is no clip of this id.");
    const struct vt_recipe recipe = recipe_of(ask);
    if (vt_recipe_key(&recipe, ask->key) != VT_OK)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    return VT_MEDIA_OK;
}

void vt_clip_pages_handle(struct vt_clip_pages *pages, struct vt_http_req *req,
                          const struct vt_medium *medium)
{
    struct vt_media_problem problem;
    struct ask ask = { .pages = pages, .req = req, .medium = medium, .text = VT_BUF_INIT(VT_CLIP_TEXT_MAX) };
    if (read_ask(&ask, &problem) != VT_MEDIA_OK)
        vt_pictures_problem(req, &problem);
    else if (ask.kind == CLIP_JSON)
        answer_state(&ask);
    else if (ask.kind == CLIP_MP4)
        answer_clip(&ask);
    else if (!vt_pictures_is_known(req, ask.key, VT_PICTURES_PRIVATE))
        make(&ask);
    vt_buf_finish(&ask.text);
}

struct vt_clip_pages *vt_clip_pages_create(const struct vt_clip_pages_deps *deps)
{
    struct vt_clip_pages *pages = calloc(1, sizeof(*pages));
    if (pages)
        pages->deps = *deps;
    return pages;
}

void vt_clip_pages_destroy(struct vt_clip_pages *pages)
{
    free(pages);
}
