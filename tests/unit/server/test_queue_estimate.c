/* SPDX-License-Identifier: Apache-2.0 */
/* Places, and the honest estimate as the app makes it of who is there; forecast.h itself is in test_forecast.
 */
#include "tests/unit/cm.h"

#include "server/queue.h"
#include "server/queue_forecast.h"
#include "server/session.h"
#include "tests/unit/server/core_people.h"

enum { WAITING = 5 };
static struct human customers[WAITING], ann;

static struct vt_conversation *conv_of(const struct human *human)
{
    return vt_conv_find(core.app, VT_STR("shop"), vt_str(human->conv));
}

static void reset(void)
{
    for (size_t i = 0; i < WAITING; i++)
        if (customers[i].client.conn)
            ask(&customers[i], "bye", "{}");
    settle(20);
    for (size_t i = 0; i < WAITING; i++)
        client_drop(&customers[i].client);
    client_drop(&ann.client);
    core_turn(&core);
    memset(customers, 0, sizeof(customers));
    memset(&ann, 0, sizeof(ann));
}

static void line_up(void)
{
    for (size_t i = 0; i < WAITING; i++)
        arrive(&customers[i], NULL);
    for (size_t i = 0; i < WAITING; i++)
        answer(&customers[i], ask(&customers[i], "queue.join", "{\"lang\":\"en\"}"));
}

/* The range for who has `before` others before them. */
static void range(size_t before, uint32_t ret[2])
{
    vt_queue_forecast_changed(core.app, "shop");
    vt_queue_forecast(core.app, "shop", "main", before, ret);
}

static void test_a_new_shop_says_what_it_was_told(void **state)
{
    (void)state;
    uint32_t first[2], behind[2];
    uint32_t service = (uint32_t)(core.config.queue_service / 1000);
    core.config.capacity = 3;
    range(0, first); /* nobody is there: whoever comes takes the first at once */
    assert_true(first[0] < 5 && first[1] < service / 4);
    range(3, behind); /* and this one when the first of those ends */
    assert_true(behind[0] > first[1] && behind[1] < service * 2);
    range(12, behind); /* the fifth in each of three places */
    assert_true(behind[0] < service * 4 && service * 4 < behind[1]);
    core.config.capacity = 100;
}

static void test_sessions_that_ended_move_it(void **state)
{
    (void)state;
    uint32_t before[2], after[2];
    core.config.capacity = 3;
    range(20, before);
    for (int i = 0; i < 60; i++)
        vt_queue_forecast_served(core.app, "shop", 1000);
    for (int i = 0; i < 60; i++)
        vt_queue_forecast_picked(core.app, "shop", 10);
    range(20, after);
    assert_true(after[1] < before[0]);
    vt_queue_forecast(core.app, "other", "main", 20, after);
    assert_memory_equal(after, before, sizeof(before)); /* each site has its own */
    vt_queue_forecast_finish(core.app);
    vt_map_init(&core.app->forecasts);
    core.config.capacity = 100;
}

static void choose(const char *mode, int cap)
{
    char d[64];
    snprintf(d, sizeof(d), "{\"mode\":\"%s\",\"cap\":%d}", mode, cap);
    answer(&ann, ask(&ann, "presence.set", d));
}

/* Free places, not people: a person with room for two takes two at once, and who is busy takes nobody. */
static void test_free_places_and_known_absences_count(void **state)
{
    (void)state;
    uint32_t eta[2];
    uint32_t service = (uint32_t)(core.config.queue_service / 1000);
    arrive(&ann, "ann");
    choose("available", 2);
    range(1, eta);
    assert_true(eta[1] < service / 4);
    range(2, eta);
    assert_true(eta[1] > service / 4); /* not so the third */
    line_up();
    char d[96];
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", customers[0].conv);
    answer(&ann, ask(&ann, "claim.take", d));
    range(1, eta);
    assert_true(eta[1] > service / 4); /* one of the two places is taken */
    choose("busy", 2);
    range(0, eta);
    assert_true(eta[1] < service / 4); /* as with nobody: not who is busy, but who may come */
    reset();
}

