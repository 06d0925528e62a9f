/* SPDX-License-Identifier: Apache-2.0 */
/* identify: who the customer is, as the page says it or as the shop has signed.
 *
 * What is signed names a person of the shop, and a person has one conversation: shown on another device it
 * leads there, and somebody else's token leads out of this one. Either way the reply carries a one-time
 * secret, with which the page says hello anew; nothing of one conversation goes down the line of another. */
#include <stdlib.h>

#include "server/answer.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/contact.h"
#include "server/handlers/handlers.h"
#include "server/identity.h"
#include "server/people.h"
#include "server/profile.h"
#include "server/session.h"
#include "server/store/signed.h"

enum { WAY_MS = 60000, ARENA_BYTES = 65536 };

static int check_said(struct vt_request *rq, const struct vt_msg_identify *msg)
{
    if (!msg->id.len && !msg->name.len && !msg->email.len)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d", "name a token, an id, a name or an email");
    if (msg->email.len > 0 && !vt_email_valid(msg->email))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/email", "this is no mail address");
    return VT_OK;
}

/* What is said takes the place of what was said before; an absent field says nothing. */
static void lay_over(struct vt_t_customer *known, const struct vt_t_customer *said)
{
    struct vt_str *const to[] = { &known->id, &known->name, &known->email };
    const struct vt_str *const from[] = { &said->id, &said->name, &said->email };
    for (size_t i = 0; i < VT_COUNT(to); i++)
        if (from[i]->len > 0)
            *to[i] = *from[i];
    known->verified = said->verified;
}

static bool is_same(const struct vt_t_customer *a, const struct vt_t_customer *b)
{
    return vt_str_eq(a->id, b->id) && vt_str_eq(a->name, b->name) && vt_str_eq(a->email, b->email) &&
           a->verified == b->verified;
}

struct naming {
    char name[VT_NAME_TEXT];
    struct vt_rep_identify rep;
};

static const void *handle_identified(const struct vt_committed *done, void *state)
{
    struct naming *naming = state;
    struct vt_person *person = done->conv ? vt_people_find(done->conv, "c") : NULL;
    if (person && done->fresh)
        vt_people_rename(done->conv, person, vt_str(naming->name), naming->rep.verified);
    naming->rep.name = vt_str(person ? person->name : naming->name);
    return &naming->rep;
}

static int answer_known(struct vt_request *rq)
{
    const struct vt_person *person = vt_member_person(rq->member);
    struct vt_rep_identify rep = { .name = vt_str(person->name), .verified = person->verified };
    return vt_reply_now(rq, NULL, &rep);
}

/* --- what the shop has signed -------------------------------------------------------------------- */

struct signing {
    struct vt_reply_to to;
    struct vt_identity who;
    struct vt_arena arena; /* of what the store answers */
    struct vt_signed token;
    struct vt_str conv; /* to go on with */
    char jti[VT_SHA256_TEXT], fresh[VT_ID_TEXT], customer[VT_ID_TEXT], secret[VT_ID_TEXT];
    struct naming naming;
};

static void end_signing(struct signing *signing, int err, const char *msg)
{
    struct vt_peer *peer = vt_peer_find(signing->to.app, signing->to.peer);
    struct vt_error error = { .err = VT_ERR_FIELD_BAD, .field = "/d/token" };
    if (err == VT_ERR_FIELD_BAD && peer) {
        peer->requests_open--;
        vt_str_copy(error.msg, sizeof(error.msg), vt_str(msg));
        vt_peer_fault(peer, signing->to.id, &error);
    } else if (err) {
        vt_reply_error(&signing->to, err, msg);
    }
    vt_arena_finish(&signing->arena);
    free(signing);
}

