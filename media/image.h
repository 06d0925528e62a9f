/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: what a worker does with a job. The only door to the files that include vips.
 *
 * Worker process only, one job at a time, one thread. Nothing is opened by name after
 * vt_image_init: sources and results are descriptors. */
#ifndef VT_MEDIA_IMAGE_H
#define VT_MEDIA_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "media/media_errors.h"
#include "media/recipe.h"

struct vt_image_result {
    struct vt_media_problem problem; /* problem.err: VT_MEDIA_OK or what is wrong */
    void *bytes;                     /* owned; NULL when there are none */
    size_t len;
    uint32_t width, height;
};

struct vt_image_job {
    const struct vt_recipe *recipe;
    const int *sources; /* borrowed */
    size_t n_sources;
    int out_fd; /* ingest and a clip's cut: an empty file that becomes the master, the cut; film: takes
                   fragments as they are made; else -1 */
    void (*part)(void *arg,
                 const struct vt_image_result
                     *part); /* ingest: the thumb, before the master; film: nothing in it, out_fd has more */
    void *arg;
};

/* Loads the libraries, allows exactly five loaders and uses each part once, fonts too, so that
 * nothing is left to open later. VT_OK or VT_ERR_IO. */
int vt_image_init(void);

/* `ret_result` is zeroed by the caller and finished by the caller. */
void vt_image_run(const struct vt_image_job *job, struct vt_image_result *ret_result);
void vt_image_result_finish(struct vt_image_result *result);

/* Gives memory back between two jobs. */
void vt_image_rest(void);
uint32_t vt_image_rss_kb(void);
/* Uttered by the libraries since the last call. */
uint32_t vt_image_warnings(void);

#endif
