/* SPDX-License-Identifier: Apache-2.0 */
/* The real network core on a thread of its own, with an echo peer, and a raw socket to speak to it. */
#ifndef VT_TESTS_NET_FIXTURE_H
#define VT_TESTS_NET_FIXTURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/base/ids.h"
#include "server/config.h"
#include "server/conn.h"
#include "server/http/http.h"
#include "server/log.h"
#include "server/origin.h"
#include "tests/unit/cm.h"

struct net_fixture {
    struct vt_loop *loop;
    struct vt_net *net;
    struct vt_config config;
    pthread_t thread;
    char url[96];
    int port;
    void (*mount)(struct net_fixture *fixture); /* the test's own routes */
    void *owner;
    /* Written on the loop's thread, read after it ended or by volatile polling. */
    volatile int opened, closed, last_code, messages;
    bool refuse_peers;
    uint64_t deadline_ms;
};

struct net_peer {
    struct net_fixture *fixture;
    struct vt_conn *conn;
    struct vt_buf out; /* ready frames */
    size_t given;
};

static struct net_fixture *net_current;

static bool net_origin(void *owner, struct vt_str origin)
{
    (void)owner;
    return vt_origin_same(origin, VT_STR("https://shop.example"));
}

static void net_frame(struct net_peer *peer, int opcode, const void *bytes, size_t len)
{
    uint8_t head[VT_WS_HEAD_MAX];
    vt_buf_append(&peer->out, head, vt_ws_head(head, opcode, len));
    vt_buf_append(&peer->out, bytes, len);
    vt_conn_dirty(peer->conn);
}

static void *net_opened(void *owner, struct vt_conn *conn)
{
    struct net_fixture *fixture = net_current;
    (void)owner;
    if (fixture->refuse_peers)
        return NULL;
    struct net_peer *peer = calloc(1, sizeof(*peer));
    peer->fixture = fixture;
    peer->conn = conn;
    vt_buf_init(&peer->out, 64 << 20);
    fixture->opened++;
    return peer;
}

/* "welcome", "close:4000", "beat:100:300", "flood:bytes"; all else comes back. */
static void net_text(void *arg, const char *bytes, size_t len)
{
    struct net_peer *peer = arg;
    char text[32];
    int a, b;
    peer->fixture->messages++;
    snprintf(text, sizeof(text), "%.*s", (int)(len < 31 ? len : 31), bytes);
    if (strcmp(text, "welcome") == 0) {
        vt_conn_welcomed(peer->conn);
    } else if (sscanf(text, "close:%d", &a) == 1) {
        net_frame(peer, VT_WS_TEXT, "last", 4);
        vt_conn_close(peer->conn, a, "as asked");
        return;
    } else if (sscanf(text, "beat:%d:%d", &a, &b) == 2) {
        vt_conn_welcomed(peer->conn);
        vt_conn_beat(peer->conn, (uint32_t)a, (uint32_t)b);
    } else if (sscanf(text, "flood:%d", &a) == 1) {
        static char zeros[1000];
        for (int i = 0; i < a / 1000; i++)
            net_frame(peer, VT_WS_BINARY, zeros, sizeof(zeros));
    }
    net_frame(peer, VT_WS_TEXT, bytes, len);
}

static void net_binary(void *arg, const uint8_t *bytes, size_t len)
{
    struct net_peer *peer = arg;
    peer->fixture->messages++;
    net_frame(peer, VT_WS_BINARY, bytes, len);
}

static void net_fill(void *arg, struct vt_buf *out)
{
    struct net_peer *peer = arg;
    /* Whole frames, as many as one write may hold. */
    size_t n = 0;
    while (peer->given + n < peer->out.len) {
        const uint8_t *at = (const uint8_t *)peer->out.data + peer->given + n;
        size_t len = at[1] < 126 ? 2u + at[1] : at[1] == 126 ? 4u + ((size_t)at[2] << 8 | at[3]) : 0;
        if (n + len > 262144)
            break;
        n += len;
    }
    if (n > 0) /* without a byte there is no memory to point into */
        vt_buf_append(out, peer->out.data + peer->given, n);
    peer->given += n;
    if (peer->given < peer->out.len) {
        vt_conn_dirty(peer->conn);
        return;
    }
    vt_buf_finish(&peer->out);
    peer->given = 0;
}

