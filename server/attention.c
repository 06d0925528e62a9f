/* SPDX-License-Identifier: Apache-2.0 */
#include "server/attention.h"

#include <stdio.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/profile.h"
#include "server/session.h"
#include "server/site.h"

enum { ARENA_BYTES = 65536 };

#define COUNTED(text)                                                                                        \
    {                                                                                                        \
        .name = "vitrine_attention_put_total",                                                               \
        .help = "What was put before customers by kind: pictures, pushes, prompts.", .labels = text,         \
        .kind = VT_METRIC_COUNTER                                                                            \
    }
#define REFUSED(text)                                                                                        \
    {                                                                                                        \
        .name = "vitrine_attention_refused_total",                                                           \
        .help = "What was not put before customers, by what stood against it.", .labels = text,              \
        .kind = VT_METRIC_COUNTER                                                                            \
    }
static struct vt_metric put_total[] = { COUNTED("kind=\"picture\""), COUNTED("kind=\"push\""),
                                        COUNTED("kind=\"prompt\"") };
enum why { WHY_LIMIT, WHY_DAY, WHY_CALM, WHY_QUIET, WHY_COUNT };
static struct vt_metric refused_total[] = { REFUSED("why=\"limit\""), REFUSED("why=\"day\""),
                                            REFUSED("why=\"calm\""), REFUSED("why=\"quiet\"") };

static void count(struct vt_metric *metric)
{
    vt_metrics_add(metric);
    vt_metric_inc(metric, 1);
}

/* --- what a message is ----------------------------------------------------------------------- */

static enum vt_attention_kind kind_of_chat(const struct vt_msg_chat_send *msg)
{
    switch (msg->kind) {
    case VT_CHAT_KIND_PICTURE:
    case VT_CHAT_KIND_FILM:
    case VT_CHAT_KIND_FILE:
        return VT_ATTENTION_PICTURE;
    case VT_CHAT_KIND_PRODUCT:
        return VT_ATTENTION_PUSH;
    case VT_CHAT_KIND_CHOICE:
    case VT_CHAT_KIND_FORM:
        return VT_ATTENTION_PROMPT;
    default:
        return VT_ATTENTION_NONE;
    }
}

/* What staff put before the customer. Consent is asked for within bounds of its own. */
static enum vt_attention_kind kind_of(const struct vt_envelope *env)
{
    switch (env->op) {
    case VT_OP_CHAT_SEND:
        return kind_of_chat(env->msg);
    case VT_OP_VIEW_OPEN:
        return VT_ATTENTION_PUSH;
    case VT_OP_VIEW_ITEM:
        return ((const struct vt_msg_view_item *)env->msg)->add ? VT_ATTENTION_PUSH : VT_ATTENTION_NONE;
    case VT_OP_OFFER_MAKE:
    case VT_OP_PAGE_PUSH:
    case VT_OP_CART_ADD:
    case VT_OP_CART_UPDATE:
    case VT_OP_GUEST_POLL:
    case VT_OP_WATCH_ASK:
        return VT_ATTENTION_PROMPT;
    default:
        return VT_ATTENTION_NONE;
    }
}

/* What a customer does themselves; what their page says by itself is none of it. The answers of the page are
 * act.c's, which knows what was asked. */
static bool is_answer(enum vt_op op)
{
    switch (op) {
    case VT_OP_CHAT_SEND:
    case VT_OP_CHAT_CALM:
    case VT_OP_CHAT_CONTACT:
    case VT_OP_VIEW_OPEN:
    case VT_OP_VIEW_SET:
    case VT_OP_VIEW_ITEM:
    case VT_OP_VIEW_DRIVE:
    case VT_OP_VIEW_CLOSE:
    case VT_OP_COMPARE_SET:
    case VT_OP_SPIN_TURN:
    case VT_OP_FILM_PLAY:
    case VT_OP_MARK_ADD:
    case VT_OP_MARK_DROP:
    case VT_OP_CART_ADD:
    case VT_OP_CART_UPDATE:
    case VT_OP_OFFER_TAKE:
    case VT_OP_OFFER_DROP:
    case VT_OP_ORDER_DONE:
    case VT_OP_QUEUE_JOIN:
    case VT_OP_CONSENT_GIVE:
    case VT_OP_CONSENT_REFUSE:
    case VT_OP_GUEST_INVITE:
    case VT_OP_GUEST_POLL:
    case VT_OP_GUEST_VOTE:
    case VT_OP_RATING_GIVE:
    case VT_OP_WATCH_SET:
        return true;
    default:
        return false;
    }
}

