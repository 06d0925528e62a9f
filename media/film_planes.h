/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as films want it: planar YUV 4:2:0, BT.709, limited range, even sides.
 *
 * Rows begin at multiples of 64 bytes and a few bytes behind the last may be read, so vector code
 * needs no care at the edges. Worker process only. */
#ifndef VT_MEDIA_FILM_PLANES_H
#define VT_MEDIA_FILM_PLANES_H

#include <stddef.h>
#include <stdint.h>

enum { VT_FILM_PLANES = 3, VT_FILM_SIDE_MAX = 8192 };

struct vt_film_planes {
    uint8_t *plane[VT_FILM_PLANES]; /* Y, U, V; all in one piece of memory, owned */
    uint32_t stride[VT_FILM_PLANES];
    uint32_t width, height; /* of Y */
};

/* `planes` is zeroed by the caller and finished by the caller. Sides are even and 2 to
 * VT_FILM_SIDE_MAX. VT_OK, VT_ERR_INVALID or VT_ERR_NOMEM. */
int vt_film_planes_init(struct vt_film_planes *planes, uint32_t width, uint32_t height);
void vt_film_planes_finish(struct vt_film_planes *planes);

static inline uint32_t vt_film_plane_width(const struct vt_film_planes *planes, int i)
{
    return i ? planes->width / 2 : planes->width;
}

static inline uint32_t vt_film_plane_height(const struct vt_film_planes *planes, int i)
{
    return i ? planes->height / 2 : planes->height;
}

/* From rows of packed RGB as large as the planes. */
void vt_film_planes_from_rgb(struct vt_film_planes *planes, const uint8_t *rgb, size_t stride);
/* The way back, for a picture of one frame. */
void vt_film_planes_to_rgb(const struct vt_film_planes *planes, uint8_t *rgb, size_t stride);

/* Half as large in the same memory, each pixel the middle of four; what a side has beyond a multiple of four
 * is left out. */
void vt_film_planes_halve(struct vt_film_planes *planes);

/* `over` comes over `under` by `share` of 256. Equal sizes. */
void vt_film_planes_mix(struct vt_film_planes *under, const struct vt_film_planes *over, unsigned share);

/* Something drawn once and laid over many frames. */
struct vt_film_overlay {
    struct vt_film_planes colour;
    uint8_t *alpha[2]; /* of Y and of the other two, strides as theirs; owned */
    uint32_t x, y;     /* of its left upper corner in the frame, even */
};

/* From packed RGBA, the colours not multiplied. As vt_film_planes_init. */
int vt_film_overlay_init(struct vt_film_overlay *overlay, const uint8_t *rgba, size_t stride, uint32_t width,
                         uint32_t height);
void vt_film_overlay_finish(struct vt_film_overlay *overlay);
/* `strength` of 256: less while it comes and goes. What lies outside the frame is left out. */
void vt_film_overlay_blend(const struct vt_film_overlay *overlay, unsigned strength,
                           struct vt_film_planes *frame);

#endif
