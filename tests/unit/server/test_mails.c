/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox of mail by a clock of ours: whose turn it is, and what stays behind. */
#include "tests/unit/cm.h"

#include "server/store/mails.h"
#include "server/store/manage.h"
#include "tests/unit/server/store_fixture.h"

enum { NOW = 1000000, WORDS = 512 };

static char words[WORDS]; /* "site:mail " of what was due last */

static int setup(void **state)
{
    static const char *const keys[] = { "a", "b", "c" };
    struct fixture *f = calloc(1, sizeof(*f));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    fixture_dir(f);
    struct vt_manage *manage = vt_manage_open(f->dir, store_place(f->dir), &error);
    assert_non_null(manage);
    for (size_t i = 0; i < VT_COUNT(keys); i++) {
        const struct vt_store_site site = { .site = vt_str(keys[i]),
                                            .key = vt_str(keys[i]),
                                            .name = VT_STR("Shop"),
                                            .origins = VT_STR(""),
                                            .settings = VT_STR("{}") };
        assert_int_equal(vt_manage_site_add(manage, &site), VT_OK);
    }
    vt_manage_close(manage);
    fixture_open(f, 1000);
    *state = f;
    return 0;
}

static void put(struct fixture *f, const char *site, const char *id, int64_t next)
{
    const struct vt_store_mail mail = { .site = vt_str(site),
                                        .id = vt_str(id),
                                        .to = vt_str(id),
                                        .body = VT_STR("Hello"),
                                        .created = NOW,
                                        .next = next };
    FIXTURE_ASK(f, vt_store_mail_put(f->store, &mail, 10, fixture_done, f));
    assert_int_equal(f->err, VT_OK);
}

static void handle_due(void *arg, int err, const struct vt_store_mail *mails, size_t n)
{
    size_t at = 0;
    words[0] = '\0';
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(words + at, WORDS - at, "%s:%s ", mails[i].site.ptr, mails[i].id.ptr);
    fixture_done(arg, err);
}

static void due(struct fixture *f, size_t limit, const char *after, const char *busy)
{
    const struct vt_mails_turn turn = {
        .now = NOW, .limit = limit, .after = vt_str(after), .busy = vt_str(busy)
    };
    FIXTURE_ASK(f, vt_store_mails_due(f->store, &turn, handle_due, f));
    assert_int_equal(f->err, VT_OK);
}

/* a has many and has waited longest; b and c one or two. */
static void fill(struct fixture *f)
{
    put(f, "a", "a1", 10);
    put(f, "a", "a2", 20);
    put(f, "a", "a3", 30);
    put(f, "a", "a4", 40);
    put(f, "b", "b2", 900);
    put(f, "b", "b1", 800);
    put(f, "c", "c1", NOW);
    put(f, "c", "c2", NOW + 1);
}

static void test_sites_take_turns(void **state)
{
    struct fixture *f = *state;
    fill(f);
    due(f, 20, "", "");
    assert_string_equal(words, "a:a1 b:b1 c:c1 a:a2 b:b2 a:a3 a:a4 "); /* c2 is not due */
    due(f, 3, "", "");
    assert_string_equal(words, "a:a1 b:b1 c:c1 ");
}

static void test_whoever_came_last_waits_for_the_others(void **state)
{
    struct fixture *f = *state;
    fill(f);
    due(f, 1, "", "");
    assert_string_equal(words, "a:a1 ");
    due(f, 1, "a", "");
    assert_string_equal(words, "b:b1 ");
    due(f, 2, "b", "");
    assert_string_equal(words, "c:c1 a:a1 ");
    due(f, 2, "c", "");
    assert_string_equal(words, "a:a1 b:b1 ");
}

static void test_what_is_under_way_is_left_out(void **state)
{
    struct fixture *f = *state;
    fill(f);
    due(f, 4, "", " a1  a2 ");
    assert_string_equal(words, "a:a3 b:b1 c:c1 a:a4 ");
    due(f, 4, "", " a1  a "); /* the whole site */
    assert_string_equal(words, "b:b1 c:c1 b:b2 ");
}

static void test_a_try_moves_it_back_or_out(void **state)
{
    struct fixture *f = *state;
    fill(f);
    struct vt_store_mail row = { .site = VT_STR("b"), .id = VT_STR("b1"), .tries = 1, .next = NOW + 60 };
    FIXTURE_ASK(f, vt_store_mail_tried(f->store, &row, VT_MAIL_WAITING, fixture_done, f));
    row = (struct vt_store_mail){ .site = VT_STR("a"), .id = VT_STR("a1"), .tries = 1 };
    FIXTURE_ASK(f, vt_store_mail_tried(f->store, &row, VT_MAIL_SENT, fixture_done, f));
    due(f, 4, "", "");
    assert_string_equal(words, "a:a2 b:b2 c:c1 a:a3 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sites_take_turns, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_whoever_came_last_waits_for_the_others, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_under_way_is_left_out, setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_try_moves_it_back_or_out, setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
