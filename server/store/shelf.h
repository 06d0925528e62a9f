/* SPDX-License-Identifier: Apache-2.0 */
/* The shelf: a site's products as one import left them, in a file of their own, and the search over them.
 *
 *     import -> rows staged -> groups -> products put -> finished file  ── the store names its generation ──►
 *     every server opens it, reads its products into memory (catalogue.h) and searches it here
 *
 * A file is written once, by whoever imports, without the store's lock, and never changed after; the store's
 * row (catalogue_rows.h) says which one is served, and changes in one transaction. So an import that fails at
 * any point changes nothing, and one of 100 000 products holds nobody up. Stock alone moves between imports:
 * it lies in the store and is looked up here (vt_shelf_look_stock).
 *
 * Nothing here runs on the loop thread but vt_shelf_ref and vt_shelf_unref. A shelf is used by one thread at
 * a time. Another store brings its own functions behind this header, as it does for store.h. */
#ifndef VT_STORE_SHELF_H
#define VT_STORE_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/c/messages.h" /* enum vt_facet */
#include "server/base/arena.h"
#include "server/base/buf.h"

enum {
    VT_SHELF_ADDRESSES = 100000, /* pictures by address */
    VT_SHELF_TYPES = 3,          /* levels of a type: "Rings", "Rings > Engagement" */
    VT_SHELF_HITS = 24,
    VT_SHELF_WANTS = 24,
    VT_SHELF_VALUES = 16, /* of a facet, told at once */
    VT_SHELF_BRANCHES = 64,
    VT_SHELF_ALIKE = 8,
    VT_SHELF_WORDS = 8,
    VT_SHELF_WORD = 40,
    VT_FACETS = VT_FACET_COUNT /* a variant's branches are those where it lies in stock */
};

/* --- writing ------------------------------------------------------------------------------------ */

struct vt_shelf_writer;
/* NULL: one sentence in ret_error. Generations are positive and grow. */
struct vt_shelf_writer *vt_shelf_create(const char *data_dir, struct vt_str site, int64_t generation,
                                        struct vt_buf *ret_error);
/* The file goes, too, unless it was finished. */
void vt_shelf_destroy(struct vt_shelf_writer *writer);

/* Rows of a feed wait on the disk until their groups are whole. VT_ERR_EXISTS: this sku was staged before, in
 * row *ret_before. */
int vt_shelf_stage(struct vt_shelf_writer *writer, size_t number, struct vt_str sku, struct vt_str group,
                   struct vt_str part, size_t *ret_before);
/* Every staged row, group by group in the order in which each began; `first`: of its group. */
typedef int vt_shelf_part_fn(void *arg, size_t number, bool first, struct vt_str group, struct vt_str part);
int vt_shelf_staged(struct vt_shelf_writer *writer, vt_shelf_part_fn *fn, void *arg);

struct vt_shelf_variant {
    struct vt_str sku, colour, size, material; /* all but sku may be absent */
    int64_t price;                             /* in hundredths */
    bool available;                            /* says the feed */
};
struct vt_shelf_product {
    struct vt_str sku, body;
    struct vt_str title, tags, about; /* folded words (catalogue/fold.h) */
    struct vt_str type, brand;        /* may be absent; type: levels parted by '>' */
    bool has_spin;
    const struct vt_shelf_variant *variants; /* at least one */
    size_t n;
};
/* In the order of the calls. VT_OK or an error that ends the import. */
int vt_shelf_put(struct vt_shelf_writer *writer, const struct vt_shelf_product *product);
/* Once each, however often it is named. VT_ERR_FULL beyond VT_SHELF_ADDRESSES. */
int vt_shelf_put_address(struct vt_shelf_writer *writer, struct vt_str url, struct vt_str sku);
/* What the file itself says of stock. */
int vt_shelf_put_stock(struct vt_shelf_writer *writer, struct vt_str sku, struct vt_str branch,
                       int64_t quantity);
/* All of it is on the disk. */
int vt_shelf_finish(struct vt_shelf_writer *writer);
/* What the database said last. */
const char *vt_shelf_error(struct vt_shelf_writer *writer);
/* The file of one generation. */
void vt_shelf_remove(const char *data_dir, struct vt_str site, int64_t generation);
/* Files of the site older than this generation, and drafts. */
void vt_shelf_sweep(const char *data_dir, struct vt_str site, int64_t generation);

/* --- reading ------------------------------------------------------------------------------------ */

struct vt_shelf;
/* NULL: one sentence in ret_error. The one reference is the caller's. */
struct vt_shelf *vt_shelf_open(const char *data_dir, struct vt_str site, int64_t generation,
                               struct vt_buf *ret_error);
