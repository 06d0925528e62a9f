/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that writes to sockets of peers, and the clock of each socket. */
#include <string.h>

#include "server/base/ids.h"
#include "server/conn_internal.h"
#include "server/tcp.h"

size_t vt_ws_head(uint8_t ret_head[VT_WS_HEAD_MAX], int opcode, size_t len)
{
    ret_head[0] = (uint8_t)(0x80 | opcode);
    if (len < 126) {
        ret_head[1] = (uint8_t)len;
        return 2;
    }
    bool wide = len > 0xffff;
    size_t bytes = wide ? 8 : 2;
    ret_head[1] = wide ? 127 : 126;
    for (size_t i = 0; i < bytes; i++)
        ret_head[2 + i] = (uint8_t)((uint64_t)len >> 8 * (bytes - 1 - i));
    return 2 + bytes;
}

static void append_frame(struct vt_buf *out, int opcode, const void *bytes, size_t len)
{
    uint8_t head[VT_WS_HEAD_MAX];
    vt_buf_append(out, head, vt_ws_head(head, opcode, len));
    vt_buf_append(out, bytes, len);
}

static void append_close(struct vt_conn *conn, struct vt_buf *out)
{
    uint8_t payload[125] = { (uint8_t)(conn->code >> 8), (uint8_t)conn->code };
    size_t len = strlen(conn->reason);
    memcpy(payload + 2, conn->reason, len);
    append_frame(out, VT_WS_CLOSE, payload, 2 + len);
    conn->close_sent = true;
}

/* All that waits for this socket: whole frames only, since the library may write a pong of its own
 * between two of our writes. */
static void collect(struct vt_conn *conn, struct vt_buf *out)
{
    if (conn->close_sent)
        return;
    if (conn->peer)
        conn->net->handler.fill(conn->peer, out);
    if (conn->ping_due && !conn->closing)
        append_frame(out, VT_WS_PING, "v", 1); /* an empty pong would not be told to us */
    conn->ping_due = false;
    if (conn->closing)
        append_close(conn, out);
}

void vt_conn_flush(struct vt_conn *conn)
{
    struct vt_buf *out = &conn->net->out;
    if (!conn->wsi || conn->phase != VT_CONN_SOCKET)
        return;
    if (lws_partial_buffered(conn->wsi)) {
        vt_conn_ask_writable(conn);
        return;
    }
    conn->stuck_since_ms = 0;
    vt_buf_reset(out);
    collect(conn, out);
    if (out->failed) { /* bytes were lost: the stream would not be whole */
        vt_conn_kill(conn);
        return;
    }
    if (out->len == 0)
        return;
    /* LWS_WRITE_HTTP sends the bytes as they are, frame headers and all. */
    if (lws_write(conn->wsi, (unsigned char *)out->data, out->len, LWS_WRITE_HTTP) < 0) {
        vt_conn_kill(conn); /* never closed from here: the library may be in the middle of this socket */
        return;
    }
    bool partial = lws_partial_buffered(conn->wsi);
    vt_conn_metrics_bytes_out(out->len);
    vt_conn_metrics_write(partial);
    if (partial) {
        conn->stuck_since_ms = vt_now_ms();
        vt_tcp_taken_so_far(lws_get_socket_fd(conn->wsi), &conn->taken_mark);
        vt_conn_ask_writable(conn);
    }
}

/* A fill may mark its own or another conn dirty; what is marked now must leave before the wait.
 * It ends: a socket that takes no more is not filled again, and outboxes are bounded. */
void vt_conn_flush_all(void *arg)
{
    struct vt_net *net = arg;
    while (!vt_list_is_empty(&net->dirty)) {
        struct vt_conn *conn = VT_CONTAINER_OF(net->dirty.next, struct vt_conn, dirty);
        vt_list_remove(&conn->dirty);
        vt_conn_flush(conn);
    }
    vt_conn_pace_turn(net);
}

void vt_conn_answer_close(struct vt_conn *conn, int code)
{
    struct vt_buf *out = &conn->net->out;
    const uint8_t payload[2] = { (uint8_t)(code >> 8), (uint8_t)code };
    conn->close_sent = true;
    vt_buf_reset(out);
    append_frame(out, VT_WS_CLOSE, payload, code == 1005 ? 0 : sizeof(payload));
    if (!out->failed && lws_write(conn->wsi, (unsigned char *)out->data, out->len, LWS_WRITE_HTTP) >= 0)
        vt_conn_metrics_bytes_out(out->len);
}

static void tick_heart(struct vt_conn *conn, int64_t now_ms)
{
    int64_t silent_ms = now_ms - conn->heard_ms;
    /* The next look comes a tick later: whoever would be too late by then is too late now. */
    if (conn->dead_ms && silent_ms + conn->net->tick_ms >= conn->dead_ms) {
        vt_conn_close(conn, 4001, "heartbeat lost");
        vt_conn_flush(conn); /* it may be there after all; nobody waits for an answer */
        vt_conn_kill(conn);
    } else if (conn->beat_ms && silent_ms >= conn->beat_ms && !conn->pinged) {
        conn->pinged = conn->ping_due = true;
        vt_conn_dirty(conn);
    }
}

/* The library has a timer for this, too, but looks at it when something of its own happens: up to a second
 * late. */
static void tick_first_request(struct vt_conn *conn, int64_t now_ms)
{
    if (!conn->req && !conn->read_known && now_ms - conn->opened_ms >= VT_CONN_REQUEST_MS)
        vt_conn_kill(conn);
}

void vt_conn_tick(struct vt_conn *conn, int64_t now_ms)
{
    if (conn->phase == VT_CONN_HTTP)
        tick_first_request(conn, now_ms);
    if (conn->phase != VT_CONN_SOCKET)
        return;
    if (conn->closing) {
        if (conn->close_by_ms && now_ms >= conn->close_by_ms)
            vt_conn_kill(conn);
    } else if (!conn->welcomed && now_ms - conn->opened_ms >= conn->net->config->hello_timeout) {
        vt_conn_close(conn, 4506, "hello timeout");
    } else {
        tick_heart(conn, now_ms);
    }
}
