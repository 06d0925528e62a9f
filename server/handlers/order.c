/* SPDX-License-Identifier: Apache-2.0 */
/* order.done: a sale as the customer's page says it; order.list: what the customer has bought. */
#include "server/order.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/identity.h"
#include "server/practice.h"
#include "server/site.h"
#include "server/view.h"

enum { ARENA_BYTES = 1 << 20, LISTED = 20, LISTED_ITEMS = 5 };

struct ordering {
    struct vt_reply_to to;
    struct vt_arena arena; /* of what is said and of what the store answers */
    struct vt_t_order order;
    struct vt_sale_said said;
    struct vt_sale sale;
    struct vt_str on_show[VT_VIEW_ITEMS];
    struct vt_sale *sales; /* of order.list */
    size_t sales_n;
};

static void destroy(struct ordering *ordering)
{
    vt_arena_finish(&ordering->arena);
    free(ordering);
}

static struct ordering *create(void)
{
    struct ordering *ordering = calloc(1, sizeof(*ordering));
    if (ordering)
        vt_arena_init(&ordering->arena, ARENA_BYTES);
    return ordering;
}

/* --- order.done ------------------------------------------------------------------------------- */

/* Texts of a message live until it is dispatched; the store's thread comes later. */
static struct vt_str keep(struct ordering *ordering, struct vt_str text)
{
    return text.ptr ? vt_arena_str(&ordering->arena, text) : text;
}

static void take_said(struct ordering *ordering, const struct vt_msg_order_done *msg)
{
    struct vt_t_order *order = &ordering->order;
    *order = (struct vt_t_order){ .reference = keep(ordering, msg->reference),
                                  .value = keep(ordering, msg->value),
                                  .currency = keep(ordering, msg->currency),
                                  .placed = vt_wall_ms(),
                                  .source = VT_ORDER_SOURCE_PAGE };
    order->items = vt_arena_array(&ordering->arena, msg->items_n + 1, sizeof(*order->items));
    for (size_t i = 0; order->items && i < msg->items_n; i++)
        order->items[order->items_n++] = (struct vt_t_order_item){
            .sku = keep(ordering, msg->items[i].sku),
            .variant = keep(ordering, msg->items[i].variant),
            .name = keep(ordering, msg->items[i].name),
            .qty = msg->items[i].qty,
            .price = keep(ordering, msg->items[i].price)
        };
}

/* What the shop has signed counts, whatever the page says beside it. */
static int take_signed(struct vt_request *rq, struct ordering *ordering, struct vt_str token)
{
    struct vt_identity who;
    struct vt_t_order *order = &ordering->order;
    int err = vt_identity_verify(rq, token, &who);
    if (err)
        return err;
    if (!vt_str_eq(vt_str(who.reference), order->reference))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/token",
                               "the token's claim reference must be this order's");
    order->value = keep(ordering, vt_str(who.value));
    order->currency = keep(ordering, vt_str(who.currency));
    order->source = VT_ORDER_SOURCE_SIGNED;
    return VT_OK;
}

/* What both have before them now: the view keeps a piece only when another comes or the session ends. */
static void take_on_show(struct ordering *ordering, const struct vt_conversation *conv)
{
    struct vt_t_view_item item;
    struct vt_t_comparison compared = { 0 };
    uint16_t slots[VT_VIEW_ITEMS];
    size_t n = 0;
    if (!conv->view || !vt_view_is_open(conv->view))
        return;
    slots[n++] = vt_view_active(conv->view);
    if (vt_view_mode(conv->view) == VT_VIEW_MODE_COMPARE && vt_view_comparison(conv->view, &compared))
        for (size_t i = 0; i < compared.slots_n && n < VT_VIEW_ITEMS; i++)
            slots[n++] = (uint16_t)compared.slots[i];
    for (size_t i = 0; i < n; i++)
        if (vt_view_item_at(conv->view, slots[i], &item) && item.sku.len > 0)
            ordering->on_show[ordering->said.on_show_n++] = keep(ordering, item.sku);
}

static void handle_told(void *arg, int err, const struct vt_event_head *numbers)
{
    struct ordering *ordering = arg;
    struct vt_rep_order_done rep = { .counted = ordering->sale.changed,
                                     .source = ordering->sale.order.source };
    if (err)
        vt_reply_error(&ordering->to, err, NULL);
    else
        vt_reply_ok(&ordering->to, numbers, &rep);
    destroy(ordering);
}

