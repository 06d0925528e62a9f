/* SPDX-License-Identifier: Apache-2.0 */
#include "server/conversation.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/act.h"
#include "server/answer_mail.h"
#include "server/ask.h"
#include "server/base/err.h"
#include "server/chan.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/join.h"
#include "server/log.h"
#include "server/mirror.h"
#include "server/notice.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/queue.h"
#include "server/recap.h"
#include "server/rights.h"
#include "server/ring.h"
#include "server/session.h"
#include "server/trail.h"
#include "server/view.h"

enum { KEY_TEXT = VT_PERSON_TEXT + VT_CONV_TEXT + 2 };

struct vt_conv_waiter {
    struct vt_list link;
    vt_conv_fn *done;
    void *arg;
};

static void key_of(char ret[KEY_TEXT], struct vt_str site, struct vt_str conv)
{
    snprintf(ret, KEY_TEXT, "%.*s/%.*s", VT_STR_ARG(site), VT_STR_ARG(conv));
}

static struct vt_conversation *any(struct vt_app *app, struct vt_str site, struct vt_str conv)
{
    char key[KEY_TEXT];
    key_of(key, site, conv);
    return vt_map_get(&app->conversations, vt_str(key));
}

struct vt_conversation *vt_conv_find(struct vt_app *app, struct vt_str site, struct vt_str conv)
{
    struct vt_conversation *found = any(app, site, conv);
    return found && found->loaded ? found : NULL;
}

static struct vt_conversation *create(struct vt_app *app, struct vt_str site, struct vt_str id)
{
    char key[KEY_TEXT];
    struct vt_conversation *conv = calloc(1, sizeof(*conv));
    if (!conv)
        return NULL;
    key_of(key, site, id);
    conv->app = app;
    conv->key = strdup(key);
    vt_list_init(&conv->waiters);
    vt_list_init(&conv->members);
    vt_list_init(&conv->link);
    if (!conv->key || !vt_str_copy(conv->site, sizeof(conv->site), site) ||
        !vt_str_copy(conv->conv, sizeof(conv->conv), id) ||
        vt_map_set(&app->conversations, vt_str(key), conv) != VT_OK) {
        free(conv->key);
        free(conv);
        return NULL;
    }
    conv->number = ++app->next_number;
    conv->idle_since_ms = vt_now_ms();
    vt_list_append(&app->conversations_list, &conv->link);
    return conv;
}

void vt_conv_destroy(struct vt_conversation *conv)
{
    if (!conv)
        return;
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        vt_conv_leave(member);
    vt_mirror_finish(conv);
    vt_acts_finish(conv);
    vt_chans_close(conv);
    vt_ring_end(conv, VT_CLAIM_WHY_LEFT);
    vt_notice_finish(conv);
    conv->app->deps.coord->ops->hist_drop(conv->app->deps.coord, vt_str(conv->key));
    vt_map_remove(&conv->app->conversations, vt_str(conv->key));
    vt_list_remove(&conv->link);
    for (size_t i = 0; i < conv->trail_n; i++)
        free(conv->trail[i].body);
    free(conv->trail);
    free(conv->cart);
    for (size_t i = 0; conv->cids && i < VT_CIDS; i++)
        free(conv->cids[i].d);
    free(conv->cids);
    free(conv->attention.put);
    vt_ask_close(conv, "ended");
    free(conv->profile);
    free(conv->people);
    vt_session_finish(conv);
    vt_view_destroy(conv->view);
    free(conv->key);
    free(conv);
}

/* --- loading ---------------------------------------------------------------------------------- */

struct loading {
    struct vt_post post;
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    struct vt_conv_waiter now; /* for a conversation that is in memory already */
};

static void answer_waiters(struct vt_conversation *conv, int err)
{
    while (!vt_list_is_empty(&conv->waiters)) {
        struct vt_conv_waiter *waiter = VT_CONTAINER_OF(conv->waiters.next, struct vt_conv_waiter, link);
        vt_list_remove(&waiter->link);
        waiter->done(waiter->arg, err ? NULL : conv, err);
        free(waiter);
    }
}

static void fail(struct loading *loading, int err)
{
    struct vt_conversation *conv = any(loading->app, vt_str(loading->site), vt_str(loading->conv));
    if (conv) {
        answer_waiters(conv, err == VT_ERR_MISSING ? VT_ERR_NOT_FOUND : VT_ERR_STORE_UNAVAILABLE);
        vt_conv_destroy(conv);
    }
    free(loading);
}

