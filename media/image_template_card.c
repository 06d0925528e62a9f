/* SPDX-License-Identifier: Apache-2.0 */
/* The greeting: the piece, and below it the customer's name, a line of text and the shop. */
#include "media/image_template.h"

/* Only the cut depends on it; at twice the size looking for the object was half of a card's price. */
enum { FIND_PX = 256 };

/* `share` of a side, centred on the object as far as the picture reaches. What does not fit is cut at its
 * foot: the stone is on top. */
static void focus(double *at, double *length, double share)
{
    if (*length > share)
        *at = VIPS_CLIP(0, *at - 0.02, 1 - share);
    else
        *at = VIPS_CLIP(0, *at + *length / 2 - share / 2, 1 - share);
    *length = share;
}

static bool is_whole(const struct vt_template_rect *rect)
{
    return rect->w >= 1 && rect->h >= 1;
}

/* What nobody has cut for the card is cut around the object. */
static int draw_picture(const struct vt_plate *plate, double panel_y)
{
    const struct vt_box box = { 0, 0, plate->w, panel_y };
    struct vt_template_rect rect = plate->data->rect;
    double aspect;
    if (is_whole(&rect)) {
        if (vt_plate_object(plate, 0, FIND_PX, &rect, &aspect))
            return -1;
        const double picture = aspect * rect.h / rect.w, wanted = box.w / box.h;
        focus(&rect.x, &rect.w, picture > wanted ? wanted / picture : 1);
        focus(&rect.y, &rect.h, picture > wanted ? 1 : picture / wanted);
    }
    return vt_plate_picture(plate, 0, &rect, box, VT_COVER, NULL);
}

int vt_draw_card(const struct vt_plate *plate)
{
    const struct vt_template *data = plate->data;
    const double u = plate->unit, margin = 72 * u, inner = plate->w - 2 * margin;
    const double panel_y = plate->h - (data->text[0] ? 290 : 222) * u;
    const struct vt_lettering name = { VT_TITLE_FAMILY, 84 * u, 30 * u, false, VT_ALIGN_CENTER, VT_INK };
    const struct vt_lettering text = { NULL, 36 * u, 20 * u, false, VT_ALIGN_CENTER, VT_INK };
    const struct vt_lettering shop = { NULL, 24 * u, 14 * u, true, VT_ALIGN_CENTER, data->accent_rgb };

    if (draw_picture(plate, panel_y))
        return -1;
    vt_draw_fill(plate->canvas, (struct vt_box){ 0, panel_y, plate->w, plate->h - panel_y }, VT_PAPER);
    vt_draw_fill(plate->canvas, (struct vt_box){ (plate->w - 96 * u) / 2, panel_y + 26 * u, 96 * u, 3 * u },
                 data->accent_rgb);
    vt_draw_text(plate->canvas, (struct vt_box){ margin, panel_y + 36 * u, inner, 110 * u }, data->name,
                 &name);
    vt_draw_text(plate->canvas, (struct vt_box){ margin, panel_y + 150 * u, inner, 76 * u }, data->text,
                 &text);
    vt_draw_text(plate->canvas, (struct vt_box){ margin, plate->h - 54 * u, inner, 36 * u }, data->shop,
                 &shop);
    return 0;
}