/* --- the counts ------------------------------------------------------------------------------ */

static struct vt_t_attention_count wire(const uint32_t n[VT_ATTENTION_NONE])
{
    return (struct vt_t_attention_count){ .pictures = (uint16_t)n[VT_ATTENTION_PICTURE],
                                          .pushes = (uint16_t)n[VT_ATTENTION_PUSH],
                                          .prompts = (uint16_t)n[VT_ATTENTION_PROMPT] };
}

static void unwire(const struct vt_t_attention_count *from, uint32_t ret_n[VT_ATTENTION_NONE])
{
    ret_n[VT_ATTENTION_PICTURE] = from->pictures;
    ret_n[VT_ATTENTION_PUSH] = from->pushes;
    ret_n[VT_ATTENTION_PROMPT] = from->prompts;
}

static const struct vt_settings *settings_of(const struct vt_conversation *conv)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    return site ? site->settings : NULL;
}

static uint32_t day_now(const struct vt_conversation *conv)
{
    const struct vt_settings *settings = settings_of(conv);
    return settings ? vt_settings_day(settings, vt_wall_ms()) : 0;
}

static uint32_t today(const struct vt_conversation *conv, enum vt_attention_kind kind)
{
    return conv->attention.day == day_now(conv) ? conv->attention.today[kind] : 0;
}

void vt_attention_load(struct vt_conversation *conv, const struct vt_t_profile *profile)
{
    conv->calm = profile->has_calm && profile->calm;
    if (!profile->attention)
        return;
    unwire(&profile->attention->waiting, conv->attention.waiting);
    unwire(&profile->attention->today, conv->attention.today);
    conv->attention.day = profile->attention->day;
}

static void describe(const struct vt_conversation *conv, struct vt_evt_presence_attention *ret)
{
    const struct vt_settings *settings = settings_of(conv);
    const uint32_t now[] = { today(conv, VT_ATTENTION_PICTURE), today(conv, VT_ATTENTION_PUSH),
                             today(conv, VT_ATTENTION_PROMPT) };
    struct vt_hours_state quiet = { 0 };
    *ret = (struct vt_evt_presence_attention){ .waiting = wire(conv->attention.waiting), .today = wire(now) };
    if (!settings)
        return;
    ret->limit = wire(settings->attention.limit);
    ret->most = wire(settings->attention.day);
    if (settings->attention.quiet)
        vt_hours_at(settings->attention.quiet, vt_wall_ms(), &quiet);
    ret->has_quiet = quiet.open;
    ret->quiet = quiet.until_ms;
}

static void tell_all(struct vt_conversation *conv)
{
    struct vt_evt_presence_attention d;
    describe(conv, &d);
    vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_PRESENCE_ATTENTION, .d = &d });
}

void vt_attention_tell(struct vt_member *member)
{
    struct vt_evt_presence_attention d;
    describe(member->conv, &d);
    vt_fanout_member(member, VT_OP_PRESENCE_ATTENTION, VT_CLASS_LATEST, &d);
}

/* Counts that could not be kept are right until the process ends. */
static int keep(struct vt_conversation *conv)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    struct vt_t_attention_kept kept = { .waiting = wire(conv->attention.waiting),
                                        .day = conv->attention.day,
                                        .today = wire(conv->attention.today) };
    vt_arena_init(&arena, ARENA_BYTES);
    vt_profile_read(conv, &arena, &profile);
    profile.attention = &kept;
    profile.calm = profile.has_calm = conv->calm;
    return vt_profile_write(conv, &profile);
}

