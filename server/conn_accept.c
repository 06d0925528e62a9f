/* SPDX-License-Identifier: Apache-2.0 */
/* Our own acceptor: counts addresses before the first byte, then hands the socket over. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/conn_internal.h"
#include "server/log.h"

enum { ACCEPTS_A_TURN = 64, BACKLOG = 4096 };

bool vt_conn_count(struct vt_conn *conn, const struct vt_address *address)
{
    struct vt_net *net = conn->net;
    char group[VT_ADDRESS_TEXT];
    struct vt_conn_count *count = NULL;
    if (!vt_networks_hold(&net->exempt, address) && !vt_networks_hold(&net->trusted, address)) {
        vt_address_group(address, group);
        count = vt_map_get(&net->counts, vt_str(group));
        if (count && count != conn->count && count->sockets >= (size_t)net->config->max_sockets_address)
            return false;
        if (!count) {
            count = calloc(1, sizeof(*count));
            if (!count)
                return false;
            memcpy(count->group, group, sizeof(group));
            if (vt_map_set(&net->counts, vt_str(group), count)) {
                free(count);
                return false;
            }
        }
        count->sockets++;
    }
    vt_conn_uncount(conn);
    conn->count = count;
    return true;
}

void vt_conn_uncount(struct vt_conn *conn)
{
    struct vt_conn_count *count = conn->count;
    conn->count = NULL;
    if (count && --count->sockets == 0) {
        vt_map_remove(&conn->net->counts, vt_str(count->group));
        free(count);
    }
}

void vt_conn_tick_lingers(struct vt_net *net, int64_t now_ms, bool all)
{
    for (size_t i = 0; i < VT_NET_LINGERS; i++)
        if (net->lingers[i].fd >= 0 && (all || now_ms >= net->lingers[i].until_ms)) {
            close(net->lingers[i].fd);
            net->lingers[i].fd = -1;
        }
}

/* Closing with a request unread makes the kernel reset the line, and the answer is lost with it;
 * so the refused socket stays a second, in a ring of a fixed size. */
static void linger(struct vt_net *net, int fd)
{
    size_t at = net->linger_next++ % VT_NET_LINGERS;
    if (net->lingers[at].fd >= 0)
        close(net->lingers[at].fd);
    shutdown(fd, SHUT_WR);
    net->lingers[at].fd = fd;
    net->lingers[at].until_ms = vt_now_ms() + 1000;
}

static void refuse(struct vt_net *net, int fd, enum vt_conn_refusal why)
{
    static const char busy[] = "{\"type\":\"busy\",\"title\":\"Too many connections\",\"status\":503,"
                               "\"detail\":\"The server is full. Try again in a few seconds.\"}";
    static const char many[] = "{\"type\":\"too-many\",\"title\":\"Too many connections\",\"status\":429,"
                               "\"detail\":\"Too many connections come from this address.\"}";
    const char *body = why == VT_REFUSED_ADDRESS ? many : busy;
    char answer[512];
    vt_conn_metrics_refused(why);
    vt_log(VT_LOG_WARN, why == VT_REFUSED_ADDRESS ? "conn.address_full" : "conn.full",
           VT_LOG_N("sockets", net->conn_count));
    if (net->tls) { /* no plain word can be said before a TLS handshake */
        close(fd);
        return;
    }
    int len = snprintf(answer, sizeof(answer),
                       "HTTP/1.1 %s\r\nContent-Type: application/problem+json\r\nContent-Length: %zu\r\n"
                       "Retry-After: 10\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n%s",
                       why == VT_REFUSED_ADDRESS ? "429 Too Many Requests" : "503 Service Unavailable",
                       strlen(body), body);
    if (send(fd, answer, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) == len)
        linger(net, fd);
    else
        close(fd);
}

static void adopt(struct vt_net *net, int fd, struct vt_conn *conn)
{
    lws_adopt_desc_t desc = {
        .vh = net->vhost,
        .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL,
        .fd.sockfd = fd,
        .opaque = conn,
    };
    net->adopting = conn;
    struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&desc);
    bool gone = net->adopting == NULL; /* WSI_DESTROY came already and freed it */
    net->adopting = NULL;
    if (gone)
        return;
    if (wsi) {
        conn->wsi = wsi;
        return;
    }
    conn->wsi = NULL;
    if (!conn->made) /* the library closed the descriptor and will not call: ours to free */
        vt_conn_destroy(conn);
}

static void prepare_socket(int fd)
{
    int one = 1, lowat = 16384;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one)); /* urgent data would bend FIONREAD */
    /* Without it the kernel swallows megabytes for a stalled reader before we notice. */
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
}

