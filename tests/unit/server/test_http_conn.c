/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP lines: framing, limits, pipelining, held answers. */
#include "tests/unit/server/http_fixture.h"

static void routes(void **state)
{
    (void)state;
    assert_int_equal(get("/nothing", ""), 404);
    assert_has("application/problem+json");
    assert_has("X-Content-Type-Options: nosniff\r\n");
    assert_has("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
    assert_int_equal(get("/echo", ""), 405);
    assert_has("Allow: POST, PUT\r\n");
    assert_int_equal(get("/forget", ""), 500);
    exchange("TRACE / HTTP/1.1\r\n" END "\r\n");
    assert_true(net_status(answer) >= 400);
}

static void shows_requests(void **state)
{
    (void)state;
    assert_int_equal(get("/show/a%20b/%C3%BC?x=1%262&y=%3D&z=a+b",
                         "Cookie: q=1; vt=\"tok\"; z=2\r\nX-Vitrine-CSRF: 1\r\n"),
                     200);
    assert_string_equal(body(), "/show/a b/\xc3\xbc|x=1%262&y=%3D&z=a%20b|tok|1|127.0.0.1");
    assert_has("Set-Cookie: a=b\r\n");
    int fd = net_connect_from(&fixture, "127.0.0.3"); /* the trusted proxy */
    net_say(fd, "GET /show/ HTTP/1.1\r\n" END "X-Forwarded-For: 9.9.9.9, 8.8.4.4, 127.0.0.3\r\n\r\n");
    net_read_all(fd, answer, sizeof(answer));
    assert_string_equal(body(), "/show/||||8.8.4.4");
    close(fd);
    get("/show/", "X-Forwarded-For: 9.9.9.9\r\n");
    assert_string_equal(body(), "/show/||||127.0.0.1");
}

static void bodies(void **state)
{
    (void)state;
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 5\r\n\r\nhello");
    assert_int_equal(net_status(answer), 200);
    assert_string_equal(body(), "hello");
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 0\r\n\r\n");
    assert_int_equal(net_status(answer), 200);
    exchange("PUT /echo HTTP/1.1\r\n" END "Content-Length: 2\r\n\r\nhi");
    assert_string_equal(body(), "hi");
    exchange("PUT /echo HTTP/1.1\r\n" END "Content-Length: 11\r\n\r\n01234567890");
    assert_int_equal(net_status(answer), 413);
    exchange("POST /echo HTTP/1.1\r\n" END "\r\n");
    assert_int_equal(net_status(answer), 411);
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 99999999\r\n\r\nx");
    assert_int_equal(net_status(answer), 413);
    exchange("GET /show/ HTTP/1.1\r\n" END "Content-Length: 3\r\n\r\nabc");
    assert_int_equal(net_status(answer), 200);
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
    assert_int_equal(net_status(answer), 100);
    assert_has("\r\n\r\nHTTP/1.1 200 OK\r\n");
}

/* Where one request ends must be beyond doubt. */
static void refuses_smuggling(void **state)
{
    static const struct {
        int status;
        const char *head;
    } rows[] = {
        { 501, "Transfer-Encoding: chunked\r\n" },
        { 501, "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" },
        { 501, "Transfer-Encoding: identity\r\n" },
        { 400, "Content-Length: 3\r\nContent-Length: 5\r\n" },
        { 400, "Content-Length: 3, 3\r\n" },
        { 400, "Content-Length: +3\r\n" },
        { 400, "Content-Length: -3\r\n" },
        { 400, "Content-Length: 3x\r\n" },
        { 400, "Content-Length: 99999999999\r\n" },
        { 400, "Content-Length: 0x3\r\n" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        char request[512];
        snprintf(request, sizeof(request),
                 "POST /echo HTTP/1.1\r\nHost: x\r\n%s\r\nabcGET /show/ HTTP/1.1\r\nHost: x\r\n\r\n",
                 rows[i].head);
        exchange(request);
        if (net_status(answer) != rows[i].status || strstr(answer + 1, "HTTP/1.1"))
            fail_msg("row %zu: %d, not %d\n%s", i, net_status(answer), rows[i].status, answer);
    }
}

static void limits(void **state)
{
    static char request[16384], filler[9000];
    (void)state;
    memset(filler, 'x', sizeof(filler) - 1);
    snprintf(request, sizeof(request), "GET /show/%.4095s HTTP/1.1\r\n" END "\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 414);
    snprintf(request, sizeof(request), "GET /show/%.4000s HTTP/1.1\r\n" END "\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 200);
    snprintf(request, sizeof(request), "GET /show/ HTTP/1.1\r\n" END "Cookie: %.8300s\r\n\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 431);
    snprintf(request, sizeof(request), "GET /show/ HTTP/1.1\r\n" END "Cookie: %.7900s\r\n\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 200);
    exchange("GET /show/ HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_int_equal(net_status(answer), 400);
    exchange("GET /show/ HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n");
    assert_int_equal(net_status(answer), 400);
    exchange("GET /show/ HTTP/1.0\r\n\r\n"); /* 1.0 knows no Host */
    assert_int_equal(net_status(answer), 200);
    exchange("GET /show/ HTTP/3.7\r\nHost: x\r\n\r\n");
    assert_int_equal(net_status(answer), 505);
}

static int count_of(const char *text)
{
    int n = 0;
    for (const char *at = answer; (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

static void assert_order(const char *const *order, size_t count)
{
    const char *at = answer;
    for (size_t i = 0; i < count; i++) {
        at = strstr(at, order[i]);
        assert_non_null(at);
    }
}

static void pipelines(void **state)
{
    static const char *const order[] = { "/show/1|", "\r\n\r\nlater", "HTTP/1.1 404", "/show/2|" };
    (void)state;
    exchange("GET /show/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
             "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /show/2 HTTP/1.1\r\n" END "\r\n");
    assert_int_equal(count_of("HTTP/1.1 "), 4);
    assert_order(order, VT_COUNT(order));
}

/* What comes behind a body on a kept line is answered; the line ends with the answer to a second body, since
 * nothing tells whether the library had read that ahead. */
static void keeps_lines(void **state)
{
    static const char *const order[] = { "\r\n\r\nbody", "/show/3|", "/show/4|", "\r\n\r\nagain" };
    static const char *const parts[] = {
        ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET /show/3 HTTP/1.1\r\nHost: "
         "x\r\n\r\n"),
        "GET /show/4 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nagain",
    };
    (void)state;
    int fd = net_connect(&fixture);
    for (size_t i = 0; i < VT_COUNT(parts); i++) {
        net_say(fd, parts[i]);
        net_await(fd, order[i + 1]);
    }
    net_read_all(fd, answer, sizeof(answer));
    close(fd);
    assert_order(order, VT_COUNT(order));
    assert_has("Connection: close");
}

/* The first request's, refused: the answer can be read, and the line goes on. */
static void keeps_lines_after_refusals(void **state)
{
    static const char *const order[] = { "HTTP/1.1 413", "/show/4|" };
    (void)state;
    int fd = net_connect(&fixture);
    net_say(fd, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890");
    net_await(fd, order[0]);
    net_say(fd, "GET /show/4 HTTP/1.1\r\n" END "\r\n");
    net_read_all(fd, answer, sizeof(answer));
    close(fd);
    assert_order(order, VT_COUNT(order));
}

/* A body behind another request in one read: the library would take the request's own line for the
 * body, and with more behind it turn in a circle for ever. */
static void refuses_pipelined_bodies(void **state)
{
    static const char *const tails[] = {
        ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET /show/ HTTP/1.1\r\nHost: "
         "x\r\n\r\n"),
        "POST /echo HTTP/1.1\r\nHost: x\r\n\r\nmore",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nmore",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890more",
        "GET /show/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcmore",
        "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcmore",
        "PATCH /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcmore",
    };
    char request[1024];
    (void)state;
    for (size_t i = 0; i < VT_COUNT(tails); i++) {
        snprintf(request, sizeof(request), "GET /show/ HTTP/1.1\r\nHost: x\r\n\r\n%s", tails[i]);
        exchange(request);
        assert_int_equal(count_of("HTTP/1.1 200"), 1);
        assert_has("HTTP/1.1 400");
        assert_int_equal(get("/show/", ""), 200);
    }
}

/* The same where the line's end comes between the two: the kernel counts it as a byte received, so that it
 * looks as if the second request had been read just now. */
static void refuses_them_at_the_end(void **state)
{
    (void)state;
    int fd = net_connect(&fixture);
    net_say(fd, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET /show/ HTTP/1.1\r\nHost: "
                "x\r\n\r\n");
    net_sleep_ms(30);
    shutdown(fd, SHUT_WR);
    net_read_all(fd, answer, sizeof(answer));
    close(fd);
    assert_int_equal(count_of("HTTP/1.1 200"), 1);
    assert_int_equal(get("/show/", ""), 200);
}

static void holds(void **state)
{
    (void)state;
    assert_int_equal(get("/hold", ""), 200);
    assert_string_equal(body(), "later");
    exchange("POST /hold HTTP/1.1\r\n" END "Content-Length: 2\r\n\r\nab");
    assert_string_equal(body(), "later");
}

/* Bytes behind the body of a request that is not answered yet, in one read with it or later. The library
 * tells of the body's end again: the handler must not run twice. */
static void refuses_more_while_held(void **state)
{
    static const char *const parts[][3] = {
        { "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcmore", "", "" },
        { "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", "abcmore", "" },
        { "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "more", "more" },
        { "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na", "bcGET /show/ HTTP/1.1\r\n\r\n",
          "more" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(parts); i++) {
        int fd = net_connect(&fixture);
        for (size_t k = 0; k < VT_COUNT(parts[i]); k++) {
            net_say(fd, parts[i][k]);
            net_sleep_ms(5);
        }
        shutdown(fd, SHUT_WR);
        net_read_all(fd, answer, sizeof(answer));
        close(fd);
        assert_in_range(count_of("HTTP/1.1 200"), 0, 1);
        assert_int_equal(get("/show/", ""), 200);
    }
}

/* No spinning while an answer is held and more input waits: under 50 ms of CPU in 150 ms would fail by
 * ten times if the loop ran hot. */
static void sleeps_while_held(void **state)
{
    (void)state;
    struct timespec from, to;
    clockid_t clock;
    pthread_getcpuclockid(fixture.thread, &clock);
    clock_gettime(clock, &from);
    exchange("GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /hold HTTP/1.1\r\n" END "\r\n");
    clock_gettime(clock, &to);
    assert_int_equal(count_of("later"), 2);
    int64_t us = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
    assert_in_range(us, 0, 60000);
}

static void byte_by_byte(void **state)
{
    static const char request[] =
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    (void)state;
    int fd = net_connect(&fixture);
    for (size_t i = 0; i < sizeof(request) - 1; i++) {
        net_send(fd, request + i, 1);
        if (i % 16 == 0)
            net_sleep_ms(1);
    }
    net_read_all(fd, answer, sizeof(answer));
    assert_string_equal(body(), "hello");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes),
        cmocka_unit_test(shows_requests),
        cmocka_unit_test(bodies),
        cmocka_unit_test(refuses_smuggling),
        cmocka_unit_test(limits),
        cmocka_unit_test(pipelines),
        cmocka_unit_test(keeps_lines),
        cmocka_unit_test(keeps_lines_after_refusals),
        cmocka_unit_test(refuses_pipelined_bodies),
        cmocka_unit_test(refuses_them_at_the_end),
        cmocka_unit_test(holds),
        cmocka_unit_test(refuses_more_while_held),
        cmocka_unit_test(sleeps_while_held),
        cmocka_unit_test(byte_by_byte),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
