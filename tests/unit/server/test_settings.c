/* SPDX-License-Identifier: Apache-2.0 */
/* A site's settings: what is taken, what is refused and where the error points. */
#include "tests/unit/cm.h"

#include "server/base/err.h"
#include "server/settings.h"

static struct vt_settings_error error;

static struct vt_settings *parse(const char *json)
{
    return vt_settings_parse(vt_str(json), &error);
}

static void test_nothing_written_is_one_open_queue(void **state)
{
    (void)state;
    struct vt_settings *s = parse("{}");
    assert_non_null(s);
    assert_int_equal(s->queues_n, 1);
    assert_true(vt_str_eq(s->queues[0].id, VT_STR("main")));
    assert_null(s->queues[0].hours);
    assert_int_equal(s->ring_total, 90);
    assert_int_equal(s->sticky_days, 3);
    assert_false(s->theme.has_radius);
    assert_int_equal(s->attention.limit[0], 6);
    assert_int_equal(s->attention.limit[1], 4);
    assert_int_equal(s->attention.limit[2], 2);
    assert_int_equal(s->attention.day[2], 20);
    assert_null(s->attention.quiet);
    vt_settings_destroy(s);
}

static const char all[] =
    "{\"queues\":[{\"id\":\"rings\",\"name\":\"Rings\",\"department\":\"Jewellery\",\"languages\":[\"fr\","
    "\"en\"],"
    "\"hours\":{\"tz\":\"Europe/"
    "Paris\",\"week\":{\"mon\":[[\"10:00\",\"12:30\"],[\"14:00\",\"24:00\"]],\"sun\":[]},"
    "\"exceptions\":[{\"date\":\"2026-12-25\",\"open\":[],\"why\":\"Christmas\"}]},"
    "\"groups\":[[\"lea\",\"max\"],[\"ann\"]],\"max\":40,\"offered\":true,\"label\":{\"en\":\"Rings and "
    "bands\",\"fr\":"
    "\"Bagues\"}},{\"id\":\"watches\",\"name\":\"Watches\"}],"
    "\"cap\":4,\"notices\":[{\"id\":\"busy\",\"kind\":\"load\",\"text\":{\"fr\":\"C'est long.\",\"en\":\"It "
    "takes longer today.\"},"
    "\"when\":{\"waitingOver\":5}},{\"id\":\"sale\",\"kind\":\"special\",\"text\":\"Free "
    "engraving\",\"url\":\"/engraving\","
    "\"from\":\"2026-12-01T00:00:00+01:00\",\"until\":\"2026-12-24T18:00:00+01:00\"}],"
    "\"greeting\":{\"on\":true,\"text\":\"Welcome, {name}\",\"sku\":\"VT-1\"},"
    "\"canned\":[{\"id\":\"c1\",\"shortcut\":\"hi\",\"text\":\"Hello\",\"lang\":\"en\",\"queue\":\"rings\"}],"
    "\"labels\":[\"gift\",\"wedding\"],"
    "\"theme\":{\"accent\":\"#1a4d3e\",\"onAccent\":\"#ffffff\",\"radius\":12,\"font\":\"Georgia, serif\"},"
    "\"imageHosts\":[\"img.shop.example\"],\"retention\":{\"days\":365},\"sticky\":{\"seconds\":10,\"days\":"
    "2},"
    "\"ring\":{\"known\":5,\"first\":10,\"total\":30},\"rating\":{\"on\":false},\"recap\":{\"on\":true,"
    "\"days\":14},"
    "\"requireTotp\":[\"admin\",\"supervisor\"],\"identify\":{\"enforced\":true},\"mask\":[\".price-secret\"]"
    ","
    "\"pushHosts\":[\"shop.example:8443\"],"
    "\"attention\":{\"pictures\":3,\"prompts\":0,\"day\":{\"pushes\":9},"
    "\"quiet\":{\"from\":\"21:00\",\"to\":\"08:30\",\"tz\":\"UTC\"}}}";

