/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <string.h>

#include "server/base/err.h"
#include "server/base/ids.h"

static void base64url_knows_the_vectors(void **state)
{
    (void)state;
    /* RFC 4648, section 10, without padding; the last one uses both special digits. */
    static const char *const pairs[][2] = {
        { "", "" },           { "f", "Zg" },          { "fo", "Zm8" },          { "foo", "Zm9v" },
        { "foob", "Zm9vYg" }, { "fooba", "Zm9vYmE" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "-_-_" },
    };
    char text[16];
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        vt_base64url(pairs[i][0], strlen(pairs[i][0]), text);
        assert_string_equal(text, pairs[i][1]);
    }
}

static void hex_is_lower_case(void **state)
{
    (void)state;
    char text[9];
    vt_hex("\x00\xab\x7f\xff", 4, text);
    assert_string_equal(text, "00ab7fff");
}

static void ids_differ_and_have_their_form(void **state)
{
    (void)state;
    char ids[64][VT_ID_TEXT];
    for (int i = 0; i < 64; i++) {
        vt_id_new(ids[i]);
        assert_int_equal(strlen(ids[i]), VT_ID_TEXT - 1);
        assert_int_equal(strspn(ids[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                         VT_ID_TEXT - 1);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(ids[i], ids[j]);
    }
}

static void clocks_go_forward(void **state)
{
    (void)state;
    int64_t before = vt_now_ms();
    assert_true(vt_now_ms() >= before);
    assert_true(vt_wall_ms() > 1700000000000);
    int64_t steady = vt_steady_ms();
    assert_true(vt_steady_ms() >= steady);
    assert_in_range(vt_steady_of(vt_wall_ms() + 5000) - vt_steady_ms(), 4000, 6000);
    assert_true(vt_latest_ms() >= steady);
}

static void errors_have_names(void **state)
{
    (void)state;
    assert_string_equal(vt_err_name(VT_OK), "ok");
    assert_string_equal(vt_err_name(VT_ERR_FULL), "full");
    assert_string_equal(vt_err_name(VT_ERR_GONE), "gone");
    assert_string_equal(vt_err_name(-1001), "error");
    assert_string_equal(vt_err_name(5), "error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64url_knows_the_vectors),
        cmocka_unit_test(hex_is_lower_case),
        cmocka_unit_test(ids_differ_and_have_their_form),
        cmocka_unit_test(clocks_go_forward),
        cmocka_unit_test(errors_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
