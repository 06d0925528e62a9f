/* SPDX-License-Identifier: Apache-2.0 */
/* Several nodes on one store: who opened it last writes, and nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/server/store_fixture.h"

static struct vt_store *open_as(struct fixture *f, int64_t epoch, const char *group, int64_t *ret_newest)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_store_lead lead = { .group = group, .epoch = epoch };
    struct vt_store *store = vt_store_open(
        f->loop, f->dir,
        &(struct vt_store_limits){
            .address = store_place(f->dir), .queue_rows = 100, .queue_ms = 60000, .lead = &lead },
        &error);
    *ret_newest = lead.newest;
    assert_true(store || error.len > 0);
    return store;
}

static void handle_done(void *arg, int err)
{
    struct fixture *f = arg;
    f->answers++;
    f->err = err;
}

static int write_one(struct fixture *f, struct vt_store *store, const char *conv)
{
    const int before = f->answers;
    const struct vt_store_conv row = {
        .site = VT_STR("s"), .conv = vt_str(conv), .customer = VT_STR("c"), .epoch = 1, .created = 1
    };
    assert_int_equal(vt_store_conv_create(store, &row, handle_done, f), VT_OK);
    while (f->answers == before)
        uv_run(vt_loop_uv(f->loop), UV_RUN_ONCE);
    return f->err;
}

static void test_the_former_leader_is_refused(void **state)
{
    struct fixture *f = *state;
    int64_t newest = 0;
    struct vt_store *first = open_as(f, 4, "g", &newest);
    assert_int_equal(write_one(f, first, "a"), VT_OK);
    assert_false(vt_store_is_fenced(first, false));
    struct vt_store *second = open_as(f, 5, "g", &newest);
    assert_int_equal(newest, 4);
    assert_int_equal(write_one(f, first, "b"), VT_ERR_STALE);
    assert_true(vt_store_is_fenced(first, false));
    assert_int_equal(write_one(f, second, "b"), VT_OK); /* nothing of the refused one is there */
    assert_int_equal(vt_store_unable_ms(first), 0);     /* the disk is well */
    vt_store_close(first);
    vt_store_close(second);
}

static void test_an_epoch_counts_once(void **state)
{
    struct fixture *f = *state;
    int64_t newest = 0;
    vt_store_close(open_as(f, 7, "g", &newest));
    assert_null(open_as(f, 7, "g", &newest));
    assert_int_equal(newest, 7);
    assert_null(open_as(f, 3, "g", &newest));
    assert_int_equal(newest, 7);
    struct vt_store *other = open_as(f, 1, "another", &newest);
    assert_non_null(other);
    vt_store_close(other);
    vt_store_close(open_as(f, 8, "g", &newest));
}

static void test_it_is_noticed_without_a_word(void **state)
{
    struct fixture *f = *state;
    int64_t newest = 0;
    struct vt_store *first = open_as(f, 1, "g", &newest);
    vt_store_close(open_as(f, 2, "g", &newest));
    while (!vt_store_is_fenced(first, true))
        uv_run(vt_loop_uv(f->loop), UV_RUN_ONCE);
    while (vt_store_pending(first) > 0)
        uv_run(vt_loop_uv(f->loop), UV_RUN_ONCE);
    vt_store_close(first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_former_leader_is_refused),
        TEST(test_an_epoch_counts_once),
        TEST(test_it_is_noticed_without_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
