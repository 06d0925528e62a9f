/* SPDX-License-Identifier: Apache-2.0 */
#include "media/image_draw.h"

cairo_t *vt_canvas_open(uint32_t width, uint32_t height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cairo_t *canvas = cairo_create(surface);
    cairo_surface_destroy(surface); /* the canvas keeps it */
    if (cairo_status(canvas) != CAIRO_STATUS_SUCCESS)
        vt_canvas_close(&canvas);
    else
        vt_draw_fill(canvas, (struct vt_box){ 0, 0, width, height }, 0xffffff);
    return canvas;
}

void vt_canvas_close(cairo_t **canvas)
{
    if (*canvas)
        cairo_destroy(*canvas);
    *canvas = NULL;
}

int vt_canvas_image(cairo_t *canvas, VipsImage **ret_image)
{
    cairo_surface_t *surface = cairo_get_target(canvas);
    cairo_surface_flush(surface);
    const int width = cairo_image_surface_get_width(surface),
              height = cairo_image_surface_get_height(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    const uint8_t *from = cairo_image_surface_get_data(surface);
    g_autofree uint8_t *pixels = g_try_malloc((size_t)width * (size_t)height * 3);
    if (!pixels || cairo_status(canvas) != CAIRO_STATUS_SUCCESS)
        return -1;
    uint8_t *to = pixels;
    for (int y = 0; y < height; y++) {
        const uint32_t *row = (const uint32_t *)(const void *)(from + (size_t)y * (size_t)stride);
        for (int x = 0; x < width; x++, to += 3) {
            to[0] = (uint8_t)(row[x] >> 16);
            to[1] = (uint8_t)(row[x] >> 8);
            to[2] = (uint8_t)row[x];
        }
    }
    *ret_image = vips_image_new_from_memory_copy(pixels, (size_t)width * (size_t)height * 3, width, height, 3,
                                                 VIPS_FORMAT_UCHAR);
    if (!*ret_image)
        return -1;
    (*ret_image)->Type = VIPS_INTERPRETATION_sRGB;
    return 0;
}

void vt_draw_colour(cairo_t *canvas, uint32_t rgb, double alpha)
{
    cairo_set_source_rgba(canvas, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0,
                          alpha);
}

void vt_draw_fill(cairo_t *canvas, struct vt_box box, uint32_t rgb)
{
    vt_draw_colour(canvas, rgb, 1);
    cairo_rectangle(canvas, box.x, box.y, box.w, box.h);
    cairo_fill(canvas);
}

static void copy_pixels(VipsImage *image, const uint8_t *from, cairo_surface_t *surface)
{
    const int stride = cairo_image_surface_get_stride(surface);
    uint8_t *to = cairo_image_surface_get_data(surface);
    for (int y = 0; y < image->Ysize; y++) {
        uint32_t *row = (uint32_t *)(void *)(to + (size_t)y * (size_t)stride);
        for (int x = 0; x < image->Xsize; x++, from += 3)
            row[x] = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
    }
    cairo_surface_mark_dirty(surface);
}

int vt_draw_image(cairo_t *canvas, VipsImage *image, double x, double y)
{
    VT_IMAGE VipsImage *flat = g_object_ref(image);
    size_t len;
    if (vt_step_white(&flat) || flat->Bands != 3 || flat->BandFmt != VIPS_FORMAT_UCHAR)
        return -1;
    g_autofree uint8_t *pixels = vips_image_write_to_memory(flat, &len);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, flat->Xsize, flat->Ysize);
    int err = pixels && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS ? 0 : -1;
    if (!err) {
        copy_pixels(flat, pixels, surface);
        cairo_set_source_surface(canvas, surface, (int)(x + 0.5), (int)(y + 0.5));
        cairo_paint(canvas);
    }
    cairo_surface_destroy(surface);
    return err;
}
