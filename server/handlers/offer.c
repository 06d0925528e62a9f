/* SPDX-License-Identifier: Apache-2.0 */
/* offer.*: a piece at a price for this customer. An offer is a row of the thread, its number that row's, and
 * ends by another. */
#include "server/store/offers.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/answer.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/money.h"
#include "server/handlers/handlers.h"
#include "server/lead.h"
#include "server/media_told.h"
#include "server/practice.h"

enum { CODE_TEXT = 16, BODY_BYTES = 8192, ARENA_BYTES = 65536 };
#define DAY_MS     INT64_C(86400000)
#define DAYS       7
#define DAYS_AHEAD 90

/* --- offer.make ------------------------------------------------------------------------------- */

struct offering {
    struct vt_reply_to to;
    char code[CODE_TEXT]; /* "": the shop's own, or none */
    int64_t until;
    struct vt_buf body; /* the row's, as JSON: the message itself goes with its dispatch */
    struct vt_rep_offer_make rep;
};

static void destroy(struct offering *offering)
{
    vt_buf_finish(&offering->body);
    free(offering);
}

/* Crockford's letters, so that a code can be read out: 40 bits, of which one is looked up at a time. */
static void make_code(char ret_code[CODE_TEXT])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char bytes[8];
    size_t n = 0;
    vt_random(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        if (i % 4 == 0)
            ret_code[n++] = i == 0 ? 'V' : '-';
        if (i == 0)
            ret_code[n++] = '-';
        ret_code[n++] = letters[bytes[i] % (sizeof(letters) - 1)];
    }
    ret_code[n] = '\0';
}

static int check_money(struct vt_request *rq, const struct vt_msg_offer_make *msg)
{
    int64_t price = 0, deposit = 0;
    if (vt_money_parse(msg->price, &price) != VT_OK)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/price",
                               "a price is a decimal with a point, as 1290.00");
    if (msg->deposit.ptr && (vt_money_parse(msg->deposit, &deposit) != VT_OK || deposit > price))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/deposit",
                               "a deposit is a decimal, at most the price");
    for (size_t i = 0; i < 3; i++)
        if (msg->currency.ptr[i] < 'A' || msg->currency.ptr[i] > 'Z')
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/currency",
                                   "three capital letters of ISO 4217, as EUR");
    return VT_OK;
}

static int check(struct vt_request *rq, const struct vt_msg_offer_make *msg)
{
    int64_t now = vt_wall_ms();
    int err = check_money(rq, msg);
    if (err)
        return err;
    if (msg->has_once && msg->once && msg->code.ptr)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/code",
                               "with once the server makes the code; leave it out");
    if (msg->has_until && (msg->until <= now || msg->until > now + DAYS_AHEAD * DAY_MS))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/until",
                               "an offer ends later than now and within 90 days");
    if (msg->link.ptr &&
        (msg->link.len == 0 ||
         !vt_lead_allowed(vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site)), msg->link)))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/link",
                               "a page of the shop, or of a host its settings name in pushHosts");
    if (msg->media.len > 0 && !vt_told_may_name(rq->member->conv, msg->media))
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/media", "there is no such picture here");
    return VT_OK;
}

static void handle_row(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct offering *offering = arg;
    offering->rep.offer = cs;
    offering->rep.until = offering->until;
    if (offering->code[0])
        offering->rep.code = vt_str(offering->code);
    if (err)
        vt_reply_error(&offering->to, err, NULL);
    else
        vt_reply_ok(&offering->to, numbers, &offering->rep);
    destroy(offering);
}

static void handle_coded(void *arg, int err)
{
    struct offering *offering = arg;
    const struct vt_reply_to *to = &offering->to;
    struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    struct vt_peer *peer = vt_peer_find(to->app, to->peer);
    struct vt_member *member = conv && peer ? vt_conv_member(conv, peer) : NULL;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_msg_offer_make d;
    struct vt_error error;
    vt_arena_init(&arena, ARENA_BYTES);
    if (!err && !member)
        err = VT_ERR_NOT_FOUND;
    else if (err)
        err = VT_ERR_STORE_UNAVAILABLE;
    if (!err)
        err = vt_decode_body(&arena, vt_op_rows[VT_OP_OFFER_MAKE].msg, vt_buf_view(&offering->body), &d,
                             &error);
    if (!err) {
        struct vt_thread_row row = {
            .op = VT_OP_OFFER_MAKE, .by = vt_member_who(member), .cid = vt_str(to->cid), .d = &d
        };
        err = vt_thread_append(conv, &row, member, handle_row, offering);
    }
    if (err) {
        vt_reply_error(to, err, NULL);
        destroy(offering);
    }
}

static int add_code(struct vt_manage *manage, void *arg)
{
    struct offering *offering = arg;
    return vt_offer_code_add(manage, vt_str(offering->to.site), vt_str(offering->code),
                             vt_str(offering->to.conv), offering->until, vt_wall_ms());
}

/* The code first: a row that is seen has one that is good. */
static int start(struct vt_request *rq, struct offering *offering, struct vt_msg_offer_make *d)
{
    d->until = offering->until;
    d->has_until = true;
    if (offering->code[0])
        d->code = vt_str(offering->code);
    vt_buf_init(&offering->body, BODY_BYTES);
    int err = vt_encode_body(&offering->body, vt_op_rows[VT_OP_OFFER_MAKE].msg, d);
    if (err)
        return VT_ERR_TOO_LARGE;
    offering->to = vt_reply_later(rq);
    if (vt_store_work(rq->app->deps.store, add_code, handle_coded, offering) == VT_OK)
        return VT_OK;
    rq->peer->requests_open--;
    return VT_ERR_STORE_UNAVAILABLE;
}

