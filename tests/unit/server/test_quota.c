/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server/base/err.h"
#include "server/metrics.h"
#include "server/quota.h"

#define A VT_STR("a")
#define B VT_STR("b")

enum { NOW = 5000 };

static struct vt_quotas *quotas;

static int setup(void **state)
{
    (void)state;
    quotas = vt_quotas_create(&(struct vt_quota_limits){
        .rate = { [VT_QUOTA_MESSAGES] = 10, [VT_QUOTA_ROWS] = 5, [VT_QUOTA_RENDERS] = 500 },
        .burst = { [VT_QUOTA_RENDERS] = 1000 },
        .share = 50,
    });
    return quotas && !vt_quotas_site(quotas, A, VT_STR("pk_a")) && !vt_quotas_site(quotas, B, VT_STR("pk_b"))
               ? 0
               : -1;
}

static int teardown(void **state)
{
    (void)state;
    vt_quotas_destroy(quotas);
    return 0;
}

static unsigned taken(struct vt_str site, int64_t now_ms)
{
    unsigned n = 0;
    uint32_t after_ms;
    while (n < 1000 && vt_quotas_take(quotas, site, VT_QUOTA_MESSAGES, 1, now_ms, &after_ms))
        n++;
    return n;
}

static void a_site_that_is_alone_has_all(void **state)
{
    (void)state;
    assert_int_equal(taken(A, NOW), 1000);
    for (int i = 0; i < 100; i++)
        assert_true(vt_quotas_enter(quotas, A, VT_QUOTA_ROWS, 10));
    vt_quotas_hold(quotas, true);
    assert_int_equal(taken(A, NOW), 40); /* what was taken before was nobody's loss */
    assert_false(vt_quotas_enter(quotas, A, VT_QUOTA_ROWS, 10));
    vt_quotas_hold(quotas, false);
    assert_int_equal(taken(A, NOW), 1000);
}

static void four_seconds_at_once_then_the_rate(void **state)
{
    uint32_t after_ms = 0;
    (void)state;
    vt_quotas_hold(quotas, true);
    assert_int_equal(taken(A, NOW), 40);
    assert_false(vt_quotas_take(quotas, A, VT_QUOTA_MESSAGES, 1, NOW, &after_ms));
    assert_int_equal(after_ms, 100);
    assert_int_equal(taken(B, NOW), 40);
    assert_int_equal(taken(A, NOW + 99), 0);
    assert_int_equal(taken(A, NOW + 100), 1);
    assert_int_equal(taken(A, NOW + 1100), 10);
    assert_int_equal(taken(A, NOW + 100000), 40);
}

static void who_is_not_known_is_not_held(void **state)
{
    (void)state;
    vt_quotas_hold(quotas, true);
    assert_int_equal(taken(VT_STR("c"), NOW), 1000);
    assert_int_equal(taken((struct vt_str){ 0 }, NOW), 1000);
    assert_true(vt_quotas_ready(NULL, A, VT_QUOTA_ROWS, NOW));
    assert_true(vt_quotas_enter(NULL, A, VT_QUOTA_ROWS, 1));
    vt_quotas_leave(quotas, VT_STR("c"), VT_QUOTA_ROWS);
    assert_int_equal(vt_quotas_share(NULL, 7), 7);
}

static void what_is_spent_may_overdraw_by_a_burst(void **state)
{
    uint32_t after_ms = 0;
    (void)state;
    vt_quotas_hold(quotas, true);
    vt_quotas_spend(quotas, A, VT_QUOTA_RENDERS, 999, NOW);
    assert_true(vt_quotas_has(quotas, A, VT_QUOTA_RENDERS, NOW, &after_ms));
    vt_quotas_spend(quotas, A, VT_QUOTA_RENDERS, 100000, NOW);
    assert_false(vt_quotas_has(quotas, A, VT_QUOTA_RENDERS, NOW, &after_ms));
    assert_int_equal(after_ms, 2002); /* a burst of debt, and the first that is whole again */
    assert_true(vt_quotas_ready(quotas, A, VT_QUOTA_RENDERS, NOW + 2002));
    assert_true(vt_quotas_has(quotas, A, VT_QUOTA_ROWS, NOW, &after_ms));
}

static void a_share_of_a_queue(void **state)
{
    (void)state;
    vt_quotas_hold(quotas, true);
    for (int i = 0; i < 5; i++)
        assert_true(vt_quotas_enter(quotas, A, VT_QUOTA_REQUESTS, 10));
    assert_false(vt_quotas_enter(quotas, A, VT_QUOTA_REQUESTS, 10));
    assert_true(vt_quotas_enter(quotas, B, VT_QUOTA_REQUESTS, 10));
    vt_quotas_leave(quotas, A, VT_QUOTA_REQUESTS);
    assert_true(vt_quotas_enter(quotas, A, VT_QUOTA_REQUESTS, 10));
    assert_int_equal(vt_quotas_share(quotas, 1), 1);
}

static void refusals_are_counted_by_site(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf page = VT_BUF_INIT(1 << 16);
    vt_quotas_hold(quotas, true);
    taken(A, NOW);
    assert_int_equal(vt_metrics_write(&page), VT_OK);
    assert_non_null(
        strstr(vt_buf_cstr(&page), "vitrine_site_refused_total{site=\"pk_a\",what=\"messages\"} 1\n"));
    assert_non_null(
        strstr(vt_buf_cstr(&page), "vitrine_site_refused_total{site=\"pk_b\",what=\"messages\"} 0\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_site_that_is_alone_has_all, setup, teardown),
        cmocka_unit_test_setup_teardown(four_seconds_at_once_then_the_rate, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_not_known_is_not_held, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_spent_may_overdraw_by_a_burst, setup, teardown),
        cmocka_unit_test_setup_teardown(a_share_of_a_queue, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_are_counted_by_site, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
