/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of webhooks by a clock of ours: which are due, how long they rest, when an address is given up.
 */
#include "tests/unit/cm.h"

#include "server/store/hooks.h"
#include "server/store/privacy.h"
#include "tests/unit/server/store_fixture.h"

#define SITE VT_STR("pk_test")
#define HOUR INT64_C(3600000)
static const int64_t t0 = INT64_C(1763000000000);

struct desk {
    struct fixture f;
    struct vt_manage *manage;
    struct vt_arena arena;
};

static int setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    fixture_dir(&d->f);
    vt_arena_init(&d->arena, 1 << 20);
    d->manage = vt_manage_open(d->f.dir, store_place(d->f.dir), &error);
    assert_non_null(d->manage);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;
    vt_manage_close(d->manage);
    vt_arena_finish(&d->arena);
    fixture_remove(&d->f);
    free(d);
    return 0;
}

static void handle_appended(void *arg, int err, uint32_t cs, bool doubled)
{
    (void)cs, (void)doubled;
    fixture_done(arg, err);
}

/* Messages through the store itself, as sessions write them. */
static void say(struct desk *d, const char *const *convs, size_t n)
{
    fixture_open(&d->f, 1000);
    for (size_t i = 0; i < n; i++) {
        struct vt_store_conv conv = {
            .site = SITE, .conv = vt_str(convs[i]), .customer = VT_STR("u"), .created = t0
        };
        struct vt_store_message message = { .site = SITE,
                                            .conv = vt_str(convs[i]),
                                            .audience = 1,
                                            .ts = t0 + (int64_t)i,
                                            .by = VT_STR("c"),
                                            .op = VT_STR("chat.send"),
                                            .body = VT_STR(
                                                "{\"kind\":\"text\",\"body\":{\"text\":\"hi\"}}") };
        vt_store_conv_create(d->f.store, &conv, fixture_done, &d->f);
        vt_store_append(d->f.store, &message, handle_appended, &d->f);
    }
    fixture_wait(&d->f, 0, (int)(2 * n));
    fixture_close(&d->f);
}

static void add(struct desk *d, const char *id, const char *events)
{
    const struct vt_hook hook = { .id = vt_str(id),
                                  .url = VT_STR("https://shop.example/hook"),
                                  .events = vt_str(events),
                                  .secret = VT_STR("sealed"),
                                  .created = t0 };
    assert_int_equal(vt_hook_add(d->manage, SITE, &hook), VT_OK);
}

static size_t due(struct desk *d, int64_t now, struct vt_hook_event **ret_events)
{
    size_t n = 0;
    assert_int_equal(vt_hooks_due(d->manage, now, &d->arena, ret_events, &n), VT_OK);
    return n;
}

static bool tried(struct desk *d, const struct vt_hook_event *event, int64_t now, enum vt_hook_end end)
{
    bool off;
    const struct vt_hook_try try = { .site = SITE,
                                     .hook = event->hook,
                                     .n = event->n,
                                     .now = now,
                                     .end = end,
                                     .status = end == VT_HOOK_TAKEN ? 200 : 500,
                                     .why = end == VT_HOOK_TAKEN ? (struct vt_str){ 0 }
                                                                 : VT_STR("It answered 500."),
                                     .wait_ms = 5000,
                                     .give_up_ms = 24 * HOUR };
    assert_int_equal(vt_hook_tried(d->manage, &try, &off), VT_OK);
    return off;
}

static void test_one_after_the_other_in_a_conversation(void **state)
{
    struct desk *d = *state;
    const char *const convs[] = { "a", "a", "b", "c" };
    struct vt_hook_event *events;
    add(d, "h", " message.created ");
    add(d, "other", " session.ended ");
    say(d, convs, VT_COUNT(convs));
    assert_int_equal(due(d, t0, &events), 2);
    assert_string_equal(events[0].conv.ptr, "a");
    assert_string_equal(events[1].conv.ptr, "b"); /* not a's second */
    assert_false(tried(d, &events[0], t0, VT_HOOK_REFUSED));
    assert_int_equal(due(d, t0, &events), 2);
    assert_string_equal(events[0].conv.ptr, "b");
    assert_string_equal(events[1].conv.ptr, "c");
    tried(d, &events[0], t0, VT_HOOK_TAKEN);
    tried(d, &events[1], t0, VT_HOOK_TAKEN);
    assert_int_equal(due(d, t0 + 4999, &events), 0);
    assert_int_equal(due(d, t0 + 5000, &events), 1);
    tried(d, &events[0], t0 + 5000, VT_HOOK_TAKEN);
    assert_int_equal(due(d, t0 + 5000, &events), 1);
    assert_string_equal(events[0].conv.ptr, "a");
}

