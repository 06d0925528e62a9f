/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "media/film.h"
#include "media/template_internal.h"

#define DEFAULT_SECONDS 3.0
#define LEAST_SECONDS   0.5

/* Towards the middle and away from it in turn: two moves the same way look like one machine. */
static const struct vt_template_rect whole = { 0, 0, 1, 1 }, near = { 0.08, 0.08, 0.84, 0.84 };

static enum vt_media_err bad(const struct vt_template_reader *in, const char *key, const char *wanted)
{
    return vt_media_problem_set(in->problem, VT_MEDIA_SYNTAX, "\"%s\" of the %s must be %s.", key, in->where,
                                wanted);
}

static enum vt_media_err read_id(const struct vt_template_reader *in, json_t *value, char *ret)
{
    json_t *text = json_object_get(value, "id");
    struct vt_str id = { json_string_value(text), json_string_length(text) };
    const char *grant = id.ptr ? memchr(id.ptr, '?', id.len) : NULL;
    if (grant)
        id.len = (size_t)(grant - id.ptr);
    if (!id.ptr || !vt_media_id_ok(id))
        return bad(in, "id", "a picture's id");
    vt_str_copy(ret, VT_MEDIA_ID_MAX + 1, id);
    return VT_MEDIA_OK;
}

static enum vt_media_err read_still(json_t *value, size_t index, struct vt_film_still *still,
                                    struct vt_media_problem *problem)
{
    char where[24];
    bool has_from, has_to;
    double seconds = DEFAULT_SECONDS;
    snprintf(where, sizeof(where), "still %zu", index + 1);
    const struct vt_template_reader in = { problem, where };
    const bool is_odd = index % 2;
    still->from = is_odd ? near : whole;
    still->to = is_odd ? whole : near;
    enum vt_media_err err = vt_template_keys(&in, value, " id from to seconds caption ");
    if (!err)
        err = read_id(&in, value, still->media);
    if (!err)
        err = vt_template_rect(&in, value, "from", &has_from, &still->from);
    if (!err)
        err = vt_template_rect(&in, value, "to", &has_to, &still->to);
    if (!err)
        err = vt_template_number(&in, value, "seconds", LEAST_SECONDS, VT_FILM_MS_MOST / 1000.0, &seconds);
    if (!err)
        err = vt_template_string(&in, value, "caption", false, VT_FILM_CAPTION_CLUSTERS,
                                 VT_FILM_CAPTION_BYTES, still->caption);
    if (err)
        return err;
    /* One of the two alone is held. */
    if (has_from && !has_to)
        still->to = still->from;
    if (has_to && !has_from)
        still->from = still->to;
    still->ms = (uint32_t)lrint(seconds * 1000);
    return VT_MEDIA_OK;
}

static enum vt_media_err read_stills(json_t *list, struct vt_film *film, struct vt_media_problem *problem)
{
    const size_t n = json_array_size(list);
    if (n < 1 || n > VT_FILM_STILLS)
        return vt_media_problem_limit(problem, n ? VT_MEDIA_TOO_LONG : VT_MEDIA_SYNTAX, VT_FILM_STILLS, n,
                                      "A film has 1 to %d stills; %zu came.", VT_FILM_STILLS, n);
    for (size_t i = 0; i < n; i++) {
        enum vt_media_err err = read_still(json_array_get(list, i), i, &film->stills[i], problem);
        if (err)
            return err;
    }
    film->count = (uint8_t)n;
    if (vt_film_ms(film) > VT_FILM_MS_MOST)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_LONG, VT_FILM_MS_MOST / 1000,
                                      (vt_film_ms(film) + 999) / 1000,
                                      "The stills take %.1f seconds together; a film has at most %d.",
                                      vt_film_ms(film) / 1000.0, VT_FILM_MS_MOST / 1000);
    return VT_MEDIA_OK;
}

