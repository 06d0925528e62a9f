/* SPDX-License-Identifier: Apache-2.0 */
#include "server/merchant_answer.h"

#include <stdio.h>

#include "server/base/err.h"
#include "server/base/money.h"
#include "server/order.h"
#include "server/zone.h"

static int refuse(struct vt_buf *why, const char *field, const char *what)
{
    vt_buf_printf(why, "The shop's server answered something that cannot be read: %s%s%s.", field,
                  field[0] ? ": " : "", what);
    return VT_ERR_INVALID;
}

static bool is_plain(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return false;
    return true;
}

static int check_customer(const struct vt_t_merchant_customer *customer, struct vt_buf *why)
{
    bool plain = is_plain(customer->name) && is_plain(customer->since) && is_plain(customer->tier);
    for (size_t i = 0; i < customer->notes_n; i++)
        plain = plain && is_plain(customer->notes[i]);
    return plain ? VT_OK : refuse(why, "/customer", "a text has control characters");
}

static int check_order(struct vt_t_merchant_order *order, size_t at, struct vt_buf *why)
{
    char field[sizeof("/orders/") + 24 + sizeof(((struct vt_error *)0)->field)];
    int64_t amount;
    /* What is checked of every order, whoever tells of it; of the amounts either is one. */
    struct vt_t_order as = { .reference = order->reference,
                             .value = order->value.ptr ? order->value : order->total,
                             .currency = order->currency,
                             .items = order->items,
                             .items_n = order->items_n };
    struct vt_error error;
    snprintf(field, sizeof(field), "/orders/%zu", at);
    if (vt_zone_read_instant(order->placed) < 0)
        return refuse(why, field, "placed is no time such as 2026-03-01T10:00:00Z");
    if (vt_money_parse(order->total, &amount) != VT_OK)
        return refuse(why, field, "total is no decimal with a point");
    if (!is_plain(order->state) || !is_plain(order->customer) || !is_plain(order->session))
        return refuse(why, field, "a text has control characters");
    for (size_t i = 0; i < order->items_n; i++) { /* the server's to say */
        order->items[i].back = 0;
        order->items[i].has_back = order->items[i].has_seen = false;
    }
    if (vt_order_check(&as, &error) == VT_OK)
        return VT_OK;
    snprintf(field, sizeof(field), "/orders/%zu%s", at, error.field);
    return refuse(why, field, error.msg);
}

int vt_merchant_read(struct vt_arena *arena, struct vt_str json, struct vt_t_merchant_answer *ret_answer,
                     struct vt_buf *ret_why)
{
    struct vt_t_merchant_answer answer = { 0 };
    struct vt_error error = { 0 };
    if (json.len > VT_MERCHANT_BYTES)
        return refuse(ret_why, "", "it is too long");
    if (vt_decode_body(arena, &vt_shape_merchant_answer, json, &answer, &error) != VT_OK)
        return refuse(ret_why, error.field, error.msg[0] ? error.msg : "it does not fit the contract");
    int err = answer.customer ? check_customer(answer.customer, ret_why) : VT_OK;
    for (size_t i = 0; i < answer.orders_n && !err; i++)
        err = check_order(&answer.orders[i], i, ret_why);
    for (size_t i = 0; i < answer.wishlist_n && !err; i++)
        if (!is_plain(answer.wishlist[i]))
            err = refuse(ret_why, "/wishlist", "a sku has control characters");
    if (!err)
        *ret_answer = answer;
    return err;
}