static void test_everything_is_taken(void **state)
{
    (void)state;
    struct vt_settings *s = parse(all);
    if (!s)
        fail_msg("%s %s", error.field, error.msg);
    const struct vt_setting_queue *rings = vt_settings_queue(s, VT_STR("rings"));
    assert_int_equal(rings->groups_n, 2);
    assert_true(rings->offered);
    assert_true(vt_str_eq(vt_settings_label(rings, VT_STR("fr-CH")), VT_STR("Bagues")));
    assert_true(vt_str_eq(vt_settings_label(rings, VT_STR("en")), VT_STR("Rings and bands")));
    assert_true(vt_str_eq(vt_settings_label(rings, VT_STR("it")), VT_STR("Rings")));
    assert_true(vt_str_eq(rings->groups[0].at[1], VT_STR("max")));
    assert_int_equal(rings->hours->week[0].spans[1].to, 1440);
    assert_int_equal(rings->hours->exceptions[0].day, vt_zone_day(VT_STR("2026-12-25")));
    assert_int_equal(rings->max, 40);
    assert_null(vt_settings_queue(s, VT_STR("main")));
    assert_int_equal(s->notices[0].waiting_over, 5);
    assert_true(vt_str_eq(vt_settings_say_any(&s->notices[0].text, VT_STR("fr-CH")), VT_STR("C'est long.")));
    assert_true(
        vt_str_eq(vt_settings_say_any(&s->notices[0].text, VT_STR("it")), VT_STR("It takes longer today.")));
    assert_true(vt_str_eq(vt_settings_say_any(&s->greeting.text, VT_STR("it")), VT_STR("Welcome, {name}")));
    assert_int_equal(s->notices[1].from_ms, 1764543600000 + 365 * 86400000LL);
    assert_true(s->greeting.on);
    assert_int_equal(s->theme.radius, 12);
    assert_int_equal(s->require_totp, VT_TOTP_ADMIN | VT_TOTP_SUPERVISOR);
    assert_false(s->rating);
    assert_true(s->identify.enforced);
    assert_int_equal(s->attention.limit[0], 3);
    assert_int_equal(s->attention.limit[1], 4);
    assert_int_equal(s->attention.limit[2], 0);
    assert_int_equal(s->attention.day[0], 60);
    assert_int_equal(s->attention.day[1], 9);
    vt_settings_destroy(s);
}

static struct vt_hours_state quiet_at(const char *json, const char *instant)
{
    struct vt_settings *s = parse(json);
    struct vt_hours_state quiet;
    if (!s)
        fail_msg("%s %s", error.field, error.msg);
    vt_hours_at(s->attention.quiet, vt_zone_read_instant(vt_str(instant)), &quiet);
    vt_settings_destroy(s);
    return quiet;
}

static void day_is(const char *json, const char *instant, uint32_t wanted)
{
    struct vt_settings *s = parse(json);
    assert_non_null(s);
    assert_int_equal(vt_settings_day(s, vt_zone_read_instant(vt_str(instant))), wanted);
    vt_settings_destroy(s);
}

static void test_days_are_of_the_sites_clock(void **state)
{
    static const char quiet[] =
        "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"hours\":{\"tz\":\"UTC\",\"week\":{}}}],"
        "\"attention\":{\"quiet\":{\"from\":\"21:00\",\"to\":\"08:00\",\"tz\":\"Europe/Paris\"}}}";
    static const char queue[] =
        "{\"queues\":[{\"id\":\"a\",\"name\":\"A\"},"
        "{\"id\":\"b\",\"name\":\"B\",\"hours\":{\"tz\":\"Asia/Tokyo\",\"week\":{}}}]}";
    (void)state;
    day_is("{}", "1970-01-02T23:59:59Z", 1);
    day_is(quiet, "1970-01-02T22:59:59Z", 1); /* Paris was an hour ahead then */
    day_is(quiet, "1970-01-02T23:00:00Z", 2);
    day_is(queue, "1970-01-02T14:59:59Z", 1);
    day_is(queue, "1970-01-02T15:00:00Z", 2);
}

