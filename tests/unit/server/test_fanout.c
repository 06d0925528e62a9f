/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets what, under which numbers; what a browser that comes back finds. */
#include "tests/unit/cm.h"

#include "server/fanout.h"
#include "tests/unit/server/core_people.h"

static struct human customer, ann, bob;

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

static void say(struct human *human, const char *kind, const char *text)
{
    char d[128];
    snprintf(d, sizeof(d), "{\"kind\":\"%s\",\"body\":{\"text\":\"%s\"}}", kind, text);
    answer(human, ask(human, "chat.send", d));
}

static void test_audiences_of_roles(void **state)
{
    (void)state;
    assert_int_equal(vt_fanout_audience(0), 0);
    assert_int_equal(vt_fanout_audience(1 << VT_ROLE_CUSTOMER), 1 << VT_AUDIENCE_CUSTOMER);
    assert_int_equal(vt_fanout_audience(1 << VT_ROLE_GUEST), 1 << VT_AUDIENCE_GUEST);
    assert_int_equal(vt_fanout_audience(1 << VT_ROLE_ASSOCIATE), 1 << VT_AUDIENCE_STAFF);
    assert_int_equal(vt_fanout_audience(1 << VT_ROLE_SUPERVISOR), 1 << VT_AUDIENCE_STAFF);
}

static void test_a_note_is_a_gap_for_the_customer(void **state)
{
    (void)state;
    pair(&customer, &ann, "ann");
    arrive(&bob, "bob");
    char d[96];
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", customer.conv);
    answer(&bob, ask(&bob, "conv.open", d));
    wait_for(&bob, "\"op\":\"snapshot\"");
    say(&ann, "text", "one");
    say(&ann, "note", "between us");
    say(&ann, "text", "two");
    assert_non_null(wait_for(&bob, "between us"));
    assert_non_null(
        strstr(wait_for(&bob, "\"two\""), "\"cs\":3,\"by\":\"a1\"")); /* no p: the note was before it */
    assert_non_null(strstr(line_with(&bob, "\"two\""), "\"c\":"));
    const char *line = wait_for(&customer, "\"two\"");
    assert_non_null(strstr(line, "\"cs\":3,\"p\":1,"));
    assert_null(strstr(line, "\"c\":"));
    assert_null(line_with(&customer, "between us"));
    assert_null(line_with(&ann, "\"op\":\"chat.send\"")); /* to the author the answer is it */
    reset();
}

static void test_a_snapshot_too_large_loses_old_rows_only(void **state)
{
    (void)state;
    char text[4001], d[4200];
    memset(text, 'x', sizeof(text) - 1);
    text[4000] = '\0';
    arrive(&customer, NULL);
    for (int i = 0; i < 30; i++) {
        snprintf(d, sizeof(d), "{\"kind\":\"text\",\"body\":{\"text\":\"%02d %s\"}}", i, text);
        answer(&customer, ask(&customer, "chat.send", d));
    }
    client_drop(&customer.client);
    arrive(&customer, NULL);
    const char *line = wait_for(&customer, "\"op\":\"snapshot\"");
    assert_true(strlen(line) < 65536);
    assert_non_null(strstr(line, "\"more\":true"));
    assert_non_null(strstr(line, "\"29 xxx"));
    assert_null(strstr(line, "\"00 xxx"));
    reset();
}

/* Pages with long addresses: fifty of them are more than a message holds, and staff still come in. */
static void test_a_long_trail_keeps_nobody_out(void **state)
{
    (void)state;
    char url[1900], d[2200];
    memset(url, 'u', sizeof(url) - 1);
    url[sizeof(url) - 1] = '\0';
    pair(&customer, &ann, "ann");
    for (int i = 0; i < 50; i++) {
        snprintf(d, sizeof(d), "{\"op\":\"page.at\",\"d\":{\"n\":%d,\"url\":\"/%s\",\"title\":\"t\"}}", i,
                 url);
        client_send(&customer.client, d);
        settle(2);
    }
    arrive(&bob, "bob");
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", customer.conv);
    answer(&bob, ask(&bob, "conv.open", d));
    const char *line = wait_for(&bob, "\"op\":\"snapshot\"");
    assert_non_null(strstr(line, "\"n\":49,"));
    assert_int_equal(bob.client.code, 0);
    reset();
}

static void resume(struct human *human, uint32_t s, uint32_t cs)
{
    char text[256];
    forget(human);
    client_open(&human->client, &core, CORE_SHOP);
    snprintf(text, sizeof(text), "[{\"conv\":\"%s\",\"epoch\":%u,\"s\":%u,\"cs\":%u,\"tok\":\"%s\"}]",
             human->conv, human->epoch, s, cs, human->tok);
    client_hello_customer(&human->client, text);
    wait_for(human, "\"convs\"");
}

/* Nothing was missed: no snapshot, and yet the place and the people, which have no numbers. */
static void test_a_recovered_customer_learns_the_place(void **state)
{
    (void)state;
    struct human first = { 0 };
    arrive(&first, NULL);
    arrive(&customer, NULL);
    answer(&first, ask(&first, "queue.join", "{\"lang\":\"en\"}"));
    assert_non_null(
        strstr(answer(&customer, ask(&customer, "queue.join", "{\"lang\":\"en\"}")), "\"position\":2"));
    settle(20);
    uint32_t s = vt_conv_find(core.app, VT_STR("shop"), vt_str(customer.conv))->s;
    client_drop(&customer.client);
    answer(&first, ask(&first, "queue.leave", "{}"));
    settle(1200);
    resume(&customer, s, 0);
    assert_non_null(strstr(line_with(&customer, "\"convs\""), "\"recovered\":true"));
    assert_non_null(strstr(wait_for(&customer, "\"op\":\"queue.place\""), "\"position\":1"));
    assert_non_null(wait_for(&customer, "\"op\":\"presence.person\""));
    assert_null(line_with(&customer, "\"op\":\"snapshot\""));
    client_drop(&first.client);
    reset();
}

static void test_a_newer_tab_leads(void **state)
{
    (void)state;
    arrive(&customer, NULL);
    struct human *tab = calloc(1, sizeof(*tab));
    memcpy(tab->conv, customer.conv, sizeof(tab->conv));
    memcpy(tab->tok, customer.tok, sizeof(tab->tok));
    arrive(tab, NULL);
    settle(5);
    assert_int_equal(customer.client.code, VT_CLOSE_OTHER_TAB);
    say(tab, "text", "from the newer one");
    client_drop(&tab->client);
    free(tab);
    reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audiences_of_roles),
        cmocka_unit_test(test_a_note_is_a_gap_for_the_customer),
        cmocka_unit_test(test_a_snapshot_too_large_loses_old_rows_only),
        cmocka_unit_test(test_a_long_trail_keeps_nobody_out),
        cmocka_unit_test(test_a_recovered_customer_learns_the_place),
        cmocka_unit_test(test_a_newer_tab_leads),
    };
    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
