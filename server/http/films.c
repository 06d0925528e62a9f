/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/films.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/http/clips.h"
#include "server/http/file.h"
#include "server/http/path.h"
#include "server/http/pictures_internal.h"
#include "server/http/spins.h"
#include "server/media_grant.h"
#include "server/media_index.h"
#include "server/media_spin.h"

enum { RETRY_S = 3 };

struct vt_films {
    struct vt_films_deps deps;
};

enum film_kind { FILM_JSON, FILM_MP4, FILM_WEBM, FILM_WEBP, FILM_JPG, FILM_KINDS };

static const struct {
    const char *ending, *type;
    enum vt_recipe_kind kind;
    enum vt_picture_format format;
} kinds[FILM_KINDS] = {
    [FILM_JSON] = { ".json", "application/json", VT_RECIPE_FILM, VT_FMT_JPEG },
    [FILM_MP4] = { ".mp4", "video/mp4", VT_RECIPE_FILM, VT_FMT_JPEG },
    [FILM_WEBM] = { ".webm", "video/webm", VT_RECIPE_FILM_AV1, VT_FMT_JPEG },
    [FILM_WEBP] = { ".webp", "image/webp", VT_RECIPE_FILM_LOOK, VT_FMT_WEBP },
    [FILM_JPG] = { ".jpg", "image/jpeg", VT_RECIPE_FILM_LOOK, VT_FMT_JPEG },
};

/* One request on its way. It lives as long as the making will call, or the request streams. */
struct ask {
    struct vt_films *films;    /* borrowed */
    struct vt_http_req *now;   /* NULL: held, or answered */
    uint64_t handle;           /* of the held one */
    struct vt_http_req *flows; /* fragments go there; NULL: not, or gone */
    enum film_kind kind;
    bool may_flow;    /* fragments will do */
    bool is_answered; /* nothing more is to be said; what flows goes on */
    bool is_made;     /* the making has called, or never will */
    char id[VT_SIGN_ID + 1], group[VT_MEDIA_ID_MAX + 1], key[VT_RECIPE_KEY + 1], site[VT_MEDIA_SITE];
    uint32_t max_bytes;
    struct vt_buf text;
    struct vt_media_watcher watcher;
};

static void free_when_done(struct ask *ask)
{
    if (!ask->is_made || ask->flows || ask->now)
        return;
    if (ask->watcher.fn)
        vt_media_unwatch(&ask->watcher);
    vt_buf_finish(&ask->text);
    free(ask);
}

static struct vt_http_req *request_of(const struct ask *ask)
{
    if (ask->is_answered)
        return NULL;
    return ask->now ? ask->now : vt_http_held(ask->films->deps.net, ask->handle);
}

/* --- fragments --------------------------------------------------------------------------------------------
 */

static void handle_lost(void *state)
{
    struct ask *ask = state;
    ask->flows = NULL;
    free_when_done(ask);
}

static void flow(struct ask *ask, struct vt_http_req *req, int fd)
{
    uint64_t bytes = 0;
    uint32_t ms;
    ask->flows = req;
    ask->is_answered = true;
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_keep(req, ask, handle_lost);
    vt_media_live_size(ask->films->deps.media, ask->key, &bytes, &ms);
    vt_http_stream(req, fd, kinds[FILM_MP4].type);
    vt_http_grow(req, bytes, VT_HTTP_GROWS);
}

/* From the first fragment on: a head alone plays nothing, and a film that fails at once is better told. */
static void begin_flow(struct ask *ask)
{
    struct vt_http_req *req = request_of(ask);
    uint64_t bytes;
    uint32_t ms;
    if (!req || !vt_media_live_size(ask->films->deps.media, ask->key, &bytes, &ms) || bytes == 0)
        return;
    int fd = vt_media_live(ask->films->deps.media, ask->key);
    if (fd >= 0)
        flow(ask, req, fd);
}

