/* SPDX-License-Identifier: Apache-2.0 */
#include "server/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/ask.h"
#include "server/base/err.h"
#include "server/catalogue/spins.h"
#include "server/chan.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/guide_run.h"
#include "server/log.h"
#include "server/media_told.h"
#include "server/metrics.h"
#include "server/mirror.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/presence.h"
#include "server/queue.h"
#include "server/queue_forecast.h"
#include "server/recap.h"
#include "server/thread.h"
#include "server/view.h"

enum { VIEW_MAX_BYTES = 4 * 1024 * 1024 };

#define TO(state) (1u << VT_STATE_##state)
static const unsigned allowed[VT_STATE_COUNT] = {
    [VT_STATE_NONE] = TO(WAITING),
    [VT_STATE_WAITING] = TO(CLAIMED) | TO(LIVE) | TO(ENDED),
    [VT_STATE_CLAIMED] = TO(WAITING) | TO(LIVE) | TO(ENDED),
    [VT_STATE_LIVE] = TO(AWAY) | TO(ENDED) | TO(WAITING), /* waiting: the associate did not come back */
    [VT_STATE_AWAY] = TO(LIVE) | TO(ENDED) | TO(WAITING),
    [VT_STATE_ENDED] = TO(WAITING),
};

#define GAUGE(state_name)                                                                                    \
    {                                                                                                        \
        .name = "vitrine_sessions", .help = "Sessions by state.", .labels = "state=\"" state_name "\"",      \
        .kind = VT_METRIC_GAUGE                                                                              \
    }
static struct vt_metric sessions[VT_STATE_COUNT] = {
    GAUGE("none"), GAUGE("waiting"), GAUGE("claimed"), GAUGE("live"), GAUGE("away"), GAUGE("ended"),
};

bool vt_session_may(enum vt_state from, enum vt_state to)
{
    return (allowed[from] & 1u << to) != 0;
}

void vt_session_info(const struct vt_conversation *conv, struct vt_t_session_info *ret,
                     struct vt_t_associate *ret_associate)
{
    const struct vt_session *session = &conv->session;
    *ret = (struct vt_t_session_info){ .state = session->state };
    ret->hb = (uint32_t)(session->state == VT_STATE_LIVE ? conv->app->deps.config->beat_live
                                                         : conv->app->deps.config->beat_idle);
    ret->has_hb = true;
    ret->calm = ret->has_calm = conv->calm;
    if (session->state == VT_STATE_NONE)
        return;
    ret->sid = vt_str(session->sid);
    ret->reference = vt_str(session->reference);
    ret->queue = vt_str(session->queue);
    if (vt_session_waits(session) && conv->place > 0) {
        ret->position = conv->place;
        ret->has_position = ret->has_eta = true;
        memcpy(ret->eta, conv->eta, sizeof(ret->eta));
    }
    if (session->unclaimed)
        ret->why = VT_STR("unclaimed");
    for (size_t i = 0; session->associate[0] && i < conv->people_n; i++) {
        if (strcmp(conv->people[i].person, session->associate) != 0)
            continue;
        *ret_associate = (struct vt_t_associate){ .who = vt_str(conv->people[i].who),
                                                  .name = vt_str(conv->people[i].name) };
        ret->associate = ret_associate;
    }
}

static int encode_view(struct vt_conversation *conv, struct vt_buf *out)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_view view;
    vt_arena_init(&arena, VIEW_MAX_BYTES);
    int err = vt_view_export(conv->view, &arena, &view);
    return err ? err : vt_encode_body(out, &vt_shape_view, &view);
}

int vt_session_save(struct vt_conversation *conv, vt_store_done_fn *done, void *arg)
{
    const struct vt_session *session = &conv->session;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf view = VT_BUF_INIT(VIEW_MAX_BYTES);
    struct vt_store_session row = { .site = vt_str(conv->site),
                                    .conv = vt_str(conv->conv),
                                    .sid = vt_str(session->sid),
                                    .reference = vt_str(session->reference),
                                    .queue = vt_str(session->queue),
                                    .associate = vt_str(session->associate[0] ? session->associate : NULL),
                                    .state = (int)session->state,
                                    .joined = session->joined,
                                    .created = session->created,
                                    .ended = session->ended,
                                    .taken = session->taken,
                                    .eta = { session->eta[0], session->eta[1] },
                                    .lang = vt_str(session->lang[0] ? session->lang : NULL),
                                    .info = vt_str(session->product) };
    if (conv->view && vt_view_is_open(conv->view) && encode_view(conv, &view) == VT_OK)
        row.view = vt_buf_view(&view);
    conv->view_unsaved = false;
    int err = vt_store_session_put(conv->app->deps.store, &row, done, arg);
    if (!err && conv->session.recap_due) { /* whoever reads that it is ready finds the session ended */
        conv->session.recap_due = false;
        vt_recap_ready(conv);
    }
    return err;
}

struct saving {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
};

static void save_view(struct vt_conversation *conv);

