/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_spin.h"

#include <stdlib.h>
#include <string.h>

#include "media/film_pack.h"
#include "media/film_size.h"
#include "server/base/err.h"
#include "server/media_internal.h"

enum {
    AT_ONCE = 4,    /* frames on their way: a film is not worth all the workers */
    SPINS_MOST = 16 /* with their frames in memory */
};

/* --- what a spin is --------------------------------------------------------------------------------------
 */

void vt_media_spin_recipe(const char *id, uint32_t width, uint32_t height, struct vt_recipe *ret_recipe)
{
    *ret_recipe = (struct vt_recipe){ .kind = VT_RECIPE_THUMB,
                                      .full_w = width,
                                      .full_h = height,
                                      .w = width,
                                      .h = height,
                                      .format = VT_FMT_JPEG };
    vt_str_copy(ret_recipe->media, sizeof(ret_recipe->media), vt_str(id));
    vt_film_fit(width, height, &ret_recipe->out_w, &ret_recipe->out_h);
}

const struct vt_spin *vt_media_spin_set(const struct vt_sites *sites, struct vt_str id,
                                        const struct vt_site **ret_site)
{
    const struct vt_spin *set = NULL;
    for (const struct vt_site *site = vt_sites_next(sites, NULL); site && !set;
         site = vt_sites_next(sites, site)) {
        set = site->catalogue ? vt_catalogue_spin(site->catalogue, id) : NULL;
        *ret_site = site;
    }
    return set;
}

int vt_media_spin_text(const struct vt_spin *set, struct vt_buf *out)
{
    struct vt_film_spin spin = { .count = (uint8_t)set->n };
    for (size_t i = 0; i < set->n; i++)
        vt_str_copy(spin.frames[i], sizeof(spin.frames[i]), vt_str(set->frames[i]));
    return vt_film_spin_text(&spin, out);
}

/* --- its film ----------------------------------------------------------------------------------------------
 */

struct spinning;
struct frame {
    struct spinning *of;
    uint32_t at; /* in the film */
};

/* One who waits for a spin's film: looked for in the cache, then its frames are gathered, then a worker has
 * them. */
struct spinning {
    struct vt_list link; /* vt_media.spinnings */
    struct vt_media *media;
    struct vt_film_spin spin;
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1], group[VT_MEDIA_ID_MAX + 1], site[VT_MEDIA_SITE];
    char *text; /* owned */
    struct vt_film_pack pack;
    struct frame frames[VT_FILM_SPIN_MOST];
    uint32_t width, height; /* of the first picture; 0: not known yet */
    uint32_t begun, under_way;
    bool is_loading; /* vt_cache_load will call */
    bool is_beginning;
    struct vt_media_problem problem; /* of the first frame that failed */
    vt_media_made_fn *made;
    void *arg;
};

static void end(struct spinning *spinning, const struct vt_media_problem *problem, struct vt_str bytes)
{
    spinning->made(spinning->arg, problem, bytes);
    vt_list_remove(&spinning->link);
    spinning->media->spinning_count--;
    vt_film_pack_close(&spinning->pack);
    free(spinning->text);
    free(spinning);
}

static void fail(struct spinning *spinning, enum vt_media_err err, const char *detail)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, err, "%s", detail);
    problem.retry_after_s = 5;
    end(spinning, &problem, (struct vt_str){ NULL, 0 });
}

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    end(arg, problem, bytes);
}

static void begin_frames(struct spinning *spinning);

/* Nothing of it is under way any more, or the next frames are. */
static void go_on(struct spinning *spinning)
{
    if (spinning->is_beginning)
        return;
    if (!spinning->problem.err)
        begin_frames(spinning);
    if (spinning->under_way > 0)
        return;
    if (spinning->problem.err) {
        end(spinning, &spinning->problem, (struct vt_str){ NULL, 0 });
        return;
    }
    const struct vt_media_order order = { .recipe = &spinning->recipe,
                                          .key = spinning->key,
                                          .group = vt_str(spinning->group),
                                          .site = vt_str(spinning->site) };
    vt_media_make(spinning->media, &order, handle_made, spinning);
}

static void end_frame(struct spinning *spinning, const struct vt_media_problem *problem)
{
    if (problem && !spinning->problem.err)
        spinning->problem = *problem;
    spinning->under_way--;
    go_on(spinning);
}

static void handle_frame(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    const struct frame *frame = arg;
    struct spinning *spinning = frame->of;
    struct vt_media_problem full;
    const uint32_t index = vt_film_spin_frame(&spinning->spin, frame->at);
    if (bytes.ptr && vt_film_pack_put(&spinning->pack, index, bytes) != VT_OK) {
        vt_media_problem_set(&full, VT_MEDIA_BUSY, "There is no memory for the frames of this spin.");
        problem = &full;
    }
    end_frame(spinning, problem);
}

static bool is_of_size(struct spinning *spinning, uint32_t at, const struct vt_media_master *master,
                       struct vt_media_problem *problem)
{
    if (!spinning->width) {
        spinning->width = master->tix->width;
        spinning->height = master->tix->height;
    }
    if (master->tix->width == spinning->width && master->tix->height == spinning->height)
        return true;
    vt_media_problem_set(problem, VT_MEDIA_BROKEN,
                         "Spin frame %u is %u x %u pixels, the first %u x %u; all must have one size.",
                         vt_film_spin_frame(&spinning->spin, at), master->tix->width, master->tix->height,
                         spinning->width, spinning->height);
    return false;
}

