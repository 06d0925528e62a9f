/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/address.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/coord/coord.h"
#include "server/http/path.h"
#include "server/http/pictures_internal.h"
#include "server/media_service.h"
#include "server/site.h"
#include "server/template_address.h"

enum { PATIENT_MS = 5000, TARGET_BYTES = 8192 };

struct vt_templates {
    struct vt_templates_deps deps;
};

/* One request on its way: signature, data, for a recap its view, the pictures, the drawing. `now` is set
 * while the handler runs; later the request is found by its handle, or is gone because the browser left. */
struct ask {
    struct vt_templates *templates; /* borrowed */
    struct vt_http_req *now;        /* NULL: held */
    uint64_t handle;
    bool is_over;
    char site[VT_ID_TEXT + 16];
    char id[VT_MEDIA_ID_MAX + 1];
    char group[VT_MEDIA_GROUP]; /* of the conversation it was made for; "": none is named */
    char addr[VT_ADDRESS_TEXT]; /* of who asks */
    struct vt_template template;
    size_t found; /* items whose masters are there */
    uint32_t cs;  /* recap: of the kept view */
    struct vt_media_master *first;
    struct vt_buf json; /* canonical, the recipe's */
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1];
};

static struct vt_http_req *request_of(const struct ask *ask)
{
    return ask->now ? ask->now : vt_http_held(ask->templates->deps.net, ask->handle);
}

static void ask_free(struct ask *ask)
{
    vt_media_master_unref(ask->first);
    vt_buf_finish(&ask->json);
    free(ask);
}

/* The handler frees one that ended while it ran. */
static void end(struct ask *ask)
{
    ask->is_over = true;
    if (!ask->now)
        ask_free(ask);
}

static void end_with_problem(struct ask *ask, const struct vt_media_problem *problem)
{
    struct vt_http_req *req = request_of(ask);
    if (req)
        vt_pictures_problem(req, problem);
    end(ask);
}

static void end_with(struct ask *ask, enum vt_media_err err, const char *detail)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, err, "%s", detail);
    end_with_problem(ask, &problem);
}

/* --- the drawing ---------------------------------------------------------------------------------- */

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    struct ask *ask = arg;
    struct vt_http_req *req = request_of(ask);
    char etag[VT_RECIPE_KEY + 3];
    if (!bytes.ptr) {
        end_with_problem(ask, problem);
        return;
    }
    if (req) {
        snprintf(etag, sizeof(etag), "\"%s\"", ask->key);
        vt_http_set(req, "ETag", etag);
        vt_http_set(req, "Cache-Control", VT_PICTURES_PRIVATE);
        vt_pictures_bytes(req, vt_format_content_type(ask->recipe.format), bytes);
    }
    end(ask);
}

static void make(struct ask *ask)
{
    struct vt_http_req *req = request_of(ask);
    ask->recipe.kind = VT_RECIPE_TEMPLATE;
    memcpy(ask->recipe.media, ask->id, sizeof(ask->id));
    if (vt_template_text(&ask->template, &ask->json) == VT_OK) {
        ask->recipe.template_json = vt_buf_cstr(&ask->json);
        if (vt_recipe_key(&ask->recipe, ask->key) == VT_OK) {
            if (req && vt_pictures_is_known(req, ask->key, VT_PICTURES_PRIVATE)) {
                end(ask);
                return;
            }
            const struct vt_media_order order = { .recipe = &ask->recipe,
                                                  .key = ask->key,
                                                  .master = ask->first,
                                                  .group = ask->group[0] ? vt_str(ask->group)
                                                                         : (struct vt_str){ NULL, 0 },
                                                  .site = vt_str(ask->site),
                                                  .payer = vt_str(ask->group[0] ? ask->group : ask->addr),
                                                  .max_wait_ms = PATIENT_MS };
            vt_media_make(ask->templates->deps.media, &order, handle_made, ask);
            return;
        }
    }
    end_with(ask, VT_MEDIA_BUSY, "The server is short of memory.");
}