static void handle_view_saved(void *arg, int err)
{
    struct saving *saving = arg;
    struct vt_conversation *conv = vt_conv_find(saving->app, vt_str(saving->site), vt_str(saving->conv));
    free(saving);
    if (!conv)
        return;
    conv->view_saving = false;
    if (err)
        conv->view_unsaved = true; /* the sweep tries again */
    else if (conv->view_unsaved)
        save_view(conv);
}

static void save_view(struct vt_conversation *conv)
{
    struct saving *saving = malloc(sizeof(*saving));
    if (!saving)
        return;
    saving->app = conv->app;
    memcpy(saving->site, conv->site, sizeof(saving->site));
    memcpy(saving->conv, conv->conv, sizeof(saving->conv));
    conv->view_saving = vt_session_save(conv, handle_view_saved, saving) == VT_OK;
    if (!conv->view_saving) {
        conv->view_unsaved = true;
        free(saving);
    }
}

void vt_session_view_changed(struct vt_conversation *conv)
{
    conv->view_unsaved = true;
    if (!conv->view_saving)
        save_view(conv);
}

/* A spin is kept as the picture that its frame is. */
static void keep_frame(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_evt_view_kept *d)
{
    const struct vt_spin *spin = vt_told_spin(conv, d->media);
    if (spin && d->frame < spin->n)
        d->media = vt_arena_str(arena, vt_str(spin->frames[d->frame]));
}

void vt_session_keep_view(struct vt_conversation *conv)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_evt_view_kept d;
    vt_arena_init(&arena, VIEW_MAX_BYTES);
    if (!conv->view || !vt_view_keep(conv->view, vt_now_ms(), &arena, &d))
        return;
    if (d.mode == VT_VIEW_MODE_SPIN)
        keep_frame(conv, &arena, &d);
    if (d.mode == VT_VIEW_MODE_FILM || d.mode == VT_VIEW_MODE_IMAGE) /* by what it is, played or not */
        d.mode = vt_told_film_ms(conv, d.media) > 0 ? VT_VIEW_MODE_FILM : VT_VIEW_MODE_IMAGE;
    vt_recap_note(conv, &arena, &d);
    const struct vt_thread_row row = { .op = VT_OP_VIEW_KEPT, .by = "", .d = &d };
    int err = vt_thread_append(conv, &row, NULL, NULL, NULL);
    if (err)
        vt_log(VT_LOG_WARN, "session.view-kept", VT_LOG_T("reference", conv->session.reference),
               VT_LOG_T("err", vt_err_name(err)));
}

/* A console window beats fast while any of its sessions is live. */
static bool has_live(const struct vt_peer *peer)
{
    VT_LIST_EACH (member, (struct vt_list *)&peer->members, struct vt_member, of_peer)
        if (member->conv->session.state == VT_STATE_LIVE)
            return true;
    return false;
}

static void enter(struct vt_conversation *conv, enum vt_state from)
{
    enum vt_state to = conv->session.state;
    if (to == VT_STATE_LIVE && vt_chans_open(conv) != VT_OK)
        vt_log(VT_LOG_WARN, "session.channels", VT_LOG_T("conv", conv->conv));
    if (to == VT_STATE_ENDED || to == VT_STATE_WAITING) {
        vt_consent_end(conv, VT_CONSENT_PAGE, VT_CONSENT_WHY_ENDED);
        vt_chans_close(conv);
    }
    vt_mirror_update(conv);
    if (to != VT_STATE_LIVE && to != VT_STATE_AWAY)
        vt_ask_close(conv, "ended");
    if (to == VT_STATE_ENDED)
        vt_guests_out(conv);
    if ((from == VT_STATE_LIVE) != (to == VT_STATE_LIVE))
        VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
            vt_peer_beat(member->peer, has_live(member->peer));
}

void vt_session_finish(struct vt_conversation *conv)
{
    if (conv->session.state != VT_STATE_NONE)
        vt_metric_inc(&sessions[conv->session.state], -1);
    free(conv->session.product);
    free(conv->session.question);
    conv->session = (struct vt_session){ .state = VT_STATE_NONE };
}

static void announce(struct vt_conversation *conv, const char *why)
{
    struct vt_t_session_info info;
    struct vt_t_associate associate;
    vt_session_info(conv, &info, &associate);
    if (why)
        info.why = vt_str(why);
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_SESSION_STATE, .d = &info }, NULL);
}

/* Whoever served is known from now on, and has room for another. */
static void unpair(struct vt_conversation *conv)
{
    memcpy(conv->known, conv->session.associate, sizeof(conv->known));
    conv->known_ms = vt_wall_ms();
    conv->app->deps.coord->ops->load_add(conv->app->deps.coord, vt_practice_load(conv, conv->known), -1);
}

void vt_session_unclaimed(struct vt_conversation *conv)
{
    if (conv->session.unclaimed)
        return;
    conv->session.unclaimed = true;
    announce(conv, NULL);
    vt_queue_row_changed(conv);
}

