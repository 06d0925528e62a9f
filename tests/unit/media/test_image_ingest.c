/* SPDX-License-Identifier: Apache-2.0 */
/* Originals into masters, in a real worker: upright, sRGB, stripped, indexed; and what is refused. */
#include "media/sniff.h"
#include "media/tix.h"
#include "tests/unit/media/picture_fixture.h"
#include "tests/unit/media/pool_fixture.h"

static struct fixture fx;

static int setup(void **state)
{
    (void)state;
    fixture_open(&fx, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_close(&fx);
    return 0;
}

static struct outcome render(int master, const struct vt_recipe *recipe)
{
    struct outcome out = fixture_run(&fx, recipe, &master, 1, -1, 60000);
    if (out.last.err)
        print_message("%s: %s\n", vt_media_err_word(out.last.err), out.last.problem.detail);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.warnings, 0);
    return out;
}

static int ingest_ok(const void *bytes, size_t len, uint32_t w, uint32_t h)
{
    int master;
    struct outcome out = fixture_ingest(&fx, bytes, len, &master);
    if (out.last.err)
        print_message("%s: %s\n", vt_media_err_word(out.last.err), out.last.problem.detail);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.warnings, 0);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.last.width, w);
    assert_int_equal(out.last.height, h);
    outcome_finish(&out);
    return master;
}

static enum vt_media_err ingest_err(const void *bytes, size_t len)
{
    int master;
    struct outcome out = fixture_ingest(&fx, bytes, len, &master);
    enum vt_media_err err = out.last.err;
    if (err) {
        assert_true(out.last.problem.detail[0] != 0);
        assert_int_equal(out.len, 0);
    }
    outcome_finish(&out);
    close(master);
    return err;
}

static void assert_near(double got, double wanted, double off)
{
    if (got < wanted - off || got > wanted + off)
        fail_msg("%g is not within %g of %g", got, off, wanted);
}

/* --- metadata ---------------------------------------------------------------------------------------- */

static VipsImage *with_gps(void)
{
    static const char xmp[] = "<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRETXMP</x:xmpmeta>";
    VipsImage *image = picture_quarters(900, 700), *out;
    assert_int_equal(vips_copy(image, &out, NULL), 0);
    g_object_unref(image);
    vips_image_set_string(out, "exif-ifd3-GPSLatitude",
                          "48/1 51/1 24/1 (48, 51, 24, Rational, 3 components, 24 bytes)");
    vips_image_set_string(out, "exif-ifd0-Make",
                          "SECRETCAMERA (SECRETCAMERA, ASCII, 13 components, 13 bytes)");
    vips_image_set_blob_copy(out, VIPS_META_XMP_NAME, xmp, sizeof(xmp));
    vips_image_set_blob_copy(out, VIPS_META_IPTC_NAME, "SECRETIPTC", 10);
    return out;
}

static void assert_clean(const char *bytes, size_t len)
{
    static const char *const words[] = { "SECRET", "Exif\0", "xmpmeta",   "ICC_PROFILE",
                                         "iCCP",   "eXIf",   "Photoshop", "libvips" };
    for (size_t i = 0; i < VT_COUNT(words); i++)
        if (memmem(bytes, len, words[i], strlen(words[i])))
            fail_msg("\"%s\" is left in %zu bytes that begin %02x %.12s", words[i], len, (uint8_t)bytes[0],
                     bytes);
    VipsImage *image = vips_image_new_from_buffer(bytes, len, "", NULL);
    assert_non_null(image);
    char **names = vips_image_get_fields(image);
    for (char **name = names; *name; name++)
        if (g_str_has_prefix(*name, "exif-") || strstr(*name, "xmp") || strstr(*name, "iptc") ||
            strstr(*name, "icc") || strstr(*name, "gps") || strstr(*name, "description"))
            fail_msg("a field is left: %s", *name);
    g_strfreev(names);
    g_object_unref(image);
}

