/* SPDX-License-Identifier: Apache-2.0 */
/* What the files share that make films in a worker: image_film.c has stills, image_film_spin.c a spin's
 * frames, both give pictures to image_film_make.c. */
#ifndef VT_MEDIA_IMAGE_FILM_INTERNAL_H
#define VT_MEDIA_IMAGE_FILM_INTERNAL_H

#include <math.h>

#include "media/film_make.h"
#include "media/film_spin.h"
#include "media/image_internal.h"

static inline uint32_t vt_image_film_even(double px)
{
    const uint32_t half = (uint32_t)lrint(px / 2);
    return half ? 2 * half : 2;
}

/* From the film's size to that of what the recipe asks for: an animation is smaller, and so is what must fit
 * few bytes; `smaller` counts the times it did not. */
void vt_image_film_size(const struct vt_recipe *recipe, uint32_t ms, uint32_t smaller, uint32_t *width,
                        uint32_t *height);

/* Film, poster or animation, as the recipe says, into the result. VT_OK, what drawing gave, or VT_ERR_FULL:
 * not within max_bytes at this size. */
int vt_image_film_make(const struct vt_film_source *source, const struct vt_image_job *job,
                       struct vt_image_result *ret_result);

/* Makes it of a size, as vt_image_film_make does. */
typedef int vt_image_film_of_fn(void *arg, uint32_t width, uint32_t height,
                                struct vt_image_result *ret_result);
/* Calls `make`, with a smaller size again while it does not fit; the result has the bytes or the problem. */
void vt_image_film_fit(const struct vt_image_job *job, uint32_t ms, uint32_t width, uint32_t height,
                       vt_image_film_of_fn *make, void *arg, struct vt_image_result *ret_result);
void vt_image_film_explain(int err, const struct vt_recipe *recipe, struct vt_media_problem *problem);

void vt_image_film_spin(const struct vt_image_job *job, struct vt_image_result *ret_result);

#endif
