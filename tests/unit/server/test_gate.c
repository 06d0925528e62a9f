/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate reads from the rows: phase, role, conversation, state, driver, rate, open requests. */
#include "tests/unit/cm.h"

#include "server/chan.h"
#include "server/session.h"
#include "server/view.h"
#include "tests/unit/server/core_people.h"

static struct human customer, ann, bob;

static void expect(struct human *human, uint32_t id, const char *code)
{
    const char *line = answer(human, id);
    if (!strstr(line, code))
        fail_msg("not %s: %s", code, line);
}

static void reset(void)
{
    if (customer.client.conn)
        ask(&customer, "bye", "{}");
    settle(20);
    client_drop(&customer.client);
    client_drop(&ann.client);
    client_drop(&bob.client);
    core_turn(&core);
    memset(&customer, 0, sizeof(customer));
    memset(&ann, 0, sizeof(ann));
    memset(&bob, 0, sizeof(bob));
}

static void test_hello_comes_first_and_once(void **state)
{
    (void)state;
    client_open(&customer.client, &core, CORE_SHOP);
    customer.client.text = human_text;
    customer.client.arg = &customer;
    ask(&customer, "since", "{\"s\":0,\"cs\":0}");
    expect_closed(&customer, VT_CLOSE_PROTOCOL);
    arrive(&customer, NULL);
    client_hello_customer(&customer.client, NULL);
    expect_closed(&customer, VT_CLOSE_PROTOCOL);
    reset();
}

static void test_a_page_of_another_origin_is_turned_away(void **state)
{
    (void)state;
    client_open(&customer.client, &core, "https://elsewhere.example");
    customer.client.text = human_text;
    customer.client.arg = &customer;
    client_hello_customer(&customer.client, NULL);
    expect_closed(&customer, VT_CLOSE_FORBIDDEN);
    reset();
}

static void test_a_token_of_nobody(void **state)
{
    (void)state;
    arrive(&customer, NULL);
    client_drop(&customer.client);
    client_open(&customer.client, &core, CORE_SHOP);
    client_hello_customer(&customer.client, "[{\"conv\":\"x\",\"epoch\":1,\"s\":0,\"cs\":0,\"tok\":\"no\"}]");
    expect_closed(&customer, VT_CLOSE_TOKEN);
    reset();
}

static void test_roles(void **state)
{
    (void)state;
    pair(&customer, &ann, "ann");
    expect(&customer, ask(&customer, "queue.watch", "{\"tab\":\"all\"}"), "role.forbidden");
    expect(&customer, take(&customer, &customer), "role.forbidden");
    expect(&ann, ask(&ann, "queue.leave", "{}"), "role.forbidden");
    expect(&ann, ask(&ann, "away", "{\"returnSeconds\":1}"), "role.forbidden");
    expect(&customer, ask(&customer, "chat.send", "{\"kind\":\"note\",\"body\":{\"text\":\"x\"}}"),
           "role.forbidden");
    expect(&customer, ask(&customer, "session.state", "{\"state\":\"live\"}"),
           "role.forbidden"); /* the server's alone */
    reset();
}

static void test_conversation_and_state(void **state)
{
    (void)state;
    arrive(&customer, NULL);
    arrive(&ann, "ann");
    ann.c = 4711;
    expect(&ann, ask(&ann, "chat.send", "{\"kind\":\"text\",\"body\":{\"text\":\"x\"}}"), "not.found");
    expect(&customer, ask(&customer, "queue.leave", "{}"), "state.wrong");
    expect(&customer,
           ask(&customer, "view.open", "{\"items\":[{\"media\":\"m\"}],\"active\":1,\"mode\":\"image\"}"),
           "state.wrong");
    expect(&customer, ask(&customer, "session.end", "{}"), "state.wrong");
    reset();
}

static void test_only_the_driver_sets(void **state)
{
    (void)state;
    pair(&customer, &ann, "ann");
    expect(&ann, ask(&ann, "view.open", "{\"items\":[{\"media\":\"m\"}],\"active\":1,\"mode\":\"image\"}"),
           "\"seq\":1");
    expect(&customer, ask(&customer, "view.set", "{\"base\":1,\"rect\":[0,0,0.5,0.5]}"), "driver.other");
    expect(&ann, ask(&ann, "view.set", "{\"base\":1,\"rect\":[0,0,0.5,0.5]}"), "\"seq\":2");
    expect(&ann, ask(&ann, "view.set", "{\"base\":0,\"rect\":[0,0,0.5,0.5]}"), "view.stale");
    wait_for(&ann, "\"op\":\"view.state\"");
    reset();
}

static void test_rates(void **state)
{
    (void)state;
    core.config.rate_talk = 5;
    arrive(&customer, NULL);
    uint32_t id = 0;
    for (int i = 0; i < 21; i++) /* four seconds of it at once, and one more */
        id = ask(&customer, "chat.send", "{\"kind\":\"text\",\"body\":{\"text\":\"x\"}}");
    expect(&customer, id, "rate.limited");
    assert_non_null(strstr(answer(&customer, id), "\"after\":"));
    assert_non_null(strstr(answer(&customer, id - 1), "\"ok\":true"));
    core.config.rate_talk = 10000;
    reset();
}

