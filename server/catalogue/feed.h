/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds: the files shops export their products in, read in pieces, in memory that does not grow with them.
 *
 *     file -> source (any encoding -> UTF-8) -> XML | table | JSON -> rows or products, one at a time
 *
 * Which of the three it is, its first character says. A row has Google Merchant's attributes as they came;
 * rows.h makes parts of products of them. Vitrine's own JSON has whole products (import.h). Whatever waits
 * for the disk here runs on any thread but the loop's. */
#ifndef VT_CATALOGUE_FEED_H
#define VT_CATALOGUE_FEED_H

#include <jansson.h>

#include "server/base/buf.h"
#include "server/base/str.h"

enum {
    VT_FEED_BYTES = 256 << 20, /* of the whole file */
    VT_FEED_CELL = 64 << 10,   /* what is kept of one field; the rest of a longer one is dropped */
    VT_FEED_ROWS = 1000000
};

enum vt_feed_field {
    VT_FEED_ID,
    VT_FEED_GROUP,
    VT_FEED_TITLE,
    VT_FEED_TEXT,
    VT_FEED_LINK,
    VT_FEED_IMAGE,
    VT_FEED_IMAGES, /* the further ones, a line each */
    VT_FEED_PRICE,
    VT_FEED_SALE,
    VT_FEED_SALE_DATES,
    VT_FEED_AVAILABILITY,
    VT_FEED_BRAND,
    VT_FEED_TYPE,
    VT_FEED_CATEGORY, /* Google's own, where the shop names no type */
    VT_FEED_COLOUR,
    VT_FEED_SIZE,
    VT_FEED_MATERIAL,
    VT_FEED_WIDTH,
    VT_FEED_HEIGHT,
    VT_FEED_BRANCH,   /* of a table of stock */
    VT_FEED_QUANTITY, /* the same */
    VT_FEED_FIELDS
};

struct vt_feed_row {
    size_t number; /* from 1 */
    struct vt_buf fields[VT_FEED_FIELDS];
};

struct vt_feed_calls {
    /* Each: an error ends the reading. `row` is good until it returns, `product` as well. */
    int (*row)(void *arg, const struct vt_feed_row *row);
    int (*product)(void *arg, size_t number, const json_t *product);
    /* A product of the JSON that could not be parsed by itself: the next ones are read on. */
    int (*unreadable)(void *arg, size_t number, struct vt_str why);
    /* What the JSON says of all its products, before the first of them; absent: nothing. */
    void (*currency)(void *arg, struct vt_str currency);
    bool is_stock; /* a table of sku, branch and quantity is wanted, and nothing else */
    void *arg;
};

/* From the file's beginning to its end. VT_OK, or an error and one sentence in ret_error; then some calls
 * have been made already. */
int vt_feed_read(int fd, const struct vt_feed_calls *calls, struct vt_buf *ret_error);

/* --- what the readers share --------------------------------------------------------------------- */

/* The field of an attribute's name ("g:image_link", "Image Link"); VT_FEED_FIELDS: none we take. */
enum vt_feed_field vt_feed_field(struct vt_str name);
void vt_feed_row_init(struct vt_feed_row *row);
void vt_feed_row_finish(struct vt_feed_row *row);
void vt_feed_row_reset(struct vt_feed_row *row);
/* Appends what has room. */
void vt_feed_add(struct vt_buf *field, const char *bytes, size_t n);

struct vt_feed_source;
int vt_feed_xml(struct vt_feed_source *source, const struct vt_feed_calls *calls, struct vt_buf *ret_error);
int vt_feed_table(struct vt_feed_source *source, const struct vt_feed_calls *calls, struct vt_buf *ret_error);
int vt_feed_json(struct vt_feed_source *source, const struct vt_feed_calls *calls, struct vt_buf *ret_error);

#endif
