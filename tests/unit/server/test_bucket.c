/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include "server/bucket.h"

static int takes(struct vt_bucket *bucket, uint32_t rate, uint32_t burst, int64_t now_ms, int tries)
{
    int n = 0;
    uint32_t after_ms;
    for (int i = 0; i < tries; i++)
        n += vt_bucket_take(bucket, rate, burst, now_ms, &after_ms);
    return n;
}

static void test_burst_then_rate(void **state)
{
    (void)state;
    struct vt_bucket bucket = { 0 };
    assert_int_equal(takes(&bucket, 10, 40, 1000, 100), 40);
    assert_int_equal(takes(&bucket, 10, 40, 1099, 100), 0);
    assert_int_equal(takes(&bucket, 10, 40, 1100, 100), 1);
    assert_int_equal(takes(&bucket, 10, 40, 2100, 100), 10);
    assert_int_equal(takes(&bucket, 10, 40, 1000000, 100), 40); /* never more than the burst */
}

static void test_small_rates_are_exact(void **state)
{
    (void)state;
    struct vt_bucket bucket = { 0 };
    int n = takes(&bucket, 1, 1, 1, 1);
    for (int64_t now_ms = 1; now_ms <= 10001; now_ms += 7)
        n += takes(&bucket, 1, 1, now_ms, 1);
    assert_in_range(n, 10, 11);
}

static void test_says_when_again(void **state)
{
    (void)state;
    struct vt_bucket bucket = { 0 };
    uint32_t after_ms = 0;
    takes(&bucket, 3, 12, 500, 12);
    assert_false(vt_bucket_take(&bucket, 3, 12, 500, &after_ms));
    assert_false(vt_bucket_take(&bucket, 3, 12, 500 + after_ms - 1, &after_ms));
    assert_true(vt_bucket_take(&bucket, 3, 12, 501 + after_ms + 332, &after_ms));
}

static void test_over_until_a_second_is_saved(void **state)
{
    (void)state;
    struct vt_bucket bucket = { 0 };
    takes(&bucket, 10, 40, 1000, 41);
    assert_int_equal(bucket.over_ms, 1000);
    for (int64_t now_ms = 1100; now_ms < 4000; now_ms += 100)
        takes(&bucket, 10, 40, now_ms, 2);
    assert_int_equal(bucket.over_ms, 1000); /* it never paused */
    takes(&bucket, 10, 40, 6000, 1);
    assert_int_equal(bucket.over_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_burst_then_rate),
                                        cmocka_unit_test(test_small_rates_are_exact),
                                        cmocka_unit_test(test_says_when_again),
                                        cmocka_unit_test(test_over_until_a_second_is_saved) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
