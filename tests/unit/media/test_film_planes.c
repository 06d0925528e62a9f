/* SPDX-License-Identifier: Apache-2.0 */
/* Planes, colours, overlays, and the resampler: both of its ways give the same, and a move by a part of a
 * pixel moves by that part. */
#include <stdlib.h>
#include <string.h>

#include "media/film_resample.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

static void fill_noise(struct vt_film_planes *planes, unsigned seed)
{
    for (int i = 0; i < VT_FILM_PLANES; i++)
        for (uint32_t y = 0; y < vt_film_plane_height(planes, i); y++)
            for (uint32_t x = 0; x < vt_film_plane_width(planes, i); x++) {
                seed = seed * 1664525 + 1013904223;
                planes->plane[i][(size_t)y * planes->stride[i] + x] = (uint8_t)(seed >> 24);
            }
}

static unsigned largest_difference(const struct vt_film_planes *a, const struct vt_film_planes *b)
{
    unsigned most = 0;
    for (int i = 0; i < VT_FILM_PLANES; i++)
        for (uint32_t y = 0; y < vt_film_plane_height(a, i); y++)
            for (uint32_t x = 0; x < vt_film_plane_width(a, i); x++) {
                const int one = a->plane[i][(size_t)y * a->stride[i] + x];
                const int two = b->plane[i][(size_t)y * b->stride[i] + x];
                const unsigned apart = (unsigned)abs(one - two);
                most = apart > most ? apart : most;
            }
    return most;
}

static void sides_are_even_and_bounded(void **state)
{
    struct vt_film_planes planes = { 0 };
    (void)state;
    assert_int_equal(vt_film_planes_init(&planes, 0, 2), VT_ERR_INVALID);
    assert_int_equal(vt_film_planes_init(&planes, 3, 2), VT_ERR_INVALID);
    assert_int_equal(vt_film_planes_init(&planes, 8194, 2), VT_ERR_INVALID);
    assert_int_equal(vt_film_planes_init(&planes, 66, 34), VT_OK);
    assert_int_equal(planes.stride[0], 128);
    assert_int_equal((uintptr_t)planes.plane[2] % 64, 0);
    vt_film_planes_finish(&planes);
    vt_film_planes_finish(&planes);
}

static void colours_come_back(void **state)
{
    static const uint8_t colours[][3] = { { 0, 0, 0 },     { 255, 255, 255 }, { 200, 30, 40 },
                                          { 20, 180, 60 }, { 30, 40, 220 },   { 212, 175, 55 } };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(colours); i++) {
        struct vt_film_planes planes = { 0 };
        uint8_t rgb[4 * 4 * 3], back[4 * 4 * 3];
        for (size_t at = 0; at < sizeof(rgb); at++)
            rgb[at] = colours[i][at % 3];
        assert_int_equal(vt_film_planes_init(&planes, 4, 4), VT_OK);
        vt_film_planes_from_rgb(&planes, rgb, 12);
        vt_film_planes_to_rgb(&planes, back, 12);
        for (size_t at = 0; at < sizeof(rgb); at++)
            assert_true(abs(rgb[at] - back[at]) <= 2);
        vt_film_planes_finish(&planes);
    }
}

static void white_and_black_are_the_limited_ones(void **state)
{
    struct vt_film_planes planes = { 0 };
    uint8_t rgb[2 * 2 * 3];
    (void)state;
    assert_int_equal(vt_film_planes_init(&planes, 2, 2), VT_OK);
    memset(rgb, 255, sizeof(rgb));
    vt_film_planes_from_rgb(&planes, rgb, 6);
    assert_int_equal(planes.plane[0][0], 235);
    assert_int_equal(planes.plane[1][0], 128);
    memset(rgb, 0, sizeof(rgb));
    vt_film_planes_from_rgb(&planes, rgb, 6);
    assert_int_equal(planes.plane[0][0], 16);
    vt_film_planes_finish(&planes);
}

