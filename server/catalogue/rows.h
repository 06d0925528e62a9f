/* SPDX-License-Identifier: Apache-2.0 */
/* From rows of a Merchant feed to products of Vitrine's JSON: each row becomes a part, and the parts of one
 * item_group_id, wherever they stood in the feed, become one product with variants. */
#ifndef VT_CATALOGUE_ROWS_H
#define VT_CATALOGUE_ROWS_H

#include <jansson.h>

#include "server/catalogue/feed.h"

enum { VT_ROWS_SKU = 64, VT_ROWS_PART = 32 << 10 };

/* What a row says, checked: `part` a JSON object, `group` what it belongs to (its own sku when it stands
 * alone). Texts live as long as the buffers. */
struct vt_row_part {
    struct vt_str sku, group;
    struct vt_buf part;
};

/* VT_OK; VT_ERR_INVALID: the row is refused, and why in *why; or VT_ERR_NOMEM. With VT_OK, *why may name what
 * was not understood and is left out. `now_s`: for prices that hold for a while. */
int vt_rows_read(const struct vt_feed_row *row, int64_t now_s, struct vt_row_part *part, struct vt_buf *why);

/* One product being put together: begin with the first part, add each, end. */
struct vt_rows_group;
struct vt_rows_group *vt_rows_begin(struct vt_str group, struct vt_str part); /* NULL: no memory */
/* VT_OK; VT_ERR_INVALID: the part is refused, and why. */
int vt_rows_add(struct vt_rows_group *group, struct vt_str part, struct vt_buf *why);
/* The product, borrowed from the group: as vt_feed_calls.product has it. */
const json_t *vt_rows_product(struct vt_rows_group *group);
void vt_rows_end(struct vt_rows_group *group);

#endif
