/* SPDX-License-Identifier: Apache-2.0 */
#include "server/app.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/board.h"
#include "server/chan.h"
#include "server/contact.h"
#include "server/conversation.h"
#include "server/join.h"
#include "server/log.h"
#include "server/mirror_css.h"
#include "server/peer.h"
#include "server/practice.h"
#include "server/presence.h"
#include "server/queue.h"
#include "server/queue_forecast.h"
#include "server/queue_status.h"
#include "server/seen.h"
#include "server/site.h"

enum { SWEEP_MS = 1000, ARENA_BYTES = 4 * 1024 * 1024, TEXT_BYTES = 65536, DRAIN_SPREAD_MS = 2000 };

/* --- the end of a turn, and once a second ------------------------------------------------------- */

/* Nothing is freed in the middle of a turn: here it is. */
static void handle_turn(void *arg)
{
    struct vt_app *app = arg;
    vt_joins_tell_failed(app);
    while (!vt_list_is_empty(&app->leaving)) /* one who leaves may be the last straw for another */
        vt_peer_leave(VT_CONTAINER_OF(app->leaving.next, struct vt_peer, leaving));
    VT_LIST_EACH (peer, &app->dead, struct vt_peer, link)
        vt_peer_destroy(peer);
}

static void handle_late(void *arg)
{
    struct vt_app *app = arg;
    VT_LIST_EACH (peer, &app->late, struct vt_peer, late) {
        vt_list_remove(&peer->late);
        if (peer->conn && peer->phase != VT_PHASE_CLOSING)
            vt_conn_dirty(peer->conn);
    }
}

static size_t share(size_t count, size_t slices)
{
    return (count + slices - 1) / slices;
}

/* A slice of all peers and conversations; each has its turn about once a second. */
static void handle_sweep(void *arg)
{
    struct vt_app *app = arg;
    int64_t now_ms = vt_now_ms();
    const size_t peers = app->peers_by_id.count, convs = app->conversations.count;
    const size_t slices = vt_list_slices(peers > convs ? peers : convs);
    struct vt_list *link;
    for (size_t n = share(peers, slices); n > 0 && (link = vt_list_turn(&app->peers)); n--)
        vt_peer_sweep(VT_CONTAINER_OF(link, struct vt_peer, link), now_ms);
    for (size_t n = share(convs, slices); n > 0 && (link = vt_list_turn(&app->conversations_list)); n--)
        vt_conv_sweep(VT_CONTAINER_OF(link, struct vt_conversation, link), now_ms);
    if (now_ms - app->lines_swept_ms >= SWEEP_MS - SWEEP_MS / VT_LIST_SLICES_MOST) {
        app->lines_swept_ms = now_ms;
        vt_presence_sweep(app, now_ms);
        vt_queue_sweep(app);
    }
    vt_timer_start(&app->sweep, SWEEP_MS / slices, 0);
}

/* At the upgrade no site is named yet: any site's page may knock, hello decides. */
static bool origin_allowed(void *owner, struct vt_str origin)
{
    const struct vt_app *app = owner;
    return vt_sites_origin_known(app->deps.sites, origin);
}

/* --- the sessions of the last run ---------------------------------------------------------------- */

void vt_app_restored(struct vt_app *app)
{
    if (app->restoring == 0 && app->ready) {
        vt_call_fn *ready = app->ready;
        app->ready = NULL;
        ready(app->ready_arg);
    }
}

static void handle_sessions(void *arg, int err, const struct vt_store_session *sessions, size_t n)
{
    struct vt_app *app = arg;
    if (err)
        vt_log(VT_LOG_ERROR, "session.restore", VT_LOG_T("err", vt_err_name(err)));
    for (size_t i = 0; !err && i < n; i++)
        if (vt_conv_restore(app, &sessions[i]) != VT_OK)
            vt_log(VT_LOG_ERROR, "session.restore", VT_LOG_S("reference", sessions[i].reference));
    vt_log(VT_LOG_INFO, "session.restored", VT_LOG_N("sessions", n));
    vt_contact_restore(app);
    vt_app_restored(app);
}

/* --- life ------------------------------------------------------------------------------------------ */

static int start(struct vt_app *app)
{
    const struct vt_app_deps *deps = &app->deps;
    int err = vt_bus_subscribe(deps->bus, "board", vt_board_on_bus, app);
    if (!err)
        err = vt_queue_status_start(app);
    if (!err) /* those of the last run: their customers were pages that are gone */
        err = vt_practice_erase(app, (struct vt_str){ 0 }, (struct vt_str){ 0 }, NULL, NULL);
    return err ? err : vt_store_sessions_open(deps->store, handle_sessions, app);
}

