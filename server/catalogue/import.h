/* SPDX-License-Identifier: Apache-2.0 */
/* Products of Vitrine's JSON, checked and made into what the wire has, one at a time:
 *
 *     {"version":1, "currency":"EUR", "products":[{"sku","title","description","price":"2450.00","was",
 *       "currency","url","type":"Rings > Engagement","brand","material","product_width":"2.1
 * cm","product_height", "pictures":["photos/x/hero.jpg","https://shop.example/x.jpg"],
 *       "spin":["photos/x/spin-00.jpg",…],   8 to 72 of one size: once around
 *       "variants":[{"sku","size","colour","material","price","was","available":true,
 *         "stock":{"paris":2}}]}]}
 *
 * A bad product is named and left out; a bad picture is named (or size) and its product goes on without it.
 * Unknown members are ignored. feed.h reads the file, intake.h is the whole way. */
#ifndef VT_CATALOGUE_IMPORT_H
#define VT_CATALOGUE_IMPORT_H

#include <jansson.h>
#include <stdint.h>

#include "server/auth/digest.h"
#include "server/base/buf.h"
#include "server/base/str.h"

enum {
    VT_IMPORT_PRODUCTS = 200000,
    VT_IMPORT_PICTURES = 32,
    VT_IMPORT_VARIANTS = 64,
    VT_IMPORT_BODY = 65536 /* of a product as the store has it */
};

struct vt_import_calls {
    /* Brings in the picture of that path. VT_OK and its media id, or an error and why. NULL: no folder came
     * with the file, so pictures are named by address only. */
    int (*picture)(void *arg, struct vt_str path, char ret_media[VT_SHA256_TEXT], struct vt_buf *ret_why);
    /* How large the picture of that path is, upright. VT_OK, or an error and why. Goes with `picture`. */
    int (*size)(void *arg, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why);
    /* Notes a picture named by address, for the server to fetch; `url` is its canonical text. VT_OK or an
     * error and why. */
    int (*address)(void *arg, struct vt_str sku, struct vt_str url, struct vt_buf *ret_why);
    /* A good product; `body` is the JSON of the wire's `product`, `tree` what it was made of. An error ends
     * the import. */
    int (*product)(void *arg, struct vt_str sku, struct vt_str body, const json_t *tree);
    /* Row `number` (from 1) was left out, or lost a picture. */
    void (*refused)(void *arg, size_t number, struct vt_str sku, struct vt_str why);
    void *arg;
};

struct vt_import;
struct vt_import *vt_import_create(const struct vt_import_calls *calls); /* NULL: no memory */
void vt_import_destroy(struct vt_import *import);
/* For products that name none. */
void vt_import_currency(struct vt_import *import, struct vt_str currency);
/* VT_OK, also when the product is refused; else the import has come to its end. */
int vt_import_take(struct vt_import *import, size_t number, const json_t *product);

#endif