static void no_output_has_the_place_it_was_taken(void **state)
{
    void *inputs[4] = { NULL };
    size_t lens[4];
    VipsImage *image = with_gps();
    (void)state;
    assert_int_equal(vips_jpegsave_buffer(image, &inputs[0], &lens[0], NULL), 0);
    assert_int_equal(vips_pngsave_buffer(image, &inputs[1], &lens[1], NULL), 0);
    assert_int_equal(vips_webpsave_buffer(image, &inputs[2], &lens[2], NULL), 0);
    assert_int_equal(vips_heifsave_buffer(image, &inputs[3], &lens[3], "compression",
                                          VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "effort", 0, NULL),
                     0);
    g_object_unref(image);
    assert_non_null(memmem(inputs[0], lens[0], "SECRETXMP", 9)); /* it is there to be removed */
    assert_non_null(memmem(inputs[2], lens[2], "SECRETXMP", 9));
    for (int i = 0; i < 4; i++) {
        int master = ingest_ok(inputs[i], lens[i], 900, 700);
        struct stat st;
        fstat(master, &st);
        char *tiff = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, master, 0);
        assert_clean(tiff, (size_t)st.st_size);
        munmap(tiff, (size_t)st.st_size);
        for (int format = VT_FMT_JPEG; format <= VT_FMT_AVIF; format++) {
            struct vt_recipe recipe = { .kind = VT_RECIPE_THUMB,
                                        .out_w = 320,
                                        .format = (enum vt_picture_format)format };
            struct outcome out = render(master, &recipe);
            assert_clean(out.bytes, out.len);
            outcome_finish(&out);
        }
        close(master);
        g_free(inputs[i]);
    }
}

static void thumb_of_ingest_is_clean_and_first(void **state)
{
    size_t len;
    void *jpeg;
    int master;
    VipsImage *image = with_gps();
    (void)state;
    assert_int_equal(vips_jpegsave_buffer(image, &jpeg, &len, NULL), 0);
    g_object_unref(image);
    struct outcome out = fixture_ingest(&fx, jpeg, len, &master);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.part_w, 640);
    assert_int_equal(out.part_h, 498);
    assert_clean(out.part, out.part_len);
    outcome_finish(&out);
    close(master);
    g_free(jpeg);
}

/* --- the right way up, the right colours ------------------------------------------------------------- */

static void every_orientation_comes_out_upright(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        static const VipsAngle back[9] = { 0,
                                           0,
                                           0,
                                           VIPS_ANGLE_D180,
                                           VIPS_ANGLE_D180,
                                           VIPS_ANGLE_D90,
                                           VIPS_ANGLE_D270,
                                           VIPS_ANGLE_D270,
                                           VIPS_ANGLE_D90 };
        VipsImage *image = picture_quarters(600, 400), *out;
        /* What the camera stored: the upright picture turned back, then mirrored back. */
        assert_int_equal(vips_rot(image, &out, back[orientation], NULL), 0);
        g_object_unref(image);
        image = out;
        if (orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7) {
            assert_int_equal(vips_flip(image, &out, VIPS_DIRECTION_HORIZONTAL, NULL), 0);
            g_object_unref(image);
            image = out;
        }
        assert_int_equal(vips_copy(image, &out, NULL), 0);
        g_object_unref(image);
        vips_image_set_int(out, VIPS_META_ORIENTATION, orientation);
        void *jpeg;
        size_t len;
        assert_int_equal(vips_jpegsave_buffer(out, &jpeg, &len, "Q", 95, NULL), 0);
        g_object_unref(out);
        int master = ingest_ok(jpeg, len, 600, 400);
        const struct vt_recipe recipe = { .kind = VT_RECIPE_THUMB, .out_w = 300, .format = VT_FMT_PNG };
        struct outcome made = render(master, &recipe);
        double rgb[3];
        picture_pixel(made.bytes, made.len, 50, 40, rgb); /* red */
        assert_near(rgb[0], 205, 12);
        assert_near(rgb[2], 20, 12);
        picture_pixel(made.bytes, made.len, 250, 40, rgb); /* green */
        assert_near(rgb[1], 232, 12);
        picture_pixel(made.bytes, made.len, 50, 160, rgb); /* blue */
        assert_near(rgb[2], 205, 12);
        outcome_finish(&made);
        close(master);
        g_free(jpeg);
    }
}

