/* SPDX-License-Identifier: Apache-2.0 */
/* A canvas for cards, sheets, plates and recaps: cairo draws, pango sets the text, vips brings the
 * pictures and takes the result. Text is plain text, never markup, so no name can be a tag. */
#ifndef VT_MEDIA_IMAGE_DRAW_H
#define VT_MEDIA_IMAGE_DRAW_H

#include <cairo.h>

#include "media/image_internal.h"

struct vt_box {
    double x, y, w, h; /* px */
};

enum vt_align { VT_ALIGN_LEFT, VT_ALIGN_CENTER, VT_ALIGN_RIGHT };

struct vt_lettering {
    const char *family; /* NULL: the plain one */
    double size_px;     /* as large as this if it fits its box */
    double least_px;    /* and no smaller than this; then it is cut with an ellipsis */
    bool is_bold;
    enum vt_align align;
    uint32_t rgb; /* 0xrrggbb */
};

/* White. NULL when memory is short. */
cairo_t *vt_canvas_open(uint32_t width, uint32_t height);
void vt_canvas_close(cairo_t **canvas);
#define VT_CANVAS VT_CLEANUP(vt_canvas_close)
/* The canvas as a picture of three bands with memory of its own. */
int vt_canvas_image(cairo_t *canvas, VipsImage **ret_image);

void vt_draw_colour(cairo_t *canvas, uint32_t rgb, double alpha);
void vt_draw_fill(cairo_t *canvas, struct vt_box box, uint32_t rgb);
/* Text centred in the height of its box, shrunk until it fits. Returns the height it took. */
double vt_draw_text(cairo_t *canvas, struct vt_box box, const char *text, const struct vt_lettering *how);
/* The picture at its own size, its left upper corner at (x, y) rounded to pixels. */
int vt_draw_image(cairo_t *canvas, VipsImage *image, double x, double y);

#endif
