/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_film.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/media_internal.h"
#include "server/media_spin.h"

enum { FRAGMENT_MS = 100 };

/* --- what is kept -------------------------------------------------------------------------------------- */

int vt_media_film_keep(struct vt_media *media, const char *id, struct vt_str text)
{
    return vt_masters_keep_film(media->masters, id, text);
}

int vt_media_film_text(struct vt_media *media, struct vt_str id, struct vt_buf *out)
{
    return vt_masters_film(media->masters, id, out);
}

/* --- one being made ------------------------------------------------------------------------------------ */

/* The fragments of a film on a worker. */
struct live {
    struct vt_list link; /* vt_media.lives */
    char key[VT_RECIPE_KEY + 1];
    int fd; /* owned */
    uint32_t parts, part_ms;
};

static struct live *find_live(struct vt_media *media, const char *key)
{
    VT_LIST_EACH (live, &media->lives, struct live, link)
        if (strcmp(live->key, key) == 0)
            return live;
    return NULL;
}

static void tell(struct vt_media *media, const char *key, enum vt_film_look look)
{
    VT_LIST_EACH (watcher, &media->watchers, struct vt_media_watcher, link)
        if (strcmp(watcher->key, key) == 0)
            watcher->fn(watcher->arg, look);
}

static void end_live(struct vt_media *media, struct live *live, enum vt_film_look look)
{
    tell(media, live->key, look);
    vt_list_remove(&live->link);
    close(live->fd);
    free(live);
}

/* Whole frames until FRAGMENT_MS are full: a spin has few a second. */
static uint32_t part_ms(const struct vt_recipe *recipe)
{
    struct vt_media_problem problem;
    struct vt_film_spin spin;
    const struct vt_str text = vt_str(recipe->template_json);
    if (!vt_film_is_spin(text) || vt_film_spin_decode(text, &spin, &problem) != VT_MEDIA_OK)
        return FRAGMENT_MS;
    const uint32_t fps = vt_film_spin_fps(spin.count);
    return (fps * FRAGMENT_MS + 999) / 1000 * 1000 / fps;
}

static int begin_live(struct vt_media *media, const struct vt_recipe *recipe, struct live **ret_live)
{
    struct live *live = calloc(1, sizeof(*live));
    if (!live)
        return VT_ERR_NOMEM;
    live->fd = vt_masters_blank(media->masters);
    if (live->fd < 0 || vt_recipe_key(recipe, live->key) != VT_OK) {
        if (live->fd >= 0)
            close(live->fd);
        free(live);
        return VT_ERR_IO;
    }
    live->part_ms = part_ms(recipe);
    vt_list_append(&media->lives, &live->link);
    *ret_live = live;
    return VT_OK;
}

static int submit(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe,
                  const int *source_fds, size_t n_sources)
{
    struct live *live = NULL;
    if (recipe->kind != VT_RECIPE_FILM || recipe->max_bytes) /* what may be made twice is shown at the end */
        return vt_media_submit(media, job, recipe, source_fds, n_sources, -1);
    int err = begin_live(media, recipe, &live);
    if (!err)
        err = vt_media_submit(media, job, recipe, source_fds, n_sources, live->fd);
    if (!live)
        return err;
    if (err) {
        vt_list_remove(&live->link);
        close(live->fd);
        free(live);
    } else {
        tell(media, live->key, VT_FILM_BEGUN);
    }
    return err;
}

static int start_spin(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe)
{
    char key[VT_RECIPE_KEY + 1];
    int err = vt_recipe_key(recipe, key);
    const int fd = err ? -1 : vt_media_spin_pack(media, key);
    return fd < 0 ? VT_ERR_MISSING : submit(media, job, recipe, &fd, 1);
}

static int start_stills(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe)
{
    struct vt_media_master *masters[VT_FILM_STILLS] = { NULL };
    struct vt_media_problem problem;
    int fds[VT_FILM_STILLS], err = VT_OK;
    struct vt_film *film = malloc(sizeof(*film));
    if (!film)
        return VT_ERR_NOMEM;
    if (vt_film_decode(vt_str(recipe->template_json), film, &problem) != VT_MEDIA_OK) {
        free(film);
        return VT_ERR_INVALID;
    }
    for (size_t i = 0; !err && i < film->count; i++) {
        masters[i] = vt_masters_find(media->masters, vt_str(film->stills[i].media));
        fds[i] = masters[i] ? masters[i]->fd : -1;
        err = masters[i] ? VT_OK : VT_ERR_MISSING;
    }
    if (!err)
        err = submit(media, job, recipe, fds, film->count);
    for (size_t i = 0; i < VT_FILM_STILLS; i++)
        vt_media_master_unref(masters[i]);
    free(film);
    return err;
}

int vt_media_start_film(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe)
{
    return vt_film_is_spin(vt_str(recipe->template_json)) ? start_spin(media, job, recipe)
                                                          : start_stills(media, job, recipe);
}

void vt_media_film_grew(struct vt_media *media, struct vt_str key)
{
    char text[VT_RECIPE_KEY + 1];
    struct live *live = vt_str_copy(text, sizeof(text), key) ? find_live(media, text) : NULL;
    if (!live)
        return;
    live->parts++;
    tell(media, live->key, VT_FILM_GREW);
}

void vt_media_film_over(struct vt_media *media, const char *key, bool is_good)
{
    struct live *live = find_live(media, key);
    if (live)
        end_live(media, live, is_good ? VT_FILM_WHOLE : VT_FILM_BROKEN);
}

