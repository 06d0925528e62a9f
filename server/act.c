/* SPDX-License-Identifier: Apache-2.0 */
#include "server/act.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/attention.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/thread.h"

enum { DONE = 16, DETAIL_BYTES = 256 };

static struct vt_metric acts_total = { .name = "vitrine_acts_total",
                                       .help = "What customers' pages were asked to do.",
                                       .kind = VT_METRIC_COUNTER };
static struct vt_metric acts_done = { .name = "vitrine_acts_done_total",
                                      .help = "What customers' pages have done of it.",
                                      .kind = VT_METRIC_COUNTER };

struct act {
    uint32_t ask; /* 0: free */
    struct vt_reply_to to;
    char page[VT_ID_TEXT]; /* the customer's socket */
    char by[VT_WHO_TEXT], person[VT_PERSON_TEXT];
    int64_t until_ms;
    char *d; /* owned JSON of the request */
};

struct vt_acts {
    uint32_t next;
    struct act open[VT_ACTS_OPEN];
    struct {
        char cid[VT_CID_BYTES + 1];
        struct vt_t_act_result result;
    } done[DONE]; /* of class D: the row says the answer, this that it was asked */
    uint8_t done_next;
};

static struct vt_acts *acts_of(struct vt_conversation *conv)
{
    if (!conv->acts)
        conv->acts = calloc(1, sizeof(*conv->acts));
    return conv->acts;
}

static bool is_kept(enum vt_op op)
{
    return vt_op_rows[op].class_ == VT_CLASS_DURABLE;
}

/* --- the end of one ------------------------------------------------------------------------------ */

struct pushing {
    struct vt_reply_to to;
    struct vt_t_act_result result;
    bool apart; /* the row goes to everybody, whoever asked too: the reply carries no number */
};

static void handle_pushed(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct pushing *pushing = arg;
    (void)cs;
    if (err)
        vt_reply_error(&pushing->to, err, NULL);
    else
        vt_reply_ok(&pushing->to, pushing->apart ? NULL : numbers, &pushing->result);
    free(pushing);
}

/* What was asked for, and the answer: the op's event. */
union row_body {
    struct vt_evt_page_push push;
    struct vt_evt_cart_add add;
    struct vt_evt_cart_update update;
};

union row_asked {
    struct vt_msg_page_push push;
    struct vt_msg_cart_add add;
    struct vt_msg_cart_update update;
};

static void fill_row(enum vt_op op, const union row_asked *asked, const struct vt_t_act_result *result,
                     struct vt_str chosen, union row_body *ret)
{
    const struct vt_msg_cart_add *add = &asked->add;
    const struct vt_msg_cart_update *update = &asked->update;
    if (op == VT_OP_CART_ADD)
        ret->add = (struct vt_evt_cart_add){ .sku = add->sku,
                                             .variant = add->variant.ptr ? add->variant : chosen,
                                             .qty = add->qty,
                                             .name = add->name,
                                             .offer = add->offer,
                                             .has_offer = add->has_offer,
                                             .success = result->success,
                                             .reason = result->reason,
                                             .has_reason = result->has_reason };
    else if (op == VT_OP_CART_UPDATE)
        ret->update = (struct vt_evt_cart_update){ .sku = update->sku,
                                                   .variant = update->variant,
                                                   .qty = update->qty,
                                                   .name = update->name,
                                                   .success = result->success,
                                                   .reason = result->reason,
                                                   .has_reason = result->has_reason };
    else
        ret->push = (struct vt_evt_page_push){ .url = asked->push.url,
                                               .text = asked->push.text,
                                               .success = result->success,
                                               .reason = result->reason,
                                               .has_reason = result->has_reason };
}

static void write_row(struct vt_conversation *conv, const struct act *act,
                      const struct vt_t_act_result *result, struct vt_str chosen)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    union row_asked msg;
    union row_body d;
    struct vt_error error;
    struct vt_peer *peer = vt_peer_find(conv->app, act->to.peer);
    struct pushing *pushing = calloc(1, sizeof(*pushing));
    vt_arena_init(&arena, 65536);
    int err = pushing ? vt_decode_body(&arena, vt_op_rows[act->to.op].msg, vt_str(act->d), &msg, &error)
                      : VT_ERR_OVERLOADED;
    if (!err) {
        /* A customer's panel loads what knows of bags late: it finds the row in the thread like any other. */
        bool apart = act->to.op != VT_OP_PAGE_PUSH;
        *pushing = (struct pushing){ .to = act->to, .result = *result, .apart = apart };
        fill_row(act->to.op, &msg, result, chosen, &d);
        const struct vt_thread_row row = {
            .op = act->to.op, .by = act->by, .cid = vt_str(act->to.cid), .d = &d
        };
        err = vt_thread_append(conv, &row, peer && !apart ? vt_conv_member(conv, peer) : NULL, handle_pushed,
                               pushing);
        if (!err)
            return;
    }
    vt_reply_error(&act->to, err, NULL);
    free(pushing);
}

