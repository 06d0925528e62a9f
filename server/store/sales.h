/* SPDX-License-Identifier: Apache-2.0 */
/* What was bought, each reference once, and the sessions it is credited to. As manage.h: at once, on the
 * store's thread, inside the caller's transaction. */
#ifndef VT_STORE_SALES_H
#define VT_STORE_SALES_H

#include "protocol/c/messages.h"
#include "server/store/manage.h"

enum { VT_SALE_MOST = 100 /* a conversation's page may tell of */, VT_SALE_CREDITS = 20, VT_SALE_WHOLE = -1 };

/* What somebody says was bought. The texts of `order` have been checked; its credit, back, seen, `of` and, of
 * items, back and seen are the store's to find. */
struct vt_sale_said {
    struct vt_str site;
    struct vt_str conv;              /* whose it is; absent: look by what follows */
    struct vt_str customer, session; /* the shop's own id of who bought; the number spoken in the session */
    const struct vt_t_order *order;
    const struct vt_str *on_show; /* skus in the viewer at this moment */
    size_t on_show_n;
};

struct vt_sale {
    struct vt_t_order order;
    struct vt_str conv; /* absent: nobody's that is known */
    int64_t version;    /* grows with each change: 1 is new */
    bool changed;       /* by this call */
};

/* VT_ERR_CAP_REACHED: the conversation's page has told of VT_SALE_MOST. New; or known and told by somebody
 * who stands higher, whose word then counts; or known, and nothing changes. Credits are found once: when it
 * is first known whose it is. */
int vt_sale_put(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena,
                struct vt_sale *ret_sale);

/* Part of it: lines of the order that were looked at in a session it is credited to, as the same sku, as a
 * variant, or as one product of the catalogue. */
int vt_sale_note_seen(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena);

struct vt_sale_return {
    struct vt_str site, reference, id; /* id: the return's own, counted once */
    int64_t value;                     /* VT_SALE_WHOLE: of its items; without items, all that is left */
    const struct vt_t_order_item *items;
    size_t items_n;
    int64_t at;
};
/* VT_ERR_MISSING: no such order. VT_ERR_INVALID and a sentence: more than is left, or a line it has not. */
int vt_sale_back(struct vt_manage *manage, const struct vt_sale_return *back, struct vt_arena *arena,
                 struct vt_sale *ret_sale, const char **ret_why);

/* VT_ERR_MISSING: none of this reference. */
int vt_sale_get(struct vt_manage *manage, struct vt_str site, struct vt_str reference, struct vt_arena *arena,
                struct vt_sale *ret_sale);
/* The newest first; of a conversation and of those of the same customer, or (conv absent) of the site. */
int vt_sales(struct vt_manage *manage, struct vt_str site, struct vt_str conv, int64_t from, int64_t to,
             size_t limit, struct vt_arena *arena, struct vt_sale **ret_sales, size_t *ret_n);

/* Skus that were ordered since `from` and not brought back, the most pieces first; at most `limit`. */
int vt_sale_best(struct vt_manage *manage, struct vt_str site, int64_t from, size_t limit,
                 struct vt_arena *arena, struct vt_str **ret_skus, size_t *ret_n);

/* Older than `before`, at most `limit` of them. */
int vt_sales_trim(struct vt_manage *manage, struct vt_str site, int64_t before, size_t limit, size_t *ret_n);
/* All of a conversation, with what hangs on them. */
int vt_sales_erase(struct vt_manage *manage, struct vt_str site, struct vt_str conv, size_t *io_n);

#endif
