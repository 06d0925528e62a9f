/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces customers watch, what was last known of each, and how often somebody was told. As manage.h: at once,
 * on the store's thread. When somebody is told is decided in server/watch.h. */
#ifndef VT_STORE_WATCHES_H
#define VT_STORE_WATCHES_H

#include "server/store/manage.h"

struct vt_watch {
    int64_t id;
    struct vt_str site, conv, sku;
    struct vt_str variant; /* its sku; "": any of them */
    bool stock, price;     /* what is waited for */
    bool there;            /* it could be had when it was looked at last */
    int64_t cost;          /* base/money.h, as the customer knows it; -1: unknown */
    struct vt_str currency;
    int64_t created, until; /* ms since 1970 */
    int64_t told, due;      /* the last note, 0: none; when the next is looked at, 0: not */
    int64_t notes;          /* how many there were */
};

/* By conversation, sku and variant: again is anew. VT_ERR_CAP_REACHED: `most` others are watched already. */
int vt_watch_put(struct vt_manage *manage, const struct vt_watch *watch, size_t most);
/* sku absent: all of the conversation's. VT_OK also where there was none. */
int vt_watch_drop(struct vt_manage *manage, struct vt_str site, struct vt_str conv, struct vt_str sku,
                  struct vt_str variant);
int vt_watch_list(struct vt_manage *manage, struct vt_str site, struct vt_str conv, struct vt_arena *arena,
                  struct vt_watch **ret_watches, size_t *ret_n);

/* --- comparing --------------------------------------------------------------------------------- */

/* Up to where a site's watches have been compared, and how far its stock is. */
struct vt_watch_mark {
    struct vt_str site;
    int64_t generation, stock; /* stock: the number of a change (imports.h) */
    int64_t newest;            /* change there is */
};
/* Every site somebody watches a piece of. */
int vt_watch_marks(struct vt_manage *manage, struct vt_arena *arena, struct vt_watch_mark **ret_marks,
                   size_t *ret_n);
int vt_watch_mark_put(struct vt_manage *manage, const struct vt_watch_mark *mark);
/* What changed after the mark's `stock`, in order; ret_last: the number of the last of them. */
int vt_watch_stock(struct vt_manage *manage, const struct vt_watch_mark *mark, size_t limit,
                   struct vt_arena *arena, struct vt_str **ret_skus, size_t *ret_n, int64_t *ret_last);
/* The site's watches of this product (absent: of all) behind the id `after`, in order. */
int vt_watch_page(struct vt_manage *manage, struct vt_str site, struct vt_str sku, int64_t after,
                  size_t limit, struct vt_arena *arena, struct vt_watch **ret_watches, size_t *ret_n);
/* Keeps `there` and `due`. */
int vt_watch_seen(struct vt_manage *manage, const struct vt_watch *watch);

/* --- telling ----------------------------------------------------------------------------------- */

/* The one that is due for longest. VT_ERR_MISSING: none is. */
int vt_watch_due(struct vt_manage *manage, int64_t now, struct vt_arena *arena, struct vt_watch *ret_watch);
/* When another note may go, where a conversation has at most `most` in 30 days; 0: now. */
int vt_watch_room(struct vt_manage *manage, const struct vt_watch *watch, uint32_t most, int64_t now,
                  int64_t *ret_when);
/* A note went out: keeps there, cost and currency, and counts it. */
int vt_watch_told(struct vt_manage *manage, const struct vt_watch *watch, int64_t now);

/* Watches that are over, of all sites, at most `limit`; adds how many went. */
int vt_watch_sweep(struct vt_manage *manage, int64_t now, size_t limit, size_t *io_n);

#endif
