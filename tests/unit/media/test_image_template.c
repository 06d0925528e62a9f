/* SPDX-License-Identifier: Apache-2.0 */
/* Cards, sheets, plates and recaps from real masters; every shipped script behind the filter. */
#include "tests/unit/media/master_fixture.h"

static int setup(void **state)
{
    (void)state;
    return master_open(1200, 1200);
}

static struct outcome make(const char *json, size_t n, enum vt_picture_format format)
{
    const struct vt_recipe recipe = { .kind = VT_RECIPE_TEMPLATE, .template_json = json, .format = format };
    const int sources[4] = { master, master, master, master };
    return fixture_run(&fx, &recipe, sources, n, -1, 60000);
}

static struct outcome make_ok(const char *json, size_t n, enum vt_picture_format format)
{
    struct outcome out = make(json, n, format);
    if (out.last.err)
        print_message("%s: %s\n", vt_media_err_word(out.last.err), out.last.problem.detail);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.warnings, 0);
    return out;
}

/* Dark pixels of the lower part, where a card has its words. */
static double ink_below(const struct outcome *out, int y)
{
    double mean;
    VipsImage *image = vips_image_new_from_buffer(out->bytes, out->len, "", NULL), *part;
    assert_non_null(image);
    assert_int_equal(vips_extract_area(image, &part, 0, y, image->Xsize, image->Ysize - y, NULL), 0);
    assert_int_equal(vips_avg(part, &mean, NULL), 0);
    g_object_unref(part);
    g_object_unref(image);
    return 255 - mean;
}

static void every_script_is_written_behind_the_filter(void **state)
{
    static const char *const names[] = { "Anna & co",      "<b>Zoë</b>", "&amp;", "Αθηνά", "Анна", "שרה",
                                         "مريم",           "अनन्या",      "สมหญิง", "美咲",  "王芳", "김서연",
                                         "❤️💍😀", "Հայկ",       "ქეთი",  "தமிழ்" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(names); i++) {
        char json[512];
        snprintf(json, sizeof(json), "{\"template\":\"card\",\"name\":\"%s\",\"items\":[{\"media\":\"a\"}]}",
                 names[i]);
        struct outcome out = make_ok(json, 1, VT_FMT_PNG);
        assert_int_equal(out.last.width, 1080);
        assert_int_equal(out.last.height, 1080);
        if (ink_below(&out, 900) < 0.3)
            fail_msg("nothing is written for %s", names[i]);
        outcome_finish(&out);
    }
}

/* Neither its width nor what it says of itself leads a name out of its box. */
static void no_name_leaves_its_box(void **state)
{
    static const char *const names[] = { "<span size='200000'>X</span>",
                                         "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
                                         "A\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301",
                                         "x x x x x x x x x x x x x x x x x x x x" };
    double rgb[3];
    (void)state;
    for (size_t i = 0; i < VT_COUNT(names); i++) {
        char json[512];
        snprintf(json, sizeof(json), "{\"template\":\"card\",\"name\":\"%s\",\"items\":[{\"media\":\"a\"}]}",
                 names[i]);
        struct outcome out = make_ok(json, 1, VT_FMT_PNG);
        picture_pixel(out.bytes, out.len, 20, 960, rgb); /* the margin stays white */
        assert_true(rgb[0] == 255 && rgb[1] == 255 && rgb[2] == 255);
        picture_pixel(out.bytes, out.len, 1060, 960, rgb);
        assert_true(rgb[0] == 255);
        outcome_finish(&out);
    }
}