static void take(struct vt_net *net, int fd, const struct sockaddr_storage *from)
{
    struct vt_address address;
    vt_address_of(from, &address);
    if (net->conn_count >= net->socket_limit) {
        refuse(net, fd, VT_REFUSED_SOCKETS);
        return;
    }
    struct vt_conn *conn = vt_conn_create(net, &address);
    if (!conn) {
        refuse(net, fd, VT_REFUSED_ADDRESS);
        return;
    }
    prepare_socket(fd);
    adopt(net, fd, conn);
}

/* Out of descriptors the waiting connection would wake us for ever: the spare one is given up to
 * take it in and drop it. */
static void drop_one(struct vt_net *net, int listener)
{
    if (net->spare_fd < 0)
        return;
    close(net->spare_fd);
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    net->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    vt_conn_metrics_refused(VT_REFUSED_FILES);
    vt_log(VT_LOG_ERROR, "conn.no_descriptors", VT_LOG_N("sockets", net->conn_count));
}

static void handle_connections(uv_poll_t *poll, int status, int events)
{
    struct vt_net_listener *listener = poll->data;
    (void)status;
    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage from = { 0 };
        socklen_t len = sizeof(from);
        int fd = accept4(listener->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take(listener->net, fd, &from);
        } else if (errno == EMFILE || errno == ENFILE) {
            drop_one(listener->net, listener->fd);
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

static void name_first(struct vt_net *net, int fd)
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
    snprintf(net->url, sizeof(net->url), address.v6 ? "%s://[%s]:%u" : "%s://%s:%u",
             net->tls ? "https" : "http", text, port);
    net->hsts = net->tls && !vt_address_is_loopback(&address);
}

static int listen_one(struct vt_net *net, struct vt_str where, struct vt_buf *ret_error)
{
    struct sockaddr_storage at;
    socklen_t len = 0;
    if (net->listener_count == VT_NET_LISTENERS) {
        vt_buf_printf(ret_error, "--listen takes at most %d addresses.", VT_NET_LISTENERS);
        return VT_ERR_INVALID;
    }
    if (parse_listen(where, &at, &len)) {
        vt_buf_printf(ret_error,
                      "--listen \"%.*s\" is not an address and port such as 127.0.0.1:8080 or [::]:8080.",
                      VT_STR_ARG(where));
        return VT_ERR_INVALID;
    }
    int fd = open_socket(&at, len, net->config->share_port);
    if (fd < 0) {
        vt_buf_printf(ret_error, "Cannot listen on %.*s: %s.%s", VT_STR_ARG(where), strerror(errno),
                      errno == EADDRINUSE ? " Choose another port; a successor that is to take over from a "
                                            "running server needs --share-port."
                                          : "");
        return VT_ERR_IO;
    }
    struct vt_net_listener *listener = &net->listeners[net->listener_count];
    *listener = (struct vt_net_listener){ .net = net, .fd = fd };
    if (uv_poll_init(vt_loop_uv(net->loop), &listener->poll, fd) != 0) {
        close(fd);
        vt_buf_text(ret_error, "No memory for a listener.");
        return VT_ERR_NOMEM;
    }
    listener->poll.data = listener;
    listener->open = true;
    uv_poll_start(&listener->poll, UV_READABLE, handle_connections);
    if (net->listener_count++ == 0)
        name_first(net, fd);
    return VT_OK;
}

int vt_conn_listen(struct vt_net *net, const char *listen_text, struct vt_buf *ret_error)
{
    while (*listen_text) {
        size_t len = strcspn(listen_text, ",");
        struct vt_str where = { listen_text, len };
        listen_text += len + (listen_text[len] == ',');
        while (where.len > 0 && where.ptr[0] == ' ')
            where = (struct vt_str){ where.ptr + 1, where.len - 1 };
        while (where.len > 0 && where.ptr[where.len - 1] == ' ')
            where.len--;
        int err = where.len > 0 ? listen_one(net, where, ret_error) : VT_OK;
        if (err)
            return err;
    }
    if (net->listener_count == 0) {
        vt_buf_text(ret_error, "--listen is empty; it takes an address and port such as 127.0.0.1:8080.");
        return VT_ERR_INVALID;
    }
    return VT_OK;
}

static void handle_unlistened(uv_handle_t *handle)
{
    struct vt_net_listener *listener = handle->data;
    close(listener->fd);
    listener->fd = -1;
}

void vt_conn_unlisten(struct vt_net *net)
{
    for (size_t i = 0; i < net->listener_count; i++) {
        struct vt_net_listener *listener = &net->listeners[i];
        if (listener->open)
            uv_close((uv_handle_t *)&listener->poll, handle_unlistened);
        listener->open = false;
    }
}
