/* SPDX-License-Identifier: Apache-2.0 */
/* Films of spins: JPEGs of the film's size, decoded one after the other straight to planes. */
#include "media/film_jpeg.h"
#include "media/film_pack.h"
#include "media/film_resample.h"
#include "media/image_film_internal.h"
#include "server/base/err.h"

struct turn {
    const struct vt_image_job *job;
    struct vt_film_spin spin;
    struct vt_bytes pack;
    uint32_t width, height;      /* of the JPEGs */
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

static int make(void *arg, uint32_t width, uint32_t height, struct vt_image_result *ret_result)
{
    struct turn *turn = arg;
    const struct vt_film_source source = { .width = width,
                                           .height = height,
                                           .fps = vt_film_spin_fps(turn->spin.count),
                                           .frames = turn->spin.count,
                                           .draw = draw,
                                           .arg = turn };
    int err = VT_OK;
    if (width != turn->width || height != turn->height) {
        err = vt_film_planes_init(&turn->whole, turn->width, turn->height);
        if (!err)
            err = vt_film_resampler_init(&turn->resampler, VT_FILM_FASTEST, width, turn->width);
    }
    if (!err)
        err = vt_image_film_make(&source, turn->job, ret_result);
    vt_film_planes_finish(&turn->whole);
    vt_film_resampler_finish(&turn->resampler);
    return err;
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
    turn->job = job;
    const uint32_t came = vt_film_pack_count(turn->pack);
    if (came != turn->spin.count)
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "%u frames are named and %u came", turn->spin.count,
                             came);
    else if (vt_film_jpeg_size(frame_of(turn, 0), &turn->width, &turn->height) != VT_OK)
        vt_image_film_explain(VT_ERR_INVALID, job->recipe, problem);
    else
        vt_image_film_fit(job, vt_film_spin_ms(came), turn->width, turn->height, make, turn, ret_result);
}
