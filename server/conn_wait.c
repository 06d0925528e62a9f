/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that wait for their reader, with input unread behind them.
 *
 * The library neither reads nor ignores input in the middle of an answer: unread bytes (or the end
 * of the peer's side) would wake the loop for ever. Its flow control stops that, but with it on the
 * library does not write either. So a line that waits is watched: as long as nothing is there to
 * read it waits as usual; once something is, reading is off, and every 10 ms on for one turn so that
 * what fits can go out.
 *
 * One case is left: with requests of its own read ahead and more input behind, the library asks for
 * writability whenever reading goes off, and gets it at once, again and again. Nothing shows that but
 * the turns; a line that brings it about is ended. No browser pipelines. */
#include <sys/socket.h>

#include "server/conn_internal.h"

enum { PACE_MS = 10, TURNS_MOST = 300 /* in one pace; an idle loop has a few, a busy one tens */ };

void vt_conn_set_reading(struct vt_conn *conn, bool on)
{
    if (conn->no_reading == !on)
        return;
    conn->no_reading = !on;
    if (conn->wsi)
        lws_rx_flow_control(conn->wsi, on);
}

static bool has_input(struct vt_conn *conn)
{
    char byte;
    return recv(lws_get_socket_fd(conn->wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

static void watch(struct vt_conn *conn)
{
    struct vt_net *net = conn->net;
    if (vt_list_is_empty(&net->waiting)) {
        net->turns = 0;
        vt_timer_start(&net->pace, PACE_MS, PACE_MS);
    }
    if (vt_list_is_empty(&conn->waiting))
        vt_list_append(&net->waiting, &conn->waiting);
}

void vt_conn_hold(struct vt_conn *conn)
{
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, VT_CONN_HOLD_SECONDS);
    watch(conn);
    /* Of a request out of bytes read before, the bytes are still there while its handler runs. */
    if (!conn->stashed)
        vt_conn_set_reading(conn, false);
}

void vt_conn_wait(struct vt_conn *conn)
{
    watch(conn);
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_HTTP_CONTENT, VT_CONN_ANSWER_SECONDS);
    vt_conn_ask_writable(conn);
}

void vt_conn_wait_over(struct vt_conn *conn)
{
    vt_list_remove(&conn->waiting);
    conn->turns_open = 0;
    if (vt_list_is_empty(&conn->net->waiting))
        vt_timer_stop(&conn->net->pace);
}

static void pace_one(struct vt_conn *conn, bool hot)
{
    bool answered = conn->req && conn->req->answered;
    if (!conn->wsi) {
        vt_conn_wait_over(conn);
    } else if (hot && has_input(conn)) {
        vt_conn_kill(conn);
    } else if (conn->no_reading && answered) {
        vt_conn_set_reading(conn, true);
        vt_conn_ask_writable(conn);
        conn->turns_open = 2; /* the hook of this turn, and the one after the poll */
        conn->net->pacing = true;
    } else if (!conn->no_reading && has_input(conn)) {
        vt_conn_set_reading(conn, false);
    }
}

void vt_conn_pace(void *arg)
{
    struct vt_net *net = arg;
    bool hot = net->turns > TURNS_MOST;
    net->turns = 0;
    VT_LIST_EACH (conn, &net->waiting, struct vt_conn, waiting)
        pace_one(conn, hot);
}

void vt_conn_pace_turn(struct vt_net *net)
{
    net->turns++;
    if (!net->pacing)
        return;
    net->pacing = false;
    VT_LIST_EACH (conn, &net->waiting, struct vt_conn, waiting) {
        if (conn->turns_open == 0)
            continue;
        if (--conn->turns_open > 0)
            net->pacing = true;
        else if (conn->wsi)
            vt_conn_set_reading(conn, false);
    }
}
