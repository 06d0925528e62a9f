/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include "server/api/ops.h"

static void loopback_is_known_in_every_spelling(void **state)
{
    (void)state;
    static const char *const inside[] = { "127.0.0.1", "127.255.3.4", "::1", "::ffff:127.0.0.1" };
    static const char *const outside[] = { "",    "128.0.0.1",        "10.0.0.1",  "1127.0.0.1",
                                           "::",  "::ffff:10.0.0.1",  "localhost", "127.0.0.1:80",
                                           "::2", "127.0.0.1.example" };
    for (size_t i = 0; i < VT_COUNT(inside); i++)
        assert_true(vt_ops_is_loopback(vt_str(inside[i])));
    for (size_t i = 0; i < VT_COUNT(outside); i++)
        assert_false(vt_ops_is_loopback(vt_str(outside[i])));
}

static void the_token_is_exact(void **state)
{
    (void)state;
    struct vt_str token = VT_STR("secret-token");
    assert_true(vt_ops_token_matches(VT_STR("Bearer secret-token"), token));
    assert_true(vt_ops_token_matches(VT_STR("bearer secret-token"), token));
    static const char *const bad[] = { "",
                                       "Bearer",
                                       "Bearer ",
                                       "Bearer secret-toke",
                                       "Bearer secret-token2",
                                       "Bearer Secret-token",
                                       "Bearer secret-tokensecret-token",
                                       "Basic secret-token",
                                       "secret-token" };
    for (size_t i = 0; i < VT_COUNT(bad); i++)
        assert_false(vt_ops_token_matches(vt_str(bad[i]), token));
    assert_false(vt_ops_token_matches((struct vt_str){ NULL, 0 }, token));
    assert_false(vt_ops_token_matches(VT_STR("Bearer "), VT_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_is_known_in_every_spelling),
        cmocka_unit_test(the_token_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
