/* SPDX-License-Identifier: Apache-2.0 */
/* A cut clip (film_cut.h) coded anew: upright, even times, H.264 and AAC in an MP4 with its index first.
 * Worker process only. */
#ifndef VT_MEDIA_FILM_TRANSCODE_H
#define VT_MEDIA_FILM_TRANSCODE_H

#include <stddef.h>

#include "media/clip.h"

/* `max_bytes` 0: none; else the rate is lowered to stay below. `*ret_bytes` is the caller's to free.
 * VT_MEDIA_OK, or what is wrong with `problem` filled. */
enum vt_media_err vt_film_transcode(int fd, const struct vt_clip *clip, uint32_t max_bytes,
                                    uint8_t **ret_bytes, size_t *ret_len, struct vt_media_problem *problem);

#endif