static void test_64_requests_are_open_at_most_and_come_back(void **state)
{
    (void)state;
    core.config.rate_search = 10000;
    arrive(&customer, NULL);
    for (int round = 0; round < 3; round++) { /* each answered one makes room */
        uint32_t id = 0;
        for (int i = 0; i < VT_REQUESTS_OPEN + 1; i++)
            id = ask(&customer, "chat.history", "{\"before\":0,\"n\":1}");
        expect(&customer, id, "rate.limited");
        assert_non_null(strstr(answer(&customer, id - 1), "\"ok\":true"));
    }
    assert_int_equal(customer.client.peer->requests_open, 0);
    reset();
}

static void test_ten_bad_messages_end_it(void **state)
{
    (void)state;
    arrive(&customer, NULL);
    for (int i = 0; i < 9; i++)
        client_send(&customer.client, "{\"op\":\"no.such\",\"id\":77,\"d\":{}}");
    settle(5);
    assert_int_equal(customer.client.code, 0);
    client_send(&customer.client, "{");
    expect_closed(&customer, VT_CLOSE_PROTOCOL);
    reset();
}

static struct vt_chan *channel_of(struct human *human, enum vt_chan_kind kind)
{
    struct vt_conversation *conv = vt_conv_find(core.app, VT_STR("shop"), vt_str(customer.conv));
    struct vt_member *member = vt_conv_member(conv, human->client.peer);
    return kind == VT_CHAN_KIND_VIEW  ? conv->view_chan
           : kind == VT_CHAN_KIND_PTR ? member->ptr
                                      : member->draw;
}

static void send_ptr(struct human *from, uint16_t chan, uint32_t seq, uint8_t flags)
{
    uint8_t bytes[VT_BIN_HEAD_BYTES + 64];
    struct vt_bin_head head = { .type = VT_BIN_PTR, .flags = flags, .chan = chan, .seq = seq };
    struct vt_bin_ptr ptr = { .slot = 1 };
    vt_bin_head_put(bytes, &head);
    size_t n = vt_bin_ptr_put(bytes + VT_BIN_HEAD_BYTES, 64, &ptr);
    core.handler.binary(from->client.peer, bytes, VT_BIN_HEAD_BYTES + n);
}

static size_t frames_n;

static void count_frame(struct client *client, const uint8_t *bytes, size_t len)
{
    (void)client, (void)bytes, (void)len;
    frames_n++;
}

static void test_binary_frames(void **state)
{
    (void)state;
    pair(&customer, &ann, "ann");
    uint16_t mine = channel_of(&customer, VT_CHAN_KIND_PTR)->n, hers = channel_of(&ann, VT_CHAN_KIND_PTR)->n;
    ann.client.binary = count_frame;
    frames_n = 0;
    send_ptr(&customer, mine, 1, 0);
    settle(20);
    assert_int_equal(frames_n, 1);
    send_ptr(&customer, mine, 1, 0);  /* an old number */
    send_ptr(&customer, hers, 9, 0);  /* another's channel */
    send_ptr(&customer, 30000, 9, 0); /* nobody's */
    settle(20);
    assert_int_equal(frames_n, 1);
    assert_int_equal(customer.client.code, 0);
    for (uint32_t seq = 2; seq < 12; seq++) /* the newest takes the place */
        send_ptr(&customer, mine, seq, 0);
    settle(20);
    assert_int_equal(frames_n, 2);
    send_ptr(&customer, channel_of(&customer, VT_CHAN_KIND_DRAW)->n, 1,
             0); /* a pointer on the strokes' channel */
    expect_closed(&customer, VT_CLOSE_PROTOCOL);
    reset();
}

static void test_ends_of_gestures_have_a_pace_too(void **state)
{
    (void)state;
    core.config.rate_act = 10;
    pair(&customer, &ann, "ann");
    ann.client.binary = count_frame;
    frames_n = 0;
    uint16_t mine = channel_of(&customer, VT_CHAN_KIND_PTR)->n;
    for (uint32_t seq = 1; seq <= 1000; seq++)
        send_ptr(&customer, mine, seq, VT_BIN_EDGE);
    settle(20);
    assert_in_range(frames_n, 180, 225); /* four seconds of motion and of acts */
    assert_int_equal(customer.client.code, 0);
    core.config.rate_act = 10000;
    reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello_comes_first_and_once),
        cmocka_unit_test(test_a_page_of_another_origin_is_turned_away),
        cmocka_unit_test(test_a_token_of_nobody),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_conversation_and_state),
        cmocka_unit_test(test_only_the_driver_sets),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_64_requests_are_open_at_most_and_come_back),
        cmocka_unit_test(test_ten_bad_messages_end_it),
        cmocka_unit_test(test_binary_frames),
        cmocka_unit_test(test_ends_of_gestures_have_a_pace_too),
    };
    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