static void test_quiet_hours_go_past_midnight(void **state)
{
    (void)state;
    static const char night[] =
        "{\"attention\":{\"quiet\":{\"from\":\"21:00\",\"to\":\"08:30\",\"tz\":\"UTC\"}}}";
    static const char noon[] =
        "{\"attention\":{\"quiet\":{\"from\":\"12:00\",\"to\":\"14:00\",\"tz\":\"UTC\"}}}";
    static const char late[] =
        "{\"attention\":{\"quiet\":{\"from\":\"22:00\",\"to\":\"00:00\",\"tz\":\"UTC\"}}}";
    assert_false(quiet_at(night, "2026-12-01T20:59:00Z").open);
    assert_true(quiet_at(night, "2026-12-01T21:00:00Z").open);
    assert_true(quiet_at(night, "2026-12-02T08:29:00Z").open);
    assert_int_equal(quiet_at(night, "2026-12-01T23:00:00Z").until_ms,
                     vt_zone_read_instant(VT_STR("2026-12-02T08:30:00Z")));
    assert_false(quiet_at(night, "2026-12-02T08:30:00Z").open);
    assert_true(quiet_at(noon, "2026-12-02T13:00:00Z").open);
    assert_false(quiet_at(noon, "2026-12-02T14:00:00Z").open);
    assert_true(quiet_at(late, "2026-12-02T23:59:00Z").open);
    assert_false(quiet_at(late, "2026-12-03T00:00:00Z").open);
}

