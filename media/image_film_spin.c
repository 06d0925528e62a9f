/* SPDX-License-Identifier: Apache-2.0 */
/* Films of spins: JPEGs of the film's size, decoded one after the other straight to planes. */
#include "media/film_jpeg.h"
#include "media/film_pack.h"
#include "media/film_resample.h"
#include "media/image_film_internal.h"
#include "server/base/err.h"

struct turn {
    struct vt_film_spin spin;
    struct vt_bytes pack;
    struct vt_film_planes whole; /* of the JPEGs' size, where the film is smaller */
    struct vt_film_resampler resampler;
};

static struct vt_bytes frame_of(const struct turn *turn, uint32_t n)
{
    return vt_film_pack_get(turn->pack, vt_film_spin_frame(&turn->spin, n));
}

static int draw(void *arg, uint32_t n, struct vt_film_planes *frame)
{
    struct turn *turn = arg;
    const bool is_smaller = turn->whole.width > 0;
    int err = vt_film_jpeg_planes(frame_of(turn, n), is_smaller ? &turn->whole : frame);
    if (err || !is_smaller)
        return err;
    /* Two neighbours are all the resampler looks at. */
    struct vt_film_planes from = turn->whole;
    while (from.width / 4 * 2 >= frame->width && from.height / 4 * 2 >= frame->height)
        vt_film_planes_halve(&from);
    const struct vt_film_rect all = { 0, 0, from.width, from.height };
    vt_film_resample(&turn->resampler, &from, &all, frame);
    return VT_OK;
}

static int prepare(struct turn *turn, const struct vt_recipe *recipe, struct vt_film_source *ret_source)
{
    uint32_t width, height;
    int err = vt_film_jpeg_size(frame_of(turn, 0), &width, &height);
    if (err)
        return err;
    *ret_source = (struct vt_film_source){ .width = width,
                                           .height = height,
                                           .fps = vt_film_spin_fps(turn->spin.count),
                                           .frames = turn->spin.count,
                                           .draw = draw,
                                           .arg = turn };
    vt_image_film_size(recipe, &ret_source->width, &ret_source->height);
    if (ret_source->width == width && ret_source->height == height)
        return VT_OK;
    err = vt_film_planes_init(&turn->whole, width, height);
    return err ? err
               : vt_film_resampler_init(&turn->resampler, VT_FILM_FASTEST, ret_source->width,
                                        turn->whole.width);
}

static void make(struct turn *turn, const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    struct vt_film_source source;
    int err = prepare(turn, job->recipe, &source);
    if (err)
        vt_image_film_explain(err, job->recipe, &ret_result->problem);
    else
        vt_image_film_make(&source, job, ret_result);
    vt_film_planes_finish(&turn->whole);
    vt_film_resampler_finish(&turn->resampler);
}

void vt_image_film_spin(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    VT_MAPPED struct vt_mapped file = { .bytes = NULL };
    struct vt_media_problem *problem = &ret_result->problem;
    g_autofree struct turn *turn = g_try_malloc0(sizeof(*turn));
    if (!turn || vt_mapped_open(job->sources[0], &file) != VT_OK) {
        vt_media_problem_set(problem, VT_MEDIA_BUSY, "memory for this film is short; ask again in a moment");
        return;
    }
    if (vt_film_spin_decode(vt_str(job->recipe->template_json), &turn->spin, problem) != VT_MEDIA_OK)
        return;
    turn->pack = (struct vt_bytes){ file.bytes, file.len, false };
    const uint32_t came = vt_film_pack_count(turn->pack);
    if (came == turn->spin.count)
        make(turn, job, ret_result);
    else
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "%u frames are named and %u came", turn->spin.count,
                             came);
}