static void reply_name(struct signing *signing, const struct vt_event_head *numbers)
{
    struct vt_conversation *conv = vt_conv_find(signing->to.app, vt_str(signing->to.site),
                                                vt_str(signing->to.conv));
    const struct vt_person *person = conv ? vt_people_find(conv, "c") : NULL;
    signing->naming.rep.name = vt_str(person ? person->name : signing->naming.name);
    vt_reply_ok(&signing->to, numbers, &signing->naming.rep);
    end_signing(signing, VT_OK, NULL);
}

static void handle_row(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct signing *signing = arg;
    struct vt_conversation *conv = vt_conv_find(signing->to.app, vt_str(signing->to.site),
                                                vt_str(signing->to.conv));
    struct vt_person *person = conv ? vt_people_find(conv, "c") : NULL;
    (void)cs;
    if (err) {
        end_signing(signing, err, NULL);
        return;
    }
    if (person && numbers)
        vt_people_rename(conv, person, vt_str(signing->naming.name), true);
    reply_name(signing, numbers);
}

/* The conversation is theirs. */
static int settle(struct signing *signing, struct vt_conversation *conv, struct vt_peer *peer)
{
    const struct vt_member *member = vt_conv_member(conv, peer);
    struct vt_t_customer said = { .id = vt_str(signing->who.sub),
                                  .name = vt_str(signing->who.name[0] ? signing->who.name : NULL),
                                  .email = vt_str(signing->who.email[0] ? signing->who.email : NULL),
                                  .verified = true };
    struct vt_t_profile profile;
    vt_profile_read(conv, &signing->arena, &profile);
    peer->signed_in = true;
    struct vt_t_customer known = profile.customer;
    lay_over(&known, &said);
    vt_str_copy(signing->naming.name, sizeof(signing->naming.name), known.name);
    signing->naming.rep = (struct vt_rep_identify){ .verified = true };
    if (is_same(&known, &profile.customer)) { /* each page says it again */
        reply_name(signing, NULL);
        return VT_OK;
    }
    profile.customer = known;
    int err = vt_profile_write(conv, &profile);
    struct vt_thread_row row = {
        .op = VT_OP_IDENTIFY, .by = "c", .cid = vt_str(signing->to.cid), .d = &known
    };
    return err ? err : vt_thread_append(conv, &row, member, handle_row, signing);
}

static void handle_way(void *arg, int err)
{
    struct signing *signing = arg;
    struct vt_rep_identify rep = { .name = vt_str(signing->who.name),
                                   .verified = true,
                                   .code = vt_str(signing->secret) };
    if (!err)
        vt_reply_ok(&signing->to, NULL, &rep);
    end_signing(signing, err ? VT_ERR_STORE_UNAVAILABLE : VT_OK, NULL);
}

static int show_way(struct signing *signing)
{
    struct vt_store_once once = { .site = vt_str(signing->to.site),
                                  .conv = signing->conv,
                                  .kind = VT_STR("back"),
                                  .expires = vt_steady_ms() + WAY_MS };
    vt_id_new(signing->secret);
    return vt_store_once_put(signing->to.app->deps.store, vt_str(signing->secret), &once, false, handle_way,
                             signing);
}

static void handle_taken(void *arg, int err)
{
    struct signing *signing = arg;
    struct vt_peer *peer = vt_peer_find(signing->to.app, signing->to.peer);
    struct vt_conversation *conv = vt_conv_find(signing->to.app, vt_str(signing->to.site),
                                                vt_str(signing->to.conv));
    if (err == VT_ERR_STALE) {
        end_signing(signing, VT_ERR_FIELD_BAD, "the token was used elsewhere before; a fresh one is needed");
        return;
    }
    if (!err && (!peer || !conv))
        err = VT_ERR_NOT_FOUND;
    else if (err)
        err = VT_ERR_STORE_UNAVAILABLE;
    else
        err = vt_str_eq(signing->conv, vt_str(conv->conv)) ? settle(signing, conv, peer) : show_way(signing);
    if (err)
        end_signing(signing, err, NULL);
}

