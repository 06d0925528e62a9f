/* SPDX-License-Identifier: Apache-2.0 */
/* A rectangle of one planar picture, anywhere between its pixels, as a whole other one.
 *
 * Bilinear in whole numbers: 1/128 of a pixel both ways, so that a slow move does not step. The code
 * for AVX2 gives the same bytes as the scalar one. A rectangle more than about twice as fine as the
 * result would shimmer: who loads a still chooses its size so that this does not happen. */
#ifndef VT_MEDIA_FILM_RESAMPLE_H
#define VT_MEDIA_FILM_RESAMPLE_H

#include <stdbool.h>

#include "media/film_planes.h"

struct vt_film_rect {
    double x, y, w, h; /* in pixels of the source's Y */
};

enum vt_film_way { VT_FILM_FASTEST, VT_FILM_SCALAR, VT_FILM_AVX2 };

/* Room for what the rows of one size have in common. */
struct vt_film_resampler {
    enum vt_film_way way;
    uint32_t width;    /* of the result */
    uint32_t span;     /* of the widest source */
    uint32_t *at;      /* owned; per column: the left one of its two pixels */
    uint32_t *weight;  /* owned; per column: their weights, 128 - w in the lower half and w in the upper */
    uint16_t *blended; /* owned; a row of the source between two of its rows */
};

/* `resampler` is zeroed by the caller. FASTEST is what this processor has. VT_OK, VT_ERR_NOMEM, or
 * VT_ERR_INVALID: this processor has no AVX2. */
int vt_film_resampler_init(struct vt_film_resampler *resampler, enum vt_film_way way, uint32_t width,
                           uint32_t widest_source);
void vt_film_resampler_finish(struct vt_film_resampler *resampler);

/* Fills `to`. Beyond the edge of `from` its last pixels go on. */
void vt_film_resample(struct vt_film_resampler *resampler, const struct vt_film_planes *from,
                      const struct vt_film_rect *rect, struct vt_film_planes *to);

/* film_resample_avx2.c; only where vt_film_has_avx2. */
bool vt_film_has_avx2(void);
void vt_film_blend_avx2(const uint8_t *a, const uint8_t *b, unsigned weight, uint32_t n, uint16_t *ret);
void vt_film_pick_avx2(const uint16_t *row, const uint32_t *at, const uint32_t *weight, uint32_t n,
                       uint8_t *ret);

#endif
