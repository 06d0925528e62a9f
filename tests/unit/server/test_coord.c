/* SPDX-License-Identifier: Apache-2.0 */
/* Coord within one process: history and where it is cut, lines in their order, who takes whom, once. */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/coord/coord.h"

#define CONV VT_STR("shop/cv")
#define LINE VT_STR("shop/main")

struct heard {
    int answers, err;
    size_t n;
    uint32_t first, last;
    bool complete;
    char line[512], body[64];
};

static struct vt_loop *loop;
static struct vt_coord *coord;

static int setup(void **state)
{
    (void)state;
    loop = vt_loop_create();
    coord = vt_coord_open_local(loop);
    return coord ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vt_loop_run_dry(loop);
    vt_coord_close(coord);
    vt_loop_destroy(loop);
    return 0;
}

static void on_done(void *arg, int err)
{
    struct heard *heard = arg;
    heard->answers++;
    heard->err = err;
}

static void on_events(void *arg, const struct vt_coord_event *events, size_t n, bool complete)
{
    struct heard *heard = arg;
    *heard = (struct heard){ .answers = heard->answers + 1, .n = n, .complete = complete };
    if (n == 0)
        return;
    heard->first = events[0].s;
    heard->last = events[n - 1].s;
    vt_str_copy(heard->body, sizeof(heard->body), events[n - 1].body);
    for (size_t i = 1; i < n; i++)
        assert_int_equal(events[i].s, events[i - 1].s + 1);
}

static void on_line(void *arg, const struct vt_str *convs, size_t n)
{
    struct heard *heard = arg;
    heard->answers++;
    heard->line[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        strcat(heard->line, i ? " " : "");
        strncat(heard->line, convs[i].ptr, convs[i].len);
    }
}

static void append(uint32_t from, uint32_t to)
{
    for (uint32_t s = from; s <= to; s++) {
        char body[32];
        snprintf(body, sizeof(body), "{\"s\":%u}", s);
        struct vt_coord_event event = { .s = s,
                                        .p = { s - 1 },
                                        .audience = 1,
                                        .ts = 5,
                                        .op = VT_STR("x"),
                                        .by = VT_STR("c"),
                                        .body = vt_str(body) };
        assert_int_equal(coord->ops->hist_append(coord, CONV, &event), VT_OK);
    }
}

static struct heard since(uint32_t s)
{
    struct heard heard = { 0 };
    assert_int_equal(coord->ops->hist_since(coord, CONV, s, on_events, &heard), VT_OK);
    assert_int_equal(heard.answers, 0); /* in a later turn, always */
    vt_loop_run_dry(loop);
    assert_int_equal(heard.answers, 1);
    return heard;
}

static void test_history_from_a_number(void **state)
{
    (void)state;
    assert_false(since(0).complete); /* nothing is known of it */
    append(1, 20);
    struct heard heard = since(15);
    assert_true(heard.complete);
    assert_int_equal(heard.n, 5);
    assert_int_equal(heard.first, 16);
    assert_string_equal(heard.body, "{\"s\":20}");
    assert_true(since(20).complete);
    assert_int_equal(since(20).n, 0);
    assert_int_equal(since(0).n, 20);
}

static void test_history_keeps_512(void **state)
{
    (void)state;
    append(1, VT_HISTORY_ENTRIES + 8);
    assert_false(since(7).complete);
    assert_true(since(8).complete);
    assert_int_equal(since(8).n, VT_HISTORY_ENTRIES);
    assert_int_equal(since(8).first, 9);
    append(VT_HISTORY_ENTRIES + 9, 3000);
    assert_true(since(2990).complete);
    assert_false(since(2000).complete);
}

static void test_history_that_begins_late_says_so(void **state)
{
    (void)state;
    append(100, 110);
    assert_false(since(98).complete);
    assert_true(since(99).complete);
    coord->ops->hist_drop(coord, CONV);
    assert_false(since(110).complete);
}

static int push(const char *conv, int64_t score, size_t capacity)
{
    struct heard heard = { 0 };
    assert_int_equal(coord->ops->q_push(coord, LINE, vt_str(conv), score, capacity, on_done, &heard), VT_OK);
    vt_loop_run_dry(loop);
    assert_int_equal(heard.answers, 1);
    return heard.err;
}

static int accept_one(const char *conv, const char *person, uint32_t cap)
{
    struct heard heard = { 0 };
    assert_int_equal(coord->ops->q_accept(coord, LINE, vt_str(conv), vt_str(person), cap, on_done, &heard),
                     VT_OK);
    vt_loop_run_dry(loop);
    return heard.err;
}

static void expect_line(const char *line)
{
    static struct heard heard;
    coord->ops->q_line(coord, LINE, 3, on_line, &heard);
    vt_loop_run_dry(loop);
    assert_string_equal(heard.line, line);
}

static void test_line_by_score(void **state)
{
    (void)state;
    push("b", 20, 10);
    push("c", 30, 10);
    push("a", 10, 10);
    push("b2", 20, 10);                         /* the same moment: whoever was first */
    expect_line("a b b2");                      /* three were asked for */
    assert_int_equal(push("b", 99, 10), VT_OK); /* again is harmless */
    expect_line("a b b2");
    coord->ops->q_cancel(coord, LINE, VT_STR("a"));
    coord->ops->q_cancel(coord, LINE, VT_STR("nobody"));
    expect_line("b b2 c");
    push("a", 10, 10); /* who returns keeps the place */
    expect_line("a b b2");
}