static void handle_consents(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct loading *loading = arg;
    struct vt_conversation *conv = any(loading->app, vt_str(loading->site), vt_str(loading->conv));
    (void)more; /* the newest count */
    if (err || !conv) {
        fail(loading, err);
        return;
    }
    vt_consent_load(conv, rows, n);
    conv->loaded = true;
    free(loading);
    answer_waiters(conv, VT_OK);
}

static void handle_pages(void *arg, int err, const struct vt_str *bodies, size_t n)
{
    struct loading *loading = arg;
    struct vt_conversation *conv = any(loading->app, vt_str(loading->site), vt_str(loading->conv));
    if (err || !conv) {
        fail(loading, err);
        return;
    }
    for (size_t i = 0; i < n && conv->trail_n < VT_TRAIL_MAX; i++)
        vt_trail_keep(conv, bodies[i]);
    if (vt_store_consents(loading->app->deps.store, vt_str(loading->site), vt_str(loading->conv), VT_STR(""),
                          VT_CONSENT_LAST, handle_consents, loading) != VT_OK)
        fail(loading, VT_ERR_FULL);
}

static void handle_marks(void *arg, int err, const struct vt_store_mark *marks, size_t n)
{
    struct loading *loading = arg;
    struct vt_conversation *conv = any(loading->app, vt_str(loading->site), vt_str(loading->conv));
    if (!err && conv)
        err = vt_people_load(conv, marks, n);
    if (err || !conv ||
        vt_store_pages(loading->app->deps.store, vt_str(loading->site), vt_str(loading->conv), VT_TRAIL_MAX,
                       handle_pages, loading) != VT_OK)
        fail(loading, err ? err : VT_ERR_FULL);
}

static void handle_owned(void *arg, int err, const struct vt_store_conv *row)
{
    struct loading *loading = arg;
    struct vt_conversation *conv = any(loading->app, vt_str(loading->site), vt_str(loading->conv));
    if (!err && conv) {
        conv->epoch = row->epoch;
        conv->cs = row->cs;
        vt_str_copy(conv->customer, sizeof(conv->customer), row->customer);
        vt_profile_load(conv, row->profile);
        vt_str_copy(conv->known, sizeof(conv->known), row->known);
        conv->known_ms = row->known_at;
        vt_str_copy(conv->session.queue, sizeof(conv->session.queue), row->queue);
        /* Notes may lie between, so the customer's chain starts from what each client brings. */
        for (int a = 0; a < VT_AUDIENCES; a++)
            conv->last_cs[a] = row->cs;
        err = vt_store_marks(loading->app->deps.store, vt_str(loading->site), vt_str(loading->conv),
                             handle_marks, loading);
        if (!err)
            return;
    }
    fail(loading, err);
}

static void handle_in_memory(void *arg)
{
    struct loading *loading = arg;
    struct vt_conversation *conv = vt_conv_find(loading->app, vt_str(loading->site), vt_str(loading->conv));
    loading->now.done(loading->now.arg, conv, conv ? VT_OK : VT_ERR_NOT_FOUND);
    free(loading);
}

static int wait_for(struct vt_conversation *conv, vt_conv_fn *done, void *arg)
{
    struct vt_conv_waiter *waiter = calloc(1, sizeof(*waiter));
    if (!waiter)
        return VT_ERR_NOMEM;
    waiter->done = done;
    waiter->arg = arg;
    vt_list_append(&conv->waiters, &waiter->link);
    return VT_OK;
}

