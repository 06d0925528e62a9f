/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_planes.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"

enum { ALIGN = 64, SLACK = 64 };

static uint32_t aligned(uint32_t width)
{
    return (width + ALIGN - 1) / ALIGN * ALIGN;
}

int vt_film_planes_init(struct vt_film_planes *planes, uint32_t width, uint32_t height)
{
    if (width < 2 || height < 2 || width % 2 || height % 2 || width > VT_FILM_SIDE_MAX ||
        height > VT_FILM_SIDE_MAX)
        return VT_ERR_INVALID;
    const uint32_t luma = aligned(width), chroma = aligned(width / 2);
    const size_t luma_bytes = (size_t)luma * height, chroma_bytes = (size_t)chroma * (height / 2);
    const size_t bytes = luma_bytes + 2 * chroma_bytes + SLACK;
    uint8_t *memory = aligned_alloc(ALIGN, (bytes + ALIGN - 1) / ALIGN * ALIGN);
    if (!memory)
        return VT_ERR_NOMEM;
    /* What is read behind a row must be something: equal frames give equal films. */
    memset(memory, 0, bytes);
    *planes = (struct vt_film_planes){ { memory, memory + luma_bytes, memory + luma_bytes + chroma_bytes },
                                       { luma, chroma, chroma },
                                       width,
                                       height };
    return VT_OK;
}

void vt_film_planes_finish(struct vt_film_planes *planes)
{
    free(planes->plane[0]);
    *planes = (struct vt_film_planes){ .width = 0 };
}

/* --- colours: BT.709, limited range, in 1/65536 ------------------------------------------------------ */

static uint8_t luma_of(int r, int g, int b)
{
    return (uint8_t)((11966 * r + 40254 * g + 4064 * b + (16 << 16) + 32768) >> 16);
}

static uint8_t blue_of(int r, int g, int b)
{
    return (uint8_t)((-6596 * r - 22189 * g + 28785 * b + (128 << 16) + 32768) >> 16);
}

static uint8_t red_of(int r, int g, int b)
{
    return (uint8_t)((28785 * r - 26145 * g - 2640 * b + (128 << 16) + 32768) >> 16);
}

static void take_luma(struct vt_film_planes *planes, const uint8_t *pixels, size_t stride, size_t bands)
{
    for (uint32_t y = 0; y < planes->height; y++) {
        const uint8_t *from = pixels + y * stride;
        uint8_t *to = planes->plane[0] + (size_t)y * planes->stride[0];
        for (uint32_t x = 0; x < planes->width; x++, from += bands)
            to[x] = luma_of(from[0], from[1], from[2]);
    }
}

static void take_chroma(struct vt_film_planes *planes, const uint8_t *pixels, size_t stride, size_t bands)
{
    for (uint32_t y = 0; y < planes->height / 2; y++) {
        const uint8_t *a = pixels + 2 * y * stride, *b = a + stride;
        uint8_t *u = planes->plane[1] + (size_t)y * planes->stride[1];
        uint8_t *v = planes->plane[2] + (size_t)y * planes->stride[2];
        for (uint32_t x = 0; x < planes->width / 2; x++, a += 2 * bands, b += 2 * bands) {
            const int r = (a[0] + a[bands] + b[0] + b[bands] + 2) / 4;
            const int g = (a[1] + a[bands + 1] + b[1] + b[bands + 1] + 2) / 4;
            const int bl = (a[2] + a[bands + 2] + b[2] + b[bands + 2] + 2) / 4;
            u[x] = blue_of(r, g, bl);
            v[x] = red_of(r, g, bl);
        }
    }
}

void vt_film_planes_from_rgb(struct vt_film_planes *planes, const uint8_t *rgb, size_t stride)
{
    take_luma(planes, rgb, stride, 3);
    take_chroma(planes, rgb, stride, 3);
}

static void halve_plane(uint8_t *plane, uint32_t stride, uint32_t width, uint32_t height)
{
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *a = plane + (size_t)(2 * y) * stride, *b = a + stride;
        uint8_t *to = plane + (size_t)y * stride;
        for (uint32_t x = 0; x < width; x++)
            to[x] = (uint8_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 2) / 4);
    }
}

void vt_film_planes_halve(struct vt_film_planes *planes)
{
    planes->width = planes->width / 4 * 2;
    planes->height = planes->height / 4 * 2;
    for (int i = 0; i < VT_FILM_PLANES; i++)
        halve_plane(planes->plane[i], planes->stride[i], vt_film_plane_width(planes, i),
                    vt_film_plane_height(planes, i));
}

