/* SPDX-License-Identifier: Apache-2.0 */
/* What a page's policy lets through, case by case. */
#include "server/doctor/csp.h"

#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

static const struct vt_origin page = { true, 443, "shop.example" }, ours = { true, 443, "help.shop.example" },
                              odd = { true, 8443, "help.shop.example" };

static bool allows(const char *policy, const char *directive, const char *scheme, const char *nonce)
{
    return vt_csp_allows(vt_str(policy), directive, &page, &ours, scheme, vt_str(nonce));
}

static void test_directives(void **state)
{
    (void)state;
    struct vt_str policy = vt_str("Default-Src 'self'; img-src a b ;img-src c; ;report-uri /x");
    assert_true(vt_str_eq(vt_csp_directive(policy, "img-src"), VT_STR(" a b ")));
    assert_true(vt_csp_directive(policy, "default-src").len > 0);
    assert_null(vt_csp_directive(policy, "script-src").ptr);
    assert_null(vt_csp_directive(vt_str(""), "img-src").ptr);
}

static void test_sources(void **state)
{
    (void)state;
    static const struct {
        const char *policy, *scheme;
        bool is_let;
    } rows[] = {
        { "", "https", true },
        { "img-src *", "https", true },
        { "connect-src 'none'", "https", false },
        { "default-src 'none'", "https", false },
        { "default-src 'none'; connect-src https:", "https", true },
        { "connect-src https:", "wss", false },
        { "connect-src wss:", "wss", true },
        { "connect-src ws:", "wss", true },
        { "connect-src http:", "https", true },
        { "connect-src 'self'", "https", false }, /* we are another origin */
        { "connect-src help.shop.example", "https", true },
        { "connect-src help.shop.example", "wss", false },
        { "connect-src HTTPS://Help.Shop.Example", "https", true },
        { "connect-src https://help.shop.example/", "https", true },
        { "connect-src https://help.shop.example/v2/", "https", false },
        { "connect-src https://help.shop.example:8443", "https", false },
        { "connect-src https://help.shop.example:*", "https", true },
        { "connect-src *.shop.example", "https", true },
        { "connect-src *.example.org", "https", false },
        { "connect-src *.help.shop.example", "https", false },
        { "connect-src wss://help.shop.example", "https", false },
    };
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        if (allows(rows[i].policy, "connect-src", rows[i].scheme, NULL) != rows[i].is_let)
            fail_msg("%s: %s", rows[i].policy, rows[i].scheme);
    assert_true(vt_csp_allows(vt_str("connect-src https://help.shop.example:8443"), "connect-src", &page,
                              &odd, "https", (struct vt_str){ NULL, 0 }));
    assert_true(vt_csp_allows(vt_str("connect-src 'self'"), "connect-src", &ours, &ours, "https",
                              (struct vt_str){ NULL, 0 }));
}

static void test_scripts(void **state)
{
    (void)state;
    const char *strict = "script-src 'nonce-abc' 'strict-dynamic' https://help.shop.example";
    assert_true(allows(strict, "script-src", "https", "abc"));
    assert_false(allows(strict, "script-src", "https", "ab"));
    assert_false(allows(strict, "script-src", "https", NULL));
    assert_true(
        allows("script-src 'none'; script-src-elem https://help.shop.example", "script-src", "https", NULL));
    assert_false(allows("script-src-elem 'self'; script-src *", "script-src", "https", NULL));
}

static void test_types(void **state)
{
    (void)state;
    assert_false(vt_csp_lacks_type(vt_str("require-trusted-types-for 'script'"), "vitrine"));
    assert_true(vt_csp_lacks_type(vt_str("trusted-types shop 'allow-duplicates'"), "vitrine"));
    assert_false(vt_csp_lacks_type(vt_str("trusted-types shop vitrine"), "vitrine"));
    assert_false(vt_csp_lacks_type(vt_str("trusted-types *"), "vitrine"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_directives), cmocka_unit_test(test_sources),
                                        cmocka_unit_test(test_scripts), cmocka_unit_test(test_types) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
