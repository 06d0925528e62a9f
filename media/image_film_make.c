/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures in a row, of stills or of a spin, into what is asked for: a film, its poster, or an animation. */
#include <math.h>
#include <stdlib.h>

#include "media/film.h"
#include "media/image_film_internal.h"
#include "server/base/err.h"

enum { LOOK_DELAY_MOST_MS = 1000, SIZES = 3, SIDE_LEAST = 64 };

/* --- poster and animation ------------------------------------------------------------------------------- */

/* `count` frames from all over the reel below each other, as vips wants an animation. */
static int draw_strip(const struct vt_film_source *source, uint32_t count, VipsImage **ret_image)
{
    const size_t stride = (size_t)source->width * 3, page = stride * source->height;
    struct vt_film_planes frame = { .width = 0 };
    g_autofree uint8_t *pixels = g_try_malloc(page * count);
    int err = pixels ? vt_film_planes_init(&frame, source->width, source->height) : VT_ERR_NOMEM;
    for (uint32_t i = 0; !err && i < count; i++) {
        err = source->draw(source->arg, i * source->frames / count, &frame);
        if (!err)
            vt_film_planes_to_rgb(&frame, pixels + i * page, stride);
    }
    vt_film_planes_finish(&frame);
    if (err)
        return err;
    *ret_image = vips_image_new_from_memory_copy(pixels, page * count, (int)source->width,
                                                 (int)(source->height * count), 3, VIPS_FORMAT_UCHAR);
    if (!*ret_image)
        return VT_ERR_NOMEM;
    (*ret_image)->Type = VIPS_INTERPRETATION_sRGB;
    return VT_OK;
}

/* Said of one size: there may be a smaller one. */
static bool is_too_much(struct vt_image_result *result)
{
    const bool is = result->problem.err == VT_MEDIA_TOO_LONG;
    if (is)
        result->problem = (struct vt_media_problem){ .err = VT_MEDIA_OK };
    return is;
}

static int make_poster(const struct vt_film_source *source, const struct vt_image_job *job,
                       struct vt_image_result *ret_result)
{
    VT_IMAGE VipsImage *image = NULL;
    int err = draw_strip(source, 1, &image);
    if (!err && vt_image_encode(image, job->recipe->format, 0, job->recipe->max_bytes, ret_result))
        err = is_too_much(ret_result) ? VT_ERR_FULL : VT_ERR_INVALID;
    return err;
}

static int make_look(const struct vt_film_source *source, const struct vt_image_job *job,
                     struct vt_image_result *ret_result)
{
    VT_IMAGE VipsImage *image = NULL;
    const uint32_t count = VIPS_MIN(source->frames, VT_FILM_LOOK_FRAMES);
    int err = draw_strip(source, count, &image);
    const uint32_t ms = source->frames * 1000 / source->fps;
    const uint32_t delay_ms = VIPS_MIN(ms / count, LOOK_DELAY_MOST_MS);
    if (!err &&
        vt_image_encode_animation(image, source->height, delay_ms, job->recipe->max_bytes, ret_result))
        err = is_too_much(ret_result) ? VT_ERR_FULL : VT_ERR_INVALID;
    return err;
}

/* --- the film ------------------------------------------------------------------------------------------- */

static enum vt_film_maker maker_of(const struct vt_recipe *recipe)
{
    return recipe->kind == VT_RECIPE_FILM_AV1 ? VT_FILM_SVTAV1 : VT_FILM_OPENH264;
}

static void tell_grown(void *arg)
{
    const struct vt_image_job *job = arg;
    const struct vt_image_result nothing = { .len = 0 };
    job->part(job->arg, &nothing);
}

static int make_film(const struct vt_film_source *source, const struct vt_image_job *job,
                     struct vt_image_result *ret_result)
{
    uint8_t *bytes = NULL;
    const struct vt_film_order order = { .maker = maker_of(job->recipe),
                                         .max_bytes = job->recipe->max_bytes,
                                         .live_fd = job->out_fd,
                                         .grown = tell_grown,
                                         .arg = (void *)job };
    int err = vt_film_make(source, &order, &bytes, &ret_result->len);
    if (err) {
        ret_result->len = 0;
        return err;
    }
    ret_result->bytes = bytes; /* g_free is free */
    ret_result->width = source->width;
    ret_result->height = source->height;
    return VT_OK;
}

int vt_image_film_make(const struct vt_film_source *source, const struct vt_image_job *job,
                       struct vt_image_result *ret_result)
{
    if (job->recipe->kind != VT_RECIPE_FILM_LOOK)
        return make_film(source, job, ret_result);
    return job->recipe->format == VT_FMT_WEBP ? make_look(source, job, ret_result)
                                              : make_poster(source, job, ret_result);
}

void vt_image_film_explain(int err, const struct vt_recipe *recipe, struct vt_media_problem *problem)
{
    if (problem->err)
        return;
    if (err == VT_ERR_FULL)
        vt_media_problem_limit(
            problem, VT_MEDIA_TOO_LONG, recipe->max_bytes, 0,
            "even small and at its lowest quality this does not fit %u bytes; take a larger "
            "limit or a shorter film",
            recipe->max_bytes);
    else if (err == VT_ERR_NOMEM)
        vt_media_problem_set(problem, VT_MEDIA_BUSY, "memory for this film is short; ask again in a moment");
    else if (err == VT_ERR_IO)
        vt_media_problem_set(problem, VT_MEDIA_NO_ROOM, "there is no room to write this film");
    else
        vt_media_problem_set(problem, VT_MEDIA_BROKEN, "a picture of this film cannot be drawn");
}

void vt_image_film_size(const struct vt_recipe *recipe, uint32_t ms, uint32_t smaller, uint32_t *width,
                        uint32_t *height)
{
    double scale = 1.0 / (1u << smaller);
    if (recipe->kind == VT_RECIPE_FILM_LOOK && recipe->format == VT_FMT_WEBP)
        scale *= fmin((double)VT_FILM_LOOK_PX / VIPS_MAX(*width, *height), 1);
    else if (recipe->kind != VT_RECIPE_FILM_LOOK && recipe->max_bytes)
        scale /= 1u << vt_film_halves(maker_of(recipe), *width, *height, ms, recipe->max_bytes);
    *width = vt_image_film_even(*width * scale);
    *height = vt_image_film_even(*height * scale);
}

void vt_image_film_fit(const struct vt_image_job *job, uint32_t ms, uint32_t width, uint32_t height,
                       vt_image_film_of_fn *make, void *arg, struct vt_image_result *ret_result)
{
    int err = VT_ERR_FULL;
    for (uint32_t smaller = 0; smaller < SIZES && err == VT_ERR_FULL; smaller++) {
        uint32_t w = width, h = height;
        vt_image_film_size(job->recipe, ms, smaller, &w, &h);
        if (w < SIDE_LEAST || h < SIDE_LEAST)
            break;
        vt_image_result_finish(ret_result);
        err = make(arg, w, h, ret_result);
    }
    if (err)
        vt_image_film_explain(err, job->recipe, &ret_result->problem);
}