static int take(struct vt_manage *manage, void *arg)
{
    struct signing *signing = arg;
    return vt_signed_take(manage, &signing->token, &signing->arena, &signing->conv);
}

/* A token without a number could be shown again by whoever has seen it: it names who is here, and opens
 * nothing that was said elsewhere. Nor does any, while somebody is served here. */
static void prepare(struct signing *signing, const struct vt_conversation *conv)
{
    const struct vt_identity *who = &signing->who;
    vt_id_new(signing->fresh);
    vt_id_new(signing->customer);
    signing->token = (struct vt_signed){ .site = vt_str(signing->to.site),
                                         .conv = vt_str(signing->to.conv),
                                         .sub = vt_str(who->sub),
                                         .jti = vt_str(signing->jti[0] ? signing->jti : NULL),
                                         .expires = who->expires_ms,
                                         .now = vt_wall_ms(),
                                         .fresh_conv = vt_str(signing->fresh),
                                         .fresh_customer = vt_str(signing->customer) };
    struct vt_t_profile profile;
    vt_profile_read(conv, &signing->arena, &profile);
    bool others = profile.customer.verified && !vt_str_eq(profile.customer.id, vt_str(who->sub));
    signing->token.joins = who->jti[0] && (others || !vt_session_runs(&conv->session));
}

static int identify_signed(struct vt_request *rq, struct vt_str text)
{
    struct vt_conversation *conv = rq->member->conv;
    struct vt_t_profile profile;
    struct signing *signing = calloc(1, sizeof(*signing));
    if (!signing)
        return VT_ERR_OVERLOADED;
    vt_arena_init(&signing->arena, ARENA_BYTES);
    int err = vt_identity_verify(rq, text, &signing->who);
    if (!err && signing->who.jti[0] && vt_sha256_hex(vt_str(signing->who.jti), signing->jti) != VT_OK)
        err = VT_ERR_OVERLOADED;
    if (!err && !signing->who.jti[0] && vt_identity_enforced(rq->app, conv->site))
        err = vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/token", "this site takes tokens with a jti only");
    if (!err) {
        signing->to = vt_reply_later(rq);
        prepare(signing, conv);
        vt_profile_read(conv, &rq->app->arena, &profile);
        /* What comes right behind it on this line need not wait for the store: it is theirs already. */
        rq->peer->signed_in |= profile.customer.verified &&
                               vt_str_eq(profile.customer.id, vt_str(signing->who.sub));
        if (vt_store_work(rq->app->deps.store, take, handle_taken, signing) == VT_OK)
            return VT_OK;
        rq->peer->requests_open--;
        err = VT_ERR_STORE_UNAVAILABLE;
    }
    vt_arena_finish(&signing->arena);
    free(signing);
    return err;
}

/* --- what the page says ------------------------------------------------------------------------- */

int vt_on_identify(struct vt_request *rq)
{
    const struct vt_msg_identify *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_t_customer said = { .id = msg->id, .name = msg->name, .email = msg->email };
    struct vt_t_profile profile;
    if (msg->token.len > 0)
        return identify_signed(rq, msg->token);
    int err = check_said(rq, msg);
    if (err)
        return err;
    if (vt_identity_enforced(rq->app, conv->site))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/token", "this site takes a signed token only");
    vt_profile_read(conv, &rq->app->arena, &profile);
    struct vt_t_customer known = profile.customer;
    lay_over(&known, &said);
    if (profile.customer.verified || is_same(&known, &profile.customer))
        return answer_known(rq); /* what the shop has signed stands above what the page says */
    profile.customer = known;
    err = vt_profile_write(conv, &profile);
    if (err)
        return err;
    struct naming naming = { .rep = { .verified = false } };
    vt_str_copy(naming.name, sizeof(naming.name), known.name);
    struct vt_thread_row row = { .op = VT_OP_IDENTIFY, .by = "c", .cid = rq->env->cid, .d = &known };
    return vt_answer_row(rq, &row, handle_identified, &naming, sizeof(naming));
}
