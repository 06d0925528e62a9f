/* SPDX-License-Identifier: Apache-2.0 */
/* Orders and returns as the shop's server says them, and a list of what was counted. */
#include "protocol/codec/codec.h"
#include "server/api/rows.h"
#include "server/base/money.h"
#include "server/order.h"
#include "server/store/offers.h"
#include "server/zone.h"

enum { AHEAD_MS = 86400000, SESSION_MOST = 16, CUSTOMER_MOST = 128 };

/* --- reading ------------------------------------------------------------------------------- */

static int refuse(struct vt_api_call *call, const struct vt_error *error)
{
    return vt_api_refuse_field(call, error->field, "%s.", error->msg[0] ? error->msg : "the field is wrong");
}

static int take_body(struct vt_api_call *call, const struct vt_shape *shape, void *ret_struct)
{
    struct vt_error error = { 0 };
    int err = vt_decode_body(&call->arena, shape, call->body.len > 0 ? call->body : VT_STR("{}"), ret_struct,
                             &error);
    return err ? refuse(call, &error) : VT_OK;
}

/* Absent: now. An order that lies ahead by more than a clock may be wrong is a mistake. */
static int take_placed(struct vt_api_call *call, int64_t *ret_placed)
{
    struct vt_str text = { 0 };
    int64_t now = vt_wall_ms();
    int err = vt_api_text(call, "placed", 1, 40, false, &text);
    *ret_placed = text.ptr ? vt_zone_read_instant(text) : now;
    if (err || (*ret_placed > 0 && *ret_placed <= now + AHEAD_MS))
        return err;
    return vt_api_refuse_field(
        call, "/placed", "placed must be a time of RFC 3339 that has been, as 2026-12-01T09:00:00+01:00.");
}

/* Settings as the store has them: the sites' own are the loop's. */
static int take_rule(struct vt_api_call *call, struct vt_manage *manage, struct vt_t_order *order)
{
    struct vt_store_site site;
    struct vt_settings_error why;
    int err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    struct vt_settings *settings = err ? NULL : vt_settings_parse(site.settings, &why);
    if (settings)
        vt_order_rule(settings, order);
    vt_settings_destroy(settings);
    return err ? err : settings ? VT_OK : VT_ERR_INVALID;
}

static int take_order(struct vt_api_call *call, struct vt_manage *manage, struct vt_t_order *ret_order,
                      struct vt_sale_said *said)
{
    struct vt_msg_order_done msg;
    struct vt_error error;
    int err = take_body(call, vt_op_rows[VT_OP_ORDER_DONE].msg, &msg);
    if (err)
        return err;
    *ret_order = (struct vt_t_order){ .reference = msg.reference,
                                      .value = msg.value,
                                      .currency = msg.currency,
                                      .source = VT_ORDER_SOURCE_SHOP,
                                      .items = msg.items,
                                      .items_n = msg.items_n };
    if (vt_order_check(ret_order, &error) != VT_OK)
        return refuse(call, &error);
    *said = (struct vt_sale_said){ .site = call->site, .order = ret_order };
    err = take_placed(call, &ret_order->placed);
    if (!err)
        err = vt_api_text(call, "customer", 1, CUSTOMER_MOST, false, &said->customer);
    if (!err)
        err = vt_api_text(call, "session", 1, SESSION_MOST, false, &said->session);
    if (!err)
        err = vt_api_text(call, "conversation", 1, VT_API_ID, false, &said->conv);
    return err ? err : take_rule(call, manage, ret_order);
}

/* --- writing ------------------------------------------------------------------------------- */

static void put_sale(struct vt_buf *out, const struct vt_sale *sale)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "conversation", sale->conv);
    vt_buf_text(out, sale->conv.ptr ? ",\"order\":" : "\"order\":");
    vt_encode_body(out, &vt_shape_order, &sale->order);
    vt_buf_byte(out, '}');
}

/* No audit record: an order is what the shop tells, not what somebody of it does here, and its number must go
 * with the customer's erasure. */
static void answer_sale(struct vt_api_call *call)
{
    const struct vt_sale *sale = call->sale;
    call->status = sale->changed && sale->version == 1 ? 201 : 200;
    put_sale(&call->out, sale);
}

