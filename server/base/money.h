/* SPDX-License-Identifier: Apache-2.0 */
/* Money: amounts as whole ten-thousandths, so that sums are exact; on the wire they are decimals with a
 * point. */
#ifndef VT_BASE_MONEY_H
#define VT_BASE_MONEY_H

#include <stdint.h>

#include "server/base/str.h"

enum { VT_MONEY_UNIT = 10000, VT_MONEY_TEXT = 24 };
#define VT_MONEY_MOST (INT64_C(100000000000) * VT_MONEY_UNIT)

/* "1290", "1290.5", "0.0001": digits, at most four behind a point, up to VT_MONEY_MOST. VT_OK or
 * VT_ERR_INVALID. */
int vt_money_parse(struct vt_str text, int64_t *ret_amount);
/* Two digits behind the point, or more where they say something. */
struct vt_str vt_money_text(int64_t amount, char ret_text[VT_MONEY_TEXT]);

#endif
