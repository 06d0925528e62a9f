/* SPDX-License-Identifier: Apache-2.0 */
/* Vitrine's JSON, the file a shop's catalogue comes in:
 *
 *     {"version":1, "currency":"EUR", "products":[{"sku","title","description","price":"2450.00",
 *       "currency","url","product_width":"2.1 cm","product_height":"2.6 cm",
 *       "pictures":["photos/x/hero.jpg","https://shop.example/x.jpg"],
 *       "spin":["photos/x/spin-00.jpg",…],   8 to 72 of one size: once around
 *       "variants":[{"sku","size","colour","price","available":true,"stock":{…}}]}]}
 *
 * A broken file is refused as a whole; a bad product is named and left out; a bad picture is named
 * (or size) and its product goes on without it. Unknown members are ignored. */
#ifndef VT_CATALOGUE_IMPORT_H
#define VT_CATALOGUE_IMPORT_H

#include <stdint.h>

#include "server/auth/digest.h"
#include "server/base/buf.h"
#include "server/base/str.h"

enum {
    VT_IMPORT_BYTES = 64 << 20,
    VT_IMPORT_PRODUCTS = 10000,
    VT_IMPORT_PICTURES = 32,
    VT_IMPORT_VARIANTS = 64
};

struct vt_import_calls {
    /* Brings in the picture of that path. VT_OK and its media id, or an error and why. */
    int (*picture)(void *arg, struct vt_str path, char ret_media[VT_SHA256_TEXT], struct vt_buf *ret_why);
    /* How large the picture of that path is, upright. VT_OK, or an error and why. */
    int (*size)(void *arg, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why);
    /* Notes a picture named by address, for the server to fetch; `url` is its canonical text. VT_OK or an
     * error and why. */
    int (*address)(void *arg, struct vt_str sku, struct vt_str url, struct vt_buf *ret_why);
    /* A good product; `body` is the JSON of the wire's `product`. An error ends the import. */
    int (*product)(void *arg, struct vt_str sku, struct vt_str body);
    /* Row `number` (from 1) was left out, or lost a picture. */
    void (*refused)(void *arg, size_t number, struct vt_str sku, struct vt_str why);
    void *arg;
};

/* VT_OK, or an error with one sentence in ret_error; then some calls may have been made already. */
int vt_catalogue_import(struct vt_str text, const struct vt_import_calls *calls, struct vt_buf *ret_error);

#endif
