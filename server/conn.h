/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: our own acceptor, libwebsockets behind it, one write per conn and turn.
 *
 * Nothing above includes the library. A conn is one accepted socket: HTTP at first (http/), a
 * WebSocket after a good handshake. Above it sits a peer that gets whole messages and is asked for
 * bytes: whoever has something to send marks the conn dirty, and at the end of the turn each dirty
 * conn calls `fill` once and makes one write of all it appended. While a write is partial nothing
 * is filled. Byte limits are enforced here and nowhere else. Loop thread only. */
#ifndef VT_CONN_H
#define VT_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/address.h"
#include "server/base/buf.h"
#include "server/config.h"
#include "server/loop.h"

struct vt_net;
struct vt_conn;
struct vt_listeners; /* conn_listen.h */

/* What the layer above is told. `opened` returns the peer that the others get; NULL refuses (close
 * 4201). After `closed` the conn is gone for the peer. */
struct vt_conn_handler {
    void *owner; /* borrowed, handed to origin_allowed and opened */
    bool (*origin_allowed)(void *owner, struct vt_str origin);
    void *(*opened)(void *owner, struct vt_conn *conn);
    void (*text)(void *peer, const char *bytes, size_t len);      /* whole, valid UTF-8 */
    void (*binary)(void *peer, const uint8_t *bytes, size_t len); /* whole */
    /* Append ready WebSocket frames, whole ones. What stays behind needs vt_conn_dirty again, from here too.
     */
    void (*fill)(void *peer, struct vt_buf *out);
    void (*closed)(void *peer, int code); /* 1006: the line was lost; else the close code seen or sent */
};

/* Opens the library's context. `listeners` (conn_listen.h) become the network's, also on an error; NULL: it
 * opens those of --listen. On failure NULL and one sentence in ret_error. */
struct vt_net *vt_net_open(struct vt_loop *loop, const struct vt_config *config,
                           const struct vt_conn_handler *handler, struct vt_listeners *listeners,
                           struct vt_buf *ret_error);
/* A socket that was accepted elsewhere, as one of its own: counted under `from`, then served. It is a
 * vt_accepted_fn, `net` the argument. */
void vt_net_take(void *net, int fd, const struct vt_address *from);
/* "http://127.0.0.1:43121": the first listener, with the port the kernel gave. */
const char *vt_net_url(const struct vt_net *net);
/* Reads certificate and key again: open lines keep theirs, the next ones get the new. On an error what was
 * there stays, with one sentence in ret_error. Without TLS there is nothing to do. */
int vt_net_reload(struct vt_net *net, struct vt_buf *ret_error);
/* Stops accepting, then `drained(arg)` once every conn is gone or `deadline_ms` passed. The layer
 * above closes its peers itself (4000). */
void vt_net_drain(struct vt_net *net, uint64_t deadline_ms, vt_call_fn *drained, void *arg);
/* Starts closing what is left; the loop runs dry afterwards. Then vt_net_destroy. */
void vt_net_stop(struct vt_net *net);
void vt_net_destroy(struct vt_net *net);

/* The peer has something to send: `fill` is called at the end of this turn, or when a partial
 * write is through. */
void vt_conn_dirty(struct vt_conn *conn);
/* Sends what `fill` still gives, then a close frame; the socket goes at the peer's answer or after
 * 3 s. No message is delivered after this call. `reason` is at most 123 bytes. */
void vt_conn_close(struct vt_conn *conn, int code, const char *reason);
/* Heartbeat: a conn silent for beat_ms is pinged, one silent for dead_ms is closed with 4001. */
void vt_conn_beat(struct vt_conn *conn, uint32_t beat_ms, uint32_t dead_ms);
/* Lifts the 4 KiB cap of the first message to the configured ones, and ends the hello timeout (4506). */
void vt_conn_welcomed(struct vt_conn *conn);
/* For how long the other side has taken nothing of a write that did not go out whole; -1: nothing is left of
 * one. It sees progress only when asked. */
int64_t vt_conn_stuck_ms(struct vt_conn *conn, int64_t now_ms);
struct vt_str vt_conn_origin(const struct vt_conn *conn); /* as the browser sent it */
struct vt_str vt_conn_addr(const struct vt_conn *conn);   /* for limits; logs cut it to /24 or /48 */

/* A server frame's header (unmasked, final): 2, 4 or 10 bytes. RFC 6455, section 5.2. */
enum { VT_WS_TEXT = 1, VT_WS_BINARY = 2, VT_WS_CLOSE = 8, VT_WS_PING = 9, VT_WS_HEAD_MAX = 10 };
size_t vt_ws_head(uint8_t ret_head[VT_WS_HEAD_MAX], int opcode, size_t len);

#endif
