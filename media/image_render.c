/* SPDX-License-Identifier: Apache-2.0 */
/* A rendition from a master: level, crop, resample, mirror, turn, quality, encode. */
#include "media/image_internal.h"

/* Proportions decide what the recipe left open. */
static void complete(struct vt_recipe *recipe, const struct vt_master *master)
{
    const double w = recipe->w ? recipe->w : master->width, h = recipe->h ? recipe->h : master->height;
    if (recipe->out_w == 0 && recipe->out_h == 0)
        recipe->out_w = (uint32_t)w;
    if (recipe->out_h == 0)
        recipe->out_h = VIPS_MAX(1, (uint32_t)(recipe->out_w * h / w + 0.5));
    if (recipe->out_w == 0)
        recipe->out_w = VIPS_MAX(1, (uint32_t)(recipe->out_h * w / h + 0.5));
}

static bool is_in_bounds(const struct vt_recipe *recipe)
{
    return recipe->out_w <= VT_RECIPE_MAX_SIDE && recipe->out_h <= VT_RECIPE_MAX_SIDE &&
           (uint64_t)recipe->out_w * recipe->out_h <= VT_RECIPE_MAX_AREA && recipe->rotation >= 0 &&
           recipe->rotation < 360;
}

static int draw(const struct vt_recipe *recipe, const struct vt_master *master, VipsImage **image)
{
    const bool takes_alpha = recipe->format != VT_FMT_JPEG;
    if (vt_master_cut(master, recipe, image) || vt_step_resize(image, recipe->out_w, recipe->out_h))
        return -1;
    if (!takes_alpha && vt_step_white(image))
        return -1;
    if (recipe->mirror && vt_step_mirror(image))
        return -1;
    return vt_step_turn(image, recipe->rotation, takes_alpha) || vt_step_quality(image, recipe->quality) ? -1
                                                                                                         : 0;
}

void vt_image_render(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    struct vt_recipe recipe = *job->recipe;
    struct vt_master master;
    VT_IMAGE VipsImage *image = NULL;

    if (vt_master_open(job->sources[0], &master)) {
        vt_media_problem_set(&ret_result->problem, VT_MEDIA_BROKEN,
                             "the master of this picture cannot be read");
        return;
    }
    complete(&recipe, &master);
    if (!is_in_bounds(&recipe)) {
        vt_media_problem_limit(&ret_result->problem, VT_MEDIA_OUTSIDE, VT_RECIPE_MAX_AREA,
                               (uint64_t)recipe.out_w * recipe.out_h, "%u x %u pixels are more than %d",
                               recipe.out_w, recipe.out_h, VT_RECIPE_MAX_AREA);
        return;
    }
    if ((draw(&recipe, &master, &image) ||
         vt_image_encode(image, recipe.format, recipe.effort, recipe.max_bytes, ret_result)) &&
        ret_result->problem.err == VT_MEDIA_OK)
        vt_media_problem_set(&ret_result->problem, VT_MEDIA_BROKEN, "this rendition could not be made");
}
