/* SPDX-License-Identifier: Apache-2.0 */
/* Renditions from a master: sizes, regions, turns and qualities, looked at by their pixels. */
#include "tests/unit/media/master_fixture.h"

/* 2000 x 1200: red, green / blue, white quarters. */
static int setup(void **state)
{
    (void)state;
    return master_open(2000, 1200);
}

static struct outcome render(struct vt_recipe recipe)
{
    struct outcome out = fixture_run(&fx, &recipe, &master, 1, -1, 60000);
    if (out.last.err)
        print_message("%s: %s\n", vt_media_err_word(out.last.err), out.last.problem.detail);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.warnings, 0);
    return out;
}

enum colour { RED, GREEN, BLUE, WHITE, PALE };

static void assert_colour(const struct outcome *out, int x, int y, enum colour wanted)
{
    double rgb[3];
    picture_pixel(out->bytes, out->len, x, y, rgb);
    const bool r = rgb[0] > 170, g = rgb[1] > 170, b = rgb[2] > 170;
    const enum colour got = r && g && b ? WHITE : r && !g ? RED : g && !b ? GREEN : b ? BLUE : PALE;
    if (got != wanted)
        fail_msg("at %d, %d: %g %g %g, not colour %d", x, y, rgb[0], rgb[1], rgb[2], (int)wanted);
}

static void assert_quarters(const struct outcome *out, enum colour a, enum colour b, enum colour c,
                            enum colour d)
{
    const int w = (int)out->last.width, h = (int)out->last.height;
    assert_colour(out, w / 8, h / 8, a);
    assert_colour(out, w - w / 8, h / 8, b);
    assert_colour(out, w / 8, h - h / 8, c);
    assert_colour(out, w - w / 8, h - h / 8, d);
}

static void every_step_of_the_ladder_has_its_width(void **state)
{
    static const uint32_t widths[] = { 160, 320, 480, 640, 960, 1280, 1920 };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(widths); i++) {
        struct outcome out = render((struct vt_recipe){ .kind = VT_RECIPE_THUMB, .out_w = widths[i] });
        VipsImage *image = vips_image_new_from_buffer(out.bytes, out.len, "", NULL);
        assert_int_equal(image->Xsize, widths[i]);
        assert_int_equal(image->Ysize, (int)(widths[i] * 0.6 + 0.5));
        g_object_unref(image);
        assert_quarters(&out, RED, GREEN, BLUE, WHITE);
        outcome_finish(&out);
    }
}

static void a_region_is_where_it_is(void **state)
{
    (void)state;
    /* Around the crossing of the four, off by a prime, at several scales. */
    for (uint32_t out_w = 50; out_w <= 400; out_w *= 2) {
        struct outcome out = render((struct vt_recipe){ .kind = VT_RECIPE_IIIF,
                                                        .x = 800,
                                                        .y = 400,
                                                        .w = 400,
                                                        .h = 400,
                                                        .out_w = out_w,
                                                        .out_h = out_w,
                                                        .format = VT_FMT_PNG });
        assert_quarters(&out, RED, GREEN, BLUE, WHITE);
        assert_colour(&out, (int)out_w / 2 - 4, (int)out_w / 2 - 4, RED);
        assert_colour(&out, (int)out_w / 2 + 3, (int)out_w / 2 + 3, WHITE);
        outcome_finish(&out);
    }
    struct outcome up = render((struct vt_recipe){ .kind = VT_RECIPE_IIIF,
                                                   .x = 990,
                                                   .y = 590,
                                                   .w = 20,
                                                   .h = 20,
                                                   .out_w = 200,
                                                   .out_h = 200,
                                                   .format = VT_FMT_PNG });
    assert_quarters(&up, RED, GREEN, BLUE, WHITE);
    outcome_finish(&up);
}

static void turns_are_clockwise_after_the_mirror(void **state)
{
    static const struct {
        double degrees;
        bool mirror;
        enum colour quarters[4];
    } cases[] = { { 0, false, { RED, GREEN, BLUE, WHITE } },   { 90, false, { BLUE, RED, WHITE, GREEN } },
                  { 180, false, { WHITE, BLUE, GREEN, RED } }, { 270, false, { GREEN, WHITE, RED, BLUE } },
                  { 0, true, { GREEN, RED, WHITE, BLUE } },    { 90, true, { WHITE, GREEN, BLUE, RED } } };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        struct outcome out = render((struct vt_recipe){ .kind = VT_RECIPE_IIIF,
                                                        .out_w = 400,
                                                        .rotation = cases[i].degrees,
                                                        .mirror = cases[i].mirror,
                                                        .format = VT_FMT_WEBP });
        const bool on_side = cases[i].degrees == 90 || cases[i].degrees == 270;
        assert_int_equal(out.last.width, on_side ? 240 : 400);
        assert_quarters(&out, cases[i].quarters[0], cases[i].quarters[1], cases[i].quarters[2],
                        cases[i].quarters[3]);
        outcome_finish(&out);
    }
}

