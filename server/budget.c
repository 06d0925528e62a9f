/* SPDX-License-Identifier: Apache-2.0 */
#include "server/budget.h"

#include <stdio.h>

#include "server/base/err.h"
#include "server/profile.h"

enum { ARENA_BYTES = 65536, CONTEXT_BYTES = 16384 };

static bool is_currency(const char *text)
{
    return text && strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

bool vt_budget_of(const json_t *value, struct vt_budget *ret)
{
    const json_t *amount = json_object_get(value, "amount");
    const char *currency = json_string_value(json_object_get(value, "currency"));
    char number[VT_MONEY_TEXT];
    struct vt_budget budget = { 0 };
    /* A page that counts in numbers means cents at most. */
    snprintf(number, sizeof(number), "%.2f", json_is_number(amount) ? json_number_value(amount) : -1.0);
    struct vt_str text = vt_str(json_is_string(amount) ? json_string_value(amount) : number);
    if (!is_currency(currency) || vt_money_parse(text, &budget.amount) != VT_OK || budget.amount == 0)
        return false;
    memcpy(budget.currency, currency, sizeof(budget.currency));
    *ret = budget;
    return true;
}

bool vt_budget_read(const struct vt_conversation *conv, struct vt_budget *ret)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    VT_CLEANUP(vt_json_unref)
    json_t *context = NULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(200);
    struct vt_t_profile profile;
    vt_arena_init(&arena, ARENA_BYTES);
    vt_profile_read(conv, &arena, &profile);
    context = profile.context.len > 0 ? vt_json_parse(profile.context, CONTEXT_BYTES, &why) : NULL;
    return vt_budget_of(json_object_get(context, "budget"), ret);
}
