/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gate.h"

#include <stdio.h>

#include "server/base/err.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/identity.h"
#include "server/quota.h"
#include "server/view.h"

enum { BURST_SECONDS = 4, OVER_MS = 10000 };

/* Operations of the link itself; all others concern a conversation. */
static bool is_link(enum vt_op op)
{
    switch (op) {
    case VT_OP_HELLO:
    case VT_OP_ACK:
    case VT_OP_HB:
    case VT_OP_BYE:
    case VT_OP_CONV_OPEN:
    case VT_OP_CLAIM_TAKE:
    case VT_OP_CLAIM_DECLINE:
    case VT_OP_PRESENCE_SET:
    case VT_OP_QUEUE_WATCH:
    case VT_OP_CODE_USE: /* the conversation is found by what they name: who asks is no member yet */
    case VT_OP_TRANSFER_ANSWER:
    case VT_OP_COLLEAGUE_ANSWER:
    case VT_OP_SUPERVISOR_WATCH:
    case VT_OP_CATALOGUE_SEARCH:
    case VT_OP_CATALOGUE_PRODUCT:
        return true;
    default:
        return false;
    }
}

static struct vt_member *member_of(struct vt_peer *peer, uint32_t c)
{
    VT_LIST_EACH (member, &peer->members, struct vt_member, of_peer)
        if (!vt_peer_is_staff(peer) ? c <= 1 : member->conv->number == c)
            return member;
    return NULL;
}

static bool role_may(const struct vt_peer *peer, uint8_t roles)
{
    unsigned mine = 1u << peer->role;
    if (peer->role == VT_ROLE_SUPERVISOR)
        mine |= 1u << VT_ROLE_ASSOCIATE;
    return (roles & mine) != 0;
}

static bool drives(const struct vt_member *member)
{
    return member->conv->view && strcmp(vt_view_driver(member->conv->view), vt_member_who(member)) == 0;
}

static bool takes_back(enum vt_op op)
{
    switch (op) {
    case VT_OP_CONSENT_REFUSE:
    case VT_OP_CONSENT_STOP:
    case VT_OP_CHAT_CALM:
    case VT_OP_QUEUE_LEAVE:
    case VT_OP_SESSION_END:
    case VT_OP_SESSION_CLOSE:
        return true;
    default:
        return false;
    }
}

/* What all of a site's browsers send, and what it writes. Nobody is kept in anything by others: a consent
 * that is taken back and a goodbye go through, as does what has no rate, such as a beat. */
static int check_site(struct vt_request *rq)
{
    if (takes_back(rq->env->op))
        return VT_OK;
    struct vt_quotas *quotas = rq->app->deps.quotas;
    struct vt_str site = vt_str(rq->peer->site);
    bool writes = rq->env->row->class_ == VT_CLASS_DURABLE;
    if (!vt_quotas_take(quotas, site, VT_QUOTA_MESSAGES, 1, rq->now_ms, &rq->error.after_ms) ||
        (writes && !vt_quotas_has(quotas, site, VT_QUOTA_ROWS, rq->now_ms, &rq->error.after_ms)))
        return vt_request_fail(rq, VT_ERR_RATE_LIMITED, "", "the site's quota is used up; wait");
    return VT_OK;
}

static int check_rate(struct vt_request *rq)
{
    const struct vt_config *config = rq->app->deps.config;
    struct vt_bucket *bucket;
    uint32_t rate;
    switch (rq->env->row->rate) {
    case VT_RATE_ACT:
        bucket = &rq->peer->acts;
        rate = (uint32_t)config->rate_act;
        break;
    case VT_RATE_TALK:
        bucket = &rq->peer->talks;
        rate = (uint32_t)config->rate_talk;
        break;
    case VT_RATE_SEARCH:
        bucket = &rq->peer->searches;
        rate = (uint32_t)config->rate_search;
        break;
    default:
        return VT_OK;
    }
    if (vt_bucket_take(bucket, rate, rate * BURST_SECONDS, rq->now_ms, &rq->error.after_ms))
        return check_site(rq);
    if (rq->now_ms - bucket->over_ms > OVER_MS)
        vt_peer_close(rq->peer, VT_CLOSE_RATE, "5000"); /* the reason is the wait in ms */
    return rq->error.err = VT_ERR_RATE_LIMITED;
}

/* Before the welcome there is no role yet: only hello, once. */
static int check_phase(struct vt_request *rq)
{
    bool is_hello = rq->env->op == VT_OP_HELLO;
    if (rq->peer->phase == VT_PHASE_NEW ? is_hello : rq->peer->phase == VT_PHASE_OPEN && !is_hello)
        return VT_OK;
    return rq->error.err = VT_ERR_HELLO_NEEDED;
}

int vt_gate_sender(struct vt_request *rq)
{
    const struct vt_op_row *row = rq->env->row;
    int err = check_phase(rq);
    if (err)
        return err;
    if (row->from_roles == 0)
        return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "/op", "only the server sends this");
    if (rq->env->op == VT_OP_HELLO)
        return VT_OK;
    bool by_driver = row->from_roles & VT_FROM_DRIVER;
    if (!by_driver && !role_may(rq->peer, row->from_roles))
        return rq->error.err = VT_ERR_ROLE_FORBIDDEN;
    if (!is_link(rq->env->op)) {
        rq->member = member_of(rq->peer, rq->env->c);
        if (!rq->member)
            return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/c", "no open conversation of this number");
    }
    if (rq->env->op != VT_OP_IDENTIFY && vt_identity_owes(rq))
        return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "",
                               "this conversation is a signed customer's; identify with a token first");
    err = check_rate(rq);
    if (!err && row->kind != 'n' && rq->peer->requests_open >= VT_REQUESTS_OPEN)
        return vt_request_fail(rq, VT_ERR_RATE_LIMITED, "/id", "64 requests are open; wait for a reply");
    return err;
}

