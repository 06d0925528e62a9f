/* SPDX-License-Identifier: Apache-2.0 */
/* Among staff: labels, handing a customer over, calling a colleague in, the supervisor's look and word. */
#include <stdlib.h>

#include "server/answer.h"
#include "server/ask.h"
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/queue.h"
#include "server/session.h"
#include "server/site.h"
#include "server/staff.h"

/* --- labels ------------------------------------------------------------------------------------- */

int vt_on_label_set(struct vt_request *rq)
{
    const struct vt_msg_label_set *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_t_profile profile;
    vt_profile_read(conv, &rq->app->arena, &profile);
    if (!vt_profile_label(&profile, &rq->app->arena, msg->add, msg->add_n, msg->drop, msg->drop_n))
        return vt_reply_now(rq, NULL, NULL); /* as it is already: no row for nothing */
    int err = vt_profile_write(conv, &profile);
    if (err)
        return err;
    struct vt_thread_row row = {
        .op = VT_OP_LABEL_SET, .by = vt_member_who(rq->member), .cid = rq->env->cid, .d = msg
    };
    vt_queue_row_changed(conv);
    return vt_answer_row(rq, &row, NULL, NULL, 0);
}

/* --- asking ------------------------------------------------------------------------------------- */

static int refuse_asked(struct vt_request *rq, int err)
{
    return vt_request_fail(rq, err, "/d/to",
                           err == VT_ERR_CAP_REACHED ? "this person has no room for another customer now"
                                                     : "nobody of this id is available at this site");
}

/* Whoever is asked must be there and have room; who asks must have the session, or supervise. */
static int prepare(struct vt_request *rq, struct vt_str to, struct vt_str note, enum vt_ask_kind kind,
                   struct vt_ask *ret_ask)
{
    const struct vt_conversation *conv = rq->member->conv;
    struct vt_ask ask = { .kind = kind, .until = vt_wall_ms() + VT_ASK_MS };
    if (vt_practice_is(conv))
        return vt_request_fail(
            rq, VT_ERR_STATE_WRONG, "/d/to",
            "this is a practice: real colleagues are not asked; hand over to its own queue");
    int err = vt_staff_available(rq->app, conv->site, to, ask.name);
    if (err && !(kind == VT_ASK_KIND_COLLEAGUE && err == VT_ERR_CAP_REACHED))
        return refuse_asked(rq, err);
    if (vt_str_eq(to, vt_str(conv->session.associate)))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/to", "this person has the session already");
    if (!vt_session_is_of(&conv->session, rq->peer->person) && rq->peer->role != VT_ROLE_SUPERVISOR)
        return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "", "the session is another associate's");
    if (conv->ask)
        return vt_request_fail(rq, VT_ERR_CAP_REACHED, "", "somebody is being asked already");
    ask.id = ++rq->app->next_ask;
    vt_str_copy(ask.person, sizeof(ask.person), to);
    vt_str_copy(ask.by, sizeof(ask.by), vt_str(rq->peer->name));
    vt_str_copy(ask.note, sizeof(ask.note), note);
    *ret_ask = ask;
    return VT_OK;
}

struct handing {
    struct vt_ask ask;
    char queue[65];
    struct vt_rep_transfer_ask rep;
};

/* Into the line by the old joining time, so the customer is the first. */
static void give_to_queue(struct vt_conversation *conv, const char *queue)
{
    if (vt_session_set(conv, VT_STATE_WAITING, "transfer") != VT_OK)
        return;              /* ended meanwhile */
    vt_queue_row_gone(conv); /* who sees both queues hears of the new one within the turn */
    vt_str_copy(conv->session.queue, sizeof(conv->session.queue), vt_str(queue));
    vt_queue_row_changed(conv);
    vt_queue_enter(conv, NULL, NULL);
    vt_session_save(conv, NULL, NULL);
}

