/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <stdbool.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/str.h"

static void compares_by_length_and_bytes(void **state)
{
    (void)state;
    assert_true(vt_str_eq(VT_STR("abc"), vt_str("abc")));
    assert_false(vt_str_eq(VT_STR("abc"), VT_STR("ab")));
    assert_false(vt_str_eq(VT_STR("abc"), VT_STR("abd")));
    assert_true(vt_str_eq((struct vt_str){ NULL, 0 }, VT_STR("")));
}

static void dup_terminates(void **state)
{
    (void)state;
    char *copy = vt_str_dup((struct vt_str){ "abcdef", 3 });
    assert_string_equal(copy, "abc");
    free(copy);
    copy = vt_str_dup((struct vt_str){ NULL, 0 });
    assert_string_equal(copy, "");
    free(copy);
}

static void copy_cuts_at_a_character(void **state)
{
    (void)state;
    char field[5];
    assert_true(vt_str_copy(field, sizeof(field), VT_STR("abcd")));
    assert_string_equal(field, "abcd");
    assert_false(vt_str_copy(field, sizeof(field), VT_STR("abcde")));
    assert_string_equal(field, "abcd");
    assert_false(vt_str_copy(field, sizeof(field), VT_STR("abc\xc3\xa9")));
    assert_string_equal(field, "abc");
    assert_false(vt_str_copy(field, sizeof(field), VT_STR("a\xf0\x9f\x92\x8e")));
    assert_string_equal(field, "a");
    assert_false(vt_str_copy(field, 1, VT_STR("a")));
    assert_string_equal(field, "");
}

static void utf8_follows_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        { "plain", true },
        { "\xc3\xa9", true },
        { "\xe2\x82\xac", true },
        { "\xf0\x9f\x92\x8e", true },
        { "\xed\x9f\xbf", true },
        { "\xee\x80\x80", true },
        { "\xf4\x8f\xbf\xbf", true },
        { "\x80", false },
        { "\xc0\x80", false },         /* overlong */
        { "\xc1\xbf", false },         /* overlong */
        { "\xe0\x9f\xbf", false },     /* overlong */
        { "\xf0\x8f\xbf\xbf", false }, /* overlong */
        { "\xed\xa0\x80", false },     /* surrogate */
        { "\xed\xbf\xbf", false },     /* surrogate */
        { "\xf4\x90\x80\x80", false }, /* beyond U+10FFFF */
        { "\xf5\x80\x80\x80", false },
        { "\xff", false },
        { "\xc3", false },
        { "\xe2\x82", false },
        { "\xf0\x9f\x92", false },
        { "\xe2\x28\xa1", false },
        { "ok\xc3(", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (vt_utf8_valid(cases[i].bytes, strlen(cases[i].bytes)) != cases[i].valid)
            fail_msg("case %zu", i);
    assert_true(vt_utf8_valid("", 0));
    assert_true(vt_utf8_valid("\0", 1));
}

/* Every pair of bytes behind every lead, against the ranges of RFC 3629 written out. */
static void utf8_agrees_with_the_definition_on_all_pairs(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            char pair[2] = { (char)a, (char)b };
            bool want = (a < 0x80 && b < 0x80) || (a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf);
            assert_int_equal(vt_utf8_valid(pair, 2), want);
        }
}

/* What may still become a text is told from what cannot, a byte at a time. */
static void utf8_is_known_by_its_beginning(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int whole; /* -1: no beginning of any text */
    } cases[] = {
        { "", 0 },          { "ab", 2 },           { "a\xc3", 1 },
        { "a\xe2\x82", 1 }, { "\xe2\x82\xac", 3 }, { "\xf0\x9f\x92", 0 },
        { "\xe0\xa0", 0 },  { "\xe0\x80", -1 },    { "\xed\x9f", 0 },
        { "\xed\xa0", -1 }, { "\xf4\x8f\xbf", 0 }, { "\xf4\x90", -1 },
        { "\xc3(", -1 },    { "\xc1", -1 },        { "\xf0\x9f\x92(", -1 },
        { "ok\xff", -1 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t whole = 0;
        bool begins = vt_utf8_begins(cases[i].bytes, strlen(cases[i].bytes), &whole);
        if ((begins ? (int)whole : -1) != cases[i].whole)
            fail_msg("case %zu", i);
    }
}

static void numbers_are_digits_within_bounds(void **state)
{
    (void)state;
    uint64_t value = 7;
    assert_int_equal(vt_str_to_u64(VT_STR("0"), 0, 9, &value), VT_OK);
    assert_int_equal(value, 0);
    assert_int_equal(vt_str_to_u64(VT_STR("18446744073709551615"), 0, UINT64_MAX, &value), VT_OK);
    assert_true(value == UINT64_MAX);
    value = 7;
    static const char *const bad[] = {
        "", " 1", "1 ", "+1", "-1", "1.0", "0x1", "a", "10", "18446744073709551616", "99999999999999999999999"
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(vt_str_to_u64(vt_str(bad[i]), 0, 9, &value), VT_ERR_INVALID);
    assert_int_equal(vt_str_to_u64(VT_STR("4"), 5, 9, &value), VT_ERR_INVALID);
    assert_int_equal(value, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_by_length_and_bytes),
        cmocka_unit_test(dup_terminates),
        cmocka_unit_test(copy_cuts_at_a_character),
        cmocka_unit_test(utf8_follows_the_table),
        cmocka_unit_test(utf8_agrees_with_the_definition_on_all_pairs),
        cmocka_unit_test(utf8_is_known_by_its_beginning),
        cmocka_unit_test(numbers_are_digits_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
