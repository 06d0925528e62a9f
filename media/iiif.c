/* SPDX-License-Identifier: Apache-2.0 */
#include "media/iiif.h"

#include <math.h>

#include "server/base/err.h"

enum { SEGMENTS = 5, SEGMENT_MAX = 256, NUMBER_DIGITS = 9, DECIMALS_MAX = 16 };

/* A decoded segment; the raw one is kept for the quote. */
struct segment {
    char text[SEGMENT_MAX];
    size_t len;
    struct vt_str raw;
    const char *name;
};

static const char region_forms[] = "full, square, x,y,w,h or pct:x,y,w,h";
static const char size_forms[] =
    "max, w,h with either left out, pct:n or !w,h, each with ^ before it to enlarge";
static const char rotation_forms[] = "degrees from 0 to 360, with ! before them to mirror";
static const char quality_forms[] = "default, color, gray or bitonal, a dot, and jpg, png, webp or avif";

static enum vt_media_err bad_form(const struct segment *seg, const char *forms,
                                  struct vt_media_problem *problem)
{
    return vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "The %s \"%s\" is not understood; accepted: %s.",
                                seg->name, vt_media_quote(seg->raw).text, forms);
}

/* --- characters ------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool decode_segment(struct segment *seg)
{
    seg->len = 0;
    for (size_t i = 0; i < seg->raw.len; i++) {
        char c = seg->raw.ptr[i];
        if (c == '%') {
            int high = i + 2 < seg->raw.len ? hex_digit(seg->raw.ptr[i + 1]) : -1;
            int low = i + 2 < seg->raw.len ? hex_digit(seg->raw.ptr[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (seg->len + 1 >= SEGMENT_MAX)
            return false;
        seg->text[seg->len++] = c;
    }
    seg->text[seg->len] = '\0';
    return true;
}

/* Splits at every slash; SEGMENTS + 1 when there are more. */
static size_t split(struct vt_str path, struct vt_str ret_parts[SEGMENTS])
{
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/')
            continue;
        if (count == SEGMENTS)
            return SEGMENTS + 1;
        ret_parts[count++] = (struct vt_str){ path.ptr + start, i - start };
        start = i + 1;
    }
    return count;
}

static bool skip_text(const char **at, const char *text)
{
    size_t n = strlen(text);
    if (strncmp(*at, text, n) != 0)
        return false;
    *at += n;
    return true;
}

/* Digits, and with `allows_decimals` a dot and digits; no sign, no exponent, no locale. The
 * specification wants a digit before the dot, but ".5" is what many clients send. */
static bool read_number(const char **at, bool allows_decimals, double *ret)
{
    double value = 0, unit = 1;
    int digits = 0, decimals = 0;
    for (; **at >= '0' && **at <= '9'; ++*at, digits++)
        value = value * 10 + (**at - '0');
    if (digits > NUMBER_DIGITS)
        return false;
    if (allows_decimals && **at == '.') {
        for (++*at; **at >= '0' && **at <= '9'; ++*at, decimals++)
            if (decimals < DECIMALS_MAX)
                value += (**at - '0') * (unit /= 10);
        if (decimals == 0)
            return false;
    }
    *ret = value;
    return digits + decimals > 0;
}

/* --- the segments ---------------------------------------------------------------------------- */

static enum vt_media_err parse_region(const struct segment *seg, struct vt_iiif_request *request,
                                      struct vt_media_problem *problem)
{
    const char *at = seg->text;
    if (strcmp(at, "full") == 0) {
        request->region = VT_IIIF_FULL;
        return VT_MEDIA_OK;
    }
    if (strcmp(at, "square") == 0) {
        request->region = VT_IIIF_SQUARE;
        return VT_MEDIA_OK;
    }
    bool is_percent = skip_text(&at, "pct:");
    request->region = is_percent ? VT_IIIF_PERCENT : VT_IIIF_PIXELS;
    for (int i = 0; i < 4; i++)
        if ((i > 0 && !skip_text(&at, ",")) || !read_number(&at, is_percent, &request->at[i]))
            return bad_form(seg, region_forms, problem);
    return *at ? bad_form(seg, region_forms, problem) : VT_MEDIA_OK;
}

/* "w," ",h" "w,h" "!w,h" */
static bool parse_sides(const char *at, struct vt_iiif_request *request)
{
    double w = 0, h = 0;
    bool is_confined = skip_text(&at, "!");
    bool has_w = read_number(&at, false, &w);
    if (!skip_text(&at, ","))
        return false;
    bool has_h = read_number(&at, false, &h);
    if (*at || (!has_w && !has_h) || (is_confined && !(has_w && has_h)))
        return false;
    request->w = (uint32_t)w;
    request->h = (uint32_t)h;
    request->size = is_confined      ? VT_IIIF_CONFINED
                    : has_w && has_h ? VT_IIIF_EXACT
                    : has_w          ? VT_IIIF_WIDTH
                                     : VT_IIIF_HEIGHT;
    return true;
}

