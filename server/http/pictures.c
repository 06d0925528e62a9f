/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/jobs.h"
#include "media/thumb.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/http/conditional.h"
#include "server/http/path.h"
#include "server/http/pictures_internal.h"
#include "server/media_grant.h"
#include "server/media_service.h"
#include "server/media_spin.h"
#include "server/origin.h"
#include "server/quota.h"

/* An <img> is never asked for again, so a picture that would come late beats one refused; only when there
 * is nothing else to show, and not for ever. */
enum { BASE_MAX = 512, PATIENT_MS = 5000, REDIRECT_BYTES = 1024, ASK_AGAIN_MS = 1000 };

struct vt_pictures {
    struct vt_net *net;                 /* borrowed */
    struct vt_media *media;             /* borrowed */
    struct vt_sites *sites;             /* borrowed */
    const struct vt_media_index *index; /* borrowed */
    char *base_url;                     /* owned, without a slash at its end; "": from the request */
};

enum ask_kind { ASK_THUMB, ASK_INFO, ASK_IMAGE };

/* One request on its way. `now` is set while the handler runs; after that the request is held and
 * found by its handle, or is gone because the browser left. */
struct ask {
    struct vt_pictures *pictures; /* borrowed */
    struct vt_http_req *now;      /* NULL: held */
    uint64_t handle;
    bool is_over;
    bool is_patient;  /* asked a second time, for longer */
    bool is_personal; /* it came with a good grant */
    enum ask_kind kind;
    struct vt_iiif_request iiif; /* borrows its raw id from the request's arena */
    char id[VT_MEDIA_ID_MAX + 1];
    uint32_t step_px;
    int64_t ordered_ms; /* when the bytes were first asked for, behind any ingest */
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1];
};

static struct vt_str after(const struct vt_http_req *req, const char *prefix)
{
    size_t len = strlen(prefix);
    return (struct vt_str){ req->path.ptr + len, req->path.len - len };
}

static struct vt_http_req *request_of(const struct ask *ask)
{
    return ask->now ? ask->now : vt_http_held(ask->pictures->net, ask->handle);
}

/* The last thing done with an ask: answered, or nobody there any more. The handler frees one that ended
 * while it ran. */
static void end(struct ask *ask)
{
    ask->is_over = true;
    if (!ask->now)
        free(ask);
}

static void end_with_problem(struct ask *ask, struct vt_http_req *req, const struct vt_media_problem *problem)
{
    vt_pictures_problem(req, problem);
    end(ask);
}

/* The scheme and host for ids and links: as configured, else as asked. */
static bool own_base(const struct vt_pictures *pictures, const struct vt_http_req *req, char text[BASE_MAX])
{
    char url[8 + VT_ORIGIN_TEXT];
    struct vt_origin origin;
    struct vt_str host = req->headers[VT_HTTP_HOST];
    if (pictures->base_url[0])
        return snprintf(text, BASE_MAX, "%s", pictures->base_url) < BASE_MAX;
    int len = snprintf(url, sizeof(url), "%s://%.*s", req->tls ? "https" : "http", VT_STR_ARG(host));
    if (!host.ptr || len >= (int)sizeof(url) || vt_origin_parse(vt_str(url), &origin))
        return false;
    vt_origin_text(&origin, url);
    return snprintf(text, BASE_MAX, "%s", url) < BASE_MAX;
}

/* --- made -------------------------------------------------------------------------------------- */

static const char *lifetime(const struct ask *ask)
{
    return ask->is_personal ? VT_PICTURES_PRIVATE : VT_PICTURES_FOREVER;
}

static void set_headers(struct ask *ask, struct vt_http_req *req, const char *key, const char *cache_control)
{
    char base[BASE_MAX];
    vt_pictures_kept(req, key, cache_control);
    if (ask->kind == ASK_IMAGE && own_base(ask->pictures, req, base))
        vt_pictures_links(req, base, ask->iiif.raw_id, &ask->recipe);
}

static struct vt_str view_of(const struct vt_blob *blob)
{
    return (struct vt_str){ (const char *)blob->bytes, blob->len };
}

/* Rather a smaller picture at once than none: the ladder's steps below that are in RAM. */
static bool answer_smaller(struct ask *ask, struct vt_http_req *req)
{
    char key[VT_RECIPE_KEY + 1];
    for (uint32_t step = vt_thumb_smaller(ask->step_px); step > 0; step = vt_thumb_smaller(step)) {
        struct vt_recipe recipe;
        vt_thumb_recipe(vt_str(ask->id), ask->recipe.full_w, ask->recipe.full_h, step, ask->recipe.format,
                        &recipe);
        struct vt_blob *blob = vt_recipe_key(&recipe, key) == VT_OK ? vt_media_kept(ask->pictures->media, key)
                                                                    : NULL;
        if (!blob)
            continue;
        set_headers(ask, req, key, "no-store");
        vt_pictures_bytes(req, vt_format_content_type(recipe.format), view_of(blob));
        vt_blob_unref(blob);
        return true;
    }
    return false;
}

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes);

