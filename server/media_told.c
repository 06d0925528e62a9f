/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_told.h"

#include <math.h>

#include "media/clip.h"
#include "server/base/err.h"
#include "server/media_grant.h"
#include "server/media_spin.h"

enum { BODY_BYTES = 128 * 1024 };

static const struct vt_app_deps *deps_of(const struct vt_conversation *conv)
{
    return &conv->app->deps;
}

struct vt_str vt_told_media(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_str media)
{
    return vt_media_told(deps_of(conv)->index, deps_of(conv)->sites, arena, media);
}

bool vt_told_may_name(const struct vt_conversation *conv, struct vt_str media)
{
    return vt_media_index_may_show(deps_of(conv)->index, vt_str(conv->site), vt_str(conv->conv), media);
}

const struct vt_spin *vt_told_spin(const struct vt_conversation *conv, struct vt_str media)
{
    const struct vt_site *site = vt_sites_by_id(deps_of(conv)->sites, vt_str(conv->site));
    return site && site->catalogue ? vt_catalogue_spin_from(site->catalogue, media) : NULL;
}

/* What is kept of a film or clip, a small file; false: it is none. */
static bool read_film(const struct vt_conversation *conv, const struct vt_medium *medium,
                      struct vt_t_film *ret_film)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_MEDIA_FILM_TEXT);
    struct vt_clip clip;
    if (medium->kind == VT_MEDIUM_PICTURE ||
        vt_media_film_text(deps_of(conv)->media, vt_str(medium->id), &text) != VT_OK)
        return false;
    if (medium->kind == VT_MEDIUM_FILM)
        *ret_film = (struct vt_t_film){ .seconds = vt_film_text_ms(vt_buf_view(&text)) / 1000.0 };
    else if (vt_clip_decode(vt_buf_view(&text), &clip) == VT_OK)
        *ret_film = (struct vt_t_film){ .seconds = vt_clip_ms(&clip) / 1000.0,
                                        .sound = clip.has_sound,
                                        .has_sound = true };
    else
        return false;
    return ret_film->seconds > 0;
}

/* Read when it is put on show or somebody comes; or the film of a spin of the catalogue. */
static bool film_of(const struct vt_conversation *conv, struct vt_str media, struct vt_t_film *ret_film)
{
    const struct vt_medium *medium = vt_media_index_find(deps_of(conv)->index, media);
    const struct vt_site *site;
    if (medium)
        return read_film(conv, medium, ret_film);
    const struct vt_spin *set = vt_media_spin_set(deps_of(conv)->sites, vt_media_bare(media), &site);
    if (set)
        *ret_film = (struct vt_t_film){ .seconds = vt_film_spin_ms((uint32_t)set->n) / 1000.0 };
    return set != NULL;
}

uint32_t vt_told_film_ms(const struct vt_conversation *conv, struct vt_str media)
{
    struct vt_t_film film;
    return film_of(conv, media, &film) ? (uint32_t)lround(film.seconds * 1000) : 0;
}

static void told_film(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_view_item *item)
{
    struct vt_t_film film;
    const bool is_film = film_of(conv, item->media, &film);
    item->film = is_film ? vt_arena_array(arena, 1, sizeof(*item->film)) : NULL;
    if (item->film)
        *item->film = film;
}

void vt_told_item(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_view_item *item)
{
    const struct vt_spin *spin = vt_told_spin(conv, item->media);
    item->spin = spin ? vt_arena_array(arena, 1, sizeof(*item->spin)) : NULL;
    if (item->spin)
        *item->spin = (struct vt_t_spin){ .id = vt_arena_str(arena, vt_str(spin->id)),
                                          .n = (uint8_t)spin->n };
    told_film(conv, arena, item);
    item->media = vt_told_media(conv, arena, item->media);
}

void vt_told_view(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_view *view)
{
    for (size_t i = 0; i < view->items_n; i++)
        vt_told_item(conv, arena, &view->items[i]);
}

/* Without a secret as it is: what shows it says 403, nothing else suffers. */
struct vt_str vt_told_address(const struct vt_conversation *conv, struct vt_arena *arena,
                              struct vt_str address)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(BODY_BYTES);
    const struct vt_site *site = vt_sites_by_id(deps_of(conv)->sites, vt_str(conv->site));
    vt_buf_str(&out, address);
    vt_buf_printf(&out, "&c=%s", conv->conv); /* whose it is, under the signature */
    if (!site || vt_media_sign_address(site, vt_media_grant_expiry(), &out) != VT_OK)
        return address;
    struct vt_str told = vt_arena_str(arena, vt_buf_view(&out));
    return told.ptr ? told : address;
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* Both begin with a quote that nothing stands before: inside a JSON text it would be \". */
static const struct vt_str marks[] = { { "\"media\":\"", 9 }, { "\"address\":\"", 11 } };
enum { MEDIA };

/* Where the next of the two ends, or NULL. */
static const char *next_mark(struct vt_str rest, int *ret_which)
{
    const char *found = NULL;
    for (int i = 0; i < (int)VT_COUNT(marks); i++) {
        const char *at = memmem(rest.ptr, rest.len, marks[i].ptr, marks[i].len);
        if (at && (!found || at + marks[i].len < found)) {
            found = at + marks[i].len;
            *ret_which = i;
        }
    }
    return found;
}

struct vt_str vt_told_body(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_str body)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(BODY_BYTES);
    struct vt_str rest = body;
    const char *at;
    int which;
    while (rest.len > 0 && (at = next_mark(rest, &which)) != NULL) {
        const char *end = memchr(at, '"', (size_t)(rest.ptr + rest.len - at));
        if (!end)
            break;
        struct vt_str value = { at, (size_t)(end - at) };
        vt_buf_append(&out, rest.ptr, (size_t)(at - rest.ptr));
        vt_buf_str(&out,
                   which == MEDIA ? vt_told_media(conv, arena, value) : vt_told_address(conv, arena, value));
        rest = (struct vt_str){ end, (size_t)(rest.ptr + rest.len - end) };
    }
    if (rest.ptr == body.ptr)
        return body;
    vt_buf_str(&out, rest);
    struct vt_str told = vt_arena_str(arena, vt_buf_view(&out));
    return out.failed || !told.ptr ? body : told;
}
