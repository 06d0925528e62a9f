/* SPDX-License-Identifier: Apache-2.0 */
#include "server/doctor/line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "server/address.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { PIECE = 16384, GET_MS = 10000 };

static int fail(struct vt_line *line, const char *what)
{
    snprintf(line->why, sizeof(line->why), "%s", what);
    return VT_ERR_IO;
}

/* --- opening ------------------------------------------------------------------------------------- */

static void set_time(int fd, int time_ms)
{
    const struct timeval time = { time_ms / 1000, time_ms % 1000 * 1000 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

static int connect_one(struct vt_line *line, const struct addrinfo *at, int time_ms)
{
    line->fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->fd < 0)
        return fail(line, strerror(errno));
    set_time(line->fd, time_ms);
    if (connect(line->fd, at->ai_addr, at->ai_addrlen) == 0)
        return VT_OK;
    fail(line, errno == EINPROGRESS ? "no answer comes" : strerror(errno));
    close(line->fd);
    line->fd = -1;
    return VT_ERR_IO;
}

static int open_plain(struct vt_line *line, const struct vt_origin *to, int time_ms)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    char host[VT_ORIGIN_HOST], port[8];
    size_t len = strlen(to->host);
    bool in_brackets = to->host[0] == '[';
    snprintf(host, sizeof(host), "%.*s", (int)(len - 2 * in_brackets), to->host + in_brackets);
    snprintf(port, sizeof(port), "%u", to->port);
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return fail(line, "the name has no address, or no name server answers");
    int err = VT_ERR_IO;
    for (const struct addrinfo *at = found; at && err; at = at->ai_next)
        err = connect_one(line, at, time_ms);
    freeaddrinfo(found);
    return err;
}

static bool is_address(const char *host)
{
    struct vt_address address;
    struct vt_str text = vt_str(host);
    if (text.len > 2 && text.ptr[0] == '[')
        text = (struct vt_str){ text.ptr + 1, text.len - 2 };
    return vt_address_parse(text, &address) == VT_OK;
}

int vt_line_start_tls(struct vt_line *line, const char *host)
{
    line->ctx = SSL_CTX_new(TLS_client_method());
    if (!line->ctx)
        return fail(line, "no memory");
    SSL_CTX_set_default_verify_paths(line->ctx);
    SSL_CTX_set_verify(line->ctx, SSL_VERIFY_NONE, NULL); /* looked at, not obeyed */
    line->ssl = SSL_new(line->ctx);
    if (!line->ssl || SSL_set_fd(line->ssl, line->fd) != 1)
        return fail(line, "no memory");
    if (!is_address(host))
        SSL_set_tlsext_host_name(line->ssl, host);
    ERR_clear_error();
    if (SSL_connect(line->ssl) == 1)
        return VT_OK;
    char text[160];
    unsigned long code = ERR_peek_error();
    if (code)
        ERR_error_string_n(code, text, sizeof(text));
    return fail(line, code ? text : "the TLS handshake does not end");
}

int vt_line_open(struct vt_line *line, const struct vt_origin *to, int time_ms)
{
    *line = (struct vt_line){ .fd = -1 };
    int err = open_plain(line, to, time_ms);
    return err || !to->tls ? err : vt_line_start_tls(line, to->host);
}

void vt_line_close(struct vt_line *line)
{
    SSL_free(line->ssl);
    SSL_CTX_free(line->ctx);
    if (line->fd >= 0)
        close(line->fd);
    *line = (struct vt_line){ .fd = -1 };
}

void vt_line_self(const struct vt_line *line, char ret_text[64])
{
    struct sockaddr_storage own = { 0 };
    socklen_t len = sizeof(own);
    struct vt_address address;
    char text[VT_ADDRESS_TEXT];
    ret_text[0] = '\0';
    if (getsockname(line->fd, (struct sockaddr *)&own, &len) != 0)
        return;
    vt_address_of(&own, &address);
    vt_address_text(&address, text);
    in_port_t port = own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port
                                               : ((struct sockaddr_in *)&own)->sin_port;
    snprintf(ret_text, 64, "%s %u", text, ntohs(port));
}

/* --- bytes --------------------------------------------------------------------------------------- */

/* A proxy may answer before it has read all: that answer is what counts, so a reset here is no end. */
int vt_line_send(struct vt_line *line, struct vt_str bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = line->ssl ? SSL_write(line->ssl, bytes.ptr + at, (int)(bytes.len - at))
                              : send(line->fd, bytes.ptr + at, bytes.len - at, MSG_NOSIGNAL);
        if (n <= 0)
            return fail(line, "it takes no more bytes");
        at += (size_t)n;
    }
    return VT_OK;
}

ssize_t vt_line_read(struct vt_line *line, void *room, size_t size, int time_ms)
{
    struct pollfd ready = { .fd = line->fd, .events = POLLIN };
    line->is_late = false;
    if (time_ms < 1)
        time_ms = 1;
    set_time(line->fd, time_ms);
    if ((!line->ssl || SSL_pending(line->ssl) == 0) && poll(&ready, 1, time_ms) <= 0) {
        line->is_late = true;
        fail(line, "no answer comes");
        return -1;
    }
    ssize_t n = line->ssl ? SSL_read(line->ssl, room, (int)size) : recv(line->fd, room, size, 0);
    if (n > 0)
        return n;
    if (line->ssl) {
        int why = SSL_get_error(line->ssl, (int)n);
        line->is_late = why == SSL_ERROR_WANT_READ;
        n = why == SSL_ERROR_ZERO_RETURN || why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL ? 0 : -1;
    }
    fail(line, n == 0 ? "the line was closed" : line->is_late ? "no answer comes" : strerror(errno));
    return n;
}

