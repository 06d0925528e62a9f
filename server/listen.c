/* SPDX-License-Identifier: Apache-2.0 */
#include "server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/err.h"

/* One "host:port" of the list; config has checked its form. */
struct item {
    struct vt_str host; /* with its brackets */
    struct vt_str port;
};

static bool next_item(const char **list, struct item *ret_item)
{
    const char *at = *list + strspn(*list, ", ");
    size_t len = strcspn(at, ", ");
    const char *colon = len > 0 ? memrchr(at, ':', len) : NULL;
    *list = at + len;
    if (!colon)
        return false;
    *ret_item = (struct item){ { at, (size_t)(colon - at) }, { colon + 1, len - (size_t)(colon - at) - 1 } };
    return true;
}

/* "localhost" is 127.0.0.1 here as in the network. */
static socklen_t address_of(struct vt_str host, struct sockaddr_storage *ret_where)
{
    char text[INET6_ADDRSTRLEN];
    struct sockaddr_in *in = (struct sockaddr_in *)ret_where;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_where;
    *ret_where = (struct sockaddr_storage){ 0 };
    if (host.len > 2 && host.ptr[0] == '[') {
        vt_str_copy(text, sizeof(text), (struct vt_str){ host.ptr + 1, host.len - 2 });
        in6->sin6_family = AF_INET6;
        return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1 ? sizeof(*in6) : 0;
    }
    vt_str_copy(text, sizeof(text), vt_str_eq(host, VT_STR("localhost")) ? VT_STR("127.0.0.1") : host);
    in->sin_family = AF_INET;
    return inet_pton(AF_INET, text, &in->sin_addr) == 1 ? sizeof(*in) : 0;
}

/* Binds a free port and keeps it. Its number, or 0 with errno. */
static unsigned hold_port(struct vt_listen_hold *hold, struct vt_str host)
{
    struct sockaddr_storage where;
    socklen_t len = address_of(host, &where);
    int one = 1;
    if (len == 0 || hold->n == VT_LISTEN_HOLDS) {
        errno = len == 0 ? EADDRNOTAVAIL : E2BIG;
        return 0;
    }
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    hold->fds[hold->n++] = fd;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    if (where.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&where, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&where, &len) != 0)
        return 0;
    return ntohs(where.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&where)->sin6_port
                                             : ((struct sockaddr_in *)&where)->sin_port);
}

static bool is_zero(struct vt_str port)
{
    return port.len > 0 && strspn(port.ptr, "0") >= port.len;
}

int vt_listen_hold(struct vt_config *config, struct vt_listen_hold *ret_hold, struct vt_buf *ret_error)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(8192);
    const char *list = config->listen;
    struct item item;
    ret_hold->n = 0;
    while (next_item(&list, &item)) {
        unsigned port = is_zero(item.port) ? hold_port(ret_hold, item.host) : 0;
        if (is_zero(item.port) && port == 0) {
            vt_buf_printf(ret_error, "Cannot take a free port on %.*s: %s.", VT_STR_ARG(item.host),
                          strerror(errno));
            return VT_ERR_IO;
        }
        vt_buf_printf(&text, "%s%.*s:", text.len > 0 ? "," : "", VT_STR_ARG(item.host));
        if (port > 0)
            vt_buf_printf(&text, "%u", port);
        else
            vt_buf_str(&text, item.port);
    }
    char *listen_text = vt_str_dup(vt_buf_view(&text));
    if (!listen_text || text.failed) {
        free(listen_text);
        vt_buf_text(ret_error, "No memory to read --listen.");
        return VT_ERR_NOMEM;
    }
    free(config->listen);
    config->listen = listen_text;
    return VT_OK;
}

void vt_listen_release(struct vt_listen_hold *hold)
{
    while (hold->n > 0)
        close(hold->fds[--hold->n]);
}

void vt_listen_origin(const struct vt_config *config, char ret_origin[VT_LISTEN_ORIGIN])
{
    const char *list = config->listen;
    struct item item = { { "", 0 }, { "", 0 } };
    if (config->base_url[0]) {
        snprintf(ret_origin, VT_LISTEN_ORIGIN, "%s", config->base_url);
        return;
    }
    next_item(&list, &item);
    if (vt_str_eq(item.host, VT_STR("localhost")))
        item.host = VT_STR("127.0.0.1");
    snprintf(ret_origin, VT_LISTEN_ORIGIN, "%s://%.*s:%.*s", config->tls_cert[0] ? "https" : "http",
             VT_STR_ARG(item.host), VT_STR_ARG(item.port));
}