/* A catalogue's picture is the same for every site that has it, so what is cut from it to order is paid for
 * by the site whose page shows it, as browsers say by themselves. Whoever does not say draws on what all such
 * share; to name another's page gains nothing that a visit there would not. */
static struct vt_str shown_by(const struct vt_pictures *pictures, const struct vt_http_req *req)
{
    const struct vt_str page = req->headers[VT_HTTP_REFERER];
    const char *scheme = page.ptr ? strstr(page.ptr, "://") : NULL;
    const struct vt_str origin = { page.ptr,
                                   scheme ? (size_t)(scheme - page.ptr) + 3 + strcspn(scheme + 3, "/?#")
                                          : 0 };
    for (const struct vt_site *site = NULL; scheme && (site = vt_sites_next(pictures->sites, site)) != NULL;)
        if (vt_site_origin_allowed(site, origin))
            return vt_str(site->id);
    return VT_QUOTA_PUBLIC;
}

static void order_it(struct ask *ask, struct vt_http_req *req, struct vt_media_master *master)
{
    const struct vt_medium *medium = vt_media_index_find(ask->pictures->index, vt_str(ask->id));
    char group[VT_MEDIA_GROUP] = "";
    if (medium)
        vt_media_group(vt_str(medium->conv), group);
    const struct vt_media_order order = {
        .recipe = &ask->recipe,
        .key = ask->key,
        .master = master,
        .group = medium ? vt_str(group) : (struct vt_str){ NULL, 0 },
        .payer = ask->kind == ASK_IMAGE ? req->addr : (struct vt_str){ NULL, 0 },
        .site = medium                   ? vt_str(medium->site)
                : ask->kind == ASK_IMAGE ? shown_by(ask->pictures, req)
                                         : (struct vt_str){ NULL, 0 }, /* thumbs are few, and made once */
        .max_wait_ms = ask->is_patient ? PATIENT_MS : VT_JOB_WAIT_MS,
    };
    vt_media_make(ask->pictures->media, &order, handle_made, ask);
}

static void handle_again(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct ask *ask = arg;
    struct vt_http_req *req = request_of(ask);
    if (req && master)
        order_it(ask, req, master);
    else if (req)
        end_with_problem(ask, req, problem);
    else
        end(ask);
}

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    struct ask *ask = arg;
    struct vt_http_req *req = request_of(ask);
    if (!req) {
        end(ask);
    } else if (bytes.ptr) {
        set_headers(ask, req, ask->key, lifetime(ask));
        vt_pictures_bytes(req, vt_format_content_type(ask->recipe.format), bytes);
        end(ask);
    } else if (problem->err == VT_MEDIA_BUSY && ask->kind == ASK_THUMB && answer_smaller(ask, req)) {
        end(ask);
    } else if (problem->err == VT_MEDIA_BUSY && !ask->is_patient &&
               vt_now_ms() - ask->ordered_ms < ASK_AGAIN_MS) {
        ask->is_patient = true;
        vt_media_find(ask->pictures->media, vt_str(ask->id), handle_again, ask);
    } else {
        end_with_problem(ask, req, problem);
    }
}

/* --- found ------------------------------------------------------------------------------------- */

static void make(struct ask *ask, struct vt_http_req *req, struct vt_media_master *master)
{
    struct vt_media_problem problem;
    if (vt_recipe_key(&ask->recipe, ask->key) != VT_OK) {
        vt_media_problem_set(&problem, VT_MEDIA_BUSY, "The server is short of memory.");
        end_with_problem(ask, req, &problem);
    } else if (vt_pictures_is_known(req, ask->key, lifetime(ask))) {
        end(ask);
    } else {
        ask->ordered_ms = vt_now_ms();
        order_it(ask, req, master);
    }
}

static void make_image(struct ask *ask, struct vt_http_req *req, struct vt_media_master *master)
{
    const struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    struct vt_media_problem problem;
    if (vt_iiif_resolve(&ask->iiif, master->tix->width, master->tix->height, &limits, &ask->recipe, &problem))
        end_with_problem(ask, req, &problem);
    else
        make(ask, req, master);
}