/* --- answers ------------------------------------------------------------------------------------- */

void vt_line_answer_finish(struct vt_line_answer *answer)
{
    vt_buf_finish(&answer->head);
    vt_buf_finish(&answer->body);
}

int vt_line_read_head(struct vt_line *line, struct vt_line_answer *answer, int time_ms)
{
    const int64_t until_ms = vt_now_ms() + time_ms;
    char room[PIECE];
    for (;;) {
        ssize_t n = vt_line_read(line, room, sizeof(room), (int)(until_ms - vt_now_ms()));
        if (n <= 0 || vt_buf_append(&answer->head, room, (size_t)n) != VT_OK)
            return n <= 0 ? VT_ERR_IO : fail(line, "the head of the answer is too large");
        const char *end = memmem(answer->head.data, answer->head.len, "\r\n\r\n", 4);
        if (!end)
            continue;
        size_t head = (size_t)(end + 4 - answer->head.data);
        vt_buf_append(&answer->body, answer->head.data + head, answer->head.len - head);
        answer->head.len = head;
        vt_buf_byte(&answer->head, '\0');
        answer->head.len--;
        return sscanf(answer->head.data, "HTTP/1.%*d %d", &answer->status) == 1
                   ? VT_OK
                   : fail(line, "the answer is not HTTP");
    }
}

struct vt_str vt_line_header(const struct vt_line_answer *answer, const char *name, size_t nth)
{
    const size_t len = strlen(name);
    const char *line = answer->head.len ? strstr(answer->head.data, "\r\n") : NULL;
    for (; line && line[2] != '\r' && line[2] != '\0'; line = strstr(line + 2, "\r\n")) {
        const char *at = line + 2;
        if (strncasecmp(at, name, len) != 0 || at[len] != ':' || nth-- > 0)
            continue;
        at += len + 1;
        at += strspn(at, " \t");
        return (struct vt_str){ at, strcspn(at, "\r\n") };
    }
    return (struct vt_str){ NULL, 0 };
}

/* "5\r\nhello\r\n0\r\n\r\n" to "hello", in place; as far as it has come. */
static void join_chunks(struct vt_buf *body)
{
    size_t to = 0, at = 0;
    while (at < body->len) {
        const char *line = memmem(body->data + at, body->len - at, "\r\n", 2);
        size_t size = line ? strtoull(body->data + at, NULL, 16) : 0;
        if (size == 0)
            break;
        at = (size_t)(line + 2 - body->data);
        size = size < body->len - at ? size : body->len - at;
        memmove(body->data + to, body->data + at, size);
        to += size;
        at += size + 2;
    }
    body->len = to;
}

static bool is_whole(const struct vt_line_answer *answer)
{
    uint64_t length;
    struct vt_str text = vt_line_header(answer, "content-length", 0);
    if (text.ptr && vt_str_to_u64(text, 0, UINT64_MAX, &length) == VT_OK)
        return answer->body.len >= length;
    return vt_line_header(answer, "transfer-encoding", 0).ptr && answer->body.len >= 5 &&
           memcmp(answer->body.data + answer->body.len - 5, "0\r\n\r\n", 5) == 0;
}

int vt_line_read_answer(struct vt_line *line, struct vt_line_answer *answer, int time_ms)
{
    const int64_t until_ms = vt_now_ms() + time_ms;
    char room[PIECE];
    int err = vt_line_read_head(line, answer, time_ms);
    while (!err && !is_whole(answer) && answer->body.len + PIECE <= answer->body.max_bytes) {
        ssize_t n = vt_line_read(line, room, sizeof(room), (int)(until_ms - vt_now_ms()));
        if (n <= 0)
            break;
        vt_buf_append(&answer->body, room, (size_t)n);
    }
    if (!err && vt_line_header(answer, "transfer-encoding", 0).ptr)
        join_chunks(&answer->body);
    return err;
}

void vt_line_host(const struct vt_origin *to, char ret_text[VT_ORIGIN_TEXT])
{
    char text[VT_ORIGIN_TEXT];
    vt_origin_text(to, text);
    snprintf(ret_text, VT_ORIGIN_TEXT, "%s", strstr(text, "://") + 3);
}

int vt_line_get(const struct vt_origin *to, const char *path, const char *more, struct vt_line_answer *answer,
                char ret_why[VT_LINE_WHY])
{
    struct vt_line line;
    char host[VT_ORIGIN_TEXT];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(PIECE);
    vt_line_host(to, host);
    vt_buf_printf(&text,
                  "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: vitrine-doctor/" VT_VERSION
                  "\r\nAccept: */*\r\n%sConnection: close\r\n\r\n",
                  path, host, more);
    int err = vt_line_open(&line, to, GET_MS);
    if (!err)
        err = vt_line_send(&line, vt_buf_view(&text));
    if (!err)
        err = vt_line_read_answer(&line, answer, GET_MS);
    snprintf(ret_why, VT_LINE_WHY, "%s", line.why);
    vt_line_close(&line);
    return err;
}
