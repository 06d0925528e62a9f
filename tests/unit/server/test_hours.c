/* SPDX-License-Identifier: Apache-2.0 */
/* Opening hours by the clocks of a place: changes of the clock, exceptions, openings past midnight. */
#include "tests/unit/cm.h"

#include <stdio.h>

#include "server/settings.h"

static struct vt_settings *settings;

static const struct vt_hours *hours(const char *json)
{
    char text[1024];
    struct vt_settings_error error;
    vt_settings_destroy(settings);
    snprintf(text, sizeof(text), "{\"queues\":[{\"id\":\"q\",\"name\":\"Q\",\"hours\":%s}]}", json);
    settings = vt_settings_parse(vt_str(text), &error);
    if (!settings)
        fail_msg("%s %s", error.field, error.msg);
    return settings->queues[0].hours;
}

static void check(const struct vt_hours *h, const char *now, bool open, const char *until)
{
    struct vt_hours_state state;
    vt_hours_at(h, vt_zone_read_instant(vt_str(now)), &state);
    int64_t expected = until ? vt_zone_read_instant(vt_str(until)) : 0;
    if (state.open != open || state.until_ms != expected)
        fail_msg("%s: %s until %lld, not %lld", now, state.open ? "open" : "closed",
                 (long long)state.until_ms / 1000, (long long)expected / 1000);
}

static void test_a_week(void **state)
{
    (void)state;
    const struct vt_hours *h = hours(
        "{\"tz\":\"Europe/Paris\",\"week\":{\"mon\":[[\"10:00\",\"12:30\"],[\"14:00\",\"18:00\"]],"
        "\"fri\":[[\"10:00\",\"18:00\"]]}}");
    check(h, "2026-11-23T09:59:59+01:00", false, "2026-11-23T10:00:00+01:00");
    check(h, "2026-11-23T10:00:00+01:00", true, "2026-11-23T12:30:00+01:00");
    check(h, "2026-11-23T12:30:00+01:00", false, "2026-11-23T14:00:00+01:00");
    check(h, "2026-11-23T18:00:00+01:00", false, "2026-11-27T10:00:00+01:00");
    check(h, "2026-11-28T00:00:00+01:00", false, "2026-11-30T10:00:00+01:00");
    check(hours("{\"tz\":\"UTC\",\"week\":{}}"), "2026-11-23T10:00:00Z", false, NULL);
    check(NULL, "2026-11-23T10:00:00Z", true, NULL);
}

static void test_clocks_go_forward_and_back(void **state)
{
    (void)state;
    const struct vt_hours *h = hours(
        "{\"tz\":\"Europe/"
        "Paris\",\"week\":{\"sat\":[[\"10:00\",\"18:00\"]],\"sun\":[[\"10:00\",\"18:00\"]]}}");
    check(h, "2026-03-28T19:00:00+01:00", false, "2026-03-29T10:00:00+02:00"); /* spring: a night of 15 h */
    check(h, "2026-10-24T19:00:00+02:00", false, "2026-10-25T10:00:00+01:00"); /* autumn: of 17 h */
    h = hours("{\"tz\":\"Europe/Paris\",\"week\":{\"sun\":[[\"02:30\",\"05:00\"]]}}");
    check(h, "2026-03-29T01:59:00+01:00", false, "2026-03-29T03:00:00+02:00"); /* 02:30 does not come */
    check(h, "2026-03-29T04:00:00+02:00", true, "2026-03-29T05:00:00+02:00");
    check(h, "2026-10-25T02:00:00+02:00", false, "2026-10-25T02:30:00+01:00"); /* 02:30 comes twice */
    h = hours("{\"tz\":\"America/New_York\",\"week\":{\"sun\":[[\"00:00\",\"24:00\"]]}}");
    check(h, "2026-11-01T00:00:00-04:00", true, "2026-11-02T00:00:00-05:00"); /* a day of 25 h */
}

static void test_past_midnight(void **state)
{
    (void)state;
    const struct vt_hours *h = hours(
        "{\"tz\":\"Asia/Tokyo\",\"week\":{\"fri\":[[\"20:00\",\"24:00\"]],\"sat\":[[\"00:00\",\"02:00\"]]}}");
    check(h, "2026-11-27T21:00:00+09:00", true, "2026-11-28T02:00:00+09:00");
    check(h, "2026-11-28T01:59:00+09:00", true, "2026-11-28T02:00:00+09:00");
    check(h, "2026-11-28T02:00:00+09:00", false, "2026-12-04T20:00:00+09:00");
    h = hours("{\"tz\":\"UTC\",\"week\":{\"mon\":[[\"00:00\",\"24:00\"]],\"tue\":[[\"00:00\",\"24:00\"]],"
              "\"wed\":[[\"00:00\",\"24:00\"]],"
              "\"thu\":[[\"00:00\",\"24:00\"]],\"fri\":[[\"00:00\",\"24:00\"]],\"sat\":[[\"00:00\",\"24:00\"]"
              "],\"sun\":[[\"00:00\",\"24:00\"]]}}");
    check(h, "2026-11-28T02:00:00Z", true, NULL);
}

static void test_exceptions_stand_before_the_week(void **state)
{
    (void)state;
    const struct vt_hours *h = hours(
        "{\"tz\":\"Europe/Paris\",\"week\":{\"thu\":[[\"10:00\",\"18:00\"]],\"fri\":[[\"10:00\",\"18:00\"]]},"
        "\"exceptions\":[{\"date\":\"2026-12-24\",\"open\":[[\"09:00\",\"13:00\"]]},"
        "{\"date\":\"2026-12-25\",\"open\":[],\"why\":\"Christmas\"},"
        "{\"date\":\"2026-12-27\",\"open\":[[\"14:00\",\"17:00\"]]}]}");
    struct vt_hours_state now;
    check(h, "2026-12-24T09:30:00+01:00", true, "2026-12-24T13:00:00+01:00");
    check(h, "2026-12-24T13:30:00+01:00", false, "2026-12-27T14:00:00+01:00");
    vt_hours_at(h, vt_zone_read_instant(VT_STR("2026-12-25T11:00:00+01:00")), &now);
    assert_false(now.open);
    assert_true(vt_str_eq(now.why, VT_STR("Christmas")));
    vt_hours_at(h, vt_zone_read_instant(VT_STR("2026-12-27T15:00:00+01:00")), &now);
    assert_true(now.open);
    assert_null(now.why.ptr);
}

static int teardown(void **state)
{
    (void)state;
    vt_settings_destroy(settings);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_week),
        cmocka_unit_test(test_clocks_go_forward_and_back),
        cmocka_unit_test(test_past_midnight),
        cmocka_unit_test(test_exceptions_stand_before_the_week),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
