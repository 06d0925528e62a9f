/* SPDX-License-Identifier: Apache-2.0 */
#include "server/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/ids.h"
#include "server/conn_internal.h"
#include "server/tcp.h"

struct vt_conn *vt_conn_create(struct vt_net *net, const struct vt_address *address)
{
    struct vt_conn *conn = calloc(1, sizeof(*conn));
    if (!conn)
        return NULL;
    conn->net = net;
    conn->address = *address;
    conn->opened_ms = conn->heard_ms = vt_now_ms();
    vt_address_text(address, conn->addr);
    vt_list_init(&conn->dirty);
    vt_list_init(&conn->waiting);
    vt_list_init(&conn->link);
    if (!vt_conn_count(conn, address)) {
        free(conn);
        return NULL;
    }
    vt_list_append(&net->conns, &conn->link);
    vt_conn_metrics_conns(++net->conn_count);
    return conn;
}

void vt_conn_destroy(struct vt_conn *conn)
{
    struct vt_net *net = conn->net;
    vt_conn_request_lost(conn);
    vt_conn_uncount(conn);
    vt_list_remove(&conn->dirty);
    vt_list_remove(&conn->link);
    vt_buf_finish(&conn->message);
    free(conn->origin);
    free(conn);
    vt_conn_metrics_conns(--net->conn_count);
    if (net->draining && net->conn_count == 0) /* tell main without waiting for the next tick */
        vt_timer_start(&net->tick, 0, 0);
}

/* The library's timers look only at its own events, so a timeout set from outside one waits for
 * the next; the doorbell brings that event. */
void vt_conn_kill(struct vt_conn *conn)
{
    if (!conn->wsi)
        return;
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_ASYNC);
    lws_cancel_service(conn->net->context);
}

void vt_conn_ask_writable(struct vt_conn *conn)
{
    if (conn->wsi) {
        conn->asked = true;
        lws_callback_on_writable(conn->wsi);
    }
}

/* The library is done with the socket; the wsi itself lives until WSI_DESTROY. */
static void end(struct vt_conn *conn)
{
    void *peer = conn->peer;
    if (conn->phase == VT_CONN_ENDED)
        return;
    if (conn->phase == VT_CONN_SOCKET && conn->established)
        vt_conn_metrics_closed(conn->code ? conn->code : 1006);
    conn->phase = VT_CONN_ENDED;
    conn->wsi = NULL;
    conn->peer = NULL;
    vt_list_remove(&conn->dirty);
    vt_conn_request_lost(conn);
    if (peer)
        conn->net->handler.closed(peer, conn->code ? conn->code : 1006);
}

static int writable(struct vt_conn *conn)
{
    /* Not asked for: it follows a pong that the library sent, and so tells of a ping. */
    bool asked = conn->asked;
    conn->asked = false;
    vt_conn_flush(conn);
    return asked ? 0 : vt_conn_control(conn);
}

/* Nothing can come any more, so nobody is there to be told anything. */
static bool is_lost(struct vt_conn *conn)
{
    char byte;
    ssize_t n = recv(lws_get_socket_fd(conn->wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN);
}

/* The one sign that the library's parser has failed the line: it says its own close frame now and waits for
 * the answer, so nothing of ours may follow. Of some failures it has none ready and would hang up without a
 * word (RFC 6455, section 7.1.7): those are all against the framing. */
static int library_closes(struct vt_conn *conn)
{
    if (!conn->close_sent && lws_get_close_length(conn->wsi) == 0 && !is_lost(conn))
        lws_close_reason(conn->wsi, LWS_CLOSE_STATUS_PROTOCOL_ERR, NULL, 0);
    if (!conn->closing) {
        conn->closing = true;
        conn->close_by_ms = vt_now_ms() + VT_CONN_CLOSE_WAIT_MS;
    }
    conn->close_sent = true;
    vt_buf_finish(&conn->message);
    return 0;
}

static int http_callback(struct vt_conn *conn, enum lws_callback_reasons reason, void *in, size_t len)
{
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return vt_conn_request(conn);
    case LWS_CALLBACK_HTTP_BODY:
        return vt_conn_body(conn, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return vt_conn_body_done(conn);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return vt_conn_pump(conn);
    default:
        return 0;
    }
}

static int socket_callback(struct vt_conn *conn, enum lws_callback_reasons reason, void *in, size_t len)
{
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        return vt_conn_established(conn);
    case LWS_CALLBACK_RECEIVE:
        return vt_conn_receive(conn, in, len);
    case LWS_CALLBACK_RECEIVE_PONG:
        return vt_conn_control(conn);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return writable(conn);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return vt_conn_peer_close(conn, in, len);
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
        return library_closes(conn);
    default:
        return 0;
    }
}

