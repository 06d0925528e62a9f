/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 262144, IN_MOST = 1 << 20, OUT_MOST = 1 << 22, EVENTS = 512 };

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

uint32_t random_u32(void)
{
    static uint32_t state;
    if (state == 0)
        RAND_bytes((unsigned char *)&state, sizeof(state));
    state ^= state << 13;
    state ^= state >> 17;
    return state ^= state << 5;
}

/* --- life ------------------------------------------------------------------------------------------ */

static int connect_loopback(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)load.port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        snprintf(load.failure, sizeof(load.failure), "connect: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

static SSL *start_tls(int fd)
{
    SSL *ssl = SSL_new(load.tls);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) == 1)
        return ssl;
    snprintf(load.failure, sizeof(load.failure), "the TLS handshake failed");
    SSL_free(ssl);
    return NULL;
}

struct client *client_open(enum role role, struct pair *pair, unsigned login)
{
    struct client *client = calloc(1, sizeof(*client));
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
    if (!client || (client->fd = connect_loopback()) < 0 ||
        (load.tls && !(client->ssl = start_tls(client->fd)))) {
        free(client);
        return NULL;
    }
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    client->role = role;
    client->pair = pair;
    client->login = login;
    load.pending++;
    epoll_ctl(load.epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
    join_begin(client);
    return client;
}

/* The memory stays: others point at it, and the program is short. */
void client_close(struct client *client)
{
    if (client->phase == PHASE_CLOSED)
        return;
    if (client->phase != PHASE_READY)
        load.pending--;
    client->phase = PHASE_CLOSED;
    load.closed++;
    SSL_free(client->ssl);
    client->ssl = NULL;
    close(client->fd);
}

/* --- out ------------------------------------------------------------------------------------------- */

static void arm(struct client *client)
{
    struct epoll_event event = { .events = (client->stalled ? EPOLLRDHUP : EPOLLIN) |
                                           (client->out_len ? EPOLLOUT : 0U),
                                 .data.ptr = client };
    epoll_ctl(load.epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

void client_stall(struct client *client, bool on)
{
    int small = 4096;
    client->stalled = on;
    setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    arm(client);
}

static ssize_t write_some(struct client *client, const void *bytes, size_t len)
{
    if (!client->ssl)
        return send(client->fd, bytes, len, MSG_NOSIGNAL);
    int n = SSL_write(client->ssl, bytes, (int)len);
    if (n <= 0)
        errno = SSL_get_error(client->ssl, n) == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
    return n > 0 ? n : -1;
}

static void keep_rest(struct client *client, const uint8_t *bytes, size_t len)
{
    uint8_t *out = len + client->out_len > OUT_MOST ? NULL : realloc(client->out, client->out_len + len);
    if (!out) {
        client_close(client);
        return;
    }
    memcpy(out + client->out_len, bytes, len);
    client->out = out;
    client->out_len += (uint32_t)len;
    arm(client);
}

void client_send(struct client *client, const void *bytes, size_t len)
{
    if (client->phase == PHASE_CLOSED)
        return;
    ssize_t n = client->out_len ? 0 : write_some(client, bytes, len);
    if (n < 0 && errno != EAGAIN)
        client_close(client);
    else if (n < (ssize_t)len)
        keep_rest(client, (const uint8_t *)bytes + (n > 0 ? n : 0), len - (size_t)(n > 0 ? n : 0));
}

static void flush_rest(struct client *client)
{
    ssize_t n = write_some(client, client->out, client->out_len);
    if (n < 0 && errno != EAGAIN) {
        client_close(client);
        return;
    }
    if (n > 0) {
        client->out_len -= (uint32_t)n;
        memmove(client->out, client->out + n, client->out_len);
    }
    if (client->out_len == 0)
        arm(client);
}

/* The mask is never zero in any byte: a server's shortcut for that would flatter it. */
size_t frame_put(uint8_t *out, uint8_t opcode, const void *payload, size_t len)
{
    const uint8_t *from = payload;
    uint8_t *at = out;
    *at++ = (uint8_t)(0x80 | opcode);
    *at++ = (uint8_t)(0x80 | (len < 126 ? len : 126));
    if (len >= 126) {
        *at++ = (uint8_t)(len >> 8);
        *at++ = (uint8_t)len;
    }
    uint32_t mask = random_u32() | 0x01010101;
    memcpy(at, &mask, 4);
    const uint8_t *key = at;
    at += 4;
    for (size_t i = 0; i < len; i++)
        at[i] = from[i] ^ key[i & 3];
    return (size_t)(at - out) + len;
}

void client_send_frame(struct client *client, uint8_t opcode, const void *payload, size_t len)
{
    uint8_t frame[16384 + 14];
    if (len <= sizeof(frame) - 14)
        client_send(client, frame, frame_put(frame, opcode, payload, len));
}

void client_send_text(struct client *client, const char *format, ...)
{
    char text[16384];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n > 0 && n < (int)sizeof(text))
        client_send_frame(client, 1, text, (size_t)n);
}

void client_upgrade(struct client *client, const char *origin)
{
    uint8_t key[16];
    char text[64], request[512];
    RAND_bytes(key, sizeof(key));
    EVP_EncodeBlock((unsigned char *)text, key, sizeof(key));
    int n = snprintf(request, sizeof(request),
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%sOrigin: %s\r\n\r\n",
                     load.path, load.port, text,
                     load.kind == KIND_VITRINE ? "Sec-WebSocket-Protocol: vitrine.v1\r\n" : "", origin);
    client->phase = PHASE_UPGRADE;
    client_send(client, request, (size_t)n);
}

/* --- in -------------------------------------------------------------------------------------------- */

static void take_frame(struct client *client, uint8_t opcode, uint8_t *payload, size_t len)
{
    switch (opcode) {
    case 1:
        load.texts++;
        join_text(client, (char *)payload, len);
        break;
    case 2:
        run_frame(client, payload, len);
        break;
    case 8:
        client_send_frame(client, 8, payload, len < 2 ? 0 : 2);
        client_close(client);
        break;
    case 9:
        client_send_frame(client, 10, payload, len);
        break;
    }
}

/* Returns the bytes used; 0: not whole yet. The byte behind a payload may be overwritten. */
static size_t parse_frame(struct client *client, uint8_t *bytes, size_t len)
{
    size_t head = 2;
    if (len < 2)
        return 0;
    uint64_t payload = bytes[1] & 0x7f;
    if (payload >= 126) {
        size_t width = payload == 126 ? 2 : 8;
        head += width;
        if (len < head)
            return 0;
        payload = 0;
        for (size_t i = 0; i < width; i++)
            payload = payload << 8 | bytes[2 + i];
    }
    if (payload > IN_MOST)
        client_close(client);
    if (payload > IN_MOST || len < head + payload)
        return 0;
    uint8_t behind = bytes[head + payload]; /* text is handed on with an end */
    bytes[head + payload] = '\0';
    take_frame(client, bytes[0] & 0x0f, bytes + head, payload);
    bytes[head + payload] = behind;
    return head + payload;
}

/* An HTTP answer: the end of its head, and with a length its body. */
static size_t parse_answer(struct client *client, uint8_t *bytes, size_t len)
{
    const char *text = (const char *)bytes, *end = memmem(bytes, len, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t used = (size_t)(end - text) + 4;
    const char *field = memmem(bytes, used, "ontent-Length: ", 15);
    if (!field)
        field = memmem(bytes, used, "ontent-length: ", 15);
    if (field)
        used += strtoul(field + 15, NULL, 10);
    if (len < used)
        return 0;
    join_answer(client, text, used);
    return used;
}

static void take_bytes(struct client *client, uint8_t *bytes, size_t len)
{
    size_t at = 0, used = 1;
    while (at < len && used > 0 && client->phase != PHASE_CLOSED) {
        used = client->phase <= PHASE_UPGRADE ? parse_answer(client, bytes + at, len - at)
                                              : parse_frame(client, bytes + at, len - at);
        at += used;
    }
    if (client->in_len == 0 && at == len)
        return;
    client->in_len = (uint32_t)(len - at);
    uint8_t *rest = client->in_len ? malloc(client->in_len) : NULL;
    if (rest)
        memcpy(rest, bytes + at, client->in_len);
    free(client->in);
    client->in = rest;
}

static ssize_t read_some(struct client *client, void *bytes, size_t len)
{
    if (!client->ssl)
        return recv(client->fd, bytes, len, 0);
    int n = SSL_read(client->ssl, bytes, (int)len);
    if (n <= 0)
        errno = SSL_get_error(client->ssl, n) == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
    return n > 0 ? n : -1;
}

static void handle_readable(struct client *client)
{
    static uint8_t bytes[READ_BYTES + IN_MOST + 1];
    do {
        if (client->in_len)
            memcpy(bytes, client->in, client->in_len);
        ssize_t n = read_some(client, bytes + client->in_len, READ_BYTES);
        if (n > 0) {
            load.bytes_in += (uint64_t)n;
            take_bytes(client, bytes, client->in_len + (size_t)n);
        } else if (n == 0 || errno != EAGAIN) {
            client_close(client);
        }
    } while (client->phase != PHASE_CLOSED && client->ssl && SSL_pending(client->ssl) > 0);
}

void net_poll(int64_t timeout_ns)
{
    struct epoll_event events[EVENTS];
    struct timespec wait = { .tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000 };
    int n = epoll_pwait2(load.epoll_fd, events, EVENTS, &wait, NULL);
    for (int i = 0; i < n; i++) {
        struct client *client = events[i].data.ptr;
        if (client->phase != PHASE_CLOSED && (events[i].events & EPOLLOUT))
            flush_rest(client);
        if (client->phase != PHASE_CLOSED && (events[i].events & EPOLLIN))
            handle_readable(client);
        else if (client->phase != PHASE_CLOSED && (events[i].events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)))
            client_close(client);
    }
}
