/* SPDX-License-Identifier: Apache-2.0 */
/* queue.* and claim.*: asking for an associate, and taking a customer. session.end. */
#include "server/queue.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/join.h"
#include "server/practice.h"
#include "server/presence.h"
#include "server/profile.h"
#include "server/queue_status.h"
#include "server/rights.h"
#include "server/ring.h"
#include "server/session.h"
#include "server/site.h"
#include "server/takeover.h"
#include "server/thread.h"

enum { ROWS_MAX = 200, PRODUCT_BYTES = 16384 };

/* --- the customer asks -------------------------------------------------------------------------- */

static struct vt_conversation *conv_of(const struct vt_reply_to *to)
{
    return vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
}

/* A place that could not be stored would be lost by a restart: it is not given. */
static void unplace(struct vt_conversation *conv)
{
    if (!vt_session_waits(&conv->session))
        return;
    vt_queue_leave(conv);
    vt_session_set(conv, VT_STATE_ENDED, "store");
}

static void handle_join_stored(void *arg, int err)
{
    struct vt_reply_to *to = arg;
    struct vt_conversation *conv = conv_of(to);
    if (err || !conv) {
        if (conv)
            unplace(conv);
        vt_reply_error(to, VT_ERR_STORE_UNAVAILABLE, NULL);
    } else {
        struct vt_rep_queue_join rep = { .position = vt_queue_place(conv) };
        memcpy(rep.eta, conv->session.eta, sizeof(rep.eta));
        vt_reply_ok(to, NULL, &rep);
    }
    free(to);
}

/* What was asked with the place is the thread's first row; it is committed before the place is
 * answered, since the store keeps the order of the calls. */
static void say_question(struct vt_conversation *conv, const struct vt_reply_to *to)
{
    VT_FREE
    char *text = VT_TAKE(conv->session.question);
    if (!text)
        return;
    struct vt_evt_chat_send d = { .kind = VT_CHAT_KIND_TEXT, .body = { .text = vt_str(text) } };
    struct vt_thread_row row = { .op = VT_OP_CHAT_SEND, .by = "c", .cid = vt_str(to->cid), .d = &d };
    vt_thread_append(conv, &row, NULL, NULL,
                     NULL); /* refused: so is the session's row behind it, and the place */
}

static void handle_placed(void *arg, int err)
{
    struct vt_reply_to *to = arg;
    struct vt_conversation *conv = conv_of(to);
    bool here = vt_peer_find(to->app, to->peer) != NULL;
    if (conv)
        conv->session.joining = false;
    if (!err && conv && !here)
        vt_queue_leave(conv); /* gone within the turn: nobody would ever give the place up */
    if (err || !conv || !here) {
        vt_reply_error(to, err == VT_ERR_FULL ? VT_ERR_QUEUE_FULL : VT_ERR_OVERLOADED, NULL);
        free(to);
        return;
    }
    say_question(conv, to);
    vt_session_set(conv, VT_STATE_WAITING, NULL); /* nothing else changes it while `joining` is set */
    /* Now, not with the answer: somebody may take the customer before the place is committed. */
    vt_queue_estimate(conv, vt_queue_place(conv), conv->session.eta);
    if (vt_session_save(conv, handle_join_stored, to) != VT_OK)
        handle_join_stored(to, VT_ERR_FULL);
}

static void keep_product(struct vt_session *session, const struct vt_t_product_ref *product)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(PRODUCT_BYTES);
    free(session->product);
    session->product = NULL;
    if (product && vt_encode_body(&json, &vt_shape_product_ref, product) == VT_OK)
        session->product = strdup(vt_buf_cstr(&json));
}

/* Hours and choice are the shop's customers'; a practice has a line of its own. */
static bool choose_line(const struct vt_conversation *conv, const struct vt_settings *settings,
                        const struct vt_msg_queue_join *msg, struct vt_str *ret_queue, int64_t *ret_open_ms)
{
    const struct vt_setting_queue *queue;
    *ret_queue = vt_str(conv->customer);
    if (vt_practice_is(conv))
        return true;
    queue = vt_queue_choose(settings, msg->queue, msg->lang, vt_wall_ms(), ret_open_ms);
    if (queue)
        *ret_queue = queue->id;
    return queue != NULL;
}

