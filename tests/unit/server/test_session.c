/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a session: every pair of states, and the ways in and out that go wrong. */
#include "tests/unit/cm.h"

#include "server/session.h"
#include "tests/unit/server/core_people.h"

static struct human customer, ann, bob;

static void reset(void)
{
    if (customer.client.conn)
        ask(&customer, "bye", "{}"); /* or the place would be kept into the next test */
    settle(20);
    client_drop(&customer.client);
    client_drop(&ann.client);
    client_drop(&bob.client);
    core_turn(&core);
    memset(&customer, 0, sizeof(customer));
    memset(&ann, 0, sizeof(ann));
    memset(&bob, 0, sizeof(bob));
}

static void test_every_pair_of_states(void **state)
{
    (void)state;
    static const char *const allowed[VT_STATE_COUNT] = {
        /* columns: none waiting claimed live away ended */
        [VT_STATE_NONE] = ".x....", [VT_STATE_WAITING] = "..xx.x", [VT_STATE_CLAIMED] = ".x.x.x",
        [VT_STATE_LIVE] = ".x..xx", [VT_STATE_AWAY] = ".x.x.x",    [VT_STATE_ENDED] = ".x....",
    };
    for (int from = 0; from < VT_STATE_COUNT; from++)
        for (int to = 0; to < VT_STATE_COUNT; to++)
            assert_int_equal(vt_session_may((enum vt_state)from, (enum vt_state)to),
                             allowed[from][to] == 'x');
}

static void test_a_setter_that_refuses_changes_nothing(void **state)
{
    (void)state;
    arrive(&customer, NULL);
    struct vt_conversation *conv = vt_conv_find(core.app, VT_STR("shop"), vt_str(customer.conv));
    uint32_t s = conv->s;
    for (int to = 0; to < VT_STATE_COUNT; to++)
        if (to != VT_STATE_WAITING)
            assert_int_equal(vt_session_set(conv, (enum vt_state)to, NULL), VT_ERR_STATE_WRONG);
    assert_int_equal(conv->s, s);
    assert_int_equal(conv->session.state, VT_STATE_NONE);
    reset();
}

static void test_two_joins_in_one_turn_are_one_place(void **state)
{
    (void)state;
    arrive(&customer, NULL);
    uint32_t one = ask(&customer, "queue.join", "{\"lang\":\"en\"}"),
             two = ask(&customer, "queue.join", "{\"lang\":\"en\",\"queue\":\"rings\"}");
    assert_non_null(strstr(answer(&customer, two), "state.wrong"));
    assert_non_null(strstr(answer(&customer, one), "\"position\":1"));
    arrive(&ann, "ann");
    assert_non_null(strstr(answer(&ann, take(&ann, &customer)), "reference"));
    reset();
}

static void test_a_repeated_request_gets_the_first_answer(void **state)
{
    (void)state;
    char join[37], end[37], first[512], d[96];
    client_cid(join);
    client_cid(end);
    arrive(&customer, NULL);
    arrive(&ann, "ann");
    answer(&customer, client_ask(&customer.client, "queue.join", 0, join, "{\"lang\":\"en\"}"));
    client_drop(&customer.client);
    arrive(&customer, NULL);
    assert_non_null(
        strstr(answer(&customer, client_ask(&customer.client, "queue.join", 0, join, "{\"lang\":\"en\"}")),
               "\"position\":1"));
    snprintf(first, sizeof(first), "%s", strstr(answer(&ann, take(&ann, &customer)), "\"d\":"));
    client_drop(&ann.client); /* the answer was lost: it is asked again */
    arrive(&ann, "ann");
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", customer.conv);
    assert_string_equal(strstr(answer(&ann, take(&ann, &customer)), "\"d\":"), first);
    arrive(&bob, "bob");
    assert_non_null(strstr(answer(&bob, take(&bob, &customer)), "claim.gone"));
    assert_non_null(
        strstr(answer(&customer, client_ask(&customer.client, "session.end", 0, end, "{}")), "\"ok\":true"));
    assert_non_null(
        strstr(answer(&customer, client_ask(&customer.client, "session.end", 0, end, "{}")), "\"ok\":true"));
    assert_non_null(strstr(answer(&customer, ask(&customer, "session.end", "{}")), "state.wrong"));
    reset();
}

