/* SPDX-License-Identifier: Apache-2.0 */
/* The frames of a film of stills, one after the other: eased moves, a short fade between two stills, texts
 * laid over. Stills are loaded when their first frame is asked for and gone after their last, so the first
 * frame waits for one picture. Worker process only. */
#ifndef VT_MEDIA_FILM_STILLS_H
#define VT_MEDIA_FILM_STILLS_H

#include "media/film.h"
#include "media/film_resample.h"

/* A still as planes, and where in them the move begins and ends. */
struct vt_film_loaded {
    struct vt_film_planes planes;
    struct vt_film_rect from, to;
    struct vt_film_overlay text; /* nothing of it: no text */
};

/* Fills a zeroed `still`; 0, or what went wrong. */
typedef int vt_film_load_fn(void *arg, size_t index, struct vt_film_loaded *still);

struct vt_film_reel {
    const struct vt_film *film; /* borrowed */
    uint32_t width, height, fps;
    vt_film_load_fn *load;
    void *arg;
    struct vt_film_loaded stills[2]; /* the one shown, and the one it fades from */
    size_t shown;                    /* index in the film; SIZE_MAX: none yet */
    struct vt_film_planes other;     /* where the one that fades out is drawn */
    struct vt_film_resampler resampler;
};

/* `reel` is zeroed by the caller. Sizes are even. */
int vt_film_reel_init(struct vt_film_reel *reel, const struct vt_film *film, uint32_t width, uint32_t height,
                      uint32_t fps, vt_film_load_fn *load, void *arg);
void vt_film_reel_finish(struct vt_film_reel *reel);

uint32_t vt_film_reel_frames(const struct vt_film_reel *reel);
/* Draws frame `n`, counted from 0, into `frame` (width x height); later ones follow earlier ones. */
int vt_film_reel_draw(struct vt_film_reel *reel, uint32_t n, struct vt_film_planes *frame);

#endif
