/* SPDX-License-Identifier: Apache-2.0 */
/* Thumbs, /t/{id}/{w}: a ladder of widths, the format by Accept, never larger than the picture. */
#ifndef VT_MEDIA_THUMB_H
#define VT_MEDIA_THUMB_H

#include "media/media_errors.h"
#include "media/recipe.h"

/* The ladder's width for a wanted one: itself, the next above, or the last. */
uint32_t vt_thumb_width(uint64_t wanted_px);
/* The ladder's step below, for an answer while the one asked for is too long in coming; 0: none. */
uint32_t vt_thumb_smaller(uint32_t step_px);

/* AVIF before WebP before JPEG, each only when it is named and not with q=0: mail programs that say
 * no more than that they take everything get JPEG. */
enum vt_picture_format vt_thumb_format(struct vt_str accept);

/* `path` is what stands behind "/t/": id and width. OK, UNKNOWN or SYNTAX; the width is as asked, so
 * compare it with vt_thumb_width for the 302. */
enum vt_media_err vt_thumb_parse(struct vt_str path, struct vt_str *ret_id, uint64_t *ret_wanted_px,
                                 struct vt_media_problem *problem);

/* `step_px` is of the ladder. */
void vt_thumb_recipe(struct vt_str id, uint32_t full_w, uint32_t full_h, uint32_t step_px,
                     enum vt_picture_format format, struct vt_recipe *ret_recipe);

#endif
