/* SPDX-License-Identifier: Apache-2.0 */
/* A site's products in memory, and their search: words that start with each word asked for, in
 * title, sku, variant and description, best first. At most 10 000 products until the store searches. Loop
 * thread. */
#ifndef VT_CATALOGUE_H
#define VT_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/str.h"

struct vt_catalogue;
struct vt_spin; /* spins.h */

struct vt_catalogue *vt_catalogue_create(void);
void vt_catalogue_destroy(struct vt_catalogue *catalogue);
/* `body`: JSON of the wire's `product`, whose `media` may hold addresses beside ids; and `spin`, a list of as
 * many frames as a spin has. VT_OK, VT_ERR_INVALID, VT_ERR_FULL or VT_ERR_NOMEM. */
int vt_catalogue_add(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_str body);
/* The picture at that address has this id now: products that name it show it. VT_OK or VT_ERR_NOMEM. */
int vt_catalogue_picture(struct vt_catalogue *catalogue, struct vt_str url, struct vt_str id);
/* By sku of a product or of one of its variants: the product's JSON, or absent. */
struct vt_str vt_catalogue_get(const struct vt_catalogue *catalogue, struct vt_str sku);
/* By the same names: how large the piece is. False: the catalogue does not say both. */
bool vt_catalogue_size(const struct vt_catalogue *catalogue, struct vt_str sku, double *ret_width_mm,
                       double *ret_height_mm);
/* By its id, and by the picture it begins with; good for the turn. NULL: there is none. */
const struct vt_spin *vt_catalogue_spin(const struct vt_catalogue *catalogue, struct vt_str id);
const struct vt_spin *vt_catalogue_spin_from(const struct vt_catalogue *catalogue, struct vt_str first);
/* Fills up to `n` hits from number `from` on; returns how many; *ret_total counts all. Empty text: all, in
 * order. */
size_t vt_catalogue_search(const struct vt_catalogue *catalogue, struct vt_str text, size_t from, size_t n,
                           struct vt_str *ret_bodies, size_t *ret_total);

#endif