int vt_conv_load(struct vt_app *app, struct vt_str site, struct vt_str id, vt_conv_fn *done, void *arg)
{
    struct vt_conversation *conv = any(app, site, id);
    if (conv && !conv->loaded)
        return wait_for(conv, done, arg);
    struct loading *loading = calloc(1, sizeof(*loading));
    if (!loading)
        return VT_ERR_NOMEM;
    loading->app = app;
    loading->now.done = done;
    loading->now.arg = arg;
    int err = vt_str_copy(loading->site, sizeof(loading->site), site) &&
                      vt_str_copy(loading->conv, sizeof(loading->conv), id)
                  ? VT_OK
                  : VT_ERR_NOT_FOUND;
    if (!err && conv) {
        if (vt_list_is_empty(&conv->members)) /* somebody is on the way: not to be swept before */
            conv->idle_since_ms = vt_now_ms();
        vt_loop_post_own(app->deps.loop, &loading->post, handle_in_memory, loading);
    } else if (!err) {
        conv = create(app, site, id);
        err = conv ? wait_for(conv, done, arg) : VT_ERR_NOMEM;
        if (!err)
            err = vt_store_conv_own(app->deps.store, site, id, handle_owned, loading);
        if (err && conv) {
            while (!vt_list_is_empty(&conv->waiters)) {
                struct vt_conv_waiter *waiter = VT_CONTAINER_OF(conv->waiters.next, struct vt_conv_waiter,
                                                                link);
                vt_list_remove(&waiter->link);
                free(waiter);
            }
            vt_conv_destroy(conv);
        }
    }
    if (err)
        free(loading);
    return err;
}

/* --- members ---------------------------------------------------------------------------------- */

struct vt_member *vt_conv_member(struct vt_conversation *conv, const struct vt_peer *peer)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->peer == peer)
            return member;
    return NULL;
}

bool vt_conv_has_customer(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->peer->role == VT_ROLE_CUSTOMER && member->peer->phase != VT_PHASE_CLOSING)
            return true;
    return false;
}

/* The same customer in another tab: the newer socket leads. */
static void displace(struct vt_conversation *conv, const struct vt_peer *by)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (by->role == VT_ROLE_CUSTOMER && member->peer->role == VT_ROLE_CUSTOMER)
            vt_peer_close(member->peer, VT_CLOSE_OTHER_TAB, "another tab leads");
}

int vt_conv_join(struct vt_conversation *conv, struct vt_peer *peer, struct vt_member **ret_member)
{
    uint8_t index;
    size_t here = 0;
    displace(conv, peer);
    VT_LIST_EACH (other, &conv->members, struct vt_member, of_conv)
        here += other->peer->phase != VT_PHASE_CLOSING;
    if (here >= (size_t)conv->app->deps.config->people)
        return VT_ERR_CAP_REACHED;
    struct vt_member *member = calloc(1, sizeof(*member));
    int err = member ? vt_people_add(conv, peer, &index) : VT_ERR_OVERLOADED;
    if (err) {
        free(member);
        return err;
    }
    /* It holds from the first moment: not even a channel may reach the peer before its welcome. */
    *member = (struct vt_member){ .peer = peer, .conv = conv, .person = index, .holding = true };
    vt_list_append(&conv->members, &member->of_conv);
    vt_list_append(&peer->members, &member->of_peer);
    conv->idle_since_ms = 0;
    if (conv->session.state == VT_STATE_LIVE && vt_chans_open(conv) != VT_OK)
        vt_log(VT_LOG_WARN, "session.channels", VT_LOG_T("conv", conv->conv));
    vt_mirror_update(conv);
    *ret_member = member;
    return VT_OK;
}

void vt_conv_leave(struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    uint8_t index = member->person;
    vt_acts_left(member);
    vt_mirror_left(member);
    vt_chans_close_member(member);
    vt_join_unhold(member);
    vt_list_remove(&member->of_conv);
    vt_list_remove(&member->of_peer);
    free(member);
    if (vt_list_is_empty(&conv->members))
        conv->idle_since_ms = vt_now_ms();
    vt_mirror_update(conv);
    vt_people_left(conv, &conv->people[index]);
}

/* --- time ------------------------------------------------------------------------------------- */

static bool is_idle(const struct vt_conversation *conv, int64_t now_ms)
{
    return conv->loaded && conv->idle_since_ms > 0 && vt_list_is_empty(&conv->members) &&
           !vt_session_runs(&conv->session) && conv->contact == 0 && conv->answer.due_ms == 0 &&
           now_ms - conv->idle_since_ms > conv->app->deps.config->away_hold &&
           vt_list_is_empty(&conv->waiters);
}