/* --- its pictures ----------------------------------------------------------------------------------- */

static void find_next(struct ask *ask);

static void handle_found(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct ask *ask = arg;
    if (!master) {
        end_with_problem(ask, problem);
        return;
    }
    if (!ask->first) {
        ask->first = master;
        master->refs++;
    }
    ask->found++;
    find_next(ask);
}

/* One after the other: at most four, and mostly there. */
static void find_next(struct ask *ask)
{
    if (ask->found == ask->template.item_count)
        make(ask);
    else
        vt_media_find(ask->templates->deps.media, vt_str(ask->template.items[ask->found].media), handle_found,
                      ask);
}

/* It pays for the drawing, and its erasure takes the drawing along. */
static void take_conv(struct ask *ask, struct vt_str conv)
{
    if (vt_media_id_ok(conv) && conv.len < VT_MEDIA_GROUP - sizeof("conv."))
        vt_media_group(conv, ask->group);
}

/* --- a recap's view --------------------------------------------------------------------------------- */

static void handle_row(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct ask *ask = arg;
    struct vt_media_problem problem;
    (void)more;
    if (err) {
        end_with(ask, VT_MEDIA_BUSY, "The store does not answer. Ask again in a moment.");
    } else if (n != 1 || rows[0].cs != ask->cs || !vt_str_eq(rows[0].op, VT_STR("view.kept"))) {
        end_with(ask, VT_MEDIA_UNKNOWN, "What was looked at is not kept any more.");
    } else if (vt_template_of_kept(rows[0].body, vt_str(ask->id), &ask->template, &problem) != VT_MEDIA_OK) {
        end_with_problem(ask, &problem);
    } else {
        find_next(ask);
    }
}

/* The view's name is its conversation and row: "<conv>.<cs>". */
static void find_view(struct ask *ask)
{
    struct vt_str view = vt_str(ask->template.view);
    const char *dot = memrchr(view.ptr, '.', view.len);
    uint64_t cs = 0;
    struct vt_str conv = { view.ptr, dot ? (size_t)(dot - view.ptr) : 0 };
    struct vt_str number = { dot ? dot + 1 : view.ptr, dot ? view.len - conv.len - 1 : 0 };
    if (!dot || vt_str_to_u64(number, 1, UINT32_MAX, &cs)) {
        end_with(ask, VT_MEDIA_UNKNOWN, "What was looked at is not kept any more.");
        return;
    }
    ask->cs = (uint32_t)cs;
    take_conv(ask, conv);
    if (vt_store_since(ask->templates->deps.store, vt_str(ask->site), conv, 1 << VT_AUDIENCE_CUSTOMER,
                       ask->cs - 1, 1, handle_row, ask) != VT_OK)
        end_with(ask, VT_MEDIA_BUSY, "The store is busy. Ask again in a moment.");
}

/* --- the address ------------------------------------------------------------------------------------ */

/* The site whose key the signature fits. A site's expired one is told as such. */
static const struct vt_site *check_signature(struct ask *ask, struct vt_http_req *req,
                                             struct vt_media_problem *problem)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf target = VT_BUF_INIT(TARGET_BYTES);
    struct vt_sign_keys keys;
    vt_buf_printf(&target, "%.*s?%.*s", VT_STR_ARG(req->path), VT_STR_ARG(req->query));
    vt_media_problem_set(problem, VT_MEDIA_SIGNATURE,
                         "This address needs a signature that fits it; ask for a new address.");
    const struct vt_site *site = NULL;
    while ((site = vt_sites_next(ask->templates->deps.sites, site)) != NULL) {
        enum vt_media_err err = VT_MEDIA_SIGNATURE;
        if (vt_site_sign_keys(site, &keys) == VT_OK)
            err = vt_sign_check_url(&keys, vt_buf_view(&target), vt_steady_ms() / 1000, problem);
        vt_secret_wipe(&keys, sizeof(keys));
        if (err != VT_MEDIA_SIGNATURE)
            return err == VT_MEDIA_OK ? site : NULL;
    }
    return NULL;
}

