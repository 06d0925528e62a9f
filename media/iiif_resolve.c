/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>

#include "media/iiif.h"
#include "server/base/err.h"

/* --- region ---------------------------------------------------------------------------------- */

struct span {
    double start, len;
};

/* Cut at the edge; nothing left is the caller's error. */
static bool cut_span(struct span span, uint32_t full, uint32_t *ret_start, uint32_t *ret_len)
{
    if (span.len <= 0 || span.start >= full)
        return false;
    double end = span.start + span.len < full ? span.start + span.len : full;
    *ret_start = (uint32_t)span.start;
    *ret_len = (uint32_t)(end - span.start);
    return *ret_len > 0;
}

/* Per cent become whole pixels by rounding both edges, so that neighbours neither overlap nor gap. */
static struct span percent_span(double start, double len, uint32_t full)
{
    double first = round(start * full / 100), last = round((start + len) * full / 100);
    return (struct span){ first, last - first };
}

static enum vt_media_err resolve_region(const struct vt_iiif_request *request, struct vt_recipe *recipe,
                                        struct vt_media_problem *problem)
{
    uint32_t full_w = recipe->full_w, full_h = recipe->full_h;
    struct span across = { 0, full_w }, down = { 0, full_h };
    if (request->region == VT_IIIF_SQUARE) {
        uint32_t side = full_w < full_h ? full_w : full_h;
        across = (struct span){ (full_w - side) / 2, side };
        down = (struct span){ (full_h - side) / 2, side };
    } else if (request->region == VT_IIIF_PIXELS) {
        across = (struct span){ request->at[0], request->at[2] };
        down = (struct span){ request->at[1], request->at[3] };
    } else if (request->region == VT_IIIF_PERCENT) {
        across = percent_span(request->at[0], request->at[2], full_w);
        down = percent_span(request->at[1], request->at[3], full_h);
    }
    if (!cut_span(across, full_w, &recipe->x, &recipe->w) || !cut_span(down, full_h, &recipe->y, &recipe->h))
        return vt_media_problem_set(problem, VT_MEDIA_OUTSIDE,
                                    "The region holds no pixel of the picture, which has %" PRIu32
                                    " x %" PRIu32 "; width and height must be above 0 and the corner inside.",
                                    full_w, full_h);
    return VT_MEDIA_OK;
}

/* --- size ------------------------------------------------------------------------------------ */