/* 5 s, 20 s, 80 s, … 4 h: some fourteen tries in a day, then off; switched on, a day of its own. */
static void test_rest_and_end_of_an_address(void **state)
{
    struct desk *d = *state;
    const char *const convs[] = { "a", "b" };
    struct vt_hook_event *events;
    struct vt_hook hook;
    int64_t now = t0, wait = 5000;
    int tries = 0;
    bool off = false;
    add(d, "h", " message.created ");
    say(d, convs, VT_COUNT(convs));
    while (!off && tries < 50) {
        assert_true(due(d, now, &events) > 0);
        off = tried(d, &events[0], now, VT_HOOK_FAILED);
        tries++;
        if (tries == 1) /* the other was on its way as well: one failure, not two */
            tried(d, &events[1], now, VT_HOOK_FAILED);
        assert_int_equal(vt_hook_get(d->manage, SITE, VT_STR("h"), &d->arena, &hook), VT_OK);
        assert_int_equal(hook.next, now + wait);
        assert_int_equal(due(d, now + wait - 1, &events), 0);
        now += wait;
        wait = wait * 4 < VT_HOOK_WAIT_MOST ? wait * 4 : VT_HOOK_WAIT_MOST;
        assert_true(off || due(d, now, &events) == 1); /* one alone, until somebody answers */
    }
    assert_in_range(tries, 10, 15);
    assert_true(hook.off - t0 >= 24 * HOUR && hook.off - t0 < 29 * HOUR);
    assert_int_equal(due(d, now + 100 * HOUR, &events), 0);
    assert_int_equal(vt_hook_wake(d->manage, SITE, VT_STR("h"), now), VT_OK);
    assert_int_equal(due(d, now, &events), 2);
    assert_false(tried(d, &events[0], now, VT_HOOK_FAILED));
    assert_true(tried(d, &events[1], now + 1, VT_HOOK_GONE));
}

static void test_what_is_stored_of_it(void **state)
{
    struct desk *d = *state;
    const char *const convs[] = { "a" };
    struct vt_privacy_counts counts = { 0 };
    struct vt_hook_event *events;
    size_t n;
    add(d, "h", " message.created customer.erased ");
    say(d, convs, VT_COUNT(convs));
    assert_int_equal(vt_privacy_erase(d->manage, SITE, VT_STR("a"), &counts), VT_OK);
    assert_int_equal(vt_hook_events(d->manage, SITE, VT_STR("h"), 10, &d->arena, &events, &n), VT_OK);
    assert_int_equal(n, 1);
    assert_string_equal(events[0].type.ptr, "customer.erased");
    for (int i = 0; i < VT_HOOKS_MOST - 1; i++) {
        char id[8] = { 'x', (char)('a' + i) };
        add(d, id, " ");
    }
    const struct vt_hook more = {
        .id = VT_STR("more"), .url = VT_STR("u"), .events = VT_STR(" "), .secret = VT_STR("s")
    };
    assert_int_equal(vt_hook_add(d->manage, SITE, &more), VT_ERR_FULL);
    assert_int_equal(vt_hook_remove(d->manage, SITE, VT_STR("h")), VT_OK);
    assert_int_equal(vt_hook_remove(d->manage, SITE, VT_STR("h")), VT_ERR_MISSING);
    assert_int_equal(due(d, t0 + HOUR, &events), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_after_the_other_in_a_conversation, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rest_and_end_of_an_address, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_stored_of_it, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
