/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/bus/bus.h"

struct heard {
    char text[4096];
    struct vt_bus *answers_on;
};

static void on_heard(void *arg, struct vt_str bytes)
{
    struct heard *heard = arg;
    strncat(heard->text, bytes.ptr, bytes.len);
    if (heard->answers_on && bytes.len == 1)
        assert_int_equal(vt_bus_publish(heard->answers_on, "a", VT_STR("(again)")), VT_OK);
}

static struct vt_loop *loop;
static struct vt_bus *bus;

static int setup(void **state)
{
    (void)state;
    loop = vt_loop_create();
    bus = vt_bus_open_local(loop);
    return bus ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vt_loop_run_dry(loop);
    vt_bus_close(bus);
    vt_loop_destroy(loop);
    return 0;
}

static void test_every_subscriber_in_a_later_turn_in_order(void **state)
{
    (void)state;
    struct heard one = { 0 }, two = { 0 }, other = { 0 };
    vt_bus_subscribe(bus, "a", on_heard, &one);
    vt_bus_subscribe(bus, "a", on_heard, &two);
    vt_bus_subscribe(bus, "b", on_heard, &other);
    char text[2] = "1";
    for (; text[0] <= '5'; text[0]++) /* copied: the next one overwrites it */
        assert_int_equal(vt_bus_publish(bus, "a", vt_str(text)), VT_OK);
    vt_bus_publish(bus, "b", VT_STR("b"));
    vt_bus_publish(bus, "nobody", VT_STR("x"));
    assert_string_equal(one.text, "");
    vt_loop_run_dry(loop);
    assert_string_equal(one.text, "12345");
    assert_string_equal(two.text, "12345");
    assert_string_equal(other.text, "b");
}

static void test_a_subscriber_may_publish(void **state)
{
    (void)state;
    struct heard one = { .answers_on = bus };
    vt_bus_subscribe(bus, "a", on_heard, &one);
    vt_bus_publish(bus, "a", VT_STR("1"));
    vt_bus_publish(bus, "a", VT_STR("2"));
    vt_loop_run_dry(loop);
    assert_string_equal(one.text, "12(again)(again)");
}

static void test_bounds(void **state)
{
    (void)state;
    struct heard one = { 0 };
    for (int i = 0; i < 16; i++)
        assert_int_equal(vt_bus_subscribe(bus, "b", on_heard, &one), VT_OK);
    assert_int_equal(vt_bus_subscribe(bus, "b", on_heard, &one), VT_ERR_FULL);
    int taken = 0;
    while (taken < 100000 && vt_bus_publish(bus, "a", VT_STR("")) == VT_OK)
        taken++;
    assert_int_equal(taken, 65536);
    assert_int_equal(vt_bus_publish(bus, "a", VT_STR("")), VT_ERR_FULL);
    vt_loop_run_dry(loop);
    assert_int_equal(vt_bus_publish(bus, "a", VT_STR("")), VT_OK);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = { T(test_every_subscriber_in_a_later_turn_in_order),
                                        T(test_a_subscriber_may_publish), T(test_bounds) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
