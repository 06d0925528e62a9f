/* SPDX-License-Identifier: Apache-2.0 */
/* One to four products at one scale: a millimetre is as long on each of them, and a bar shows ten. */
#include "media/image_template.h"

#include <math.h>
#include <stdio.h>

enum { FIND_PX = 512 }; /* millimetres are measured by it */

struct object {
    struct vt_template_rect rect; /* in its picture */
    double w_mm, h_mm;            /* as drawn: the picture's proportions within the catalogue's size */
};

static int measure(const struct vt_plate *plate, unsigned item, struct object *ret_object)
{
    const struct vt_template_item *it = &plate->data->items[item];
    double aspect;
    if (vt_plate_object(plate, item, FIND_PX, &ret_object->rect, &aspect))
        return -1;
    /* Catalogue and picture seldom agree to the tenth; the object is never drawn larger than it is. */
    ret_object->w_mm = fmin(it->width_mm, it->height_mm * aspect);
    ret_object->h_mm = ret_object->w_mm / aspect;
    return 0;
}

/* A tenth where there is one: "9.5 × 12 mm". */
static void size_words(const struct vt_template_item *item, char out[64])
{
    snprintf(out, 64, "%g × %g mm", round(item->width_mm * 10) / 10, round(item->height_mm * 10) / 10);
}

static int draw_object(const struct vt_plate *plate, unsigned item, const struct object *object, double scale,
                       struct vt_box cell)
{
    const struct vt_template_item *it = &plate->data->items[item];
    const double u = plate->unit, w = object->w_mm * scale, h = object->h_mm * scale;
    const struct vt_lettering title = { NULL, 26 * u, 15 * u, false, VT_ALIGN_CENTER, VT_INK };
    const struct vt_lettering size = { NULL, 24 * u, 14 * u, false, VT_ALIGN_CENTER, VT_QUIET };
    char words[64];
    const struct vt_box stand = { cell.x + (cell.w - w) / 2, cell.y + cell.h - h, w, h };

    if (vt_plate_picture(plate, item, &object->rect, stand, VT_CONTAIN, NULL))
        return -1;
    size_words(it, words);
    vt_draw_text(plate->canvas, (struct vt_box){ cell.x, cell.y + cell.h + 16 * u, cell.w, 68 * u },
                 it->title, &title);
    vt_draw_text(plate->canvas, (struct vt_box){ cell.x, cell.y + cell.h + 86 * u, cell.w, 36 * u }, words,
                 &size);
    return 0;
}

static void draw_bar(const struct vt_plate *plate, double scale)
{
    const double u = plate->unit, x = 48 * u, y = plate->h - 52 * u, length = 10 * scale;
    const struct vt_lettering words = { NULL, 24 * u, 14 * u, true, VT_ALIGN_LEFT, VT_INK };
    vt_draw_fill(plate->canvas, (struct vt_box){ x, y, length, 4 * u }, VT_INK);
    vt_draw_fill(plate->canvas, (struct vt_box){ x, y - 8 * u, 3 * u, 20 * u }, VT_INK);
    vt_draw_fill(plate->canvas, (struct vt_box){ x + length - 3 * u, y - 8 * u, 3 * u, 20 * u }, VT_INK);
    vt_draw_text(plate->canvas, (struct vt_box){ x + length + 16 * u, y - 18 * u, 200 * u, 40 * u }, "10 mm",
                 &words);
}

int vt_draw_scale(const struct vt_plate *plate)
{
    const struct vt_template *data = plate->data;
    const unsigned n = data->item_count;
    const double u = plate->unit, margin = 48 * u, gap = 40 * u, inner = plate->w - 2 * margin;
    const double top = data->text[0] ? 140 * u : margin, base = plate->h - 226 * u;
    const double cell = (inner - gap * (n - 1)) / n;
    const struct vt_lettering heading = { VT_TITLE_FAMILY, 46 * u, 20 * u, false, VT_ALIGN_CENTER, VT_INK };
    const struct vt_lettering shop = { NULL, 24 * u, 14 * u, true, VT_ALIGN_RIGHT, data->accent_rgb };
    struct object objects[VT_TEMPLATE_ITEMS];
    /* Bar and words want their place too: at least 10 mm fit, at most half the width. */
    double scale = inner / 2 / 10;

    for (unsigned i = 0; i < n; i++) {
        if (measure(plate, i, &objects[i]))
            return -1;
        scale = fmin(scale, fmin(cell / objects[i].w_mm, (base - top) / objects[i].h_mm));
    }
    vt_draw_text(plate->canvas, (struct vt_box){ margin, 32 * u, inner, 84 * u }, data->text, &heading);
    for (unsigned i = 0; i < n; i++)
        if (draw_object(plate, i, &objects[i], scale,
                        (struct vt_box){ margin + (cell + gap) * i, top, cell, base - top }))
            return -1;
    draw_bar(plate, scale);
    vt_draw_text(plate->canvas,
                 (struct vt_box){ plate->w / 2, plate->h - 70 * u, plate->w / 2 - margin, 40 * u },
                 data->shop, &shop);
    return 0;
}
