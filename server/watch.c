/* SPDX-License-Identifier: Apache-2.0 */
#include "server/watch.h"

#include "server/base/err.h"
#include "server/base/money.h"
#include "server/catalogue/import.h"

#define DAY_MS INT64_C(86400000)

/* --- the piece -------------------------------------------------------------------------------- */

static bool read_product(struct vt_catalogue *catalogue, struct vt_str sku, const struct vt_store_stock *rows,
                         size_t n, struct vt_arena *arena, struct vt_t_product *ret)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(3 * VT_IMPORT_BODY);
    struct vt_error error;
    if (vt_catalogue_tell(catalogue, sku, rows, n, false, &body) != VT_OK)
        return false;
    struct vt_str json = vt_arena_str(arena, vt_buf_view(&body));
    return json.ptr && vt_decode_body(arena, &vt_shape_product, json, ret, &error) == VT_OK;
}

void vt_watch_skus(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_arena *arena,
                   struct vt_str *skus, size_t *n)
{
    struct vt_t_product product;
    if (!read_product(catalogue, sku, NULL, 0, arena, &product))
        return;
    for (size_t i = 0; i < product.variants_n && i < VT_WATCH_VARIANTS; i++)
        skus[(*n)++] = product.variants[i].sku;
}

static const struct vt_t_variant *variant_of(const struct vt_t_product *product, struct vt_str name)
{
    for (size_t i = 0; i < product->variants_n; i++)
        if (vt_str_eq(product->variants[i].sku, name) || vt_str_eq(product->variants[i].size, name))
            return &product->variants[i];
    return NULL;
}

static struct vt_str title_of(const struct vt_t_product *product, const struct vt_t_variant *variant,
                              struct vt_arena *arena)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf title = VT_BUF_INIT(300); /* as long as the wire's may be */
    if (!variant || variant->size.len == 0)
        return product->title;
    vt_buf_printf(&title, "%.*s, %.*s", VT_STR_ARG(product->title), VT_STR_ARG(variant->size));
    struct vt_str whole = title.failed ? (struct vt_str){ 0 } : vt_arena_str(arena, vt_buf_view(&title));
    return whole.ptr ? whole : product->title;
}

void vt_watch_read(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_str variant,
                   const struct vt_store_stock *rows, size_t n, struct vt_arena *arena,
                   struct vt_watch_piece *ret_piece)
{
    struct vt_t_product product;
    *ret_piece = (struct vt_watch_piece){ .variant = VT_STR(""), .cost = -1 };
    if (!read_product(catalogue, sku, rows, n, arena, &product))
        return;
    struct vt_str name = variant.len > 0 ? variant : vt_str_eq(product.sku, sku) ? VT_STR("") : sku;
    const struct vt_t_variant *one = name.len > 0 ? variant_of(&product, name) : NULL;
    if (name.len > 0 && !one)
        return;
    *ret_piece = (struct vt_watch_piece){ .known = true,
                                          .sku = product.sku,
                                          .variant = one ? one->sku : VT_STR(""),
                                          .title = title_of(&product, one, arena),
                                          .price = one && one->price.len > 0 ? one->price : product.price,
                                          .currency = product.currency,
                                          .url = product.url,
                                          .there = one ? one->available : product.variants_n == 0,
                                          .cost = -1 };
    if (product.media_n > 0)
        ret_piece->media = product.media[0];
    for (size_t i = 0; !one && i < product.variants_n; i++)
        ret_piece->there |= product.variants[i].available;
    int64_t cost;
    if (vt_money_parse(ret_piece->price, &cost) == VT_OK)
        ret_piece->cost = cost;
}

/* --- what has happened ------------------------------------------------------------------------ */

unsigned vt_watch_causes(const struct vt_watch *watch, const struct vt_watch_piece *piece, uint32_t percent)
{
    if (!piece->there)
        return 0;
    unsigned causes = watch->stock && !watch->there ? VT_WATCH_STOCK : 0;
    bool comparable = watch->cost > 0 && piece->cost >= 0 && vt_str_eq(watch->currency, piece->currency);
    if (watch->price && comparable && piece->cost * 100 <= watch->cost * (100 - (int64_t)percent))
        causes |= VT_WATCH_PRICE;
    return causes;
}

bool vt_watch_compare(struct vt_watch *watch, const struct vt_watch_piece *piece, uint32_t percent,
                      int64_t now)
{
    bool left = watch->stock && watch->there && !piece->there;
    bool is_due = watch->due == 0 && vt_watch_causes(watch, piece, percent) != 0;
    if (left)
        watch->there = false;
    if (is_due)
        watch->due = now;
    return left || is_due;
}

int64_t vt_watch_when(const struct vt_watch *watch, int64_t room, int64_t now)
{
    int64_t day = watch->told > 0 ? watch->told + DAY_MS : 0;
    int64_t when = day > room ? day : room;
    if (when < now)
        when = now;
    return when < watch->until ? when : 0;
}

void vt_watch_wire(const struct vt_watch_piece *piece, bool stock, bool price, struct vt_t_watch *ret)
{
    *ret = (struct vt_t_watch){ .sku = piece->sku,
                                .stock = stock,
                                .price = price,
                                .title = piece->title,
                                .cost = piece->price,
                                .currency = piece->currency,
                                .media = piece->media,
                                .url = piece->url,
                                .available = piece->there,
                                .has_available = true };
    if (piece->variant.len > 0)
        ret->variant = piece->variant;
}
