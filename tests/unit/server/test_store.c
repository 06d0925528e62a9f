/* SPDX-License-Identifier: Apache-2.0 */
/* The store as the sessions see it: numbers, fences, doubles, history, resume, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/unit/server/store_fixture.h"

#define SITE VT_STR("site-a")
#define CONV VT_STR("conv-1")

struct seen {
    struct fixture *f;
    uint32_t cs;
    bool doubled, more;
    size_t n;
    uint32_t numbers[2048];
    char texts[2048];
    struct vt_store_conv conv;
};

static int count_answer(struct fixture *f, int err)
{
    f->err = err;
    f->answers++;
    return err;
}

static void on_append(void *arg, int err, uint32_t cs, bool doubled)
{
    struct seen *seen = arg;
    seen->cs = cs;
    seen->doubled = doubled;
    count_answer(seen->f, err);
}

static void on_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct seen *seen = arg;
    seen->n = n;
    seen->more = more;
    seen->texts[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        seen->numbers[i] = rows[i].cs;
        snprintf(seen->texts + strlen(seen->texts), sizeof(seen->texts) - strlen(seen->texts), "%s%.*s",
                 i ? " " : "", VT_STR_ARG(rows[i].body));
    }
    count_answer(seen->f, err);
}

static void on_conv(void *arg, int err, const struct vt_store_conv *conv)
{
    struct seen *seen = arg;
    seen->conv = conv ? *conv : (struct vt_store_conv){ 0 };
    count_answer(seen->f, err);
}

static void make_conv(struct fixture *f)
{
    struct vt_store_conv conv = {
        .site = SITE, .conv = CONV, .customer = VT_STR("cu"), .epoch = 1, .created = 7
    };
    FIXTURE_ASK(f, vt_store_conv_create(f->store, &conv, fixture_done, f));
    assert_int_equal(f->err, VT_OK);
}

static struct vt_store_message message(const char *cid, const char *body)
{
    return (struct vt_store_message){ .site = SITE,
                                      .conv = CONV,
                                      .epoch = 1,
                                      .cid = vt_str(cid),
                                      .audience = 5,
                                      .ts = 11,
                                      .by = VT_STR("c"),
                                      .op = VT_STR("chat.send"),
                                      .body = vt_str(body) };
}

static void append(struct fixture *f, struct seen *seen, const char *cid, const char *body)
{
    struct vt_store_message m = message(cid, body);
    seen->f = f;
    FIXTURE_ASK(f, vt_store_append(f->store, &m, on_append, seen));
}

static void test_append_numbers_from_one(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { 0 };
    make_conv(f);
    for (uint32_t i = 1; i <= 5; i++) {
        append(f, &seen, NULL, "{}");
        assert_int_equal(f->err, VT_OK);
        assert_int_equal(seen.cs, i);
        assert_false(seen.doubled);
    }
}

static void test_answer_comes_in_a_later_turn(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    int before = f->answers;
    struct vt_store_message m = message(NULL, "{}");
    assert_int_equal(vt_store_append(f->store, &m, on_append, &seen), VT_OK);
    usleep(100000); /* committed by now, but nobody turned the loop */
    assert_int_equal(f->answers, before);
    fixture_wait(f, before, 1);
}

static void test_same_cid_gets_the_first_number(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { 0 };
    make_conv(f);
    append(f, &seen, "one", "\"a\"");
    append(f, &seen, "two", "\"b\"");
    append(f, &seen, "one", "\"c\"");
    assert_int_equal(f->err, VT_OK);
    assert_int_equal(seen.cs, 1);
    assert_true(seen.doubled);
    append(f, &seen, "three", "\"d\"");
    assert_int_equal(seen.cs, 3);
    FIXTURE_ASK(f, vt_store_since(f->store, SITE, CONV, 1, 0, 100, on_rows, &seen));
    assert_string_equal(seen.texts, "\"a\" \"b\" \"d\"");
}

static void test_doubles_inside_one_batch(void **state)
{
    struct fixture *f = *state;
    struct seen first = { .f = f }, second = { .f = f };
    make_conv(f);
    int before = f->answers;
    struct vt_store_message m = message("twin", "{}");
    assert_int_equal(vt_store_append(f->store, &m, on_append, &first), VT_OK);
    assert_int_equal(vt_store_append(f->store, &m, on_append, &second), VT_OK);
    fixture_wait(f, before, 2);
    assert_int_equal(first.cs, second.cs);
    assert_false(first.doubled);
    assert_true(second.doubled);
}