static int refuse_closed(struct vt_request *rq, int64_t open_ms)
{
    int64_t in_ms = open_ms > 0 ? open_ms - vt_wall_ms() : 0;
    rq->error.after_ms = in_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)in_ms;
    return vt_request_fail(rq, VT_ERR_QUEUE_CLOSED, "/d/queue",
                           open_ms > 0 ? "closed now; queue.status says when it opens"
                                       : "closed; a message can be left");
}

int vt_on_queue_join(struct vt_request *rq)
{
    const struct vt_msg_queue_join *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(conv->site));
    struct vt_str queue;
    int64_t open_ms;
    if (conv->session.joining) /* the place asked for first is on its way */
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "", "a place is being given already");
    if (!site)
        return VT_ERR_OVERLOADED;
    if (!choose_line(conv, site->settings, msg, &queue, &open_ms))
        return refuse_closed(rq, open_ms);
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    vt_session_begin(conv, queue);
    vt_str_copy(conv->session.lang, sizeof(conv->session.lang), msg->lang);
    keep_product(&conv->session, msg->product);
    free(conv->session.question);
    conv->session.question = msg->text.len > 0 ? vt_str_dup(msg->text) : NULL;
    int err = vt_queue_enter(conv, handle_placed, to);
    conv->session.joining = err == VT_OK;
    if (err) {
        rq->peer->requests_open--;
        free(to);
    }
    return err;
}

int vt_on_queue_leave(struct vt_request *rq)
{
    struct vt_conversation *conv = rq->member->conv;
    vt_queue_leave(conv);
    int err = vt_session_set(conv, VT_STATE_ENDED, "left");
    if (err)
        return err;
    vt_session_save(conv, NULL, NULL);
    return vt_reply_now(rq, NULL, NULL);
}

/* --- the consoles' lists ------------------------------------------------------------------------- */

static bool is_in_tab(const struct vt_conversation *conv, const struct vt_peer *peer,
                      const struct vt_msg_queue_watch *msg)
{
    const struct vt_session *session = &conv->session;
    bool listed = vt_session_runs(session) || conv->contact > 0; /* a message to answer has no session */
    if (!conv->loaded || !listed || strcmp(conv->site, peer->site) != 0 || !vt_rights_conv(conv, peer) ||
        (msg->queue.ptr && !vt_str_eq(msg->queue, vt_str(session->queue))) ||
        (msg->label.ptr && !vt_profile_has_label(conv, msg->label)))
        return false;
    if (msg->tab == VT_WATCH_TAB_MINE)
        return vt_session_runs(session) && strcmp(session->associate, peer->person) == 0;
    return msg->tab == VT_WATCH_TAB_ALL || !vt_session_runs(session) || session->associate[0] == '\0';
}

int vt_on_queue_watch(struct vt_request *rq)
{
    const struct vt_msg_queue_watch *msg = rq->env->msg;
    struct vt_rep_queue_watch rep = { .rows = vt_arena_array(&rq->app->arena, ROWS_MAX,
                                                             sizeof(struct vt_t_queue_row)) };
    if (!rep.rows)
        return VT_ERR_OVERLOADED;
    VT_LIST_EACH (conv, &rq->app->conversations_list, struct vt_conversation, link)
        if (rep.rows_n < ROWS_MAX && is_in_tab(conv, rq->peer, msg))
            vt_queue_row(conv, &rq->app->arena, &rep.rows[rep.rows_n++]);
    rq->peer->watch = (int8_t)msg->tab;
    vt_reply_now(rq, NULL, &rep);
    vt_presence_show(rq->peer);
    return VT_OK;
}

/* --- an associate takes a customer ---------------------------------------------------------------- */

