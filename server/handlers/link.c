/* SPDX-License-Identifier: Apache-2.0 */
/* The link's own messages: acknowledgements, heartbeats, missing events, conversations of a
 * console window, goodbyes. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/join.h"
#include "server/people.h"
#include "server/rights.h"
#include "server/session.h"

static void acknowledge(struct vt_peer *peer, const struct vt_t_position *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        VT_LIST_EACH (member, &peer->members, struct vt_member, of_peer) {
            if (vt_peer_is_staff(peer) && (!at[i].has_c || member->conv->number != at[i].c))
                continue;
            member->acked_s = at[i].s;
            member->acked_cs = at[i].cs;
            vt_people_delivered(member, at[i].cs);
        }
    }
}

int vt_on_ack(struct vt_request *rq)
{
    const struct vt_msg_ack *msg = rq->env->msg;
    acknowledge(rq->peer, msg->at, msg->at_n);
    return VT_OK;
}

int vt_on_hb(struct vt_request *rq)
{
    const struct vt_msg_hb *msg = rq->env->msg;
    struct vt_evt_hb d = { .t = msg->t, .time = vt_wall_ms() };
    struct vt_event_head head = { 0 };
    acknowledge(rq->peer, msg->at, msg->at_n);
    vt_buf_reset(&rq->app->text);
    vt_encode_event(&rq->app->text, VT_OP_HB, &head, &d);
    vt_peer_send_text(rq->peer, VT_CLASS_LINK, 0);
    return VT_OK;
}

/* --- since ------------------------------------------------------------------------------------ */

static void handle_since(void *arg, struct vt_join *join, int err)
{
    struct vt_reply_to *to = arg;
    if (err) {
        if (join)
            vt_join_drop(join);
        vt_reply_error(to, err == VT_ERR_GONE ? VT_ERR_NOT_FOUND : err, NULL);
    } else {
        struct vt_rep_since rep = { .recovered = vt_join_recovered(join) };
        vt_join_flush(join, false);
        vt_reply_ok(to, NULL, &rep);
    }
    free(to);
}

static struct vt_reply_to *keep_reply(const struct vt_request *rq)
{
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (to)
        *to = vt_reply_later(rq);
    return to;
}

static void drop_reply(const struct vt_request *rq, struct vt_reply_to *to)
{
    rq->peer->requests_open--;
    free(to);
}

int vt_on_since(struct vt_request *rq)
{
    const struct vt_msg_since *msg = rq->env->msg;
    struct vt_reply_to *to = keep_reply(rq);
    if (!to)
        return VT_ERR_OVERLOADED;
    struct vt_position from = { rq->member->conv->epoch, msg->s, msg->cs };
    int err = vt_join_start(rq->member->conv, rq->peer, from, handle_since, to);
    if (err)
        drop_reply(rq, to);
    return err;
}

/* --- conversations of a console window --------------------------------------------------------- */

static void handle_opened(void *arg, struct vt_join *join, int err)
{
    struct vt_reply_to *to = arg;
    struct vt_member *member = join ? vt_join_member(join) : NULL;
    if (err || !member) {
        if (join)
            vt_join_drop(join);
        vt_reply_error(to, err == VT_ERR_GONE || !err ? VT_ERR_NOT_FOUND : err, NULL);
    } else {
        struct vt_t_welcome_conv conv;
        vt_join_describe(join, &conv);
        struct vt_rep_conv_open rep = {
            .c = conv.c, .me = conv.me, .epoch = conv.epoch, .s = conv.s, .cs = conv.cs
        };
        vt_reply_ok(to, NULL, &rep);
        vt_join_flush(join, true);
        vt_people_here(member);
    }
    free(to);
}

static void handle_conv(void *arg, struct vt_conversation *conv, int err)
{
    struct vt_reply_to *to = arg;
    struct vt_peer *peer = vt_peer_find(to->app, to->peer);
    if (!err && peer && !vt_rights_conv(conv, peer))
        err = VT_ERR_NOT_FOUND;
    if (!err && peer)
        err = vt_join_start(conv, peer, (struct vt_position){ 0 }, handle_opened, to);
    if (!err && peer)
        return;
    vt_reply_error(to, err ? err : VT_ERR_NOT_FOUND, NULL);
    free(to);
}

int vt_on_conv_open(struct vt_request *rq)
{
    const struct vt_msg_conv_open *msg = rq->env->msg;
    struct vt_reply_to *to = keep_reply(rq);
    if (!to)
        return VT_ERR_OVERLOADED;
    int err = vt_conv_load(rq->app, vt_str(rq->peer->site), msg->conv, handle_conv, to);
    if (err)
        drop_reply(rq, to);
    return err;
}

int vt_on_conv_close(struct vt_request *rq)
{
    /* An associate who serves the session stays a member: closing the window's pane is not leaving the
     * customer. */
    const struct vt_conversation *conv = rq->member->conv;
    if (vt_session_runs(&conv->session) && strcmp(conv->session.associate, rq->peer->person) == 0)
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "/c", "this session is yours; end it first");
    vt_reply_now(rq, NULL, NULL);
    vt_conv_leave(rq->member);
    return VT_OK;
}

/* --- leaving ----------------------------------------------------------------------------------- */

int vt_on_away(struct vt_request *rq)
{
    const struct vt_msg_away *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_event_head numbers;
    conv->session.away_until_ms = rq->now_ms + (int64_t)msg->return_seconds * 1000;
    vt_fanout_control(conv,
                      &(struct vt_event){
                          .op = VT_OP_AWAY, .by = vt_member_who(rq->member), .d = msg, .except = rq->member },
                      &numbers);
    return vt_reply_now(rq, &numbers, NULL);
}

int vt_on_bye(struct vt_request *rq)
{
    struct vt_peer *peer = rq->peer;
    vt_reply_now(rq, NULL, NULL);
    if (peer->token[0])
        vt_store_resume_drop(rq->app->deps.store, vt_str(peer->token));
    VT_LIST_EACH (member, &peer->members, struct vt_member, of_peer) {
        struct vt_conversation *conv = member->conv;
        struct vt_person *person = vt_member_person(member);
        if (person->role == VT_ROLE_CUSTOMER && vt_session_runs(&conv->session))
            vt_people_goodbye(conv, person);
    }
    vt_peer_close(peer, VT_CLOSE_NORMAL, "bye");
    return VT_OK;
}