static void handle_picture(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct frame *frame = arg;
    struct spinning *spinning = frame->of;
    struct vt_media_problem why;
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1];
    if (!master || !is_of_size(spinning, frame->at, master, &why)) {
        end_frame(spinning, master ? &why : problem);
        return;
    }
    vt_media_spin_recipe(master->id, spinning->width, spinning->height, &recipe);
    if (vt_recipe_key(&recipe, key) != VT_OK) {
        vt_media_problem_set(&why, VT_MEDIA_BUSY, "The server is short of memory.");
        end_frame(spinning, &why);
        return;
    }
    const struct vt_media_order order = { .recipe = &recipe, .key = key, .master = master };
    vt_media_make(spinning->media, &order, handle_frame, frame);
}

/* The first alone, as its size is everybody's. In the order of the film: somebody may drag meanwhile. */
static void begin_frames(struct spinning *spinning)
{
    spinning->is_beginning = true;
    while (!spinning->problem.err && spinning->begun < spinning->spin.count &&
           spinning->under_way < (spinning->width ? AT_ONCE : 1)) {
        struct frame *frame = &spinning->frames[spinning->begun];
        *frame = (struct frame){ spinning, spinning->begun++ };
        spinning->under_way++;
        vt_media_find(spinning->media,
                      vt_str(spinning->spin.frames[vt_film_spin_frame(&spinning->spin, frame->at)]),
                      handle_picture, frame);
    }
    spinning->is_beginning = false;
}

static void gather(struct spinning *spinning)
{
    if (vt_film_pack_open(&spinning->pack, spinning->spin.count) != VT_OK)
        fail(spinning, VT_MEDIA_BUSY, "There is no memory for the frames of this spin.");
    else
        go_on(spinning);
}

static void handle_loaded(void *arg, struct vt_blob *blob)
{
    struct spinning *spinning = arg;
    spinning->is_loading = false;
    if (blob)
        end(spinning, NULL, (struct vt_str){ (const char *)blob->bytes, blob->len });
    else
        gather(spinning);
}

/* What the cache has needs no frames. */
static void begin(struct spinning *spinning)
{
    struct vt_media *media = spinning->media;
    struct vt_blob *blob = vt_cache_get(media->cache, vt_str(spinning->key));
    if (blob)
        end(spinning, NULL, (struct vt_str){ (const char *)blob->bytes, blob->len });
    else if (vt_cache_load(media->cache, vt_str(spinning->key), handle_loaded, spinning) == VT_OK)
        spinning->is_loading = true;
    else
        gather(spinning);
    vt_blob_unref(blob);
}

void vt_media_spin_film(struct vt_media *media, const struct vt_media_film_order *order,
                        vt_media_made_fn *made, void *arg)
{
    struct vt_media_problem problem;
    struct spinning *spinning = media->is_closing || media->spinning_count >= SPINS_MOST
                                    ? NULL
                                    : calloc(1, sizeof(*spinning));
    char *text = spinning ? vt_str_dup(vt_str(order->text)) : NULL;
    if (!text) {
        free(spinning);
        vt_media_problem_set(&problem, VT_MEDIA_BUSY,
                             "Too many spins are being made. Ask again in a moment.");
        problem.retry_after_s = 5;
        made(arg, &problem, (struct vt_str){ NULL, 0 });
        return;
    }
    *spinning = (struct spinning){
        .media = media, .text = text, .pack = { .fd = -1 }, .made = made, .arg = arg
    };
    spinning->recipe = vt_media_film_recipe(order);
    spinning->recipe.template_json = text;
    vt_str_copy(spinning->group, sizeof(spinning->group), order->group);
    if (order->site.ptr)
        vt_str_copy(spinning->site, sizeof(spinning->site), order->site);
    vt_list_append(&media->spinnings, &spinning->link);
    media->spinning_count++;
    if (vt_film_spin_decode(vt_str(text), &spinning->spin, &problem) != VT_MEDIA_OK)
        end(spinning, &problem, (struct vt_str){ NULL, 0 });
    else if (vt_recipe_key(&spinning->recipe, spinning->key) != VT_OK)
        fail(spinning, VT_MEDIA_BUSY, "The server is short of memory.");
    else
        begin(spinning);
}

static struct spinning *find_spinning(struct vt_media *media, const char *key)
{
    VT_LIST_EACH (spinning, &media->spinnings, struct spinning, link)
        if (strcmp(spinning->key, key) == 0)
            return spinning;
    return NULL;
}

int vt_media_spin_pack(struct vt_media *media, const char *key)
{
    VT_LIST_EACH (spinning, &media->spinnings, struct spinning, link)
        if (strcmp(spinning->key, key) == 0 && spinning->begun == spinning->spin.count &&
            !spinning->under_way)
            return spinning->pack.fd;
    return -1;
}

bool vt_media_is_spinning(struct vt_media *media, const char *key)
{
    return find_spinning(media, key) != NULL;
}

void vt_media_end_spins(struct vt_media *media)
{
    VT_LIST_EACH (spinning, &media->spinnings, struct spinning, link)
        if (spinning->is_loading) /* the cache calls nobody any more; all others have been told */
            fail(spinning, VT_MEDIA_BUSY, "The server is going down.");
}
