/* SPDX-License-Identifier: Apache-2.0 */
/* Budget: what a customer wants to spend, as it stands in a conversation's context under the key `budget`:
 * {amount, currency}, said by the page, noted by staff, or answered to the helper. The newest word counts. */
#ifndef VT_BUDGET_H
#define VT_BUDGET_H

#include "server/api/json.h"
#include "server/base/money.h"
#include "server/conversation.h"

struct vt_budget {
    int64_t amount; /* money.h */
    char currency[4];
};

/* The amount is a decimal as a text or a number, the currency has three capital letters. */
bool vt_budget_of(const json_t *value, struct vt_budget *ret);
/* False: none is known, or what stands there is none. */
bool vt_budget_read(const struct vt_conversation *conv, struct vt_budget *ret);

#endif