static const void *handle_transfer(const struct vt_committed *done, void *state)
{
    struct handing *handing = state;
    struct vt_conversation *conv = done->conv;
    if (!done->fresh || !conv || conv->session.state != VT_STATE_LIVE)
        return NULL;
    if (handing->queue[0]) {
        give_to_queue(conv, handing->queue);
        return NULL;
    }
    if (!vt_ask_open(conv, &handing->ask))
        return NULL;
    handing->rep = (struct vt_rep_transfer_ask){
        .ask = handing->ask.id, .has_ask = true, .until = handing->ask.until, .has_until = true
    };
    return &handing->rep;
}

static bool has_queue(const struct vt_conversation *conv, struct vt_str queue)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    if (vt_practice_is(conv))
        return vt_str_eq(queue, vt_str(conv->customer));
    return site && vt_settings_queue(site->settings, queue);
}

int vt_on_transfer_ask(struct vt_request *rq)
{
    const struct vt_msg_transfer_ask *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    struct handing handing = { 0 };
    if (msg->to.ptr) {
        int err = prepare(rq, msg->to, msg->note, VT_ASK_KIND_TRANSFER, &handing.ask);
        if (err)
            return err;
    } else if (!vt_session_is_of(&conv->session, rq->peer->person) && rq->peer->role != VT_ROLE_SUPERVISOR) {
        return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "", "the session is another associate's");
    } else if (!has_queue(conv, msg->queue)) {
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/queue",
                               vt_practice_is(conv) ? "a practice goes to its own queue only"
                                                    : "the site has no such queue");
    }
    vt_str_copy(handing.queue, sizeof(handing.queue), msg->queue);
    struct vt_evt_transfer_ask d = { .ask = handing.ask.id,
                                     .has_ask = handing.ask.id > 0,
                                     .to = msg->to,
                                     .name = vt_str(msg->to.ptr ? handing.ask.name : NULL),
                                     .queue = msg->queue,
                                     .note = msg->note };
    struct vt_thread_row row = {
        .op = VT_OP_TRANSFER_ASK, .by = vt_member_who(rq->member), .cid = rq->env->cid, .d = &d
    };
    return vt_answer_row(rq, &row, handle_transfer, &handing, sizeof(handing));
}

int vt_on_colleague_ask(struct vt_request *rq)
{
    const struct vt_msg_colleague_ask *msg = rq->env->msg;
    struct vt_ask ask;
    struct vt_event_head numbers;
    int err = prepare(rq, msg->to, msg->note, VT_ASK_KIND_COLLEAGUE, &ask);
    if (err)
        return err;
    if (!vt_ask_open(rq->member->conv, &ask))
        return VT_ERR_OVERLOADED;
    struct vt_evt_colleague_ask d = {
        .ask = ask.id, .to = msg->to, .name = vt_str(ask.name), .note = msg->note
    };
    vt_fanout_control(
        rq->member->conv,
        &(struct vt_event){
            .op = VT_OP_COLLEAGUE_ASK, .by = vt_member_who(rq->member), .d = &d, .except = rq->member },
        &numbers);
    return vt_reply_now(rq, &numbers, &(struct vt_rep_colleague_ask){ .ask = ask.id, .until = ask.until });
}

/* --- answering ---------------------------------------------------------------------------------- */

struct yes {
    struct vt_reply_to to;
    enum vt_ask_kind kind;
    uint32_t ask;
    char conv[VT_CONV_TEXT];
    struct vt_join *join; /* owned until flushed */
};

/* The question as long as it is open; else NULL. */
static struct vt_conversation *asked_in(const struct yes *yes)
{
    struct vt_conversation *conv = vt_conv_find(yes->to.app, vt_str(yes->to.site), vt_str(yes->conv));
    return conv && conv->ask && conv->ask->id == yes->ask ? conv : NULL;
}

static void end_yes(struct yes *yes, int err)
{
    struct vt_conversation *conv = asked_in(yes);
    if (conv)
        vt_ask_close(conv, err ? "ended" : "answered");
    if (yes->join)
        vt_join_drop(yes->join);
    if (err)
        vt_reply_error(&yes->to, err, NULL);
    free(yes);
}

