/* SPDX-License-Identifier: Apache-2.0 */
/* The client against the real redis-server, which comes, dies and comes back; who leads; the preamble. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/node/lease.h"
#include "server/node/preamble.h"
#include "server/node/redis.h"

enum { PATIENCE_MS = 20000 };

struct fixture {
    struct vt_loop *loop;
    char url[64], port[8];
    pid_t server;
    struct vt_redis *redis;
    int ups, downs, messages, answers;
    char text[64];
};

static void free_port(struct fixture *f)
{
    struct sockaddr_in where = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(where);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&where, len), 0);
    getsockname(fd, (struct sockaddr *)&where, &len);
    close(fd);
    snprintf(f->port, sizeof(f->port), "%d", ntohs(where.sin_port));
    snprintf(f->url, sizeof(f->url), "redis://127.0.0.1:%s", f->port);
}

/* Other threads run (names are looked up in one), so nothing that could wait for them between fork and exec.
 */
static void start_server(struct fixture *f)
{
    char *const words[] = { "redis-server", "--port", f->port,     "--bind",    "127.0.0.1", "--save", "",
                            "--appendonly", "no",     "--logfile", "/dev/null", NULL };
    assert_int_equal(posix_spawnp(&f->server, words[0], NULL, NULL, words, environ), 0);
}

