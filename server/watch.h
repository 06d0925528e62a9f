/* SPDX-License-Identifier: Apache-2.0 */
/* Watch: a piece a customer waits for, against what the catalogue says of it now. What is decided here is
 * pure; server/watches.h does it. Loop thread only, since the catalogue is. */
#ifndef VT_WATCH_H
#define VT_WATCH_H

#include "protocol/codec/codec.h"
#include "server/catalogue/catalogue.h"
#include "server/store/watches.h"

enum { VT_WATCH_DAYS = 90, VT_WATCH_MOST = 20 /* of one conversation */, VT_WATCH_VARIANTS = 64 };

/* Texts live in the arena it was read into. */
struct vt_watch_piece {
    bool known;                                /* in the catalogue; else the rest is empty */
    struct vt_str sku;                         /* the product's */
    struct vt_str variant;                     /* its sku; "": any of them */
    struct vt_str title;                       /* with the variant's size */
    struct vt_str price, currency, media, url; /* may be absent */
    bool there;
    int64_t cost; /* base/money.h; -1: unknown */
};

/* Appends the skus of the product's variants, of which stock is to be looked up; `skus` has room for
 * VT_WATCH_VARIANTS more. Texts live in the arena. */
void vt_watch_skus(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_arena *arena,
                   struct vt_str *skus, size_t *n);
/* `variant`: a sku or a size; absent or "": any of them. `sku` may be a variant's itself. */
void vt_watch_read(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_str variant,
                   const struct vt_store_stock *rows, size_t n, struct vt_arena *arena,
                   struct vt_watch_piece *ret_piece);

enum { VT_WATCH_STOCK = 1, VT_WATCH_PRICE = 2 };
/* What has happened that was waited for: it can be had again; it costs at least `percent` less than the
 * customer knows, and can be had. The price of what nobody can buy is no news. */
unsigned vt_watch_causes(const struct vt_watch *watch, const struct vt_watch_piece *piece, uint32_t percent);
/* After a look: what is kept of it. True when something of the watch has changed. */
bool vt_watch_compare(struct vt_watch *watch, const struct vt_watch_piece *piece, uint32_t percent,
                      int64_t now);
/* When a due watch may be told of, which is now or later: once a day, and `room` (store/watches.h). 0: not at
 * all, its time ends before. */
int64_t vt_watch_when(const struct vt_watch *watch, int64_t room, int64_t now);

/* The wire's. */
void vt_watch_wire(const struct vt_watch_piece *piece, bool stock, bool price, struct vt_t_watch *ret);

#endif
