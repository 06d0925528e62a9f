/* SPDX-License-Identifier: Apache-2.0 */
/* watch.*: a piece the customer wants to hear of later. What the catalogue and the stock say of it now is
 * looked up first, since later is measured against that; the row of the thread is the consent. */
#include "server/watch.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/contact.h"
#include "server/handlers/handlers.h"
#include "server/mail.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/thread.h"

enum {
    ARENA_BYTES = 4 << 20,
    SETTLE_MS = 5000 /* what changed between the look and the commit is looked at again */
};
#define DAY_MS INT64_C(86400000)

struct watching {
    struct vt_reply_to to;
    struct vt_arena arena; /* of all texts */
    struct vt_str sku, variant;
    bool stock, price, mail;
    struct vt_str skus[VT_WATCH_VARIANTS];
    size_t skus_n;
    struct vt_store_stock *rows;
    size_t rows_n;
    struct vt_watch_piece piece;
    struct vt_watch watch;
    struct vt_t_watch d;
};

static void destroy(struct watching *watching)
{
    vt_arena_finish(&watching->arena);
    free(watching);
}

static void refuse(struct watching *watching, int err, const char *msg)
{
    vt_reply_error(&watching->to, err, msg);
    destroy(watching);
}

static void handle_row(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct watching *watching = arg;
    (void)cs;
    if (err)
        vt_reply_error(&watching->to, err, NULL);
    else
        vt_reply_ok(&watching->to, numbers, &watching->d);
    destroy(watching);
}

static void append(struct watching *watching)
{
    const struct vt_reply_to *to = &watching->to;
    struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    struct vt_peer *peer = vt_peer_find(to->app, to->peer);
    struct vt_member *member = conv && peer ? vt_conv_member(conv, peer) : NULL;
    if (!member) {
        refuse(watching, VT_ERR_NOT_FOUND, NULL);
        return;
    }
    struct vt_thread_row row = {
        .op = to->op, .by = vt_member_who(member), .cid = vt_str(to->cid), .d = &watching->d
    };
    int err = vt_thread_append(conv, &row, member, handle_row, watching);
    if (err)
        refuse(watching, err, NULL);
}

/* --- watch.set --------------------------------------------------------------------------------- */

static void handle_kept(void *arg, int err)
{
    struct watching *watching = arg;
    if (err == VT_ERR_CAP_REACHED)
        refuse(watching, err, "20 pieces are watched here already; end one of them first");
    else if (err)
        refuse(watching, VT_ERR_STORE_UNAVAILABLE, NULL);
    else
        append(watching);
}

static int keep(struct vt_manage *manage, void *arg)
{
    struct watching *watching = arg;
    struct vt_watch *watch = &watching->watch;
    if (!watch->stock && !watch->price)
        return vt_watch_drop(manage, watch->site, watch->conv, watch->sku, watch->variant);
    return vt_watch_put(manage, watch, VT_WATCH_MOST);
}

static void set(struct watching *watching)
{
    const struct vt_watch_piece *piece = &watching->piece;
    int64_t now = vt_wall_ms();
    watching->watch = (struct vt_watch){ .site = vt_str(watching->to.site),
                                         .conv = vt_str(watching->to.conv),
                                         .sku = piece->sku,
                                         .variant = piece->variant,
                                         .stock = watching->stock,
                                         .price = watching->price,
                                         .there = piece->there,
                                         .cost = piece->cost,
                                         .currency = piece->known ? piece->currency : VT_STR(""),
                                         .created = now,
                                         .until = now + VT_WATCH_DAYS * DAY_MS,
                                         .due = now + SETTLE_MS };
    if (watching->stock || watching->price) {
        watching->d.until = watching->watch.until;
        watching->d.has_until = true;
        watching->d.mail = watching->mail;
        watching->d.has_mail = true;
    }
    if (vt_store_work(watching->to.app->deps.store, keep, handle_kept, watching) != VT_OK)
        refuse(watching, VT_ERR_STORE_UNAVAILABLE, NULL);
}

/* --- both -------------------------------------------------------------------------------------- */

