/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_budget.h"

#include <stdio.h>

#include "server/base/err.h"
#include "tests/unit/cm.h"

static const struct vt_str one = { "192.0.2.1", 9 }, two = { "192.0.2.2", 9 };

static void spends_and_gets_back(void **state)
{
    struct vt_media_budget *budget = vt_media_budget_create(10000, 500);
    uint32_t after_s = 0;
    (void)state;
    assert_true(vt_media_budget_has(budget, one, 1000, &after_s));
    vt_media_budget_spend(budget, one, 9999, 1000);
    assert_true(vt_media_budget_has(budget, one, 1000, &after_s));
    vt_media_budget_spend(budget, one, 2001, 1000);
    assert_false(vt_media_budget_has(budget, one, 1000, &after_s));
    assert_in_range(after_s, 4, 5); /* 2 s overdrawn at half a second each second */
    assert_true(vt_media_budget_has(budget, two, 1000, &after_s));
    assert_false(vt_media_budget_has(budget, one, 4900, &after_s));
    assert_true(vt_media_budget_has(budget, one, 5100, &after_s));
    vt_media_budget_destroy(budget);
}

static void saves_no_more_than_the_burst(void **state)
{
    struct vt_media_budget *budget = vt_media_budget_create(1000, 500);
    uint32_t after_s = 0;
    (void)state;
    vt_media_budget_spend(budget, one, 500, 0);
    vt_media_budget_spend(budget, one, 1500, INT64_C(1) << 50);
    assert_false(vt_media_budget_has(budget, one, INT64_C(1) << 50, &after_s));
    vt_media_budget_destroy(budget);
}

static void counts_a_network_of_ipv6_as_one(void **state)
{
    struct vt_media_budget *budget = vt_media_budget_create(1000, 1);
    uint32_t after_s = 0;
    (void)state;
    vt_media_budget_spend(budget, VT_STR("2001:db8::1"), 5000, 0);
    assert_false(vt_media_budget_has(budget, VT_STR("2001:db8::ffff:1"), 0, &after_s));
    assert_true(vt_media_budget_has(budget, VT_STR("2001:db8:0:1::1"), 0, &after_s));
    vt_media_budget_destroy(budget);
}

static void forgets_the_oldest(void **state)
{
    struct vt_media_budget *budget = vt_media_budget_create(1000, 1);
    uint32_t after_s = 0;
    char addr[32];
    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(addr, sizeof(addr), "10.0.%d.%d", i / 250, i % 250);
        vt_media_budget_spend(budget, vt_str(addr), 2000, 0);
    }
    assert_false(vt_media_budget_has(budget, vt_str(addr), 0, &after_s));
    assert_true(vt_media_budget_has(budget, VT_STR("10.0.0.0"), 0, &after_s));
    vt_media_budget_destroy(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spends_and_gets_back),
        cmocka_unit_test(saves_no_more_than_the_burst),
        cmocka_unit_test(counts_a_network_of_ipv6_as_one),
        cmocka_unit_test(forgets_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