/* "{template}/{id}.{fmt}" behind "/p/". */
static bool read_path(struct ask *ask, struct vt_str rest, enum vt_template_kind *ret_kind)
{
    const char *slash = memchr(rest.ptr, '/', rest.len);
    const char *dot = memrchr(rest.ptr, '.', rest.len);
    if (!slash || !dot || dot < slash)
        return false;
    struct vt_str word = { rest.ptr, (size_t)(slash - rest.ptr) };
    struct vt_str id = { slash + 1, (size_t)(dot - slash - 1) };
    struct vt_str fmt = { dot + 1, (size_t)(rest.ptr + rest.len - dot - 1) };
    return vt_template_kind_from_word(word, ret_kind) && vt_media_id_ok(id) &&
           vt_str_copy(ask->id, sizeof(ask->id), id) && vt_format_from_word(fmt, &ask->recipe.format) &&
           ask->recipe.format <= VT_FMT_AVIF;
}

static bool read_address(struct ask *ask, struct vt_http_req *req, struct vt_media_problem *problem)
{
    enum vt_template_kind kind;
    struct vt_str d = { NULL, 0 }, conv = { NULL, 0 };
    const struct vt_site *site = check_signature(ask, req, problem);
    if (!site)
        return false;
    vt_str_copy(ask->site, sizeof(ask->site), vt_str(site->id));
    if (!read_path(ask, (struct vt_str){ req->path.ptr + 3, req->path.len - 3 }, &kind)) {
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                             "A drawn picture is /p/ and card, sheet, scale or recap, then the picture's id "
                             "with .jpg, .png, .webp or .avif.");
        return false;
    }
    vt_http_query_get(&req->arena, req->query, "d", &d);
    if (vt_http_query_get(&req->arena, req->query, "c", &conv) == VT_OK)
        take_conv(ask, conv);
    vt_str_copy(ask->addr, sizeof(ask->addr), req->addr);
    if (vt_pictures_read_max(req, &ask->recipe.max_bytes, problem) != VT_MEDIA_OK)
        return false;
    return vt_template_decode_d(kind, vt_str(ask->id), d, &ask->template, problem) == VT_MEDIA_OK;
}

static void handle_template(struct vt_http_req *req, void *owner)
{
    struct vt_media_problem problem;
    struct ask *ask = calloc(1, sizeof(*ask));
    if (!ask) {
        vt_http_problem(req, 503, "busy", "Too much at once", "The server is short of memory.");
        return;
    }
    ask->templates = owner;
    ask->now = req;
    vt_buf_init(&ask->json, VT_TEMPLATE_JSON_MAX);
    vt_pictures_allow_everyone(req);
    if (!read_address(ask, req, &problem))
        end_with_problem(ask, &problem);
    else if (ask->template.kind == VT_TEMPLATE_RECAP)
        find_view(ask);
    else
        find_next(ask);
    if (!ask->is_over)
        ask->handle = vt_http_hold(req); /* 0: answered already, and the result finds nobody */
    ask->now = NULL;
    if (ask->is_over)
        ask_free(ask);
}

struct vt_templates *vt_templates_mount(const struct vt_templates_deps *deps)
{
    struct vt_templates *templates = calloc(1, sizeof(*templates));
    if (!templates)
        return NULL;
    templates->deps = *deps;
    if (vt_http_route(deps->net, VT_GET, "/p/*", 0, handle_template, templates) == VT_OK)
        return templates;
    vt_templates_destroy(templates);
    return NULL;
}

void vt_templates_destroy(struct vt_templates *templates)
{
    free(templates);
}
