/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind shelf.h share. */
#ifndef VT_STORE_SQLITE_SHELF_H
#define VT_STORE_SQLITE_SHELF_H

#include "server/store/shelf.h"
#include "server/store/spelling.h"
#include "server/store/sqlite_db.h"

enum { VT_SHELF_PATH = 4096 };

/* <data>/catalogue/<site>-<generation>.db. VT_OK or VT_ERR_INVALID. */
int vt_shelf_path(const char *data_dir, struct vt_str site, int64_t generation, char ret_path[VT_SHELF_PATH]);

/* One variant as filters see it. */
struct vt_shelf_entry {
    int64_t price;
    uint64_t branches;               /* a bit each where it lies in stock */
    uint16_t colour, size, material; /* 0: none */
    bool available;                  /* says the feed */
    bool counted;                    /* stock is known: the feed's word counts no more */
};

static inline bool vt_shelf_is_stocked(const struct vt_shelf_entry *entry)
{
    return entry->counted ? entry->branches != 0 : entry->available;
}

struct vt_shelf {
    struct vt_db db;
    int refs;
    size_t products;  /* numbered from 1 */
    uint32_t *begins; /* owned: of products + 2; product n has entries begins[n] to begins[n + 1] */
    struct vt_shelf_entry *entries; /* owned */
    size_t entries_n;
    uint16_t *brands, *types; /* owned: by number; types: VT_SHELF_TYPES each */
    struct {
        struct vt_str *texts; /* by id, in `arena`; 0 is none */
        size_t n;
    } values[VT_FACETS];                       /* but of VT_FACET_BRANCH: these come with the stock */
    struct vt_str branches[VT_SHELF_BRANCHES]; /* in `arena` */
    size_t branches_n;
    int64_t stock_at; /* what the store said of stock up to here is known */
    struct vt_spelling spelling;
    struct vt_arena arena;
};

/* By number. */
int vt_shelf_sku(struct vt_shelf *shelf, uint32_t number, struct vt_arena *arena, struct vt_str *ret_sku);

#endif
