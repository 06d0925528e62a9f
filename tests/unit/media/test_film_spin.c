/* SPDX-License-Identifier: Apache-2.0 */
/* Spins as films: their text and pace, frames packed for a worker, JPEGs straight to planes, and a real
 * worker making every kind of file of them. */
#include "media/film_jpeg.h"
#include "media/film_pack.h"
#include "tests/unit/media/film_fixture.h"
#include "tests/unit/media/master_fixture.h"

enum { FRAMES = 8, DEADLINE_MS = 60000 };

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define F4 "\"" ID "\",\"" ID "\",\"" ID "\",\"" ID "\""

static void texts_are_judged(void **state)
{
    static const struct {
        const char *json;
        enum vt_media_err err;
        const char *says;
    } rows[] = {
        { "{\"frames\":[" F4 "]}", VT_MEDIA_SYNTAX, "8 to 72 pictures of one turn; 4 came" },
        { "{\"frames\":[" F4 "," F4 "]}", VT_MEDIA_OK, "" },
        { "{\"frames\":[" F4 "," F4 ",\"m1\"]}", VT_MEDIA_SYNTAX, "Frame 8 must be" },
        { "{\"frames\":[" F4 "," F4 ",7]}", VT_MEDIA_SYNTAX, "Frame 8 must be" },
        { "{\"frames\":[" F4 "," F4 "],\"reverse\":1}", VT_MEDIA_SYNTAX, "true or false" },
        { "{\"frames\":[" F4 "," F4 "],\"fps\":1}", VT_MEDIA_SYNTAX, "no key \"fps\"" },
        { "{\"frames\":", VT_MEDIA_SYNTAX, "not valid JSON" },
        { "{\"frames\":[" F4 "," F4 ",\"" ID "?e=1&s=x\"]}", VT_MEDIA_OK, "" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct vt_film_spin spin;
        struct vt_media_problem problem = { .detail = "" };
        assert_int_equal(vt_film_spin_decode(vt_str(rows[i].json), &spin, &problem), rows[i].err);
        assert_non_null(strstr(problem.detail, rows[i].says));
    }
}

static void the_text_of_a_spin_is_its_own_text(void **state)
{
    struct vt_film_spin spin;
    struct vt_media_problem problem;
    struct vt_buf out = VT_BUF_INIT(8192);
    const struct vt_str text = vt_str("{\"frames\":[" F4 "," F4 "],\"reverse\":true}");
    (void)state;
    assert_int_equal(vt_film_spin_decode(text, &spin, &problem), VT_MEDIA_OK);
    assert_int_equal(vt_film_spin_text(&spin, &out), VT_OK);
    assert_string_equal(vt_buf_cstr(&out), text.ptr);
    assert_true(vt_film_is_spin(vt_buf_view(&out)));
    assert_false(vt_film_is_spin(vt_str("{\"stills\":[]}")));
    assert_int_equal(vt_film_text_ms(vt_buf_view(&out)), 1000);
    assert_int_equal(vt_film_text_ms(vt_str("{\"stills\":[{\"id\":\"a\",\"seconds\":2}]}")), 2000);
    assert_int_equal(vt_film_text_ms(vt_str("{}")), 0);
    vt_buf_finish(&out);
}

static void a_turn_takes_three_seconds(void **state)
{
    const struct vt_film_spin back = { .reverse = true, .count = 8 };
    (void)state;
    assert_int_equal(vt_film_spin_fps(72), 24);
    assert_int_equal(vt_film_spin_ms(36), 3000);
    assert_int_equal(vt_film_spin_ms(24), 3000);
    assert_int_equal(vt_film_spin_fps(8), 8);
    assert_int_equal(vt_film_spin_frame(&back, 0), 0);
    assert_int_equal(vt_film_spin_frame(&back, 1), 7);
    assert_int_equal(vt_film_spin_frame(&back, 7), 1);
}

/* --- planes ------------------------------------------------------------------------------------------------
 */

static struct vt_bytes jpeg_of(VipsImage *image, int subsample)
{
    struct vt_bytes bytes = { .ptr = NULL };
    void *ptr;
    assert_int_equal(
        vips_jpegsave_buffer(image, &ptr, &bytes.len, "Q", 95, "subsample_mode", subsample, NULL), 0);
    bytes.ptr = ptr;
    return bytes;
}

static unsigned middle_difference(const struct vt_film_planes *a, const struct vt_film_planes *b, int plane)
{
    uint64_t sum = 0;
    const uint32_t w = vt_film_plane_width(a, plane), h = vt_film_plane_height(a, plane);
    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            sum += (unsigned)abs(a->plane[plane][(size_t)y * a->stride[plane] + x] -
                                 b->plane[plane][(size_t)y * b->stride[plane] + x]);
    return (unsigned)(100 * sum / ((uint64_t)w * h));
}

/* The same JPEG by way of RGB; 650 x 366: neither side is whole blocks. */
static void planes_are_those_of_the_colours(void **state)
{
    struct vt_film_planes direct = { .width = 0 }, by_rgb = { .width = 0 };
    VipsImage *image = picture_quarters(650, 366), *back;
    struct vt_bytes jpeg = jpeg_of(image, VIPS_FOREIGN_SUBSAMPLE_ON);
    uint32_t width = 0, height = 0;
    size_t len;
    (void)state;
    assert_int_equal(vt_film_jpeg_size(jpeg, &width, &height), VT_OK);
    assert_int_equal(width, 650);
    assert_int_equal(height, 366);
    assert_int_equal(vt_film_planes_init(&direct, width, height), VT_OK);
    assert_int_equal(vt_film_planes_init(&by_rgb, width, height), VT_OK);
    assert_int_equal(vt_film_jpeg_planes(jpeg, &direct), VT_OK);
    assert_int_equal(vips_jpegload_buffer((void *)jpeg.ptr, jpeg.len, &back, NULL), 0);
    uint8_t *rgb = vips_image_write_to_memory(back, &len);
    vt_film_planes_from_rgb(&by_rgb, rgb, (size_t)width * 3);
    for (int i = 0; i < VT_FILM_PLANES; i++)
        assert_in_range(middle_difference(&direct, &by_rgb, i), 0, 60); /* hundredths */
    g_free(rgb);
    g_free((void *)jpeg.ptr);
    g_object_unref(back);
    g_object_unref(image);
    vt_film_planes_finish(&direct);
    vt_film_planes_finish(&by_rgb);
}

static void gray_has_no_colours(void **state)
{
    struct vt_film_planes planes = { .width = 0 };
    VipsImage *image = picture_quarters(64, 40), *gray;
    (void)state;
    assert_int_equal(vips_colourspace(image, &gray, VIPS_INTERPRETATION_B_W, NULL), 0);
    struct vt_bytes jpeg = jpeg_of(gray, VIPS_FOREIGN_SUBSAMPLE_ON);
    assert_int_equal(vt_film_planes_init(&planes, 64, 40), VT_OK);
    assert_int_equal(vt_film_jpeg_planes(jpeg, &planes), VT_OK);
    assert_int_equal(planes.plane[1][0], 128);
    assert_int_equal(planes.plane[2][19 * planes.stride[2] + 31], 128);
    assert_true(planes.plane[0][39 * planes.stride[0] + 63] > 180); /* the white quarter, last row */
    g_free((void *)jpeg.ptr);
    g_object_unref(gray);
    g_object_unref(image);
    vt_film_planes_finish(&planes);
}

static void what_does_not_fit_is_refused(void **state)
{
    struct vt_film_planes planes = { .width = 0 };
    VipsImage *image = picture_quarters(64, 40);
    struct vt_bytes full = jpeg_of(image, VIPS_FOREIGN_SUBSAMPLE_OFF);
    struct vt_bytes ours = jpeg_of(image, VIPS_FOREIGN_SUBSAMPLE_ON);
    const struct vt_bytes none = { (const uint8_t *)"no picture", 10, false };
    uint32_t width, height;
    (void)state;
    assert_int_equal(vt_film_planes_init(&planes, 64, 40), VT_OK);
    assert_int_equal(vt_film_jpeg_planes(full, &planes), VT_ERR_INVALID);
    assert_int_equal(vt_film_jpeg_planes(none, &planes), VT_ERR_INVALID);
    assert_int_equal(vt_film_jpeg_size(none, &width, &height), VT_ERR_INVALID);
    vt_film_planes_finish(&planes);
    assert_int_equal(vt_film_planes_init(&planes, 64, 42), VT_OK);
    assert_int_equal(vt_film_jpeg_planes(ours, &planes), VT_ERR_INVALID);
    vt_film_planes_finish(&planes);
    g_free((void *)full.ptr);
    g_free((void *)ours.ptr);
    g_object_unref(image);
}

/* --- packs -------------------------------------------------------------------------------------------------
 */

static void a_pack_believes_nothing(void **state)
{
    const uint32_t lies[5] = { 8, 12, 1000, UINT32_MAX, UINT32_MAX };
    const struct vt_bytes bytes = { (const uint8_t *)lies, sizeof(lies), false };
    const uint32_t many = 73;
    (void)state;
    assert_int_equal(vt_film_pack_count(bytes), 8);
    assert_null(vt_film_pack_get(bytes, 0).ptr); /* longer than the file */
    assert_null(vt_film_pack_get(bytes, 1).ptr); /* beyond it */
    assert_null(vt_film_pack_get(bytes, 7).ptr); /* no such row */
    assert_int_equal(vt_film_pack_count((struct vt_bytes){ (const uint8_t *)&many, 4, false }), 0);
    assert_int_equal(vt_film_pack_count((struct vt_bytes){ (const uint8_t *)"ab", 2, false }), 0);
}

/* --- a worker ----------------------------------------------------------------------------------------------
 */

static const char turn[] = "{\"frames\":[" F4 "," F4 "]}";

/* Frames that move, all but `missing`. */
static struct vt_film_pack pack_of(int width, int height, uint32_t missing)
{
    struct vt_film_pack pack;
    VipsImage *image = picture_quarters(2 * width, height);
    assert_int_equal(vt_film_pack_open(&pack, FRAMES), VT_OK);
    for (uint32_t i = FRAMES; i-- > 0;) {
        VipsImage *part;
        assert_int_equal(vips_extract_area(image, &part, (int)i * width / FRAMES, 0, width, height, NULL), 0);
        struct vt_bytes jpeg = jpeg_of(part, VIPS_FOREIGN_SUBSAMPLE_ON);
        if (i != missing)
            assert_int_equal(vt_film_pack_put(&pack, i, (struct vt_str){ (const char *)jpeg.ptr, jpeg.len }),
                             VT_OK);
        g_free((void *)jpeg.ptr);
        g_object_unref(part);
    }
    g_object_unref(image);
    return pack;
}

static struct outcome run(const struct vt_recipe *recipe, uint32_t missing, int live)
{
    struct vt_film_pack pack = pack_of(640, 480, missing);
    struct outcome out = fixture_run(&fx, recipe, &pack.fd, 1, live, DEADLINE_MS);
    vt_film_pack_close(&pack);
    return out;
}

static void a_spin_becomes_a_film_of_its_frames(void **state)
{
    const struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM, turn);
    int live = memfd_create("live", MFD_CLOEXEC);
    struct stat st;
    (void)state;
    struct outcome out = run(&recipe, FRAMES, live);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.warnings, 0);
    assert_int_equal(film_frames(out.bytes, out.len, 640, 480), FRAMES);
    assert_true(out.parts >= FRAMES); /* eight a second: each is a fragment */
    assert_int_equal(fstat(live, &st), 0);
    assert_true(st.st_size > 0);
    close(live);
    outcome_finish(&out);
}