void vt_media_end_films(struct vt_media *media)
{
    while (!vt_list_is_empty(&media->lives))
        end_live(media, VT_CONTAINER_OF(media->lives.next, struct live, link), VT_FILM_BROKEN);
}

/* --- looking on ---------------------------------------------------------------------------------------- */

void vt_media_watch(struct vt_media *media, struct vt_media_watcher *watcher)
{
    vt_list_append(&media->watchers, &watcher->link);
}

void vt_media_unwatch(struct vt_media_watcher *watcher)
{
    vt_list_remove(&watcher->link);
}

int vt_media_live(struct vt_media *media, const char *key)
{
    const struct live *live = find_live(media, key);
    return live ? fcntl(live->fd, F_DUPFD_CLOEXEC, 3) : -1;
}

bool vt_media_live_size(struct vt_media *media, const char *key, uint64_t *ret_bytes, uint32_t *ret_ms)
{
    struct stat st;
    const struct live *live = find_live(media, key);
    if (!live || fstat(live->fd, &st) != 0)
        return false;
    *ret_bytes = (uint64_t)st.st_size;
    *ret_ms = live->parts > 1 ? (live->parts - 1) * live->part_ms : 0; /* the first is the head */
    return true;
}

enum vt_media_film_state vt_media_film_state(struct vt_media *media, const char *key, uint32_t *ret_position,
                                             double *ret_ms, struct vt_media_problem *ret_problem)
{
    uint64_t bytes;
    uint32_t ms;
    if (vt_media_live_size(media, key, &bytes, &ms)) {
        *ret_ms = ms;
        return VT_MEDIA_FILM_ENCODING;
    }
    if (media->jobs && vt_jobs_find(media->jobs, vt_str(key), ret_position))
        return VT_MEDIA_FILM_QUEUED;
    if (vt_media_is_spinning(media, key)) {
        *ret_position = 1;
        return VT_MEDIA_FILM_QUEUED;
    }
    return vt_media_is_refused(media, vt_str(key), ret_problem) ? VT_MEDIA_FILM_FAILED : VT_MEDIA_FILM_READY;
}

/* --- asking for one ------------------------------------------------------------------------------------- */

/* Its pictures are looked for one after the other: at most twelve, and mostly there. */
struct finding {
    struct vt_media *media;
    struct vt_film film;
    struct vt_recipe recipe;
    char key[VT_RECIPE_KEY + 1], group[VT_MEDIA_ID_MAX + 1], site[VT_MEDIA_SITE];
    char *text; /* owned */
    size_t found;
    vt_media_made_fn *made;
    void *arg;
};

struct vt_recipe vt_media_film_recipe(const struct vt_media_film_order *order)
{
    struct vt_recipe recipe = { .kind = order->kind,
                                .format = order->format,
                                .max_bytes = order->max_bytes,
                                .template_json = order->text };
    vt_str_copy(recipe.media, sizeof(recipe.media), vt_str(order->id));
    return recipe;
}

int vt_media_film_key(const struct vt_media_film_order *order, char ret_key[VT_RECIPE_KEY + 1])
{
    const struct vt_recipe recipe = vt_media_film_recipe(order);
    return vt_recipe_key(&recipe, ret_key);
}

static void end_finding(struct finding *finding, const struct vt_media_problem *problem, struct vt_str bytes)
{
    finding->made(finding->arg, problem, bytes);
    free(finding->text);
    free(finding);
}

static void find_next(struct finding *finding);

static void handle_found(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct finding *finding = arg;
    if (!master) {
        end_finding(finding, problem, (struct vt_str){ NULL, 0 });
        return;
    }
    finding->found++;
    find_next(finding);
}

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    end_finding(arg, problem, bytes);
}

static void find_next(struct finding *finding)
{
    if (finding->found < finding->film.count) {
        vt_media_find(finding->media, vt_str(finding->film.stills[finding->found].media), handle_found,
                      finding);
        return;
    }
    const struct vt_media_order order = { .recipe = &finding->recipe,
                                          .key = finding->key,
                                          .group = vt_str(finding->group),
                                          .site = vt_str(finding->site) };
    vt_media_make(finding->media, &order, handle_made, finding);
}

static void make_stills(struct vt_media *media, const struct vt_media_film_order *order,
                        vt_media_made_fn *made, void *arg)
{
    struct vt_media_problem problem;
    struct finding *finding = calloc(1, sizeof(*finding));
    enum vt_media_err err = VT_MEDIA_OK;
    if (finding) {
        *finding = (struct finding){
            .media = media, .recipe = vt_media_film_recipe(order), .made = made, .arg = arg
        };
        finding->recipe.template_json = finding->text = vt_str_dup(vt_str(order->text));
        vt_str_copy(finding->group, sizeof(finding->group), order->group);
        if (order->site.ptr)
            vt_str_copy(finding->site, sizeof(finding->site), order->site);
        err = vt_film_decode(vt_str(order->text), &finding->film, &problem);
    }
    if (!finding || !finding->text || vt_recipe_key(&finding->recipe, finding->key) != VT_OK)
        err = vt_media_problem_set(&problem, VT_MEDIA_BUSY, "The server is short of memory.");
    if (!err) {
        find_next(finding);
        return;
    }
    if (finding)
        free(finding->text);
    free(finding);
    made(arg, &problem, (struct vt_str){ NULL, 0 });
}

void vt_media_film(struct vt_media *media, const struct vt_media_film_order *order, vt_media_made_fn *made,
                   void *arg)
{
    if (vt_film_is_spin(vt_str(order->text)))
        vt_media_spin_film(media, order, made, arg);
    else
        make_stills(media, order, made, arg);
}