static void test_stale_epoch_is_refused(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    append(f, &seen, "a", "{}");
    FIXTURE_ASK(f, vt_store_conv_own(f->store, SITE, CONV, on_conv, &seen));
    assert_int_equal(f->err, VT_OK);
    assert_int_equal(seen.conv.epoch, 2);
    assert_int_equal(seen.conv.cs, 1);
    append(f, &seen, "b", "{}"); /* still epoch 1 */
    assert_int_equal(f->err, VT_ERR_STALE);
    append(f, &seen, "a", "{}"); /* a double is a stale owner's too */
    assert_int_equal(f->err, VT_ERR_STALE);
    FIXTURE_ASK(f, vt_store_since(f->store, SITE, CONV, 1, 0, 100, on_rows, &seen));
    assert_int_equal(seen.n, 1);
}

static void test_a_bad_row_does_not_sink_the_batch(void **state)
{
    struct fixture *f = *state;
    struct seen good = { .f = f }, other = { .f = f };
    make_conv(f);
    int before = f->answers;
    struct vt_store_message m = message("x", "\"good\""), lost = message("y", "\"lost\""),
                            broken = message("z", NULL);
    lost.conv = VT_STR("nowhere");
    assert_int_equal(vt_store_append(f->store, &m, on_append, &good), VT_OK);
    assert_int_equal(vt_store_append(f->store, &lost, on_append, &other), VT_OK);
    assert_int_equal(vt_store_append(f->store, &broken, on_append, &other), VT_OK); /* body is NOT NULL */
    m.cid = VT_STR("w");
    assert_int_equal(vt_store_append(f->store, &m, on_append, &good), VT_OK);
    fixture_wait(f, before, 4);
    assert_int_equal(good.cs, 2);
    FIXTURE_ASK(f, vt_store_since(f->store, SITE, CONV, 1, 0, 100, on_rows, &good));
    assert_string_equal(good.texts, "\"good\" \"good\"");
}

static void test_another_site_sees_nothing(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    append(f, &seen, NULL, "{}");
    FIXTURE_ASK(f, vt_store_since(f->store, VT_STR("site-b"), CONV, 255, 0, 100, on_rows, &seen));
    assert_int_equal(seen.n, 0);
    FIXTURE_ASK(f, vt_store_conv_own(f->store, VT_STR("site-b"), CONV, on_conv, &seen));
    assert_int_equal(f->err, VT_ERR_MISSING);
}

static void test_since_and_before(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    for (int i = 1; i <= 10; i++) {
        char body[16];
        snprintf(body, sizeof(body), "%d", i);
        struct vt_store_message m = message(NULL, body);
        m.audience = i % 2 ? 1 : 4;
        FIXTURE_ASK(f, vt_store_append(f->store, &m, on_append, &seen));
    }
    FIXTURE_ASK(f, vt_store_since(f->store, SITE, CONV, 5, 3, 4, on_rows, &seen));
    assert_string_equal(seen.texts, "4 5 6 7");
    assert_true(seen.more);
    FIXTURE_ASK(f, vt_store_since(f->store, SITE, CONV, 4, 0, 5, on_rows, &seen));
    assert_string_equal(seen.texts, "2 4 6 8 10");
    assert_false(seen.more);
    FIXTURE_ASK(f, vt_store_before(f->store, SITE, CONV, 5, 0, 3, on_rows, &seen));
    assert_string_equal(seen.texts, "8 9 10");
    assert_true(seen.more);
    FIXTURE_ASK(f, vt_store_before(f->store, SITE, CONV, 1, 8, 10, on_rows, &seen));
    assert_string_equal(seen.texts, "1 3 5 7");
    assert_false(seen.more);
    FIXTURE_ASK(f, vt_store_before(f->store, SITE, CONV, 5, 1, 10, on_rows, &seen));
    assert_int_equal(seen.n, 0);
}

static void test_queue_full_then_free(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    fixture_close(f);
    fixture_open(f, 4);
    struct vt_store_message m = message(NULL, "{}");
    int taken = 0, refused = 0, before = f->answers;
    for (int i = 0; i < 2000; i++) {
        int err = vt_store_append(f->store, &m, on_append, &seen);
        taken += err == VT_OK;
        refused += err == VT_ERR_FULL;
    }
    assert_int_equal(taken + refused, 2000);
    assert_true(refused > 0);
    fixture_wait(f, before, taken);
    assert_int_equal(seen.cs, taken); /* every row taken has its number, no other */
    append(f, &seen, NULL, "{}");
    assert_int_equal(f->err, VT_OK);
}

