/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/spins.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/http/pictures_internal.h"
#include "server/media_spin.h"

/* A browser asks for several at once and again for none: rather late than refused. */
enum { WAIT_MS = 5000 };

struct vt_spin_pages {
    struct vt_spin_pages_deps deps;
};

/* One request on its way; `now` is set while the handler runs, after that it is found by its handle. */
struct ask {
    struct vt_spin_pages *pages; /* borrowed */
    struct vt_http_req *now;     /* NULL: held */
    uint64_t handle;
    bool is_over;
    bool has_first; /* its size is that of the spin */
    unsigned frame;
    uint32_t width, height; /* of the first picture */
    char first[VT_SHA256_TEXT], picture[VT_SHA256_TEXT], site[VT_MEDIA_SITE];
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1];
};

static struct vt_http_req *request_of(const struct ask *ask)
{
    return ask->now ? ask->now : vt_http_held(ask->pages->deps.net, ask->handle);
}

/* The handler frees one that ended while it ran. */
static void end(struct ask *ask)
{
    ask->is_over = true;
    if (!ask->now)
        free(ask);
}

static void end_with(struct ask *ask, struct vt_http_req *req, const struct vt_media_problem *problem)
{
    vt_pictures_problem(req, problem);
    end(ask);
}

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    struct ask *ask = arg;
    struct vt_http_req *req = request_of(ask);
    if (!req) {
        end(ask);
    } else if (!bytes.ptr) {
        end_with(ask, req, problem);
    } else {
        vt_pictures_kept(req, ask->key, VT_PICTURES_FOREVER);
        vt_pictures_bytes(req, "image/jpeg", bytes);
        end(ask);
    }
}

static void make(struct ask *ask, struct vt_http_req *req, struct vt_media_master *master)
{
    struct vt_media_problem problem;
    vt_media_spin_recipe(ask->picture, ask->width, ask->height, &ask->recipe);
    if (vt_recipe_key(&ask->recipe, ask->key) != VT_OK) {
        vt_media_problem_set(&problem, VT_MEDIA_BUSY, "The server is short of memory.");
        end_with(ask, req, &problem);
    } else if (vt_pictures_is_known(req, ask->key, VT_PICTURES_FOREVER)) {
        end(ask);
    } else {
        const struct vt_media_order order = {
            .recipe = &ask->recipe,
            .key = ask->key,
            .master = master,
            .site = vt_str(ask->site),
            .max_wait_ms = WAIT_MS,
        };
        vt_media_make(ask->pages->deps.media, &order, handle_made, ask);
    }
}

static void refuse_size(struct ask *ask, struct vt_http_req *req, const struct vt_media_master *master)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, VT_MEDIA_BROKEN,
                         "Spin frame %u is %u x %u pixels, the first %u x %u; export all in one size and "
                         "import them again.",
                         ask->frame, master->tix->width, master->tix->height, ask->width, ask->height);
    end_with(ask, req, &problem);
}

/* First the spin's first picture, which says how large all are, then the one wanted. */
static void handle_found(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct ask *ask = arg;
    struct vt_http_req *req = request_of(ask);
    if (!req) {
        end(ask);
    } else if (!master) {
        end_with(ask, req, problem);
    } else if (!ask->has_first) {
        ask->has_first = true;
        ask->width = master->tix->width;
        ask->height = master->tix->height;
        vt_media_find(ask->pages->deps.media, vt_str(ask->picture), handle_found, ask);
    } else if (master->tix->width != ask->width || master->tix->height != ask->height) {
        refuse_size(ask, req, master);
    } else {
        make(ask, req, master);
    }
}

/* "{id}/{nn}.jpg" */
static bool parse(struct vt_str path, struct vt_str *ret_id, uint64_t *ret_frame)
{
    enum { ID = 64, LEN = ID + 7 };
    *ret_id = (struct vt_str){ path.ptr, ID };
    return path.len == LEN && path.ptr[ID] == '/' && memcmp(path.ptr + ID + 3, ".jpg", 4) == 0 &&
           vt_media_id_is_hash(*ret_id) &&
           vt_str_to_u64((struct vt_str){ path.ptr + ID + 1, 2 }, 0, 99, ret_frame) == VT_OK;
}

static bool understand(struct ask *ask, struct vt_str path, struct vt_media_problem *problem)
{
    struct vt_str id;
    uint64_t frame;
    if (!parse(path, &id, &frame)) {
        vt_media_problem_set(problem, VT_MEDIA_UNKNOWN,
                             "There is nothing at \"%s\"; a spin frame is /v/{id}/{nn}.jpg, two digits.",
                             vt_media_quote(path).text);
        return false;
    }
    const struct vt_site *site;
    const struct vt_spin *spin = vt_media_spin_set(ask->pages->deps.sites, id, &site);
    if (!spin || frame >= spin->n) {
        if (spin)
            vt_media_problem_set(problem, VT_MEDIA_UNKNOWN,
                                 "This spin has %zu frames, 00 to %02zu; %02u is none.", spin->n, spin->n - 1,
                                 (unsigned)frame);
        else
            vt_media_problem_set(problem, VT_MEDIA_UNKNOWN, "There is no spin \"%s\".",
                                 vt_media_quote(id).text);
        return false;
    }
    vt_str_copy(ask->site, sizeof(ask->site), vt_str(site->id));
    ask->frame = (unsigned)frame;
    memcpy(ask->first, spin->frames[0], sizeof(ask->first));
    memcpy(ask->picture, spin->frames[frame], sizeof(ask->picture));
    return true;
}

static void run(const struct ask *wanted, struct vt_http_req *req)
{
    struct ask *ask = malloc(sizeof(*ask));
    if (!ask) {
        vt_http_problem(req, 503, "busy", "Too much at once", "The server is short of memory.");
        return;
    }
    *ask = *wanted;
    ask->now = req;
    vt_media_find(ask->pages->deps.media, vt_str(ask->first), handle_found, ask);
    if (!ask->is_over)
        ask->handle = vt_http_hold(req);
    ask->now = NULL;
    if (ask->is_over)
        free(ask);
}

void vt_spin_pages_handle(struct vt_http_req *req, void *owner)
{
    struct ask ask = { .pages = owner };
    struct vt_media_problem problem;
    const size_t prefix = strlen("/v/");
    vt_pictures_allow_everyone(req);
    if (understand(&ask, (struct vt_str){ req->path.ptr + prefix, req->path.len - prefix }, &problem))
        run(&ask, req);
    else
        vt_pictures_problem(req, &problem);
}

struct vt_spin_pages *vt_spin_pages_mount(const struct vt_spin_pages_deps *deps)
{
    struct vt_spin_pages *pages = calloc(1, sizeof(*pages));
    if (!pages)
        return NULL;
    pages->deps = *deps;
    return pages;
}

void vt_spin_pages_destroy(struct vt_spin_pages *pages)
{
    free(pages);
}