static void display_p3_comes_out_in_srgb(void **state)
{
    VipsImage *image = picture_quarters(640, 480), *p3;
    void *jpeg;
    size_t len;
    double rgb[3];
    (void)state;
    assert_int_equal(vips_icc_transform(image, &p3, "p3", "input_profile", "srgb", NULL), 0);
    assert_int_equal(vips_jpegsave_buffer(p3, &jpeg, &len, "Q", 95, NULL), 0);
    g_object_unref(image);
    g_object_unref(p3);
    /* The trap: as stored the red has far more green than it should be shown with. */
    int master = ingest_ok(jpeg, len, 640, 480);
    const struct vt_recipe recipe = { .kind = VT_RECIPE_THUMB, .out_w = 320, .format = VT_FMT_JPEG };
    struct outcome out = render(master, &recipe);
    assert_clean(out.bytes, out.len);
    picture_pixel(out.bytes, out.len, 60, 60, rgb);
    assert_near(rgb[0], 207, 8);
    assert_near(rgb[1], 20, 10);
    assert_near(rgb[2], 20, 10);
    outcome_finish(&out);
    close(master);
    g_free(jpeg);
}

static void cmyk_gray_and_16_bit_are_taken(void **state)
{
    static const VipsInterpretation spaces[] = { VIPS_INTERPRETATION_CMYK, VIPS_INTERPRETATION_B_W,
                                                 VIPS_INTERPRETATION_RGB16 };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(spaces); i++) {
        VipsImage *image = picture_quarters(640, 480), *out;
        void *bytes;
        size_t len;
        assert_int_equal(vips_colourspace(image, &out, spaces[i], NULL), 0);
        g_object_unref(image);
        if (spaces[i] == VIPS_INTERPRETATION_RGB16)
            assert_int_equal(vips_pngsave_buffer(out, &bytes, &len, "bitdepth", 16, NULL), 0);
        else
            assert_int_equal(vips_jpegsave_buffer(out, &bytes, &len, "Q", 95, NULL), 0);
        g_object_unref(out);
        close(ingest_ok(bytes, len, 640, 480));
        g_free(bytes);
    }
}

static void lossless_comes_back_exactly_and_alpha_lies_on_white(void **state)
{
    VipsImage *image = picture_quarters(700, 500), *alpha, *half;
    static const double ones[1] = { 0 }, grey[1] = { 128 };
    void *png;
    size_t len;
    double rgb[3];
    (void)state;
    assert_int_equal(vips_extract_band(image, &alpha, 0, NULL), 0);
    assert_int_equal(vips_linear(alpha, &half, ones, grey, 1, "uchar", TRUE, NULL), 0);
    g_object_unref(alpha);
    assert_int_equal(vips_bandjoin2(image, half, &alpha, NULL), 0);
    assert_int_equal(vips_pngsave_buffer(alpha, &png, &len, NULL), 0);
    g_object_unref(alpha);
    g_object_unref(half);
    g_object_unref(image);
    int master = ingest_ok(png, len, 700, 500);
    struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF,
                                .x = 10,
                                .y = 10,
                                .w = 100,
                                .h = 100,
                                .out_w = 100,
                                .out_h = 100,
                                .format = VT_FMT_PNG };
    struct outcome out = render(master, &recipe);
    picture_pixel(out.bytes, out.len, 0, 0, rgb);
    assert_true(rgb[0] == 200 && rgb[1] == 20 && rgb[2] == 20);
    outcome_finish(&out);
    recipe.format = VT_FMT_JPEG;
    out = render(master, &recipe);
    picture_pixel(out.bytes, out.len, 50, 50, rgb);
    assert_near(rgb[0], 228, 4);
    assert_near(rgb[1], 137, 4);
    outcome_finish(&out);
    close(master);
    g_free(png);
}

/* --- the tile index ---------------------------------------------------------------------------------- */

static void check_tile(const struct vt_tix *tix, int master, unsigned level, uint32_t col, uint32_t row,
                       uint32_t w, uint32_t h)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf tile = VT_BUF_INIT(1 << 20);
    struct vt_tix_tile at = vt_tix_tile_at(tix, level, col, row);
    assert_int_equal(vt_tix_copy(tix, &at, master, &tile), VT_OK);
    VipsImage *image = vips_image_new_from_buffer(tile.data, tile.len, "", NULL);
    assert_non_null(image);
    assert_int_equal(image->Xsize, w);
    assert_int_equal(image->Ysize, h);
    g_object_unref(image);
    /* The same pixels as the rendered region, but for the one more encoding. */
    const uint32_t scale = 1u << level;
    struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF,
                                .x = col * 512 * scale,
                                .y = row * 512 * scale,
                                .w = w * scale,
                                .h = h * scale,
                                .out_w = w,
                                .out_h = h,
                                .format = VT_FMT_PNG };
    recipe.w = VIPS_MIN(recipe.w, tix->width - recipe.x);
    recipe.h = VIPS_MIN(recipe.h, tix->height - recipe.y);
    struct outcome out = render(master, &recipe);
    double copied[3], drawn[3];
    for (int i = 0; i < 5; i++) {
        int x = (int)(w - 1) * i / 4, y = (int)(h - 1) * (4 - i) / 4;
        picture_pixel(tile.data, tile.len, x, y, copied);
        picture_pixel(out.bytes, out.len, x, y, drawn);
        for (int band = 0; band < 3; band++) {
            if (copied[band] - drawn[band] > 3 || drawn[band] - copied[band] > 3)
                print_message("level %u tile %u,%u at %d,%d band %d\n", level, col, row, x, y, band);
            assert_near(copied[band], drawn[band], 3);
        }
    }
    outcome_finish(&out);
}

