/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures turned by quarters, and colours from BT.601 to BT.709. */
#include <math.h>
#include <stdlib.h>

#include "media/film_turn.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

enum { WIDE = 12, HIGH = 8 };

static uint8_t *at(const struct vt_film_planes *planes, int i, uint32_t x, uint32_t y)
{
    return planes->plane[i] + (size_t)y * planes->stride[i] + x;
}

/* Every place of every plane has a value of its own. */
static void fill(struct vt_film_planes *planes)
{
    for (int i = 0; i < VT_FILM_PLANES; i++)
        for (uint32_t y = 0; y < vt_film_plane_height(planes, i); y++)
            for (uint32_t x = 0; x < vt_film_plane_width(planes, i); x++)
                *at(planes, i, x, y) = (uint8_t)(100 * (i > 0) + 20 * i + y * WIDE + x);
}

static void a_turn_brings_each_corner_where_it_belongs(void **state)
{
    (void)state;
    for (unsigned quarters = 0; quarters < 4; quarters++) {
        struct vt_film_planes from = { .width = 0 }, to = { .width = 0 };
        assert_int_equal(vt_film_planes_init(&from, WIDE, HIGH), VT_OK);
        assert_int_equal(vt_film_planes_init(&to, quarters % 2 ? HIGH : WIDE, quarters % 2 ? WIDE : HIGH),
                         VT_OK);
        fill(&from);
        vt_film_planes_turn(&from, quarters, &to);
        for (int i = 0; i < VT_FILM_PLANES; i++) {
            const uint32_t w = vt_film_plane_width(&from, i), h = vt_film_plane_height(&from, i);
            for (uint32_t y = 0; y < h; y++)
                for (uint32_t x = 0; x < w; x++) {
                    const uint32_t places[4][2] = {
                        { x, y }, { h - 1 - y, x }, { w - 1 - x, h - 1 - y }, { y, w - 1 - x }
                    };
                    assert_int_equal(*at(&to, i, places[quarters][0], places[quarters][1]),
                                     *at(&from, i, x, y));
                }
        }
        vt_film_planes_finish(&from);
        vt_film_planes_finish(&to);
    }
}

/* A colour as planes by the weights of red and blue in its luma. */
static void put(struct vt_film_planes *planes, const double rgb[3], double red, double blue)
{
    const double luma = red * rgb[0] + (1 - red - blue) * rgb[1] + blue * rgb[2];
    const double b = (rgb[2] - luma) / (2 * (1 - blue)), r = (rgb[0] - luma) / (2 * (1 - red));
    for (uint32_t y = 0; y < planes->height; y++)
        for (uint32_t x = 0; x < planes->width; x++)
            *at(planes, 0, x, y) = (uint8_t)lround(16 + 219 * luma);
    for (uint32_t y = 0; y < planes->height / 2; y++)
        for (uint32_t x = 0; x < planes->width / 2; x++) {
            *at(planes, 1, x, y) = (uint8_t)lround(128 + 224 * b);
            *at(planes, 2, x, y) = (uint8_t)lround(128 + 224 * r);
        }
}

static void a_colour_is_the_same_in_the_other_matrix(void **state)
{
    /* Gold, rosé gold, sapphire, emerald, skin, silver. */
    static const double colours[][3] = { { 0.83, 0.69, 0.22 }, { 0.72, 0.43, 0.47 }, { 0.06, 0.32, 0.73 },
                                         { 0.31, 0.78, 0.47 }, { 0.87, 0.67, 0.55 }, { 0.75, 0.75, 0.75 } };
    struct vt_film_planes is = { .width = 0 }, wanted = { .width = 0 };
    (void)state;
    assert_int_equal(vt_film_planes_init(&is, 4, 4), VT_OK);
    assert_int_equal(vt_film_planes_init(&wanted, 4, 4), VT_OK);
    for (size_t k = 0; k < VT_COUNT(colours); k++) {
        put(&is, colours[k], 0.299, 0.114);
        put(&wanted, colours[k], 0.2126, 0.0722);
        vt_film_planes_from_601(&is);
        for (int i = 0; i < VT_FILM_PLANES; i++)
            assert_true(abs(*at(&is, i, 1, 1) - *at(&wanted, i, 1, 1)) <= 1);
    }
    vt_film_planes_finish(&is);
    vt_film_planes_finish(&wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_brings_each_corner_where_it_belongs),
        cmocka_unit_test(a_colour_is_the_same_in_the_other_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