static void its_poster_is_the_first_and_its_animation_small(void **state)
{
    struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM_LOOK, turn);
    double rgb[3];
    (void)state;
    recipe.format = VT_FMT_JPEG;
    struct outcome poster = run(&recipe, FRAMES, -1);
    assert_int_equal(poster.last.err, VT_MEDIA_OK);
    assert_int_equal(poster.last.width, 640);
    picture_pixel(poster.bytes, poster.len, 320, 120, rgb); /* the red quarter of the first */
    assert_true(rgb[0] > 180 && rgb[1] < 50 && rgb[2] < 50);
    outcome_finish(&poster);
    recipe.format = VT_FMT_WEBP;
    struct outcome look = run(&recipe, FRAMES, -1);
    assert_int_equal(look.last.err, VT_MEDIA_OK);
    assert_memory_equal(look.bytes + 8, "WEBPVP8X", 8);
    assert_int_equal(((const uint8_t *)look.bytes)[24] | ((const uint8_t *)look.bytes)[25] << 8, 360 - 1);
    assert_int_equal(((const uint8_t *)look.bytes)[27] | ((const uint8_t *)look.bytes)[28] << 8, 270 - 1);
    outcome_finish(&look);
}

static void a_frame_that_is_missing_is_told(void **state)
{
    const struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM, turn);
    (void)state;
    struct outcome out = run(&recipe, 3, -1);
    assert_int_equal(out.last.err, VT_MEDIA_BROKEN);
    outcome_finish(&out);
    struct outcome none = fixture_run(&fx, &recipe, &master, 1, -1, DEADLINE_MS);
    assert_int_equal(none.last.err, VT_MEDIA_SYNTAX);
    outcome_finish(&none);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_judged),
    cmocka_unit_test(the_text_of_a_spin_is_its_own_text),
    cmocka_unit_test(a_turn_takes_three_seconds),
    cmocka_unit_test(planes_are_those_of_the_colours),
    cmocka_unit_test(gray_has_no_colours),
    cmocka_unit_test(what_does_not_fit_is_refused),
    cmocka_unit_test(a_pack_believes_nothing),
    cmocka_unit_test(a_spin_becomes_a_film_of_its_frames),
    cmocka_unit_test(its_poster_is_the_first_and_its_animation_small),
    cmocka_unit_test(a_frame_that_is_missing_is_told),
};

static int setup(void **state)
{
    (void)state;
    return master_open(640, 480);
}

FIXTURE_MAIN(tests, setup, master_close)