static void both_ways_are_the_same(void **state)
{
    static const struct {
        uint32_t from_w, from_h, to_w, to_h;
        struct vt_film_rect rect;
    } rows[] = {
        { 640, 640, 640, 640, { 0, 0, 640, 640 } },
        { 862, 862, 640, 640, { 10.25, 33.7, 700.3, 700.3 } },
        { 862, 862, 640, 640, { 161, 161, 700.99, 700.99 } },
        { 64, 64, 642, 386, { 20.1, 20.2, 3, 2 } },
        { 2, 2, 34, 18, { 0, 0, 2, 2 } },
        { 1282, 722, 1280, 720, { 1.5, 1.5, 1280, 720 } },
        { 200, 100, 98, 50, { -20, -20, 300, 200 } }, /* over every edge */
    };
    (void)state;
    if (!vt_film_has_avx2())
        skip();
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct vt_film_planes from = { 0 }, one = { 0 }, two = { 0 };
        struct vt_film_resampler scalar, vector;
        assert_int_equal(vt_film_planes_init(&from, rows[i].from_w, rows[i].from_h), VT_OK);
        assert_int_equal(vt_film_planes_init(&one, rows[i].to_w, rows[i].to_h), VT_OK);
        assert_int_equal(vt_film_planes_init(&two, rows[i].to_w, rows[i].to_h), VT_OK);
        fill_noise(&from, (unsigned)i + 1);
        assert_int_equal(vt_film_resampler_init(&scalar, VT_FILM_SCALAR, one.width, from.width), VT_OK);
        assert_int_equal(vt_film_resampler_init(&vector, VT_FILM_AVX2, one.width, from.width), VT_OK);
        vt_film_resample(&scalar, &from, &rows[i].rect, &one);
        vt_film_resample(&vector, &from, &rows[i].rect, &two);
        assert_true(largest_difference(&one, &two) <= 1);
        vt_film_resampler_finish(&scalar);
        vt_film_resampler_finish(&vector);
        vt_film_planes_finish(&from);
        vt_film_planes_finish(&one);
        vt_film_planes_finish(&two);
    }
}

static void the_whole_is_itself(void **state)
{
    struct vt_film_planes from = { 0 }, to = { 0 };
    struct vt_film_resampler resampler;
    (void)state;
    assert_int_equal(vt_film_planes_init(&from, 320, 180), VT_OK);
    assert_int_equal(vt_film_planes_init(&to, 320, 180), VT_OK);
    fill_noise(&from, 7);
    assert_int_equal(vt_film_resampler_init(&resampler, VT_FILM_FASTEST, 320, 320), VT_OK);
    vt_film_resample(&resampler, &from, &(struct vt_film_rect){ 0, 0, 320, 180 }, &to);
    assert_int_equal(largest_difference(&from, &to), 0);
    vt_film_resampler_finish(&resampler);
    vt_film_planes_finish(&from);
    vt_film_planes_finish(&to);
}

/* A ramp of 2 a pixel, moved by a quarter of one: each pixel is half a step more. */
static void a_part_of_a_pixel_counts(void **state)
{
    struct vt_film_planes from = { 0 }, to = { 0 };
    struct vt_film_resampler resampler;
    (void)state;
    assert_int_equal(vt_film_planes_init(&from, 64, 8), VT_OK);
    assert_int_equal(vt_film_planes_init(&to, 32, 8), VT_OK);
    for (uint32_t y = 0; y < 8; y++)
        for (uint32_t x = 0; x < 64; x++)
            from.plane[0][y * from.stride[0] + x] = (uint8_t)(4 * x);
    assert_int_equal(vt_film_resampler_init(&resampler, VT_FILM_FASTEST, 32, 64), VT_OK);
    for (int quarter = 0; quarter < 4; quarter++) {
        vt_film_resample(&resampler, &from, &(struct vt_film_rect){ 8 + quarter / 4.0, 0, 32, 8 }, &to);
        assert_int_equal(to.plane[0][5], 4 * 13 + quarter);
    }
    vt_film_resampler_finish(&resampler);
    vt_film_planes_finish(&from);
    vt_film_planes_finish(&to);
}

static void an_overlay_lies_where_it_is_put(void **state)
{
    struct vt_film_planes frame = { 0 };
    struct vt_film_overlay overlay = { 0 };
    uint8_t rgba[8 * 8 * 4];
    (void)state;
    memset(rgba, 255, sizeof(rgba));
    assert_int_equal(vt_film_planes_init(&frame, 32, 32), VT_OK);
    memset(frame.plane[0], 16, (size_t)frame.stride[0] * 32);
    assert_int_equal(vt_film_overlay_init(&overlay, rgba, 32, 8, 8), VT_OK);
    overlay.x = 28; /* half of it lies outside */
    overlay.y = 4;
    vt_film_overlay_blend(&overlay, 256, &frame);
    assert_int_equal(frame.plane[0][4 * frame.stride[0] + 28], 235);
    assert_int_equal(frame.plane[0][4 * frame.stride[0] + 27], 16);
    assert_int_equal(frame.plane[0][12 * frame.stride[0] + 28], 16);
    overlay.x = 0;
    vt_film_overlay_blend(&overlay, 128, &frame);
    assert_true(abs(frame.plane[0][4 * frame.stride[0]] - 126) <= 1);
    vt_film_overlay_finish(&overlay);
    vt_film_planes_finish(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_are_even_and_bounded),
        cmocka_unit_test(colours_come_back),
        cmocka_unit_test(white_and_black_are_the_limited_ones),
        cmocka_unit_test(both_ways_are_the_same),
        cmocka_unit_test(the_whole_is_itself),
        cmocka_unit_test(a_part_of_a_pixel_counts),
        cmocka_unit_test(an_overlay_lies_where_it_is_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