/* A sale that another conversation has told of stays that one's; here it is known, and no row is made. */
static void handle_counted(void *arg, int err)
{
    struct ordering *ordering = arg;
    const struct vt_reply_to *to = &ordering->to;
    if (err) {
        const char *msg = err == VT_ERR_CAP_REACHED ? "this conversation has told of its 100 orders" : NULL;
        vt_reply_error(to, err == VT_ERR_CAP_REACHED ? err : VT_ERR_STORE_UNAVAILABLE, msg);
        destroy(ordering);
        return;
    }
    if (!vt_str_eq(ordering->sale.conv, vt_str(to->conv))) {
        handle_told(ordering, VT_OK, NULL);
        return;
    }
    err = vt_order_tell(to->app, vt_str(to->site), &ordering->sale, VT_OP_ORDER_DONE, to->peer, handle_told,
                        ordering);
    if (err)
        handle_told(ordering, VT_ERR_STORE_UNAVAILABLE, NULL);
}

static int count(struct vt_manage *manage, void *arg)
{
    struct ordering *ordering = arg;
    return vt_sale_put(manage, &ordering->said, &ordering->arena, &ordering->sale);
}

static int check(struct vt_request *rq, struct ordering *ordering, const struct vt_msg_order_done *msg)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    struct vt_error error;
    char field[sizeof(error.field)] = "/d";
    int err = site ? VT_OK : VT_ERR_NOT_FOUND;
    take_said(ordering, msg);
    if (!err && msg->token.len > 0)
        err = take_signed(rq, ordering, msg->token);
    if (err)
        return err;
    if (vt_order_check(&ordering->order, &error) != VT_OK) {
        vt_str_copy(field + 2, sizeof(field) - 2, vt_str(error.field));
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, field, error.msg);
    }
    vt_order_rule(site->settings, &ordering->order);
    return VT_OK;
}

int vt_on_order_done(struct vt_request *rq)
{
    const struct vt_msg_order_done *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    if (vt_practice_is(conv))
        return vt_request_fail(rq, VT_ERR_STATE_WRONG, "", "a practice sells nothing");
    struct ordering *ordering = create();
    if (!ordering)
        return VT_ERR_OVERLOADED;
    int err = check(rq, ordering, msg);
    if (!err) {
        ordering->to = vt_reply_later(rq);
        take_on_show(ordering, conv);
        ordering->said.site = vt_str(ordering->to.site);
        ordering->said.conv = vt_str(ordering->to.conv);
        ordering->said.order = &ordering->order;
        ordering->said.on_show = ordering->on_show;
        if (vt_store_work(rq->app->deps.store, count, handle_counted, ordering) == VT_OK)
            return VT_OK;
        rq->peer->requests_open--;
        err = VT_ERR_STORE_UNAVAILABLE;
    }
    destroy(ordering);
    return err;
}

/* --- order.list ------------------------------------------------------------------------------- */

static int look(struct vt_manage *manage, void *arg)
{
    struct ordering *ordering = arg;
    return vt_sales(manage, vt_str(ordering->to.site), vt_str(ordering->to.conv), 0, INT64_MAX, LISTED,
                    &ordering->arena, &ordering->sales, &ordering->sales_n);
}

static void handle_listed(void *arg, int err)
{
    struct ordering *ordering = arg;
    struct vt_t_order orders[LISTED];
    struct vt_rep_order_list rep = { .orders = orders };
    for (size_t i = 0; !err && i < ordering->sales_n; i++) {
        orders[rep.orders_n] = ordering->sales[i].order;
        if (orders[rep.orders_n].items_n >
            LISTED_ITEMS) /* a reply has 64 KiB; the thread's row has all of them */
            orders[rep.orders_n].items_n = LISTED_ITEMS;
        rep.orders_n++;
    }
    if (err)
        vt_reply_error(&ordering->to, VT_ERR_STORE_UNAVAILABLE, NULL);
    else
        vt_reply_ok(&ordering->to, NULL, &rep);
    destroy(ordering);
}

int vt_on_order_list(struct vt_request *rq)
{
    struct ordering *ordering = create();
    if (!ordering)
        return VT_ERR_OVERLOADED;
    ordering->to = vt_reply_later(rq);
    if (vt_store_look(rq->app->deps.store, look, handle_listed, ordering) == VT_OK)
        return VT_OK;
    rq->peer->requests_open--;
    destroy(ordering);
    return VT_ERR_STORE_UNAVAILABLE;
}