struct taking {
    struct vt_reply_to to;
    char person[VT_PERSON_TEXT]; /* who takes: the count goes back to them even when the socket has gone */
    char load[VT_PERSON_TEXT];   /* for whom coord counts it */
    char conv[VT_CONV_TEXT];
    struct vt_join *join; /* owned until flushed */
    bool counted;         /* coord has counted the session */
};

static struct vt_conversation *taken(const struct taking *taking)
{
    return vt_conv_find(taking->to.app, vt_str(taking->to.site), vt_str(taking->conv));
}

static void give_back(struct taking *taking, int err)
{
    struct vt_coord *coord = taking->to.app->deps.coord;
    struct vt_conversation *conv = taken(taking);
    if (taking->counted) {
        coord->ops->load_add(coord, vt_str(taking->load), -1);
        if (conv && conv->session.state == VT_STATE_CLAIMED)
            vt_session_set(conv, VT_STATE_WAITING, NULL);
        if (conv && conv->session.state == VT_STATE_WAITING)
            vt_queue_enter(conv, NULL, NULL); /* the place is by joining time, so it is the old one */
    }
    if (taking->join)
        vt_join_drop(taking->join);
    vt_reply_error(&taking->to, err, NULL);
    free(taking);
}

static void answer_take(struct taking *taking, struct vt_member *member)
{
    vt_takeover_answer(&taking->to, taking->join, member);
    free(taking);
}

static void handle_take_stored(void *arg, int err)
{
    struct taking *taking = arg;
    struct vt_conversation *conv = taken(taking);
    struct vt_member *member = vt_join_member(taking->join);
    if (err || !conv || !member) {
        taking->counted = false; /* the setter gives the load back */
        if (conv && vt_session_is_of(&conv->session, taking->person) &&
            vt_session_set(conv, VT_STATE_WAITING, "associate-left") == VT_OK) {
            vt_queue_enter(conv, NULL, NULL);
            vt_session_save(conv, NULL, NULL);
        }
        give_back(taking, VT_ERR_STORE_UNAVAILABLE);
        return;
    }
    answer_take(taking, member);
}

static void handle_take_joined(void *arg, struct vt_join *join, int err)
{
    struct taking *taking = arg;
    struct vt_member *member = join ? vt_join_member(join) : NULL;
    taking->join = join;
    if (err || !member || !vt_session_waits(&member->conv->session)) {
        give_back(taking, err == VT_ERR_GONE || !err ? VT_ERR_CLAIM_GONE : err);
        return;
    }
    struct vt_conversation *conv = member->conv;
    memcpy(conv->session.associate, member->peer->person, sizeof(conv->session.associate));
    vt_session_set(conv, VT_STATE_LIVE, NULL);
    vt_queue_accepted(conv);
    if (vt_session_save(conv, handle_take_stored, taking) != VT_OK)
        handle_take_stored(taking, VT_ERR_FULL);
}

static void handle_accepted(void *arg, int err)
{
    struct taking *taking = arg;
    struct vt_conversation *conv = taken(taking);
    struct vt_peer *peer = vt_peer_find(taking->to.app, taking->to.peer);
    taking->counted = err == VT_OK;
    if (!err && conv) /* theirs: nobody else is asked any more */
        vt_ring_end(conv, VT_CLAIM_WHY_TAKEN);
    if (err || !conv || !peer) {
        give_back(taking, err == VT_ERR_FULL ? VT_ERR_CAP_REACHED : VT_ERR_CLAIM_GONE);
        return;
    }
    err = vt_join_start(conv, peer, (struct vt_position){ 0 }, handle_take_joined, taking);
    if (err)
        give_back(taking, err);
}

/* The answer to an earlier take was lost with the line; the session is theirs, so the answer is the same. */
static void handle_taken_already(void *arg, struct vt_join *join, int err)
{
    struct taking *taking = arg;
    struct vt_member *member = join ? vt_join_member(join) : NULL;
    taking->join = join;
    if (err || !member) {
        give_back(taking, err == VT_ERR_GONE || !err ? VT_ERR_CLAIM_GONE : err);
        return;
    }
    answer_take(taking, member);
}

