/* SPDX-License-Identifier: Apache-2.0 */
/* What the four templates share: a canvas, the data, and pictures from masters put into boxes. */
#ifndef VT_MEDIA_IMAGE_TEMPLATE_H
#define VT_MEDIA_IMAGE_TEMPLATE_H

#include "media/image_draw.h"
#include "media/template.h"

#define VT_INK          0x1c1c1e
#define VT_QUIET        0x6b6b70
#define VT_PAPER        0xffffff
#define VT_TITLE_FAMILY "Noto Serif"

struct vt_plate {
    cairo_t *canvas;
    const struct vt_template *data;
    const int *sources; /* the master of items[i] */
    double w, h;        /* of the canvas, px */
    double unit;        /* a 1080th of the shorter side: the layouts are drawn in these */
};

enum vt_fill {
    VT_COVER,  /* the box is full, the picture cut to its shape */
    VT_CONTAIN /* the picture is whole, centred in the box */
};

/* Draws the part `rect` (NULL: all) of an item's picture; where it came to lie goes to ret_placed, which
 * may be NULL. */
int vt_plate_picture(const struct vt_plate *plate, unsigned item, const struct vt_template_rect *rect,
                     struct vt_box box, enum vt_fill fill, struct vt_box *ret_placed);

/* The object of an item in 0..1 of its picture: the catalogue's box, else what differs from the background
 * when the picture is find_px wide. */
int vt_plate_object(const struct vt_plate *plate, unsigned item, uint32_t find_px,
                    struct vt_template_rect *ret_rect, double *ret_aspect);

int vt_draw_card(const struct vt_plate *plate);
int vt_draw_sheet(const struct vt_plate *plate);
int vt_draw_scale(const struct vt_plate *plate);
int vt_draw_recap(const struct vt_plate *plate);

#endif
