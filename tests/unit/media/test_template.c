/* SPDX-License-Identifier: Apache-2.0 */
/* Template data: what `d` may hold, and the texts that are set on a picture. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "media/names.h"
#include "media/template.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "tests/unit/cm.h"

static struct vt_template out;

static enum vt_media_err decode(enum vt_template_kind kind, const char *json,
                                struct vt_media_problem *problem)
{
    char *d = malloc(strlen(json) * 2 + 8);
    assert_non_null(d);
    vt_base64url(json, strlen(json), d);
    enum vt_media_err err = vt_template_decode_d(kind, VT_STR("ring"), vt_str(d), &out, problem);
    free(d);
    return err;
}

static void assert_refused(enum vt_template_kind kind, const char *json, enum vt_media_err want,
                           const char *names)
{
    struct vt_media_problem problem = { .detail = "" };
    enum vt_media_err got = decode(kind, json, &problem);
    if (got != want || !strstr(problem.detail, names))
        fail_msg("%s: %s (%s)", json, vt_media_err_word(got), problem.detail);
}

/* The canonical text is read back to the same template. */
static void assert_stable(void)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf first = VT_BUF_INIT(VT_TEMPLATE_JSON_MAX), second = VT_BUF_INIT(VT_TEMPLATE_JSON_MAX);
    struct vt_media_problem problem = { .detail = "" };
    setlocale(LC_ALL, "de_DE.UTF-8");
    assert_int_equal(vt_template_text(&out, &first), VT_OK);
    setlocale(LC_ALL, "C");
    struct vt_template *again = calloc(1, sizeof(*again));
    if (vt_template_decode(vt_buf_view(&first), again, &problem))
        fail_msg("%s: %s", vt_buf_cstr(&first), problem.detail);
    assert_int_equal(vt_template_text(again, &second), VT_OK);
    assert_string_equal(vt_buf_cstr(&first), vt_buf_cstr(&second));
    assert_memory_equal(again, &out, sizeof(out));
    free(again);
}

static void cards(void **state)
{
    (void)state;
    assert_int_equal(decode(VT_TEMPLATE_CARD,
                            "{\"name\":\" Anna  & co \",\"text\":\"<b>hi</b>\",\"shop\":\"Maison\","
                            "\"accent\":\"#A0b1C2\",\"size\":[600,800],\"rect\":[0.1,0.2,0.333333,0.5]}",
                            NULL),
                     VT_MEDIA_OK);
    assert_string_equal(out.name, "Anna & co");
    assert_string_equal(out.text, "<b>hi</b>");
    assert_int_equal(out.accent_rgb, 0xa0b1c2);
    assert_int_equal(out.width_px, 600);
    assert_int_equal(out.item_count, 1);
    assert_string_equal(out.items[0].media, "ring");
    assert_stable();
    assert_int_equal(decode(VT_TEMPLATE_CARD, "{\"name\":\"A\"}", NULL), VT_MEDIA_OK);
    assert_int_equal(out.width_px, 1080);
    assert_stable();
    assert_refused(VT_TEMPLATE_CARD, "{}", VT_MEDIA_TEXT_EMPTY, "name");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\" \\u200b\\u202e \"}", VT_MEDIA_TEXT_EMPTY, "name");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\"A\",\"nam\":1}", VT_MEDIA_SYNTAX, "\"nam\"");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\"A\",\"items\":[]}", VT_MEDIA_SYNTAX, "items");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\"A\",\"\":1}", VT_MEDIA_SYNTAX, "no key");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\"A\",\"name text\":1}", VT_MEDIA_SYNTAX, "no key");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\"A\",\"name\":\"B\"}", VT_MEDIA_SYNTAX, "JSON");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":7}", VT_MEDIA_SYNTAX, "name");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\"A\\u0000B\"}", VT_MEDIA_SYNTAX, "JSON");
    assert_refused(VT_TEMPLATE_CARD, "[]", VT_MEDIA_SYNTAX, "object");
    assert_refused(VT_TEMPLATE_CARD, "{\"name\":\"A\"} x", VT_MEDIA_SYNTAX, "JSON");
    static const char *const bad[] = { "\"accent\":\"red\"",      "\"accent\":\"#12345g\"",
                                       "\"accent\":\"#1234567\"", "\"accent\":1",
                                       "\"size\":[159,200]",      "\"size\":[200,2049]",
                                       "\"size\":[200]",          "\"size\":\"big\"",
                                       "\"rect\":[0,0,1]",        "\"rect\":[0,0,1,1.1]",
                                       "\"rect\":[0.5,0,0.6,1]",  "\"rect\":[0,0,0,1]",
                                       "\"rect\":[-0.1,0,1,1]",   "\"rect\":{}",
                                       "\"rect\":[0,0,\"1\",1]" };
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        char json[128];
        snprintf(json, sizeof(json), "{\"name\":\"A\",%s}", bad[i]);
        assert_refused(VT_TEMPLATE_CARD, json, VT_MEDIA_SYNTAX,
                       bad[i][1] == 'a'   ? "accent"
                       : bad[i][1] == 's' ? "size"
                                          : "rect");
    }
}