static void net_closed(void *arg, int code)
{
    struct net_peer *peer = arg;
    peer->fixture->last_code = code;
    peer->fixture->closed++;
    vt_buf_finish(&peer->out);
    free(peer);
}

static void *net_run(void *arg)
{
    vt_loop_run(((struct net_fixture *)arg)->loop);
    return NULL;
}

static void net_drained(void *arg)
{
    struct net_fixture *fixture = arg;
    vt_net_stop(fixture->net);
    vt_loop_close_own(fixture->loop);
}

static void net_begin_drain(void *arg)
{
    struct net_fixture *fixture = arg;
    vt_net_drain(fixture->net, fixture->deadline_ms, net_drained, fixture);
}

/* `args` are options as on the command line, NULL at the end. */
static inline void net_start(struct net_fixture *fixture, const char *const *args)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(4096);
    char *argv[32] = { (char *)(uintptr_t) "--listen", (char *)(uintptr_t) "127.0.0.1:0" };
    int argc = 2;
    for (; args && *args; args++)
        argv[argc++] = (char *)(uintptr_t)*args;
    signal(SIGPIPE, SIG_IGN);
    vt_log_init(VT_LOG_ERROR, false);
    net_current = fixture;
    fixture->deadline_ms = 200;
    if (vt_config_load(&fixture->config, argc, argv, NULL, &error))
        fail_msg("%s", vt_buf_cstr(&error));
    fixture->loop = vt_loop_create();
    const struct vt_conn_handler handler = { .owner = fixture,
                                             .origin_allowed = net_origin,
                                             .opened = net_opened,
                                             .text = net_text,
                                             .binary = net_binary,
                                             .fill = net_fill,
                                             .closed = net_closed };
    fixture->net = vt_net_open(fixture->loop, &fixture->config, &handler, NULL, &error);
    if (!fixture->net)
        fail_msg("%s", vt_buf_cstr(&error));
    snprintf(fixture->url, sizeof(fixture->url), "%s", vt_net_url(fixture->net));
    fixture->port = atoi(strrchr(fixture->url, ':') + 1);
    if (fixture->mount)
        fixture->mount(fixture);
    pthread_create(&fixture->thread, NULL, net_run, fixture);
}

static inline void net_stop(struct net_fixture *fixture)
{
    vt_loop_post(fixture->loop, net_begin_drain, fixture);
    pthread_join(fixture->thread, NULL);
    vt_net_destroy(fixture->net);
    vt_loop_destroy(fixture->loop);
    vt_config_finish(&fixture->config);
    assert_int_equal(fixture->opened, fixture->closed);
}

static inline int net_connect_from(const struct net_fixture *fixture, const char *from)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)fixture->port) };
    struct sockaddr_in own = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    inet_pton(AF_INET, from, &own.sin_addr);
    bind(fd, (struct sockaddr *)&own, sizeof(own));
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    struct timeval wait = { .tv_sec = 30 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    return fd;
}

static inline int net_connect(const struct net_fixture *fixture)
{
    return net_connect_from(fixture, "127.0.0.1");
}

static inline void net_send(int fd, const void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = send(fd, (const char *)bytes + at, len - at, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the server hung up: what it said before is what the test looks at */
        at += (size_t)n;
    }
}

static inline void net_say(int fd, const char *text)
{
    net_send(fd, text, strlen(text));
}

