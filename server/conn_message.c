/* SPDX-License-Identifier: Apache-2.0 */
/* Messages in: caps, fragments, control frames, the peer's close. */
#include <string.h>

#include "server/base/ids.h"
#include "server/conn_internal.h"

/* Ends the socket for what the peer did. From RECEIVE the library sends the close frame itself,
 * but only with nothing half sent before it; else our own way waits for the room. */
static int fail(struct vt_conn *conn, int code, const char *reason)
{
    if (lws_partial_buffered(conn->wsi)) {
        vt_conn_close(conn, code, reason);
        return 0;
    }
    conn->closing = true;
    conn->close_sent = true;
    conn->code = code;
    conn->close_by_ms = vt_now_ms() + VT_CONN_CLOSE_WAIT_MS;
    vt_buf_finish(&conn->message);
    unsigned char text[124];
    size_t len = strlen(reason);
    memcpy(text, reason, len);
    lws_close_reason(conn->wsi, (enum lws_close_status)code, text, len);
    return -1;
}

static int64_t cap_bytes(const struct vt_conn *conn, bool binary)
{
    if (!conn->welcomed)
        return VT_CONN_FIRST_BYTES;
    return binary ? conn->net->config->binary_up : conn->net->config->text_up;
}

static void deliver(struct vt_conn *conn, bool binary, const char *bytes, size_t len)
{
    if (!conn->peer)
        return;
    if (binary)
        conn->net->handler.binary(conn->peer, (const uint8_t *)bytes, len);
    else
        conn->net->handler.text(conn->peer, bytes, len);
}

int vt_conn_established(struct vt_conn *conn)
{
    struct vt_net *net = conn->net;
    conn->established = true;
    conn->phase = VT_CONN_SOCKET;
    conn->opened_ms = conn->heard_ms = vt_now_ms();
    conn->beat_ms = (uint32_t)net->config->beat_idle;
    conn->dead_ms = conn->beat_ms + 10000;
    conn->peer = net->handler.opened(net->handler.owner, conn);
    if (!conn->peer)
        vt_conn_close(conn, 4201, "overloaded");
    return 0;
}

/* Of a text in pieces, as far as it is here: who sends what is none hears so before the rest has come. */
static bool is_text(struct vt_conn *conn, bool whole)
{
    const struct vt_buf *message = &conn->message;
    size_t good = 0, more = message->len - conn->checked;
    if (more > 0 && !vt_utf8_begins(message->data + conn->checked, more, &good))
        return false;
    conn->checked += good;
    return !whole || conn->checked == message->len;
}

int vt_conn_receive(struct vt_conn *conn, const char *bytes, size_t len)
{
    struct lws *wsi = conn->wsi;
    bool binary = lws_frame_is_binary(wsi), last = lws_is_final_fragment(wsi);
    size_t left = lws_remaining_packet_payload(wsi);
    conn->heard_ms = vt_now_ms();
    conn->pinged = false;
    vt_conn_metrics_bytes_in(len);
    if (conn->closing)
        return 0;
    if (lws_is_first_fragment(wsi)) {
        conn->fragments = 0;
        conn->checked = 0;
        vt_buf_finish(&conn->message);
        conn->message.max_bytes = (size_t)cap_bytes(conn, binary);
    }
    /* What the header announces counts at once: a claim of 2^62 bytes is not waited for. */
    size_t room = conn->message.max_bytes - conn->message.len;
    if (len > room || left > room - len)
        return fail(conn, 1009, "message too big");
    if (left == 0 && !last && ++conn->fragments >= VT_CONN_FRAGMENTS_MOST)
        return fail(conn, 1008, "too many fragments");
    if (conn->message.len == 0 && last) { /* the usual case: whole, and not copied */
        if (!binary && !vt_utf8_valid(bytes, len))
            return fail(conn, 1007, "bad utf8");
        deliver(conn, binary, bytes, len);
        return 0;
    }
    if (vt_buf_append(&conn->message, bytes, len))
        return fail(conn, 1011, "no memory");
    if (!binary && !is_text(conn, last))
        return fail(conn, 1007, "bad utf8");
    if (!last)
        return 0;
    struct vt_buf message = conn->message; /* the peer may close us while it reads */
    conn->message = (struct vt_buf){ 0 };
    deliver(conn, binary, message.data ? message.data : "", message.len);
    vt_buf_finish(&message);
    return 0;
}

int vt_conn_control(struct vt_conn *conn)
{
    int64_t now = vt_now_ms();
    conn->heard_ms = now;
    conn->pinged = false;
    if (conn->closing)
        return 0;
    if (now - conn->controls_ms >= 1000) {
        conn->controls_ms = now;
        conn->controls = 0;
    }
    if (++conn->controls <= VT_CONN_CONTROLS_MOST)
        return 0;
    vt_conn_close(conn, 1008, "too many pings");
    return 0;
}

/* The library has put 1002 in place of codes below 3000 that nobody may send. */
static int judge_close(const uint8_t *payload, size_t len)
{
    int code = len >= 2 ? payload[0] << 8 | payload[1] : 1005;
    if (len == 1 || code >= 5000 || (len >= 2 && code == 1002))
        return 1002;
    if (len > 2 && !vt_utf8_valid((const char *)payload + 2, len - 2))
        return 1007;
    return code;
}

int vt_conn_peer_close(struct vt_conn *conn, const uint8_t *payload, size_t len)
{
    int code = judge_close(payload, len);
    conn->heard_ms = vt_now_ms();
    if (!conn->closing) {
        conn->code = code;
        conn->close_by_ms = conn->heard_ms + VT_CONN_CLOSE_WAIT_MS;
    }
    conn->closing = true;
    vt_buf_finish(&conn->message);
    /* Both sides have said it now: nothing that came behind it is read any more. */
    if (!conn->close_sent)
        vt_conn_answer_close(conn, code);
    return -1;
}