static void handle_look(void *arg, enum vt_film_look look)
{
    struct ask *ask = arg;
    uint64_t bytes = 0;
    uint32_t ms;
    if (!ask->flows) {
        if (look == VT_FILM_GREW)
            begin_flow(ask);
        return;
    }
    vt_media_live_size(ask->films->deps.media, ask->key, &bytes, &ms);
    vt_http_grow(ask->flows, bytes,
                 look == VT_FILM_WHOLE    ? VT_HTTP_WHOLE
                 : look == VT_FILM_BROKEN ? VT_HTTP_BROKEN
                                          : VT_HTTP_GROWS);
}

/* --- the whole --------------------------------------------------------------------------------------------
 */

static int file_of(struct vt_str bytes)
{
    int fd = memfd_create("film", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < bytes.len;) {
        const ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    return fd;
}

static void answer_whole(const struct ask *ask, struct vt_http_req *req, struct vt_str bytes)
{
    char etag[VT_RECIPE_KEY + 3];
    int fd = file_of(bytes);
    snprintf(etag, sizeof(etag), "\"%s\"", ask->key);
    if (fd >= 0)
        vt_http_file_fd(req, fd, kinds[ask->kind].type, etag, VT_PICTURES_PRIVATE);
    else
        vt_http_problem(req, 503, "busy", "Too much at once", "The server is short of memory.");
}

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    struct ask *ask = arg;
    struct vt_http_req *req = request_of(ask);
    if (req && bytes.ptr)
        answer_whole(ask, req, bytes);
    else if (req)
        vt_pictures_problem(req, problem);
    ask->is_answered = true;
    ask->is_made = true;
    free_when_done(ask);
}

/* --- how far it is
 * ------------------------------------------------------------------------------------------ */

static void answer_state(struct ask *ask, struct vt_http_req *req)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(4096);
    struct vt_media_problem problem = { .detail = "" };
    uint32_t position = 0;
    double part = 0;
    const struct vt_media_film_order smaller = { .id = ask->id,
                                                 .text = vt_buf_cstr(&ask->text),
                                                 .kind = VT_RECIPE_FILM_AV1 };
    const enum vt_media_film_state state = vt_media_film_state(ask->films->deps.media, ask->key, &position,
                                                               &part, &problem);
    static const char *const words[] = { "queued", "encoding", "ready", "failed" };
    char key[VT_RECIPE_KEY + 1];
    const uint32_t ms = vt_film_text_ms(vt_buf_view(&ask->text));
    part = ms > 0 ? part / ms : 0;
    vt_buf_printf(&out, "{\"id\":\"%s\",\"state\":\"%s\",\"position\":%u,\"part\":%.2f,\"formats\":[",
                  ask->id, words[state], position,
                  state == VT_MEDIA_FILM_READY ? 1.0
                  : part > 1                   ? 1.0
                                               : part);
    if (state != VT_MEDIA_FILM_FAILED)
        vt_buf_text(&out, "\"jpg\",\"webp\"");
    if (state == VT_MEDIA_FILM_READY)
        vt_buf_text(&out, ",\"mp4\"");
    struct vt_blob *blob = vt_media_film_key(&smaller, key) == VT_OK
                               ? vt_media_kept(ask->films->deps.media, key)
                               : NULL;
    if (blob)
        vt_buf_text(&out, ",\"webm\"");
    vt_blob_unref(blob);
    vt_buf_byte(&out, ']');
    if (state == VT_MEDIA_FILM_FAILED) {
        vt_buf_text(&out, ",\"problem\":");
        vt_media_problem_json(&problem, NULL, &out);
    }
    vt_buf_byte(&out, '}');
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply_json(req, 200, &out);
}

/* --- asked
 * ---------------------------------------------------------------------------------------------------- */

