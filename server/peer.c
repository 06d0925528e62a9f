/* SPDX-License-Identifier: Apache-2.0 */
#include "server/peer.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/chan.h"
#include "server/conversation.h"
#include "server/dispatch.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/presence.h"

/* A hole of eight seconds is survived; who is full for ten is closed by then, on a busy machine, too. Looked
 * at once a second, and those that are behind more often (vt_peers_look). */
enum { STALL_MS = 8400, LOOK_MS = 200 };

static struct vt_metric peers_open = { .name = "vitrine_peers",
                                       .help = "Browsers connected.",
                                       .kind = VT_METRIC_GAUGE };
static struct vt_metric peers_slow = { .name = "vitrine_peers_slow_total",
                                       .help = "Connections closed because they did not read (4101).",
                                       .kind = VT_METRIC_COUNTER };

void *vt_peer_opened(void *owner, struct vt_conn *conn)
{
    struct vt_app *app = owner;
    struct vt_peer *peer = app->draining ? NULL : calloc(1, sizeof(*peer));
    if (!peer)
        return NULL;
    peer->app = app;
    peer->conn = conn;
    peer->watch = -1;
    vt_id_new(peer->id);
    vt_list_init(&peer->members);
    vt_list_init(&peer->leaving);
    vt_list_init(&peer->late);
    vt_list_init(&peer->behind);
    vt_outbox_init(&peer->outbox, (uint32_t)app->deps.config->outbox_limit,
                   (uint32_t)app->deps.config->outbox_credit);
    if (vt_map_set(&app->peers_by_id, vt_str(peer->id), peer) != VT_OK) {
        free(peer);
        return NULL;
    }
    vt_list_append(&app->peers, &peer->link);
    vt_metrics_add(&peers_open);
    vt_metrics_add(&peers_slow);
    vt_metric_inc(&peers_open, 1);
    return peer;
}

struct vt_peer *vt_peer_find(struct vt_app *app, const char *id)
{
    struct vt_peer *peer = vt_map_get(&app->peers_by_id, vt_str(id));
    return peer && peer->phase != VT_PHASE_CLOSING ? peer : NULL;
}

void vt_peer_text(void *arg, const char *bytes, size_t len)
{
    struct vt_peer *peer = arg;
    if (peer->phase != VT_PHASE_CLOSING)
        vt_dispatch_text(peer, bytes, len);
}

void vt_peer_binary(void *arg, const uint8_t *bytes, size_t len)
{
    struct vt_peer *peer = arg;
    if (peer->phase != VT_PHASE_CLOSING)
        vt_dispatch_binary(peer, bytes, len);
}

static void handle_slow(void *arg, uint64_t key)
{
    /* The channel stands last, alone or below a frame's type and its element. */
    if (key <= UINT16_MAX || key >> 56 >= VT_OP_TEXT_COUNT)
        vt_chan_slow(arg, (uint16_t)key);
}

void vt_peer_fill(void *arg, struct vt_buf *out)
{
    struct vt_peer *peer = arg;
    struct vt_app *app = peer->app;
    uint32_t due_ms = vt_outbox_fill(&peer->outbox, out, vt_now_ms(), handle_slow, app);
    if (due_ms == 0)
        return;
    if (vt_list_is_empty(&app->late))
        vt_timer_start(&app->late_timer, due_ms, 0);
    vt_list_remove(&peer->late);
    vt_list_append(&app->late, &peer->late);
}

/* `more_bytes`: of the frame that had no room, 0: what is there stood for too long. */
static void close_slow(struct vt_peer *peer, size_t more_bytes, int64_t now_ms)
{
    const int64_t since_ms = peer->outbox.waiting_since_ms;
    vt_metric_inc(&peers_slow, 1);
    vt_log(VT_LOG_INFO, "peer.slow", VT_LOG_T("peer", peer->id), VT_LOG_N("waiting", peer->outbox.bytes),
           VT_LOG_N("more", more_bytes), VT_LOG_N("ms", since_ms ? now_ms - since_ms : 0),
           VT_LOG_N("stuck_ms", peer->conn ? vt_conn_stuck_ms(peer->conn, now_ms) : 0));
    vt_peer_close(peer, VT_CLOSE_SLOW, "slow consumer");
}

bool vt_peer_send(struct vt_peer *peer, struct vt_frame *frame, enum vt_class class, uint64_t key)
{
    if (!peer->conn || peer->phase == VT_PHASE_CLOSING)
        return false;
    int result = vt_outbox_push(&peer->outbox, frame, class, key, vt_now_ms());
    if (result == VT_OUTBOX_FULL) {
        close_slow(peer, frame->len, vt_now_ms());
        return false;
    }
    if (result == VT_OUTBOX_OK)
        vt_conn_dirty(peer->conn);
    return result == VT_OUTBOX_OK;
}

