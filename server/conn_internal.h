/* SPDX-License-Identifier: Apache-2.0 */
/* What the conn_*.c files share, and nobody else includes.
 *
 * A conn lives from accept to the library's WSI_DESTROY, which comes once for every kind of end;
 * `wsi` is NULL from the moment the library says closed. conn.c dispatches the library's calls,
 * conn_accept.c makes conns, conn_upgrade.c judges handshakes, conn_message.c takes messages in,
 * conn_flush.c is the one place that writes WebSocket bytes, conn_http.c carries requests and
 * answers, conn_wait.c minds those that wait, conn_net.c opens and ends it all. */
#ifndef VT_CONN_INTERNAL_H
#define VT_CONN_INTERNAL_H

#include <libwebsockets.h>

#include "server/address.h"
#include "server/base/buf.h"
#include "server/base/list.h"
#include "server/base/map.h"
#include "server/conn.h"
#include "server/conn_listen.h"
#include "server/http/http_internal.h"
#include "server/metrics.h"

#define VT_CONN_PROTOCOL "vitrine.v1"
#define VT_CONN_PATH     "/v1/socket"

enum {
    VT_CONN_FIRST_BYTES = 4096,   /* the first message */
    VT_CONN_FRAGMENTS_MOST = 100, /* of one message */
    VT_CONN_CONTROLS_MOST = 10,   /* pings and pongs a second */
    VT_CONN_CLOSE_WAIT_MS = 3000, /* for the answer to our close frame */
    VT_CONN_CHUNK = 65536,        /* library buffers, pieces of an answer */
    VT_CONN_REQUEST_MS = 8000,    /* for the first request's head, looked at once a second */
    VT_CONN_HEADER_BYTES = 8192,  /* beyond: 431 */
    VT_CONN_URI_BYTES = 4096,     /* beyond: 414 */
    VT_CONN_ANSWER_SECONDS = 20,  /* without any progress of a reader */
    VT_CONN_HOLD_SECONDS = 60,    /* for a held request's answer */
    VT_NET_LINGERS = 64
};

struct vt_conn_pair; /* conn_tls.c */

enum vt_conn_phase { VT_CONN_HTTP, VT_CONN_SOCKET, VT_CONN_ENDED };

/* Sockets of one address group. */
struct vt_conn_count {
    size_t sockets;
    char group[VT_ADDRESS_TEXT];
};

struct vt_conn {
    struct vt_list link;         /* in vt_net.conns */
    struct vt_list dirty;        /* in vt_net.dirty, or alone */
    struct vt_list waiting;      /* in vt_net.waiting: an answer is on its way */
    struct vt_net *net;          /* borrowed */
    struct lws *wsi;             /* borrowed from the library; NULL before adoption and after its close */
    struct vt_http_req *req;     /* owned; NULL between requests and as a socket */
    void *peer;                  /* the layer above's; NULL before `opened` and after `closed` */
    struct vt_conn_count *count; /* NULL: an exempt address */
    char *origin;                /* owned; NULL until the upgrade */
    struct vt_buf message;       /* of a message in pieces; empty otherwise */
    size_t checked;              /* of a text's: bytes that are whole characters */
    int64_t opened_ms, heard_ms, close_by_ms, controls_ms;
    int64_t stuck_since_ms; /* nothing of a partial write was taken since; 0: none is */
    uint64_t taken_mark;    /* what the other side had taken by then */
    uint64_t read_mark;     /* bytes the library had read at the last request */
    bool read_known;        /* there was one */
    bool stashed;           /* this request came out of bytes read before */
    uint32_t beat_ms, dead_ms;
    enum vt_conn_phase phase;
    uint16_t fragments, controls;
    uint8_t turns_open; /* until reading goes off again */
    int code;           /* close code seen or sent; 0: none */
    char reason[124];
    struct vt_address address;
    char addr[VT_ADDRESS_TEXT];
    bool made; /* WSI_CREATE was seen: WSI_DESTROY will come */
    bool established;
    bool welcomed; /* the caps of the first message are lifted */
    bool closing;  /* a close was asked here or by the peer: nothing is delivered any more */
    bool close_sent;
    bool ping_due, pinged;
    bool asked;      /* the writable callback is armed by us */
    bool no_reading; /* rx is off while an answer is held or waits */
};

