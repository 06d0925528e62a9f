/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures to feed a worker with and to look at what it gave. The test process is no worker: it may
 * use vips as it likes. */
#ifndef VT_TESTS_PICTURE_FIXTURE_H
#define VT_TESTS_PICTURE_FIXTURE_H

#include <stdbool.h>
#include <stdlib.h>
#include <vips/vips.h>

#include "tests/unit/cm.h"

static inline void picture_init(void)
{
    assert_int_equal(VIPS_INIT("test"), 0);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
}

/* Four coloured quarters (red, green / blue, white) under a gentle gradient: every turn shows. */
static inline VipsImage *picture_quarters(int w, int h)
{
    uint8_t *pixels = malloc((size_t)w * (size_t)h * 3);
    assert_non_null(pixels);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            uint8_t *p = pixels + ((size_t)y * (size_t)w + (size_t)x) * 3;
            bool right = x >= w / 2, low = y >= h / 2;
            uint8_t shade = (uint8_t)(200 + 40 * x / w);
            p[0] = right == low ? shade : 20;
            p[1] = right ? shade : 20;
            p[2] = low ? shade : 20;
        }
    VipsImage *image = vips_image_new_from_memory_copy(pixels, (size_t)w * (size_t)h * 3, w, h, 3,
                                                       VIPS_FORMAT_UCHAR);
    free(pixels);
    assert_non_null(image);
    image->Type = VIPS_INTERPRETATION_sRGB;
    return image;
}

/* The caller g_frees. */
static inline void *picture_jpeg(int w, int h, size_t *ret_len)
{
    void *bytes = NULL;
    VipsImage *image = picture_quarters(w, h);
    assert_int_equal(vips_jpegsave_buffer(image, &bytes, ret_len, "Q", 90, NULL), 0);
    g_object_unref(image);
    return bytes;
}

/* One pixel of a picture in memory, as sRGB. */
static inline void picture_pixel(const void *bytes, size_t len, int x, int y, double ret_rgb[3])
{
    double *values;
    int n;
    VipsImage *image = vips_image_new_from_buffer(bytes, len, "", NULL);
    assert_non_null(image);
    assert_int_equal(vips_getpoint(image, &values, &n, x, y, NULL), 0);
    for (int i = 0; i < 3; i++)
        ret_rgb[i] = values[n < 3 ? 0 : i];
    g_free(values);
    g_object_unref(image);
}

#endif