static void remember(struct vt_acts *acts, const struct act *act, const struct vt_t_act_result *result)
{
    size_t i = acts->done_next++ % DONE;
    memcpy(acts->done[i].cid, act->to.cid, sizeof(acts->done[i].cid));
    acts->done[i].result = *result;
}

/* The element's name comes from the page: what is none is left out. */
static bool is_tag(struct vt_str tag)
{
    for (size_t i = 0; i < tag.len; i++)
        if (!isalnum((unsigned char)tag.ptr[i]) && tag.ptr[i] != '-')
            return false;
    return tag.len > 0;
}

static void record(const struct vt_conversation *conv, const struct act *act,
                   const struct vt_t_act_result *result, struct vt_str tag)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf detail = VT_BUF_INIT(DETAIL_BYTES);
    struct vt_str mask = vt_consent_mask(conv);
    vt_buf_printf(&detail, "{\"success\":%s", result->success ? "true" : "false");
    if (result->has_reason)
        vt_buf_printf(&detail, ",\"reason\":\"%s\"", vt_act_reason_name(result->reason));
    if (is_tag(tag))
        vt_buf_printf(&detail, ",\"tag\":\"%.*s\"", VT_STR_ARG(tag));
    vt_buf_printf(&detail, ",\"mask\":\"%.*s\"}", VT_STR_ARG(mask));
    vt_consent_record(conv, act->person, vt_op_rows[act->to.op].name, vt_buf_view(&detail));
}

/* `said` is NULL where nobody answered. */
static void end(struct vt_conversation *conv, struct act *open, const struct vt_t_act_result *result,
                const struct vt_msg_answer *said)
{
    struct act act = *open;
    open->ask = 0;
    open->d = NULL;
    vt_metric_inc(&acts_done, result->success);
    if (strcmp(act.by, "c") !=
        0) /* what customers do on their own page is nobody's business but the thread's */
        record(conv, &act, result, said ? said->tag : VT_STR(""));
    if (is_kept(act.to.op)) {
        remember(conv->acts, &act, result);
        write_row(conv, &act, result, said ? said->variant : (struct vt_str){ 0 });
    } else {
        vt_reply_ok(&act.to, NULL, result);
    }
    free(act.d);
}

static void give_up(struct vt_conversation *conv, struct act *open, enum vt_act_reason why)
{
    end(conv, open, &(struct vt_t_act_result){ .reason = why, .has_reason = true }, NULL);
}

/* --- asking -------------------------------------------------------------------------------------- */

static struct vt_member *customer_of(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->peer->role == VT_ROLE_CUSTOMER && member->peer->phase == VT_PHASE_OPEN &&
            !member->holding)
            return member;
    return NULL;
}

/* The same push said again, after a reconnect: its page is not asked twice. */
static bool is_again(struct vt_request *rq, struct vt_acts *acts)
{
    char cid[VT_CID_BYTES + 1];
    vt_str_copy(cid, sizeof(cid), rq->env->cid);
    for (size_t i = 0; cid[0] && i < VT_ACTS_OPEN; i++) {
        if (acts->open[i].ask == 0 || strcmp(acts->open[i].to.cid, cid) != 0)
            continue;
        acts->open[i].to = vt_reply_later(rq); /* who asked is gone, or it would know */
        return true;
    }
    for (size_t i = 0; cid[0] && i < DONE; i++) {
        if (strcmp(acts->done[i].cid, cid) != 0)
            continue;
        vt_reply_now(rq, NULL, &acts->done[i].result);
        return true;
    }
    return false;
}

