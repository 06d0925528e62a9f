/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a session and what comes after: wrap-up, rating, the sessions that were. session.end is the
 * line's: queue.c. */
#include <stdlib.h>

#include "server/answer.h"
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/profile.h"

static struct vt_str sid_of(const struct vt_conversation *conv)
{
    return vt_str(conv->session.sid[0] ? conv->session.sid : NULL); /* absent: the newest the store has */
}

/* The row is the record; the session's own columns are what reports count. */
static void keep_wrap(struct vt_conversation *conv, const struct vt_store_wrap *wrap)
{
    vt_store_session_wrap(conv->app->deps.store, vt_str(conv->site), vt_str(conv->conv), sid_of(conv), wrap);
}

int vt_on_session_close(struct vt_request *rq)
{
    const struct vt_msg_session_close *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_store_wrap wrap = { .note = msg->note };
    struct vt_t_profile profile;
    if (msg->has_outcome)
        wrap.outcome = vt_str(vt_outcome_name(msg->outcome));
    vt_profile_read(conv, &rq->app->arena, &profile);
    if (vt_profile_label(&profile, &rq->app->arena, msg->labels, msg->labels_n, NULL, 0)) {
        int err = vt_profile_write(conv, &profile);
        if (err)
            return err;
    }
    keep_wrap(conv, &wrap);
    struct vt_thread_row row = {
        .op = VT_OP_SESSION_CLOSE, .by = vt_member_who(rq->member), .cid = rq->env->cid, .d = msg
    };
    return vt_answer_row(rq, &row, NULL, NULL, 0);
}

int vt_on_rating_give(struct vt_request *rq)
{
    const struct vt_msg_rating_give *msg = rq->env->msg;
    keep_wrap(rq->member->conv, &(struct vt_store_wrap){ .stars = msg->stars });
    struct vt_thread_row row = { .op = VT_OP_RATING_GIVE, .by = "c", .cid = rq->env->cid, .d = msg };
    return vt_answer_row(rq, &row, NULL, NULL, 0);
}

/* --- history ------------------------------------------------------------------------------------ */

enum { SESSIONS_MAX = 50 };

static enum vt_outcome outcome_of(struct vt_str name, bool *ret_has)
{
    for (int i = 0; i < VT_OUTCOME_COUNT; i++) {
        *ret_has = vt_str_eq(name, vt_str(vt_outcome_name((enum vt_outcome)i)));
        if (*ret_has)
            return (enum vt_outcome)i;
    }
    return VT_OUTCOME_SOLD;
}

static void handle_sessions(void *arg, int err, const struct vt_store_past *sessions, size_t n)
{
    struct vt_reply_to *to = arg;
    struct vt_t_session_past past[SESSIONS_MAX];
    struct vt_rep_session_history rep = { .sessions = past };
    if (err) {
        vt_reply_error(to, VT_ERR_STORE_UNAVAILABLE, NULL);
        free(to);
        return;
    }
    for (size_t i = 0; i < n && i < SESSIONS_MAX; i++) {
        struct vt_t_session_past *at = &past[rep.sessions_n++];
        *at = (struct vt_t_session_past){ .sid = sessions[i].sid,
                                          .reference = sessions[i].reference,
                                          .queue = sessions[i].queue,
                                          .state = (enum vt_state)sessions[i].state,
                                          .associate = sessions[i].associate,
                                          .created = sessions[i].created,
                                          .ended = sessions[i].ended,
                                          .note = sessions[i].note,
                                          .stars = (uint8_t)sessions[i].stars,
                                          .has_stars = sessions[i].stars > 0 };
        at->outcome = outcome_of(sessions[i].outcome, &at->has_outcome);
    }
    vt_reply_ok(to, NULL, &rep);
    free(to);
}

int vt_on_session_history(struct vt_request *rq)
{
    const struct vt_conversation *conv = rq->member->conv;
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    int err = vt_store_sessions_of(rq->app->deps.store, vt_str(conv->site), vt_str(conv->conv), SESSIONS_MAX,
                                   handle_sessions, to);
    if (err) {
        rq->peer->requests_open--;
        free(to);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}
