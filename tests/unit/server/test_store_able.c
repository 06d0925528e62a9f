/* SPDX-License-Identifier: Apache-2.0 */
/* A store that cannot write, or not fast enough: what it says, when it is well again, and whose the queue is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <semaphore.h>

#include "server/quota.h"
#include "server/store/manage.h"
#include "tests/unit/server/store_fixture.h"

enum { WAIT_MS = 1000, QUEUE = 8 };
#define A VT_STR("a")
#define B VT_STR("b")

struct stuck {
    struct fixture f;
    struct vt_quotas *quotas;
    sem_t go;
};

static int setup(void **state)
{
    static struct stuck stuck;
    fixture_dir(&stuck.f);
    sem_init(&stuck.go, 0, 0);
    stuck.quotas = vt_quotas_create(
        &(struct vt_quota_limits){ .rate = { [VT_QUOTA_ROWS] = 1 }, .share = 50 });
    vt_quotas_site(stuck.quotas, A, A);
    vt_quotas_site(stuck.quotas, B, B);
    vt_quotas_hold(stuck.quotas, true);
    fixture_open_limits(&stuck.f, &(struct vt_store_limits){
                                      .queue_rows = QUEUE, .queue_ms = WAIT_MS, .quotas = stuck.quotas });
    *state = &stuck;
    return 0;
}

static int teardown(void **state)
{
    struct stuck *stuck = *state;
    fixture_close(&stuck->f);
    fixture_remove(&stuck->f);
    vt_quotas_destroy(stuck->quotas);
    sem_destroy(&stuck->go);
    return 0;
}

static int stand_still(struct vt_manage *manage, void *arg)
{
    struct stuck *stuck = arg;
    (void)manage;
    sem_wait(&stuck->go);
    return VT_OK;
}

static void handle_done(void *arg, int err)
{
    struct stuck *stuck = arg;
    fixture_done(&stuck->f, err);
}

static int put(struct stuck *stuck, struct vt_str site)
{
    return vt_store_resume_put(stuck->f.store, VT_STR("token"), (struct vt_str){ 0 },
                               &(struct vt_store_resume){ .site = site,
                                                          .conv = VT_STR("c"),
                                                          .role = VT_STR("customer"),
                                                          .person = VT_STR("p"),
                                                          .origin = VT_STR("https://a.test") },
                               handle_done, stuck);
}

static int64_t wait_unable(struct stuck *stuck, bool able)
{
    int64_t until = vt_now_ms() + 60000, ms;
    while (((ms = vt_store_unable_ms(stuck->f.store)) <= WAIT_MS) != able) {
        uv_run(vt_loop_uv(stuck->f.loop), UV_RUN_NOWAIT);
        usleep(1000);
        if (vt_now_ms() > until)
            fail_msg("still %s", able ? "unable" : "able");
    }
    return ms;
}

static void nothing_is_queued_behind_a_disk_that_stands(void **state)
{
    struct stuck *stuck = *state;
    int before = stuck->f.answers;
    assert_int_equal(vt_store_work(stuck->f.store, stand_still, handle_done, stuck), VT_OK);
    assert_int_equal(put(stuck, A), VT_OK); /* it may come back in time */
    wait_unable(stuck, false);
    assert_int_equal(put(stuck, A), VT_ERR_FULL);
    sem_post(&stuck->go);
    fixture_wait(&stuck->f, before, 2);
    assert_int_equal(stuck->f.err, VT_OK);
    wait_unable(stuck, true);
    FIXTURE_ASK(&stuck->f, put(stuck, A));
}

static int fail_full(struct vt_manage *manage, void *arg)
{
    (void)manage, (void)arg;
    return VT_ERR_FULL;
}

static void it_tries_by_itself_until_it_is_well(void **state)
{
    struct stuck *stuck = *state;
    assert_int_equal(vt_store_unable_ms(stuck->f.store), 0);
    FIXTURE_ASK(&stuck->f, vt_store_work(stuck->f.store, fail_full, handle_done, stuck));
    assert_int_equal(stuck->f.err, VT_ERR_FULL);
    assert_true(vt_store_unable_ms(stuck->f.store) > 0);
    int64_t until = vt_now_ms() + 60000;
    while (vt_store_unable_ms(stuck->f.store) > 0 && vt_now_ms() < until)
        uv_run(vt_loop_uv(stuck->f.loop), UV_RUN_NOWAIT);
    assert_int_equal(vt_store_unable_ms(stuck->f.store), 0);
}

static void a_site_has_half_of_the_queue(void **state)
{
    struct stuck *stuck = *state;
    int before = stuck->f.answers;
    assert_int_equal(vt_store_work(stuck->f.store, stand_still, handle_done, stuck), VT_OK);
    for (int i = 0; i < QUEUE / 2; i++)
        assert_int_equal(put(stuck, A), VT_OK);
    assert_int_equal(put(stuck, A), VT_ERR_FULL);
    assert_int_equal(put(stuck, B), VT_OK);
    sem_post(&stuck->go);
    fixture_wait(&stuck->f, before, 1 + QUEUE / 2 + 1);
    FIXTURE_ASK(&stuck->f, put(stuck, A));
    uint32_t after_ms;
    assert_false(
        vt_quotas_has(stuck->quotas, A, VT_QUOTA_ROWS, vt_now_ms(), &after_ms)); /* five of its four */
    assert_true(vt_quotas_has(stuck->quotas, B, VT_QUOTA_ROWS, vt_now_ms(), &after_ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_queued_behind_a_disk_that_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(it_tries_by_itself_until_it_is_well, setup, teardown),
        cmocka_unit_test_setup_teardown(a_site_has_half_of_the_queue, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