static void a_sheet_and_a_plate_hold_up_to_four(void **state)
{
    static const char item[] = "{\"media\":\"a\",\"title\":\"Ring\",\"price\":\"€ 10\"}";
    static const char plate[] = "{\"media\":\"a\",\"title\":\"Ring\",\"width_mm\":20,\"height_mm\":25}";
    (void)state;
    for (size_t n = 1; n <= 4; n++) {
        char sheet[1024], scale[1024];
        int s = snprintf(sheet, sizeof(sheet), "{\"template\":\"sheet\",\"items\":[");
        int p = snprintf(scale, sizeof(scale), "{\"template\":\"scale\",\"items\":[");
        for (size_t i = 0; i < n; i++) {
            s += snprintf(sheet + s, sizeof(sheet) - (size_t)s, "%s%s", i ? "," : "", item);
            p += snprintf(scale + p, sizeof(scale) - (size_t)p, "%s%s", i ? "," : "", plate);
        }
        snprintf(sheet + s, sizeof(sheet) - (size_t)s, "]}");
        snprintf(scale + p, sizeof(scale) - (size_t)p, "]}");
        struct outcome out = make(sheet, n, VT_FMT_WEBP);
        assert_int_equal(out.last.err, n == 1 ? VT_MEDIA_SYNTAX : VT_MEDIA_OK);
        outcome_finish(&out);
        out = make_ok(scale, n, VT_FMT_JPEG);
        outcome_finish(&out);
    }
}

/* 20 mm of object and 10 mm of bar have their lengths in pixels as two to one. */
static void a_millimetre_is_a_millimetre(void **state)
{
    static const char json[] =
        "{\"template\":\"scale\",\"items\":[{\"media\":\"a\",\"width_mm\":20,\"height_mm\":20,"
        "\"box\":[0,0,1,1]}]}";
    double rgb[3];
    int object = 0, bar = 0;
    (void)state;
    struct outcome out = make_ok(json, 1, VT_FMT_PNG);
    for (int x = 0; x < 1080; x++) {
        picture_pixel(out.bytes, out.len, x, 300, rgb);
        object += rgb[1] < 100 || rgb[2] < 100;
    }
    for (int x = 0; x < 50 + object / 2; x++) {
        picture_pixel(out.bytes, out.len, x, 1030, rgb);
        bar += rgb[0] < 60;
    }
    assert_in_range(object, 2 * bar - 4, 2 * bar + 4);
    assert_true(bar > 100);
    outcome_finish(&out);
}

static void a_recap_shows_its_crop_and_its_marks(void **state)
{
    /* The right upper quarter (green), a circle of colour 1 around the middle of it. */
    static const char json[] =
        "{\"template\":\"recap\",\"items\":[{\"media\":\"a\"}],\"rect\":[0.5,0,0.5,0.5],\"marks\":["
        "{\"kind\":\"circle\",\"colour\":1,\"points\":[0.625,0.125,0.875,0.375]}]}";
    double rgb[3];
    (void)state;
    struct outcome out = make_ok(json, 1, VT_FMT_PNG);
    picture_pixel(out.bytes, out.len, 540, 540, rgb);
    assert_true(rgb[1] > 200 && rgb[0] < 60);
    picture_pixel(out.bytes, out.len, 270, 540, rgb); /* the circle's left end */
    assert_true(rgb[2] > 200 && rgb[0] < 60);
    outcome_finish(&out);
}

static void data_that_does_not_fit_is_refused(void **state)
{
    static const char *const bad[] = { "{}", "[", "{\"template\":\"card\"}",
                                       "{\"template\":\"poster\",\"items\":[]}" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        struct outcome out = make(bad[i], 1, VT_FMT_JPEG);
        assert_int_not_equal(out.last.err, VT_MEDIA_OK);
        assert_int_not_equal(out.last.err, VT_MEDIA_WORKER_DIED);
        outcome_finish(&out);
    }
    struct outcome out = make("{\"template\":\"card\",\"name\":\"A\",\"items\":[{\"media\":\"a\"}]}", 2,
                              VT_FMT_JPEG);
    assert_int_equal(out.last.err, VT_MEDIA_SYNTAX);
    outcome_finish(&out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_script_is_written_behind_the_filter),
        cmocka_unit_test(no_name_leaves_its_box),
        cmocka_unit_test(a_sheet_and_a_plate_hold_up_to_four),
        cmocka_unit_test(a_millimetre_is_a_millimetre),
        cmocka_unit_test(a_recap_shows_its_crop_and_its_marks),
        cmocka_unit_test(data_that_does_not_fit_is_refused),
    };
    if (argc > 1 && strcmp(argv[1], "media-worker") == 0)
        return vt_worker_main(argc, argv);
    picture_init();
    return cmocka_run_group_tests(tests, setup, master_close);
}
