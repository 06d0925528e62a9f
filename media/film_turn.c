/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_turn.h"

#include <stdbool.h>
#include <string.h>

struct plane {
    const uint8_t *from;
    uint8_t *to;
    uint32_t from_stride, to_stride;
    uint32_t width, height; /* of `to` */
};

static void copy(const struct plane *plane)
{
    for (uint32_t y = 0; y < plane->height; y++)
        memcpy(plane->to + (size_t)y * plane->to_stride, plane->from + (size_t)y * plane->from_stride,
               plane->width);
}

static void turn_half(const struct plane *plane)
{
    for (uint32_t y = 0; y < plane->height; y++) {
        const uint8_t *row = plane->from + (size_t)(plane->height - 1 - y) * plane->from_stride;
        for (uint32_t x = 0; x < plane->width; x++)
            plane->to[(size_t)y * plane->to_stride + x] = row[plane->width - 1 - x];
    }
}

/* Clockwise the left column becomes the upper row, from its lower end; the other way the right one. */
static void turn_quarter(const struct plane *plane, bool is_clockwise)
{
    for (uint32_t y = 0; y < plane->height; y++)
        for (uint32_t x = 0; x < plane->width; x++) {
            const size_t row = is_clockwise ? plane->width - 1 - x : x;
            const size_t column = is_clockwise ? y : plane->height - 1 - y;
            plane->to[(size_t)y * plane->to_stride + x] = plane->from[row * plane->from_stride + column];
        }
}

void vt_film_planes_turn(const struct vt_film_planes *from, unsigned quarters, struct vt_film_planes *to)
{
    for (int i = 0; i < VT_FILM_PLANES; i++) {
        const struct plane plane = { from->plane[i],
                                     to->plane[i],
                                     from->stride[i],
                                     to->stride[i],
                                     vt_film_plane_width(to, i),
                                     vt_film_plane_height(to, i) };
        if (quarters % 4 == 0)
            copy(&plane);
        else if (quarters % 4 == 2)
            turn_half(&plane);
        else
            turn_quarter(&plane, quarters % 4 == 1);
    }
}

/* --- colours ----------------------------------------------------------------------------------------------
 */

static uint8_t clamp(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* In 1/65536: out of 601 into RGB and from there into 709, as one matrix; luma has 219 steps where colours
 * have 224. */
static void shift_row(uint8_t *luma, const uint8_t *blue, const uint8_t *red, uint32_t width)
{
    for (uint32_t x = 0; x < width; x++)
        luma[x] = clamp(luma[x] + ((-7573 * (blue[x / 2] - 128) - 13627 * (red[x / 2] - 128) + 32768) >> 16));
}

void vt_film_planes_from_601(struct vt_film_planes *planes)
{
    for (uint32_t y = 0; y < planes->height; y++)
        shift_row(planes->plane[0] + (size_t)y * planes->stride[0],
                  planes->plane[1] + (size_t)(y / 2) * planes->stride[1],
                  planes->plane[2] + (size_t)(y / 2) * planes->stride[2], planes->width);
    for (uint32_t y = 0; y < planes->height / 2; y++) {
        uint8_t *blues = planes->plane[1] + (size_t)y * planes->stride[1];
        uint8_t *reds = planes->plane[2] + (size_t)y * planes->stride[2];
        for (uint32_t x = 0; x < planes->width / 2; x++) {
            const int blue = blues[x] - 128, red = reds[x] - 128;
            blues[x] = clamp(128 + ((66758 * blue + 7512 * red + 32768) >> 16));
            reds[x] = clamp(128 + ((4918 * blue + 67196 * red + 32768) >> 16));
        }
    }
}