static enum vt_media_err read_size(const struct vt_template_reader *in, json_t *root, struct vt_film *film)
{
    json_t *value = json_object_get(root, "size");
    if (!value)
        return VT_MEDIA_OK;
    const json_int_t w = json_integer_value(json_array_get(value, 0)),
                     h = json_integer_value(json_array_get(value, 1));
    if (json_array_size(value) != 2 || w < VT_FILM_SIDE_LEAST || h < VT_FILM_SIDE_LEAST ||
        w > VT_FILM_SIDE_MOST || h > VT_FILM_SIDE_MOST || w * h > VT_FILM_AREA_MOST || w % 2 || h % 2)
        return bad(in, "size",
                   "[width, height] in pixels, even, each from 160 to 1280, together at most 1280 x 720");
    film->width = (uint16_t)w;
    film->height = (uint16_t)h;
    return VT_MEDIA_OK;
}

enum vt_media_err vt_film_decode(struct vt_str json, struct vt_film *ret_film,
                                 struct vt_media_problem *problem)
{
    json_error_t where;
    const struct vt_template_reader in = { problem, "film" };
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "The film is not valid JSON, at byte %d.",
                                    where.position);
    *ret_film = (struct vt_film){ .width = VT_FILM_DEFAULT_PX, .height = VT_FILM_DEFAULT_PX };
    enum vt_media_err err = vt_template_keys(&in, root, " stills size name ");
    if (!err)
        err = read_stills(json_object_get(root, "stills"), ret_film, problem);
    if (!err)
        err = read_size(&in, root, ret_film);
    if (!err)
        err = vt_template_string(&in, root, "name", false, VT_TEMPLATE_NAME_CLUSTERS, VT_TEMPLATE_NAME_BYTES,
                                 ret_film->name);
    json_decref(root);
    return err;
}

uint32_t vt_film_ms(const struct vt_film *film)
{
    uint32_t ms = 0;
    size_t n = film->count ? film->count : VT_FILM_STILLS;
    for (size_t i = 0; i < n; i++)
        ms += film->stills[i].ms;
    return ms;
}

/* --- canonical text ---------------------------------------------------------------------------------- */

/* Millionths as whole numbers: printf would write the locale's decimal point. */
static void put_rect(const char *key, const struct vt_template_rect *rect, struct vt_buf *out)
{
    const double side[4] = { rect->x, rect->y, rect->w, rect->h };
    vt_buf_printf(out, ",\"%s\":", key);
    for (int i = 0; i < 4; i++) {
        const int64_t millionths = llround(side[i] * 1e6);
        vt_buf_printf(out, "%c%" PRId64 ".%06" PRId64, i ? ',' : '[', millionths / 1000000,
                      millionths % 1000000);
    }
    vt_buf_byte(out, ']');
}

static void put_text(const char *key, const char *text, struct vt_buf *out)
{
    if (!text[0])
        return;
    vt_buf_printf(out, ",\"%s\":", key);
    vt_buf_json_string(out, vt_str(text));
}

int vt_film_text(const struct vt_film *film, struct vt_buf *out)
{
    vt_buf_text(out, "{\"stills\":[");
    for (size_t i = 0; i < film->count; i++) {
        const struct vt_film_still *still = &film->stills[i];
        vt_buf_printf(out, "%s{\"id\":", i ? "," : "");
        vt_buf_json_string(out, vt_str(still->media));
        put_rect("from", &still->from, out);
        put_rect("to", &still->to, out);
        vt_buf_printf(out, ",\"seconds\":%" PRIu32 ".%03" PRIu32, still->ms / 1000, still->ms % 1000);
        put_text("caption", still->caption, out);
        vt_buf_byte(out, '}');
    }
    vt_buf_printf(out, "],\"size\":[%u,%u]", (unsigned)film->width, (unsigned)film->height);
    put_text("name", film->name, out);
    return vt_buf_byte(out, '}');
}