/* For vt_shelf_number and vt_shelf_has_value alone: nothing is read into memory. NULL: it cannot be opened.
 */
struct vt_shelf *vt_shelf_names(const char *data_dir, struct vt_str site, int64_t generation);
struct vt_shelf *vt_shelf_ref(struct vt_shelf *shelf);
struct vt_shelf *vt_shelf_unref(struct vt_shelf *shelf); /* NULL */
size_t vt_shelf_count(const struct vt_shelf *shelf);
/* Every product in order, with the skus of its variants. */
typedef int vt_shelf_product_fn(void *arg, struct vt_str sku, struct vt_str body, bool has_spin);
typedef int vt_shelf_sku_fn(void *arg, size_t product, struct vt_str sku);
int vt_shelf_products(struct vt_shelf *shelf, vt_shelf_product_fn *fn, vt_shelf_sku_fn *sku, void *arg);
/* At most `limit` addresses or rows of stock after the one numbered `after`; the number of the last. */
typedef int vt_shelf_address_fn(void *arg, struct vt_str url, struct vt_str sku);
int vt_shelf_addresses(struct vt_shelf *shelf, int64_t after, size_t limit, vt_shelf_address_fn *fn,
                       void *arg, int64_t *ret_last);
typedef int vt_shelf_stock_fn(void *arg, struct vt_str sku, struct vt_str branch, int64_t quantity);
int vt_shelf_stock(struct vt_shelf *shelf, int64_t after, size_t limit, vt_shelf_stock_fn *fn, void *arg,
                   int64_t *ret_last);

/* The number of the product that has this sku or a variant of it; 0: none. */
uint32_t vt_shelf_number(struct vt_shelf *shelf, struct vt_str sku);
/* Some product has this value, letters compared as a search does. */
bool vt_shelf_has_value(struct vt_shelf *shelf, enum vt_facet facet, struct vt_str value);
/* Appends the skus of a product's variants: `skus` has room for VT_SHELF_HITS times 64. */
int vt_shelf_skus(struct vt_shelf *shelf, uint32_t number, struct vt_arena *arena, struct vt_str *skus,
                  size_t *n);
/* Stock of some variant is known. */
bool vt_shelf_has_stock(const struct vt_shelf *shelf);

/* --- searching ---------------------------------------------------------------------------------- */

struct vt_shelf_query {
    struct vt_str text; /* empty: everything, in the feed's order */
    struct vt_shelf_want {
        enum vt_facet facet;
        struct vt_str value;
    } wants[VT_SHELF_WANTS]; /* of one facet any, of several each */
    size_t wants_n;
    int64_t least, most; /* price in hundredths; -1: open */
    bool in_stock;
    bool counts; /* the facets are wanted, too */
    size_t from, n;
};
struct vt_shelf_counted {
    enum vt_facet facet;
    struct vt_str value;
    uint32_t n; /* products, with every other facet's wish */
};
struct vt_shelf_hits {
    struct vt_str skus[VT_SHELF_HITS];
    uint32_t numbers[VT_SHELF_HITS]; /* of the products on this shelf */
    size_t n, total;
    struct vt_str read_as; /* the words after correction; absent: as they were typed */
    struct vt_shelf_counted counted[VT_FACETS * VT_SHELF_VALUES];
    size_t counted_n;
    int64_t least, most; /* prices there are; -1: none */
    uint32_t stocked;    /* that can be had at once */
};
/* Texts live in the arena. VT_OK or VT_ERR_*. */
int vt_shelf_search(struct vt_shelf *shelf, const struct vt_shelf_query *query, struct vt_arena *arena,
                    struct vt_shelf_hits *ret_hits);

/* --- what is like a piece ------------------------------------------------------------------------ */

/* Other products of its type that can be had, at most VT_SHELF_ALIKE of each kind, the best first: such as
 * cost less (`budget` in hundredths, -1: none; within it goes before beyond it), and such as cost about the
 * same, within 15 %. Several, since a shelf knows no currencies and the caller may have to pass one over. */
struct vt_shelf_alike {
    int64_t price;             /* of the piece, in hundredths: its variant's, else its lowest */
    struct vt_shelf_hits hits; /* only skus, numbers, n */
    size_t cheaper_n;          /* the first so many; the others compare */
};
/* VT_OK, VT_ERR_MISSING or VT_ERR_*. */
int vt_shelf_alike(struct vt_shelf *shelf, struct vt_str sku, int64_t budget, struct vt_arena *arena,
                   struct vt_shelf_alike *ret);

#endif