static int ask_page(struct vt_request *rq, struct vt_member *customer, struct act *act, int64_t wait_ms)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf d = VT_BUF_INIT(16384);
    if (vt_encode_body(&d, rq->env->row->msg, rq->env->msg) != VT_OK)
        return VT_ERR_OVERLOADED;
    act->d = is_kept(rq->env->op) ? strdup(vt_buf_cstr(&d)) : NULL; /* values are not kept */
    if (is_kept(rq->env->op) && !act->d)
        return VT_ERR_OVERLOADED;
    struct vt_conversation *conv = rq->member->conv;
    act->ask = ++conv->acts->next;
    act->to = vt_reply_later(rq);
    act->until_ms = rq->now_ms + wait_ms;
    memcpy(act->page, customer->peer->id, sizeof(act->page));
    memcpy(act->person, rq->peer->person, sizeof(act->person));
    vt_str_copy(act->by, sizeof(act->by), vt_str(vt_member_who(rq->member)));
    struct vt_evt_ask evt = { .ask = act->ask,
                              .op = vt_str(rq->env->row->name),
                              .d = vt_buf_view(&d),
                              .until = vt_wall_ms() + wait_ms,
                              .by = vt_str(act->by) };
    vt_metrics_add(&acts_total);
    vt_metrics_add(&acts_done);
    vt_metric_inc(&acts_total, 1);
    vt_fanout_member(customer, VT_OP_ASK, VT_CLASS_LINK, &evt);
    vt_secret_wipe(d.data, d.len);
    return VT_OK;
}

int vt_act_start(struct vt_request *rq, int64_t wait_ms)
{
    struct vt_conversation *conv = rq->member->conv;
    struct vt_acts *acts = acts_of(conv);
    struct vt_member *customer = customer_of(conv);
    if (!acts)
        return VT_ERR_OVERLOADED;
    if (is_again(rq, acts))
        return VT_OK;
    if (!customer) {
        struct vt_t_act_result gone = { .reason = VT_ACT_REASON_GONE, .has_reason = true };
        return vt_reply_now(rq, NULL, &gone);
    }
    for (size_t i = 0; i < VT_ACTS_OPEN; i++)
        if (acts->open[i].ask == 0)
            return ask_page(rq, customer, &acts->open[i], wait_ms);
    return vt_request_fail(rq, VT_ERR_CAP_REACHED, "", "the page has not answered what it was asked before");
}

/* --- answers and ends ---------------------------------------------------------------------------- */

/* The customer was asked and has pressed something; with leave to navigate the page goes by itself. */
static bool is_said_by_hand(const struct vt_conversation *conv, const struct act *act,
                            const struct vt_t_act_result *result)
{
    bool is_late = result->has_reason && result->reason == VT_ACT_REASON_TIMEOUT;
    bool goes = act->to.op == VT_OP_PAGE_PUSH &&
                conv->consents.state[VT_CAPABILITY_NAVIGATE] == VT_CONSENT_WORD_ON;
    return is_kept(act->to.op) && !is_late && !goes && strcmp(act->by, "c") != 0;
}

void vt_act_answer(struct vt_member *member, const struct vt_msg_answer *msg)
{
    struct vt_acts *acts = member->conv->acts;
    for (size_t i = 0; acts && i < VT_ACTS_OPEN; i++) {
        struct act *act = &acts->open[i];
        if (act->ask != msg->ask || strcmp(act->page, member->peer->id) != 0)
            continue;
        struct vt_t_act_result result = { .success = msg->success,
                                          .reason = msg->reason,
                                          .has_reason = !msg->success && msg->has_reason };
        if (is_said_by_hand(member->conv, act, &result))
            vt_attention_answered(member->conv);
        end(member->conv, act, &result, msg);
        return;
    }
}

#define EACH_OPEN(conv, act)                                                                                 \
    for (struct act *act = (conv)->acts ? (conv)->acts->open : NULL;                                         \
         act && act < (conv)->acts->open + VT_ACTS_OPEN; act++)                                              \
        if (act->ask != 0)

void vt_acts_stop(struct vt_conversation *conv, uint8_t bits)
{
    EACH_OPEN(conv, act)
    if (vt_op_rows[act->to.op].needs[1] & bits)
        give_up(conv, act, VT_ACT_REASON_REFUSED);
}

void vt_acts_left(const struct vt_member *member)
{
    EACH_OPEN(member->conv, act)
    if (strcmp(act->page, member->peer->id) == 0)
        give_up(member->conv, act, VT_ACT_REASON_GONE);
}

void vt_acts_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    EACH_OPEN(conv, act)
    if (now_ms >= act->until_ms)
        give_up(conv, act, VT_ACT_REASON_TIMEOUT);
}

void vt_acts_finish(struct vt_conversation *conv)
{
    EACH_OPEN(conv, act)
    free(act->d);
    free(conv->acts);
    conv->acts = NULL;
}
