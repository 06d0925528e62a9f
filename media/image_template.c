/* SPDX-License-Identifier: Apache-2.0 */
#include "media/image_template.h"

#include <math.h>

/* --- pictures into boxes --------------------------------------------------------------------------- */

static uint32_t px(double value)
{
    return value < 1 ? 1 : (uint32_t)(value + 0.5);
}

/* `rect` of the master in pixels; with VT_COVER cut further to the shape of the box. */
static void choose_region(const struct vt_master *master, const struct vt_template_rect *rect,
                          struct vt_box box, enum vt_fill fill, struct vt_recipe *recipe)
{
    double x = 0, y = 0, w = master->width, h = master->height;
    if (rect) {
        x = rect->x * w;
        y = rect->y * h;
        w *= rect->w;
        h *= rect->h;
    }
    if (fill == VT_COVER && w / h > box.w / box.h) {
        x += (w - h * box.w / box.h) / 2;
        w = h * box.w / box.h;
    } else if (fill == VT_COVER) {
        y += (h - w * box.h / box.w) / 2;
        h = w * box.h / box.w;
    }
    recipe->x = VIPS_MIN((uint32_t)x, master->width - 1);
    recipe->y = VIPS_MIN((uint32_t)y, master->height - 1);
    recipe->w = VIPS_MIN(px(w), master->width - recipe->x);
    recipe->h = VIPS_MIN(px(h), master->height - recipe->y);
}

static struct vt_box placed_in(struct vt_box box, const struct vt_recipe *recipe, enum vt_fill fill)
{
    const double scale = fmin(box.w / recipe->w, box.h / recipe->h);
    if (fill == VT_COVER)
        return box;
    const double w = recipe->w * scale, h = recipe->h * scale;
    return (struct vt_box){ box.x + (box.w - w) / 2, box.y + (box.h - h) / 2, w, h };
}

int vt_plate_picture(const struct vt_plate *plate, unsigned item, const struct vt_template_rect *rect,
                     struct vt_box box, enum vt_fill fill, struct vt_box *ret_placed)
{
    struct vt_master master;
    struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF };
    VT_IMAGE VipsImage *image = NULL;
    if (vt_master_open(plate->sources[item], &master))
        return -1;
    choose_region(&master, rect, box, fill, &recipe);
    const struct vt_box placed = placed_in(box, &recipe, fill);
    recipe.out_w = px(placed.w);
    recipe.out_h = px(placed.h);
    if (vt_master_cut(&master, &recipe, &image) || vt_step_resize(&image, recipe.out_w, recipe.out_h) ||
        vt_draw_image(plate->canvas, image, placed.x, placed.y))
        return -1;
    if (ret_placed)
        *ret_placed = placed;
    return 0;
}

/* --- the object in its picture ----------------------------------------------------------------------- */

int vt_plate_object(const struct vt_plate *plate, unsigned item, uint32_t find_px,
                    struct vt_template_rect *ret_rect, double *ret_aspect)
{
    const struct vt_template_item *it = &plate->data->items[item];
    struct vt_master master;
    if (vt_master_open(plate->sources[item], &master))
        return -1;
    if (it->has_box)
        *ret_rect = it->box;
    else if (vt_image_object(&master, find_px, ret_rect))
        return -1;
    *ret_aspect = ret_rect->w * master.width / (ret_rect->h * master.height);
    return 0;
}

/* --- the way in -------------------------------------------------------------------------------------- */

enum { HALVES = 2 };

static int draw(const struct vt_plate *plate)
{
    switch (plate->data->kind) {
    case VT_TEMPLATE_CARD:
        return vt_draw_card(plate);
    case VT_TEMPLATE_SHEET:
        return vt_draw_sheet(plate);
    case VT_TEMPLATE_SCALE:
        return vt_draw_scale(plate);
    case VT_TEMPLATE_RECAP:
        return vt_draw_recap(plate);
    }
    return -1;
}

/* Few bytes are met by quality, then by size: the drawing is the same, only smaller. */
static int encode(VipsImage **image, const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    const struct vt_recipe *recipe = job->recipe;
    for (int smaller = 0;; smaller++) {
        if (vt_image_encode(*image, recipe->format, recipe->effort, recipe->max_bytes, ret_result) == 0)
            return 0;
        const uint32_t width = (uint32_t)(*image)->Xsize / 2, height = (uint32_t)(*image)->Ysize / 2;
        if (ret_result->problem.err != VT_MEDIA_TOO_LONG || smaller == HALVES || width < 1 || height < 1)
            return -1;
        vt_image_result_finish(ret_result);
        ret_result->problem = (struct vt_media_problem){ .err = VT_MEDIA_OK };
        if (vt_step_resize(image, width, height))
            return -1;
    }
}

static int make(const struct vt_image_job *job, const struct vt_template *data,
                struct vt_image_result *ret_result)
{
    VT_CANVAS cairo_t *canvas = vt_canvas_open(data->width_px, data->height_px);
    VT_IMAGE VipsImage *image = NULL;
    const struct vt_plate plate = { canvas,          data,
                                    job->sources,    data->width_px,
                                    data->height_px, fmin(data->width_px, data->height_px) / 1080 };
    if (!canvas || draw(&plate) || vt_canvas_image(canvas, &image))
        return -1;
    return encode(&image, job, ret_result);
}

void vt_image_template(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    struct vt_media_problem *problem = &ret_result->problem;
    g_autofree struct vt_template *data = g_try_malloc0(sizeof(*data));
    if (!data || !job->recipe->template_json) {
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "the template's data is missing");
        return;
    }
    if (vt_template_decode(vt_str(job->recipe->template_json), data, problem) != VT_MEDIA_OK)
        return;
    if (data->rect.w <= 0 || data->rect.h <= 0)
        data->rect = (struct vt_template_rect){ 0, 0, 1, 1 };
    if (job->n_sources != data->item_count)
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "%u pictures are named and %zu came", data->item_count,
                             job->n_sources);
    else if (make(job, data, ret_result) && problem->err == VT_MEDIA_OK)
        vt_media_problem_set(problem, VT_MEDIA_BROKEN, "a picture of this %s cannot be drawn",
                             vt_template_kind_word(data->kind));
}