static int look(struct vt_manage *manage, void *arg)
{
    struct watching *watching = arg;
    return vt_manage_stock_of(manage, vt_str(watching->to.site), watching->skus, watching->skus_n,
                              &watching->arena, &watching->rows, &watching->rows_n);
}

static void handle_looked(void *arg, int err)
{
    struct watching *watching = arg;
    struct vt_watch_piece *piece = &watching->piece;
    const struct vt_site *site = vt_sites_by_id(watching->to.app->deps.sites, vt_str(watching->to.site));
    bool is_ask = watching->to.op == VT_OP_WATCH_ASK,
         is_end = !is_ask && !watching->stock && !watching->price;
    if (err || !site) {
        refuse(watching, VT_ERR_STORE_UNAVAILABLE, NULL);
        return;
    }
    vt_watch_read(site->catalogue, watching->sku, watching->variant, watching->rows, watching->rows_n,
                  &watching->arena, piece);
    if (!piece->known && !is_end) {
        refuse(watching, VT_ERR_NOT_FOUND, "no piece of this sku and variant in the catalogue");
        return;
    }
    if (!piece->known) { /* what is no longer sold can be ended all the same */
        piece->sku = watching->sku;
        piece->variant = watching->variant.ptr ? watching->variant : VT_STR("");
    }
    if (is_ask && !watching->stock && !watching->price) {
        watching->stock = !piece->there;
        watching->price = piece->there;
    }
    vt_watch_wire(piece, watching->stock, watching->price, &watching->d);
    if (is_ask)
        append(watching);
    else
        set(watching);
}

static int start(struct vt_request *rq, struct vt_str sku, struct vt_str variant, bool stock, bool price,
                 bool mail)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    if (!site || (site->settings->watch.notes_month == 0 && (stock || price || vt_peer_is_staff(rq->peer))))
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "", "this shop sends no notes about pieces");
    struct watching *watching = calloc(1, sizeof(*watching));
    if (!watching)
        return VT_ERR_OVERLOADED;
    vt_arena_init(&watching->arena, ARENA_BYTES);
    watching->sku = vt_arena_str(&watching->arena, sku);
    if (!watching->sku.ptr) {
        destroy(watching);
        return VT_ERR_OVERLOADED;
    }
    if (variant.len > 0)
        watching->variant = vt_arena_str(&watching->arena, variant);
    watching->stock = stock;
    watching->price = price;
    watching->mail = mail;
    vt_watch_skus(site->catalogue, sku, &watching->arena, watching->skus, &watching->skus_n);
    watching->to = vt_reply_later(rq);
    if (vt_store_look(rq->app->deps.store, look, handle_looked, watching) == VT_OK)
        return VT_OK;
    rq->peer->requests_open--;
    destroy(watching);
    return VT_ERR_STORE_UNAVAILABLE;
}

int vt_on_watch_ask(struct vt_request *rq)
{
    const struct vt_msg_watch_ask *msg = rq->env->msg;
    return start(rq, msg->sku, msg->variant, msg->stock, msg->price, false);
}

/* The address that came becomes the customer's, unless the shop has signed for another. */
static int take_address(struct vt_request *rq, struct vt_str email, bool *ret_known)
{
    struct vt_t_profile profile;
    if (email.len > 0 && (!vt_email_valid(email) || !vt_mail_address_ok(email)))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/email", "this is no mail address");
    vt_profile_read(rq->member->conv, &rq->app->arena, &profile);
    *ret_known = (email.len > 0 || profile.customer.email.len > 0) && rq->app->deps.mailer &&
                 vt_mailer_is_set_up(rq->app->deps.mailer);
    if (email.len == 0 || profile.customer.verified || vt_str_eq(email, profile.customer.email))
        return VT_OK;
    profile.customer.email = email;
    return vt_profile_write(rq->member->conv, &profile);
}

int vt_on_watch_set(struct vt_request *rq)
{
    const struct vt_msg_watch_set *msg = rq->env->msg;
    bool is_mail = false;
    if (vt_practice_is(rq->member->conv))
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "",
                               "a practice is over before anything happens later");
    int err = take_address(rq, msg->email, &is_mail);
    return err ? err : start(rq, msg->sku, msg->variant, msg->stock, msg->price, is_mail);
}