static void answer_info(struct ask *ask, struct vt_http_req *req, const struct vt_media_master *master)
{
    char base[BASE_MAX];
    if (own_base(ask->pictures, req, base))
        vt_pictures_info(req, base, ask->iiif.raw_id, master->tix,
                         ask->is_personal ? VT_PICTURES_PRIVATE : "public, max-age=600");
    else
        vt_http_problem(req, 400, "host", "The Host header is missing or no host",
                        "info.json names itself by the Host header; send one, as host or host:port.");
    end(ask);
}

/* While nothing can be made of it yet, a thumb's address still shows the picture. */
static bool is_for_now(enum vt_media_err err)
{
    return err == VT_MEDIA_NOT_READY || err == VT_MEDIA_BUSY || err == VT_MEDIA_NO_ROOM;
}

static void answer_missing(struct ask *ask, struct vt_http_req *req, const struct vt_media_problem *problem)
{
    int fd = ask->kind == ASK_THUMB && is_for_now(problem->err)
                 ? vt_media_original(ask->pictures->media, vt_str(ask->id))
                 : -1;
    if (fd < 0) {
        end_with_problem(ask, req, problem);
        return;
    }
    vt_pictures_original(req, fd);
    end(ask);
}

static void handle_found(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct ask *ask = arg;
    struct vt_http_req *req = request_of(ask);
    if (!req) {
        end(ask);
    } else if (!master) {
        answer_missing(ask, req, problem);
    } else if (ask->kind == ASK_INFO) {
        answer_info(ask, req, master);
    } else if (ask->kind == ASK_IMAGE) {
        make_image(ask, req, master);
    } else {
        enum vt_picture_format format = vt_thumb_format(req->headers[VT_HTTP_ACCEPT]);
        vt_thumb_recipe(vt_str(ask->id), master->tix->width, master->tix->height, ask->step_px, format,
                        &ask->recipe);
        make(ask, req, master);
    }
}

/* --- asked ------------------------------------------------------------------------------------- */

/* A personal picture without its grant is refused before anything is looked for. */
static bool may_see(struct ask *ask, struct vt_http_req *req)
{
    const struct vt_medium *medium = vt_media_index_find(ask->pictures->index, vt_str(ask->id));
    struct vt_media_problem problem;
    struct vt_str e = { NULL, 0 }, s = { NULL, 0 };
    if (!medium)
        return true;
    vt_http_query_get(&req->arena, req->query, "e", &e);
    vt_http_query_get(&req->arena, req->query, "s", &s);
    ask->is_personal = vt_media_grant_check(vt_sites_by_id(ask->pictures->sites, vt_str(medium->site)),
                                            vt_str(ask->id), e, s, &problem) == VT_MEDIA_OK;
    if (!ask->is_personal)
        vt_pictures_problem(req, &problem);
    return ask->is_personal;
}

/* A picture that has just been sent shows before its master is made: nobody keeps this, and what is larger
 * comes by tiles. */
static bool answer_sight(const struct ask *ask, struct vt_http_req *req)
{
    struct vt_blob *sight = vt_media_sight(ask->pictures->media, vt_str(ask->id));
    if (!sight)
        return false;
    vt_http_set(req, "Cache-Control", "no-store");
    vt_pictures_bytes(req, "image/jpeg", view_of(sight));
    vt_blob_unref(sight);
    return true;
}

/* Holds the request when its answer did not come at once. */
static void run(struct ask *wanted, struct vt_http_req *req)
{
    if (!may_see(wanted, req) || (wanted->kind == ASK_THUMB && answer_sight(wanted, req)))
        return;
    struct ask *ask = malloc(sizeof(*ask));
    if (!ask) {
        vt_http_problem(req, 503, "busy", "Too much at once", "The server is short of memory.");
        return;
    }
    *ask = *wanted;
    ask->now = req;
    vt_media_find(ask->pictures->media, vt_str(ask->id), handle_found, ask);
    if (!ask->is_over)
        ask->handle = vt_http_hold(req); /* 0: answered already, and the result finds nobody */
    ask->now = NULL;
    if (ask->is_over)
        free(ask);
}

/* With the query, as a grant is good for where it leads too. */
static void redirect(struct vt_http_req *req, int status, const char *cache_control, const char *location)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf whole = VT_BUF_INIT(REDIRECT_BYTES);
    vt_buf_text(&whole, location);
    if (req->query.len > 0 && req->query.len < REDIRECT_BYTES / 2)
        vt_buf_printf(&whole, "?%.*s", VT_STR_ARG(req->query));
    vt_http_set(req, "Location", vt_buf_cstr(&whole));
    if (cache_control)
        vt_http_set(req, "Cache-Control", cache_control);
    vt_http_reply(req, status, NULL, VT_STR(""));
}

