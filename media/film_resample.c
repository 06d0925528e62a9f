/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_resample.h"

#include <math.h>
#include <stdlib.h>

#include "server/base/err.h"

/* Vector code reads and writes whole groups. */
enum { GROUP = 32, ONE = 128 };

static uint32_t grouped(uint32_t n)
{
    return (n + 2 * GROUP - 1) / GROUP * GROUP;
}

int vt_film_resampler_init(struct vt_film_resampler *resampler, enum vt_film_way way, uint32_t width,
                           uint32_t widest_source)
{
    if (way == VT_FILM_AVX2 && !vt_film_has_avx2())
        return VT_ERR_INVALID;
    if (way == VT_FILM_FASTEST)
        way = vt_film_has_avx2() ? VT_FILM_AVX2 : VT_FILM_SCALAR;
    *resampler = (struct vt_film_resampler){
        .way = way,
        .width = width,
        .span = widest_source,
        .at = calloc(grouped(width), sizeof(*resampler->at)),
        .weight = calloc(grouped(width), sizeof(*resampler->weight)),
        .blended = calloc(grouped(widest_source), sizeof(*resampler->blended)),
    };
    if (resampler->at && resampler->weight && resampler->blended)
        return VT_OK;
    vt_film_resampler_finish(resampler);
    return VT_ERR_NOMEM;
}

void vt_film_resampler_finish(struct vt_film_resampler *resampler)
{
    free(resampler->at);
    free(resampler->weight);
    free(resampler->blended);
    *resampler = (struct vt_film_resampler){ .width = 0 };
}

/* Where a pixel of the result lies between two of the source: the first, and the second's share. */
static uint32_t between(double at, uint32_t n, unsigned *ret_weight)
{
    if (n < 2 || !(at > 0)) {
        *ret_weight = 0;
        return 0;
    }
    if (at >= n - 1) {
        *ret_weight = ONE;
        return n - 2;
    }
    const uint32_t whole = (uint32_t)at;
    *ret_weight = (unsigned)lrint((at - whole) * ONE);
    return whole;
}

static void blend_scalar(const uint8_t *a, const uint8_t *b, unsigned weight, uint32_t n, uint16_t *ret)
{
    for (uint32_t i = 0; i < n; i++)
        ret[i] = (uint16_t)(a[i] * (ONE - weight) + b[i] * weight);
}

static void pick_scalar(const uint16_t *row, const uint32_t *at, const uint32_t *weight, uint32_t n,
                        uint8_t *ret)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint16_t *pair = row + at[i];
        const uint32_t sum = pair[0] * (weight[i] & 0xffff) + pair[1] * (weight[i] >> 16);
        ret[i] = (uint8_t)((sum + ONE * ONE / 2) / (ONE * ONE));
    }
}

static void resample_plane(struct vt_film_resampler *resampler, const struct vt_film_planes *from,
                           const struct vt_film_rect *rect, struct vt_film_planes *to, int i)
{
    const uint32_t n = vt_film_plane_width(to, i), rows = vt_film_plane_height(to, i);
    const uint32_t source_n = vt_film_plane_width(from, i), source_rows = vt_film_plane_height(from, i);
    const double half = i ? 0.5 : 1, step_x = rect->w * half / n, step_y = rect->h * half / rows;
    unsigned weight;

    for (uint32_t x = 0; x < n; x++) {
        resampler->at[x] = between(rect->x * half + (x + 0.5) * step_x - 0.5, source_n, &weight);
        resampler->weight[x] = (ONE - weight) | weight << 16;
    }
    /* Only the columns that are used. The first may be odd; vector code does not mind. */
    const uint32_t first = resampler->at[0], last = resampler->at[n - 1] + 2;
    const uint32_t end = last < source_n ? last : source_n;
    for (uint32_t y = 0; y < rows; y++) {
        const uint32_t row = between(rect->y * half + (y + 0.5) * step_y - 0.5, source_rows, &weight);
        const uint8_t *a = from->plane[i] + (size_t)row * from->stride[i];
        const uint8_t *b = source_rows > 1 ? a + from->stride[i] : a;
        uint8_t *out = to->plane[i] + (size_t)y * to->stride[i];
        if (resampler->way == VT_FILM_AVX2) {
            vt_film_blend_avx2(a + first, b + first, weight, end - first, resampler->blended + first);
            vt_film_pick_avx2(resampler->blended, resampler->at, resampler->weight, n, out);
        } else {
            blend_scalar(a + first, b + first, weight, end - first, resampler->blended + first);
            pick_scalar(resampler->blended, resampler->at, resampler->weight, n, out);
        }
    }
}

void vt_film_resample(struct vt_film_resampler *resampler, const struct vt_film_planes *from,
                      const struct vt_film_rect *rect, struct vt_film_planes *to)
{
    if (to->width > resampler->width || from->width > resampler->span)
        return;
    for (int i = 0; i < VT_FILM_PLANES; i++)
        resample_plane(resampler, from, rect, to, i);
}