static void changed(struct vt_conversation *conv)
{
    int err = keep(conv);
    if (err)
        vt_log(VT_LOG_WARN, "attention.keep", VT_LOG_T("conv", conv->conv),
               VT_LOG_T("err", vt_err_name(err)));
    tell_all(conv);
}

void vt_attention_had(struct vt_conversation *conv, enum vt_attention_kind kind)
{
    uint32_t day = day_now(conv);
    if (conv->attention.day != day)
        memset(conv->attention.today, 0, sizeof(conv->attention.today));
    conv->attention.day = day;
    if (conv->attention.today[kind] < UINT16_MAX)
        conv->attention.today[kind]++;
    count(&put_total[kind]);
    changed(conv);
}

void vt_attention_put(struct vt_conversation *conv, enum vt_attention_kind kind)
{
    if (conv->attention.waiting[kind] < UINT16_MAX)
        conv->attention.waiting[kind]++;
    vt_attention_had(conv, kind);
}

void vt_attention_answered(struct vt_conversation *conv)
{
    const uint32_t *waiting = conv->attention.waiting;
    if (!waiting[VT_ATTENTION_PICTURE] && !waiting[VT_ATTENTION_PUSH] && !waiting[VT_ATTENTION_PROMPT])
        return;
    memset(conv->attention.waiting, 0, sizeof(conv->attention.waiting));
    for (size_t i = 0; conv->attention.put && i < VT_ATTENTION_PUT; i++)
        conv->attention.put[i].kind = VT_ATTENTION_NONE;
    changed(conv);
}

int vt_attention_calm(struct vt_conversation *conv, bool on)
{
    bool before = conv->calm;
    conv->calm = on;
    int err = keep(conv);
    if (err)
        conv->calm = before;
    return err;
}

/* --- the limits ------------------------------------------------------------------------------ */

static int refuse(struct vt_error *error, enum why why, int err)
{
    count(&refused_total[why]);
    if (error)
        error->err = err;
    return err;
}

static bool is_here(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->peer->role == VT_ROLE_CUSTOMER)
            return true;
    return false;
}

/* Who is here, or in a session, has asked. */
static int check_quiet(struct vt_conversation *conv, const struct vt_settings *settings,
                       struct vt_error *error)
{
    struct vt_hours_state quiet = { 0 };
    int64_t now_ms = vt_wall_ms();
    if (!settings->attention.quiet || vt_session_runs(&conv->session) || is_here(conv))
        return VT_OK;
    vt_hours_at(settings->attention.quiet, now_ms, &quiet);
    if (!quiet.open)
        return VT_OK;
    if (error) {
        error->after_ms = quiet.until_ms > now_ms ? (uint32_t)(quiet.until_ms - now_ms) : 0;
        snprintf(error->msg, sizeof(error->msg),
                 "these are the site's quiet hours; a text may be left, the rest waits until they end or the "
                 "customer is here");
    }
    return refuse(error, WHY_QUIET, VT_ERR_ATTENTION_QUIET);
}

static int check_limits(const struct vt_conversation *conv, const struct vt_settings *settings,
                        enum vt_attention_kind kind, struct vt_error *error)
{
    static const char *const words[] = { "pictures", "pieces", "questions" };
    unsigned waiting = conv->attention.waiting[kind], so_far = today(conv, kind);
    unsigned limit = settings->attention.limit[kind], most = settings->attention.day[kind];
    if (waiting >= limit) {
        if (error)
            snprintf(
                error->msg, sizeof(error->msg),
                "%u %s lie before the customer unanswered, and the site allows %u; anything the customer "
                "says or does about them frees it",
                waiting, words[kind], limit);
        return refuse(error, WHY_LIMIT, VT_ERR_ATTENTION_FULL);
    }
    if (most == 0 || so_far < most)
        return VT_OK;
    if (error)
        snprintf(
            error->msg, sizeof(error->msg),
            "%u %s have been put before the customer today, and the site allows %u a day; midnight frees "
            "it",
            so_far, words[kind], most);
    return refuse(error, WHY_DAY, VT_ERR_ATTENTION_FULL);
}

