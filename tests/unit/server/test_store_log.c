/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer does beside rows: the search learns texts a moment later, none is forgotten by a server
 * that ends before; and the log begins anew under load that never pauses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/server/store_fixture.h"

#define SITE VT_STR("site-a")

static void on_append(void *arg, int err, uint32_t cs, bool doubled)
{
    (void)cs, (void)doubled;
    fixture_done(arg, err);
}

static void make_conv(struct fixture *f, const char *conv, const char *customer)
{
    struct vt_store_conv row = {
        .site = SITE, .conv = vt_str(conv), .customer = vt_str(customer), .epoch = 1
    };
    FIXTURE_ASK(f, vt_store_conv_create(f->store, &row, fixture_done, f));
    assert_int_equal(f->err, VT_OK);
}

static struct vt_store_message row(const char *conv, const char *op, const char *body)
{
    return (struct vt_store_message){ .site = SITE,
                                      .conv = vt_str(conv),
                                      .epoch = 1,
                                      .audience = 5,
                                      .ts = 1,
                                      .by = VT_STR("c"),
                                      .op = vt_str(op),
                                      .body = vt_str(body) };
}

static void append(struct fixture *f, const char *conv, const char *op, const char *body)
{
    struct vt_store_message m = row(conv, op, body);
    FIXTURE_ASK(f, vt_store_append(f->store, &m, on_append, f));
    assert_int_equal(f->err, VT_OK);
}

/* The first column of one row, over a connection of our own. */
static int number(struct fixture *f, const char *sql)
{
    char path[128];
    sqlite3 *sqlite;
    sqlite3_stmt *stmt;
    snprintf(path, sizeof(path), "%s/store.db", f->dir);
    assert_int_equal(sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int n = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(sqlite);
    return n;
}

static void wait_for_search(struct fixture *f)
{
    const int64_t until = vt_now_ms() + 60000;
    while (number(f, "SELECT count(*) FROM found_later") > 0) {
        assert_true(vt_now_ms() < until);
        usleep(20000);
    }
}

#define HITS(word) "SELECT count(*) FROM message_fts WHERE message_fts MATCH '" word "'"

static void test_the_search_learns_what_says_something(void **state)
{
    struct fixture *f = *state;
    make_conv(f, "c1", "who");
    make_conv(f, "c2", "practice:lea");
    append(f, "c1", "chat.send", "{\"kind\":\"text\",\"body\":{\"text\":\"halo ring\"}}");
    append(f, "c1", "chat.send", "{\"kind\":\"picture\",\"body\":{}}");
    append(f, "c1", "identify", "{\"name\":\"Halo Marchand\"}");
    append(f, "c1", "view.kept", "{\"name\":\"halo\"}");
    append(f, "c2", "chat.send", "{\"kind\":\"text\",\"body\":{\"text\":\"halo practice\"}}");
    wait_for_search(f);
    assert_int_equal(number(f, HITS("halo")), 2);
    assert_int_equal(number(f, "SELECT count(*) FROM found"), 2);
    assert_int_equal(number(f, "SELECT cs FROM found ORDER BY id LIMIT 1"), 1);
}

static void test_what_was_noted_outlives_the_server(void **state)
{
    struct fixture *f = *state;
    make_conv(f, "c1", "who");
    for (int i = 0; i < 100; i++) /* more than are read at once */
        append(f, "c1", "chat.send", "{\"kind\":\"text\",\"body\":{\"text\":\"halo ring\"}}");
    fixture_close(f);
    assert_true(number(f, "SELECT count(*) FROM found_later") > 0); /* nobody waited for them */
    fixture_open(f, 1000);
    wait_for_search(f);
    assert_int_equal(number(f, HITS("ring")), 100);
    assert_int_equal(number(f, "SELECT count(*) FROM found a JOIN found b ON b.id=a.id+1 AND b.cs<>a.cs+1"),
                     0);
}

/* How often the log has begun anew: a number in its head. */
static uint32_t log_number(struct fixture *f)
{
    char path[128];
    uint8_t head[16] = { 0 };
    snprintf(path, sizeof(path), "%s/store.db-wal", f->dir);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(head, 1, sizeof(head), file), sizeof(head));
    fclose(file);
    return (uint32_t)head[12] << 24 | (uint32_t)head[13] << 16 | (uint32_t)head[14] << 8 | head[15];
}

/* Rows without a pause: with checkpoints apart alone something is always written meanwhile, and it only
 * grows. */
static void test_the_log_begins_anew_under_load(void **state)
{
    enum { ROWS_MOST = 20000, WINDOW = 10, TIMES = 3 };
    struct fixture *f = *state;
    char body[4096];
    snprintf(body, sizeof(body), "{\"text\":\"%02000d\"}", 0);
    make_conv(f, "c1", "who");
    struct vt_store_message m = row("c1", "chat.send", body);
    const uint32_t first = log_number(f);
    int sent = 0, before = f->answers;
    while (log_number(f) < first + TIMES) {
        assert_true(sent < ROWS_MOST);
        while (sent < f->answers - before + WINDOW) {
            assert_int_equal(vt_store_append(f->store, &m, on_append, f), VT_OK);
            sent++;
        }
        fixture_wait(f, f->answers, 1);
        assert_int_equal(f->err, VT_OK);
    }
    fixture_wait(f, before, sent);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_search_learns_what_says_something),
        TEST(test_what_was_noted_outlives_the_server),
        TEST(test_the_log_begins_anew_under_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