static void welcome_in(struct yes *yes, struct vt_member *member)
{
    const struct vt_session *session = &member->conv->session;
    struct vt_rep_transfer_answer rep = { .c = member->conv->number,
                                          .has_c = true,
                                          .sid = vt_str(session->sid),
                                          .reference = vt_str(session->reference) };
    vt_reply_ok(&yes->to, NULL, &rep); /* colleague.answer's has the same fields */
    vt_join_flush(VT_TAKE(yes->join), true);
    vt_people_here(member);
    end_yes(yes, VT_OK);
}

static void handle_yes_row(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct yes *yes = arg;
    struct vt_conversation *conv = asked_in(yes);
    struct vt_member *member = conv ? vt_join_member(yes->join) : NULL;
    (void)cs;
    (void)numbers;
    if (!err && !member)
        err = VT_ERR_ASK_EXPIRED;
    if (!err)
        err = vt_session_pair(conv, member->peer->person, "transfer");
    if (err) {
        end_yes(yes, err);
        return;
    }
    vt_session_save(conv, NULL, NULL);
    welcome_in(yes, member);
}

_Static_assert(sizeof(struct vt_rep_transfer_answer) == sizeof(struct vt_rep_colleague_answer),
               "one reply serves both");

static void say_yes(struct yes *yes, struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    struct vt_str name = vt_str(member->peer->name);
    if (yes->kind == VT_ASK_KIND_TRANSFER) {
        struct vt_evt_transfer_answer d = { .ask = yes->ask, .ok = true, .name = name };
        struct vt_thread_row row = {
            .op = VT_OP_TRANSFER_ANSWER, .by = vt_member_who(member), .cid = vt_str(yes->to.cid), .d = &d
        };
        int err = vt_thread_append(conv, &row, NULL, handle_yes_row, yes);
        if (err)
            end_yes(yes, err);
        return;
    }
    struct vt_evt_colleague_answer d = { .ask = yes->ask, .ok = true, .name = name };
    vt_fanout_control(
        conv, &(struct vt_event){ .op = VT_OP_COLLEAGUE_ANSWER, .by = vt_member_who(member), .d = &d }, NULL);
    vt_people_call(member, true);
    welcome_in(yes, member);
}

static void handle_yes(void *arg, struct vt_join *join, struct vt_member *member, int err)
{
    struct yes *yes = arg;
    struct vt_conversation *conv = asked_in(yes);
    yes->join = join;
    if (!err && (!conv || conv->session.state != VT_STATE_LIVE))
        err = VT_ERR_ASK_EXPIRED;
    if (!err && yes->kind == VT_ASK_KIND_TRANSFER && !vt_staff_has_room(yes->to.app, member->peer->person))
        err = VT_ERR_CAP_REACHED;
    if (err)
        end_yes(yes, err);
    else
        say_yes(yes, member);
}

static int say_yes_later(struct vt_request *rq, struct vt_ask *ask, struct vt_str conv)
{
    struct yes *yes = calloc(1, sizeof(*yes));
    if (!yes)
        return VT_ERR_OVERLOADED;
    yes->to = vt_reply_later(rq);
    yes->kind = ask->kind;
    yes->ask = ask->id;
    vt_str_copy(yes->conv, sizeof(yes->conv), conv);
    int err = vt_enter(rq->peer, conv, true, handle_yes, yes);
    if (err) {
        rq->peer->requests_open--;
        free(yes);
        return err;
    }
    ask->answered = true;
    return VT_OK;
}

static int no_question(struct vt_request *rq)
{
    return vt_request_fail(rq, VT_ERR_ASK_EXPIRED, "/d/ask", "no open question of this number is yours");
}

