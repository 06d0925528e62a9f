/* SPDX-License-Identifier: Apache-2.0 */
/* code.*: six digits read out over the telephone pair the caller's browser with the associate who types them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "server/answer.h"
#include "server/audit.h"
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/log.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/queue.h"
#include "server/rights.h"
#include "server/session.h"
#include "server/site.h"
#include "server/staff.h"

enum { LIFE_MS = 20 * 60 * 1000, TRIES = 5, GUESS_MS = 10 * 60 * 1000 };
enum { SECRET_TEXT = VT_PERSON_TEXT + 16 };

/* Digits alone would be the same secret at every site. */
static void secret_of(const char *site, struct vt_str code, char ret[SECRET_TEXT])
{
    snprintf(ret, SECRET_TEXT, "%s/%.*s", site, VT_STR_ARG(code));
}

/* --- making ------------------------------------------------------------------------------------- */

struct making {
    struct vt_reply_to to;
    int64_t until;
    int tries;
    char code[7];
};

static void handle_made(void *arg, int err);

static int try_one(struct making *making)
{
    char secret[SECRET_TEXT];
    uint32_t number;
    vt_random(&number, sizeof(number));
    snprintf(making->code, sizeof(making->code), "%06u", number % 1000000);
    secret_of(making->to.site, vt_str(making->code), secret);
    struct vt_store_once once = { .site = vt_str(making->to.site),
                                  .conv = vt_str(making->to.conv),
                                  .kind = VT_STR("code"),
                                  .expires = vt_steady_of(making->until) };
    making->tries++;
    return vt_store_once_put(making->to.app->deps.store, vt_str(secret), &once, true, handle_made, making);
}

static void handle_made(void *arg, int err)
{
    struct making *making = arg;
    if (err == VT_ERR_EXISTS && making->tries < TRIES && try_one(making) == VT_OK)
        return; /* another caller of the site has these digits */
    if (err)
        vt_reply_error(&making->to, VT_ERR_STORE_UNAVAILABLE, NULL);
    else
        vt_reply_ok(&making->to, NULL,
                    &(struct vt_rep_code_make){ .code = vt_str(making->code), .until = making->until });
    free(making);
}

int vt_on_code_make(struct vt_request *rq)
{
    if (vt_practice_is(rq->member->conv))
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "", "a practice has no callers");
    struct making *making = calloc(1, sizeof(*making));
    if (!making)
        return VT_ERR_OVERLOADED;
    making->to = vt_reply_later(rq);
    making->until = vt_wall_ms() + LIFE_MS;
    if (try_one(making) == VT_OK)
        return VT_OK;
    rq->peer->requests_open--;
    free(making);
    return VT_ERR_STORE_UNAVAILABLE;
}

/* --- using -------------------------------------------------------------------------------------- */

/* Wrong codes of one associate; all of them together are no more than the people of the sites. */
struct vt_guess {
    int64_t since_ms;
    unsigned wrong;
};

void vt_guesses_finish(struct vt_app *app)
{
    struct vt_guess *guess;
    for (size_t at = 0; (guess = vt_map_next(&app->guesses, &at)) != NULL;)
        free(guess);
    vt_map_finish(&app->guesses);
}

static struct vt_guess *guess_of(struct vt_app *app, const char *person)
{
    struct vt_guess *guess = vt_map_get(&app->guesses, vt_str(person));
    if (!guess) {
        guess = calloc(1, sizeof(*guess));
        if (guess && vt_map_set(&app->guesses, vt_str(person), guess) != VT_OK) {
            free(guess);
            return NULL;
        }
    }
    if (guess && vt_now_ms() - guess->since_ms > GUESS_MS)
        guess->wrong = 0;
    return guess;
}

static void record(const struct vt_app *app, const char *site, const char *person, unsigned wrong)
{
    char detail[32];
    snprintf(detail, sizeof(detail), "{\"wrong\":%u}", wrong);
    const struct vt_audit_record row = { .site = vt_str(site),
                                         .actor = vt_str(person),
                                         .verb = VT_STR("code.guessed"),
                                         .object = VT_STR(""),
                                         .detail = vt_str(detail) };
    if (app->deps.audit && vt_audit_put(app->deps.audit, &row, NULL, NULL) != VT_OK)
        vt_log(VT_LOG_ERROR, "code.audit", VT_LOG_T("err", "the audit log's queue is full"));
}

