/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <math.h>

#include "media/names.h"
#include "media/template_internal.h"
#include "server/base/err.h"

const char *const vt_template_mark_words[3] = {
    [VT_TEMPLATE_INK] = "ink", [VT_TEMPLATE_CIRCLE] = "circle", [VT_TEMPLATE_ARROW] = "arrow"
};

double vt_template_rounded(double value)
{
    return round(value * 1e6) / 1e6;
}

static enum vt_media_err bad(const struct vt_template_reader *in, const char *key, const char *wanted)
{
    return vt_media_problem_set(in->problem, VT_MEDIA_SYNTAX, "\"%s\" of the %s must be %s.", key, in->where,
                                wanted);
}

/* `allowed` is " name text " with a blank on both sides of each key. */
static bool is_allowed(const char *allowed, const char *key)
{
    size_t n = strlen(key);
    if (n == 0 || strchr(key, ' '))
        return false;
    for (const char *at = strstr(allowed, key); at; at = strstr(at + 1, key))
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

enum vt_media_err vt_template_keys(const struct vt_template_reader *in, json_t *object, const char *allowed)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return vt_media_problem_set(in->problem, VT_MEDIA_SYNTAX, "The %s must be a JSON object.", in->where);
    json_object_foreach(object, key, value)
    {
        if (!is_allowed(allowed, key))
            return vt_media_problem_set(in->problem, VT_MEDIA_SYNTAX,
                                        "The %s has no key \"%s\"; accepted:%s.", in->where,
                                        vt_media_quote(vt_str(key)).text, allowed);
    }
    return VT_MEDIA_OK;
}

static enum vt_media_err text_problem(const struct vt_template_reader *in, const char *key, int err,
                                      size_t max_clusters, size_t clusters)
{
    if (err == VT_ERR_FULL)
        return vt_media_problem_limit(in->problem, VT_MEDIA_TOO_LONG, max_clusters, clusters,
                                      "\"%s\" of the %s has %zu characters; %zu of usual length are allowed.",
                                      key, in->where, clusters, max_clusters);
    return bad(in, key, "UTF-8 text");
}

enum vt_media_err vt_template_string(const struct vt_template_reader *in, json_t *object, const char *key,
                                     bool is_required, size_t max_clusters, size_t max_bytes, char *ret)
{
    json_t *value = json_object_get(object, key);
    size_t clusters;
    ret[0] = '\0';
    if (value && !json_is_string(value))
        return bad(in, key, "a text");
    if (value) {
        struct vt_str text = { json_string_value(value), json_string_length(value) };
        int err = vt_names_clean(text, max_clusters, max_bytes, ret, &clusters);
        if (err)
            return text_problem(in, key, err, max_clusters, clusters);
    }
    if (is_required && ret[0] == '\0')
        return vt_media_problem_set(in->problem, VT_MEDIA_TEXT_EMPTY,
                                    "\"%s\" of the %s is empty; at least one visible character is needed.",
                                    key, in->where);
    return VT_MEDIA_OK;
}

enum vt_media_err vt_template_number(const struct vt_template_reader *in, json_t *object, const char *key,
                                     double least, double most, double *ret)
{
    json_t *value = json_object_get(object, key);
    if (!value)
        return VT_MEDIA_OK;
    double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= least && number <= most))
        return vt_media_problem_set(in->problem, VT_MEDIA_SYNTAX,
                                    "\"%s\" of the %s must be a number from %g to %g.", key, in->where, least,
                                    most);
    *ret = vt_template_rounded(number);
    return VT_MEDIA_OK;
}

enum vt_media_err vt_template_media(const struct vt_template_reader *in, json_t *object, char *ret)
{
    json_t *value = json_object_get(object, "media");
    struct vt_str id = { json_string_value(value), json_string_length(value) };
    if (!id.ptr || !vt_media_id_ok(id))
        return bad(in, "media", "a picture's id");
    vt_str_copy(ret, VT_MEDIA_ID_MAX + 1, id);
    return VT_MEDIA_OK;
}