static bool read_path(struct ask *ask, struct vt_str path)
{
    const struct vt_str rest = { path.ptr + 3, path.len - 3 }; /* behind "/v/" */
    for (int i = 0; i < FILM_KINDS; i++) {
        const size_t n = strlen(kinds[i].ending);
        if (rest.len == VT_SIGN_ID + n && memcmp(rest.ptr + VT_SIGN_ID, kinds[i].ending, n) == 0) {
            ask->kind = (enum film_kind)i;
            vt_str_copy(ask->id, sizeof(ask->id), (struct vt_str){ rest.ptr, VT_SIGN_ID });
            return vt_media_id_is_hash(vt_str(ask->id));
        }
    }
    return false;
}

/* What it is made of, and whose it is: of a conversation, or the film of a spin of the catalogue. */
static enum vt_media_err find_film(struct ask *ask, const struct vt_site **ret_site,
                                   struct vt_media_problem *problem)
{
    const struct vt_films_deps *deps = &ask->films->deps;
    const struct vt_medium *medium = vt_media_index_find(deps->index, vt_str(ask->id));
    const struct vt_spin *set = medium ? NULL : vt_media_spin_set(deps->sites, vt_str(ask->id), ret_site);
    int err = VT_ERR_MISSING;
    if (set) {
        vt_str_copy(ask->group, sizeof(ask->group), vt_str(ask->id));
        err = vt_media_spin_text(set, &ask->text);
    } else if (medium && medium->kind == VT_MEDIUM_FILM) {
        *ret_site = vt_sites_by_id(deps->sites, vt_str(medium->site));
        vt_str_copy(ask->site, sizeof(ask->site), vt_str(medium->site));
        vt_media_group(vt_str(medium->conv), ask->group);
        err = vt_media_film_text(deps->media, vt_str(ask->id), &ask->text);
    }
    return err ? vt_media_problem_set(problem, VT_MEDIA_UNKNOWN, "There is no film of this id.")
               : VT_MEDIA_OK;
}

static enum vt_media_err check_grant(struct ask *ask, struct vt_http_req *req, const struct vt_site *site,
                                     struct vt_media_problem *problem)
{
    struct vt_str e = { NULL, 0 }, s = { NULL, 0 };
    vt_http_query_get(&req->arena, req->query, "e", &e);
    vt_http_query_get(&req->arena, req->query, "s", &s);
    return vt_media_grant_check(site, vt_str(ask->id), e, s, problem);
}

static struct vt_media_film_order order_of(struct ask *ask)
{
    return (struct vt_media_film_order){ .id = ask->id,
                                         .text = vt_buf_cstr(&ask->text),
                                         .kind = kinds[ask->kind].kind,
                                         .format = kinds[ask->kind].format,
                                         .max_bytes = ask->max_bytes,
                                         .group = vt_str(ask->group),
                                         .site = vt_str(ask->site) };
}

/* What fits as it is needs no second making. */
static enum vt_media_err name_answer(struct ask *ask, struct vt_media_problem *problem)
{
    struct vt_media_film_order order = order_of(ask);
    order.max_bytes = 0;
    int err = vt_media_film_key(&order, ask->key);
    struct vt_blob *whole = err || !ask->max_bytes ? NULL : vt_media_kept(ask->films->deps.media, ask->key);
    if (whole && whole->len <= ask->max_bytes)
        ask->max_bytes = 0;
    vt_blob_unref(whole);
    order.max_bytes = ask->max_bytes;
    if (!err && ask->max_bytes)
        err = vt_media_film_key(&order, ask->key);
    return err ? vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.") : VT_MEDIA_OK;
}

static enum vt_media_err read_ask(struct ask *ask, struct vt_http_req *req, struct vt_media_problem *problem)
{
    if (!read_path(ask, req->path))
        return vt_media_problem_set(
            problem, VT_MEDIA_UNKNOWN,
            "A film is /v/ and its id with .json, .mp4, .webm, .webp or .jpg; a frame of a "
            "spin /v/, the spin's id, a slash and two digits with .jpg.");
    const struct vt_site *site = NULL;
    enum vt_media_err err = find_film(ask, &site, problem);
    if (!err)
        err = check_grant(ask, req, site, problem);
    if (!err)
        err = vt_pictures_read_max(req, &ask->max_bytes, problem);
    if (err)
        return err;
    return name_answer(ask, problem);
}

