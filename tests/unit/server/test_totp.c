/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 6238, appendix B, and what a code is good for. */
#include "tests/unit/cm.h"

#include "server/auth/totp.h"
#include "server/base/err.h"

static const char secret[] = "12345678901234567890";
enum { SECRET = sizeof(secret) - 1 };

static void test_the_rfc_s_examples(void **state)
{
    static const struct {
        int64_t seconds;
        uint32_t number;
    } examples[] = { { 59, 94287082 },         { 1111111109, 7081804 },  { 1111111111, 14050471 },
                     { 1234567890, 89005924 }, { 2000000000, 69279037 }, { 20000000000, 65353130 } };
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        uint32_t number = 0;
        assert_int_equal(vt_totp_number(secret, SECRET, examples[i].seconds / 30, 8, &number), VT_OK);
        assert_int_equal(number, examples[i].number);
    }
}

static void test_one_step_early_or_late_and_each_once(void **state)
{
    int64_t step = -1, t = 1111111109000;
    (void)state;
    struct vt_str code = VT_STR("081804");
    assert_false(vt_totp_check(secret, SECRET, code, t - 2 * VT_TOTP_STEP_MS, 0, &step));
    assert_true(vt_totp_check(secret, SECRET, code, t - VT_TOTP_STEP_MS, 0, &step));
    assert_int_equal(step, 1111111109 / 30);
    assert_true(vt_totp_check(secret, SECRET, code, t + VT_TOTP_STEP_MS, 0, &step));
    assert_false(vt_totp_check(secret, SECRET, code, t + 2 * VT_TOTP_STEP_MS, 0, &step));
    assert_false(vt_totp_check(secret, SECRET, code, t, 1111111109 / 30, &step)); /* taken already */
    assert_true(vt_totp_check(secret, SECRET, code, t, 1111111109 / 30 - 1, &step));
    assert_false(vt_totp_check(secret, SECRET, VT_STR("81804"), t, 0, &step));
    assert_false(vt_totp_check(secret, SECRET, VT_STR("081805"), t, 0, &step));
}

static void test_base32_and_the_address(void **state)
{
    char text[64];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf uri = VT_BUF_INIT(512);
    (void)state;
    vt_totp_base32("foobar", 6, text);
    assert_string_equal(text, "MZXW6YTBOI"); /* RFC 4648, section 10, without padding */
    vt_totp_base32("f", 1, text);
    assert_string_equal(text, "MY");
    vt_totp_base32(secret, SECRET, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    vt_totp_uri(&uri, VT_STR("Maison & Co"), VT_STR("lea@shop"), text);
    assert_string_equal(vt_buf_cstr(&uri), "otpauth://totp/Maison%20%26%20Co:lea%40shop?secret="
                                           "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Maison%20%26%20Co");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_rfc_s_examples),
        cmocka_unit_test(test_one_step_early_or_late_and_each_once),
        cmocka_unit_test(test_base32_and_the_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
