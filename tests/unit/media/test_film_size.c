/* SPDX-License-Identifier: Apache-2.0 */
/* The size of a film of pictures of one size. */
#include "tests/unit/cm.h"

#include "media/film_size.h"

static void test_fits(void **state)
{
    static const uint32_t cases[][4] = {
        { 540, 540, 540, 540 },   { 4000, 4000, 720, 720 }, { 1920, 1080, 1280, 720 },
        { 4000, 3000, 960, 720 }, { 3000, 4000, 540, 720 }, { 541, 333, 540, 332 },
        { 16384, 100, 1280, 6 },  { 1, 16384, 2, 720 },     { 1280, 720, 1280, 720 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t w, h;
        vt_film_fit(cases[i][0], cases[i][1], &w, &h);
        assert_int_equal(w, cases[i][2]);
        assert_int_equal(h, cases[i][3]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