/* The corners a free turn uncovers: clear where the format can, white where not. */
static void a_free_turn_uncovers_clear_or_white_corners(void **state)
{
    double *values;
    int n;
    (void)state;
    struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF, .out_w = 400, .rotation = 30, .format = VT_FMT_PNG };
    struct outcome out = render(recipe);
    assert_in_range(out.last.width, 464, 470);
    VipsImage *image = vips_image_new_from_buffer(out.bytes, out.len, "", NULL);
    assert_int_equal(image->Bands, 4);
    assert_int_equal(vips_getpoint(image, &values, &n, 1, 1, NULL), 0);
    assert_true(values[3] == 0);
    g_free(values);
    assert_int_equal(vips_getpoint(image, &values, &n, image->Xsize / 2, image->Ysize / 2, NULL), 0);
    assert_true(values[3] == 255);
    g_free(values);
    g_object_unref(image);
    outcome_finish(&out);
    recipe.format = VT_FMT_JPEG;
    out = render(recipe);
    assert_colour(&out, 2, 2, WHITE);
    outcome_finish(&out);
}

static void gray_has_no_colour_and_bitonal_two(void **state)
{
    (void)state;
    for (int format = VT_FMT_JPEG; format <= VT_FMT_AVIF; format++)
        for (int quality = VT_QUALITY_GRAY; quality <= VT_QUALITY_BITONAL; quality++) {
            struct outcome out = render((struct vt_recipe){ .kind = VT_RECIPE_IIIF,
                                                            .out_w = 200,
                                                            .quality = (enum vt_picture_quality)quality,
                                                            .format = (enum vt_picture_format)format });
            double rgb[3];
            picture_pixel(out.bytes, out.len, 30, 20, rgb);
            assert_true(rgb[0] - rgb[1] < 4 && rgb[1] - rgb[0] < 4 && rgb[1] - rgb[2] < 4 &&
                        rgb[2] - rgb[1] < 4);
            if (quality == VT_QUALITY_BITONAL)
                assert_true(rgb[0] < 6 || rgb[0] > 249);
            outcome_finish(&out);
        }
}

static void a_byte_limit_is_kept_or_refused(void **state)
{
    struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF, .out_w = 1600, .format = VT_FMT_JPEG };
    (void)state;
    struct outcome free_one = render(recipe);
    recipe.max_bytes = (uint32_t)(free_one.len * 85 / 100);
    struct outcome out = render(recipe);
    assert_true(out.len <= recipe.max_bytes);
    outcome_finish(&out);
    outcome_finish(&free_one);
    recipe.max_bytes = 500;
    out = fixture_run(&fx, &recipe, &master, 1, -1, 60000);
    assert_int_equal(out.last.err, VT_MEDIA_TOO_LONG);
    assert_int_equal(out.last.problem.limit, 500);
    outcome_finish(&out);
}

static void what_is_out_of_bounds_is_not_drawn(void **state)
{
    static const struct vt_recipe bad[] = {
        { .kind = VT_RECIPE_IIIF, .out_w = 16385 },
        { .kind = VT_RECIPE_IIIF, .out_w = 8000, .out_h = 8000 },
        { .kind = VT_RECIPE_IIIF, .x = 2000, .w = 10, .h = 10, .out_w = 10, .out_h = 10 },
        { .kind = VT_RECIPE_IIIF, .x = 1999, .w = 0xffffffff, .h = 10, .out_w = 10, .out_h = 10 },
        { .kind = VT_RECIPE_IIIF, .out_w = 100, .rotation = 360 },
        { .kind = VT_RECIPE_IIIF, .out_w = 100, .format = VT_FMT_TIFF },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        struct outcome out = fixture_run(&fx, &bad[i], &master, 1, -1, 60000);
        assert_true(out.last.err == VT_MEDIA_OUTSIDE || out.last.err == VT_MEDIA_BROKEN);
        outcome_finish(&out);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_of_the_ladder_has_its_width),
        cmocka_unit_test(a_region_is_where_it_is),
        cmocka_unit_test(turns_are_clockwise_after_the_mirror),
        cmocka_unit_test(a_free_turn_uncovers_clear_or_white_corners),
        cmocka_unit_test(gray_has_no_colour_and_bitonal_two),
        cmocka_unit_test(a_byte_limit_is_kept_or_refused),
        cmocka_unit_test(what_is_out_of_bounds_is_not_drawn),
    };
    if (argc > 1 && strcmp(argv[1], "media-worker") == 0)
        return vt_worker_main(argc, argv);
    picture_init();
    return cmocka_run_group_tests(tests, setup, master_close);
}