/* --- the rows ------------------------------------------------------------------------------ */

int vt_api_order_put(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_t_order order;
    struct vt_sale_said said;
    call->sale = vt_arena_alloc(&call->arena, sizeof(*call->sale));
    if (!call->sale)
        return VT_ERR_NOMEM;
    int err = take_order(call, manage, &order, &said);
    if (!err)
        err = vt_sale_put(manage, &said, &call->arena, call->sale);
    if (!err)
        answer_sale(call);
    return err;
}

int vt_api_order_back(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_t_order_return msg;
    struct vt_error error;
    const char *why = NULL;
    call->sale = vt_arena_alloc(&call->arena, sizeof(*call->sale));
    int err = call->sale ? take_body(call, &vt_shape_order_return, &msg) : VT_ERR_NOMEM;
    if (err)
        return err;
    struct vt_sale_return back = { .site = call->site,
                                   .reference = msg.reference,
                                   .id = msg.id,
                                   .value = VT_SALE_WHOLE,
                                   .items = msg.items,
                                   .items_n = msg.items_n,
                                   .at = vt_wall_ms() };
    if (msg.value.ptr && vt_money_parse(msg.value, &back.value) != VT_OK)
        return vt_api_refuse_field(call, "/value", "value must be a decimal with a point, as 1290.00.");
    if (vt_order_check_items(msg.items, msg.items_n, &error) != VT_OK)
        return refuse(call, &error);
    err = vt_sale_back(manage, &back, &call->arena, call->sale, &why);
    if (err == VT_ERR_INVALID && why)
        return vt_api_refuse(call, 422, "field", "A field cannot be right", "The return cannot be: %s.", why);
    if (!err)
        answer_sale(call);
    return err;
}

static void handle_told(void *arg, int err, const struct vt_event_head *numbers)
{
    struct vt_api_call *call = arg;
    (void)numbers;
    if (err)
        vt_api_answer_busy(call, "The order is counted, but not in the thread yet: send it again.");
    else
        vt_api_conclude(call);
}

/* The row after the commit; an order that is known already has it, or gets it now. */
static void tell(struct vt_api_call *call, enum vt_op op)
{
    if (vt_order_tell(call->api->deps.app, call->site, call->sale, op, NULL, handle_told, call) != VT_OK)
        vt_api_answer_busy(call, "The order is counted, but not in the thread yet: send it again.");
}

void vt_api_order_tell(struct vt_api_call *call)
{
    tell(call, VT_OP_ORDER_DONE);
}

void vt_api_order_back_tell(struct vt_api_call *call)
{
    tell(call, VT_OP_ORDER_BACK);
}

/* --- codes --------------------------------------------------------------------------------- */

int vt_api_redeem(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str code = { 0 }, conv = { 0 }, body = { 0 };
    int err = vt_api_text(call, "code", 1, 64, true, &code);
    if (!err)
        err = vt_offer_redeem(manage, call->site, code, vt_wall_ms(), &call->arena, &conv, &body);
    if (err == VT_ERR_EXISTS)
        return vt_api_refuse(call, 409, "used", "The code was used",
                             "It is good one time, and that was before.");
    if (err)
        return err;
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "conversation", conv);
    vt_json_put_raw(&call->out, "offer", body);
    vt_buf_byte(&call->out, '}');
    return VT_OK;
}

/* --- the list ------------------------------------------------------------------------------ */

int vt_api_orders(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str reference = vt_api_query(call, "reference");
    struct vt_sale *sales = NULL, one;
    size_t n = 0, limit = 0;
    int64_t before = INT64_MAX;
    int err = vt_api_limit(call, &limit);
    if (!err)
        err = vt_api_query_number(call, "before", INT64_MAX, &before);
    if (!err && reference.ptr)
        err = vt_sale_get(manage, call->site, reference, &call->arena, &one);
    else if (!err)
        err = vt_sales(manage, call->site, (struct vt_str){ 0 }, 0, before, limit, &call->arena, &sales, &n);
    if (err)
        return err;
    if (reference.ptr) {
        sales = &one;
        n = 1;
    }
    vt_buf_text(&call->out, "{\"orders\":[");
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        put_sale(&call->out, &sales[i]);
    }
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}
