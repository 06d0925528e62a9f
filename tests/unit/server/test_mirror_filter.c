/* SPDX-License-Identifier: Apache-2.0 */
/* What the mirror's filter lets through: numbers, addresses, style texts, nodes; each case as it comes and as
 * it leaves. */
#include "tests/unit/cm.h"

#include <zlib.h>

#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/mirror_filter.h"
#include "server/mirror_text.h"

#define DOTS VT_MIRROR_MASK

struct pair {
    const char *from, *to; /* NULL: refused, or nothing found */
};

static void test_numbers_that_are_secrets(void **state)
{
    (void)state;
    static const struct pair cases[] = {
        { "4111111111111111", DOTS },
        { "card 4111 1111 1111 1111, thanks", "card " DOTS ", thanks" },
        { "5500-0000-0000-0004", DOTS },
        { "378282246310005", DOTS },
        { "4111\xc2\xa0"
          "1111\xc2\xa0"
          "1111\xc2\xa0"
          "1111",
          DOTS },
        { "a4242424242424242b", "a" DOTS "b" },
        { "DE89370400440532013000", DOTS },
        { "IBAN GB82 WEST 1234 5698 7654 32 please", "IBAN " DOTS " please" },
        { "219-09-9999", DOTS },
        { "1 85 05 78 006 084 91", DOTS },
        { "4242424242424242 and 4111111111111111", DOTS " and " DOTS },
        /* and what only looks like one */
        { "4111111111111112", NULL },
        { "1763000000000", NULL }, /* a moment in ms */
        { "41111111111111110000000", NULL },
        { "DE89370400440532013001", NULL },
        { "000-12-3456", NULL },
        { "219-09-99990", NULL },
        { "1290.00 EUR", NULL },
        { "+33 1 23 45 67 89", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf out = VT_BUF_INIT(1000);
        bool found = vt_mirror_mask(vt_str(cases[i].from), &out);
        if (found != (cases[i].to != NULL))
            fail_msg("%s: %s", cases[i].from, found ? "found" : "not found");
        if (found)
            assert_string_equal(vt_buf_cstr(&out), cases[i].to);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct pair cases[] = {
        { "https://a.test/b.jpg?token=1#x", "https://a.test/b.jpg" },
        { "http://a.test/", "http://a.test/" },
        { "/b.jpg?x", "/b.jpg" },
        { "b.jpg", "b.jpg" },
        { "//a.test/b?c", "//a.test/b" },
        { "#grad", "#grad" },
        { "blob:https://a.test/1", "blob:https://a.test/1" },
        { "data:image/png;base64,AA?=#", "data:image/png;base64,AA?=#" },
        { " https://a.test/", "https://a.test/" },
        { "javascript:alert(1)", NULL },
        { "JavaScript:alert(1)", NULL },
        { "java\tscript:alert(1)", NULL },
        { "\x01javascript:alert(1)", NULL },
        { "data:text/html,<script>", NULL },
        { "da\nta:image/png,x", NULL },
        { "data:font/woff2,x", NULL },
        { "vbscript:x", NULL },
        { "file:///etc/passwd", NULL },
        { "filesystem:https://a.test/x", NULL },
        { "averyveryveryveryveryverylongscheme:x", NULL },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf out = VT_BUF_INIT(1000);
        bool good = vt_mirror_url(vt_str(cases[i].from), VT_MIRROR_PICTURE, &out);
        if (good != (cases[i].to != NULL))
            fail_msg("%s: %s", cases[i].from, good ? "taken" : "refused");
        if (good)
            assert_string_equal(vt_buf_cstr(&out), cases[i].to);
    }
}

static void test_srcsets(void **state)
{
    (void)state;
    static const struct pair cases[] = {
        { "a.jpg?x 1x, b.jpg?y 2x", "a.jpg 1x, b.jpg 2x" },
        { "a.jpg, javascript:1 2x, b.jpg 3x", "a.jpg, b.jpg 3x" },
        { "javascript:1 1x", "" },
        { "data:image/png;base64,AA== 1x", "data:image/png;base64,AA== 1x" },
        { "a.jpg (a,b), b.jpg", "a.jpg (a,b), b.jpg" },
        { " , ,", "" },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf out = VT_BUF_INIT(1000);
        vt_mirror_srcset(vt_str(cases[i].from), &out);
        assert_string_equal(vt_buf_cstr(&out), cases[i].to);
    }
}

static void test_style_texts(void **state)
{
    (void)state;
    static const struct pair cases[] = {
        { "p{color:red}", "p{color:red}" },
        { "/* a */p{}", "/* a */p{}" },
        { "@import 'x.css';p{}", " p{}" },
        { "@IMPORT url(x.css);p{}", " p{}" },
        { "@\\69mport 'a;b';p{}", " p{}" },
        { "@@import a;import url(https://a.test/x)", "@ import url(https://a.test/x)" },
        { "@media print{p{}}", "@media print{p{}}" },
        { "p{background:url(https://a.test/x.png)}", "p{background:url(https://a.test/x.png)}" },
        { "p{background:url(https://a.test/x.png?secret)}", "p{background:url(\"https://a.test/x.png\")}" },
        { "p{background:url( 'x.png#y' )}", "p{background:url(\"x.png\")}" },
        { "p{background:URL(javascript:1)}", "p{background:url(\"\")}" },
        { "p{background:u\\72 l(javascript:1)}", "p{background:url(\"\")}" },
        { "p{fill:url(#grad)}", "p{fill:url(#grad)}" },
        { "p{x:image-set('a.png?s' 1x, \"b.png\" 2x)}", "p{x:image-set(\"a.png\" 1x, \"b.png\" 2x)}" },
        { "p::before{content:'url(javascript:1)'}", "p::before{content:'url(javascript:1)'}" },
        { "i::before{content:\"\\f101\"}", "i::before{content:\"\\f101\"}" },
        { "p{width:expression(alert(1))}", "p{width:vt-blocked(alert(1))}" },
        { "p{-moz-binding:url(x)}", "p{vt-blocked:url(x)}" },
        { "p{x:'a\f@import \"y\";'}", "p{x:'a\f '}" }, /* a form feed ends a string */
        { "@font-face{src:url(data:font/woff2;base64,AA)}",
          "@font-face{src:url(data:font/woff2;base64,AA)}" },
        { "p{x:url(", "p{x:url(" },
        { "/* no end", "/* no end" },
        { "\\", "\\" },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf out = VT_BUF_INIT(1000);
        vt_mirror_css(vt_str(cases[i].from), &out);
        assert_string_equal(vt_buf_cstr(&out), cases[i].to);
    }
}

/* --- units ---------------------------------------------------------------------------------------- */

#define NODE(text) "[{\"type\":2,\"data\":{\"node\":" text ",\"initialOffset\":{\"left\":0,\"top\":0}}}]"
#define ELEMENT(tag, attributes, children)                                                                   \
    NODE("{\"type\":2,\"id\":1,\"tagName\":\"" tag "\",\"attributes\":{" attributes                          \
         "},\"childNodes\":[" children "]}")

static void test_units(void **state)
{
    (void)state;
    static const struct pair cases[] = {
        { "[]", NULL },
        { ELEMENT("div", "\"class\":\"a\",\"data-state\":\"open\",\"aria-label\":\"x\"", ""), NULL },
        { ELEMENT("my-card", "\"slot\":\"b\"", ""), NULL },
        { ELEMENT("path", "\"d\":\"M4111 1111 1111 1111\"", ""), NULL }, /* a drawing's numbers stay */
        { ELEMENT("style",
                  "\"_cssText\":\"vt-css:"
                  "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\"",
                  ""),
          NULL },
        { ELEMENT("link", "\"rel\":\"stylesheet\",\"href\":\"a.css\"", ""), NULL },
        { ELEMENT("link", "\"rel\":\"stylesheet\",\"href\":\"a.css?b\",\"onload\":\"x\"", ""),
          ELEMENT("link", "\"rel\":\"stylesheet\",\"href\":\"a.css\"", "") },
        { ELEMENT("link", "\"rel\":\"preload\",\"href\":\"a.css\"", ""),
          ELEMENT("link", "\"rel\":\"preload\"", "") },
        { ELEMENT("link", "\"rel\":\"stylesheet\",\"href\":\"javascript:1\"", ""),
          ELEMENT("link", "\"rel\":\"stylesheet\"", "") },
        { ELEMENT("body", "\"background\":\"a.png?b\"", ""),
          ELEMENT("body", "\"background\":\"a.png\"", "") },
        { ELEMENT("feFuncR", "\"slope\":\"2\",\"tableValues\":\"0 1\"", ""), NULL },
        { ELEMENT("div", "\"onclick\":\"x\",\"class\":\"a\"", ""), ELEMENT("div", "\"class\":\"a\"", "") },
        { ELEMENT("a", "\"href\":\"https://a.test\"", ""), ELEMENT("a", "\"href\":\"#\"", "") },
        { ELEMENT("iframe", "\"src\":\"x\",\"srcdoc\":\"y\",\"rr_width\":\"3px\"", ""),
          ELEMENT("iframe", "\"rr_width\":\"3px\"", "") },
        { ELEMENT("base", "\"href\":\"x\"", ""), ELEMENT("base", "", "") },
        { ELEMENT("SCRIPT", "\"src\":\"x\"", "{\"type\":3,\"id\":2,\"textContent\":\"alert(1)\"}"),
          ELEMENT("span", "\"hidden\":\"\"", "{\"type\":3,\"id\":2,\"textContent\":\"\"}") },
        { ELEMENT("p", "", "{\"type\":5,\"id\":2,\"textContent\":\"secret\"}"),
          ELEMENT("p", "", "{\"type\":5,\"id\":2,\"textContent\":\"\"}") },
        { ELEMENT("style", "", "{\"type\":3,\"id\":2,\"textContent\":\"@import 'x';p{}\"}"),
          ELEMENT("style", "", "{\"type\":3,\"id\":2,\"textContent\":\" p{}\"}") },
        { "[{\"type\":3,\"data\":{\"source\":0,\"texts\":[{\"id\":1,\"value\":\"4111111111111111\"}]}}]",
          "[{\"type\":3,\"data\":{\"source\":0,\"texts\":[{\"id\":1,\"value\":\"" DOTS "\"}]}}]" },
        { "[{\"type\":3,\"data\":{\"source\":0,\"attributes\":[{\"id\":1,\"attributes\":{\"onload\":\"x\","
          "\"style\":{\"color\":\"red\",\"background\":[\"url(javascript:1)\",\"important\"],\"top\":false},"
          "\"hidden\":null}}]}}]",
          "[{\"type\":3,\"data\":{\"source\":0,\"attributes\":[{\"id\":1,\"attributes\":{"
          "\"style\":{\"color\":\"red\",\"background\":[\"url(\\\"\\\")\",\"important\"],\"top\":false},"
          "\"hidden\":null}}]}}]" },
        { "[{\"type\":3,\"data\":{\"source\":5,\"id\":1,\"text\":\"219-09-9999\",\"isChecked\":false}}]",
          "[{\"type\":3,\"data\":{\"source\":5,\"id\":1,\"text\":\"" DOTS "\",\"isChecked\":false}}]" },
        { "[{\"type\":3,\"data\":{\"source\":8,\"id\":1,\"adds\":[{\"rule\":\"p{x:url(a?b)}\",\"index\":0}]}}"
          "]",
          "[{\"type\":3,\"data\":{\"source\":8,\"id\":1,\"adds\":[{\"rule\":\"p{x:url(\\\"a\\\")}\","
          "\"index\":0}]}}]" },
        { "[{\"type\":4,\"data\":{\"href\":\"https://a.test/b?c\",\"width\":1,\"height\":2}}]",
          "[{\"type\":4,\"data\":{\"href\":\"https://a.test/b\",\"width\":1,\"height\":2}}]" },
        { "[{\"type\":5,\"data\":{\"tag\":\"sum\",\"payload\":{\"nodes\":1,\"xor\":2}}}]", NULL },
        { "[{\"type\":5,\"data\":{\"tag\":\"note\",\"payload\":{\"x\":\"secret\"}}}]", "[]" },
        { "[{\"type\":6,\"data\":{}},{\"type\":3,\"data\":{\"source\":1}},{\"type\":\"2\",\"data\":{}}]",
          "[]" },
        { "[{\"type\":3,\"timestamp\":1,\"data\":{\"source\":0,\"texts\":[]}}]",
          "[{\"type\":3,\"data\":{\"source\":0,\"texts\":[]}}]" },
        { "[{\"type\":3,\"data\":{\"source\":0,\"texts\":[{\"id\":1,\"value\":\"\\ud83d\\udc8d\"}]}}]",
          NULL },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        struct vt_mirror_filtered got;
        assert_int_equal(vt_mirror_filter(vt_str(cases[i].from), false, true, &got), VT_OK);
        if (got.changed != (cases[i].to != NULL))
            fail_msg("%s: %s", cases[i].from, got.changed ? vt_buf_cstr(&got.out) : "as it was");
        if (got.changed)
            assert_string_equal(vt_buf_cstr(&got.out), cases[i].to);
        vt_buf_finish(&got.out);
    }
}

static void test_half_pairs_are_mended(void **state)
{
    (void)state;
    struct vt_mirror_filtered got;
    const char
        *text = "[{\"type\":3,\"data\":{\"source\":0,\"texts\":[{\"id\":1,\"value\":\"a\\ud83d b\\u0000 "
                "\\udc8d\\\\ud83d\"}]}}]";
    assert_int_equal(vt_mirror_filter(vt_str(text), false, false, &got), VT_OK);
    assert_true(got.changed);
    assert_non_null(strstr(vt_buf_cstr(&got.out), "a\xef\xbf\xbd b\xef\xbf\xbd \xef\xbf\xbd\\\\ud83d"));
    vt_buf_finish(&got.out);
}

static int filter_nested(size_t depth)
{
    static char text[4096];
    struct vt_mirror_filtered got;
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    int err = vt_mirror_filter((struct vt_str){ text, 2 * depth }, false, false, &got);
    vt_buf_finish(&got.out);
    return err;
}

static size_t pack(const void *bytes, size_t n, void *out, size_t cap)
{
    z_stream stream = {
        .next_in = (Bytef *)bytes, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)cap
    };
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return cap - stream.avail_out;
}

/* Spaces around an empty list, deflated: `n` bytes in all. */
static int filter_spaces(size_t n, bool key)
{
    char *text = malloc(n), *packed = malloc(n);
    struct vt_mirror_filtered got = { 0 };
    assert_true(text && packed);
    memset(text, ' ', n);
    text[0] = '[';
    text[n - 1] = ']';
    size_t len = pack(text, n, packed, n);
    int err = vt_mirror_filter((struct vt_str){ packed, len }, true, key, &got);
    vt_buf_finish(&got.out);
    free(text);
    free(packed);
    return err;
}

static void test_limits(void **state)
{
    (void)state;
    struct vt_mirror_filtered got;
    assert_int_equal(filter_nested(VT_MIRROR_DEPTH), VT_OK);
    assert_int_equal(filter_nested(VT_MIRROR_DEPTH + 1), VT_ERR_TOO_LARGE);
    assert_int_equal(filter_spaces(VT_MIRROR_INFLATED, false), VT_OK);
    assert_int_equal(filter_spaces(VT_MIRROR_INFLATED + 1, false), VT_ERR_TOO_LARGE);
    assert_int_equal(filter_spaces(VT_MIRROR_INFLATED_KEY, true), VT_OK);
    assert_int_equal(filter_spaces(VT_MIRROR_INFLATED_KEY + 1, true), VT_ERR_TOO_LARGE);
    static const char *const none[] = {
        "", "{}", "[", "[1", "null", "\"x\"", "[{\"a\":1,\"a\":2}]", "[] []"
    };
    for (size_t i = 0; i < VT_COUNT(none); i++)
        assert_int_equal(vt_mirror_filter(vt_str(none[i]), false, false, &got), VT_ERR_INVALID);
    assert_int_equal(vt_mirror_filter(VT_STR("no deflate at all"), true, false, &got), VT_ERR_INVALID);
    assert_int_equal(vt_mirror_filter(VT_STR(""), true, false, &got), VT_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_that_are_secrets),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_srcsets),
        cmocka_unit_test(test_style_texts),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_half_pairs_are_mended),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