static uint8_t needs_of(const struct vt_op_row *row, const struct vt_peer *peer)
{
    return row->needs[vt_peer_is_staff(peer) ? 1 : 0];
}

/* Every such refusal is on record: somebody tried what the customer has not agreed to. */
static int check_consent(struct vt_request *rq)
{
    struct vt_conversation *conv = rq->member->conv;
    if (vt_consent_may(conv, needs_of(rq->env->row, rq->peer), rq->now_ms))
        return VT_OK;
    char detail[64];
    snprintf(detail, sizeof(detail), "{\"op\":\"%s\"}", rq->env->row->name);
    vt_consent_record(conv, rq->peer->person, "consent.refused", vt_str(detail));
    return rq->error.err = VT_ERR_CONSENT_MISSING;
}

int vt_gate_state(struct vt_request *rq)
{
    const struct vt_op_row *row = rq->env->row;
    if (!rq->member)
        return VT_OK;
    if (!(row->states & 1u << rq->member->conv->session.state))
        return rq->error.err = VT_ERR_STATE_WRONG;
    if ((row->from_roles & VT_FROM_DRIVER) && !drives(rq->member))
        return rq->error.err = VT_ERR_DRIVER_OTHER;
    return check_consent(rq);
}

/* Serial arithmetic (RFC 1982). */
static bool is_newer(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static int check_motion(struct vt_chan *chan, struct vt_member *member, const struct vt_bin_head *head,
                        bool *ret_drop, int64_t now_ms)
{
    const struct vt_app_deps *deps = &member->conv->app->deps;
    uint32_t rate = (uint32_t)deps->config->rate_motion, after_ms;
    bool fits = vt_bucket_take(&chan->motion, rate, rate * BURST_SECONDS, now_ms, &after_ms);
    if (fits &&
        vt_quotas_take(deps->quotas, vt_str(member->peer->site), VT_QUOTA_MESSAGES, 1, now_ms, &after_ms))
        return VT_OK;
    if (!fits && now_ms - chan->motion.over_ms > OVER_MS)
        return VT_ERR_RATE_LIMITED;
    if (chan->hz == VT_CHAN_HZ) {
        struct vt_evt_rate d = { .n = chan->n, .hz = 15 };
        chan->hz = 15;
        chan->slow_ms = now_ms;
        vt_fanout_member(member, VT_OP_RATE, VT_CLASS_LINK, &d);
    }
    /* The end of a gesture goes nevertheless, at the pace of acts: each makes an event that is kept. */
    uint32_t acts = (uint32_t)deps->config->rate_act;
    *ret_drop = !(head->flags & VT_BIN_EDGE) ||
                !vt_bucket_take(&member->peer->acts, acts, acts * BURST_SECONDS, now_ms, &after_ms);
    return VT_OK;
}

static bool carries(enum vt_chan_kind kind, enum vt_op op)
{
    switch (op) {
    case VT_OP_VIEW:
        return kind == VT_CHAN_KIND_VIEW;
    case VT_OP_PTR:
        return kind == VT_CHAN_KIND_PTR;
    case VT_OP_DRAW:
        return kind == VT_CHAN_KIND_DRAW;
    case VT_OP_MPTR:
        return kind == VT_CHAN_KIND_DOM || kind == VT_CHAN_KIND_MPTR;
    default:
        return kind == VT_CHAN_KIND_DOM;
    }
}

/* What goes up a channel of somebody else: how far one has come with it. */
static bool is_of_reader(enum vt_op op)
{
    return op == VT_OP_BIN_ACK || op == VT_OP_KREQ;
}

int vt_gate_binary(struct vt_peer *peer, const struct vt_op_row *row, const struct vt_bin_head *head,
                   struct vt_chan *chan, struct vt_member **ret_member, bool *ret_drop, int64_t now_ms)
{
    struct vt_member *member = vt_conv_member(chan->conv, peer);
    *ret_drop = false;
    if (!member || member->holding || (chan->writer && chan->writer != member && !is_of_reader(row->op)))
        return VT_ERR_NOT_FOUND;
    if (!carries(chan->kind, row->op))
        return VT_ERR_FRAME_BAD;
    if (!(row->from_roles & VT_FROM_DRIVER) && !role_may(peer, row->from_roles))
        return VT_ERR_ROLE_FORBIDDEN;
    *ret_member = member;
    /* A wheel that was just taken over, or a state that just changed, is no fault of the writer. */
    if (!(row->states & 1u << chan->conv->session.state) ||
        ((row->from_roles & VT_FROM_DRIVER) && !drives(member)) ||
        !vt_consent_may(chan->conv, needs_of(row, peer), now_ms)) {
        *ret_drop = true;
        return VT_OK;
    }
    if (row->rate == VT_RATE_MOTION && chan->writer) {
        *ret_drop = chan->used && !is_newer(head->seq, chan->seq);
        if (*ret_drop)
            return VT_OK;
        chan->seq = head->seq;
        chan->used = true;
    }
    return row->rate == VT_RATE_MOTION ? check_motion(chan, member, head, ret_drop, now_ms) : VT_OK;
}
