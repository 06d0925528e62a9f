/* SPDX-License-Identifier: Apache-2.0 */
/* What the shop's own server answers: read by the tables of merchant_answer (protocol types.json), under
 * their limits, and then for what a table cannot say: times, amounts, no control characters. */
#ifndef VT_MERCHANT_ANSWER_H
#define VT_MERCHANT_ANSWER_H

#include "protocol/codec/codec.h"

enum { VT_MERCHANT_BYTES = 65536, VT_MERCHANT_ARENA = 4 << 20 };

/* Texts live in `arena`. VT_OK; or VT_ERR_INVALID and a sentence for staff that holds nothing of the answer.
 */
int vt_merchant_read(struct vt_arena *arena, struct vt_str json, struct vt_t_merchant_answer *ret_answer,
                     struct vt_buf *ret_why);

#endif
