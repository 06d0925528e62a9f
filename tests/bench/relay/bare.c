/* SPDX-License-Identifier: Apache-2.0 */
/* The yardstick: a relay with nothing but epoll and a frame codec.
 *
 * A socket's first binary message is the number of its group (u32, little endian); every later one
 * goes to the others of that group. Bytes for one receiver are collected over a loop turn and leave
 * in one write. There is no role, no rate, no store and no clock here: what the real server costs
 * above this is what those cost. Prints "listening http://127.0.0.1:PORT". */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GROUPS = 1 << 20, READ_BYTES = 65536, EVENTS = 512, OUT_MOST = 512 * 1024, HEAD_MOST = 4096 };

struct sock {
    int fd;
    bool upgraded, joined, dirty, closing, armed;
    uint32_t group;
    struct sock *next_member;
    struct sock *next_dirty;
    uint8_t *in; /* owned; an unfinished frame or request */
    uint32_t in_len;
    uint8_t *out; /* owned; kept while the socket is busy */
    uint32_t out_len, out_cap;
};

static struct sock *groups[GROUPS];
static struct sock *dirty_list, *dead_list;
static int epoll_fd, listen_fd;
static volatile sig_atomic_t stopping;

static void handle_signal(int number)
{
    (void)number;
    stopping = 1;
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

/* --- groups ---------------------------------------------------------------------------------------- */

static void group_join(struct sock *sock, uint32_t number)
{
    sock->group = number % GROUPS;
    sock->next_member = groups[sock->group];
    groups[sock->group] = sock;
    sock->joined = true;
}

static void group_leave(struct sock *sock)
{
    struct sock **at = &groups[sock->group];
    if (!sock->joined)
        return;
    while (*at != sock)
        at = &(*at)->next_member;
    *at = sock->next_member;
    sock->joined = false;
}

static void mark_dirty(struct sock *sock)
{
    if (sock->dirty)
        return;
    sock->dirty = true;
    sock->next_dirty = dirty_list;
    dirty_list = sock;
}

static void close_soon(struct sock *sock)
{
    sock->closing = true;
    mark_dirty(sock);
}

/* --- writing --------------------------------------------------------------------------------------- */

static void append(struct sock *sock, const void *bytes, size_t len)
{
    if (sock->out_len + len > OUT_MOST) {
        close_soon(sock);
        return;
    }
    if (sock->out_len + len > sock->out_cap) {
        uint32_t cap = sock->out_cap ? sock->out_cap : 256;
        while (cap < sock->out_len + len)
            cap *= 2;
        sock->out = realloc(sock->out, cap);
        must(sock->out, "realloc");
        sock->out_cap = cap;
    }
    memcpy(sock->out + sock->out_len, bytes, len);
    sock->out_len += (uint32_t)len;
    mark_dirty(sock);
}

static void append_frame(struct sock *sock, uint8_t opcode, const uint8_t *payload, size_t len)
{
    uint8_t head[10] = { (uint8_t)(0x80 | opcode) };
    size_t head_len = len < 126 ? 2 : len < 65536 ? 4 : 10;
    head[1] = (uint8_t)(len < 126 ? len : len < 65536 ? 126 : 127);
    for (size_t i = 2; i < head_len; i++)
        head[i] = (uint8_t)((uint64_t)len >> 8 * (head_len - 1 - i));
    append(sock, head, head_len);
    append(sock, payload, len);
}

static void arm(struct sock *sock, bool writing)
{
    struct epoll_event event = { .events = EPOLLIN | (writing ? EPOLLOUT : 0), .data.ptr = sock };
    if (sock->armed == writing)
        return;
    sock->armed = writing;
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, sock->fd, &event);
}

static void flush(struct sock *sock)
{
    ssize_t n = sock->out_len ? send(sock->fd, sock->out, sock->out_len, MSG_NOSIGNAL) : 0;
    if (n < 0 && errno != EAGAIN) {
        sock->closing = true;
        return;
    }
    if (n > 0) {
        sock->out_len -= (uint32_t)n;
        memmove(sock->out, sock->out + n, sock->out_len);
    }
    arm(sock, sock->out_len > 0);
}

static void end_sock(struct sock *sock)
{
    group_leave(sock);
    close(sock->fd);
    sock->fd = -1;
    sock->next_dirty = dead_list;
    dead_list = sock;
}

/* Freed after the turn: an event of it may stand further down in the batch. */
static void sweep(void)
{
    while (dead_list) {
        struct sock *sock = dead_list;
        dead_list = sock->next_dirty;
        free(sock->in);
        free(sock->out);
        free(sock);
    }
}

static void flush_all(void)
{
    while (dirty_list) {
        struct sock *sock = dirty_list;
        dirty_list = sock->next_dirty;
        sock->dirty = false;
        if (!sock->closing)
            flush(sock);
        if (sock->closing)
            end_sock(sock);
    }
    sweep();
}

/* --- reading --------------------------------------------------------------------------------------- */

