/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include "server/base/buf.h"
#include "server/base/err.h"

static void appends_and_views(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(1000);
    assert_int_equal(vt_buf_text(&buf, "one"), VT_OK);
    assert_int_equal(vt_buf_byte(&buf, ' '), VT_OK);
    assert_int_equal(vt_buf_str(&buf, VT_STR("two")), VT_OK);
    assert_int_equal(vt_buf_printf(&buf, " %d %s", 3, "four"), VT_OK);
    assert_string_equal(vt_buf_cstr(&buf), "one two 3 four");
    assert_int_equal(buf.len, strlen("one two 3 four"));
}

static void a_format_fits_at_every_edge(void **state)
{
    (void)state;
    for (int before = 0; before < 300; before++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf buf = VT_BUF_INIT(300);
        for (int i = 0; i < before; i++)
            vt_buf_byte(&buf, 'x');
        const size_t room = buf.max_bytes - buf.len;
        assert_int_equal(vt_buf_printf(&buf, "%0*d", (int)room, 7),
                         VT_OK); /* to the last byte there may be */
        assert_int_equal(buf.len, 300);
        assert_int_equal(strlen(vt_buf_cstr(&buf)), 300);
        assert_int_equal(buf.data[299], '7');
        assert_int_equal(vt_buf_printf(&buf, "%d", 8), VT_ERR_FULL);
        assert_int_equal(buf.len, 300);
    }
}

static void an_empty_buffer_is_an_empty_text(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(0);
    assert_int_equal(vt_buf_view(&buf).len, 0);
    assert_non_null(vt_buf_view(&buf).ptr);
    assert_string_equal(vt_buf_cstr(&buf), "");
    assert_int_equal(vt_buf_append(&buf, "", 0), VT_OK);
    assert_int_equal(vt_buf_byte(&buf, 'x'), VT_ERR_FULL);
}

static void the_maximum_is_exact(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(8);
    assert_int_equal(vt_buf_text(&buf, "1234567"), VT_OK);
    assert_int_equal(vt_buf_byte(&buf, '8'), VT_OK);
    assert_string_equal(vt_buf_cstr(&buf), "12345678");
    assert_int_equal(vt_buf_byte(&buf, '9'), VT_ERR_FULL);
    assert_int_equal(buf.len, 8);
}

static void a_failure_stays_until_reset(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(4);
    assert_int_equal(vt_buf_text(&buf, "12345"), VT_ERR_FULL);
    assert_int_equal(vt_buf_text(&buf, "1"), VT_ERR_FULL);
    assert_string_equal(vt_buf_cstr(&buf), "");
    vt_buf_reset(&buf);
    assert_int_equal(vt_buf_text(&buf, "1234"), VT_OK);
    assert_string_equal(vt_buf_cstr(&buf), "1234");
}

static void a_huge_length_does_not_overflow(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(64);
    assert_int_equal(vt_buf_text(&buf, "abc"), VT_OK);
    assert_null(vt_buf_reserve(&buf, SIZE_MAX));
    vt_buf_reset(&buf);
    assert_null(vt_buf_reserve(&buf, SIZE_MAX - 2));
}

static void printf_fills_to_the_last_byte(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(300);
    for (int i = 0; i < 30; i++)
        assert_int_equal(vt_buf_printf(&buf, "%010d", i), VT_OK);
    assert_int_equal(buf.len, 300);
    assert_int_equal(vt_buf_printf(&buf, "%d", 1), VT_ERR_FULL);
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(200);
    vt_buf_json_string(&buf, VT_STR("a\"b\\c\b\t\n\f\r\x01\x0b\x1f\x7f\xc3\xa9/"));
    assert_string_equal(vt_buf_cstr(&buf),
                        "\"a\\\"b\\\\c\\b\\t\\n\\f\\r\\u0001\\u000b\\u001f\x7f\xc3\xa9/\"");
    vt_buf_reset(&buf);
    vt_buf_json_string(&buf, (struct vt_str){ "a\0b", 3 });
    assert_string_equal(vt_buf_cstr(&buf), "\"a\\u0000b\"");
    vt_buf_reset(&buf);
    vt_buf_json_string(&buf, (struct vt_str){ NULL, 0 });
    assert_string_equal(vt_buf_cstr(&buf), "\"\"");
}

static void consume_drops_from_the_front(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf buf = VT_BUF_INIT(100);
    vt_buf_text(&buf, "hello world");
    vt_buf_consume(&buf, 6);
    assert_string_equal(vt_buf_cstr(&buf), "world");
    vt_buf_consume(&buf, 5);
    assert_int_equal(buf.len, 0);
    vt_buf_text(&buf, "x");
    vt_buf_consume(&buf, 99);
    assert_int_equal(buf.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_and_views),
        cmocka_unit_test(a_format_fits_at_every_edge),
        cmocka_unit_test(an_empty_buffer_is_an_empty_text),
        cmocka_unit_test(the_maximum_is_exact),
        cmocka_unit_test(a_failure_stays_until_reset),
        cmocka_unit_test(a_huge_length_does_not_overflow),
        cmocka_unit_test(printf_fills_to_the_last_byte),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(consume_drops_from_the_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
