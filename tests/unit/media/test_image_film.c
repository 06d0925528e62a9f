/* SPDX-License-Identifier: Apache-2.0 */
/* Films by real workers behind their filter: every kind of file, texts in any script, what is refused. */
#include <fcntl.h>

#include "media/film.h"
#include "tests/unit/media/film_fixture.h"
#include "tests/unit/media/master_fixture.h"

enum { DEADLINE_MS = 60000 };

static const char two[] = "{\"stills\":[{\"id\":\"a\",\"seconds\":1,\"caption\":\"Ring Aurora · 1.290 €\"},"
                          "{\"id\":\"b\",\"seconds\":1,\"caption\":\"لالة مريم 王芳 ❤️\"}],"
                          "\"size\":[320,240],\"name\":\"Anna & Zoë\"}";

/* The file that grows stands on a disk without room; the worker lives on. */
static void a_full_disk_is_said_so(void **state)
{
    const struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM, two);
    const int sources[2] = { master, master };
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    (void)state;
    assert_true(full >= 0);
    struct outcome out = fixture_run(&fx, &recipe, sources, 2, full, DEADLINE_MS);
    assert_int_equal(out.last.err, VT_MEDIA_NO_ROOM);
    outcome_finish(&out);
    out = fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    outcome_finish(&out);
    close(full);
}

static void a_film_is_made_while_one_looks_on(void **state)
{
    const struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM, two);
    const int sources[2] = { master, master };
    int live = memfd_create("live", MFD_CLOEXEC);
    (void)state;
    struct outcome out = fixture_run(&fx, &recipe, sources, 2, live, DEADLINE_MS);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.warnings, 0);
    assert_int_equal(out.last.width, 320);
    assert_true(out.parts >= 20); /* a fragment a tenth of a second, and the index */
    assert_int_equal(film_frames(out.bytes, out.len, 320, 240), 60);
    struct stat st;
    assert_int_equal(fstat(live, &st), 0);
    char *fragments = malloc((size_t)st.st_size);
    assert_int_equal(pread(live, fragments, (size_t)st.st_size, 0), st.st_size);
    assert_int_equal(film_frames(fragments, (size_t)st.st_size, 320, 240), 60);
    free(fragments);
    close(live);
    outcome_finish(&out);
}

static void the_same_again_has_the_same_bytes(void **state)
{
    const struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM, two);
    const int sources[2] = { master, master };
    (void)state;
    struct outcome one = fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
    struct outcome two_ = fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
    assert_int_equal(one.len, two_.len);
    assert_memory_equal(one.bytes, two_.bytes, one.len);
    outcome_finish(&one);
    outcome_finish(&two_);
}

static void av1_is_smaller(void **state)
{
    const struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM, two),
                           smaller = film_recipe(VT_RECIPE_FILM_AV1, two);
    const int sources[2] = { master, master };
    (void)state;
#ifdef VT_SANITIZED
    skip(); /* the encoder's own vector code is not built for it */
#endif
    struct outcome h264 = fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
    struct outcome av1 = fixture_run(&fx, &smaller, sources, 2, -1, DEADLINE_MS);
    assert_int_equal(av1.last.err, VT_MEDIA_OK);
    assert_memory_equal(av1.bytes, "\x1a\x45\xdf\xa3", 4);
    assert_int_equal(film_frames(av1.bytes, av1.len, 320, 240), 60);
    assert_true(av1.len < h264.len);
    outcome_finish(&h264);
    outcome_finish(&av1);
}

