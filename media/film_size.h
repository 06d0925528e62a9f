/* SPDX-License-Identifier: Apache-2.0 */
/* How large a film of pictures of one size is. */
#ifndef VT_MEDIA_FILM_SIZE_H
#define VT_MEDIA_FILM_SIZE_H

#include <stdint.h>

enum { VT_FILM_MAX_W = 1280, VT_FILM_MAX_H = 720 };

/* Fitted into 1280 x 720, never larger than the pictures, both sides even as 4:2:0 wants them (2 at least).
 */
void vt_film_fit(uint32_t width, uint32_t height, uint32_t *ret_w, uint32_t *ret_h);

#endif