static int handle_made(struct lws *wsi)
{
    struct vt_net *net = lws_context_user(lws_get_context(wsi));
    if (net && net->adopting) { /* the opaque pointer is set only after this call */
        net->adopting->made = true;
        net->adopting->wsi = wsi;
    }
    return 0;
}

static int handle_destroyed(struct lws *wsi, struct vt_conn *conn)
{
    struct vt_net *net = lws_context_user(lws_get_context(wsi));
    if (!conn && net && net->adopting && net->adopting->wsi == wsi)
        conn = net->adopting;
    if (!conn)
        return 0;
    end(conn);
    lws_set_opaque_user_data(wsi, NULL);
    if (net && net->adopting == conn)
        net->adopting = NULL;
    vt_conn_destroy(conn);
    return 0;
}

int vt_conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    if (reason ==
        LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) { /* no line's: `user` is the context */
        vt_conn_tls_context(lws_context_user(lws_get_context(wsi)), user);
        return 0;
    }
    struct vt_conn *conn = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    switch (reason) {
    case LWS_CALLBACK_WSI_CREATE:
        return handle_made(wsi);
    case LWS_CALLBACK_WSI_DESTROY:
        return handle_destroyed(wsi, conn);
    case LWS_CALLBACK_RAW_ADOPT: /* CONNECT falls into the raw role */
    case LWS_CALLBACK_RAW_RX:
        return -1;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return conn ? vt_conn_upgrade(conn, wsi) : -1;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: /* only our subprotocol may be chosen */
        return strcmp(lws_get_protocol(wsi)->name, VT_CONN_PROTOCOL) == 0 ? 0 : -1;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
        if (conn)
            end(conn);
        return 0;
    default:
        break;
    }
    if (!conn || !conn->wsi)
        return 0;
    return conn->phase == VT_CONN_SOCKET || reason == LWS_CALLBACK_ESTABLISHED
               ? socket_callback(conn, reason, in, len)
               : http_callback(conn, reason, in, len);
}

void vt_conn_dirty(struct vt_conn *conn)
{
    if (conn->phase == VT_CONN_SOCKET && vt_list_is_empty(&conn->dirty))
        vt_list_append(&conn->net->dirty, &conn->dirty);
}

void vt_conn_close(struct vt_conn *conn, int code, const char *reason)
{
    if (conn->closing || conn->phase != VT_CONN_SOCKET)
        return;
    conn->closing = true;
    conn->code = code;
    vt_str_copy(conn->reason, sizeof(conn->reason), vt_str(reason ? reason : ""));
    conn->close_by_ms = vt_now_ms() + VT_CONN_CLOSE_WAIT_MS;
    vt_buf_finish(&conn->message);
    vt_conn_dirty(conn);
}

void vt_conn_beat(struct vt_conn *conn, uint32_t beat_ms, uint32_t dead_ms)
{
    int64_t due_ms = vt_now_ms() - beat_ms;
    if (beat_ms < conn->beat_ms && conn->heard_ms < due_ms) {
        conn->heard_ms = due_ms; /* silent as agreed so far: asked before given up */
        conn->pinged = false;
    }
    conn->beat_ms = beat_ms;
    conn->dead_ms = dead_ms;
}

void vt_conn_welcomed(struct vt_conn *conn)
{
    conn->welcomed = true;
}

int64_t vt_conn_stuck_ms(struct vt_conn *conn, int64_t now_ms)
{
    uint64_t taken;
    if (!conn->stuck_since_ms || !conn->wsi || !lws_partial_buffered(conn->wsi))
        return -1;
    if (vt_tcp_taken_so_far(lws_get_socket_fd(conn->wsi), &taken) && taken != conn->taken_mark) {
        conn->taken_mark = taken;
        conn->stuck_since_ms = now_ms;
    }
    return now_ms - conn->stuck_since_ms;
}

struct vt_str vt_conn_origin(const struct vt_conn *conn)
{
    return vt_str(conn->origin);
}

struct vt_str vt_conn_addr(const struct vt_conn *conn)
{
    return vt_str(conn->addr);
}
