/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include "server/letter.h"

#define NBSP  "\xc2\xa0"
#define NNBSP "\xe2\x80\xaf"

static void test_locale_by_its_base(void **state)
{
    (void)state;
    assert_string_equal(vt_letter_locale(VT_STR("fr"))->lang, "fr");
    assert_string_equal(vt_letter_locale(VT_STR("fr-CH"))->lang, "fr");
    assert_string_equal(vt_letter_locale(VT_STR("fri"))->lang, "en");
    assert_string_equal(vt_letter_locale(VT_STR("-"))->lang, "en");
    assert_string_equal(vt_letter_locale((struct vt_str){ 0 })->lang, "en");
    assert_true(vt_letter_locale(VT_STR("ar-EG"))->is_rtl);
    assert_false(vt_letter_locale(VT_STR("de"))->is_rtl);
}

static void says_date(const char *lang, const char *want)
{
    char date[VT_LETTER_DATE];
    vt_letter_date(vt_letter_locale(vt_str(lang)), INT64_C(1795305600000), date); /* 2026-11-22 */
    assert_string_equal(date, want);
}

static void test_dates(void **state)
{
    (void)state;
    says_date("en", "22 November 2026");
    says_date("fr", "22 novembre 2026");
    says_date("de", "22. November 2026");
    says_date("ar", "22 نوفمبر 2026");
}

static void says_price(const char *lang, const char *price, const char *currency, const char *want)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(256);
    vt_letter_price(vt_letter_locale(vt_str(lang)), vt_str(price), vt_str(currency), &text);
    assert_string_equal(vt_buf_cstr(&text), want);
}

static void test_prices(void **state)
{
    (void)state;
    says_price("en", "1490.00", "EUR", "€1,490");
    says_price("en", "12.50", "GBP", "£12.50");
    says_price("en", "1234567.05", "CHF", "CHF" NBSP "1,234,567.05");
    says_price("fr", "1490.00", "EUR", "1" NNBSP "490" NBSP "€");
    says_price("fr", "12.50", "EUR", "12,50" NBSP "€");
    says_price("de", "1490", "USD", "1.490" NBSP "$");
    says_price("ar", "1490.5", "EUR", "1,490.5" NBSP "€");
    says_price("en", "", "EUR", "");
    says_price("en", "5", "", "5");
}

static void put_loud(struct vt_buf *out, struct vt_str part)
{
    vt_buf_printf(out, "<%.*s>", VT_STR_ARG(part));
}

static void test_blanks_are_filled(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(256);
    const struct vt_letter_blank blanks[] = { { "a", VT_STR("{b}") }, { "b", VT_STR("2") }, { 0 } };
    vt_letter_fill(&text, "{b} and {a}, {none}.", blanks, NULL);
    assert_string_equal(vt_buf_cstr(&text), "2 and {b}, .");
    vt_buf_reset(&text);
    vt_letter_fill(&text, "x{a", blanks, NULL);
    assert_string_equal(vt_buf_cstr(&text), "x{a");
    vt_buf_reset(&text);
    vt_letter_fill(&text, "x{a}", blanks, put_loud);
    assert_string_equal(vt_buf_cstr(&text), "<x><{b}>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locale_by_its_base),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_prices),
        cmocka_unit_test(test_blanks_are_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