/* Until the peer closes, or `most` bytes. */
static inline size_t net_read_all(int fd, char *bytes, size_t most)
{
    size_t len = 0;
    while (len + 1 < most) {
        ssize_t n = recv(fd, bytes + len, most - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    bytes[len] = '\0';
    return len;
}

static inline bool net_read_exact(int fd, void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t n = recv(fd, (char *)bytes + at, len - at, 0);
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* A head up to its empty line. */
static inline size_t net_read_head(int fd, char *head, size_t most)
{
    size_t len = 0;
    while (len + 1 < most && recv(fd, head + len, 1, 0) == 1) {
        len++;
        if (len >= 4 && memcmp(head + len - 4, "\r\n\r\n", 4) == 0)
            break;
    }
    head[len] = '\0';
    return len;
}

static inline int net_status(const char *head)
{
    int status = 0;
    sscanf(head, "HTTP/1.%*d %d", &status);
    return status;
}

#define NET_HANDSHAKE                                                                                        \
    "GET /v1/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                    \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"                           \
    "Sec-WebSocket-Protocol: vitrine.v1\r\nOrigin: https://shop.example\r\n\r\n"

static inline int net_ws_from(const struct net_fixture *fixture, const char *from)
{
    char head[2048];
    int fd = net_connect_from(fixture, from);
    net_say(fd, NET_HANDSHAKE);
    net_read_head(fd, head, sizeof(head));
    assert_int_equal(net_status(head), 101);
    assert_non_null(strstr(head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_non_null(strstr(head, "Sec-WebSocket-Protocol: vitrine.v1\r\n"));
    return fd;
}

static inline int net_ws(const struct net_fixture *fixture)
{
    return net_ws_from(fixture, "127.0.0.1");
}

/* A masked client frame; `first` is the first byte, FIN and opcode. */
static inline void net_ws_send(int fd, int first, const void *payload, size_t len)
{
    static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
    uint8_t *frame = malloc(len + 14), head[VT_WS_HEAD_MAX];
    size_t n = vt_ws_head(head, first & 15, len);
    memcpy(frame, head, n);
    frame[0] = (uint8_t)first;
    frame[1] |= 0x80;
    memcpy(frame + n, mask, 4);
    for (size_t i = 0; i < len; i++)
        frame[n + 4 + i] = ((const uint8_t *)payload)[i] ^ mask[i & 3];
    net_send(fd, frame, n + 4 + len);
    free(frame);
}

static inline void net_ws_text(int fd, const char *text)
{
    net_ws_send(fd, 0x81, text, strlen(text));
}

/* The next frame: its opcode, or -1 at the end of the line. */
static inline int net_ws_read(int fd, char *payload, size_t most, size_t *ret_len)
{
    uint8_t head[10];
    *ret_len = 0; /* gcc does not see that nobody reads it after -1 */
    if (!net_read_exact(fd, head, 2))
        return -1;
    size_t len = head[1] & 127, wide = len == 126 ? 2 : len == 127 ? 8 : 0;
    if (wide) {
        if (!net_read_exact(fd, head + 2, wide))
            return -1;
        len = 0;
        for (size_t i = 0; i < wide; i++)
            len = len << 8 | head[2 + i];
    }
    assert_true(len < most);
    if (!net_read_exact(fd, payload, len))
        return -1;
    payload[len] = '\0';
    *ret_len = len;
    return head[0] & 15;
}

/* The code of the next close frame, skipping others; 1006 without one. */
static inline int net_ws_close_code(int fd)
{
    static char payload[1 << 20];
    size_t len;
    int opcode;
    while ((opcode = net_ws_read(fd, payload, sizeof(payload), &len)) >= 0)
        if (opcode == VT_WS_CLOSE)
            return len >= 2 ? (uint8_t)payload[0] << 8 | (uint8_t)payload[1] : 1005;
    return 1006;
}

static inline void net_expect_echo(int fd, const char *text)
{
    static char payload[1 << 20];
    size_t len;
    net_ws_text(fd, text);
    assert_int_equal(net_ws_read(fd, payload, sizeof(payload), &len), VT_WS_TEXT);
    assert_string_equal(payload, text);
}

static inline void net_sleep_ms(int ms)
{
    poll(NULL, 0, ms);
}

/* Until the text is among what waits to be read, which stays there: the server has read all that was sent. */
static inline void net_await(int fd, const char *text)
{
    char waits[8192];
    for (int i = 0; i < 6000; i++) {
        ssize_t n = recv(fd, waits, sizeof(waits) - 1, MSG_PEEK | MSG_DONTWAIT);
        waits[n > 0 ? n : 0] = '\0';
        if (strstr(waits, text))
            return;
        net_sleep_ms(10);
    }
    fail_msg("\"%s\" did not come", text);
}

static inline bool net_wait(volatile int *value, int wanted)
{
    for (int i = 0; i < 6000 && *value != wanted; i++)
        net_sleep_ms(10);
    return *value == wanted;
}

#endif