static void handle_take_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct taking *taking = arg;
    struct vt_app *app = taking->to.app;
    struct vt_peer *peer = vt_peer_find(app, taking->to.peer);
    char key[VT_QUEUE_KEY_TEXT];
    if (!err && peer && !vt_rights_conv(conv, peer))
        err = VT_ERR_NOT_FOUND;
    if (!err && peer && vt_session_is_of(&conv->session, peer->person)) {
        err = vt_join_start(conv, peer, (struct vt_position){ 0 }, handle_taken_already, taking);
        if (err)
            give_back(taking, err);
        return;
    }
    if (err || !peer || !vt_session_waits(&conv->session)) {
        give_back(taking, err ? err : VT_ERR_CLAIM_GONE);
        return;
    }
    const struct vt_staff *staff = vt_presence_find(app, peer->person);
    uint32_t cap = vt_practice_is(conv) ? UINT32_MAX /* beside the customers one has */
                   : staff              ? vt_presence_cap(app, staff)
                                        : (uint32_t)app->deps.config->capacity;
    vt_queue_key(key, conv->site, conv->session.queue);
    vt_str_copy(taking->load, sizeof(taking->load), vt_practice_load(conv, peer->person));
    err = app->deps.coord->ops->q_accept(app->deps.coord, vt_str(key), vt_str(conv->key),
                                         vt_str(taking->load), cap, handle_accepted, taking);
    if (err)
        give_back(taking, VT_ERR_OVERLOADED);
}

int vt_on_claim_take(struct vt_request *rq)
{
    const struct vt_msg_claim_take *msg = rq->env->msg;
    if (vt_takeover_is(rq, msg->conv))
        return vt_takeover(rq, msg->conv);
    struct taking *taking = calloc(1, sizeof(*taking));
    if (!taking)
        return VT_ERR_OVERLOADED;
    taking->to = vt_reply_later(rq);
    memcpy(taking->person, rq->peer->person, sizeof(taking->person));
    vt_str_copy(taking->conv, sizeof(taking->conv), msg->conv);
    int err = vt_conv_load(rq->app, vt_str(rq->peer->site), msg->conv, handle_take_loaded, taking);
    if (err) {
        rq->peer->requests_open--;
        free(taking);
    }
    return err;
}

int vt_on_claim_decline(struct vt_request *rq)
{
    const struct vt_msg_claim_decline *msg = rq->env->msg;
    struct vt_conversation *conv = vt_conv_find(rq->app, vt_str(rq->peer->site), msg->conv);
    struct vt_staff *staff = vt_presence_find(rq->app, rq->peer->person);
    int err = conv ? vt_ring_decline(conv, rq->peer->person) : VT_ERR_CLAIM_GONE;
    if (err)
        return err;
    if (staff && msg->has_away && msg->away)
        vt_presence_choose(rq->app, staff, VT_STAFF_MODE_BUSY, 0);
    return vt_reply_now(rq, NULL, NULL);
}

/* --- the end --------------------------------------------------------------------------------------- */

static void handle_end_stored(void *arg, int err)
{
    struct vt_reply_to *to = arg;
    if (err)
        vt_reply_error(to, VT_ERR_STORE_UNAVAILABLE, NULL);
    else
        vt_reply_ok(to, NULL, NULL);
    free(to);
}

int vt_on_session_end(struct vt_request *rq)
{
    const struct vt_msg_session_end *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    char why[65];
    vt_str_copy(why, sizeof(why), msg->why.len > 0 ? msg->why : VT_STR("ended"));
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    vt_queue_leave(conv);
    int err = vt_session_set(conv, VT_STATE_ENDED, why);
    if (!err) {
        *to = vt_reply_later(rq);
        if (vt_session_save(conv, handle_end_stored, to) != VT_OK)
            handle_end_stored(to, VT_ERR_FULL);
        return VT_OK;
    }
    free(to);
    return err;
}