static uint32_t scaled(uint32_t side, double factor)
{
    double value = round(side * factor);
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static bool is_within(uint32_t w, uint32_t h, const struct vt_iiif_limits *limits)
{
    return w <= limits->max_side && h <= limits->max_side && (uint64_t)w * h <= limits->max_area;
}

void vt_iiif_max_size(uint32_t w, uint32_t h, bool may_upscale, const struct vt_iiif_limits *limits,
                      uint32_t *ret_w, uint32_t *ret_h)
{
    double factor = sqrt((double)limits->max_area / ((double)w * h));
    double by_side = (double)limits->max_side / (w > h ? w : h);
    factor = by_side < factor ? by_side : factor;
    if (!may_upscale && factor >= 1) {
        *ret_w = w;
        *ret_h = h;
        return;
    }
    *ret_w = scaled(w, factor);
    *ret_h = scaled(h, factor);
    /* Rounding both up can pass the area by a row. */
    if (!is_within(*ret_w, *ret_h, limits)) {
        *ret_w = (uint32_t)floor(w * factor);
        *ret_h = (uint32_t)floor(h * factor);
    }
    *ret_w = *ret_w ? *ret_w : 1;
    *ret_h = *ret_h ? *ret_h : 1;
}

/* !w,h: as large as fits into the box, the limits and, without ^, the region itself. */
static void confine(const struct vt_iiif_request *request, const struct vt_iiif_limits *limits,
                    struct vt_recipe *recipe)
{
    uint32_t most_w, most_h;
    vt_iiif_max_size(recipe->w, recipe->h, request->may_upscale, limits, &most_w, &most_h);
    double across = (double)request->w / recipe->w, down = (double)request->h / recipe->h;
    double factor = across < down ? across : down;
    recipe->out_w = scaled(recipe->w, factor);
    recipe->out_h = scaled(recipe->h, factor);
    if (recipe->out_w > most_w || recipe->out_h > most_h) {
        recipe->out_w = most_w;
        recipe->out_h = most_h;
    }
}

static void wanted_size(const struct vt_iiif_request *request, const struct vt_iiif_limits *limits,
                        struct vt_recipe *recipe)
{
    uint32_t w = recipe->w, h = recipe->h;
    switch (request->size) {
    case VT_IIIF_MAX:
        vt_iiif_max_size(w, h, request->may_upscale, limits, &recipe->out_w, &recipe->out_h);
        break;
    case VT_IIIF_WIDTH:
        recipe->out_w = request->w;
        recipe->out_h = scaled(h, (double)request->w / w);
        break;
    case VT_IIIF_HEIGHT:
        recipe->out_w = scaled(w, (double)request->h / h);
        recipe->out_h = request->h;
        break;
    case VT_IIIF_SCALE:
        recipe->out_w = scaled(w, request->scale / 100);
        recipe->out_h = scaled(h, request->scale / 100);
        break;
    case VT_IIIF_EXACT:
        recipe->out_w = request->w;
        recipe->out_h = request->h;
        break;
    case VT_IIIF_CONFINED:
        confine(request, limits, recipe);
        break;
    }
}

static enum vt_media_err resolve_size(const struct vt_iiif_request *request,
                                      const struct vt_iiif_limits *limits, struct vt_recipe *recipe,
                                      struct vt_media_problem *problem)
{
    wanted_size(request, limits, recipe);
    uint32_t w = recipe->out_w, h = recipe->out_h;
    bool is_over_hundred = request->size == VT_IIIF_SCALE && request->scale > 100;
    if (w == 0 || h == 0)
        return vt_media_problem_set(
            problem, VT_MEDIA_OUTSIDE,
            "The size comes to %" PRIu32 " x %" PRIu32 " pixels; each side must have at least 1.", w, h);
    if (!request->may_upscale && (w > recipe->w || h > recipe->h || is_over_hundred))
        return vt_media_problem_set(problem, VT_MEDIA_UPSCALE,
                                    "The size comes to %" PRIu32 " x %" PRIu32
                                    " pixels and the region has %" PRIu32 " x %" PRIu32
                                    "; put ^ before the size to enlarge it.",
                                    w, h, recipe->w, recipe->h);
    if (!is_within(w, h, limits))
        return vt_media_problem_limit(problem, VT_MEDIA_OUTSIDE, limits->max_area, (uint64_t)w * h,
                                      "The size comes to %" PRIu32 " x %" PRIu32
                                      " pixels; a side may have %" PRIu32 " and all together %" PRIu64
                                      ". Ask for max or for less.",
                                      w, h, limits->max_side, limits->max_area);
    return VT_MEDIA_OK;
}

enum vt_media_err vt_iiif_resolve(const struct vt_iiif_request *request, uint32_t full_w, uint32_t full_h,
                                  const struct vt_iiif_limits *limits, struct vt_recipe *ret_recipe,
                                  struct vt_media_problem *problem)
{
    struct vt_recipe recipe = {
        .kind = VT_RECIPE_IIIF,
        .full_w = full_w,
        .full_h = full_h,
        .rotation = request->rotation,
        .mirror = request->mirror,
        .quality = request->quality,
        .format = request->format,
    };
    memcpy(recipe.media, request->media, sizeof(recipe.media));
    enum vt_media_err err = resolve_region(request, &recipe, problem);
    if (!err)
        err = resolve_size(request, limits, &recipe, problem);
    if (!err)
        *ret_recipe = recipe;
    return err;
}

/* --- canonical form -------------------------------------------------------------------------- */

/* "0", "22.5": no trailing zero, a zero before the dot, whatever the locale. */
static void append_degrees(double degrees, struct vt_buf *out)
{
    int64_t millionths = llround(degrees * 1e6);
    int decimals = 6;
    int64_t part = millionths % 1000000;
    vt_buf_printf(out, "%" PRId64, millionths / 1000000);
    for (; part > 0 && part % 10 == 0; part /= 10)
        decimals--;
    if (part > 0)
        vt_buf_printf(out, ".%0*" PRId64, decimals, part);
}

static void append_size(const struct vt_recipe *recipe, const struct vt_iiif_limits *limits,
                        struct vt_buf *out)
{
    uint32_t w, h;
    bool is_upscaled = recipe->out_w > recipe->w || recipe->out_h > recipe->h;
    vt_iiif_max_size(recipe->w, recipe->h, is_upscaled, limits, &w, &h);
    vt_buf_text(out, is_upscaled ? "^" : "");
    if (w == recipe->out_w && h == recipe->out_h)
        vt_buf_text(out, "max");
    else
        vt_buf_printf(out, "%" PRIu32 ",%" PRIu32, recipe->out_w, recipe->out_h);
}

int vt_iiif_canonical(const struct vt_recipe *recipe, const struct vt_iiif_limits *limits, struct vt_buf *out)
{
    static const char *const qualities[] = {
        [VT_QUALITY_DEFAULT] = "default", [VT_QUALITY_GRAY] = "gray", [VT_QUALITY_BITONAL] = "bitonal"
    };
    if (recipe->x == 0 && recipe->y == 0 && recipe->w == recipe->full_w && recipe->h == recipe->full_h)
        vt_buf_text(out, "full");
    else
        vt_buf_printf(out, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32, recipe->x, recipe->y, recipe->w,
                      recipe->h);
    vt_buf_byte(out, '/');
    append_size(recipe, limits, out);
    vt_buf_text(out, recipe->mirror ? "/!" : "/");
    append_degrees(recipe->rotation, out);
    return vt_buf_printf(out, "/%s.%s", qualities[recipe->quality], vt_format_word(recipe->format));
}
