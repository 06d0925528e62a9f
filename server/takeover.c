/* SPDX-License-Identifier: Apache-2.0 */
#include "server/takeover.h"

#include <stdlib.h>

#include "server/answer.h"
#include "server/base/err.h"
#include "server/people.h"
#include "server/rights.h"
#include "server/session.h"

bool vt_takeover_is(const struct vt_request *rq, struct vt_str id)
{
    const struct vt_conversation *conv = vt_conv_find(rq->app, vt_str(rq->peer->site), id);
    return conv && rq->peer->role == VT_ROLE_SUPERVISOR && vt_rights_conv(conv, rq->peer) &&
           (conv->session.state == VT_STATE_LIVE || conv->session.state == VT_STATE_AWAY) &&
           !vt_session_is_of(&conv->session, rq->peer->person);
}

void vt_takeover_answer(const struct vt_reply_to *to, struct vt_join *join, struct vt_member *member)
{
    const struct vt_conversation *conv = member->conv;
    struct vt_rep_claim_take rep = { .c = conv->number,
                                     .sid = vt_str(conv->session.sid),
                                     .reference = vt_str(conv->session.reference) };
    vt_reply_ok(to, NULL, &rep);
    vt_join_flush(join, true);
    vt_people_here(member);
}

struct taking_over {
    struct vt_reply_to to;
    struct vt_join *join; /* owned until flushed */
};

static void handle_stored(void *arg, int err)
{
    struct taking_over *taking = arg;
    struct vt_member *member = vt_join_member(taking->join);
    if (err || !member || !vt_session_is_of(&member->conv->session, member->peer->person)) {
        vt_join_drop(taking->join);
        vt_reply_error(&taking->to, err ? VT_ERR_STORE_UNAVAILABLE : VT_ERR_CLAIM_GONE, NULL);
    } else {
        vt_takeover_answer(&taking->to, taking->join, member);
    }
    free(taking);
}

static void handle_entered(void *arg, struct vt_join *join, struct vt_member *member, int err)
{
    struct taking_over *taking = arg;
    taking->join = join;
    if (!err && vt_session_pair(member->conv, member->peer->person, "takeover") != VT_OK) {
        vt_join_drop(join);
        err = VT_ERR_CLAIM_GONE;
    }
    if (err) {
        vt_reply_error(&taking->to, err, NULL);
        free(taking);
    } else if (vt_session_save(member->conv, handle_stored, taking) != VT_OK) {
        handle_stored(taking, VT_ERR_FULL);
    }
}

int vt_takeover(struct vt_request *rq, struct vt_str conv)
{
    struct taking_over *taking = calloc(1, sizeof(*taking));
    if (!taking)
        return VT_ERR_OVERLOADED;
    taking->to = vt_reply_later(rq);
    int err = vt_enter(rq->peer, conv, false, handle_entered, taking);
    if (err) {
        rq->peer->requests_open--;
        free(taking);
    }
    return err;
}
