/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/money.h"

#include <stdio.h>
#include <string.h>

#include "server/base/err.h"

enum { DIGITS = 4 /* of VT_MONEY_UNIT */ };

int vt_money_parse(struct vt_str text, int64_t *ret_amount)
{
    const char *point = text.len > 0 ? memchr(text.ptr, '.', text.len) : NULL;
    size_t before = point ? (size_t)(point - text.ptr) : text.len;
    size_t after = point ? text.len - before - 1 : 0;
    uint64_t whole, part = 0;
    if ((point && (after == 0 || after > DIGITS)) ||
        vt_str_to_u64((struct vt_str){ text.ptr, before }, 0, VT_MONEY_MOST / VT_MONEY_UNIT, &whole) != VT_OK)
        return VT_ERR_INVALID;
    if (after > 0 && vt_str_to_u64((struct vt_str){ point + 1, after }, 0, VT_MONEY_UNIT - 1, &part) != VT_OK)
        return VT_ERR_INVALID;
    for (; after > 0 && after < DIGITS; after++)
        part *= 10;
    *ret_amount = (int64_t)(whole * VT_MONEY_UNIT + part);
    return VT_OK;
}

struct vt_str vt_money_text(int64_t amount, char ret_text[VT_MONEY_TEXT])
{
    int n = snprintf(ret_text, VT_MONEY_TEXT, "%lld.%04lld", (long long)(amount / VT_MONEY_UNIT),
                     (long long)(amount % VT_MONEY_UNIT));
    for (int zeros = 0; zeros < DIGITS - 2 && ret_text[n - 1] == '0'; zeros++)
        ret_text[--n] = '\0';
    return (struct vt_str){ ret_text, (size_t)n };
}