/* Told with the place, before that is committed: somebody may take the customer first. */
static void test_what_was_told_is_kept_with_the_place(void **state)
{
    (void)state;
    core.config.capacity = 1;
    line_up();
    for (size_t i = 0; i < WAITING; i++)
        assert_true(conv_of(&customers[i])->session.eta[1] > 0);
    assert_true(conv_of(&customers[WAITING - 1])->session.eta[1] > conv_of(&customers[0])->session.eta[1]);
    core.config.capacity = 100;
    reset();
}

static void test_places_are_told_and_rise_as_they_change(void **state)
{
    (void)state;
    char d[96], place[48];
    line_up();
    settle(1200);
    for (size_t i = 0; i < WAITING; i++) {
        assert_int_equal(conv_of(&customers[i])->place, i + 1);
        snprintf(place, sizeof(place), "\"op\":\"queue.place\"");
        wait_for(&customers[i], place);
    }
    arrive(&ann, "ann");
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", customers[1].conv);
    forget(&customers[4]);
    answer(&ann, ask(&ann, "claim.take", d)); /* not the first: whoever staff choose */
    answer(&customers[2], ask(&customers[2], "queue.leave", "{}"));
    wait_for(&customers[4], "\"position\":3"); /* both steps, or one look that saw them together */
    assert_int_equal(conv_of(&customers[0])->place, 1);
    assert_int_equal(conv_of(&customers[1])->place, 0);
    assert_int_equal(conv_of(&customers[3])->place, 2);
    assert_int_equal(conv_of(&customers[4])->place, 3);
    reset();
}

static void test_the_answer_knows_the_place_before_the_line_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < WAITING; i++)
        arrive(&customers[i], NULL);
    uint32_t ids[WAITING];
    for (size_t i = 0; i < WAITING; i++) /* all in one turn */
        ids[i] = ask(&customers[i], "queue.join", "{\"lang\":\"en\"}");
    for (size_t i = 0; i < WAITING; i++) {
        char part[32];
        snprintf(part, sizeof(part), "\"position\":%zu,", i + 1);
        const char *line = answer(&customers[i], ids[i]);
        if (!strstr(line, part))
            fail_msg("%zu: %s", i, line);
    }
    settle(1200);
    for (size_t i = 0; i < WAITING; i++)
        assert_int_equal(conv_of(&customers[i])->place, i + 1);
    reset();
}

static void test_a_full_line_says_so(void **state)
{
    (void)state;
    core.config.queue_capacity = 2;
    for (size_t i = 0; i < 3; i++)
        arrive(&customers[i], NULL);
    answer(&customers[0], ask(&customers[0], "queue.join", "{\"lang\":\"en\"}"));
    answer(&customers[1], ask(&customers[1], "queue.join", "{\"lang\":\"en\"}"));
    assert_non_null(
        strstr(answer(&customers[2], ask(&customers[2], "queue.join", "{\"lang\":\"en\"}")), "queue.full"));
    assert_int_equal(conv_of(&customers[2])->session.state, VT_STATE_NONE);
    answer(&customers[0], ask(&customers[0], "queue.leave", "{}"));
    assert_non_null(
        strstr(answer(&customers[2], ask(&customers[2], "queue.join", "{\"lang\":\"en\"}")), "\"ok\":true"));
    core.config.queue_capacity = 100000;
    reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_shop_says_what_it_was_told),
        cmocka_unit_test(test_sessions_that_ended_move_it),
        cmocka_unit_test(test_free_places_and_known_absences_count),
        cmocka_unit_test(test_what_was_told_is_kept_with_the_place),
        cmocka_unit_test(test_places_are_told_and_rise_as_they_change),
        cmocka_unit_test(test_the_answer_knows_the_place_before_the_line_does),
        cmocka_unit_test(test_a_full_line_says_so),
    };
    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