/* 60 rows of 8 KB are half a megabyte: all that a peer may have waiting. */
static void test_a_large_batch_comes_in_several_turns(void **state)
{
    enum { ROWS = 60, BODY = 8000, MOST_A_TURN = 128 * 1024 / BODY + 1 };
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    char body[BODY + 1];
    memset(body, ' ', BODY);
    memcpy(body, "{}", 2);
    body[BODY] = '\0';
    make_conv(f);
    struct vt_store_message m = message(NULL, body);
    int before = f->answers, least = f->answers, most = 0;
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(vt_store_append(f->store, &m, on_append, &seen), VT_OK);
    for (int64_t until = vt_now_ms() + 60000; f->answers < before + ROWS && vt_now_ms() < until;) {
        uv_run(vt_loop_uv(f->loop), UV_RUN_NOWAIT);
        most = f->answers - least > most ? f->answers - least : most;
        least = f->answers;
        usleep(200);
    }
    assert_int_equal(f->answers, before + ROWS);
    assert_true(most <= MOST_A_TURN);
    assert_int_equal(seen.cs, ROWS); /* in their order: the last is the last */
}

static void test_close_commits_what_is_queued(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    struct vt_store_message m = message(NULL, "{}");
    struct vt_store_mark mark = { .who = VT_STR("c"), .read = 4, .delivered = 5 };
    for (int i = 0; i < 300; i++)
        assert_int_equal(vt_store_append(f->store, &m, on_append, &seen), VT_OK);
    assert_int_equal(vt_store_mark_put(f->store, SITE, CONV, &mark), VT_OK);
    int before = f->answers;
    fixture_close(f);
    assert_int_equal(f->answers, before); /* outstanding answers are dropped */
    fixture_open(f, 1000);
    FIXTURE_ASK(f, vt_store_since(f->store, SITE, CONV, 1, 0, 1000, on_rows, &seen));
    assert_int_equal(seen.n, 300);
}

/* --- conversations, marks, pages ------------------------------------------------------------ */

static void test_conv_twice_is_refused(void **state)
{
    struct fixture *f = *state;
    make_conv(f);
    struct vt_store_conv conv = { .site = SITE, .conv = CONV, .customer = VT_STR("x"), .epoch = 1 };
    FIXTURE_ASK(f, vt_store_conv_create(f->store, &conv, fixture_done, f));
    assert_int_equal(f->err, VT_ERR_EXISTS);
}

static void on_marks(void *arg, int err, const struct vt_store_mark *marks, size_t n)
{
    struct seen *seen = arg;
    seen->n = n;
    for (size_t i = 0; i < n; i++)
        seen->numbers[i] = marks[i].read * 100 + marks[i].delivered;
    count_answer(seen->f, err);
}

static void test_marks_latest_wins(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    for (uint32_t i = 1; i <= 9; i++) {
        struct vt_store_mark mark = { .who = VT_STR("c"), .read = i, .delivered = i };
        assert_int_equal(vt_store_mark_put(f->store, SITE, CONV, &mark), VT_OK);
    }
    struct vt_store_mark mark = { .who = VT_STR("a1"), .read = 3, .delivered = 4 };
    assert_int_equal(vt_store_mark_put(f->store, SITE, CONV, &mark), VT_OK);
    append(f, &seen, NULL, "{}"); /* an eager row takes the lazy ones along */
    FIXTURE_ASK(f, vt_store_marks(f->store, SITE, CONV, on_marks, &seen));
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.numbers[0], 304);
    assert_int_equal(seen.numbers[1], 909);
}

static void test_lazy_rows_leave_by_themselves(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    struct vt_store_mark mark = { .who = VT_STR("c"), .read = 1, .delivered = 1 };
    assert_int_equal(vt_store_mark_put(f->store, SITE, CONV, &mark), VT_OK);
    int64_t began = vt_now_ms();
    do {
        FIXTURE_ASK(f, vt_store_marks(f->store, SITE, CONV, on_marks, &seen));
    } while (seen.n == 0 && vt_now_ms() < began + 60000);
    assert_int_equal(seen.n, 1);
    assert_true(vt_now_ms() - began >= 500); /* and not at once, which is all the time says */
}

static void on_pages(void *arg, int err, const struct vt_str *bodies, size_t n)
{
    struct seen *seen = arg;
    seen->n = n;
    for (size_t i = 0; i < n; i++)
        seen->numbers[i] = (uint32_t)strtoul(bodies[i].ptr, NULL, 10);
    count_answer(seen->f, err);
}

