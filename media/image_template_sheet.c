/* SPDX-License-Identifier: Apache-2.0 */
/* Two to four products side by side, each with its title and its price. */
#include "media/image_template.h"

static int draw_item(const struct vt_plate *plate, unsigned item, struct vt_box cell)
{
    const struct vt_template_item *it = &plate->data->items[item];
    const double u = plate->unit, words = 118 * u;
    const struct vt_lettering title = { NULL, 28 * u, 16 * u, false, VT_ALIGN_CENTER, VT_INK };
    const struct vt_lettering price = {
        NULL, 30 * u, 16 * u, true, VT_ALIGN_CENTER, plate->data->accent_rgb
    };

    if (vt_plate_picture(plate, item, NULL,
                         (struct vt_box){ cell.x, cell.y, cell.w, cell.h - words - 12 * u }, VT_CONTAIN,
                         NULL))
        return -1;
    vt_draw_text(plate->canvas, (struct vt_box){ cell.x, cell.y + cell.h - words, cell.w, 74 * u }, it->title,
                 &title);
    vt_draw_text(plate->canvas, (struct vt_box){ cell.x, cell.y + cell.h - 42 * u, cell.w, 42 * u },
                 it->price, &price);
    return 0;
}

int vt_draw_sheet(const struct vt_plate *plate)
{
    const struct vt_template *data = plate->data;
    const double u = plate->unit, margin = 48 * u, gap = 32 * u;
    const unsigned n = data->item_count;
    /* Four stand two by two where the sheet is not much wider than high. */
    const unsigned cols = n == 4 && plate->w < 1.8 * plate->h ? 2 : n;
    const unsigned rows = (n + cols - 1) / cols;
    const double top = data->text[0] ? 148 * u : margin, bottom = data->shop[0] ? 84 * u : margin;
    const double w = (plate->w - 2 * margin - gap * (cols - 1)) / cols;
    const double h = (plate->h - top - bottom - gap * (rows - 1)) / rows;
    const struct vt_lettering heading = { VT_TITLE_FAMILY, 52 * u, 22 * u, false, VT_ALIGN_CENTER, VT_INK };
    const struct vt_lettering shop = { NULL, 24 * u, 14 * u, true, VT_ALIGN_CENTER, data->accent_rgb };

    vt_draw_text(plate->canvas, (struct vt_box){ margin, 32 * u, plate->w - 2 * margin, 96 * u }, data->text,
                 &heading);
    for (unsigned i = 0; i < n; i++)
        if (draw_item(plate, i,
                      (struct vt_box){ margin + (w + gap) * (i % cols), top + (h + gap) * (i / cols), w, h }))
            return -1;
    vt_draw_text(plate->canvas, (struct vt_box){ margin, plate->h - 60 * u, plate->w - 2 * margin, 36 * u },
                 data->shop, &shop);
    return 0;
}
