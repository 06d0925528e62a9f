/* SPDX-License-Identifier: Apache-2.0 */
#include "server/conn_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "server/base/err.h"
#include "server/conn_internal.h"
#include "server/log.h"

enum { ACCEPTS_A_TURN = 64, BACKLOG = 4096, LISTENERS_MOST = 8, DESCRIPTORS_MOST = 65536 };

struct listener {
    uv_poll_t poll;
    struct vt_listeners *all;
    int fd;
};

struct vt_listeners {
    struct vt_loop *loop;
    struct listener list[LISTENERS_MOST];
    size_t n, closing;
    int spare_fd;
    vt_accepted_fn *fn;
    void *arg;
    bool loopback, closed;
    char where[VT_ADDRESS_TEXT + 16];
};

/* libwebsockets sizes its table by the limit, and a container may set it to a million. */
size_t vt_conn_raise_descriptors(size_t sockets)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return sockets;
    rlim_t want = limit.rlim_max < DESCRIPTORS_MOST ? limit.rlim_max : DESCRIPTORS_MOST;
    limit.rlim_cur = want;
    limit.rlim_max = want;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    const size_t usable = (size_t)limit.rlim_cur / 10 * 9;
    return sockets < usable ? sockets : usable;
}

void vt_conn_prepare_socket(int fd)
{
    int one = 1, lowat = 16384;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one)); /* urgent data would bend FIONREAD */
    /* Without it the kernel swallows megabytes for a stalled reader before we notice. */
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
}

/* Out of descriptors the waiting connection would wake us for ever: the spare one is given up to
 * take it in and drop it. */
static void drop_one(struct vt_listeners *all, int listener)
{
    if (all->spare_fd < 0)
        return;
    close(all->spare_fd);
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    all->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    vt_conn_metrics_refused(VT_REFUSED_FILES);
    vt_log(VT_LOG_ERROR, "conn.no_descriptors", VT_LOG_T("where", all->where));
}

static void handle_connections(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = poll->data;
    struct vt_listeners *all = listener->all;
    (void)status;
    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN && all->fn && !all->closed; i++) {
        struct sockaddr_storage from = { 0 };
        struct vt_address address;
        socklen_t len = sizeof(from);
        int fd = accept4(listener->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            vt_address_of(&from, &address);
            all->fn(all->arg, fd, &address);
        } else if (errno == EMFILE || errno == ENFILE) {
            drop_one(all, listener->fd);
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

/* "127.0.0.1:8080", "[::1]:0". */
static int parse_listen(struct vt_str text, struct sockaddr_storage *ret_where, socklen_t *ret_len)
{
    const char *colon = memrchr(text.ptr, ':', text.len);
    struct vt_address address;
    uint64_t port;
    if (!colon)
        return VT_ERR_INVALID;
    struct vt_str host = { text.ptr, (size_t)(colon - text.ptr) };
    struct vt_str digits = { colon + 1, text.len - host.len - 1 };
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = (struct vt_str){ host.ptr + 1, host.len - 2 };
    if (vt_str_eq(host, VT_STR("localhost")))
        host = VT_STR("127.0.0.1");
    if (vt_address_parse(host, &address) || vt_str_to_u64(digits, 0, 65535, &port))
        return VT_ERR_INVALID;
    *ret_where = (struct sockaddr_storage){ 0 };
    if (address.v6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_where;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)port);
        memcpy(&in6->sin6_addr, address.bytes, 16);
        *ret_len = sizeof(*in6);
    } else {
        struct sockaddr_in *in = (struct sockaddr_in *)ret_where;
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        memcpy(&in->sin_addr, address.bytes, 4);
        *ret_len = sizeof(*in);
    }
    return VT_OK;
}

