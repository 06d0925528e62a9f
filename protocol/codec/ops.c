/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/c/ops.h"

#include <string.h>

/* Negative, 0, positive: `name` stands before, at, after the row. */
static int compare(const char *name, size_t len, const struct vt_op_row *row)
{
    const size_t row_len = strlen(row->name);
    const int order = memcmp(name, row->name, len < row_len ? len : row_len);
    return order ? order : (len > row_len) - (len < row_len);
}

const struct vt_op_row *vt_op_find(const char *name, size_t len)
{
    size_t low = 1;
    size_t high = VT_OP_TEXT_COUNT;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare(name, len, &vt_op_rows[middle]);
        if (order == 0)
            return &vt_op_rows[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