int vt_on_transfer_answer(struct vt_request *rq)
{
    const struct vt_msg_transfer_answer *msg = rq->env->msg;
    struct vt_ask *ask = vt_ask_find(rq->app, rq->peer, msg->conv, msg->ask, VT_ASK_KIND_TRANSFER);
    if (!ask)
        return no_question(rq);
    if (msg->ok)
        return say_yes_later(rq, ask, msg->conv);
    struct vt_conversation *conv = vt_conv_find(rq->app, vt_str(rq->peer->site), msg->conv);
    struct vt_evt_transfer_answer d = { .ask = ask->id, .why = msg->why, .name = vt_str(rq->peer->name) };
    struct vt_thread_row row = { .op = VT_OP_TRANSFER_ANSWER, .by = "system", .cid = rq->env->cid, .d = &d };
    int err = vt_thread_append(conv, &row, NULL, NULL, NULL);
    if (err)
        return err;
    vt_ask_close(conv, "answered");
    return vt_reply_now(rq, NULL, &(struct vt_rep_transfer_answer){ 0 });
}

int vt_on_colleague_answer(struct vt_request *rq)
{
    const struct vt_msg_colleague_answer *msg = rq->env->msg;
    struct vt_ask *ask = vt_ask_find(rq->app, rq->peer, msg->conv, msg->ask, VT_ASK_KIND_COLLEAGUE);
    if (!ask)
        return no_question(rq);
    if (msg->ok)
        return say_yes_later(rq, ask, msg->conv);
    struct vt_conversation *conv = vt_conv_find(rq->app, vt_str(rq->peer->site), msg->conv);
    struct vt_evt_colleague_answer d = { .ask = ask->id, .name = vt_str(rq->peer->name) };
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_COLLEAGUE_ANSWER, .by = "system", .d = &d },
                      NULL);
    vt_ask_close(conv, "answered");
    return vt_reply_now(rq, NULL, &(struct vt_rep_colleague_answer){ 0 });
}

int vt_on_colleague_leave(struct vt_request *rq)
{
    struct vt_event_head numbers;
    if (!vt_member_person(rq->member)->called)
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "", "nobody has called you into this session");
    vt_fanout_control(rq->member->conv,
                      &(struct vt_event){ .op = VT_OP_COLLEAGUE_LEAVE,
                                          .by = vt_member_who(rq->member),
                                          .except = rq->member },
                      &numbers);
    vt_people_call(rq->member, false);
    return vt_reply_now(rq, &numbers, NULL);
}

/* --- the supervisor ----------------------------------------------------------------------------- */

static void handle_watched(void *arg, struct vt_join *join, struct vt_member *member, int err)
{
    struct vt_reply_to *to = arg;
    if (err) {
        vt_reply_error(to, err, NULL);
    } else {
        vt_reply_ok(to, NULL, &(struct vt_rep_supervisor_watch){ .c = member->conv->number, .has_c = true });
        vt_join_flush(join, true);
        vt_people_here(member);
    }
    free(to);
}

static int stop_watching(struct vt_request *rq, struct vt_str id)
{
    struct vt_conversation *conv = vt_conv_find(rq->app, vt_str(rq->peer->site), id);
    struct vt_member *member = conv ? vt_conv_member(conv, rq->peer) : NULL;
    if (!member)
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/conv", "you do not watch this conversation");
    if (vt_session_is_of(&conv->session, rq->peer->person))
        return vt_request_fail(rq, VT_ERR_CAP_REACHED, "", "this session is yours; hand it over or end it");
    vt_reply_now(rq, NULL, &(struct vt_rep_supervisor_watch){ 0 });
    vt_conv_leave(member);
    return VT_OK;
}

int vt_on_supervisor_watch(struct vt_request *rq)
{
    const struct vt_msg_supervisor_watch *msg = rq->env->msg;
    if (!msg->on)
        return stop_watching(rq, msg->conv);
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    int err = vt_enter(rq->peer, msg->conv, false, handle_watched, to);
    if (err) {
        rq->peer->requests_open--;
        free(to);
    }
    return err;
}

int vt_on_supervisor_whisper(struct vt_request *rq)
{
    struct vt_thread_row row = { .op = VT_OP_SUPERVISOR_WHISPER,
                                 .by = vt_member_who(rq->member),
                                 .cid = rq->env->cid,
                                 .d = rq->env->msg };
    return vt_answer_row(rq, &row, NULL, NULL, 0);
}
