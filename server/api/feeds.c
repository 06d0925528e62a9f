/* SPDX-License-Identifier: Apache-2.0 */
/* Where the catalogue comes from and how its last import went; stock. */
#include "server/feeds.h"

#include <stdio.h>

#include "server/api/rows.h"
#include "server/outgoing/url.h"
#include "server/store/imports.h"

enum {
    MINUTE_MS = 60000,
    EVERY_LEAST = 15, /* minutes */
    EVERY_MOST = 10080,
    STOCK_MOST = 500,
    BRANCH_MOST = 64,
    SKU_MOST = 64,
    QUANTITY_MOST = 1000000000
};

/* --- how it stands ------------------------------------------------------------------------------ */

static void put_last(struct vt_buf *out, const struct vt_store_catalogue *row)
{
    if (row->ended == 0)
        return;
    vt_buf_text(out, ",\"last\":{");
    vt_json_put_number(out, "began", row->began);
    vt_json_put_number(out, "ended", row->ended);
    vt_json_put_text(out, "source", row->source);
    vt_json_put_text(out, "why", row->why);
    vt_buf_byte(out, '}');
}

int vt_api_catalogue(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_catalogue row;
    struct vt_buf *out = &call->out;
    int err = vt_manage_catalogue_get(manage, call->site, &call->arena, &row);
    if (err && err != VT_ERR_MISSING)
        return err;
    if (err)
        row = (struct vt_store_catalogue){ .url = VT_STR("") };
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "url", row.url);
    vt_json_put_number(out, "every", row.every_ms / MINUTE_MS);
    if (row.next > 0)
        vt_json_put_number(out, "next", row.next);
    vt_json_put_number(out, "tries", row.tries);
    if (row.generation > 0) {
        vt_json_put_number(out, "good", row.good);
        vt_json_put_number(out, "products", row.products);
        vt_json_put_number(out, "variants", row.variants);
    }
    vt_json_put_number(out, "refused", row.refused);
    vt_json_put_raw(out, "report", row.report.ptr ? row.report : VT_STR("[]"));
    put_last(out, &row);
    return VT_OK;
}

void vt_api_catalogue_after(struct vt_api_call *call)
{
    bool busy = vt_feeds_is_busy(call->api->deps.feeds, call->site);
    vt_buf_printf(&call->out, ",\"busy\":%s}", busy ? "true" : "false");
    vt_api_conclude(call);
}

/* --- its address -------------------------------------------------------------------------------- */

static int take_every(struct vt_api_call *call, int64_t *ret_ms)
{
    const json_t *every = json_object_get(call->tree, "every");
    int64_t minutes = json_is_integer(every) ? json_integer_value(every) : every ? -1 : 0;
    *ret_ms = minutes * MINUTE_MS;
    return minutes == 0 || (minutes >= EVERY_LEAST && minutes <= EVERY_MOST)
               ? VT_OK
               : vt_api_refuse_field(call, "/every", "every must be minutes from %d to %d, or 0 for never.",
                                     EVERY_LEAST, EVERY_MOST);
}

static int take_url(struct vt_api_call *call, struct vt_str *ret_url)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    struct vt_url url;
    int err = vt_api_text(call, "url", 0, VT_URL_MOST - 1, true, ret_url);
    if (err || ret_url->len == 0 || vt_url_parse(*ret_url, &url, &why) == VT_OK)
        return err;
    return vt_api_refuse_field(call, "/url", "The address cannot be asked: %s.", vt_buf_cstr(&why));
}

int vt_api_catalogue_put(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str url;
    int64_t every_ms;
    int err = take_url(call, &url);
    if (!err)
        err = take_every(call, &every_ms);
    if (!err)
        err = vt_manage_catalogue_feed(manage, call->site, url, url.len > 0 ? every_ms : 0,
                                       url.len > 0 ? vt_wall_ms() : 0);
    if (err)
        return err;
    vt_api_note(call, "catalogue.feed", call->site, "{\"every\":%lld,\"address\":%s}",
                (long long)(every_ms / MINUTE_MS), url.len > 0 ? "true" : "false");
    call->status = 204;
    return VT_OK;
}