static void test_trail_keeps_the_newest_200(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    make_conv(f);
    for (int i = 1; i <= 250; i++) {
        char body[16];
        snprintf(body, sizeof(body), "%d", i);
        assert_int_equal(vt_store_page_put(f->store, SITE, CONV, i, vt_str(body)), VT_OK);
    }
    append(f, &seen, NULL, "{}");
    FIXTURE_ASK(f, vt_store_pages(f->store, SITE, CONV, 1000, on_pages, &seen));
    assert_int_equal(seen.n, 200);
    assert_int_equal(seen.numbers[0], 51);
    assert_int_equal(seen.numbers[199], 250);
    FIXTURE_ASK(f, vt_store_pages(f->store, SITE, CONV, 3, on_pages, &seen));
    assert_int_equal(seen.numbers[0], 248);
}

/* --- sessions ------------------------------------------------------------------------------- */

static void on_sessions(void *arg, int err, const struct vt_store_session *sessions, size_t n)
{
    struct seen *seen = arg;
    seen->n = n;
    seen->texts[0] = '\0';
    for (size_t i = 0; i < n; i++)
        snprintf(seen->texts + strlen(seen->texts), sizeof(seen->texts) - strlen(seen->texts), "%.*s:%d:%s ",
                 VT_STR_ARG(sessions[i].sid), sessions[i].state, sessions[i].associate.ptr ? "held" : "free");
    count_answer(seen->f, err);
}

static void test_sessions_open_by_joining_time(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    struct vt_store_session s = { .site = SITE,
                                  .conv = CONV,
                                  .sid = VT_STR("s1"),
                                  .reference = VT_STR("R1"),
                                  .queue = VT_STR("q"),
                                  .state = 1,
                                  .joined = 30,
                                  .created = 30,
                                  .info = VT_STR("{}") };
    FIXTURE_ASK(f, vt_store_session_put(f->store, &s, fixture_done, f));
    s.sid = VT_STR("s2"), s.joined = 10;
    FIXTURE_ASK(f, vt_store_session_put(f->store, &s, fixture_done, f));
    s.sid = VT_STR("s3"), s.joined = 20, s.ended = 99;
    FIXTURE_ASK(f, vt_store_session_put(f->store, &s, fixture_done, f));
    s.sid = VT_STR("s1"), s.joined = 30, s.ended = 0, s.state = 3, s.associate = VT_STR("p"),
    s.view = VT_STR("{\"seq\":1}");
    FIXTURE_ASK(f, vt_store_session_put(f->store, &s, fixture_done, f));
    FIXTURE_ASK(f, vt_store_sessions_open(f->store, on_sessions, &seen));
    assert_string_equal(seen.texts, "s2:1:free s1:3:held ");
}

/* --- resume tokens -------------------------------------------------------------------------- */

static int64_t test_now;
static int64_t test_clock(void)
{
    return test_now;
}

static void on_resume(void *arg, int err, const struct vt_store_resume *resume)
{
    struct seen *seen = arg;
    seen->texts[0] = '\0';
    if (resume)
        snprintf(seen->texts, sizeof(seen->texts), "%.*s %.*s %.*s %.*s %.*s", VT_STR_ARG(resume->site),
                 VT_STR_ARG(resume->conv), VT_STR_ARG(resume->role), VT_STR_ARG(resume->person),
                 VT_STR_ARG(resume->origin));
    count_answer(seen->f, err);
}

static void put_token(struct fixture *f, const char *token, const char *former)
{
    struct vt_store_resume resume = { .site = SITE,
                                      .conv = CONV,
                                      .role = VT_STR("customer"),
                                      .person = VT_STR("cu"),
                                      .origin = VT_STR("https://shop.example"),
                                      .expires = test_now + 1800000 };
    FIXTURE_ASK(f, vt_store_resume_put(f->store, vt_str(token), vt_str(former), &resume, fixture_done, f));
    assert_int_equal(f->err, VT_OK);
}

static int get_token(struct fixture *f, struct seen *seen, const char *token)
{
    seen->f = f;
    FIXTURE_ASK(f, vt_store_resume_get(f->store, vt_str(token), on_resume, seen));
    return f->err;
}

static void test_resume_former_lives_2_min(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { 0 };
    test_now = 1000000;
    f->store->clock = test_clock;
    put_token(f, "first", NULL);
    assert_int_equal(get_token(f, &seen, "first"), VT_OK);
    assert_string_equal(seen.texts, "site-a conv-1 customer cu https://shop.example");
    put_token(f, "second", "first");
    test_now += 119999;
    assert_int_equal(get_token(f, &seen, "first"), VT_OK); /* the answer with the second was lost */
    test_now += 1;
    assert_int_equal(get_token(f, &seen, "first"), VT_ERR_MISSING);
    assert_int_equal(get_token(f, &seen, "second"), VT_OK);
}

