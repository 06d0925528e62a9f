/* SPDX-License-Identifier: Apache-2.0 */
#include "server/order.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/money.h"
#include "server/thread.h"

enum { BODY_BYTES = 65536, CID_TEXT = 96, ARENA_BYTES = 256 * 1024 };

/* --- checks ----------------------------------------------------------------------------------- */

static int refuse(struct vt_error *error, const char *field, const char *msg)
{
    error->err = VT_ERR_FIELD_BAD;
    vt_str_copy(error->field, sizeof(error->field), vt_str(field));
    vt_str_copy(error->msg, sizeof(error->msg), vt_str(msg));
    return VT_ERR_FIELD_BAD;
}

static bool is_plain(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool is_currency(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < 'A' || text.ptr[i] > 'Z')
            return false;
    return text.len == 3;
}

int vt_order_check_items(const struct vt_t_order_item *items, size_t n, struct vt_error *ret_error)
{
    char field[48];
    int64_t price;
    for (size_t i = 0; i < n; i++) {
        snprintf(field, sizeof(field), "/items/%zu/price", i);
        if (items[i].price.ptr && vt_money_parse(items[i].price, &price) != VT_OK)
            return refuse(ret_error, field, "a price is a decimal with a point, as 1290.00");
        snprintf(field, sizeof(field), "/items/%zu/name", i);
        if (!is_plain(items[i].name) || !is_plain(items[i].sku) || !is_plain(items[i].variant))
            return refuse(ret_error, field, "names, skus and variants have no control characters");
    }
    return VT_OK;
}

int vt_order_check(const struct vt_t_order *order, struct vt_error *ret_error)
{
    int64_t value;
    if (order->reference.len == 0 || !is_plain(order->reference))
        return refuse(ret_error, "/reference",
                      "the reference is the shop's number of the order, in one line");
    if (vt_money_parse(order->value, &value) != VT_OK)
        return refuse(
            ret_error, "/value",
            "the value is a decimal with a point and no sign, as 1290.00, without tax and shipping");
    if (!is_currency(order->currency))
        return refuse(ret_error, "/currency", "the currency is three capital letters of ISO 4217, as EUR");
    return vt_order_check_items(order->items, order->items_n, ret_error);
}

void vt_order_rule(const struct vt_settings *settings, struct vt_t_order *order)
{
    static const enum vt_credit_rule rules[] = { [VT_SETTING_LAST] = VT_CREDIT_RULE_LAST,
                                                 [VT_SETTING_FIRST] = VT_CREDIT_RULE_FIRST,
                                                 [VT_SETTING_SPLIT] = VT_CREDIT_RULE_SPLIT };
    order->rule = rules[settings->orders.rule];
    order->days = (uint16_t)settings->orders.days;
}

/* --- its row ---------------------------------------------------------------------------------- */

struct telling {
    struct vt_app *app;
    enum vt_op op;
    struct vt_buf body;      /* JSON of the order: the store's arena is gone when the conversation has come */
    char cid[CID_TEXT];      /* one row a version, however often it is told */
    char author[VT_ID_TEXT]; /* "": the system */
    vt_order_told_fn *done;
    void *arg;
};

static void finish(struct telling *telling, int err, const struct vt_event_head *numbers)
{
    vt_order_told_fn *done = telling->done;
    void *arg = telling->arg;
    vt_buf_finish(&telling->body);
    free(telling);
    if (done)
        done(arg, err, numbers);
}

static void handle_row(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    (void)cs;
    finish(arg, err, numbers);
}

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct telling *telling = arg;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_order order;
    struct vt_error error;
    if (err) {
        finish(telling, err == VT_ERR_NOT_FOUND ? VT_OK : err, NULL);
        return;
    }
    vt_arena_init(&arena, ARENA_BYTES);
    struct vt_peer *peer = telling->author[0] ? vt_peer_find(telling->app, telling->author) : NULL;
    struct vt_thread_row row = {
        .op = telling->op, .by = telling->author[0] ? "c" : "system", .cid = vt_str(telling->cid), .d = &order
    };
    err = vt_decode_body(&arena, &vt_shape_order, vt_buf_view(&telling->body), &order, &error);
    if (!err)
        err = vt_thread_append(conv, &row, peer ? vt_conv_member(conv, peer) : NULL, handle_row, telling);
    if (err)
        finish(telling, err, NULL);
}

int vt_order_tell(struct vt_app *app, struct vt_str site, const struct vt_sale *sale, enum vt_op op,
                  const char *author, vt_order_told_fn *done, void *arg)
{
    struct telling *telling = calloc(1, sizeof(*telling));
    if (!telling)
        return VT_ERR_OVERLOADED;
    *telling = (struct telling){ .app = app, .op = op, .done = done, .arg = arg };
    vt_buf_init(&telling->body, BODY_BYTES);
    vt_str_copy(telling->author, sizeof(telling->author), vt_str(author ? author : ""));
    snprintf(telling->cid, sizeof(telling->cid), "order:%lld:%.*s", (long long)sale->version,
             VT_STR_ARG(sale->order.reference));
    int err = vt_encode_body(&telling->body, &vt_shape_order, &sale->order);
    if (!err && sale->conv.ptr)
        err = vt_conv_load(app, site, sale->conv, handle_loaded, telling);
    if (err) {
        vt_buf_finish(&telling->body);
        free(telling);
    } else if (!sale->conv.ptr) {
        finish(telling, VT_OK, NULL);
    }
    return err;
}
