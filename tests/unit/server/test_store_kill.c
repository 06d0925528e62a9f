/* SPDX-License-Identifier: Apache-2.0 */
/* Acknowledged = committed: a process is killed in the middle of its appends, again and again, and
 * begins each time with the rows it had no answer for. At the end every acknowledged row is there
 * once, under the number it was acknowledged with. Also: a disk that is full, and heals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/server/store_fixture.h"

enum { KILLS = 20, WINDOW = 48, ROWS_MOST = 200000 };

#define SITE VT_STR("site-a")
#define CONV VT_STR("conv-1")

struct ack {
    uint32_t row, cs;
};

/* --- the child: appends without end, one row each turn it is answered ------------------------- */

struct writer {
    struct fixture f;
    uint32_t epoch, next;
    int outstanding, pipe;
};
struct slot {
    struct writer *writer;
    uint32_t row;
};

static void on_child_append(void *arg, int err, uint32_t cs, bool doubled)
{
    struct slot *slot = arg;
    (void)doubled;
    struct ack ack = { slot->row, cs };
    if (err != VT_OK || write(slot->writer->pipe, &ack, sizeof(ack)) != sizeof(ack))
        _exit(3);
    slot->writer->outstanding--;
    free(slot);
}

static void send_row(struct writer *w)
{
    char cid[24];
    struct slot *slot = malloc(sizeof(*slot));
    *slot = (struct slot){ w, w->next };
    snprintf(cid, sizeof(cid), "%u", w->next);
    struct vt_store_message m = { .site = SITE,
                                  .conv = CONV,
                                  .epoch = w->epoch,
                                  .cid = vt_str(cid),
                                  .audience = 1,
                                  .ts = 1,
                                  .by = VT_STR("c"),
                                  .op = VT_STR("chat.send"),
                                  .body = vt_str(cid) };
    if (vt_store_append(w->f.store, &m, on_child_append, slot) != VT_OK)
        _exit(4);
    w->next++;
    w->outstanding++;
}

static void on_child_conv(void *arg, int err, const struct vt_store_conv *conv)
{
    struct writer *w = arg;
    if (err != VT_OK)
        _exit(5);
    w->epoch = conv->epoch;
}

static void run_child(const char *dir, uint32_t next, int pipe)
{
    struct writer w = { .next = next, .pipe = pipe };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    w.f.loop = vt_loop_create();
    w.f.store = vt_store_open(
        w.f.loop, dir,
        &(struct vt_store_limits){ .address = store_place(dir), .queue_rows = 1000, .queue_ms = 60000 },
        &error);
    if (!w.f.store || vt_store_conv_own(w.f.store, SITE, CONV, on_child_conv, &w) != VT_OK)
        _exit(2);
    while (w.epoch == 0)
        uv_run(vt_loop_uv(w.f.loop), UV_RUN_ONCE);
    for (;;) {
        while (w.outstanding < WINDOW)
            send_row(&w);
        uv_run(vt_loop_uv(w.f.loop), UV_RUN_ONCE);
    }
}

/* --- the parent ------------------------------------------------------------------------------ */

static uint32_t acked[ROWS_MOST]; /* row -> cs */

static void note_acks(int pipe, uint32_t *first_unacked, int *count)
{
    struct ack ack;
    while (read(pipe, &ack, sizeof(ack)) == sizeof(ack)) {
        assert_true(ack.row < ROWS_MOST);
        if (acked[ack.row] != 0)
            assert_int_equal(acked[ack.row], ack.cs); /* the same answer as before */
        acked[ack.row] = ack.cs;
        ++*count;
    }
    while (acked[*first_unacked] != 0)
        ++*first_unacked;
}

struct check {
    struct fixture *f;
    uint32_t last, found;
    bool more;
    uint8_t times[ROWS_MOST];
};

static void on_check(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct check *check = arg;
    for (size_t i = 0; i < n; i++) {
        uint32_t row = (uint32_t)strtoul(rows[i].body.ptr, NULL, 10);
        check->times[row]++;
        check->found++;
        check->last = rows[i].cs;
        if (acked[row] != 0)
            assert_int_equal(acked[row], rows[i].cs);
    }
    check->more = more;
    fixture_done(check->f, err);
}

static void check_all(struct fixture *f, uint32_t first_unacked)
{
    struct check *check = calloc(1, sizeof(*check));
    check->f = f;
    fixture_open(f, 1000);
    do {
        FIXTURE_ASK(f, vt_store_since(f->store, SITE, CONV, 1, check->last, 1000, on_check, check));
        assert_int_equal(f->err, VT_OK);
    } while (check->more);
    for (uint32_t row = 1; row < ROWS_MOST; row++) {
        assert_true(check->times[row] <= 1);
        if (acked[row] != 0)
            assert_int_equal(check->times[row], 1);
    }
    assert_true(check->found + 1 >= first_unacked);
    fixture_close(f);
    free(check);
}

static void test_kill_in_the_middle_of_appends(void **state)
{
    struct fixture *f = *state;
    uint32_t next = 1;
    int count = 0;
    struct vt_store_conv conv = { .site = SITE, .conv = CONV, .customer = VT_STR("cu"), .epoch = 1 };
    FIXTURE_ASK(f, vt_store_conv_create(f->store, &conv, fixture_done, f));
    fixture_close(f); /* no thread may live across fork() */
    acked[0] = 1;
    for (int i = 0; i < KILLS; i++) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        pid_t child = fork();
        if (child == 0) {
            close(pipes[0]);
            run_child(f->dir, next, pipes[1]);
        }
        close(pipes[1]);
        struct ack first; /* the child is at work before it may die */
        assert_int_equal(read(pipes[0], &first, sizeof(first)), sizeof(first));
        acked[first.row] = first.cs;
        usleep((useconds_t)(2000 + i * 1700));
        kill(child, SIGKILL);
        note_acks(pipes[0], &next, &count);
        close(pipes[0]);
        int status;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    assert_true(count > KILLS);
    check_all(f, next);
    fixture_open(f, 1000);
}

static void test_a_full_disk_refuses_and_heals(void **state)
{
    struct fixture *f = *state;
    struct rlimit before, tight;
    char body[2000];
    memset(body, 'x', sizeof(body));
    struct vt_store_session s = {
        .site = SITE, .conv = CONV, .sid = VT_STR("s"), .info = { body, sizeof(body) }
    };
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    tight = before;
    tight.rlim_cur = 256 * 1024;
    FIXTURE_ASK(f, vt_store_session_put(f->store, &s, fixture_done, f));
    assert_int_equal(f->err, VT_OK);
    setrlimit(RLIMIT_FSIZE, &tight);
    char sid[16];
    int n = 0;
    for (f->err = VT_OK; f->err == VT_OK && n < 2000; n++) {
        snprintf(sid, sizeof(sid), "s%d", n);
        s.sid = vt_str(sid);
        FIXTURE_ASK(f, vt_store_session_put(f->store, &s, fixture_done, f));
    }
    assert_int_equal(f->err, VT_ERR_FULL);
    setrlimit(RLIMIT_FSIZE, &before);
    FIXTURE_ASK(f, vt_store_session_put(f->store, &s, fixture_done, f));
    assert_int_equal(f->err, VT_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_kill_in_the_middle_of_appends),
        TEST(test_a_full_disk_refuses_and_heals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
