/* SPDX-License-Identifier: Apache-2.0 */
/* Our own acceptor: counts addresses before the first byte, then hands the socket over. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/conn_internal.h"
#include "server/log.h"

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

void vt_net_take(void *arg, int fd, const struct vt_address *from)
{
    struct vt_net *net = arg;
    if (net->conn_count >= net->socket_limit) {
        refuse(net, fd, VT_REFUSED_SOCKETS);
        return;
    }
    struct vt_conn *conn = vt_conn_create(net, from);
    if (!conn) {
        refuse(net, fd, VT_REFUSED_ADDRESS);
        return;
    }
    vt_conn_prepare_socket(fd);
    adopt(net, fd, conn);
}