static void the_index_leads_to_every_tile(void **state)
{
    size_t len;
    void *jpeg = picture_jpeg(1337, 1029, &len);
    int master;
    struct stat st;
    struct vt_tix *tix;
    (void)state;
    struct outcome out = fixture_ingest(&fx, jpeg, len, &master);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    fstat(master, &st);
    assert_int_equal(vt_tix_read(out.bytes, out.len, (uint64_t)st.st_size, &tix), VT_OK);
    assert_true(tix->is_jpeg);
    assert_int_equal(tix->width, 1337);
    assert_int_equal(tix->level_count, 3);
    assert_int_equal(tix->levels[1].width, 669);
    check_tile(tix, master, 0, 0, 0, 512, 512);
    check_tile(tix, master, 0, 1, 1, 512, 512);
    check_tile(tix, master, 0, 2, 0, 1337 - 1024, 512);
    check_tile(tix, master, 0, 2, 2, 1337 - 1024, 1029 - 1024);
    check_tile(tix, master, 1, 1, 1, 669 - 512, 515 - 512);
    check_tile(tix, master, 2, 0, 0, 335, 258);
    vt_tix_destroy(tix);
    outcome_finish(&out);
    close(master);
    g_free(jpeg);
}

/* A dark disc on a studio's white: its box is found, and told in the index. */
static void the_object_is_found(void **state)
{
    (void)state;
    VipsImage *white, *disc;
    void *jpeg = NULL;
    size_t len;
    int master;
    struct stat st;
    struct vt_tix *tix;
    assert_int_equal(vips_black(&white, 1600, 1200, "bands", 3, NULL), 0);
    assert_int_equal(vips_linear1(white, &disc, 1, 240, "uchar", TRUE, NULL), 0);
    g_object_unref(white);
    white = vips_image_copy_memory(disc);
    g_object_unref(disc);
    double dark[3] = { 60, 50, 40 };
    assert_int_equal(vips_draw_circle(white, dark, 3, 800, 500, 300, "fill", TRUE, NULL), 0);
    assert_int_equal(vips_jpegsave_buffer(white, &jpeg, &len, "Q", 90, NULL), 0);
    g_object_unref(white);
    struct outcome out = fixture_ingest(&fx, jpeg, len, &master);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    fstat(master, &st);
    assert_int_equal(vt_tix_read(out.bytes, out.len, (uint64_t)st.st_size, &tix), VT_OK);
    const double want[4] = { 500. / 1600, 200. / 1200, 600. / 1600, 600. / 1200 };
    for (int i = 0; i < 4; i++)
        assert_true(fabs(tix->object[i] / 65535. - want[i]) < 0.035); /* it is never cut, so a little more */
    vt_tix_destroy(tix);
    outcome_finish(&out);
    close(master);
    g_free(jpeg);
}

/* --- what is refused --------------------------------------------------------------------------------- */

static void a_cut_file_is_truncated(void **state)
{
    size_t len;
    void *jpeg = picture_jpeg(2000, 1500, &len);
    static const int percent[] = { 30, 60, 99 };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(percent); i++)
        assert_int_equal(ingest_err(jpeg, len * (size_t)percent[i] / 100), VT_MEDIA_TRUNCATED);
    g_free(jpeg);
}

static void a_progressive_picture_is_taken(void **state)
{
    VipsImage *image = picture_quarters(4000, 3000);
    void *jpeg;
    size_t len;
    (void)state;
    assert_int_equal(vips_jpegsave_buffer(image, &jpeg, &len, "interlace", TRUE, NULL), 0);
    g_object_unref(image);
    close(ingest_ok(jpeg, len, 4000, 3000));
    g_free(jpeg);
}