struct vt_app *vt_app_create(const struct vt_app_deps *deps, vt_call_fn *ready, void *arg)
{
    struct vt_app *app = calloc(1, sizeof(*app));
    if (!app)
        return NULL;
    app->deps = *deps;
    app->ready = ready;
    app->ready_arg = arg;
    app->next_chan = VT_BIN_CHAN_FIRST;
    vt_id_new(app->node);
    vt_list_init(&app->peers);
    vt_list_init(&app->dead);
    vt_list_init(&app->leaving);
    vt_list_init(&app->failed_joins);
    vt_list_init(&app->late);
    vt_list_init(&app->behind);
    vt_list_init(&app->conversations_list);
    vt_map_init(&app->peers_by_id);
    vt_map_init(&app->conversations);
    vt_map_init(&app->lines);
    vt_map_init(&app->forecasts);
    vt_map_init(&app->guesses);
    vt_map_init(&app->seen);
    vt_map_init(&app->staff);
    vt_map_init(&app->statuses);
    vt_list_init(&app->staff_list);
    vt_arena_init(&app->arena, ARENA_BYTES);
    vt_buf_init(&app->text, TEXT_BYTES);
    app->turn = (struct vt_turn_hook){ .fn = handle_turn, .arg = app };
    vt_loop_on_turn_end(deps->loop, &app->turn);
    vt_timer_init(deps->loop, &app->sweep, handle_sweep, app);
    vt_timer_init(deps->loop, &app->late_timer, handle_late, app);
    vt_timer_init(deps->loop, &app->behind_timer, vt_peers_look, app);
    vt_timer_start(&app->sweep, SWEEP_MS, 0);
    if (start(app) != VT_OK) {
        vt_log(VT_LOG_ERROR, "app.start", VT_LOG_T("err", "no memory"));
        abort(); /* at the start only (style.md 6) */
    }
    return app;
}

void vt_app_handler(struct vt_app *app, struct vt_conn_handler *ret_handler)
{
    *ret_handler = (struct vt_conn_handler){ .owner = app,
                                             .origin_allowed = origin_allowed,
                                             .opened = vt_peer_opened,
                                             .text = vt_peer_text,
                                             .binary = vt_peer_binary,
                                             .fill = vt_peer_fill,
                                             .closed = vt_peer_closed };
}

void vt_app_drain(struct vt_app *app)
{
    app->draining = true;
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link) {
        uint32_t jitter;
        if (peer->phase == VT_PHASE_CLOSING)
            continue;
        vt_random(&jitter, sizeof(jitter));
        struct vt_evt_drain d = { .in_ms = jitter % DRAIN_SPREAD_MS };
        struct vt_event_head head = { 0 };
        vt_buf_reset(&app->text);
        vt_encode_event(&app->text, VT_OP_DRAIN, &head, &d);
        vt_peer_send_text(peer, VT_CLASS_LINK, 0);
        vt_peer_close(peer, VT_CLOSE_DRAIN, "drain");
    }
}

void vt_app_move(struct vt_app *app)
{
    app->draining = true;
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        if (peer->phase != VT_PHASE_CLOSING)
            vt_peer_close(peer, VT_CLOSE_MOVED, "moved");
}

void vt_app_end_person(struct vt_app *app, struct vt_str person)
{
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        if (peer->phase != VT_PHASE_CLOSING && vt_peer_is_staff(peer) &&
            vt_str_eq(vt_str(peer->person), person))
            vt_peer_close(peer, VT_CLOSE_EXPIRED, "login ended");
}

void vt_app_stop(struct vt_app *app)
{
    app->stopped = true;
    vt_timer_close(&app->sweep, NULL);
    vt_timer_close(&app->late_timer, NULL);
    vt_timer_close(&app->behind_timer, NULL);
    vt_timer_close(&app->hours_timer, NULL);
}

void vt_app_destroy(struct vt_app *app)
{
    if (!app)
        return;
    handle_turn(app);
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        vt_peer_destroy(peer);
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        vt_conv_destroy(conv);
    vt_queue_finish(app);
    vt_queue_forecast_finish(app);
    vt_queue_status_finish(app);
    vt_presence_finish(app);
    vt_map_finish(&app->peers_by_id);
    vt_map_finish(&app->conversations);
    vt_guesses_finish(app);
    vt_seen_finish(app);
    vt_css_destroy(app->css);
    vt_arena_finish(&app->arena);
    vt_buf_finish(&app->text);
    free(app->chans);
    free(app);
}
