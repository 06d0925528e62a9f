/* SPDX-License-Identifier: Apache-2.0 */
/* What the image_* files share. A picture on its way is one owned VipsImage pointer; a step takes
 * its address and puts the next one there, so a chain of steps has one thing to clean up:
 *
 *     VT_IMAGE VipsImage *image = NULL;
 *     if (vt_image_open(...) || vt_step(&image, out)) ...
 *
 * As in vips, 0 is good and -1 is not; which problem it is says the file that knows. */
#ifndef VT_MEDIA_IMAGE_INTERNAL_H
#define VT_MEDIA_IMAGE_INTERNAL_H

#include <stdbool.h>
#include <vips/vips.h>

#include "media/image.h"
#include "media/sniff.h"
#include "media/template.h"
#include "server/base/cleanup.h"

static inline void vt_image_drop(VipsImage **image)
{
    g_clear_object(image);
}
#define VT_IMAGE VT_CLEANUP(vt_image_drop)

/* `next` replaces `*image`. */
static inline void vt_image_next(VipsImage **image, VipsImage *next)
{
    g_object_unref(*image);
    *image = next;
}

/* --- image_open.c: bytes to pixels --- */

struct vt_mapped {
    const uint8_t *bytes;
    size_t len;
};
#define VT_MAPPED VT_CLEANUP(vt_mapped_finish)
int vt_mapped_open(int fd, struct vt_mapped *ret_mapped);
void vt_mapped_finish(struct vt_mapped *mapped);

/* Opens an original with the one loader that fits. `shrink`: 1, or for JPEG 2, 4, 8 (decoded smaller). */
int vt_image_open_original(const struct vt_mapped *file, const struct vt_sniffed *sniffed, int shrink,
                           VipsImage **ret_image);

struct vt_master {
    int fd; /* borrowed */
    uint32_t width, height;
    int levels;
};
int vt_master_open(int fd, struct vt_master *ret_master);
/* The part of a master nearest to, and not coarser than, out_w x out_h. `w` == 0: the whole. */
int vt_master_cut(const struct vt_master *master, const struct vt_recipe *recipe, VipsImage **ret_image);

/* --- image_step.c: pixels to pixels, each in place --- */

int vt_step_srgb(VipsImage **image);
int vt_step_upright(VipsImage **image, int orientation);
int vt_step_resize(VipsImage **image, uint32_t width, uint32_t height);
int vt_step_white(VipsImage **image); /* alpha laid on white */
int vt_step_mirror(VipsImage **image);
/* Clockwise; what the corners uncover is transparent, or white when there is no alpha. */
int vt_step_turn(VipsImage **image, double degrees, bool with_alpha);
int vt_step_quality(VipsImage **image, enum vt_picture_quality quality);
int vt_step_strip(VipsImage **image); /* no field of metadata is left */

/* --- image_object.c: the object in its picture, looked for at `px` wide; the whole when no edge is found ---
 */

int vt_image_object(const struct vt_master *master, uint32_t px, struct vt_template_rect *ret_rect);

/* --- the rest --- */

/* The bytes are the result's, stripped and in the recipe's format. Not within `max_bytes` (0: none) at the
 * lowest quality: -1, and the result's problem is TOO_LONG. */
int vt_image_encode(VipsImage *image, enum vt_picture_format format, uint8_t effort, uint32_t max_bytes,
                    struct vt_image_result *ret_result);

/* `pages` has frames of `page_height` below each other; an endless WebP. */
int vt_image_encode_animation(VipsImage *pages, uint32_t page_height, uint32_t delay_ms, uint32_t max_bytes,
                              struct vt_image_result *ret_result);

void vt_image_ingest(const struct vt_image_job *job, struct vt_image_result *ret_result);
void vt_image_render(const struct vt_image_job *job, struct vt_image_result *ret_result);
void vt_image_template(const struct vt_image_job *job, struct vt_image_result *ret_result);
void vt_image_film(const struct vt_image_job *job, struct vt_image_result *ret_result);
void vt_image_clip(const struct vt_image_job *job, struct vt_image_result *ret_result);

/* Gives the master just written its true size (result's width and height), which ingest has padded, and
 * its tile index as the result's bytes. */
int vt_image_index(int fd, bool is_jpeg, struct vt_image_result *ret_result);

/* image_text.c: opens the fonts. */
int vt_text_warm(void);

#endif