int vt_attention_may(struct vt_conversation *conv, enum vt_attention_kind kind, struct vt_error *ret_error)
{
    const struct vt_settings *settings = settings_of(conv);
    if (kind == VT_ATTENTION_NONE || !settings)
        return VT_OK;
    if (conv->calm && kind != VT_ATTENTION_PROMPT) {
        if (ret_error)
            snprintf(ret_error->msg, sizeof(ret_error->msg),
                     "the customer has paused pictures; only they let them come again");
        return refuse(ret_error, WHY_CALM, VT_ERR_ATTENTION_CALM);
    }
    int err = check_quiet(conv, settings, ret_error);
    return err ? err : check_limits(conv, settings, kind, ret_error);
}

/* --- requests -------------------------------------------------------------------------------- */

/* FNV-1a: a collision lets one thing too many through, once. */
static uint64_t hash_of(struct vt_str cid)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < cid.len; i++)
        hash = (hash ^ (unsigned char)cid.ptr[i]) * UINT64_C(0x100000001b3);
    return cid.len > 0 ? hash : 0;
}

/* Where it was counted under this cid; VT_ATTENTION_PUT: it was not. */
static size_t find_put(const struct vt_conversation *conv, struct vt_str cid)
{
    uint64_t hash = hash_of(cid);
    size_t i = conv->attention.put ? 0 : VT_ATTENTION_PUT;
    while (i < VT_ATTENTION_PUT && (hash == 0 || conv->attention.put[i].cid != hash))
        i++;
    return i;
}

/* Said again after a lost line: it was let through and counted the first time. */
static bool is_again(const struct vt_conversation *conv, struct vt_str cid)
{
    return find_put(conv, cid) < VT_ATTENTION_PUT;
}

int vt_attention_gate(struct vt_request *rq)
{
    if (!rq->member || !vt_peer_is_staff(rq->peer) || is_again(rq->member->conv, rq->env->cid))
        return VT_OK;
    return vt_attention_may(rq->member->conv, kind_of(rq->env), &rq->error);
}

void vt_attention_taken(const struct vt_request *rq)
{
    bool is_theirs = rq->peer->role == VT_ROLE_CUSTOMER && is_answer(rq->env->op);
    enum vt_attention_kind kind = vt_peer_is_staff(rq->peer) ? kind_of(rq->env) : VT_ATTENTION_NONE;
    if (!rq->member || !(is_theirs || kind != VT_ATTENTION_NONE))
        return; /* what leaves a conversation may have ended the member */
    struct vt_conversation *conv = rq->member->conv;
    if (is_theirs)
        vt_attention_answered(conv);
    if (is_theirs || is_again(conv, rq->env->cid))
        return;
    /* Most of those who wait are shown nothing: a quarter of a KiB of each. */
    if (!conv->attention.put)
        conv->attention.put = calloc(VT_ATTENTION_PUT, sizeof(*conv->attention.put));
    if (conv->attention.put) { /* else it would count again if it were said again */
        size_t at = conv->attention.put_next++ % VT_ATTENTION_PUT;
        conv->attention.put[at].cid = hash_of(rq->env->cid);
        conv->attention.put[at].kind = (uint8_t)kind;
    }
    vt_attention_put(conv, kind);
}

void vt_attention_failed(const struct vt_reply_to *to)
{
    struct vt_conversation *conv = to->conv[0] ? vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv))
                                               : NULL;
    size_t at = conv ? find_put(conv, vt_str(to->cid)) : VT_ATTENTION_PUT;
    if (at == VT_ATTENTION_PUT)
        return;
    uint8_t kind = conv->attention.put[at].kind;
    conv->attention.put[at].cid = 0;
    if (kind == VT_ATTENTION_NONE)
        return;
    conv->attention.waiting[kind] -= conv->attention.waiting[kind] > 0;
    conv->attention.today[kind] -= conv->attention.today[kind] > 0;
    changed(conv);
}
