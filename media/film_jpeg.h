/* SPDX-License-Identifier: Apache-2.0 */
/* A JPEG straight to planes: its own YCbCr, no RGB between.
 *
 * JPEG's colours are BT.601 in full range, films' are BT.709 in limited range; both are matrices over the
 * same three planes, so one small matrix goes from one to the other. Worker process only. */
#ifndef VT_MEDIA_FILM_JPEG_H
#define VT_MEDIA_FILM_JPEG_H

#include "media/bytes.h"
#include "media/film_planes.h"

/* VT_OK or VT_ERR_INVALID: no JPEG of even sides. */
int vt_film_jpeg_size(struct vt_bytes jpeg, uint32_t *ret_width, uint32_t *ret_height);

/* Into planes of its size. VT_OK or VT_ERR_INVALID: another size, broken, or neither 4:2:0 nor gray, which is
 * all that our own encoder makes. */
int vt_film_jpeg_planes(struct vt_bytes jpeg, struct vt_film_planes *planes);

#endif