static const void *handle_plain(const struct vt_committed *done, void *state)
{
    struct vt_rep_offer_make *rep = state;
    rep->offer = done->cs;
    return rep;
}

int vt_on_offer_make(struct vt_request *rq)
{
    const struct vt_msg_offer_make *msg = rq->env->msg;
    struct vt_msg_offer_make d = *msg;
    int err = check(rq, msg);
    if (err)
        return err;
    int64_t until = msg->has_until ? msg->until : vt_wall_ms() + DAYS * DAY_MS;
    if (!msg->has_once || !msg->once) {
        struct vt_rep_offer_make rep = { .until = until };
        d.until = until;
        d.has_until = true;
        struct vt_thread_row row = {
            .op = VT_OP_OFFER_MAKE, .by = vt_member_who(rq->member), .cid = rq->env->cid, .d = &d
        };
        return vt_answer_row(rq, &row, handle_plain, &rep, sizeof(rep));
    }
    if (vt_practice_is(rq->member->conv))
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "/d/once", "a practice sells nothing; leave once out");
    struct offering *offering = calloc(1, sizeof(*offering));
    if (!offering)
        return VT_ERR_OVERLOADED;
    offering->until = until;
    make_code(offering->code);
    err = start(rq, offering, &d);
    if (err)
        destroy(offering);
    return err;
}

/* --- taken, taken back ------------------------------------------------------------------------- */

struct ending {
    struct vt_reply_to to;
    uint32_t offer;
    enum vt_offer_state state;
    char cid[32]; /* one for both: an offer ends once */
};

static void refuse(struct ending *ending, int err, const char *msg)
{
    vt_reply_error(&ending->to, err, msg);
    free(ending);
}

static void handle_ended(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct ending *ending = arg;
    (void)cs;
    if (err)
        vt_reply_error(&ending->to, err, NULL);
    else
        vt_reply_ok(&ending->to, numbers, NULL);
    free(ending);
}

static void end_offer(struct ending *ending)
{
    const struct vt_reply_to *to = &ending->to;
    struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    struct vt_peer *peer = vt_peer_find(to->app, to->peer);
    struct vt_member *member = conv && peer ? vt_conv_member(conv, peer) : NULL;
    struct vt_msg_offer_take d = { .offer = ending->offer }; /* offer.drop says the same */
    if (!member) {
        refuse(ending, VT_ERR_NOT_FOUND, NULL);
        return;
    }
    struct vt_thread_row row = {
        .op = to->op, .by = vt_member_who(member), .cid = vt_str(ending->cid), .d = &d
    };
    int err = vt_thread_append(conv, &row, member, handle_ended, ending);
    if (err)
        refuse(ending, err, NULL);
}

static void handle_state(void *arg, int err)
{
    struct ending *ending = arg;
    bool takes = ending->to.op == VT_OP_OFFER_TAKE;
    if (err == VT_ERR_MISSING)
        refuse(ending, VT_ERR_NOT_FOUND, "this conversation has no such offer");
    else if (err)
        refuse(ending, VT_ERR_STORE_UNAVAILABLE, NULL);
    else if (ending->state == (takes ? VT_OFFER_TAKEN : VT_OFFER_DROPPED))
        handle_ended(ending, VT_OK, 0, NULL); /* said again after a lost line */
    else if (ending->state == VT_OFFER_TAKEN)
        refuse(ending, VT_ERR_STATE_WRONG, "the customer has taken the offer");
    else if (ending->state == VT_OFFER_DROPPED)
        refuse(ending, VT_ERR_STATE_WRONG, "the offer was taken back");
    else if (ending->state == VT_OFFER_OVER && takes)
        refuse(ending, VT_ERR_ASK_EXPIRED, "the offer has run out");
    else
        end_offer(ending);
}

static int look(struct vt_manage *manage, void *arg)
{
    struct ending *ending = arg;
    return vt_offer_look(manage, vt_str(ending->to.site), vt_str(ending->to.conv), ending->offer,
                         vt_wall_ms(), &ending->state);
}

static int start_ending(struct vt_request *rq, uint32_t offer)
{
    struct ending *ending = calloc(1, sizeof(*ending));
    if (!ending)
        return VT_ERR_OVERLOADED;
    ending->to = vt_reply_later(rq);
    ending->offer = offer;
    snprintf(ending->cid, sizeof(ending->cid), "offer:%u", offer);
    /* On the writer's thread: what was said just before it is there. */
    if (vt_store_work(rq->app->deps.store, look, handle_state, ending) == VT_OK)
        return VT_OK;
    rq->peer->requests_open--;
    free(ending);
    return VT_ERR_STORE_UNAVAILABLE;
}

int vt_on_offer_take(struct vt_request *rq)
{
    const struct vt_msg_offer_take *msg = rq->env->msg;
    return start_ending(rq, msg->offer);
}

int vt_on_offer_drop(struct vt_request *rq)
{
    const struct vt_msg_offer_drop *msg = rq->env->msg;
    return start_ending(rq, msg->offer);
}