enum vt_media_err vt_template_accent(const struct vt_template_reader *in, json_t *object, uint32_t *ret)
{
    json_t *value = json_object_get(object, "accent");
    const char *text = json_string_value(value);
    uint32_t rgb = 0;
    if (!value)
        return VT_MEDIA_OK;
    if (!text || strlen(text) != 7 || text[0] != '#')
        return bad(in, "accent", "a colour as #rrggbb");
    for (int i = 1; i < 7; i++) {
        const char *digit = memchr("0123456789abcdef", text[i] | 0x20, 16);
        if (!digit || (text[i] < '0'))
            return bad(in, "accent", "a colour as #rrggbb");
        rgb = rgb << 4 | (uint32_t)(text[i] <= '9' ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
    }
    *ret = rgb;
    return VT_MEDIA_OK;
}

enum vt_media_err vt_template_size(const struct vt_template_reader *in, json_t *object, uint16_t *ret_w,
                                   uint16_t *ret_h)
{
    enum { LEAST = 160, MOST = 2048 };
    json_t *value = json_object_get(object, "size");
    if (!value)
        return VT_MEDIA_OK;
    json_int_t w = json_integer_value(json_array_get(value, 0)),
               h = json_integer_value(json_array_get(value, 1));
    if (json_array_size(value) != 2 || w < LEAST || w > MOST || h < LEAST || h > MOST)
        return bad(in, "size", "[width, height] in pixels, each from 160 to 2048");
    *ret_w = (uint16_t)w;
    *ret_h = (uint16_t)h;
    return VT_MEDIA_OK;
}

static bool is_share(json_t *value)
{
    double number = json_number_value(value);
    return json_is_number(value) && number >= 0 && number <= 1;
}

enum vt_media_err vt_template_rect(const struct vt_template_reader *in, json_t *object, const char *key,
                                   bool *ret_has, struct vt_template_rect *ret)
{
    static const double least = 0.001, slack = 2e-6; /* two roundings to millionths */
    static const char form[] = "[x, y, width, height] in 0..1, inside the picture";
    json_t *value = json_object_get(object, key);
    double side[4];
    *ret_has = value != NULL;
    if (!value)
        return VT_MEDIA_OK;
    if (json_array_size(value) != 4)
        return bad(in, key, form);
    for (size_t i = 0; i < 4; i++) {
        if (!is_share(json_array_get(value, i)))
            return bad(in, key, form);
        side[i] = vt_template_rounded(json_number_value(json_array_get(value, i)));
    }
    if (side[2] < least || side[3] < least || side[0] + side[2] > 1 + slack || side[1] + side[3] > 1 + slack)
        return bad(in, key, form);
    *ret = (struct vt_template_rect){ side[0], side[1], side[2], side[3] };
    return VT_MEDIA_OK;
}

static bool mark_kind(json_t *mark, enum vt_template_mark_kind *ret_kind)
{
    const char *word = json_string_value(json_object_get(mark, "kind"));
    for (int i = 0; word && i < 3; i++)
        if (strcmp(word, vt_template_mark_words[i]) == 0) {
            *ret_kind = (enum vt_template_mark_kind)i;
            return true;
        }
    return false;
}

static enum vt_media_err read_points(const struct vt_template_reader *in, json_t *points,
                                     struct vt_template *template, struct vt_template_mark *mark)
{
    size_t n = json_array_size(points), least = mark->kind == VT_TEMPLATE_INK ? 2 : 4;
    if (n < least || n % 2 != 0 || n / 2 > (size_t)(VT_TEMPLATE_POINTS - template->point_count))
        return bad(in, "points", "an even list of numbers, at most 4096 points in all marks");
    mark->first = template->point_count;
    mark->count = (uint16_t)(n / 2);
    for (size_t i = 0; i < n; i += 2) {
        json_t *x = json_array_get(points, i), *y = json_array_get(points, i + 1);
        if (!is_share(x) || !is_share(y))
            return bad(in, "points", "numbers in 0..1");
        template->points[template->point_count++] = (struct vt_template_point){
            (float)vt_template_rounded(json_number_value(x)), (float)vt_template_rounded(json_number_value(y))
        };
    }
    return VT_MEDIA_OK;
}

static enum vt_media_err read_mark(const struct vt_template_reader *in, json_t *value,
                                   struct vt_template *template)
{
    struct vt_template_mark *mark = &template->marks[template->mark_count];
    double colour = 0;
    enum vt_media_err err = vt_template_keys(in, value, " kind colour points ");
    if (!err && !mark_kind(value, &mark->kind))
        err = bad(in, "kind", "ink, circle or arrow");
    if (!err)
        err = vt_template_number(in, value, "colour", 0, 255, &colour);
    if (!err)
        err = read_points(in, json_object_get(value, "points"), template, mark);
    mark->colour = (uint8_t)colour;
    template->mark_count++;
    return err;
}

enum vt_media_err vt_template_marks(const struct vt_template_reader *in, json_t *object,
                                    struct vt_template *template)
{
    json_t *marks = json_object_get(object, "marks");
    if (!marks)
        return VT_MEDIA_OK;
    if (!json_is_array(marks) || json_array_size(marks) > VT_TEMPLATE_MARKS)
        return bad(in, "marks", "a list of at most 64");
    struct vt_template_reader inner = { in->problem, "mark" };
    for (size_t i = 0; i < json_array_size(marks); i++) {
        enum vt_media_err err = read_mark(&inner, json_array_get(marks, i), template);
        if (err)
            return err;
    }
    return VT_MEDIA_OK;
}
