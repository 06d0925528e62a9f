/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include "server/base/err.h"
#include "server/base/money.h"

static void reads_decimals_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t amount;
    } good[] = { { "0", 0 },      { "1290", 12900000 }, { "1290.5", 12905000 },
                 { "0.0001", 1 }, { "00.10", 1000 },    { "100000000000", VT_MONEY_MOST } };
    static const char *const bad[] = { "",   ".",    ".5",  "5.",    "1.23456",      "-1",     "+1",
                                       " 1", "1,50", "1e3", "1.2.3", "100000000001", "1290.0x" };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t amount = -1;
        assert_int_equal(vt_money_parse(vt_str(good[i].text), &amount), VT_OK);
        assert_int_equal(amount, good[i].amount);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t amount = -1;
        assert_int_equal(vt_money_parse(vt_str(bad[i]), &amount), VT_ERR_INVALID);
        assert_int_equal(amount, -1);
    }
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0.00", "1290.00", "1290.50", "0.0001", "19.995", "100000000000.00"
    };
    char text[VT_MONEY_TEXT];
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t amount = -1;
        assert_int_equal(vt_money_parse(vt_str(texts[i]), &amount), VT_OK);
        struct vt_str written = vt_money_text(amount, text);
        assert_string_equal(text, texts[i]);
        assert_int_equal(written.len, strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reads_decimals_exactly),
                                        cmocka_unit_test(writes_what_it_reads) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