static void test_what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *json, *field, *part;
    } wrong[] = {
        { "[]", "", "must be an object" },
        { "{", "", "cannot be read" },
        { "{\"cap\":1,\"cap\":2}", "", "duplicate" },
        { "{\"queus\":[]}", "/queus", "allowed here: queues, cap" },
        { "{\"a/b~\":1}", "/a~1b~0", "is not known" },
        { "{\"queues\":{}}", "/queues", "must be a list" },
        { "{\"queues\":[{\"id\":\"a\"}]}", "/queues/0/name", "is missing" },
        { "{\"queues\":[{\"id\":\"a b\",\"name\":\"A\"}]}", "/queues/0/id", "A-Z" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\"},{\"id\":\"a\",\"name\":\"B\"}]}", "/queues/1/id",
          "another" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"hours\":{\"tz\":\"Europe/Pari\",\"week\":{}}}]}",
          "/queues/0/hours/tz", "Europe/Paris" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"hours\":{\"tz\":\"../../etc/passwd\",\"week\":{}}}]}",
          "/queues/0/hours/tz", "time zone" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"hours\":{\"tz\":\"UTC\",\"week\":{\"mon\":[[\"9:00\","
          "\"12:00\"]]}}}]}",
          "/queues/0/hours/week/mon/0", "10:00" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"hours\":{\"tz\":\"UTC\",\"week\":{\"mon\":[[\"22:00\","
          "\"02:00\"]]}}}]}",
          "/queues/0/hours/week/mon/0", "midnight" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"hours\":{\"tz\":\"UTC\",\"week\":{\"mon\":[[\"10:00\","
          "\"12:00\"],"
          "[\"11:00\",\"13:00\"]]}}}]}",
          "/queues/0/hours/week/mon/1", "before it has ended" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"hours\":{\"tz\":\"UTC\",\"week\":{},\"exceptions\":["
          "{\"date\":\"2026-02-30\",\"open\":[]}]}}]}",
          "/queues/0/hours/exceptions/0/date", "2026-12-24" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"groups\":[[\"lea\"],[7]]}]}", "/queues/0/groups/1/0",
          "text" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"label\":\"Rings\"}]}", "/queues/0/label",
          "by language" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"label\":{\"fr_FR\":\"x\"}}]}", "/queues/0/label/fr_FR",
          "fr-CH" },
        { "{\"queues\":[{\"id\":\"a\",\"name\":\"A\",\"label\":{\"fr\":\"\"}}]}", "/queues/0/label/fr",
          "1 to 80" },
        { "{\"cap\":21}", "/cap", "1 to 20" },
        { "{\"cap\":1.5}", "/cap", "whole number" },
        { "{\"notices\":[{\"id\":\"n\",\"kind\":\"ad\",\"text\":\"x\"}]}", "/notices/0/kind",
          "load, special, tip" },
        { "{\"notices\":[{\"id\":\"n\",\"kind\":\"tip\",\"text\":\"x\",\"url\":\"javascript:1\"}]}",
          "/notices/0/url", "https://" },
        { "{\"notices\":[{\"id\":\"n\",\"kind\":\"tip\",\"text\":\"x\",\"from\":\"2026-12-01\"}]}",
          "/notices/0/from", "offset" },
        { "{\"notices\":[{\"id\":\"n\",\"kind\":\"tip\",\"text\":\"x\",\"from\":\"2026-12-02T00:00:00Z\","
          "\"until\":"
          "\"2026-12-01T00:00:00Z\"}]}",
          "/notices/0/until", "later" },
        { "{\"notices\":[{\"id\":\"n\",\"kind\":\"tip\",\"text\":\"x\"},{\"id\":\"n\",\"kind\":\"tip\","
          "\"text\":\"y\"}]}",
          "/notices/1/id", "another" },
        { "{\"canned\":[{\"id\":\"c\",\"shortcut\":\"c\",\"text\":\"x\",\"queue\":\"none\"}]}",
          "/canned/0/queue", "queues" },
        { "{\"theme\":{\"accent\":\"red\"}}", "/theme/accent", "#1a4d3e" },
        { "{\"theme\":{\"accent\":\"#ffd700\"}}", "/theme/accent", "4.5" },
        { "{\"theme\":{\"font\":\"x;}body{\"}}", "/theme/font", "font names" },
        { "{\"imageHosts\":[\"https://a\"]}", "/imageHosts/0", "host" },
        { "{\"requireTotp\":[\"owner\"]}", "/requireTotp/0", "admin" },
        { "{\"ring\":{\"known\":60,\"first\":60,\"total\":100}}", "/ring/total", "longer" },
        { "{\"rating\":{\"on\":1}}", "/rating/on", "true or false" },
        { "{\"labels\":[\"\"]}", "/labels/0", "1 to 40" },
        { "{\"attention\":{\"pictures\":-1}}", "/attention/pictures", "0 to 1000" },
        { "{\"attention\":{\"day\":{\"prompts\":1001}}}", "/attention/day/prompts", "0 to 1000" },
        { "{\"attention\":{\"quiet\":{\"from\":\"9:00\",\"to\":\"10:00\",\"tz\":\"UTC\"}}}",
          "/attention/quiet/from", "21:00" },
        { "{\"attention\":{\"quiet\":{\"from\":\"09:00\",\"to\":\"09:00\",\"tz\":\"UTC\"}}}",
          "/attention/quiet", "another time" },
        { "{\"attention\":{\"quiet\":{\"from\":\"09:00\",\"to\":\"10:00\"}}}", "/attention/quiet/tz",
          "missing" },
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct vt_settings *s = parse(wrong[i].json);
        if (s || strcmp(error.field, wrong[i].field) != 0 || !strstr(error.msg, wrong[i].part))
            fail_msg("%s: %s %s", wrong[i].json, error.field, error.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_written_is_one_open_queue),
        cmocka_unit_test(test_everything_is_taken),
        cmocka_unit_test(test_days_are_of_the_sites_clock),
        cmocka_unit_test(test_quiet_hours_go_past_midnight),
        cmocka_unit_test(test_what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