static void drawings_and_documents_are_no_pictures(void **state)
{
    static const char *const files[] = { "%PDF-1.4\n1 0 obj<<>>endobj trailer<<>>",
                                         "<svg xmlns='http://www.w3.org/2000/svg'/>",
                                         "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
                                         "push graphic-context\nviewbox 0 0 640 480\n",
                                         "GIF89a\1\0\1\0\0\0\0;",
                                         "II*\0\10\0\0\0",
                                         "",
                                         "hello" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(files); i++)
        assert_int_equal(ingest_err(files[i], i == 5 ? 8 : strlen(files[i])), VT_MEDIA_NOT_A_PICTURE);
}

static void put_be32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void a_bomb_costs_its_header_only(void **state)
{
    static const uint8_t png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\10\2\0\0\0\0\0\0\0";
    uint8_t bomb[sizeof(png) - 1];
    size_t len;
    uint8_t *jpeg = picture_jpeg(64, 64, &len);
    (void)state;
    memcpy(bomb, png, sizeof(bomb));
    put_be32(bomb + 16, 30000);
    put_be32(bomb + 20, 30000);
    assert_int_equal(ingest_err(bomb, sizeof(bomb)), VT_MEDIA_TOO_BIG);
    for (size_t i = 0; i + 9 < len; i++)
        if (jpeg[i] == 0xff && jpeg[i + 1] == 0xc0)
            memset(jpeg + i + 5, 0xff, 4);
    assert_int_equal(ingest_err(jpeg, len), VT_MEDIA_TOO_BIG);
    g_free(jpeg);
}

/* Whatever comes back, the worker lives and says so in words of ours. */
static void mutations_do_no_harm(void **state)
{
    VipsImage *image = picture_quarters(300, 200);
    void *seeds[4];
    size_t lens[4];
    struct vt_pool_stats before, after;
    uint32_t random = 12345;
    (void)state;
    assert_int_equal(vips_jpegsave_buffer(image, &seeds[0], &lens[0], NULL), 0);
    assert_int_equal(vips_pngsave_buffer(image, &seeds[1], &lens[1], NULL), 0);
    assert_int_equal(vips_webpsave_buffer(image, &seeds[2], &lens[2], NULL), 0);
    assert_int_equal(vips_heifsave_buffer(image, &seeds[3], &lens[3], "compression",
                                          VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "effort", 0, NULL),
                     0);
    g_object_unref(image);
    vt_pool_stats(fx.pool, &before);
    for (int round = 0; round < 160; round++) {
        uint8_t *copy = (uint8_t *)copy_bytes(seeds[round % 4], lens[round % 4]);
        for (int i = 0; i < 1 + round % 7; i++) {
            random = random * 1664525u + 1013904223u;
            copy[(random >> 8) % lens[round % 4]] = (uint8_t)random;
        }
        ingest_err(copy, lens[round % 4]);
        free(copy);
    }
    vt_pool_stats(fx.pool, &after);
    assert_int_equal(after.deaths, before.deaths);
    for (int i = 0; i < 4; i++)
        g_free(seeds[i]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_output_has_the_place_it_was_taken),
        cmocka_unit_test(thumb_of_ingest_is_clean_and_first),
        cmocka_unit_test(every_orientation_comes_out_upright),
        cmocka_unit_test(display_p3_comes_out_in_srgb),
        cmocka_unit_test(cmyk_gray_and_16_bit_are_taken),
        cmocka_unit_test(lossless_comes_back_exactly_and_alpha_lies_on_white),
        cmocka_unit_test(the_index_leads_to_every_tile),
        cmocka_unit_test(the_object_is_found),
        cmocka_unit_test(a_cut_file_is_truncated),
        cmocka_unit_test(a_progressive_picture_is_taken),
        cmocka_unit_test(drawings_and_documents_are_no_pictures),
        cmocka_unit_test(a_bomb_costs_its_header_only),
        cmocka_unit_test(mutations_do_no_harm),
    };
    if (argc > 1 && strcmp(argv[1], "media-worker") == 0)
        return vt_worker_main(argc, argv);
    picture_init();
    return cmocka_run_group_tests(tests, setup, teardown);
}