static bool is_film(const struct vt_pictures *pictures, struct vt_str id)
{
    const struct vt_medium *medium = vt_media_index_find(pictures->index, id);
    const struct vt_site *site;
    return medium ? medium->kind != VT_MEDIUM_PICTURE : vt_media_spin_set(pictures->sites, id, &site) != NULL;
}

static void handle_thumb(struct vt_http_req *req, void *owner)
{
    struct ask ask = { .pictures = owner, .kind = ASK_THUMB };
    struct vt_media_problem problem;
    struct vt_str id;
    uint64_t wanted;
    char location[VT_MEDIA_ID_MAX + 32];
    vt_pictures_allow_everyone(req);
    if (vt_thumb_parse(after(req, "/t/"), &id, &wanted, &problem)) {
        vt_pictures_problem(req, &problem);
        return;
    }
    vt_str_copy(ask.id, sizeof(ask.id), id);
    if (is_film(ask.pictures, id)) { /* what shows a picture of everything shows a film's poster */
        snprintf(location, sizeof(location), "/v/%s.jpg", ask.id);
        redirect(req, 302, "no-store", location);
        return;
    }
    ask.step_px = vt_thumb_width(wanted);
    if (ask.step_px != wanted) {
        snprintf(location, sizeof(location), "/t/%s/%u", ask.id, ask.step_px);
        redirect(req, 302, VT_PICTURES_FOREVER, location);
        return;
    }
    vt_http_set(req, "Vary", "Accept");
    run(&ask, req);
}

/* The path reached us decoded and media/iiif.h decodes segments itself, so a percent sign is put back
 * as what it was: each is decoded once. */
static struct vt_str encoded_percents(struct vt_http_req *req, struct vt_str path)
{
    char *text = vt_arena_alloc(&req->arena, path.len * 3 + 1);
    size_t len = 0;
    for (size_t i = 0; text && i < path.len; i++) {
        text[len++] = path.ptr[i];
        if (path.ptr[i] == '%') {
            text[len++] = '2';
            text[len++] = '5';
        }
    }
    return text ? (struct vt_str){ text, len } : path;
}

static void redirect_to_info(struct vt_pictures *pictures, struct vt_http_req *req, struct vt_str raw_id)
{
    char location[VT_MEDIA_ID_MAX * 3 + 64];
    (void)pictures;
    snprintf(location, sizeof(location), "/iiif/3/%.*s/info.json", VT_STR_ARG(raw_id));
    redirect(req, 303, NULL, location);
}

static void handle_iiif(struct vt_http_req *req, void *owner)
{
    struct ask ask = { .pictures = owner };
    struct vt_media_problem problem;
    vt_pictures_allow_everyone(req);
    if (vt_iiif_parse(encoded_percents(req, after(req, "/iiif/3/")), &ask.iiif, &problem)) {
        vt_pictures_problem(req, &problem);
        return;
    }
    if (ask.iiif.kind == VT_IIIF_BASE) {
        redirect_to_info(owner, req, ask.iiif.raw_id);
        return;
    }
    memcpy(ask.id, ask.iiif.media, sizeof(ask.id));
    ask.kind = ask.iiif.kind == VT_IIIF_INFO ? ASK_INFO : ASK_IMAGE;
    run(&ask, req);
}

struct vt_pictures *vt_pictures_mount(const struct vt_pictures_deps *deps)
{
    struct vt_pictures *pictures = calloc(1, sizeof(*pictures));
    if (!pictures)
        return NULL;
    struct vt_net *net = deps->net;
    *pictures = (struct vt_pictures){ .net = net,
                                      .media = deps->media,
                                      .sites = deps->sites,
                                      .index = deps->index,
                                      .base_url = vt_str_dup(vt_str(deps->base_url)) };
    if (!pictures->base_url || vt_http_route(net, VT_GET, "/t/*", 0, handle_thumb, pictures) ||
        vt_http_route(net, VT_GET, "/iiif/3/*", 0, handle_iiif, pictures)) {
        vt_pictures_destroy(pictures);
        return NULL;
    }
    size_t len = strlen(pictures->base_url);
    if (len > 0 && pictures->base_url[len - 1] == '/')
        pictures->base_url[len - 1] = '\0';
    return pictures;
}

void vt_pictures_destroy(struct vt_pictures *pictures)
{
    if (!pictures)
        return;
    free(pictures->base_url);
    free(pictures);
}
