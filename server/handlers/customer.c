/* SPDX-License-Identifier: Apache-2.0 */
/* What the customer's page says of the visit; who the customer is stands in identify.c. */
#include "server/api/json.h"

#include <stdlib.h>

#include "server/attention.h"
#include "server/base/err.h"
#include "server/budget.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/invitations.h"
#include "server/profile.h"
#include "server/site.h"

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

/* Staff note what the customer has told them to spend, and nothing else of what the page says. */
static int check_budget(struct vt_request *rq, json_t *keys)
{
    json_t *budget = json_object_get(keys, "budget");
    struct vt_budget read;
    if (json_object_size(keys) == 1 && budget && (json_is_null(budget) || vt_budget_of(budget, &read)))
        return VT_OK;
    return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/keys",
                           "staff write budget alone: {\"amount\": \"900\", \"currency\": \"EUR\"}, or "
                           "null");
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

/* The page says by which invitation they came, which was a question of the day like those of a conversation.
 */
static bool came_by_invitation(const struct vt_request *rq, const json_t *keys, struct vt_str known)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    VT_CLEANUP(vt_json_unref)
    json_t *before = NULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(200);
    struct vt_str rule = vt_json_text(keys, "invitation");
    if (!site || !rule.ptr || vt_peer_is_staff(rq->peer) || !vt_invitations_has(site, rule))
        return false;
    before = known.len > 0 ? vt_json_parse(known, CONTEXT_BYTES, &why) : NULL;
    return !before || !vt_str_eq(rule, vt_json_text(before, "invitation"));
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
    if (!err && vt_peer_is_staff(rq->peer))
        err = check_budget(rq, keys);
    if (err)
        return err;
    vt_profile_read(conv, &rq->app->arena, &profile);
    merged = merge(profile.context, keys);
    if (!merged)
        return vt_request_fail(rq, VT_ERR_TOO_LARGE, "/d/keys", "32 keys and 8 KiB in all; null removes one");
    if (vt_str_eq(vt_str(merged), profile.context))
        return vt_reply_now(rq, NULL, NULL);
    bool by_invitation = came_by_invitation(rq, keys, profile.context);
    profile.context = vt_str(merged);
    err = vt_profile_write(conv, &profile);
    if (err)
        return err;
    if (by_invitation)
        vt_attention_had(conv, VT_ATTENTION_PROMPT);
    vt_fanout_control(
        conv,
        &(struct vt_event){
            .op = VT_OP_CONTEXT, .by = vt_member_who(rq->member), .d = msg, .except = rq->member },
        &numbers);
    return vt_reply_now(rq, &numbers, NULL);
}