static void poster_and_animation(void **state)
{
    struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM_LOOK, two);
    const int sources[2] = { master, master };
    (void)state;
    recipe.format = VT_FMT_JPEG;
    struct outcome poster = fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
    assert_int_equal(poster.last.err, VT_MEDIA_OK);
    assert_int_equal(poster.last.width, 320);
    assert_memory_equal(poster.bytes, "\xff\xd8", 2);
    outcome_finish(&poster);
    recipe.format = VT_FMT_WEBP;
    struct outcome look = fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
    assert_int_equal(look.last.err, VT_MEDIA_OK);
    assert_int_equal(look.last.warnings, 0);
    assert_memory_equal(look.bytes + 8, "WEBPVP8X", 8);
    unsigned ms = 0; /* frames that are equal are one that stays longer */
    for (size_t at = 12; at + 8 < look.len;) {
        const uint8_t *chunk = (const uint8_t *)look.bytes + at;
        if (memcmp(chunk, "ANMF", 4) == 0)
            ms += chunk[20] | (unsigned)chunk[21] << 8 | (unsigned)chunk[22] << 16;
        assert_memory_not_equal(chunk, "EXIF", 4);
        at += 8 + ((chunk[4] | (size_t)chunk[5] << 8 | (size_t)chunk[6] << 16) + 1) / 2 * 2;
    }
    assert_int_equal(ms, 2000 / VT_FILM_LOOK_FRAMES * VT_FILM_LOOK_FRAMES);
    outcome_finish(&look);
}

static struct outcome limited(enum vt_recipe_kind kind, enum vt_picture_format format, uint32_t max_bytes)
{
    static const char large[] = "{\"stills\":[{\"id\":\"a\",\"seconds\":1},{\"id\":\"b\",\"seconds\":1}],"
                                "\"size\":[640,480],\"name\":\"Anna & Zoë\"}";
    struct vt_recipe recipe = film_recipe(kind, large);
    const int sources[2] = { master, master };
    recipe.format = format;
    recipe.max_bytes = max_bytes;
    return fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
}

/* By rate first, then by size. */
static void a_limit_of_bytes_is_kept(void **state)
{
    static const uint32_t shares[] = { 101, 70, 50 }; /* hundredths of what it has without */
    (void)state;
    struct outcome free_ = limited(VT_RECIPE_FILM, VT_FMT_JPEG, 0);
    for (size_t i = 0; i < VT_COUNT(shares); i++) {
        const uint32_t most = (uint32_t)free_.len * shares[i] / 100;
        struct outcome fits = limited(VT_RECIPE_FILM, VT_FMT_JPEG, most);
        assert_int_equal(fits.last.err, VT_MEDIA_OK);
        assert_true(fits.len <= most);
        assert_int_equal(film_frames(fits.bytes, fits.len, (int)fits.last.width, (int)fits.last.height), 60);
        outcome_finish(&fits);
    }
    outcome_finish(&free_);
}

static void looks_keep_a_limit_too(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const enum vt_picture_format format = i ? VT_FMT_WEBP : VT_FMT_JPEG;
        struct outcome free_ = limited(VT_RECIPE_FILM_LOOK, format, 0);
        const uint32_t most = (uint32_t)free_.len / 3;
        struct outcome fits = limited(VT_RECIPE_FILM_LOOK, format, most);
        assert_int_equal(fits.last.err, VT_MEDIA_OK);
        assert_true(fits.len <= most);
        outcome_finish(&free_);
        outcome_finish(&fits);
    }
}

static void what_cannot_fit_is_told(void **state)
{
    (void)state;
    for (int kind = VT_RECIPE_FILM; kind <= VT_RECIPE_FILM_LOOK; kind += 2) {
        struct outcome none = limited((enum vt_recipe_kind)kind, VT_FMT_WEBP, 300);
        assert_int_equal(none.last.err, VT_MEDIA_TOO_LONG);
        assert_non_null(strstr(none.last.problem.detail, "300 bytes"));
        assert_int_equal(none.len, 0);
        outcome_finish(&none);
    }
}

static void what_is_no_picture_is_told(void **state)
{
    const struct vt_recipe recipe = film_recipe(VT_RECIPE_FILM, two);
    int nothing = file_of("no master", 9);
    const int sources[2] = { master, nothing };
    (void)state;
    struct outcome out = fixture_run(&fx, &recipe, sources, 2, -1, DEADLINE_MS);
    assert_int_equal(out.last.err, VT_MEDIA_BROKEN);
    outcome_finish(&out);
    out = fixture_run(&fx, &recipe, sources, 1, -1, DEADLINE_MS);
    assert_int_equal(out.last.err, VT_MEDIA_SYNTAX);
    outcome_finish(&out);
    close(nothing);
}