struct using
{
    struct vt_reply_to to;
    char person[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    struct vt_join *join; /* owned until flushed */
};

static void end_using(struct using *using, int err, const char *msg)
{
    if (using->join)
        vt_join_drop(using->join);
    if (err)
        vt_reply_error(&using->to, err, msg);
    free(using);
}

static void handle_paired(void *arg, int err)
{
    struct using *using = arg;
    struct vt_member *member = vt_join_member(using->join);
    if (err || !member || !vt_session_is_of(&member->conv->session, using->person)) {
        end_using(using, err ? VT_ERR_STORE_UNAVAILABLE : VT_ERR_CLAIM_GONE, NULL);
        return;
    }
    const struct vt_conversation *conv = member->conv;
    struct vt_rep_code_use rep = { .c = conv->number,
                                   .sid = vt_str(conv->session.sid),
                                   .reference = vt_str(conv->session.reference),
                                   .conv = vt_str(conv->conv) };
    vt_reply_ok(&using->to, NULL, &rep);
    vt_join_flush(VT_TAKE(using->join), true);
    vt_people_here(member);
    end_using(using, VT_OK, NULL);
}

/* The first queue this person works for, so that the conversation stays theirs and their colleagues'; who
 * works for none that is left has it in the site's first. */
static struct vt_str queue_of(const struct vt_conversation *conv, const struct vt_peer *peer)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    if (!site)
        return VT_STR("");
    for (size_t i = 0; i < site->settings->queues_n; i++)
        if (vt_rights_queue(peer->queues, site->settings->queues[i].id))
            return site->settings->queues[i].id;
    return site->settings->queues[0].id;
}

/* The caller need not wait in the line: whoever spoke on the telephone has taken them already. */
static int pair(struct vt_conversation *conv, const struct vt_peer *peer)
{
    const char *person = peer->person;
    struct vt_coord *coord = conv->app->deps.coord;
    if (vt_session_is_of(&conv->session, person))
        return VT_OK;
    if (conv->session.joining || conv->session.state == VT_STATE_LIVE || conv->session.state == VT_STATE_AWAY)
        return VT_ERR_CLAIM_GONE;
    if (vt_session_runs(&conv->session)) {
        vt_queue_leave(conv);
    } else {
        vt_session_begin(conv, queue_of(conv, peer));
        vt_session_set(conv, VT_STATE_WAITING, "code");
    }
    vt_str_copy(conv->session.associate, sizeof(conv->session.associate), vt_str(person));
    coord->ops->load_add(coord, vt_str(person), 1);
    return vt_session_set(conv, VT_STATE_LIVE, "code");
}

static void handle_entered(void *arg, struct vt_join *join, struct vt_member *member, int err)
{
    struct using *using = arg;
    using->join = join;
    if (!err)
        err = pair(member->conv, member->peer);
    if (err)
        end_using(using, err, NULL);
    else if (vt_session_save(member->conv, handle_paired, using) != VT_OK)
        handle_paired(using, VT_ERR_FULL);
}

static unsigned most_wrong(const struct vt_app *app)
{
    return (unsigned)app->deps.config->code_tries;
}

static void handle_code(void *arg, int err, const struct vt_store_once *once)
{
    struct using *using = arg;
    struct vt_peer *peer = vt_peer_find(using->to.app, using->to.peer);
    struct vt_guess *guess = guess_of(using->to.app, using->person);
    if (err == VT_ERR_MISSING && guess) {
        guess->since_ms = guess->wrong == 0 ? vt_now_ms() : guess->since_ms;
        if (++guess->wrong == most_wrong(using->to.app))
            record(using->to.app, using->to.site, using->person, guess->wrong);
    }
    if (!err && !peer)
        err = VT_ERR_NOT_FOUND;
    if (!err)
        err = vt_enter(peer, once->conv, true, handle_entered, using);
    if (err)
        end_using(using, err == VT_ERR_MISSING ? VT_ERR_NOT_FOUND : VT_ERR_STORE_UNAVAILABLE,
                  err == VT_ERR_MISSING ? "no caller has this code, or it is older than 20 minutes" : NULL);
}

int vt_on_code_use(struct vt_request *rq)
{
    const struct vt_msg_code_use *msg = rq->env->msg;
    struct vt_guess *guess = guess_of(rq->app, rq->peer->person);
    char secret[SECRET_TEXT];
    if (!guess)
        return VT_ERR_OVERLOADED;
    if (guess->wrong >= most_wrong(rq->app)) {
        rq->error.after_ms = (uint32_t)(guess->since_ms + GUESS_MS - rq->now_ms);
        return vt_request_fail(rq, VT_ERR_RATE_LIMITED, "/d/code", "too many wrong codes; wait ten minutes");
    }
    if (!vt_staff_has_room(rq->app, rq->peer->person))
        return vt_request_fail(rq, VT_ERR_CAP_REACHED, "", "you have no room for another customer");
    struct using *using = calloc(1, sizeof(*using));
    if (!using)
        return VT_ERR_OVERLOADED;
    using->to = vt_reply_later(rq);
    memcpy(using->person, rq->peer->person, sizeof(using->person));
    secret_of(rq->peer->site, msg->code, secret);
    int err = vt_store_once_take(rq->app->deps.store, vt_str(rq->peer->site), VT_STR("code"), vt_str(secret),
                                 handle_code, using);
    if (err) {
        rq->peer->requests_open--;
        free(using);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}
