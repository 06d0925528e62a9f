/* SPDX-License-Identifier: Apache-2.0 */
#include "server/loop.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "tests/unit/cm.h"

static struct vt_loop *loop;
static char trace[256];
static pthread_t loop_thread;

static void note(const char *what)
{
    strncat(trace, what, sizeof(trace) - strlen(trace) - 1);
}

static int setup(void **state)
{
    (void)state;
    trace[0] = '\0';
    loop = vt_loop_create();
    loop_thread = pthread_self();
    return loop ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vt_loop_destroy(loop);
    return 0;
}

static void handle_a(void *arg)
{
    note(arg);
    assert_true(pthread_equal(pthread_self(), loop_thread));
}

static void handle_end(void *arg)
{
    (void)arg;
    vt_loop_close_own(loop);
}

static void *post_all(void *arg)
{
    (void)arg;
    vt_loop_post(loop, handle_a, (void *)(uintptr_t) "1");
    vt_loop_post(loop, handle_a, (void *)(uintptr_t) "2");
    vt_loop_post(loop, handle_a, (void *)(uintptr_t) "3");
    vt_loop_post(loop, handle_end, NULL);
    return NULL;
}

struct own {
    struct vt_post post;
    const char *name;
};

static void handle_own(void *arg)
{
    struct own *own = arg;
    note(own->name);
    free(own);
}

static void posts_of_their_own_stand_in_line_and_may_free_themselves(void **state)
{
    (void)state;
    static const char *const names[] = { "1", "3" };
    for (size_t i = 0; i < 2; i++) {
        struct own *own = malloc(sizeof(*own));
        assert_non_null(own);
        own->name = names[i];
        vt_loop_post_own(loop, &own->post, handle_own, own);
        vt_loop_post(loop, handle_a, (void *)(uintptr_t) "2");
    }
    vt_loop_run_dry(loop);
    assert_string_equal(trace, "1232");
}

static void posts_keep_their_order(void **state)
{
    pthread_t thread;
    (void)state;
    pthread_create(&thread, NULL, post_all, NULL);
    vt_loop_run(loop);
    pthread_join(thread, NULL);
    assert_string_equal(trace, "123");
}

/* What a timer makes leaves in its own turn: the hook runs before the wait. */
static struct vt_timer timer;
static int64_t fired_ms, hooked_ms;

static void handle_timer(void *arg)
{
    (void)arg;
    fired_ms = vt_now_ms();
    note("t");
}

static void handle_hook(void *arg)
{
    (void)arg;
    if (!fired_ms || hooked_ms)
        return;
    hooked_ms = vt_now_ms();
    note("h");
    vt_timer_close(&timer, NULL);
    vt_loop_close_own(loop);
}

static void hooks_follow_timers(void **state)
{
    struct vt_turn_hook hook = { .fn = handle_hook };
    struct vt_timer slow;
    (void)state;
    vt_loop_on_turn_end(loop, &hook);
    vt_timer_init(loop, &timer, handle_timer, NULL);
    vt_timer_start(&timer, 20, 0);
    vt_timer_init(loop, &slow, handle_a, NULL);
    vt_timer_close(&slow, NULL);
    vt_loop_run(loop);
    assert_string_equal(trace, "th");
    assert_in_range(hooked_ms - fired_ms, 0, 10);
}

static int done, worked;

static void handle_work(void *arg)
{
    (void)arg;
    __atomic_fetch_add(&worked, 1, __ATOMIC_SEQ_CST);
}

static void handle_done(void *arg)
{
    (void)arg;
    assert_true(pthread_equal(pthread_self(), loop_thread));
    if (++done == 64)
        vt_loop_close_own(loop);
}

static void bounds_its_work(void **state)
{
    (void)state;
    for (int i = 0; i < 64; i++)
        assert_int_equal(vt_loop_work(loop, handle_work, handle_done, NULL), VT_OK);
    assert_int_equal(vt_loop_work(loop, handle_work, handle_done, NULL), VT_ERR_FULL);
    vt_loop_run(loop);
    assert_int_equal(done, 64);
    assert_int_equal(worked, 64);
}

static void dies_without_running(void **state)
{
    (void)state;
    vt_loop_post(loop, handle_a, (void *)(uintptr_t) "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(posts_of_their_own_stand_in_line_and_may_free_themselves, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(posts_keep_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(hooks_follow_timers, setup, teardown),
        cmocka_unit_test_setup_teardown(bounds_its_work, setup, teardown),
        cmocka_unit_test_setup_teardown(dies_without_running, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
