/* SPDX-License-Identifier: Apache-2.0 */
/* guest.*: a second opinion by a one-time link, what it may be asked, and its vote. */
#include <stdio.h>
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/answer.h"
#include "server/base/err.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/session.h"
#include "server/view.h"

enum { INVITED_MS = 24 * 3600 * 1000, URL_MAX = 512 };

/* --- inviting ----------------------------------------------------------------------------------- */

struct inviting {
    struct vt_reply_to to;
    int64_t until;
    char url[URL_MAX];
};

static void handle_invited(void *arg, int err)
{
    struct inviting *inviting = arg;
    if (err)
        vt_reply_error(&inviting->to, VT_ERR_STORE_UNAVAILABLE, NULL);
    else
        vt_reply_ok(&inviting->to, NULL,
                    &(struct vt_rep_guest_invite){ .url = vt_str(inviting->url), .until = inviting->until });
    free(inviting);
}

/* The secret stands in the fragment: no server log and no Referer ever holds it. */
static void write_url(const struct vt_request *rq, const char *secret, char ret[URL_MAX])
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    snprintf(ret, URL_MAX, "%s/g/#vt=%s&site=%s", vt_sites_own_first(rq->app->deps.sites), secret,
             site ? site->key : "");
}

int vt_on_guest_invite(struct vt_request *rq)
{
    const struct vt_msg_guest_invite *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    if (vt_practice_is(conv))
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "", "a practice has no guests");
    struct inviting *inviting = calloc(1, sizeof(*inviting));
    char secret[VT_ID_TEXT];
    if (!inviting)
        return VT_ERR_OVERLOADED;
    vt_id_new(secret);
    inviting->to = vt_reply_later(rq);
    inviting->until = vt_wall_ms() + INVITED_MS;
    write_url(rq, secret, inviting->url);
    struct vt_store_once once = { .site = vt_str(conv->site),
                                  .conv = vt_str(conv->conv),
                                  .kind = VT_STR("guest"),
                                  .sid = vt_str(conv->session.sid),
                                  .name = msg->name,
                                  .expires = vt_steady_of(inviting->until) };
    int err = vt_store_once_put(rq->app->deps.store, vt_str(secret), &once, false, handle_invited, inviting);
    if (err) {
        rq->peer->requests_open--;
        free(inviting);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}

int vt_on_guest_drop(struct vt_request *rq)
{
    const struct vt_msg_guest_drop *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_event_head numbers;
    char who[VT_WHO_TEXT];
    vt_str_copy(who, sizeof(who), msg->who);
    struct vt_person *person = vt_people_find(conv, who);
    if (!person || person->role != VT_ROLE_GUEST || person->at == VT_AT_GONE)
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/who", "no guest of this name is here");
    vt_store_resume_drop_person(rq->app->deps.store, vt_str(conv->site), vt_str(conv->conv),
                                vt_str(person->person));
    vt_fanout_control(
        conv,
        &(struct vt_event){
            .op = VT_OP_GUEST_DROP, .by = vt_member_who(rq->member), .d = msg, .except = rq->member },
        &numbers);
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (vt_member_person(member) == person)
            vt_peer_close(member->peer, VT_CLOSE_ENDED, "sent away");
    vt_people_goodbye(conv, person);
    return vt_reply_now(rq, &numbers, NULL);
}

/* --- polls -------------------------------------------------------------------------------------- */

static bool has_slot(const struct vt_request *rq, uint16_t slot)
{
    struct vt_t_view view;
    const struct vt_conversation *conv = rq->member->conv;
    if (!conv->view || !vt_view_is_open(conv->view) ||
        vt_view_export(conv->view, &rq->app->arena, &view) != VT_OK)
        return false;
    for (size_t i = 0; i < view.items_n; i++)
        if (view.items[i].slot == slot)
            return true;
    return false;
}

static const void *handle_poll(const struct vt_committed *done, void *state)
{
    struct vt_rep_guest_poll *rep = state;
    rep->poll = done->cs;
    return rep;
}

int vt_on_guest_poll(struct vt_request *rq)
{
    const struct vt_msg_guest_poll *msg = rq->env->msg;
    struct vt_rep_guest_poll rep = { 0 };
    for (size_t i = 0; i < msg->slots_n; i++)
        if (!has_slot(rq, msg->slots[i]))
            return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/slots",
                                   "no piece of this slot is in the viewer");
    struct vt_thread_row row = {
        .op = VT_OP_GUEST_POLL, .by = vt_member_who(rq->member), .cid = rq->env->cid, .d = msg
    };
    return vt_answer_row(rq, &row, handle_poll, &rep, sizeof(rep));
}

/* A vote on its way: the poll it names is looked up in the thread first. */
struct voting {
    struct vt_reply_to to;
    struct vt_msg_guest_vote vote;
};

static bool offers(const struct vt_store_row *row, const struct vt_msg_guest_vote *vote)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_msg_guest_poll poll;
    struct vt_error error;
    vt_arena_init(&arena, 65536);
    if (row->cs != vote->poll || !vt_str_eq(row->op, VT_STR("guest.poll")) ||
        vt_decode_body(&arena, vt_op_rows[VT_OP_GUEST_POLL].msg, row->body, &poll, &error) != VT_OK)
        return false;
    for (size_t i = 0; i < poll.slots_n; i++)
        if (poll.slots[i] == vote->slot)
            return true;
    return false;
}

static void handle_voted(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct voting *voting = arg;
    (void)cs;
    if (err)
        vt_reply_error(&voting->to, err, NULL);
    else
        vt_reply_ok(&voting->to, numbers, NULL);
    free(voting);
}

static void handle_poll_row(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct voting *voting = arg;
    struct vt_conversation *conv = vt_conv_find(voting->to.app, vt_str(voting->to.site),
                                                vt_str(voting->to.conv));
    struct vt_peer *peer = vt_peer_find(voting->to.app, voting->to.peer);
    struct vt_member *member = conv && peer ? vt_conv_member(conv, peer) : NULL;
    (void)more;
    if (!err && (!member || n != 1 || !offers(&rows[0], &voting->vote)))
        err = VT_ERR_NOT_FOUND;
    if (!err) {
        struct vt_thread_row row = { .op = VT_OP_GUEST_VOTE,
                                     .by = vt_member_who(member),
                                     .cid = vt_str(voting->to.cid),
                                     .d = &voting->vote };
        err = vt_thread_append(conv, &row, member, handle_voted, voting);
        if (!err)
            return;
    }
    vt_reply_error(&voting->to, err == VT_ERR_NOT_FOUND ? err : VT_ERR_STORE_UNAVAILABLE,
                   err == VT_ERR_NOT_FOUND ? "no poll of this number offers this slot" : NULL);
    free(voting);
}

int vt_on_guest_vote(struct vt_request *rq)
{
    const struct vt_msg_guest_vote *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    struct voting *voting = malloc(sizeof(*voting));
    if (!voting)
        return VT_ERR_OVERLOADED;
    voting->to = vt_reply_later(rq);
    voting->vote = *msg;
    int err = vt_store_since(rq->app->deps.store, vt_str(conv->site), vt_str(conv->conv),
                             (uint8_t)(1 << vt_member_audience(rq->member)), msg->poll - 1, 1,
                             handle_poll_row, voting);
    if (err) {
        rq->peer->requests_open--;
        free(voting);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}