static void test_line_has_a_capacity(void **state)
{
    (void)state;
    assert_int_equal(push("a", 1, 2), VT_OK);
    assert_int_equal(push("b", 2, 2), VT_OK);
    assert_int_equal(push("c", 3, 2), VT_ERR_FULL);
    assert_int_equal(push("a", 1, 2), VT_OK);
    expect_line("a b");
}

static void test_taken_once(void **state)
{
    (void)state;
    struct heard one = { 0 }, two = { 0 };
    push("a", 1, 10);
    coord->ops->q_accept(coord, LINE, VT_STR("a"), VT_STR("p1"), 3, on_done, &one);
    coord->ops->q_accept(coord, LINE, VT_STR("a"), VT_STR("p2"), 3, on_done, &two);
    vt_loop_run_dry(loop);
    assert_int_equal(one.err, VT_OK);
    assert_int_equal(two.err, VT_ERR_MISSING);
    assert_int_equal(accept_one("a", "p1", 3), VT_ERR_MISSING);
    expect_line("");
}

static void test_load_bounds_a_person(void **state)
{
    (void)state;
    push("a", 1, 10);
    push("b", 2, 10);
    push("c", 3, 10);
    assert_int_equal(accept_one("a", "p", 2), VT_OK);
    coord->ops->load_add(coord, VT_STR("p"), 1); /* restored */
    assert_int_equal(accept_one("b", "p", 2), VT_ERR_FULL);
    expect_line("b c"); /* refused, so it stays */
    assert_int_equal(accept_one("b", "q", 2), VT_OK);
    coord->ops->load_add(coord, VT_STR("p"), -1);
    assert_int_equal(accept_one("c", "p", 2), VT_OK);
    for (int i = 0; i < 5; i++)
        coord->ops->load_add(coord, VT_STR("p"), -1); /* never below nothing */
    push("d", 4, 10);
    push("e", 5, 10);
    assert_int_equal(accept_one("d", "p", 1), VT_OK);
    assert_int_equal(accept_one("e", "p", 1), VT_ERR_FULL);
}

/* Who of p1, p2 and p3 is asked for `conv`. */
static const char *claim(const char *conv)
{
    static struct heard heard;
    const struct vt_str persons[] = { VT_STR("p1"), VT_STR("p2"), VT_STR("p3") };
    heard = (struct heard){ 0 };
    assert_int_equal(coord->ops->q_claim(coord, LINE, vt_str(conv), persons, 3, on_line, &heard), VT_OK);
    assert_int_equal(heard.answers, 0); /* in a later turn, always */
    vt_loop_run_dry(loop);
    assert_int_equal(heard.answers, 1);
    return heard.line;
}

static void staff(const char *person, uint32_t cap, bool free)
{
    coord->ops->staff_set(coord, vt_str(person), cap, free);
}

static void test_asked_are_the_free_with_room(void **state)
{
    (void)state;
    push("a", 1, 10);
    push("b", 2, 10);
    push("c", 3, 10);
    assert_string_equal(claim("a"), ""); /* nobody is who was never set */
    staff("p1", 1, true);
    staff("p2", 2, true);
    staff("p3", 5, false);
    assert_string_equal(claim("a"), "p1 p2");
    assert_string_equal(claim("a"), "");   /* asked for it already */
    assert_string_equal(claim("b"), "p2"); /* a question takes a place */
    assert_string_equal(claim("c"), "");
    staff("p3", 5, true);
    assert_string_equal(claim("c"), "p3");
    assert_string_equal(claim("none"), "");
}

static void test_an_answer_gives_the_places_back(void **state)
{
    (void)state;
    push("a", 1, 10);
    push("b", 2, 10);
    staff("p1", 1, true);
    staff("p2", 1, true);
    assert_string_equal(claim("a"), "p1 p2");
    coord->ops->q_release(coord, LINE, VT_STR("a"), VT_STR("p2")); /* declined */
    coord->ops->q_release(coord, LINE, VT_STR("a"), VT_STR("p2")); /* again is harmless */
    assert_string_equal(claim("b"), "p2");
    assert_int_equal(accept_one("a", "p1", 1), VT_OK); /* p1 has a session, and p1's question is over */
    coord->ops->q_cancel(coord, LINE, VT_STR("b"));    /* the customer left: p2's too */
    push("c", 3, 10);
    assert_string_equal(claim("c"), "p2");
    coord->ops->load_add(coord, VT_STR("p1"), -1);
    assert_string_equal(claim("c"), "p1");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_history_from_a_number),
        T(test_history_keeps_512),
        T(test_history_that_begins_late_says_so),
        T(test_line_by_score),
        T(test_line_has_a_capacity),
        T(test_taken_once),
        T(test_load_bounds_a_person),
        T(test_asked_are_the_free_with_room),
        T(test_an_answer_gives_the_places_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
