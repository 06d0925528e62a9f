/* SPDX-License-Identifier: Apache-2.0 */
/* Places and the honest estimate: position x the mean interval between accepts, as a range. */
#include "tests/unit/cm.h"

#include "server/queue.h"
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

static void test_a_new_line_says_a_minute_each(void **state)
{
    (void)state;
    uint32_t one[2], three[2];
    vt_queue_estimate(core.app, "shop", "fresh", 1, one);
    vt_queue_estimate(core.app, "shop", "fresh", 3, three);
    assert_true(one[0] < 60 && 60 < one[1]);
    assert_true(three[0] < 180 && 180 < three[1]);
    assert_true(three[0] > one[1]);
}

static void test_accepts_move_the_mean(void **state)
{
    (void)state;
    uint32_t before[2], after[2], other[2];
    line_up();
    struct vt_conversation *conv = conv_of(&customers[0]);
    vt_queue_estimate(core.app, "shop", conv->session.queue, 2, before);
    for (int i = 0; i < 60; i++)
        vt_queue_accepted(conv); /* one right after the other */
    vt_queue_estimate(core.app, "shop", conv->session.queue, 2, after);
    assert_true(after[1] < before[0]);
    vt_queue_estimate(core.app, "shop", "fresh", 2, other);
    assert_true(other[0] < 120 && 120 < other[1]); /* each line has its own */
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
        cmocka_unit_test(test_a_new_line_says_a_minute_each),
        cmocka_unit_test(test_accepts_move_the_mean),
        cmocka_unit_test(test_places_are_told_and_rise_as_they_change),
        cmocka_unit_test(test_the_answer_knows_the_place_before_the_line_does),
        cmocka_unit_test(test_a_full_line_says_so),
    };
    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