static void lengths_are_counted_as_people_count(void **state)
{
    (void)state;
    char json[2000] = "{\"name\":\"";
    for (int i = 0; i < 40; i++)
        strcat(json, i % 2 ? "e\\u0301" : "W");
    strcat(json, "\"}");
    assert_int_equal(decode(VT_TEMPLATE_CARD, json, NULL), VT_MEDIA_OK);
    assert_int_equal(strlen(out.name), 20 + 40); /* composed */
    json[strlen(json) - 2] = '\0';
    strcat(json, "W\"}");
    struct vt_media_problem problem;
    assert_int_equal(decode(VT_TEMPLATE_CARD, json, &problem), VT_MEDIA_TOO_LONG);
    assert_int_equal(problem.limit, 40);
    assert_int_equal(problem.given, 41);
    /* One cluster, far too many code points. */
    strcpy(json, "{\"name\":\"x");
    for (int i = 0; i < 250; i++)
        strcat(json, "\\u0335");
    strcat(json, "\"}");
    assert_int_equal(decode(VT_TEMPLATE_CARD, json, &problem), VT_MEDIA_TOO_LONG);
}

static void clusters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t clusters;
    } rows[] = { { "", 0 },
                 { "Anna", 4 },
                 { "e\xcc\x81", 1 },
                 { "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 1 }, /* woman, ZWJ, girl */
                 { "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 1 },             /* thumb, skin tone */
                 { "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 2 }, /* two flags */
                 { "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab", 2 },                 /* and a half */
                 { "\xe2\x9d\xa4\xef\xb8\x8f", 1 },             /* heart as emoji */
                 { "\xed\x95\x9c\xea\xb5\xad", 2 },             /* Hangul */
                 { "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 1 }, /* in jamo */
                 { "\xe0\xa4\xa8\xe0\xa4\xbf", 1 },             /* Devanagari, vowel sign */
                 { "\xd9\x85\xd8\xad\xd9\x85\xd8\xaf", 4 } };   /* Arabic */
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        assert_int_equal(vt_names_clusters(vt_str(rows[i].text)), rows[i].clusters);
}

static void cleaned(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } rows[] = { { "Anna & co", "Anna & co" },
                 { "<span size='9'>", "<span size='9'>" },
                 { "\tA\r\n  B\xe2\x80\xa8"
                   "C ",
                   "A B C" },
                 { "\xe2\x80\xae"
                   "evil\xe2\x80\xac",
                   "evil" }, /* bidi override */
                 { "a\xe2\x81\xa6"
                   "b\xe2\x81\xa9\xd8\x9c",
                   "ab" }, /* isolates, Arabic letter mark */
                 { "\xef\xbb\xbf"
                   "x\xe2\x80\x8b"
                   "y\xc2\xad"
                   "z",
                   "xyz" }, /* BOM, zero width, soft hyphen */
                 { "A\x01\x7f\xc2\x9b"
                   "B",
                   "AB" },
                 { "A\xcc\x8a", "\xc3\x85" },
                 { "\xe2\x84\xab", "\xc3\x85" }, /* the Angstrom sign */
                 { "\xd9\x86\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88",
                   "\xd9\x86\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88" },
                 { "\xee\x80\x80q\xef\xbf\xbf", "q" }, /* private use, noncharacter */
                 { " \xe2\x80\x8f ", "" } };
    char text[101];
    size_t n;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        assert_int_equal(vt_names_clean(vt_str(rows[i].in), 40, 100, text, &n), VT_OK);
        assert_string_equal(text, rows[i].want);
    }
    assert_int_equal(vt_names_clean(VT_STR("\xff"), 40, 100, text, &n), VT_ERR_INVALID);
    assert_int_equal(vt_names_clean(VT_STR("\xed\xa0\x80"), 40, 100, text, &n), VT_ERR_INVALID);
    assert_int_equal(vt_names_clean(VT_STR("a\0b"), 40, 100, text, &n), VT_ERR_INVALID);
}

static void sheets_and_scales(void **state)
{
    (void)state;
    assert_int_equal(
        decode(VT_TEMPLATE_SHEET,
               "{\"items\":[{\"media\":\"ring\",\"title\":\"Ring\",\"price\":\"1\\u202f250 \\u20ac\"},"
               "{\"media\":\"b\",\"box\":[0.25,0.25,0.5,0.5]}],\"text\":\"For you\"}",
               NULL),
        VT_MEDIA_OK);
    assert_int_equal(out.item_count, 2);
    assert_true(out.items[1].has_box);
    assert_stable();
    assert_refused(VT_TEMPLATE_SHEET, "{\"items\":[{\"media\":\"ring\"}]}", VT_MEDIA_SYNTAX, "2 to 4");
    assert_refused(VT_TEMPLATE_SHEET,
                   "{\"items\":[{\"media\":\"ring\"},{\"media\":\"b\"},{\"media\":\"c\"},{\"media\":\"d\"},{"
                   "\"media\":\"e\"}]}",
                   VT_MEDIA_SYNTAX, "2 to 4");
    assert_refused(VT_TEMPLATE_SHEET, "{\"items\":[{\"media\":\"b\"},{\"media\":\"ring\"}]}", VT_MEDIA_SYNTAX,
                   "first item");
    assert_refused(VT_TEMPLATE_SHEET, "{\"items\":[{\"media\":\"ring\"},{\"media\":\"../b\"}]}",
                   VT_MEDIA_SYNTAX, "item 2");
    assert_refused(VT_TEMPLATE_SHEET,
                   "{\"items\":[{\"media\":\"ring\"},{\"media\":\"b\",\"url\":\"http://x\"}]}",
                   VT_MEDIA_SYNTAX, "url");
    assert_int_equal(
        decode(VT_TEMPLATE_SCALE,
               "{\"items\":[{\"media\":\"ring\",\"title\":\"R\",\"width_mm\":18.25,\"height_mm\":21}]}",
               NULL),
        VT_MEDIA_OK);
    assert_true(out.items[0].width_mm == 18.25);
    assert_stable();
    assert_refused(VT_TEMPLATE_SCALE,
                   "{\"items\":[{\"media\":\"ring\",\"title\":\"Solitaire\",\"width_mm\":18}]}",
                   VT_MEDIA_NO_SIZE, "\"Solitaire\", has no size in millimetres; add product_height");
    assert_refused(VT_TEMPLATE_SCALE, "{\"items\":[{\"media\":\"ring\",\"width_mm\":-1,\"height_mm\":1}]}",
                   VT_MEDIA_SYNTAX, "width_mm");
    assert_refused(VT_TEMPLATE_SCALE, "{\"items\":[{\"media\":\"ring\",\"width_mm\":1e99,\"height_mm\":1}]}",
                   VT_MEDIA_SYNTAX, "width_mm");
}

static void recaps(void **state)
{
    (void)state;
    assert_int_equal(decode(VT_TEMPLATE_RECAP, "{\"view\":\"v123\"}", NULL), VT_MEDIA_OK);
    assert_string_equal(out.view, "v123");
    /* Marks are the server's to give, never a URL's. */
    assert_refused(VT_TEMPLATE_RECAP, "{\"view\":\"v\",\"marks\":[]}", VT_MEDIA_SYNTAX, "marks");
    assert_refused(VT_TEMPLATE_RECAP, "{}", VT_MEDIA_SYNTAX, "view");
    struct vt_media_problem problem = { .detail = "" };
    static const char whole[] =
        "{\"template\":\"recap\",\"items\":[{\"media\":\"ring\",\"title\":\"Ring\",\"price\":\"9\"}],"
        "\"rect\":[0.1,0.1,0.25,0.3],\"marks\":[{\"kind\":\"circle\",\"colour\":2,\"points\":[0.41,0.3725,0."
        "5,0.45]},"
        "{\"kind\":\"ink\",\"colour\":0,\"points\":[0,0,0.000001,0.999999,1,1]}]}";
    assert_int_equal(vt_template_decode(vt_str(whole), &out, &problem), VT_MEDIA_OK);
    assert_int_equal(out.mark_count, 2);
    assert_int_equal(out.point_count, 5);
    assert_int_equal(out.marks[1].first, 2);
    assert_stable();
    static const char *const bad[] = { "{\"kind\":\"laser\",\"points\":[0,0]}",
                                       "{\"kind\":\"ink\",\"points\":[0]}",
                                       "{\"kind\":\"circle\",\"points\":[0,0]}",
                                       "{\"kind\":\"ink\",\"points\":[0,2]}",
                                       "{\"kind\":\"ink\",\"points\":[0,null]}",
                                       "{\"kind\":\"ink\"}",
                                       "{\"kind\":\"ink\",\"points\":[0,0],\"colour\":256}",
                                       "7",
                                       "{\"kind\":\"ink\",\"points\":[0,0],\"x\":1}" };
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        char json[256];
        snprintf(json, sizeof(json), "{\"template\":\"recap\",\"items\":[{\"media\":\"r\"}],\"marks\":[%s]}",
                 bad[i]);
        assert_int_equal(vt_template_decode(vt_str(json), &out, &problem), VT_MEDIA_SYNTAX);
    }
    assert_int_equal(vt_template_decode(VT_STR("{\"template\":\"poster\"}"), &out, &problem),
                     VT_MEDIA_SYNTAX);
}