static int bound_socket(const struct sockaddr_storage *where, socklen_t len, bool is_shared)
{
    int one = 1;
    int fd = socket(where->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (is_shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    if (where->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)); /* IPv4 has its own listener */
    if (bind(fd, (const struct sockaddr *)where, len) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* A successor may share the port; two servers that share one by mistake would each get half of the browsers.
 * A socket that does not share is refused exactly where somebody listens already. */
static int open_socket(const struct sockaddr_storage *where, socklen_t len, bool may_share)
{
    int probe = may_share ? -1 : bound_socket(where, len, false);
    if (!may_share && probe < 0)
        return -1;
    if (probe >= 0)
        close(probe);
    int fd = bound_socket(where, len, true);
    if (fd < 0 || listen(fd, BACKLOG) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static void name_first(struct vt_listeners *all, int fd)
{
    struct sockaddr_storage at = { 0 };
    socklen_t len = sizeof(at);
    struct vt_address address;
    char text[VT_ADDRESS_TEXT];
    getsockname(fd, (struct sockaddr *)&at, &len);
    vt_address_of(&at, &address);
    vt_address_text(&address, text);
    unsigned port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                                   : ((struct sockaddr_in *)&at)->sin_port);
    snprintf(all->where, sizeof(all->where), address.v6 ? "[%s]:%u" : "%s:%u", text, port);
    all->loopback = vt_address_is_loopback(&address);
}

static int listen_one(struct vt_listeners *all, const char *option, struct vt_str where, bool share_port,
                      struct vt_buf *ret_error)
{
    struct sockaddr_storage at;
    socklen_t len = 0;
    if (all->n == LISTENERS_MOST) {
        vt_buf_printf(ret_error, "%s takes at most %d addresses.", option, LISTENERS_MOST);
        return VT_ERR_INVALID;
    }
    if (parse_listen(where, &at, &len)) {
        vt_buf_printf(ret_error,
                      "%s \"%.*s\" is not an address and port such as 127.0.0.1:8080 or [::]:8080.", option,
                      VT_STR_ARG(where));
        return VT_ERR_INVALID;
    }
    int fd = open_socket(&at, len, share_port);
    if (fd < 0) {
        vt_buf_printf(ret_error, "Cannot listen on %.*s: %s.%s", VT_STR_ARG(where), strerror(errno),
                      errno == EADDRINUSE ? " Choose another port; a successor that is to take over from a "
                                            "running server needs --share-port."
                                          : "");
        return VT_ERR_IO;
    }
    struct listener *listener = &all->list[all->n];
    *listener = (struct listener){ .all = all, .fd = fd };
    if (uv_poll_init(vt_loop_uv(all->loop), &listener->poll, fd) != 0) {
        close(fd);
        vt_buf_text(ret_error, "No memory for a listener.");
        return VT_ERR_NOMEM;
    }
    listener->poll.data = listener;
    if (all->n++ == 0)
        name_first(all, fd);
    return VT_OK;
}

static struct vt_str trimmed(const char *text, size_t len)
{
    struct vt_str where = { text, len };
    while (where.len > 0 && where.ptr[0] == ' ')
        where = (struct vt_str){ where.ptr + 1, where.len - 1 };
    while (where.len > 0 && where.ptr[where.len - 1] == ' ')
        where.len--;
    return where;
}

struct vt_listeners *vt_listeners_open(struct vt_loop *loop, const char *option, const char *text,
                                       bool share_port, struct vt_buf *ret_error)
{
    struct vt_listeners *all = calloc(1, sizeof(*all));
    if (!all) {
        vt_buf_text(ret_error, "No memory for a listener.");
        return NULL;
    }
    all->loop = loop;
    all->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int err = VT_OK;
    while (*text && !err) {
        size_t len = strcspn(text, ",");
        struct vt_str where = trimmed(text, len);
        text += len + (text[len] == ',');
        if (where.len > 0)
            err = listen_one(all, option, where, share_port, ret_error);
    }
    if (!err && all->n == 0) {
        vt_buf_printf(ret_error, "%s is empty; it takes an address and port such as 127.0.0.1:8080.", option);
        err = VT_ERR_INVALID;
    }
    if (!err)
        return all;
    vt_listeners_close(all);
    return NULL;
}

void vt_listeners_to(struct vt_listeners *all, vt_accepted_fn *fn, void *arg)
{
    all->fn = fn;
    all->arg = arg;
    for (size_t i = 0; i < all->n; i++)
        if (fn)
            uv_poll_start(&all->list[i].poll, UV_READABLE, handle_connections);
        else
            uv_poll_stop(&all->list[i].poll);
}

const char *vt_listeners_where(const struct vt_listeners *all)
{
    return all->where;
}

bool vt_listeners_loopback(const struct vt_listeners *all)
{
    return all->loopback;
}

static void finish(struct vt_listeners *all)
{
    if (all->spare_fd >= 0)
        close(all->spare_fd);
    free(all);
}

static void handle_unlistened(uv_handle_t *handle)
{
    struct listener *listener = handle->data;
    close(listener->fd);
    if (--listener->all->closing == 0)
        finish(listener->all);
}

void vt_listeners_close(struct vt_listeners *all)
{
    if (!all || all->closed)
        return;
    all->closed = true;
    all->closing = all->n;
    for (size_t i = 0; i < all->n; i++)
        uv_close((uv_handle_t *)&all->list[i].poll, handle_unlistened);
    if (all->n == 0)
        finish(all);
}
