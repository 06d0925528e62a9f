/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

#include "server/auth/ticket.h"
#include "server/base/err.h"

static const struct vt_ticket sample = { .site = "s",
                                         .person = "p",
                                         .name = "Camille",
                                         .role = "associate",
                                         .origin = "https://shop.example",
                                         .login_expires_ms = 7 };
#define ORIGIN VT_STR("https://shop.example")

static void test_good_once(void **state)
{
    struct vt_tickets *tickets = vt_tickets_create();
    char text[VT_ID_TEXT];
    struct vt_ticket got;
    (void)state;
    assert_int_equal(vt_tickets_issue(tickets, &sample, text), VT_OK);
    assert_int_equal(strlen(text), 22);
    assert_int_equal(vt_tickets_take(tickets, vt_str(text), ORIGIN, &got), VT_OK);
    assert_string_equal(got.person, "p");
    assert_string_equal(got.name, "Camille");
    assert_int_equal(got.login_expires_ms, 7);
    assert_int_equal(vt_tickets_take(tickets, vt_str(text), ORIGIN, &got), VT_ERR_MISSING);
    vt_tickets_destroy(tickets);
}

static void test_another_origin_uses_it_up(void **state)
{
    struct vt_tickets *tickets = vt_tickets_create();
    char text[VT_ID_TEXT];
    struct vt_ticket got;
    (void)state;
    assert_int_equal(vt_tickets_issue(tickets, &sample, text), VT_OK);
    assert_int_equal(vt_tickets_take(tickets, vt_str(text), VT_STR("https://shop.example.evil"), &got),
                     VT_ERR_MISSING);
    assert_int_equal(vt_tickets_take(tickets, vt_str(text), ORIGIN, &got), VT_ERR_MISSING);
    assert_int_equal(vt_tickets_issue(tickets, &sample, text), VT_OK);
    assert_int_equal(vt_tickets_take(tickets, vt_str(text), (struct vt_str){ 0 }, &got), VT_ERR_MISSING);
    assert_int_equal(vt_tickets_take(tickets, (struct vt_str){ 0 }, ORIGIN, &got), VT_ERR_MISSING);
    assert_int_equal(vt_tickets_take(tickets, VT_STR(""), ORIGIN, &got), VT_ERR_MISSING);
    vt_tickets_destroy(tickets);
}

static void test_bounds(void **state)
{
    struct vt_tickets *tickets = vt_tickets_create();
    char text[VT_ID_TEXT], last[VT_ID_TEXT];
    struct vt_ticket one = sample, got;
    (void)state;
    for (int i = 0; i < VT_TICKETS_PERSON; i++)
        assert_int_equal(vt_tickets_issue(tickets, &one, text), VT_OK);
    assert_int_equal(vt_tickets_issue(tickets, &one, text), VT_ERR_FULL);
    for (int i = VT_TICKETS_PERSON; i < VT_TICKETS_MAX; i++) {
        snprintf(one.person, sizeof(one.person), "p%d", i / 32);
        assert_int_equal(vt_tickets_issue(tickets, &one, last), VT_OK);
    }
    snprintf(one.person, sizeof(one.person), "late");
    assert_int_equal(vt_tickets_issue(tickets, &one, text), VT_ERR_FULL);
    assert_int_equal(vt_tickets_take(tickets, vt_str(last), ORIGIN, &got), VT_OK);
    assert_int_equal(vt_tickets_issue(tickets, &one, text), VT_OK);
    vt_tickets_destroy(tickets);
}

static void test_dropped_with_the_person(void **state)
{
    struct vt_tickets *tickets = vt_tickets_create();
    char text[VT_ID_TEXT], other_text[VT_ID_TEXT];
    struct vt_ticket other = sample, got;
    (void)state;
    snprintf(other.person, sizeof(other.person), "q");
    assert_int_equal(vt_tickets_issue(tickets, &sample, text), VT_OK);
    assert_int_equal(vt_tickets_issue(tickets, &other, other_text), VT_OK);
    vt_tickets_drop_person(tickets, VT_STR("p"));
    assert_int_equal(vt_tickets_take(tickets, vt_str(text), ORIGIN, &got), VT_ERR_MISSING);
    assert_int_equal(vt_tickets_take(tickets, vt_str(other_text), ORIGIN, &got), VT_OK);
    vt_tickets_destroy(tickets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_once),
        cmocka_unit_test(test_another_origin_uses_it_up),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_dropped_with_the_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