void vt_peer_send_text(struct vt_peer *peer, enum vt_class class, uint64_t key)
{
    struct vt_app *app = peer->app;
    struct vt_frame *frame = app->text.failed ? NULL
                                              : vt_frame_create(VT_WS_TEXT, app->text.data, app->text.len);
    if (!frame) {
        vt_log(VT_LOG_ERROR, "peer.encode", VT_LOG_T("peer", peer->id));
        vt_peer_close(peer, 1011, "out of room");
        return;
    }
    vt_peer_send(peer, frame, class, key);
    vt_frame_unref(frame);
}

/* Fan-out may be walking the members right now, so they are left at the end of the turn. */
static void start_leaving(struct vt_peer *peer)
{
    peer->phase = VT_PHASE_CLOSING;
    vt_list_remove(&peer->leaving);
    vt_list_append(&peer->app->leaving, &peer->leaving);
}

void vt_peer_leave(struct vt_peer *peer)
{
    vt_list_remove(&peer->leaving);
    VT_LIST_EACH (member, &peer->members, struct vt_member, of_peer)
        vt_conv_leave(member);
    vt_presence_left(peer);
}

void vt_peer_close(struct vt_peer *peer, int code, const char *reason)
{
    if (peer->phase == VT_PHASE_CLOSING)
        return;
    start_leaving(peer);
    if (peer->conn)
        vt_conn_close(peer->conn, code, reason);
}

void vt_peer_closed(void *arg, int code)
{
    struct vt_peer *peer = arg;
    (void)code;
    peer->conn = NULL;
    if (peer->phase != VT_PHASE_CLOSING)
        start_leaving(peer);
    vt_map_remove(&peer->app->peers_by_id, vt_str(peer->id));
    vt_list_remove(&peer->link);
    vt_list_append(&peer->app->dead, &peer->link);
    vt_metric_inc(&peers_open, -1);
}

static void set_beat(struct vt_peer *peer)
{
    const struct vt_config *config = peer->app->deps.config;
    bool fast = peer->live || peer->asked;
    uint32_t beat = (uint32_t)(fast ? config->beat_live : config->beat_idle);
    if (!peer->conn || peer->beat_ms == beat)
        return;
    peer->beat_ms = beat;
    /* 12.5 s at a beat of 5 s, 35 s at 25 s (protocol.md 9). */
    vt_conn_beat(peer->conn, beat, fast ? beat * 5 / 2 : beat * 7 / 5);
}

void vt_peer_beat(struct vt_peer *peer, bool live)
{
    peer->live = live;
    set_beat(peer);
}

void vt_peer_asked(struct vt_peer *peer, bool asked)
{
    peer->asked = asked;
    set_beat(peer);
}

/* What was filled already stands with the socket, and the outbox is empty again: a line that is told nothing
 * more would keep it for ever. */
static int64_t behind_ms(const struct vt_peer *peer, int64_t now_ms)
{
    int64_t stuck_ms = peer->conn ? vt_conn_stuck_ms(peer->conn, now_ms) : -1;
    int64_t waiting_ms = peer->outbox.waiting_since_ms ? now_ms - peer->outbox.waiting_since_ms : -1;
    return stuck_ms > waiting_ms ? stuck_ms : waiting_ms;
}

/* False: it is not behind any more, or closed for it. */
static bool look(struct vt_peer *peer, int64_t now_ms)
{
    int64_t ms = peer->phase == VT_PHASE_CLOSING ? -1 : behind_ms(peer, now_ms);
    if (ms > STALL_MS)
        close_slow(peer, 0, now_ms);
    return ms >= 0 && ms <= STALL_MS;
}

void vt_peers_look(void *arg)
{
    struct vt_app *app = arg;
    int64_t now_ms = vt_now_ms();
    VT_LIST_EACH (peer, &app->behind, struct vt_peer, behind)
        if (!look(peer, now_ms))
            vt_list_remove(&peer->behind);
    if (!vt_list_is_empty(&app->behind))
        vt_timer_start(&app->behind_timer, LOOK_MS, 0);
}

void vt_peer_sweep(struct vt_peer *peer, int64_t now_ms)
{
    if (peer->phase == VT_PHASE_CLOSING)
        return;
    if (vt_list_is_empty(&peer->behind) && look(peer, now_ms)) {
        if (vt_list_is_empty(&peer->app->behind))
            vt_timer_start(&peer->app->behind_timer, LOOK_MS, 0);
        vt_list_append(&peer->app->behind, &peer->behind);
    }
    if (peer->expires_ms > 0 && vt_steady_ms() > peer->expires_ms)
        vt_peer_close(peer, VT_CLOSE_EXPIRED, "login expired");
}

void vt_peer_destroy(struct vt_peer *peer)
{
    if (!peer)
        return;
    vt_peer_leave(peer);
    vt_list_remove(&peer->link);
    vt_list_remove(&peer->late);
    vt_list_remove(&peer->behind);
    vt_outbox_finish(&peer->outbox);
    free(peer->queues);
    free(peer);
}