void vt_conv_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    if (!conv->loaded)
        return;
    vt_people_sweep(conv, now_ms);
    vt_rights_sweep(conv);
    vt_ask_sweep(conv);
    vt_ring_sweep(conv, now_ms);
    vt_notice_sweep(conv);
    vt_chans_ease(conv, now_ms);
    vt_acts_sweep(conv, now_ms);
    vt_consent_sweep(conv, now_ms);
    vt_mirror_sweep(conv, now_ms);
    vt_answer_mail_sweep(conv, now_ms);
    vt_recap_sweep(conv);
    if (conv->view_unsaved)
        vt_session_view_changed(conv);
    if (vt_practice_is(conv))
        vt_practice_sweep(conv, now_ms); /* it may be gone now */
    else if (is_idle(conv, now_ms))
        vt_conv_destroy(conv);
}

/* --- what a restart finds --------------------------------------------------------------------- */

struct restoring {
    struct vt_app *app;
    int state;
    char sid[VT_ID_TEXT], reference[16], queue[65], associate[VT_PERSON_TEXT], lang[36];
    int64_t joined, created;
    char *view, *product; /* owned */
};

static void restore_view(struct vt_conversation *conv, const char *json)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_view from = { 0 };
    struct vt_error error;
    vt_arena_init(&arena, 8 * 1024 * 1024);
    if (vt_decode_body(&arena, &vt_shape_view, vt_str(json), &from, &error) != VT_OK)
        return;
    conv->view = vt_view_create();
    if (conv->view && vt_view_import(conv->view, &from) != VT_OK) {
        vt_view_destroy(conv->view);
        conv->view = NULL;
    }
}

static void handle_queued(void *arg, int err)
{
    (void)arg;
    if (err)
        vt_log(VT_LOG_WARN, "queue.restore", VT_LOG_T("err", vt_err_name(err)));
}

static void handle_restored(void *arg, struct vt_conversation *conv, int err)
{
    struct restoring *from = arg;
    struct vt_app *app = from->app;
    if (conv && !vt_session_runs(&conv->session)) {
        struct vt_session *session = &conv->session;
        memcpy(session->sid, from->sid, sizeof(session->sid));
        memcpy(session->reference, from->reference, sizeof(session->reference));
        memcpy(session->queue, from->queue, sizeof(session->queue));
        memcpy(session->lang, from->lang, sizeof(session->lang));
        session->joined = from->joined;
        session->created = from->created;
        session->product = VT_TAKE(from->product);
        if (from->view)
            restore_view(conv, from->view);
        conv->idle_since_ms = vt_now_ms();
        /* Through the setter, so that counters, channels and lists agree. */
        vt_session_set(conv, VT_STATE_WAITING, "restart");
        if (from->state == VT_STATE_LIVE || from->state == VT_STATE_AWAY) {
            memcpy(session->associate, from->associate, sizeof(session->associate));
            app->deps.coord->ops->load_add(app->deps.coord, vt_str(session->associate), 1);
            vt_session_set(conv, VT_STATE_LIVE, "restart");
            vt_consent_restore(conv);
        } else {
            vt_queue_enter(conv, handle_queued, NULL);
        }
        vt_people_restored(conv);
    }
    if (err)
        vt_log(VT_LOG_ERROR, "session.restore", VT_LOG_T("reference", from->reference), VT_LOG_N("err", err));
    free(from->view);
    free(from->product);
    free(from);
    if (--app->restoring == 0)
        vt_app_restored(app);
}

int vt_conv_restore(struct vt_app *app, const struct vt_store_session *row)
{
    struct restoring *from = calloc(1, sizeof(*from));
    if (!from)
        return VT_ERR_NOMEM;
    *from = (struct restoring){
        .app = app, .state = row->state, .joined = row->joined, .created = row->created
    };
    vt_str_copy(from->sid, sizeof(from->sid), row->sid);
    vt_str_copy(from->reference, sizeof(from->reference), row->reference);
    vt_str_copy(from->queue, sizeof(from->queue), row->queue);
    vt_str_copy(from->lang, sizeof(from->lang), row->lang);
    vt_str_copy(from->associate, sizeof(from->associate), row->associate);
    from->view = row->view.len > 0 ? vt_str_dup(row->view) : NULL;
    from->product = row->info.len > 0 ? vt_str_dup(row->info) : NULL;
    int err = vt_conv_load(app, row->site, row->conv, handle_restored, from);
    if (err) {
        free(from->view);
        free(from->product);
        free(from);
        return err;
    }
    app->restoring++;
    return VT_OK;
}