/* Words of our own; who ends a session may say anything, and that is nothing for the log. */
static const char *why_logged(const char *why)
{
    static const char *const own[] = { "associate-left", "back",    "code",  "ended",    "erased",  "left",
                                       "line",           "restart", "store", "takeover", "transfer" };
    for (size_t i = 0; why && i < VT_COUNT(own); i++)
        if (strcmp(own[i], why) == 0)
            return own[i];
    return why ? "said" : "";
}

int vt_session_set(struct vt_conversation *conv, enum vt_state state, const char *why)
{
    struct vt_session *session = &conv->session;
    enum vt_state from = session->state;
    if (!vt_session_may(from, state))
        return VT_ERR_STATE_WRONG;
    for (int i = 0; i < VT_STATE_COUNT; i++)
        vt_metrics_add(&sessions[i]);
    vt_metric_inc(&sessions[from], from == VT_STATE_NONE ? 0 : -1);
    vt_metric_inc(&sessions[state], 1);
    session->state = state;
    session->since = vt_wall_ms();
    bool was_paired = from == VT_STATE_LIVE || from == VT_STATE_AWAY;
    bool is_paired = state == VT_STATE_LIVE || state == VT_STATE_AWAY;
    if (was_paired && state == VT_STATE_ENDED) {
        vt_session_keep_view(conv);
        session->recap_due = !vt_practice_is(conv);
        if (session->paired > 0 &&
            !vt_practice_is(conv)) /* handed back or lost is no measure of what one takes */
            vt_queue_forecast_served(conv->app, conv->site, session->since - session->paired);
    }
    if (is_paired && !was_paired)
        session->paired = session->since;
    if (was_paired && !is_paired)
        unpair(conv);
    if (state == VT_STATE_ENDED)
        session->ended = session->since;
    if (state == VT_STATE_LIVE && session->taken == 0)
        session->taken = session->since;
    if (state == VT_STATE_WAITING)
        session->associate[0] = '\0';
    if (!vt_session_waits(session)) {
        conv->place = 0;
        session->unclaimed = false;
    }
    enter(conv, from);
    announce(conv, why);
    vt_queue_row_changed(conv);
    if (was_paired != is_paired)
        vt_presence_load(conv->app, is_paired ? session->associate : conv->known);
    vt_log(VT_LOG_INFO, "session.state", VT_LOG_T("reference", session->reference),
           VT_LOG_T("state", vt_state_name(state)), VT_LOG_T("why", why_logged(why)));
    vt_guide_wake(conv);
    return VT_OK;
}

int vt_session_pair(struct vt_conversation *conv, const char *person, const char *why)
{
    struct vt_session *session = &conv->session;
    struct vt_coord *coord = conv->app->deps.coord;
    char former[VT_PERSON_TEXT];
    if (session->state != VT_STATE_LIVE && session->state != VT_STATE_AWAY)
        return VT_ERR_STATE_WRONG;
    memcpy(former, session->associate, sizeof(former));
    coord->ops->load_add(coord, vt_str(former), -1);
    coord->ops->load_add(coord, vt_str(person), 1);
    vt_str_copy(session->associate, sizeof(session->associate), vt_str(person));
    vt_people_paired(conv, former);
    announce(conv, why);
    vt_queue_row_changed(conv);
    vt_presence_load(conv->app, former);
    vt_presence_load(conv->app, session->associate);
    vt_log(VT_LOG_INFO, "session.pair", VT_LOG_T("reference", session->reference), VT_LOG_T("why", why));
    return VT_OK;
}

/* Spoken at the start: a digit, a dash, three digits; unique among the site's running sessions. */
static void new_reference(struct vt_conversation *conv)
{
    bool taken;
    do {
        uint32_t number;
        vt_random(&number, sizeof(number));
        snprintf(conv->session.reference, sizeof(conv->session.reference), "%u-%03u", number % 9 + 1,
                 number / 9 % 1000);
        taken = false;
        size_t seen = 0;
        VT_LIST_EACH (other, &conv->app->conversations_list, struct vt_conversation, link) {
            taken |= other != conv && vt_session_runs(&other->session) &&
                     strcmp(other->site, conv->site) == 0 &&
                     strcmp(other->session.reference, conv->session.reference) == 0;
            seen++;
        }
        if (seen > 4000)
            break; /* the space is nearly full: a double is better than a search without end */
    } while (taken);
}

void vt_session_begin(struct vt_conversation *conv, struct vt_str queue)
{
    struct vt_session *session = &conv->session;
    vt_id_new(session->sid);
    new_reference(conv);
    vt_str_copy(session->queue, sizeof(session->queue), queue);
    session->associate[0] = '\0';
    session->joined = session->created = vt_wall_ms();
    session->ended = session->taken = session->paired = 0;
    session->eta[0] = session->eta[1] = 0;
    session->away_until_ms = 0;
    session->unclaimed = false;
    if (conv->view)
        vt_view_close(conv->view);
}