static void test_who_vanishes_while_taking_keeps_no_place(void **state)
{
    (void)state;
    core.config.capacity = 1;
    arrive(&customer, NULL);
    answer(&customer, ask(&customer, "queue.join", "{\"lang\":\"en\"}"));
    for (int turns = 0; turns < 6; turns++) { /* gone at each point of the way */
        arrive(&ann, "carl");
        take(&ann, &customer);
        for (int i = 0; i < turns; i++)
            core_turn(&core);
        client_drop(&ann.client);
        settle(20);
        struct vt_conversation *conv = vt_conv_find(core.app, VT_STR("shop"), vt_str(customer.conv));
        if (conv->session.state != VT_STATE_WAITING)
            break; /* so late that it was taken: the hold runs */
    }
    arrive(&ann, "carl");
    assert_non_null(strstr(answer(&ann, take(&ann, &customer)), "reference"));
    core.config.capacity = 100;
    reset();
}

static void test_away_answers_without_a_number(void **state)
{
    (void)state;
    pair(&customer, &ann, "ann");
    const char *line = answer(&customer, ask(&customer, "away", "{\"returnSeconds\":60}"));
    assert_non_null(strstr(line, "\"ok\":true,\"d\":{}"));
    assert_non_null(wait_for(&ann, "\"op\":\"away\""));
    reset();
}

static void test_a_former_associates_hold_leaves_the_next_one_alone(void **state)
{
    (void)state;
    core.config.away_hold = 600;
    pair(&customer, &ann, "ann");
    client_drop(&ann.client);
    core_turn(&core);
    answer(&customer, ask(&customer, "session.end", "{}"));
    answer(&customer, ask(&customer, "queue.join", "{\"lang\":\"en\"}"));
    arrive(&bob, "bob");
    answer(&bob, take(&bob, &customer));
    settle(2200); /* two sweeps: Ann's hold is over */
    struct vt_conversation *conv = vt_conv_find(core.app, VT_STR("shop"), vt_str(customer.conv));
    assert_int_equal(conv->session.state, VT_STATE_LIVE);
    assert_string_equal(conv->session.associate, "bob");
    client_drop(&bob.client);
    settle(2200); /* Bob's own hold is another matter: the customer waits again, in the old place */
    assert_int_equal(conv->session.state, VT_STATE_WAITING);
    assert_int_equal(conv->place, 1);
    core.config.away_hold = 120000;
    reset();
}

static void test_looking_at_a_thread_does_not_unload_it(void **state)
{
    (void)state;
    core.config.away_hold = 100;
    arrive(&customer, NULL);
    arrive(&ann, "ann");
    assert_non_null(strstr(answer(&ann, take(&ann, &customer)), "claim.gone"));
    settle(2200);
    assert_non_null(strstr(
        answer(&customer, ask(&customer, "chat.send", "{\"kind\":\"text\",\"body\":{\"text\":\"here\"}}")),
        "\"ok\":true"));
    core.config.away_hold = 120000;
    reset();
}

/* A restart: places, pairings and the view come back; who does not is given up by the hold. */
static void test_restart(void **state)
{
    (void)state;
    pair(&customer, &ann, "ann");
    answer(&ann,
           ask(&ann, "view.open", "{\"items\":[{\"media\":\"ring\"}],\"active\":1,\"mode\":\"image\"}"));
    settle(1200); /* saved within a second */
    char conv_id[64];
    snprintf(conv_id, sizeof(conv_id), "%s", customer.conv);
    client_drop(&customer.client);
    client_drop(&ann.client);
    core_close(&core);
    core.config.away_hold = 600;
    core_open(&core);
    struct vt_conversation *conv = vt_conv_find(core.app, VT_STR("shop"), vt_str(conv_id));
    assert_non_null(conv);
    assert_int_equal(conv->session.state, VT_STATE_LIVE);
    assert_string_equal(conv->session.associate, "ann");
    arrive(&customer, NULL);
    assert_non_null(strstr(wait_for(&customer, "\"op\":\"snapshot\""), "\"media\":\"ring\""));
    settle(2200);
    assert_int_equal(conv->session.state, VT_STATE_WAITING);
    assert_non_null(wait_for(&customer, "\"driver\":\"\"")); /* nobody drives any more */
    core.config.away_hold = 120000;
    reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair_of_states),
        cmocka_unit_test(test_a_setter_that_refuses_changes_nothing),
        cmocka_unit_test(test_two_joins_in_one_turn_are_one_place),
        cmocka_unit_test(test_a_repeated_request_gets_the_first_answer),
        cmocka_unit_test(test_who_vanishes_while_taking_keeps_no_place),
        cmocka_unit_test(test_away_answers_without_a_number),
        cmocka_unit_test(test_a_former_associates_hold_leaves_the_next_one_alone),
        cmocka_unit_test(test_looking_at_a_thread_does_not_unload_it),
        cmocka_unit_test(test_restart),
    };
    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
