/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_spin.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "media/film.h"
#include "media/template_internal.h"
#include "server/base/cleanup.h"

enum { TURN_S = 3, FPS_LEAST = 8 };
static const char begins[] = "{\"frames\":";

static enum vt_media_err read_frame(json_t *value, size_t index, char *ret_id,
                                    struct vt_media_problem *problem)
{
    struct vt_str id = { json_string_value(value), json_string_length(value) };
    const char *grant = id.ptr ? memchr(id.ptr, '?', id.len) : NULL;
    if (grant)
        id.len = (size_t)(grant - id.ptr);
    if (!id.ptr || !vt_media_id_is_hash(id))
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                    "Frame %zu must be a picture's id, 64 digits; \"%s\" came.", index,
                                    vt_media_quote(id).text);
    vt_str_copy(ret_id, VT_FILM_SPIN_ID + 1, id);
    return VT_MEDIA_OK;
}

static enum vt_media_err read_frames(json_t *list, struct vt_film_spin *spin,
                                     struct vt_media_problem *problem)
{
    const size_t n = json_array_size(list);
    if (n < VT_FILM_SPIN_LEAST || n > VT_FILM_SPIN_MOST)
        return vt_media_problem_limit(problem, n > VT_FILM_SPIN_MOST ? VT_MEDIA_TOO_LONG : VT_MEDIA_SYNTAX,
                                      n > VT_FILM_SPIN_MOST ? VT_FILM_SPIN_MOST : VT_FILM_SPIN_LEAST, n,
                                      "\"frames\" has %d to %d pictures of one turn; %zu came.",
                                      VT_FILM_SPIN_LEAST, VT_FILM_SPIN_MOST, n);
    for (size_t i = 0; i < n; i++) {
        enum vt_media_err err = read_frame(json_array_get(list, i), i, spin->frames[i], problem);
        if (err)
            return err;
    }
    spin->count = (uint8_t)n;
    return VT_MEDIA_OK;
}

enum vt_media_err vt_film_spin_decode(struct vt_str json, struct vt_film_spin *ret_spin,
                                      struct vt_media_problem *problem)
{
    json_error_t where;
    const struct vt_template_reader in = { problem, "spin" };
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "The spin is not valid JSON, at byte %d.",
                                    where.position);
    *ret_spin = (struct vt_film_spin){ .count = 0 };
    enum vt_media_err err = vt_template_keys(&in, root, " frames reverse ");
    const json_t *reverse = json_object_get(root, "reverse");
    if (!err && reverse && !json_is_boolean(reverse))
        err = vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                   "\"reverse\" of the spin must be true or false.");
    if (!err)
        err = read_frames(json_object_get(root, "frames"), ret_spin, problem);
    ret_spin->reverse = json_is_true(reverse);
    json_decref(root);
    return err;
}

int vt_film_spin_text(const struct vt_film_spin *spin, struct vt_buf *out)
{
    vt_buf_text(out, begins);
    for (size_t i = 0; i < spin->count; i++)
        vt_buf_printf(out, "%s\"%s\"", i ? "," : "[", spin->frames[i]);
    return vt_buf_text(out, spin->reverse ? "],\"reverse\":true}" : "]}");
}

uint32_t vt_film_spin_frame(const struct vt_film_spin *spin, uint32_t at)
{
    return spin->reverse && at > 0 ? spin->count - at : at;
}

uint32_t vt_film_spin_fps(uint32_t frames)
{
    return frames / TURN_S > FPS_LEAST ? frames / TURN_S : FPS_LEAST;
}

uint32_t vt_film_spin_ms(uint32_t frames)
{
    return frames * 1000 / vt_film_spin_fps(frames);
}

bool vt_film_is_spin(struct vt_str text)
{
    return text.len > sizeof(begins) && memcmp(text.ptr, begins, sizeof(begins) - 1) == 0;
}

static uint32_t spin_ms(struct vt_str text)
{
    struct vt_media_problem problem;
    struct vt_film_spin spin;
    return vt_film_spin_decode(text, &spin, &problem) == VT_MEDIA_OK ? vt_film_spin_ms(spin.count) : 0;
}

/* NULL: it is none of stills. The caller's. */
static struct vt_film *film_of(struct vt_str text)
{
    struct vt_media_problem problem;
    struct vt_film *film = malloc(sizeof(*film));
    if (film && vt_film_decode(text, film, &problem) == VT_MEDIA_OK)
        return film;
    free(film);
    return NULL;
}

uint32_t vt_film_text_ms(struct vt_str text)
{
    if (vt_film_is_spin(text))
        return spin_ms(text);
    VT_FREE
    struct vt_film *film = film_of(text);
    return film ? vt_film_ms(film) : 0;
}

void vt_film_text_size(struct vt_str text, uint32_t *ret_width, uint32_t *ret_height)
{
    VT_FREE
    struct vt_film *film = vt_film_is_spin(text) ? NULL : film_of(text);
    *ret_width = film ? film->width : 0;
    *ret_height = film ? film->height : 0;
}