static void take_message(struct sock *sock, uint8_t opcode, const uint8_t *payload, size_t len)
{
    if (opcode == 8)
        close_soon(sock);
    else if (opcode == 9)
        append_frame(sock, 10, payload, len);
    if (opcode != 2)
        return;
    if (!sock->joined && len == 4) {
        group_join(sock, (uint32_t)payload[0] | (uint32_t)payload[1] << 8 | (uint32_t)payload[2] << 16 |
                             (uint32_t)payload[3] << 24);
        return;
    }
    for (struct sock *other = groups[sock->group]; other; other = other->next_member)
        if (other != sock)
            append_frame(other, 2, payload, len);
}

static void unmask(uint8_t *payload, size_t len, const uint8_t mask[4])
{
    uint32_t word, four;
    size_t i = 0;
    memcpy(&four, mask, 4);
    for (; i + 4 <= len; i += 4) {
        memcpy(&word, payload + i, 4);
        word ^= four;
        memcpy(payload + i, &word, 4);
    }
    for (; i < len; i++)
        payload[i] ^= mask[i & 3];
}

/* Returns the bytes used; 0: the frame is not whole yet. */
static size_t take_frame(struct sock *sock, uint8_t *bytes, size_t len)
{
    size_t head = 6;
    uint64_t payload;
    if (len < 6)
        return 0;
    payload = bytes[1] & 0x7f;
    if (payload >= 126) {
        size_t width = payload == 126 ? 2 : 8;
        head += width;
        if (len < head)
            return 0;
        payload = 0;
        for (size_t i = 0; i < width; i++)
            payload = payload << 8 | bytes[2 + i];
    }
    if (!(bytes[0] & 0x80) || !(bytes[1] & 0x80) || payload > OUT_MOST) { /* no fragments here */
        close_soon(sock);
        return len;
    }
    if (len < head + payload)
        return 0;
    unmask(bytes + head, payload, bytes + head - 4);
    take_message(sock, bytes[0] & 0x0f, bytes + head, payload);
    return head + payload;
}

static size_t take_request(struct sock *sock, uint8_t *bytes, size_t len)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    char text[128], answer[256];
    uint8_t digest[SHA_DIGEST_LENGTH], accepted[64];
    if (!end) {
        sock->closing |= len > HEAD_MOST;
        return 0;
    }
    size_t used = (size_t)(end - (const char *)bytes) + 4;
    bytes[used - 1] = '\0';
    const char *key = strstr((const char *)bytes, "Sec-WebSocket-Key: ");
    if (!key) {
        close_soon(sock);
        return len;
    }
    snprintf(text, sizeof(text), "%.24s%s", key + 19, guid);
    SHA1((const unsigned char *)text, strlen(text), digest);
    EVP_EncodeBlock(accepted, digest, sizeof(digest));
    int n = snprintf(answer, sizeof(answer),
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: %s\r\n\r\n",
                     (const char *)accepted);
    append(sock, answer, (size_t)n);
    sock->upgraded = true;
    return used;
}

static void take_bytes(struct sock *sock, uint8_t *bytes, size_t len)
{
    size_t at = 0, used = 1;
    while (at < len && used > 0 && !sock->closing) {
        used = sock->upgraded ? take_frame(sock, bytes + at, len - at)
                              : take_request(sock, bytes + at, len - at);
        at += used;
    }
    sock->in_len = (uint32_t)(len - at);
    uint8_t *rest = sock->in_len ? malloc(sock->in_len) : NULL;
    if (rest)
        memcpy(rest, bytes + at, sock->in_len);
    free(sock->in);
    sock->in = rest;
}

static void handle_readable(struct sock *sock)
{
    static uint8_t bytes[READ_BYTES + OUT_MOST];
    if (sock->in_len)
        memcpy(bytes, sock->in, sock->in_len);
    ssize_t n = recv(sock->fd, bytes + sock->in_len, READ_BYTES, 0);
    if (n > 0)
        take_bytes(sock, bytes, sock->in_len + (size_t)n);
    else if (n == 0 || errno != EAGAIN)
        close_soon(sock);
}

static void handle_accept(void)
{
    for (;;) {
        int on = 1, fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        struct sock *sock = calloc(1, sizeof(*sock));
        must(sock, "calloc");
        sock->fd = fd;
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = sock };
        must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
    }
}

static void open_listener(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);
    struct epoll_event event = { .events = EPOLLIN };
    listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    must(bind(listen_fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listen_fd, 1024) == 0,
         "listen");
    getsockname(listen_fd, (struct sockaddr *)&address, &len);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    must(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &event) == 0, "epoll_ctl");
    printf("listening http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void turn(void)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(epoll_fd, events, EVENTS, 1000);
    for (int i = 0; i < n; i++) {
        struct sock *sock = events[i].data.ptr;
        if (!sock) {
            handle_accept();
            continue;
        }
        if (events[i].events & EPOLLOUT)
            mark_dirty(sock);
        if (events[i].events & EPOLLIN)
            handle_readable(sock);
        else if (events[i].events & (EPOLLERR | EPOLLHUP))
            close_soon(sock);
    }
    flush_all();
}

int main(void)
{
    struct sigaction action = { .sa_handler = handle_signal };
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    open_listener();
    while (!stopping)
        turn();
    return 0;
}
