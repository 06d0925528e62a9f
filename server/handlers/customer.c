/* SPDX-License-Identifier: Apache-2.0 */
/* What the customer's page says of the customer: who it is, what the site knows of the visit. */
#include "server/api/json.h"

#include <stdlib.h>

#include "server/answer.h"
#include "server/base/err.h"
#include "server/contact.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/identity.h"
#include "server/people.h"
#include "server/profile.h"

/* --- identify ----------------------------------------------------------------------------------- */

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

int vt_on_identify(struct vt_request *rq)
{
    const struct vt_msg_identify *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_t_customer said = { .id = msg->id, .name = msg->name, .email = msg->email };
    struct vt_t_profile profile;
    vt_profile_read(conv, &rq->app->arena, &profile);
    int err = msg->token.len > 0 ? vt_identity_verify(rq, msg->token, &said) : check_said(rq, msg);
    if (err)
        return err;
    if (!said.verified && vt_identity_enforced(rq->app, conv->site))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/token", "this site takes a signed token only");
    if (profile.customer.verified && said.verified && !vt_str_eq(profile.customer.id, said.id))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/token",
                               "this conversation is another customer's; call shutdown first");
    rq->peer->signed_in |= said.verified;
    if (profile.customer.verified && !said.verified)
        return answer_known(rq); /* what the shop has signed stands above what the page says */
    struct vt_t_customer known = profile.customer;
    lay_over(&known, &said);
    if (is_same(&known, &profile.customer))
        return answer_known(rq); /* each page says it again */
    profile.customer = known;
    err = vt_profile_write(conv, &profile);
    if (err)
        return err;
    struct naming naming = { .rep = { .verified = known.verified } };
    vt_str_copy(naming.name, sizeof(naming.name), known.name);
    struct vt_thread_row row = { .op = VT_OP_IDENTIFY, .by = "c", .cid = rq->env->cid, .d = &known };
    return vt_answer_row(rq, &row, handle_identified, &naming, sizeof(naming));
}

/* --- context ------------------------------------------------------------------------------------ */

enum { KEYS_MAX = 32, KEY_MAX = 64, TEXT_MAX = 1000, INNER_MAX = 16, CONTEXT_BYTES = 8192 };

static bool is_plain(const json_t *value)
{
    return json_is_number(value) || json_is_boolean(value) || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) <= TEXT_MAX);
}

static bool is_value(json_t *value)
{
    const char *key;
    json_t *inner;
    if (!json_is_object(value))
        return is_plain(value);
    json_object_foreach(value, key, inner) if (strlen(key) > KEY_MAX || !is_plain(inner)) return false;
    return json_object_size(value) <= INNER_MAX;
}

static int check_keys(struct vt_request *rq, json_t *keys)
{
    const char *key;
    json_t *value;
    if (!json_is_object(keys) || json_object_size(keys) > KEYS_MAX)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/keys", "an object of at most 32 keys");
    json_object_foreach(keys, key, value) if (
        !*key || strlen(key) > KEY_MAX ||
        !is_value(value)) return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/keys",
                                                 "a key has at most 64 bytes; a value is a text of at most "
                                                 "1000 bytes, "
                                                 "a number, true, false, null, or one flat object of those");
    return VT_OK;
}

/* null removes. The result, or NULL when it outgrows the limits. */
static char *merge(struct vt_str known, const json_t *keys)
{
    VT_CLEANUP(vt_json_unref)
    json_t *all = NULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(200);
    const char *key;
    json_t *value;
    all = known.len > 0 ? vt_json_parse(known, CONTEXT_BYTES, &why) : NULL;
    if (!all)
        all = json_object();
    json_object_foreach((json_t *)keys, key, value)
    {
        if (json_is_null(value))
            json_object_del(all, key);
        else
            json_object_set(all, key, value);
    }
    char *text = json_object_size(all) <= KEYS_MAX ? json_dumps(all, JSON_COMPACT) : NULL;
    if (text && strlen(text) > CONTEXT_BYTES) {
        free(text);
        return NULL;
    }
    return text;
}

int vt_on_context(struct vt_request *rq)
{
    const struct vt_msg_context *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    VT_CLEANUP(vt_json_unref)
    json_t *keys = NULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(200);
    VT_FREE
    char *merged = NULL;
    struct vt_t_profile profile;
    struct vt_event_head numbers;
    keys = vt_json_parse(msg->keys, CONTEXT_BYTES, &why);
    int err = check_keys(rq, keys);
    if (err)
        return err;
    vt_profile_read(conv, &rq->app->arena, &profile);
    merged = merge(profile.context, keys);
    if (!merged)
        return vt_request_fail(rq, VT_ERR_TOO_LARGE, "/d/keys", "32 keys and 8 KiB in all; null removes one");
    if (vt_str_eq(vt_str(merged), profile.context))
        return vt_reply_now(rq, NULL, NULL);
    profile.context = vt_str(merged);
    err = vt_profile_write(conv, &profile);
    if (err)
        return err;
    vt_fanout_control(
        conv, &(struct vt_event){ .op = VT_OP_CONTEXT, .by = "c", .d = msg, .except = rq->member }, &numbers);
    return vt_reply_now(rq, &numbers, NULL);
}