static void test_resume_former_dies_when_the_new_one_is_seen(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { 0 };
    test_now = 1000000;
    f->store->clock = test_clock;
    put_token(f, "first", NULL);
    put_token(f, "second", "first");
    assert_int_equal(get_token(f, &seen, "second"), VT_OK);
    assert_int_equal(get_token(f, &seen, "first"), VT_ERR_MISSING);
    assert_int_equal(get_token(f, &seen, "second"), VT_OK);
}

static void test_resume_former_is_not_prolonged(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { 0 };
    test_now = 1000000;
    f->store->clock = test_clock;
    put_token(f, "first", NULL);
    put_token(f, "second", "first");
    test_now += 80000;
    put_token(f, "third", "first"); /* the same former again, 80 s later */
    test_now += 40000;
    assert_int_equal(get_token(f, &seen, "first"), VT_ERR_MISSING);
}

static void test_resume_ends_by_time_and_by_drop(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { 0 };
    test_now = 1000000;
    f->store->clock = test_clock;
    put_token(f, "first", NULL);
    put_token(f, "other", NULL);
    assert_int_equal(vt_store_resume_drop(f->store, VT_STR("other")), VT_OK);
    assert_int_equal(get_token(f, &seen, "other"), VT_ERR_MISSING);
    test_now += 1800000;
    assert_int_equal(get_token(f, &seen, "first"), VT_ERR_MISSING);
    assert_int_equal(get_token(f, &seen, "never"), VT_ERR_MISSING);
}

/* --- files ---------------------------------------------------------------------------------- */

static void test_rights_of_the_files(void **state)
{
    struct fixture *f = *state;
    if (store_place(f->dir))
        skip(); /* no file */
    make_conv(f);
    static const char *const names[] = { "store.db", "store.db-wal", "store.db-shm" };
    for (size_t i = 0; i < VT_COUNT(names); i++) {
        char path[128];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void test_a_newer_store_is_refused(void **state)
{
    struct fixture *f = *state;
    if (store_place(f->dir))
        skip(); /* no file */
    fixture_close(f);
    char path[128];
    snprintf(path, sizeof(path), "%s/store.db", f->dir);
    sqlite3 *sqlite;
    assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
    assert_int_equal(sqlite3_exec(sqlite, "PRAGMA user_version=1000", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(sqlite);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_loop *loop = vt_loop_create();
    assert_null(vt_store_open(loop, f->dir, &(struct vt_store_limits){ .queue_rows = 10, .queue_ms = 60000 },
                              &error));
    assert_non_null(strstr(vt_buf_cstr(&error), "newer Vitrine"));
    vt_loop_destroy(loop);
}

static void test_not_a_store_is_refused(void **state)
{
    struct fixture *f = *state;
    if (store_place(f->dir))
        skip(); /* no file */
    fixture_close(f);
    char path[128];
    snprintf(path, sizeof(path), "%s/store.db", f->dir);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("This is not a database. ", file);
    fclose(file);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_loop *loop = vt_loop_create();
    assert_null(vt_store_open(loop, f->dir, &(struct vt_store_limits){ .queue_rows = 10, .queue_ms = 60000 },
                              &error));
    assert_true(error.len > 0);
    assert_null(vt_store_open(loop, "/proc/nowhere",
                              &(struct vt_store_limits){ .queue_rows = 10, .queue_ms = 60000 }, &error));
    vt_loop_destroy(loop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_append_numbers_from_one),
        TEST(test_answer_comes_in_a_later_turn),
        TEST(test_same_cid_gets_the_first_number),
        TEST(test_doubles_inside_one_batch),
        TEST(test_stale_epoch_is_refused),
        TEST(test_a_bad_row_does_not_sink_the_batch),
        TEST(test_another_site_sees_nothing),
        TEST(test_since_and_before),
        TEST(test_queue_full_then_free),
        TEST(test_a_large_batch_comes_in_several_turns),
        TEST(test_close_commits_what_is_queued),
        TEST(test_conv_twice_is_refused),
        TEST(test_marks_latest_wins),
        TEST(test_lazy_rows_leave_by_themselves),
        TEST(test_trail_keeps_the_newest_200),
        TEST(test_sessions_open_by_joining_time),
        TEST(test_resume_former_lives_2_min),
        TEST(test_resume_former_dies_when_the_new_one_is_seen),
        TEST(test_resume_former_is_not_prolonged),
        TEST(test_resume_ends_by_time_and_by_drop),
        TEST(test_rights_of_the_files),
        TEST(test_a_newer_store_is_refused),
        TEST(test_not_a_store_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