/* A browser's first request for a film is bytes=0-. */
static bool is_from_start(const struct vt_http_req *req)
{
    const struct vt_str range = req->headers[VT_HTTP_RANGE];
    return req->method == VT_GET && (!range.ptr || vt_str_eq(range, VT_STR("bytes=0-")));
}

/* The smaller copy is made while nothing else is to do: nobody's request waits for that. */
static void answer_not_ready(struct ask *ask, struct vt_http_req *req)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_NOT_READY,
                         "The smaller copy of this film is made when the server has time; take .mp4.");
    problem.retry_after_s = RETRY_S;
    vt_pictures_problem(req, &problem);
    ask->is_answered = true;
}

static void run(struct ask *ask, struct vt_http_req *req)
{
    const struct vt_media_film_order order = order_of(ask);
    if (vt_pictures_is_known(req, ask->key, VT_PICTURES_PRIVATE)) {
        ask->is_answered = ask->is_made = true;
        return;
    }
    ask->may_flow = ask->kind == FILM_MP4 && !ask->max_bytes && is_from_start(req);
    if (ask->may_flow) {
        ask->watcher = (struct vt_media_watcher){ .fn = handle_look, .arg = ask };
        memcpy(ask->watcher.key, ask->key, sizeof(ask->key));
        vt_media_watch(ask->films->deps.media, &ask->watcher);
    }
    vt_media_film(ask->films->deps.media, &order, handle_made, ask);
    if (ask->may_flow && !ask->is_answered)
        begin_flow(ask);
    if (!ask->is_answered && ask->kind == FILM_WEBM)
        answer_not_ready(ask, req);
    if (!ask->is_answered)
        ask->handle = vt_http_hold(req); /* 0: answered already, and the result finds nobody */
}

/* NULL: whatever lies there is none. */
static const struct vt_medium *clip_at(const struct vt_films *films, struct vt_str path)
{
    const struct vt_str id = { path.ptr + 3, path.len < 3 + VT_SIGN_ID ? 0 : VT_SIGN_ID };
    const struct vt_medium *medium = id.len ? vt_media_index_find(films->deps.index, id) : NULL;
    return medium && medium->kind == VT_MEDIUM_CLIP ? medium : NULL;
}

static void handle_film(struct vt_http_req *req, void *owner)
{
    struct vt_media_problem problem;
    const struct vt_films *films = owner;
    const struct vt_medium *clip = clip_at(films, req->path);
    if (clip) {
        vt_pictures_allow_everyone(req);
        vt_clip_pages_handle(films->deps.clips, req, clip);
        return;
    }
    if (memchr(req->path.ptr + 3, '/', req->path.len - 3)) {
        vt_spin_pages_handle(req, films->deps.spins);
        return;
    }
    struct ask *ask = calloc(1, sizeof(*ask));
    vt_pictures_allow_everyone(req);
    if (!ask) {
        vt_http_problem(req, 503, "busy", "Too much at once", "The server is short of memory.");
        return;
    }
    ask->films = owner;
    ask->now = req;
    vt_buf_init(&ask->text, VT_MEDIA_FILM_TEXT);
    if (read_ask(ask, req, &problem) != VT_MEDIA_OK) {
        vt_pictures_problem(req, &problem);
        ask->is_made = true;
    } else if (ask->kind == FILM_JSON) {
        answer_state(ask, req);
        ask->is_made = true;
    } else {
        run(ask, req);
    }
    ask->now = NULL;
    free_when_done(ask);
}

struct vt_films *vt_films_mount(const struct vt_films_deps *deps)
{
    struct vt_films *films = calloc(1, sizeof(*films));
    if (!films)
        return NULL;
    films->deps = *deps;
    if (vt_http_route(deps->net, VT_GET, "/v/*", 0, handle_film, films) == VT_OK)
        return films;
    vt_films_destroy(films);
    return NULL;
}

void vt_films_destroy(struct vt_films *films)
{
    free(films);
}
