/* SPDX-License-Identifier: Apache-2.0 */
#include "server/film.h"

#include <stdlib.h>
#include <string.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/fanout.h"
#include "server/media_spin.h"
#include "server/media_told.h"
#include "server/site.h"
#include "server/site_secret.h"

enum { STRIDES = 20 /* told for each twentieth of the film that is there */ };

struct filming {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], who[VT_WHO_TEXT];
    char id[VT_SIGN_ID + 1], group[VT_MEDIA_ID_MAX + 1];
    char *text; /* owned */
    uint32_t whole_ms;
    int stride; /* told last; -1: none */
    struct vt_media_watcher watcher;
    vt_film_ordered_fn *done;
    void *arg;
};

static void filming_free(struct filming *filming)
{
    if (filming->watcher.fn)
        vt_media_unwatch(&filming->watcher);
    free(filming->text);
    free(filming);
}

static void refuse(struct filming *filming, enum vt_media_err err, const char *detail)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, err, "%s", detail);
    filming->done(filming->arg, NULL, &problem);
    filming_free(filming);
}

/* --- telling ---------------------------------------------------------------------------------------------
 */

static void tell(struct filming *filming, enum vt_film_state state, double part, const char *why)
{
    struct vt_conversation *conv = vt_conv_find(filming->app, vt_str(filming->site), vt_str(filming->conv));
    struct vt_evt_film_job d = {
        .job = vt_str(filming->id), .state = state, .part = part, .why = vt_str(why)
    };
    if (!conv)
        return;
    if (state != VT_FILM_STATE_FAILED)
        d.media = vt_told_media(conv, &filming->app->arena, vt_str(filming->id));
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (strcmp(vt_member_who(member), filming->who) == 0)
            vt_fanout_member(member, VT_OP_FILM_JOB, VT_CLASS_CONTROL, &d);
}

static void handle_look(void *arg, enum vt_film_look look)
{
    struct filming *filming = arg;
    uint64_t bytes;
    uint32_t ms;
    if ((look != VT_FILM_BEGUN && look != VT_FILM_GREW) ||
        !vt_media_live_size(filming->app->deps.media, filming->watcher.key, &bytes, &ms))
        return;
    const double part = ms < filming->whole_ms ? (double)ms / filming->whole_ms : 1;
    if ((int)(part * STRIDES) == filming->stride)
        return;
    filming->stride = (int)(part * STRIDES);
    tell(filming, VT_FILM_STATE_ENCODING, part, NULL);
}

/* The smaller copy is nobody's to wait for. */
static void handle_smaller(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    (void)arg, (void)problem, (void)bytes;
}

static struct vt_media_film_order order_of(const struct filming *filming, enum vt_recipe_kind kind)
{
    return (struct vt_media_film_order){
        .id = filming->id,
        .text = filming->text,
        .kind = kind,
        .group = vt_str(filming->group),
        .site = kind == VT_RECIPE_FILM ? vt_str(filming->site) : (struct vt_str){ 0 },
    };
}

static void handle_made(void *arg, const struct vt_media_problem *problem, struct vt_str bytes)
{
    struct filming *filming = arg;
    const struct vt_media_film_order smaller = order_of(filming, VT_RECIPE_FILM_AV1);
    if (bytes.ptr) {
        tell(filming, VT_FILM_STATE_READY, 1, NULL);
        vt_media_film(filming->app->deps.media, &smaller, handle_smaller, NULL);
    } else {
        tell(filming, VT_FILM_STATE_FAILED, 0, problem->detail);
    }
    filming_free(filming);
}

/* --- beginning -------------------------------------------------------------------------------------------
 */

/* On record now: from here on a grant opens it. */
static void handle_recorded(void *arg, int err)
{
    struct filming *filming = arg;
    struct vt_media *media = filming->app->deps.media;
    const struct vt_media_film_order order = order_of(filming, VT_RECIPE_FILM);
    char key[VT_RECIPE_KEY + 1];
    if (err || vt_media_film_key(&order, key) != VT_OK) {
        refuse(filming, VT_MEDIA_BUSY, "The film could not be recorded. Ask again in a moment.");
        return;
    }
    filming->watcher = (struct vt_media_watcher){ .fn = handle_look, .arg = filming };
    memcpy(filming->watcher.key, key, sizeof(key));
    vt_media_watch(media, &filming->watcher);
    filming->done(filming->arg, filming->id, NULL);
    tell(filming, VT_FILM_STATE_QUEUED, 0, NULL);
    vt_media_film(media, &order, handle_made, filming);
}