int vt_api_catalogue_refresh(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_catalogue row;
    int err = vt_manage_catalogue_get(manage, call->site, &call->arena, &row);
    if ((err && err != VT_ERR_MISSING) || (!err && row.url.len > 0)) {
        call->status = 204;
        return err ? err : vt_manage_catalogue_feed(manage, call->site, row.url, row.every_ms, vt_wall_ms());
    }
    return vt_api_refuse(call, 409, "no-address", "There is no address to ask",
                         "Give the feed's address first, or send a file.");
}

void vt_api_catalogue_look(struct vt_api_call *call)
{
    vt_feeds_look(call->api->deps.feeds);
    vt_api_conclude(call);
}

/* --- a file ------------------------------------------------------------------------------------- */

int vt_api_catalogue_upload(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str kind;
    (void)manage;
    int err = vt_api_name(call, "name", VT_FEEDS_NAME - 1, true, &call->feed);
    if (!err)
        err = vt_api_text(call, "kind", 0, 16, false, &kind);
    if (err)
        return err;
    call->feed = vt_api_keep(call, call->feed); /* the body goes before the answer */
    call->is_stock = vt_str_eq(kind, VT_STR("stock"));
    if (kind.ptr && !call->is_stock && !vt_str_eq(kind, VT_STR("products")))
        return vt_api_refuse_field(call, "/kind", "kind is products or stock.");
    vt_api_note(call, "catalogue.file", call->site, "{\"stock\":%s}", call->is_stock ? "true" : "false");
    return VT_OK;
}

void vt_api_catalogue_leave(struct vt_api_call *call)
{
    char secret[VT_FEEDS_SECRET];
    if (vt_feeds_leave(call->api->deps.feeds, call->site, call->is_stock, call->feed, secret) != VT_OK) {
        vt_api_answer_busy(call, "Too many files are expected; one of them must come or wait ten minutes.");
        return;
    }
    vt_buf_printf(&call->out, "{\"url\":\"/api/v1/catalogue/file\",\"ticket\":\"%s\"}", secret);
    vt_api_conclude(call);
}

/* --- stock -------------------------------------------------------------------------------------- */

int vt_api_stock(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str sku = vt_api_query(call, "sku");
    struct vt_store_stock *rows;
    size_t n;
    if (sku.len == 0 || sku.len > SKU_MOST)
        return vt_api_refuse(call, 400, "query", "The query cannot be read", "sku must be 1 to %d bytes.",
                             SKU_MOST);
    int err = vt_manage_stock_of(manage, call->site, &sku, 1, &call->arena, &rows, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"stock\":[");
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&call->out, i ? ",{" : "{");
        vt_json_put_text(&call->out, "sku", rows[i].sku);
        vt_json_put_text(&call->out, "branch", rows[i].branch);
        vt_json_put_number(&call->out, "quantity", rows[i].quantity);
        vt_buf_byte(&call->out, '}');
    }
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}

static bool read_stock(const json_t *entry, struct vt_store_stock *row)
{
    const json_t *quantity = json_object_get(entry, "quantity");
    row->sku = vt_json_text(entry, "sku");
    row->branch = vt_json_text(entry, "branch");
    row->quantity = json_integer_value(quantity);
    return row->sku.len > 0 && row->sku.len <= SKU_MOST && row->branch.len > 0 &&
           row->branch.len <= BRANCH_MOST && json_is_integer(quantity) && row->quantity >= 0 &&
           row->quantity <= QUANTITY_MOST;
}

/* All of them or none. */
int vt_api_stock_put(struct vt_api_call *call, struct vt_manage *manage)
{
    const json_t *list = json_object_get(call->tree, "stock"), *entry;
    size_t n = json_array_size(list), i;
    struct vt_store_stock *rows = vt_arena_array(&call->arena, n + 1, sizeof(*rows));
    if (!json_is_array(list) || n == 0 || n > STOCK_MOST)
        return vt_api_refuse_field(call, "/stock", "stock is a list of 1 to %d rows.", STOCK_MOST);
    if (!rows)
        return VT_ERR_NOMEM;
    json_array_foreach(list, i, entry) if (!read_stock(entry, &rows[i]))
    {
        char pointer[32];
        snprintf(pointer, sizeof(pointer), "/stock/%zu", i);
        return vt_api_refuse_field(
            call, pointer, "A row is {sku, branch, quantity}: texts of 1 to 64 bytes and a whole number.");
    }
    int err = vt_manage_stock_put(manage, call->site, 0, rows, n);
    vt_buf_printf(&call->out, "{\"taken\":%zu}", n);
    return err;
}