struct vt_net {
    struct vt_loop *loop;
    const struct vt_config *config; /* borrowed */
    struct vt_conn_handler handler;
    struct lws_context *context; /* the library sets it to NULL when it is gone */
    struct lws_vhost *vhost;
    struct vt_listeners *listeners; /* owned; NULL: closed */
    struct vt_list conns;   /* list of vt_conn.link */
    struct vt_list dirty;   /* list of vt_conn.dirty */
    struct vt_list waiting; /* list of vt_conn.waiting */
    struct vt_timer pace;   /* runs while that list is not empty */
    bool pacing;
    unsigned turns; /* of the loop since the last pace */
    size_t conn_count, socket_limit;
    struct vt_map counts; /* group -> vt_conn_count, owned */
    struct vt_networks trusted, exempt;
    struct vt_conn *adopting; /* while the library knows no conn for a new wsi */
    struct {
        int fd;
        int64_t until_ms;
    } lingers[VT_NET_LINGERS]; /* refused, waiting to be read */
    size_t linger_next;
    struct vt_buf out; /* one write's bytes */
    char *chunk;       /* owned; VT_CONN_CHUNK bytes for files */
    struct vt_http_routes routes;
    struct vt_turn_hook turn_end;
    struct vt_timer tick;
    int64_t tick_ms;   /* so often each line is looked at */
    int64_t ticked_ms; /* vt_now_ms of the last one */
    struct vt_timer ending;
    vt_call_fn *drained;
    void *drained_arg;
    int64_t drain_by_ms;
    struct vt_conn_pair *pair; /* owned; NULL: no TLS */
    bool draining, stopping, tls, hsts;
    char url[96];
};

/* conn.c */
int vt_conn_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len);
struct vt_conn *vt_conn_create(struct vt_net *net, const struct vt_address *address);
void vt_conn_destroy(struct vt_conn *conn);
/* Ends the socket soon without a word; safe in and out of the library's calls. */
void vt_conn_kill(struct vt_conn *conn);
void vt_conn_ask_writable(struct vt_conn *conn);

/* conn_accept.c */
/* Counts the conn under `address` in place of its former one. False: that address is full. */
bool vt_conn_count(struct vt_conn *conn, const struct vt_address *address);
void vt_conn_uncount(struct vt_conn *conn);
void vt_conn_tick_lingers(struct vt_net *net, int64_t now_ms, bool all);

/* conn_upgrade.c: HTTP_CONFIRM_UPGRADE. 0: go on, -1: hang up (an answer was written if one could be). */
int vt_conn_upgrade(struct vt_conn *conn, struct lws *wsi);

/* conn_tls.c: of each handshake of the library's context. */
void vt_conn_tls_context(struct vt_net *net, void *ssl_ctx);
void vt_conn_pair_destroy(struct vt_conn_pair *pair);

/* conn_message.c */
int vt_conn_established(struct vt_conn *conn);
int vt_conn_receive(struct vt_conn *conn, const char *bytes, size_t len);
int vt_conn_control(struct vt_conn *conn);
int vt_conn_peer_close(struct vt_conn *conn, const uint8_t *payload, size_t len);

/* conn_flush.c */
void vt_conn_flush_all(void *net);
void vt_conn_flush(struct vt_conn *conn);
/* Writes the answer to the peer's close frame, without a code for 1005. For the library's call that tells of
 * that frame, which comes only while nothing is half sent. */
void vt_conn_answer_close(struct vt_conn *conn, int code);
void vt_conn_tick(struct vt_conn *conn, int64_t now_ms);

/* conn_http.c */
int vt_conn_request(struct vt_conn *conn);
int vt_conn_body(struct vt_conn *conn, const char *bytes, size_t len);
int vt_conn_body_done(struct vt_conn *conn);
int vt_conn_pump(struct vt_conn *conn);
void vt_conn_request_lost(struct vt_conn *conn);
/* A header's value into the arena; absent: ptr NULL. False: no memory, or bytes that do not belong. */
bool vt_conn_header(struct lws *wsi, enum lws_token_indexes token, struct vt_arena *arena,
                    struct vt_str *ret_value);

/* conn_wait.c */
void vt_conn_set_reading(struct vt_conn *conn, bool on);
/* The answer comes in a later turn. */
void vt_conn_hold(struct vt_conn *conn);
/* More of the answer goes out when the socket takes it; called again for each pause. */
void vt_conn_wait(struct vt_conn *conn);
void vt_conn_wait_over(struct vt_conn *conn);
void vt_conn_pace(void *net);
void vt_conn_pace_turn(struct vt_net *net);

/* conn_metrics.c */
enum vt_conn_refusal {
    VT_REFUSED_ADDRESS,
    VT_REFUSED_SOCKETS,
    VT_REFUSED_FILES,
    VT_REFUSED_ORIGIN,
    VT_REFUSED_UPGRADE,
    VT_REFUSED_DRAIN,
    VT_REFUSED_MEMORY,
    VT_REFUSALS
};
void vt_conn_metrics_open(void);
void vt_conn_metrics_conns(size_t conns);
void vt_conn_metrics_refused(enum vt_conn_refusal why);
void vt_conn_metrics_bytes_in(size_t n);
void vt_conn_metrics_bytes_out(size_t n);
void vt_conn_metrics_write(bool partial);
void vt_conn_metrics_closed(int code);
void vt_conn_metrics_request(int status);

#endif
