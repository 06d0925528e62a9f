/* SPDX-License-Identifier: Apache-2.0 */
#include "server/origin.h"

#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

static void spells_one_origin(void **state)
{
    static const char *const rows[][2] = {
        { "https://shop.example", "https://shop.example" },
        { "https://shop.example:443", "https://shop.example" },
        { "HTTPS://Shop.EXAMPLE", "https://shop.example" },
        { "http://shop.example:80", "http://shop.example" },
        { "http://shop.example:8080", "http://shop.example:8080" },
        { "http://127.0.0.1:8080", "http://127.0.0.1:8080" },
        { "http://[::1]:8080", "http://[::1]:8080" },
        { "https://xn--bcher-kva.example", "https://xn--bcher-kva.example" },
        { "http://localhost", "http://localhost" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct vt_origin origin;
        char text[VT_ORIGIN_TEXT];
        assert_int_equal(vt_origin_parse(vt_str(rows[i][0]), &origin), VT_OK);
        vt_origin_text(&origin, text);
        assert_string_equal(text, rows[i][1]);
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const rows[] = {
        "",
        "null",
        "shop.example",
        "ftp://shop.example",
        "https://",
        "https://:443",
        "https://shop.example.",
        "https://.shop.example",
        "https://shop..example",
        "https://shop.example/",
        "https://shop.example/x",
        "https://shop.example?x",
        "https://shop.example#x",
        "https://user@shop.example",
        "https://shop.example:",
        "https://shop.example:0",
        "https://shop.example:65536",
        "https://shop.example:44x",
        "https://shop.example:0443443",
        "https://shop example",
        "https://shop.example ",
        " https://shop.example",
        "https://xn\xc3\xbcrich.example",
        "https://-shop.example",
        "https://shop-.example",
        "https://*.example",
        "https://127.1",
        "https://2130706433",
        "https://127.0.0.1.",
        "https://[::1",
        "https://::1",
        "https://[::g]",
        "https://[]",
        "https:/shop.example",
        "https://shop.example:443:443",
        "https://%73hop.example",
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct vt_origin origin;
        if (vt_origin_parse(vt_str(rows[i]), &origin) == VT_OK)
            fail_msg("taken: %s", rows[i]);
    }
    struct vt_origin origin;
    assert_int_equal(vt_origin_parse((struct vt_str){ NULL, 0 }, &origin), VT_ERR_INVALID);
    assert_int_equal(vt_origin_parse(VT_STR("https://shop\0.example"), &origin), VT_ERR_INVALID);
}

static void compares_exactly(void **state)
{
    static const char *const others[] = {
        "http://shop.example",
        "https://shop.example:8443",
        "https://www.shop.example",
        "https://shop.example.evil.test",
        "https://evilshop.example",
        "https://shop.exampl",
        "null",
        "",
        "https://shop.example.",
    };
    (void)state;
    assert_true(vt_origin_same(VT_STR("https://shop.example"), VT_STR("https://SHOP.example:443")));
    for (size_t i = 0; i < VT_COUNT(others); i++)
        assert_false(vt_origin_same(VT_STR("https://shop.example"), vt_str(others[i])));
    assert_false(vt_origin_same(VT_STR("null"), VT_STR("null")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spells_one_origin),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(compares_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
