/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of drawn pictures, /p/{template}/{id}.jpg?d=…, as others mint them.
 *
 * What these calls write is not signed: it may be stored. vt_media_sign_address signs it for one sending
 * (rows that carry it as `address` are signed by vt_told_body). Prices and millimetres are the catalogue's at
 * this moment, so what was sent stays as it was said. Loop thread only. */
#ifndef VT_TEMPLATE_ADDRESS_H
#define VT_TEMPLATE_ADDRESS_H

#include "media/template.h"
#include "server/site.h"

enum { VT_TEMPLATE_ADDRESS_MAX = 3800 }; /* with its signature it fits a request's line */

/* A greeting for a waiting customer, on the product's first picture. `name`, `text`: absent or shown.
 * VT_ERR_MISSING: no such product, or it has no picture. */
int vt_address_card(const struct vt_site *site, struct vt_str sku, struct vt_str name, struct vt_str text,
                    struct vt_buf *out);
/* Sheet or scale plate of 1 to 4 products. VT_ERR_MISSING as above, VT_ERR_INVALID: a sheet of one, a plate
 * of a product without millimetres; `why` gets a sentence. VT_ERR_FULL: too long in all. */
int vt_address_products(const struct vt_site *site, enum vt_template_kind kind, const struct vt_str *skus,
                        size_t n, struct vt_buf *out, struct vt_buf *why);
/* What was looked at: the view.kept row `cs` of the conversation, whose media is `media`. */
int vt_address_recap(const struct vt_site *site, struct vt_str conv, uint32_t cs, struct vt_str media,
                     struct vt_buf *out);

/* Groups of three and the unit behind, as ISO 80000-1 writes numbers: the reader's own habit is not known
 * where the picture is drawn. Noughts behind the point go. Nothing without a price. */
void vt_address_price(struct vt_str price, struct vt_str currency, struct vt_buf *text);

/* A view.kept row as the recap's template; what `template` has from its address (shop, accent, size) stays.
 * VT_MEDIA_UNKNOWN: the row is of another picture than `media`. */
enum vt_media_err vt_template_of_kept(struct vt_str body, struct vt_str media, struct vt_template *template,
                                      struct vt_media_problem *problem);

#endif
