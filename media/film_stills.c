/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_stills.h"

#include <math.h>

#include "server/base/err.h"

enum { FADE_MS = 400, TEXT_MS = 250, WHOLE = 256 };

static void finish_still(struct vt_film_loaded *still)
{
    vt_film_planes_finish(&still->planes);
    vt_film_overlay_finish(&still->text);
}

int vt_film_reel_init(struct vt_film_reel *reel, const struct vt_film *film, uint32_t width, uint32_t height,
                      uint32_t fps, vt_film_load_fn *load, void *arg)
{
    *reel = (struct vt_film_reel){ .film = film,
                                   .width = width,
                                   .height = height,
                                   .fps = fps,
                                   .load = load,
                                   .arg = arg,
                                   .shown = SIZE_MAX };
    int err = vt_film_planes_init(&reel->other, width, height);
    if (!err)
        err = vt_film_resampler_init(&reel->resampler, VT_FILM_FASTEST, width, VT_FILM_SIDE_MAX);
    if (err)
        vt_film_reel_finish(reel);
    return err;
}

void vt_film_reel_finish(struct vt_film_reel *reel)
{
    finish_still(&reel->stills[0]);
    finish_still(&reel->stills[1]);
    vt_film_planes_finish(&reel->other);
    vt_film_resampler_finish(&reel->resampler);
}

uint32_t vt_film_reel_frames(const struct vt_film_reel *reel)
{
    return vt_film_ms(reel->film) * reel->fps / 1000;
}

/* Which still time `ms` falls into, and when that began. */
static size_t still_at(const struct vt_film *film, uint32_t ms, uint32_t *ret_began_ms)
{
    uint32_t began = 0;
    size_t i = 0;
    while (i + 1 < film->count && ms >= began + film->stills[i].ms)
        began += film->stills[i++].ms;
    *ret_began_ms = began;
    return i;
}

/* Slow at both ends: the third-degree curve everyone knows as smoothstep. */
static double eased(double t)
{
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

/* Sizes go by their ratio: a zoom of equal steps looks as if it slowed down. */
static struct vt_film_rect between(const struct vt_film_loaded *still, double t)
{
    const struct vt_film_rect *a = &still->from, *b = &still->to;
    const double w = a->w * pow(b->w / a->w, t), h = a->h * pow(b->h / a->h, t);
    /* How far the size has come is how far the middle has, so that a point in both rests where it is. */
    const double way = fabs(b->w - a->w) > 1e-6 ? (w - a->w) / (b->w - a->w) : t;
    const double x = a->x + a->w / 2 + (b->x + b->w / 2 - a->x - a->w / 2) * way;
    const double y = a->y + a->h / 2 + (b->y + b->h / 2 - a->y - a->h / 2) * way;
    return (struct vt_film_rect){ x - w / 2, y - h / 2, w, h };
}

static void draw_still(struct vt_film_reel *reel, const struct vt_film_loaded *still, double t, unsigned text,
                       struct vt_film_planes *frame)
{
    const struct vt_film_rect rect = between(still, t);
    vt_film_resample(&reel->resampler, &still->planes, &rect, frame);
    vt_film_overlay_blend(&still->text, text, frame);
}

static int show(struct vt_film_reel *reel, size_t index)
{
    if (reel->shown == index)
        return VT_OK;
    finish_still(&reel->stills[1]);
    reel->stills[1] = reel->stills[0];
    reel->stills[0] = (struct vt_film_loaded){ .text = { .x = 0 } };
    reel->shown = index;
    return reel->load(reel->arg, index, &reel->stills[0]);
}

static unsigned share_of(uint32_t ms, uint32_t whole_ms)
{
    return ms >= whole_ms ? WHOLE : (unsigned)(WHOLE * eased((double)ms / whole_ms));
}

int vt_film_reel_draw(struct vt_film_reel *reel, uint32_t n, struct vt_film_planes *frame)
{
    uint32_t began_ms;
    const uint32_t ms = (uint32_t)((uint64_t)n * 1000 / reel->fps);
    const size_t index = still_at(reel->film, ms, &began_ms);
    const struct vt_film_still *still = &reel->film->stills[index];
    int err = show(reel, index);
    if (err)
        return err;
    /* The first frame is the poster, so its text is there at once. */
    const uint32_t since_ms = ms - began_ms;
    const unsigned text = index == 0 ? WHOLE : share_of(since_ms, TEXT_MS);
    draw_still(reel, &reel->stills[0], eased((double)since_ms / still->ms), text, frame);
    if (index == 0 || since_ms >= FADE_MS || !reel->stills[1].planes.plane[0])
        return VT_OK;
    draw_still(reel, &reel->stills[1], 1, WHOLE, &reel->other);
    vt_film_planes_mix(frame, &reel->other, WHOLE - share_of(since_ms, FADE_MS));
    return VT_OK;
}
