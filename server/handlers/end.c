/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a session and what comes after: wrap-up, rating, the recap, the sessions that were. session.end
 * is the line's: queue.c. */
#include <stdlib.h>

#include "server/answer.h"
#include "server/base/err.h"
#include "server/contact.h"
#include "server/handlers/handlers.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/recap.h"
#include "server/recap_mail.h"

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

/* --- the recap ----------------------------------------------------------------------------------- */

enum { EMAIL_MAX = 254 };

struct recapping {
    struct vt_reply_to to;
    bool by_mail;
    char email[EMAIL_MAX + 1];
    char sid[VT_ID_TEXT];
    int64_t until;
};

static void fail_recap(struct recapping *recapping, int err)
{
    const char *msg = NULL;
    if (err == VT_ERR_MISSING) {
        err = VT_ERR_NOT_FOUND;
        msg = "no session with an associate has ended here, or its recap has run out";
    } else if (err == VT_ERR_RATE_LIMITED) {
        msg = "this recap or this address has had its share of mails; use the link";
    } else {
        err = err == VT_ERR_STORE_FULL ? err : VT_ERR_STORE_UNAVAILABLE;
    }
    vt_reply_error(&recapping->to, err, msg);
    free(recapping);
}

static void handle_mailed(void *arg, int err)
{
    struct recapping *recapping = arg;
    const struct vt_reply_to *to = &recapping->to;
    struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    if (err) {
        fail_recap(recapping, err);
        return;
    }
    if (conv)
        vt_recap_tell(conv, VT_RECAP_WORD_QUEUED, vt_str(recapping->sid), 0);
    vt_reply_ok(to, NULL,
                &(struct vt_rep_recap_send){ .sid = vt_str(recapping->sid), .until = recapping->until });
    free(recapping);
}

static void reply_link(struct recapping *recapping, struct vt_recap *recap)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf link = VT_BUF_INIT(VT_RECAP_LINK);
    int err = vt_recap_link(recapping->to.app->deps.sites, recap, &link);
    vt_recap_destroy(recap);
    if (err) {
        fail_recap(recapping, err);
        return;
    }
    vt_reply_ok(&recapping->to, NULL,
                &(struct vt_rep_recap_send){
                    .sid = vt_str(recapping->sid), .until = recapping->until, .url = vt_buf_view(&link) });
    free(recapping);
}

static void handle_recap(void *arg, int err, struct vt_recap *recap)
{
    struct recapping *recapping = arg;
    if (err) {
        fail_recap(recapping, err);
        return;
    }
    vt_str_copy(recapping->sid, sizeof(recapping->sid), recap->sid);
    recapping->until = recap->until;
    if (!recapping->by_mail) {
        reply_link(recapping, recap);
        return;
    }
    err = vt_recap_mail(recapping->to.app, recap, vt_str(recapping->email), handle_mailed, recapping);
    if (err)
        fail_recap(recapping, err);
}

/* To the customer's own address: the one they type here, or the one that is known. */
static int find_address(struct vt_request *rq, struct recapping *recapping)
{
    const struct vt_msg_recap_send *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_t_profile profile;
    if (!rq->app->deps.mailer || !vt_mailer_is_set_up(rq->app->deps.mailer))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/by", "mail is not set up here; use the link");
    vt_profile_read(conv, &rq->app->arena, &profile);
    if (msg->email.ptr && vt_peer_is_staff(rq->peer))
        return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "/d/email",
                               "it goes to the address the customer has left; leave this out");
    if (msg->email.ptr && (!vt_email_valid(msg->email) || !vt_mail_address_ok(msg->email)))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/email", "this is no mail address");
    struct vt_str to = msg->email.ptr ? msg->email : profile.customer.email;
    if (to.len == 0 || !vt_str_copy(recapping->email, sizeof(recapping->email), to))
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/email", "the customer has left no mail address");
    if (!msg->email.ptr || profile.customer.verified || vt_str_eq(to, profile.customer.email))
        return VT_OK;
    profile.customer.email = to;
    return vt_profile_write(conv, &profile);
}

int vt_on_recap_send(struct vt_request *rq)
{
    const struct vt_msg_recap_send *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    if (vt_practice_is(conv))
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "", "a practice has no recap: nothing of it is kept");
    struct recapping *recapping = calloc(1, sizeof(*recapping));
    if (!recapping)
        return VT_ERR_OVERLOADED;
    recapping->by_mail = msg->by == VT_RECAP_WAY_EMAIL;
    int err = recapping->by_mail ? find_address(rq, recapping) : VT_OK;
    if (err) {
        free(recapping);
        return err;
    }
    recapping->to = vt_reply_later(rq);
    err = vt_recap_gather(rq->app->deps.store, rq->app->deps.sites, vt_str(conv->site), vt_str(conv->conv),
                          msg->sid, handle_recap, recapping);
    if (err) {
        rq->peer->requests_open--;
        free(recapping);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
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