static int name_it(struct filming *filming)
{
    char sha[VT_SHA256_TEXT];
    const struct vt_site *site = vt_sites_by_id(filming->app->deps.sites, vt_str(filming->site));
    struct vt_sha256 *hash = site ? vt_sha256_begin() : NULL;
    int err = hash ? vt_sha256_add(hash, filming->text, strlen(filming->text)) : VT_ERR_MISSING;
    if (!hash || vt_sha256_end(hash, sha) != VT_OK)
        err = VT_ERR_NOMEM;
    return err ? err : vt_site_media_id(site, "film", vt_str(filming->conv), vt_str(sha), filming->id);
}

/* Its id is known from the catalogue, so it needs no record. */
static bool is_of_catalogue(struct filming *filming)
{
    struct vt_media_problem problem;
    struct vt_film_spin spin;
    const struct vt_conversation *conv = vt_conv_find(filming->app, vt_str(filming->site),
                                                      vt_str(filming->conv));
    const struct vt_str text = vt_str(filming->text);
    if (!conv || !vt_film_is_spin(text) || vt_film_spin_decode(text, &spin, &problem) != VT_MEDIA_OK ||
        spin.reverse)
        return false;
    const struct vt_spin *set = vt_told_spin(conv, vt_str(spin.frames[0]));
    bool is_same = set && set->n == spin.count;
    for (size_t i = 0; is_same && i < set->n; i++)
        is_same = strcmp(set->frames[i], spin.frames[i]) == 0;
    if (is_same) {
        vt_str_copy(filming->id, sizeof(filming->id), vt_str(set->id));
        vt_str_copy(filming->group, sizeof(filming->group), vt_str(set->id));
    }
    return is_same;
}

static void record(struct filming *filming)
{
    struct vt_medium medium = { .kind = VT_MEDIUM_FILM, .created = vt_wall_ms() };
    vt_str_copy(medium.id, sizeof(medium.id), vt_str(filming->id));
    vt_str_copy(medium.site, sizeof(medium.site), vt_str(filming->site));
    vt_str_copy(medium.conv, sizeof(medium.conv), vt_str(filming->conv));
    vt_film_text_size(vt_str(filming->text), &medium.width, &medium.height);
    int err = vt_media_film_keep(filming->app->deps.media, filming->id, vt_str(filming->text));
    if (err)
        refuse(filming, VT_MEDIA_NO_ROOM, "There is no room on the disk for this film.");
    else if (vt_media_index_add(filming->app->deps.index, &medium, handle_recorded, filming) != VT_OK)
        refuse(filming, VT_MEDIA_BUSY, "The film could not be recorded. Ask again in a moment.");
}

void vt_film_order(struct vt_conversation *conv, const char *who, struct vt_str text,
                   vt_film_ordered_fn *done, void *arg)
{
    struct vt_media_problem problem;
    struct filming *filming = calloc(1, sizeof(*filming));
    char *copy = filming ? vt_str_dup(text) : NULL;
    if (!copy) {
        free(filming);
        vt_media_problem_set(&problem, VT_MEDIA_BUSY, "The server is short of memory.");
        done(arg, NULL, &problem);
        return;
    }
    *filming = (struct filming){ .app = conv->app,
                                 .text = copy,
                                 .whole_ms = vt_film_text_ms(text),
                                 .stride = -1,
                                 .done = done,
                                 .arg = arg };
    vt_str_copy(filming->site, sizeof(filming->site), vt_str(conv->site));
    vt_str_copy(filming->conv, sizeof(filming->conv), vt_str(conv->conv));
    vt_str_copy(filming->who, sizeof(filming->who), vt_str(who));
    vt_media_group(vt_str(conv->conv), filming->group);
    if (is_of_catalogue(filming))
        handle_recorded(filming, VT_OK);
    else if (name_it(filming) != VT_OK)
        refuse(filming, VT_MEDIA_BUSY, "The film could not be named. Ask again in a moment.");
    else
        record(filming);
}