/* --- the text ------------------------------------------------------------------------------------------- */

static void texts_are_judged(void **state)
{
    static const struct {
        const char *json;
        enum vt_media_err err;
        const char *says;
    } rows[] = {
        { "{\"stills\":[]}", VT_MEDIA_SYNTAX, "1 to 12" },
        { "{\"stills\":[{\"id\":\"../x\"}]}", VT_MEDIA_SYNTAX, "\"id\" of the still 1" },
        { "{\"stills\":[{\"id\":\"a\",\"seconds\":20.5}]}", VT_MEDIA_SYNTAX, "0.5 to 20" },
        { "{\"stills\":[{\"id\":\"a\",\"seconds\":12},{\"id\":\"b\",\"seconds\":9}]}", VT_MEDIA_TOO_LONG,
          "21.0 seconds" },
        { "{\"stills\":[{\"id\":\"a\",\"from\":[0.5,0,0.6,1]}]}", VT_MEDIA_SYNTAX, "inside the picture" },
        { "{\"stills\":[{\"id\":\"a\",\"zoom\":2}]}", VT_MEDIA_SYNTAX, "no key \"zoom\"" },
        { "{\"stills\":[{\"id\":\"a\"}],\"size\":[1280,1280]}", VT_MEDIA_SYNTAX, "1280 x 720" },
        { "{\"stills\":[{\"id\":\"a\"}],\"size\":[641,480]}", VT_MEDIA_SYNTAX, "even" },
        { "{\"stills\":", VT_MEDIA_SYNTAX, "not valid JSON" },
        { "{\"stills\":[{\"id\":\"a?e=1&s=x\"}]}", VT_MEDIA_OK, "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct vt_film film;
        struct vt_media_problem problem = { .detail = "" };
        assert_int_equal(vt_film_decode(vt_str(rows[i].json), &film, &problem), rows[i].err);
        assert_non_null(strstr(problem.detail, rows[i].says));
    }
}

static void the_text_of_a_film_is_its_own_text(void **state)
{
    struct vt_film film, again;
    struct vt_media_problem problem;
    struct vt_buf one = VT_BUF_INIT(65536), other = VT_BUF_INIT(65536);
    (void)state;
    assert_int_equal(vt_film_decode(vt_str(two), &film, &problem), VT_MEDIA_OK);
    assert_int_equal(vt_film_text(&film, &one), VT_OK);
    assert_int_equal(vt_film_decode(vt_buf_view(&one), &again, &problem), VT_MEDIA_OK);
    assert_int_equal(vt_film_text(&again, &other), VT_OK);
    assert_string_equal(vt_buf_cstr(&one), vt_buf_cstr(&other));
    assert_int_equal(vt_film_ms(&again), 2000);
    vt_buf_finish(&one);
    vt_buf_finish(&other);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_judged),
    cmocka_unit_test(the_text_of_a_film_is_its_own_text),
    cmocka_unit_test(a_film_is_made_while_one_looks_on),
    cmocka_unit_test(a_full_disk_is_said_so),
    cmocka_unit_test(the_same_again_has_the_same_bytes),
    cmocka_unit_test(poster_and_animation),
    cmocka_unit_test(a_limit_of_bytes_is_kept),
    cmocka_unit_test(looks_keep_a_limit_too),
    cmocka_unit_test(what_cannot_fit_is_told),
    cmocka_unit_test(what_is_no_picture_is_told),
    cmocka_unit_test(av1_is_smaller),
};

static int setup(void **state)
{
    (void)state;
    return master_open(1600, 1200);
}

FIXTURE_MAIN(tests, setup, master_close)