static void most_marks(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(1 << 20);
    for (int points = 64; points <= 65; points++) {
        vt_buf_reset(&json);
        vt_buf_text(&json, "{\"template\":\"recap\",\"items\":[{\"media\":\"r\"}],\"marks\":[");
        for (int i = 0; i < 64; i++) {
            vt_buf_printf(&json, "%s{\"kind\":\"ink\",\"points\":[", i ? "," : "");
            for (int k = 0; k < points; k++)
                vt_buf_text(&json, k ? ",1,1" : "0,1");
            vt_buf_text(&json, "]}");
        }
        vt_buf_text(&json, "]}");
        struct vt_media_problem problem = { .detail = "" };
        assert_int_equal(vt_template_decode(vt_buf_view(&json), &out, &problem),
                         points == 64 ? VT_MEDIA_OK : VT_MEDIA_SYNTAX);
    }
}

static void base64_has_one_form(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "e", "eyJ9=", "eyJ 9", "eyJ+9", "e30\n", "e31" };
    struct vt_media_problem problem;
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        assert_int_equal(
            vt_template_decode_d(VT_TEMPLATE_CARD, VT_STR("ring"), vt_str(bad[i]), &out, &problem),
            VT_MEDIA_SYNTAX);
        assert_non_null(strstr(problem.detail, "base64url"));
    }
    char *big = malloc(VT_TEMPLATE_D_MAX + 1);
    memset(big, 'A', VT_TEMPLATE_D_MAX + 1);
    assert_int_equal(vt_template_decode_d(VT_TEMPLATE_CARD, VT_STR("ring"),
                                          (struct vt_str){ big, VT_TEMPLATE_D_MAX + 1 }, &out, &problem),
                     VT_MEDIA_SYNTAX);
    assert_int_equal(problem.limit, VT_TEMPLATE_D_MAX);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards),
        cmocka_unit_test(lengths_are_counted_as_people_count),
        cmocka_unit_test(clusters),
        cmocka_unit_test(cleaned),
        cmocka_unit_test(sheets_and_scales),
        cmocka_unit_test(recaps),
        cmocka_unit_test(most_marks),
        cmocka_unit_test(base64_has_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
