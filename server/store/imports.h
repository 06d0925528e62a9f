/* SPDX-License-Identifier: Apache-2.0 */
/* Where a site's products come from, which generation of them is served, and how the last import went; and
 * the stock of each variant and branch. As manage.h: at once, on the store's thread. */
#ifndef VT_STORE_IMPORTS_H
#define VT_STORE_IMPORTS_H

#include "server/store/manage.h"
#include "server/store/shelf.h"

enum { VT_IMPORTS_CHUNK = 500 /* rows of one transaction, so that nobody waits behind it for long */ };

struct vt_store_catalogue {
    struct vt_str site;
    int64_t generation;           /* 0: none was imported yet */
    struct vt_str url;            /* "": files only */
    int64_t every_ms;             /* 0: when somebody asks for it */
    struct vt_str etag, modified; /* of what was fetched last; absent: nothing */
    int64_t next;                 /* ms since 1970 of the next try; 0: none */
    uint32_t tries;               /* failed ones in a row */
    int64_t began, ended;         /* of the last import; 0: there was none */
    int64_t good;                 /* when the served one was imported or confirmed */
    struct vt_str source;         /* of the last import: an address without its query, or a file's name */
    struct vt_str why;            /* it failed; absent: it did not */
    int64_t products, variants, refused;
    struct vt_str report; /* JSON list of what was refused, bounded; absent: none */
};
/* VT_ERR_MISSING: nothing is known of the site's catalogue. */
int vt_manage_catalogue_get(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                            struct vt_store_catalogue *ret_catalogue);
/* Address and times; what was fetched from another address is forgotten. Asked again at `next`. */
int vt_manage_catalogue_feed(struct vt_manage *manage, struct vt_str site, struct vt_str url,
                             int64_t every_ms, int64_t next);
/* Those to be fetched by now, the longest due first. */
int vt_manage_catalogues_due(struct vt_manage *manage, int64_t now, size_t limit, struct vt_arena *arena,
                             struct vt_store_catalogue **ret_catalogues, size_t *ret_n);
/* Serves this generation. VT_ERR_STALE: a later one is served already. Takes all of the last import's fields;
 * etag, modified and next as given. */
int vt_manage_catalogue_serve(struct vt_manage *manage, const struct vt_store_catalogue *catalogue);
/* It failed, or (why absent) the feed has not changed: what is served stays. next, tries, began, ended,
 * source, why; the report only when it is given. */
int vt_manage_catalogue_keep(struct vt_manage *manage, const struct vt_store_catalogue *catalogue);

/* What follows an import, a transaction each: the next chunk of a shelf's addresses and stock goes into the
 * store. Begin with a zeroed `ret_progress`; `done` ends it. */
enum vt_imports_step {
    VT_IMPORTS_PICTURES,
    VT_IMPORTS_DROP,
    VT_IMPORTS_STOCK,
    VT_IMPORTS_PRUNE,
    VT_IMPORTS_END
};
struct vt_imports_progress {
    int64_t address, stock;
    enum vt_imports_step step; /* a table of stock begins with VT_IMPORTS_STOCK */
    bool is_stock;             /* what it does not name counts no more */
    bool done;
};
int vt_manage_catalogue_follow(struct vt_manage *manage, struct vt_shelf *shelf, struct vt_str site,
                               int64_t generation, struct vt_imports_progress *ret_progress);

/* --- stock -------------------------------------------------------------------------------------- */

struct vt_store_stock {
    struct vt_str sku, branch;
    int64_t quantity;
};
/* Sets these; `run` names the import they belong to, 0: none. One transaction. */
int vt_manage_stock_put(struct vt_manage *manage, struct vt_str site, int64_t run,
                        const struct vt_store_stock *rows, size_t n);
/* Of these skus, by sku and branch. */
int vt_manage_stock_of(struct vt_manage *manage, struct vt_str site, const struct vt_str *skus, size_t n,
                       struct vt_arena *arena, struct vt_store_stock **ret_rows, size_t *ret_n);
/* Brings a shelf up to date with the store. */
int vt_shelf_look_stock(struct vt_shelf *shelf, struct vt_manage *manage, struct vt_str site);
/* The same with a connection of its own, for a shelf that was just opened. */
int vt_shelf_load_stock(struct vt_shelf *shelf, const char *data_dir, const char *address,
                        struct vt_str site);

#endif
