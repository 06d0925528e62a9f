/* SPDX-License-Identifier: Apache-2.0 */
/* What was looked at: the very crop, with its ink, circles and arrows as the viewer drew them. */
#include "media/image_template.h"

#include <math.h>

/* The viewer's palette and halos, by number. */
static const uint32_t colours[4] = { 0xd6246e, 0x1769e0, 0xffb020, 0xffffff };
static const uint32_t halos[4] = { 0xffffff, 0xffffff, 0x3a2600, 0x222222 };

struct point {
    double x, y;
};

static struct point place(const struct vt_plate *plate, struct vt_box on, unsigned index)
{
    const struct vt_template_rect *rect = &plate->data->rect;
    const struct vt_template_point *at = &plate->data->points[index];
    return (struct point){ on.x + ((double)at->x - rect->x) / rect->w * on.w,
                           on.y + ((double)at->y - rect->y) / rect->h * on.h };
}

static void trace_circle(cairo_t *canvas, struct point a, struct point b)
{
    cairo_save(canvas);
    cairo_translate(canvas, (a.x + b.x) / 2, (a.y + b.y) / 2);
    cairo_scale(canvas, fmax(fabs(b.x - a.x) / 2, 1), fmax(fabs(b.y - a.y) / 2, 1));
    cairo_arc(canvas, 0, 0, 1, 0, 2 * G_PI);
    cairo_restore(canvas);
}

static void trace_arrow(cairo_t *canvas, struct point a, struct point b, double unit)
{
    const double turn = atan2(a.y - b.y, a.x - b.x),
                 head = fmin(30 * unit, hypot(a.x - b.x, a.y - b.y) * 0.6);
    cairo_move_to(canvas, a.x, a.y);
    cairo_line_to(canvas, b.x, b.y);
    for (int side = -1; side <= 1; side += 2) {
        cairo_move_to(canvas, b.x + head * cos(turn + 0.5 * side), b.y + head * sin(turn + 0.5 * side));
        cairo_line_to(canvas, b.x, b.y);
    }
}

static void trace_ink(const struct vt_plate *plate, struct vt_box on, const struct vt_template_mark *mark)
{
    struct point from = place(plate, on, mark->first);
    cairo_move_to(plate->canvas, from.x, from.y);
    for (unsigned i = 1; i < mark->count; i++) {
        const struct point to = place(plate, on, mark->first + i);
        cairo_line_to(plate->canvas, to.x, to.y);
    }
    if (mark->count == 1) /* a dot */
        cairo_line_to(plate->canvas, from.x + 0.01, from.y);
}

static void draw_mark(const struct vt_plate *plate, struct vt_box on, const struct vt_template_mark *mark)
{
    const double u = plate->unit;
    const unsigned colour = mark->colour % VT_COUNT(colours);
    const struct point a = place(plate, on, mark->first),
                       b = place(plate, on, mark->first + mark->count - 1u);
    if (mark->count == 0)
        return;
    cairo_new_path(plate->canvas);
    if (mark->kind == VT_TEMPLATE_CIRCLE)
        trace_circle(plate->canvas, a, b);
    else if (mark->kind == VT_TEMPLATE_ARROW)
        trace_arrow(plate->canvas, a, b, u);
    else
        trace_ink(plate, on, mark);
    vt_draw_colour(plate->canvas, halos[colour], 1);
    cairo_set_line_width(plate->canvas, 10 * u);
    cairo_stroke_preserve(plate->canvas);
    vt_draw_colour(plate->canvas, colours[colour], 1);
    cairo_set_line_width(plate->canvas, 5.5 * u);
    cairo_stroke(plate->canvas);
}

static void draw_marks(const struct vt_plate *plate, struct vt_box on)
{
    cairo_save(plate->canvas);
    cairo_rectangle(plate->canvas, on.x, on.y, on.w, on.h);
    cairo_clip(plate->canvas);
    cairo_set_line_cap(plate->canvas, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(plate->canvas, CAIRO_LINE_JOIN_ROUND);
    for (unsigned i = 0; i < plate->data->mark_count; i++)
        draw_mark(plate, on, &plate->data->marks[i]);
    cairo_restore(plate->canvas);
}

int vt_draw_recap(const struct vt_plate *plate)
{
    const struct vt_template *data = plate->data;
    const struct vt_template_item *item = &data->items[0];
    const double u = plate->unit, margin = 48 * u, inner = plate->w - 2 * margin;
    const bool has_words = item->title[0] || item->price[0] || data->text[0] || data->shop[0];
    const double foot = has_words ? 176 * u : 0, y = plate->h - foot;
    const struct vt_lettering title = { VT_TITLE_FAMILY, 38 * u, 18 * u, false, VT_ALIGN_LEFT, VT_INK };
    const struct vt_lettering price = { NULL, 34 * u, 16 * u, true, VT_ALIGN_RIGHT, data->accent_rgb };
    const struct vt_lettering note = { NULL, 26 * u, 15 * u, false, VT_ALIGN_LEFT, VT_QUIET };
    const struct vt_lettering shop = { NULL, 22 * u, 13 * u, true, VT_ALIGN_RIGHT, data->accent_rgb };
    struct vt_box on;

    if (vt_plate_picture(plate, 0, &data->rect, (struct vt_box){ 0, 0, plate->w, y }, VT_CONTAIN, &on))
        return -1;
    draw_marks(plate, on);
    vt_draw_text(plate->canvas, (struct vt_box){ margin, y + 20 * u, inner * 0.68, 66 * u }, item->title,
                 &title);
    vt_draw_text(plate->canvas, (struct vt_box){ margin + inner * 0.7, y + 20 * u, inner * 0.3, 66 * u },
                 item->price, &price);
    vt_draw_text(plate->canvas, (struct vt_box){ margin, y + 88 * u, inner * 0.72, 70 * u }, data->text,
                 &note);
    vt_draw_text(plate->canvas, (struct vt_box){ margin + inner * 0.74, y + 88 * u, inner * 0.26, 70 * u },
                 data->shop, &shop);
    return 0;
}