static void kill_server(struct fixture *f)
{
    if (f->server <= 0)
        return;
    kill(f->server, SIGKILL);
    waitpid(f->server, NULL, 0);
    f->server = 0;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    f->loop = vt_loop_create();
    free_port(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    kill_server(f);
    vt_redis_close(f->redis);
    vt_loop_close_own(f->loop);
    vt_loop_run(f->loop);
    vt_loop_destroy(f->loop);
    free(f);
    return 0;
}

static void wait_for(struct fixture *f, const int *what, int least)
{
    const int64_t by_ms = vt_now_ms() + PATIENCE_MS;
    while (*what < least) {
        assert_true(vt_now_ms() < by_ms);
        uv_run(vt_loop_uv(f->loop), UV_RUN_ONCE);
    }
}

/* --- the client ------------------------------------------------------------------------------------ */

static void on_up(void *owner)
{
    ((struct fixture *)owner)->ups++;
}

static void on_down(void *owner)
{
    ((struct fixture *)owner)->downs++;
}

static void on_message(void *owner, struct vt_str channel, struct vt_str text)
{
    struct fixture *f = owner;
    assert_true(vt_str_eq(channel, VT_STR("news")));
    vt_str_copy(f->text, sizeof(f->text), text);
    f->messages++;
}

static void on_reply(void *arg, const struct vt_redis_reply *reply)
{
    struct fixture *f = arg;
    f->answers++;
    f->text[0] = '\0';
    if (reply && reply->n > 0)
        vt_str_copy(f->text, sizeof(f->text), reply->items[0]);
    else if (reply)
        vt_str_copy(f->text, sizeof(f->text), reply->error);
}

static const char *call(struct fixture *f, struct vt_redis *redis, const struct vt_str *words, size_t n)
{
    const int before = f->answers;
    assert_int_equal(vt_redis_call(redis, words, n, on_reply, f), VT_OK);
    wait_for(f, &f->answers, before + 1);
    return f->text;
}

static void test_it_comes_and_goes(void **state)
{
    struct fixture *f = *state;
    const struct vt_redis_handler handler = { f, on_up, on_down, on_message };
    struct vt_redis *redis = f->redis = vt_redis_open(f->loop, f->url, "", (const char *[]){ "news" }, 1,
                                                      &handler, NULL);
    const struct vt_str ping[] = { VT_STR("PING") };
    for (int i = 0; i < 30; i++) /* refused, again and again */
        uv_run(vt_loop_uv(f->loop), UV_RUN_ONCE);
    assert_int_equal(vt_redis_call(redis, ping, 1, on_reply, f), VT_ERR_GONE);
    for (int life = 1; life <= 2; life++) {
        start_server(f);
        wait_for(f, &f->ups, life);
        const struct vt_str set[] = { VT_STR("INCR"), VT_STR("n") };
        const struct vt_str tell[] = { VT_STR("PUBLISH"), VT_STR("news"), { "a\0b", 3 } };
        const struct vt_str wrong[] = { VT_STR("GET") };
        assert_string_equal(call(f, redis, set, 2), "1");
        assert_non_null(strstr(call(f, redis, wrong, 1), "wrong number"));
        assert_string_equal(call(f, redis, tell, 3), "1");
        wait_for(f, &f->messages, life);
        /* What has no answer when it dies is told so. */
        const int before = f->answers;
        kill(f->server, SIGSTOP);
        assert_int_equal(vt_redis_call(redis, ping, 1, on_reply, f), VT_OK);
        kill_server(f);
        wait_for(f, &f->downs, life);
        assert_int_equal(f->answers, before + 1);
        assert_string_equal(f->text, "");
        assert_false(vt_redis_is_up(redis));
    }
}

static void test_addresses(void **state)
{
    static const char *const good[] = { "redis://localhost", "redis://10.0.0.5:6380", "redis://me@host:1/3",
                                        "redis://[::1]:6379", "redis://h/" };
    static const char *const bad[] = { "",
                                       "127.0.0.1:6379",
                                       "redis://",
                                       "redis://h:0",
                                       "redis://h:x",
                                       "redis://me:secret@h",
                                       "redis://h/x",
                                       "redis://[::1" };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    (void)state;
    for (size_t i = 0; i < VT_COUNT(good); i++)
        assert_int_equal(vt_redis_check_url(good[i], &error), VT_OK);
    for (size_t i = 0; i < VT_COUNT(bad); i++)
        assert_int_equal(vt_redis_check_url(bad[i], &error), VT_ERR_INVALID);
}

/* --- the lease --------------------------------------------------------------------------------------- */

struct node {
    struct fixture *f;
    struct vt_lease *lease;
    int won, lost, told;
    int64_t epoch;
    struct vt_leader leader;
};

static void on_won(void *owner, int64_t epoch)
{
    struct node *node = owner;
    node->won++;
    node->epoch = epoch;
}

static void on_lost(void *owner)
{
    ((struct node *)owner)->lost++;
}

static void on_leader(void *owner, const struct vt_leader *leader)
{
    struct node *node = owner;
    node->told++;
    node->leader = *leader;
}

static void open_node(struct node *node, struct fixture *f, const char *address)
{
    const struct vt_lease_config config = { .loop = f->loop,
                                            .redis = f->url,
                                            .password = "",
                                            .group = "g",
                                            .address = address,
                                            .handler = { node, on_won, on_lost, on_leader } };
    *node = (struct node){ .f = f };
    node->lease = vt_lease_open(&config, NULL);
    assert_non_null(node->lease);
}

static void close_node(struct node *node)
{
    vt_lease_close(node->lease);
    vt_loop_run_dry(node->f->loop);
    vt_lease_destroy(node->lease);
}

static void test_one_leads_and_another_follows(void **state)
{
    struct fixture *f = *state;
    struct node a, b;
    bool is_released = false;
    start_server(f);
    open_node(&a, f, "127.0.0.1:1001");
    wait_for(f, &a.won, 1);
    vt_lease_settle(a.lease);
    open_node(&b, f, "127.0.0.1:1002");
    wait_for(f, &b.told, 1);
    assert_int_equal(b.leader.epoch, a.epoch);
    assert_string_equal(b.leader.address, "127.0.0.1:1001");
    assert_string_equal(b.leader.token, vt_lease_me(a.lease)->token);
    assert_int_equal(b.won, 0);
    /* Redis forgets all of it: who leads goes on leading. */
    kill_server(f);
    start_server(f);
    while (!vt_lease_redis_up(a.lease) || !vt_lease_redis_up(b.lease) || vt_lease_nodes(a.lease) < 2)
        uv_run(vt_loop_uv(f->loop), UV_RUN_ONCE);
    assert_int_equal(a.lost + b.won, 0);
    /* The store knows of a higher epoch. */
    vt_lease_raise(a.lease, 40);
    wait_for(f, &a.won, 2);
    assert_int_equal(a.epoch, 41);
    /* Given back, it is the other's at once. */
    vt_lease_release(a.lease, &is_released);
    wait_for(f, &b.won, 1);
    assert_true(is_released);
    assert_int_equal(b.epoch, 42);
    vt_lease_unref(b.lease);
    close_node(&a);
    close_node(&b);
}

/* --- the preamble -------------------------------------------------------------------------------------- */

static void test_preamble(void **state)
{
    static const char token[] = "0123456789abcdef0123456789abcdef",
                      other[] = "0123456789abcdef0123456789abcdee";
    uint8_t bytes[VT_PREAMBLE_BYTES];
    struct vt_address from, read;
    (void)state;
    static const char *const addresses[] = { "192.0.2.7", "2001:db8::7" };
    for (size_t i = 0; i < VT_COUNT(addresses); i++) {
        char text[VT_ADDRESS_TEXT];
        assert_int_equal(vt_address_parse(vt_str(addresses[i]), &from), VT_OK);
        vt_preamble_write(bytes, token, &from);
        assert_true(vt_preamble_read(bytes, token, &read));
        vt_address_text(&read, text);
        assert_string_equal(text, addresses[i]);
        assert_false(vt_preamble_read(bytes, other, &read));
        bytes[VT_PREAMBLE_MAGIC + VT_LEASE_TOKEN - 1] = 5;
        assert_false(vt_preamble_read(bytes, token, &read));
    }
    memcpy(bytes, "GET / HTTP/1.1\r\n", 16);
    assert_false(vt_preamble_read(bytes, token, &read));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    alarm(PATIENCE_MS / 1000 * 3); /* a test that fails leaves handles that would keep the loop running */
    const struct CMUnitTest tests[] = {
        TEST(test_it_comes_and_goes),
        TEST(test_addresses),
        TEST(test_one_leads_and_another_follows),
        TEST(test_preamble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
