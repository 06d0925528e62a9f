/* SPDX-License-Identifier: Apache-2.0 */
/* A site's products in memory, by the skus they and their variants have. They are filled from a shelf
 * (store/shelf.h, which also searches them) on another thread, and belong to the loop thread from then on; a
 * product's JSON is made when somebody first asks for it, since most are never asked for. */
#ifndef VT_CATALOGUE_H
#define VT_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/buf.h"
#include "server/base/str.h"
#include "server/store/imports.h"

struct vt_catalogue;
struct vt_spin; /* spins.h */

struct vt_catalogue *vt_catalogue_create(void); /* NULL: no memory; the one reference is the caller's */
struct vt_catalogue *vt_catalogue_ref(struct vt_catalogue *catalogue);
struct vt_catalogue *vt_catalogue_unref(struct vt_catalogue *catalogue); /* NULL */
/* `body`: JSON of the wire's `product`, whose `media` may hold addresses beside ids; and `spin`, a list of as
 * many frames as a spin has. VT_OK, VT_ERR_INVALID or VT_ERR_NOMEM. */
int vt_catalogue_add(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_str body);
/* A variant's sku of the product added as number `number`, from 0. Two may name one; the first keeps it. */
int vt_catalogue_name(struct vt_catalogue *catalogue, size_t number, struct vt_str sku);
/* The picture at that address has this id now: products that name it show it. VT_OK or VT_ERR_NOMEM. */
int vt_catalogue_picture(struct vt_catalogue *catalogue, struct vt_str url, struct vt_str id);
/* By sku of a product or of one of its variants: the product's JSON, good for the turn, or absent. */
struct vt_str vt_catalogue_get(struct vt_catalogue *catalogue, struct vt_str sku);
/* Appends the same with what the store says of stock, which goes before the feed's word: `rows` of the
 * product's variants by sku; branches and quantities for staff. VT_OK, VT_ERR_MISSING, VT_ERR_FULL or
 * VT_ERR_NOMEM. */
int vt_catalogue_tell(struct vt_catalogue *catalogue, struct vt_str sku, const struct vt_store_stock *rows,
                      size_t n, bool staff, struct vt_buf *out);
/* By the same names: how large the piece is. False: the catalogue does not say both. */
bool vt_catalogue_size(struct vt_catalogue *catalogue, struct vt_str sku, double *ret_width_mm,
                       double *ret_height_mm);
/* By its id, and by the picture it begins with; good for the turn. NULL: there is none. */
const struct vt_spin *vt_catalogue_spin(const struct vt_catalogue *catalogue, struct vt_str id);
const struct vt_spin *vt_catalogue_spin_from(const struct vt_catalogue *catalogue, struct vt_str first);
#endif
