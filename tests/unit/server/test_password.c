/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <string.h>
#include <time.h>

#include "server/auth/password.h"
#include "server/base/err.h"
#include "server/base/ids.h"

static void test_hash_then_verify(void **state)
{
    char text[VT_PASSWORD_TEXT], other[VT_PASSWORD_TEXT];
    bool weak = true;
    (void)state;
    assert_int_equal(vt_password_hash(VT_STR("correct horse battery"), text), VT_OK);
    assert_int_equal(strncmp(text, "scrypt$15$8$1$", 14), 0);
    weak = false;
    assert_true(vt_password_verify(VT_STR("correct horse battery"), vt_str(text), &weak));
    assert_false(weak);
    assert_false(vt_password_verify(VT_STR("correct horse batterz"), vt_str(text), &weak));
    assert_false(vt_password_verify(VT_STR("correct horse batter"), vt_str(text), NULL));
    assert_false(vt_password_verify(VT_STR(""), vt_str(text), NULL));
    assert_int_equal(vt_password_hash(VT_STR("correct horse battery"), other), VT_OK);
    assert_string_not_equal(text, other); /* a salt of its own */
}

/* RFC 7914's third vector has N=16384, r=8, p=1, salt "SodiumChloride"; ours is a text of 16 and
 * more characters, so the expected value here comes from OpenSSL's own command line:
 * openssl kdf -keylen 32 -kdfopt pass:pleaseletmein -kdfopt salt:SodiumChlorideSalt -kdfopt n:16384
 *   -kdfopt r:8 -kdfopt p:1 SCRYPT */
static void test_older_parameters_are_good_and_weak(void **state)
{
    static const char text[] = "scrypt$14$8$1$SodiumChlorideSalt$8mdc2OT5z_fRuuDsM_uHgMCRfxDRbZoNWvqJSJoF5HM";
    bool weak = false;
    (void)state;
    assert_true(vt_password_verify(VT_STR("pleaseletmein"), vt_str(text), &weak));
    assert_true(weak);
}

static void test_damaged_texts_verify_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "scrypt",
        "scrypt$15$8$1$",
        "plain$15$8$1$AAAAAAAAAAAAAAAAAAAAAA$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        "scrypt$30$8$1$AAAAAAAAAAAAAAAAAAAAAA$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        "scrypt$15$999$1$AAAAAAAAAAAAAAAAAAAAAA$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        "scrypt$15$8$1$AAAAAAAAAAAAAAAAAAAAAA$BBBB",
        "scrypt$15$8$1$AAAAAAAAAAAAAAAAAAAAAA$$",
        "scrypt$15$8$1$short$BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(vt_password_verify(VT_STR("x"), vt_str(texts[i]), NULL));
    assert_false(vt_password_verify(VT_STR("x"), (struct vt_str){ 0 }, NULL));
}

/* Same work for an unknown name: not by a stopwatch's last digit, but not at once either. */
static void test_unknown_name_costs_as_much(void **state)
{
    char text[VT_PASSWORD_TEXT];
    (void)state;
    assert_int_equal(vt_password_hash(VT_STR("correct horse battery"), text), VT_OK);
    clock_t began = clock(); /* of the processor: a machine with other work has its own stopwatch */
    for (int i = 0; i < 3; i++)
        vt_password_verify(VT_STR("wrong"), vt_str(text), NULL);
    clock_t known = clock() - began;
    began = clock();
    for (int i = 0; i < 3; i++)
        vt_password_verify(VT_STR("wrong"), (struct vt_str){ 0 }, NULL);
    clock_t unknown = clock() - began;
    assert_true(unknown * 4 > known);
    assert_true(known * 4 > unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_then_verify),
        cmocka_unit_test(test_older_parameters_are_good_and_weak),
        cmocka_unit_test(test_damaged_texts_verify_nothing),
        cmocka_unit_test(test_unknown_name_costs_as_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
