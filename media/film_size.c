/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_size.h"

static uint32_t even(double side)
{
    return side < 2 ? 2 : (uint32_t)(side / 2) * 2;
}

void vt_film_fit(uint32_t width, uint32_t height, uint32_t *ret_w, uint32_t *ret_h)
{
    double part = (double)VT_FILM_MAX_W / width;
    if (part > (double)VT_FILM_MAX_H / height)
        part = (double)VT_FILM_MAX_H / height;
    if (part > 1)
        part = 1;
    *ret_w = even(width * part + 1e-6);
    *ret_h = even(height * part + 1e-6);
}