static enum vt_media_err parse_size(const struct segment *seg, struct vt_iiif_request *request,
                                    struct vt_media_problem *problem)
{
    const char *at = seg->text;
    request->may_upscale = skip_text(&at, "^");
    if (strcmp(at, "max") == 0) {
        request->size = VT_IIIF_MAX;
        return VT_MEDIA_OK;
    }
    if (strcmp(at, "full") == 0)
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                    "The size \"full\" belongs to version 2; in version 3 it is \"max\".");
    if (skip_text(&at, "pct:")) {
        request->size = VT_IIIF_SCALE;
        bool is_number = read_number(&at, true, &request->scale);
        return is_number && !*at ? VT_MEDIA_OK : bad_form(seg, size_forms, problem);
    }
    return parse_sides(at, request) ? VT_MEDIA_OK : bad_form(seg, size_forms, problem);
}

static enum vt_media_err parse_rotation(const struct segment *seg, struct vt_iiif_request *request,
                                        struct vt_media_problem *problem)
{
    const char *at = seg->text;
    double degrees;
    request->mirror = skip_text(&at, "!");
    if (!read_number(&at, true, &degrees) || *at || degrees > 360)
        return bad_form(seg, rotation_forms, problem);
    /* Six decimals are a 25-millionth of a pixel at the largest side; the rest only splits the cache. */
    degrees = round(degrees * 1e6) / 1e6;
    request->rotation = degrees >= 360 ? 0 : degrees;
    return VT_MEDIA_OK;
}

static bool quality_from_word(struct vt_str word, enum vt_picture_quality *ret)
{
    static const struct {
        const char *word;
        enum vt_picture_quality quality;
    } rows[] = { { "default", VT_QUALITY_DEFAULT },
                 { "color", VT_QUALITY_DEFAULT },
                 { "gray", VT_QUALITY_GRAY },
                 { "bitonal", VT_QUALITY_BITONAL } };
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        if (vt_str_eq(word, vt_str(rows[i].word))) {
            *ret = rows[i].quality;
            return true;
        }
    return false;
}

static enum vt_media_err parse_quality(const struct segment *seg, struct vt_iiif_request *request,
                                       struct vt_media_problem *problem)
{
    const char *dot = strrchr(seg->text, '.');
    if (!dot)
        return bad_form(seg, quality_forms, problem);
    struct vt_str word = { seg->text, (size_t)(dot - seg->text) };
    if (!quality_from_word(word, &request->quality) ||
        !vt_format_from_word(vt_str(dot + 1), &request->format) || request->format == VT_FMT_TIFF ||
        request->format == VT_FMT_GIF)
        return bad_form(seg, quality_forms, problem);
    return VT_MEDIA_OK;
}

static enum vt_media_err parse_id(struct vt_str raw, struct vt_iiif_request *request,
                                  struct vt_media_problem *problem)
{
    struct segment seg = { .raw = raw, .name = "identifier" };
    request->raw_id = raw;
    if (!decode_segment(&seg) || !vt_media_id_ok((struct vt_str){ seg.text, seg.len }))
        return vt_media_problem_set(problem, VT_MEDIA_UNKNOWN, "There is no picture \"%s\".",
                                    vt_media_quote(raw).text);
    memcpy(request->media, seg.text, seg.len + 1);
    return VT_MEDIA_OK;
}

static enum vt_media_err parse_image(const struct vt_str *parts, struct vt_iiif_request *request,
                                     struct vt_media_problem *problem)
{
    static const struct {
        const char *name, *forms;
        enum vt_media_err (*parse)(const struct segment *, struct vt_iiif_request *,
                                   struct vt_media_problem *);
    } rows[] = { { "region", region_forms, parse_region },
                 { "size", size_forms, parse_size },
                 { "rotation", rotation_forms, parse_rotation },
                 { "quality and format", quality_forms, parse_quality } };
    request->kind = VT_IIIF_IMAGE;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct segment seg = { .raw = parts[i], .name = rows[i].name };
        enum vt_media_err err = decode_segment(&seg) ? rows[i].parse(&seg, request, problem)
                                                     : bad_form(&seg, rows[i].forms, problem);
        if (err)
            return err;
    }
    return VT_MEDIA_OK;
}

enum vt_media_err vt_iiif_parse(struct vt_str path, struct vt_iiif_request *ret_request,
                                struct vt_media_problem *problem)
{
    struct vt_str parts[SEGMENTS] = { { NULL, 0 } };
    struct vt_iiif_request request = { .kind = VT_IIIF_BASE };
    size_t count = split(path, parts);
    enum vt_media_err err = parse_id(parts[0], &request, problem);
    if (err)
        return err;
    if (count == 2 && vt_str_eq(parts[1], VT_STR("info.json")))
        request.kind = VT_IIIF_INFO;
    else if (count == SEGMENTS)
        err = parse_image(parts + 1, &request, problem);
    else if (count != 1 && !(count == 2 && parts[1].len == 0))
        err = vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                   "%zu segments follow the identifier; accepted: info.json, or "
                                   "region/size/rotation/quality.format.",
                                   count - 1);
    if (!err)
        *ret_request = request;
    return err;
}
