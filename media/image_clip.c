/* SPDX-License-Identifier: Apache-2.0 */
/* Clips: cut, coded anew, and looked at: poster, animation, strip. */
#include <stdlib.h>
#include <string.h>

#include "media/clip.h"
#include "media/film.h"
#include "media/film_cut.h"
#include "media/film_reader.h"
#include "media/film_transcode.h"
#include "media/image_internal.h"
#include "server/base/err.h"

#define LOOK_DELAY_MOST_MS 1000

/* --- looks ------------------------------------------------------------------------------------------------
 */

/* Some pictures of a clip, evenly from all of it. */
struct look {
    uint32_t width, height; /* of each */
    uint32_t count;
    bool is_across;  /* side by side; else below each other */
    uint8_t *pixels; /* owned, RGB */
    size_t stride;
};

static uint32_t even(uint32_t px)
{
    return px < 2 ? 2 : px / 2 * 2;
}

static struct look look_of(const struct vt_recipe *recipe, const struct vt_clip *clip)
{
    const uint32_t most = VIPS_MAX(clip->width, clip->height);
    if (recipe->kind == VT_RECIPE_CLIP_STRIP)
        return (struct look){ .width = even(clip->width * VT_CLIP_STRIP_PX / clip->height),
                              .height = VT_CLIP_STRIP_PX,
                              .count = VT_CLIP_STRIP_FRAMES,
                              .is_across = true };
    if (recipe->format != VT_FMT_WEBP)
        return (struct look){ .width = clip->width, .height = clip->height, .count = 1 };
    const uint32_t px = VIPS_MIN(VT_FILM_LOOK_PX, most);
    return (struct look){ .width = even(clip->width * px / most),
                          .height = even(clip->height * px / most),
                          .count = VT_FILM_LOOK_FRAMES };
}

static int draw(struct look *look, const struct vt_clip *clip, struct vt_film_reader *reader)
{
    struct vt_film_planes frame = { .width = 0 };
    const size_t row = (size_t)look->width * 3;
    look->stride = look->is_across ? row * look->count : row;
    look->pixels = g_try_malloc(row * look->height * look->count);
    int err = look->pixels ? vt_film_planes_init(&frame, look->width, look->height) : VT_ERR_NOMEM;
    for (uint32_t i = 0; !err && i < look->count; i++) {
        err = vt_film_reader_at(reader, vt_clip_ms(clip) * i / look->count, &frame);
        if (err == VT_ERR_MISSING && i > 0)
            err = VT_OK; /* shorter than its header said: the last picture stays */
        if (!err)
            vt_film_planes_to_rgb(&frame, look->pixels + i * (look->is_across ? row : row * look->height),
                                  look->stride);
    }
    vt_film_planes_finish(&frame);
    return err;
}

static int encode(const struct look *look, const struct vt_image_job *job, const struct vt_clip *clip,
                  struct vt_image_result *ret_result)
{
    const uint32_t across = look->is_across ? look->count : 1, down = look->is_across ? 1 : look->count;
    VT_IMAGE VipsImage *image = vips_image_new_from_memory_copy(
        look->pixels, look->stride * look->height * down, (int)(look->width * across),
        (int)(look->height * down), 3, VIPS_FORMAT_UCHAR);
    if (!image)
        return VT_ERR_NOMEM;
    image->Type = VIPS_INTERPRETATION_sRGB;
    const uint32_t delay_ms = VIPS_MIN(vt_clip_ms(clip) / look->count, LOOK_DELAY_MOST_MS);
    const int err = job->recipe->format == VT_FMT_WEBP
                        ? vt_image_encode_animation(image, look->height, delay_ms, job->recipe->max_bytes,
                                                    ret_result)
                        : vt_image_encode(image, job->recipe->format, 0, job->recipe->max_bytes, ret_result);
    return err ? VT_ERR_INVALID : VT_OK;
}

static void make_look(const struct vt_image_job *job, const struct vt_clip *clip,
                      struct vt_image_result *ret_result)
{
    struct vt_film_reader *reader = NULL;
    struct look look = look_of(job->recipe, clip);
    if (vt_film_reader_open(job->sources[0], clip, look.width, look.height, &reader, &ret_result->problem) !=
        VT_MEDIA_OK)
        return;
    int err = draw(&look, clip, reader);
    if (!err)
        err = encode(&look, job, clip, ret_result);
    vt_film_reader_close(reader);
    g_free(look.pixels);
    if (err && !ret_result->problem.err)
        vt_media_problem_set(&ret_result->problem, err == VT_ERR_NOMEM ? VT_MEDIA_BUSY : VT_MEDIA_BROKEN,
                             "No picture of this clip can be drawn.");
}

/* --- the clip itself --------------------------------------------------------------------------------------
 */

static void make_clip(const struct vt_image_job *job, const struct vt_clip *clip,
                      struct vt_image_result *ret_result)
{
    uint8_t *bytes = NULL;
    if (vt_film_transcode(job->sources[0], clip, job->recipe->max_bytes, &bytes, &ret_result->len,
                          &ret_result->problem) == VT_MEDIA_OK)
        ret_result->bytes = bytes; /* g_free is free */
}

void vt_image_clip(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    struct vt_clip clip;
    const char *text = job->recipe->template_json;
    if (!text || vt_clip_decode(vt_str(text), &clip) != VT_OK || job->n_sources != 1) {
        vt_media_problem_set(&ret_result->problem, VT_MEDIA_SYNTAX, "the clip's data is missing");
        return;
    }
    ret_result->width = clip.width;
    ret_result->height = clip.height;
    if (job->recipe->kind == VT_RECIPE_CLIP_CUT)
        vt_film_cut(job->sources[0], &clip, job->out_fd, &ret_result->problem);
    else if (job->recipe->kind == VT_RECIPE_CLIP)
        make_clip(job, &clip, ret_result);
    else
        make_look(job, &clip, ret_result);
}