static uint8_t clipped(int value)
{
    value = (value + 32768) >> 16;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void vt_film_planes_to_rgb(const struct vt_film_planes *planes, uint8_t *rgb, size_t stride)
{
    for (uint32_t y = 0; y < planes->height; y++) {
        uint8_t *to = rgb + y * stride;
        for (uint32_t x = 0; x < planes->width; x++, to += 3) {
            const int l = 76309 * (planes->plane[0][(size_t)y * planes->stride[0] + x] - 16);
            const size_t at = (size_t)(y / 2) * planes->stride[1] + x / 2;
            const int u = planes->plane[1][at] - 128, v = planes->plane[2][at] - 128;
            to[0] = clipped(l + 117489 * v);
            to[1] = clipped(l - 13975 * u - 34925 * v);
            to[2] = clipped(l + 138438 * u);
        }
    }
}

/* --- one over another ---------------------------------------------------------------------------------- */

static uint8_t mixed(uint8_t under, uint8_t over, unsigned share)
{
    return (uint8_t)((under * (256 - share) + over * share + 128) >> 8);
}

void vt_film_planes_mix(struct vt_film_planes *under, const struct vt_film_planes *over, unsigned share)
{
    for (int i = 0; i < VT_FILM_PLANES; i++)
        for (uint32_t y = 0; y < vt_film_plane_height(under, i); y++) {
            uint8_t *to = under->plane[i] + (size_t)y * under->stride[i];
            const uint8_t *from = over->plane[i] + (size_t)y * over->stride[i];
            for (uint32_t x = 0; x < vt_film_plane_width(under, i); x++)
                to[x] = mixed(to[x], from[x], share);
        }
}

static void take_alpha(struct vt_film_overlay *overlay, const uint8_t *rgba, size_t stride)
{
    const struct vt_film_planes *colour = &overlay->colour;
    for (uint32_t y = 0; y < colour->height; y++)
        for (uint32_t x = 0; x < colour->width; x++)
            overlay->alpha[0][(size_t)y * colour->stride[0] + x] = rgba[y * stride + 4 * (size_t)x + 3];
    for (uint32_t y = 0; y < colour->height / 2; y++)
        for (uint32_t x = 0; x < colour->width / 2; x++) {
            const uint8_t *a = rgba + 2 * y * stride + 8 * (size_t)x + 3, *b = a + stride;
            overlay->alpha[1][(size_t)y * colour->stride[1] + x] = (uint8_t)((a[0] + a[4] + b[0] + b[4] + 2) /
                                                                             4);
        }
}

int vt_film_overlay_init(struct vt_film_overlay *overlay, const uint8_t *rgba, size_t stride, uint32_t width,
                         uint32_t height)
{
    int err = vt_film_planes_init(&overlay->colour, width, height);
    if (err)
        return err;
    overlay->alpha[0] = calloc(height, overlay->colour.stride[0]);
    overlay->alpha[1] = calloc(height / 2, overlay->colour.stride[1]);
    if (!overlay->alpha[0] || !overlay->alpha[1]) {
        vt_film_overlay_finish(overlay);
        return VT_ERR_NOMEM;
    }
    take_luma(&overlay->colour, rgba, stride, 4);
    take_chroma(&overlay->colour, rgba, stride, 4);
    take_alpha(overlay, rgba, stride);
    return VT_OK;
}

void vt_film_overlay_finish(struct vt_film_overlay *overlay)
{
    vt_film_planes_finish(&overlay->colour);
    free(overlay->alpha[0]);
    free(overlay->alpha[1]);
    *overlay = (struct vt_film_overlay){ .x = 0 };
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void vt_film_overlay_blend(const struct vt_film_overlay *overlay, unsigned strength,
                           struct vt_film_planes *frame)
{
    const struct vt_film_planes *colour = &overlay->colour;
    if (!colour->plane[0] || overlay->x >= frame->width || overlay->y >= frame->height)
        return;
    for (int i = 0; i < VT_FILM_PLANES; i++) {
        const uint32_t left = i ? overlay->x / 2 : overlay->x, top = i ? overlay->y / 2 : overlay->y;
        const uint32_t w = least(vt_film_plane_width(colour, i), vt_film_plane_width(frame, i) - left);
        const uint32_t h = least(vt_film_plane_height(colour, i), vt_film_plane_height(frame, i) - top);
        for (uint32_t y = 0; y < h; y++) {
            uint8_t *to = frame->plane[i] + (size_t)(top + y) * frame->stride[i] + left;
            const uint8_t *from = colour->plane[i] + (size_t)y * colour->stride[i];
            const uint8_t *alpha = overlay->alpha[i > 0] + (size_t)y * colour->stride[i];
            for (uint32_t x = 0; x < w; x++) {
                /* 255 is all of it. */
                const unsigned a = (alpha[x] + (alpha[x] >> 7)) * strength >> 8;
                to[x] = mixed(to[x], from[x], a);
            }
        }
    }
}
