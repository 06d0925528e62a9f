/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings_invitations.h"

#include <stdio.h>
#include <string.h>

#include "server/base/err.h"
#include "server/catalogue/feed_text.h"
#include "server/settings_helper.h"
#include "server/settings_rows.h"

enum { TEXT_BYTES = 200 };

static int check_amount(struct vt_reading *reading, const void *value)
{
    return vt_feed_hundredths(*(const struct vt_str *)value) > 0
               ? VT_OK
               : vt_read_refuse(reading, "must be an amount such as 1290.00");
}

static int take_text(struct vt_reading *reading, const json_t *value, void *to)
{
    return vt_settings_words(reading, value, TEXT_BYTES, to);
}

#define WHEN(text, field) .name = text, .offset = offsetof(struct vt_setting_invitation_when, field)
SHAPE(when_shape, sizeof(struct vt_setting_invitation_when), { WHEN("seconds", seconds), WHOLE(5, 3600) },
      { WHEN("siteSeconds", site_seconds), WHOLE(10, 86400) }, { WHEN("url", url), TEXTS(10, 100) },
      { WHEN("types", types), TEXTS(10, 120) }, { WHEN("pieces", pieces), WHOLE(1, 50) },
      { WHEN("bag", bag), TEXT(1, 20), .check = check_amount },
      { WHEN("returning", returning), .kind = VT_ROW_FLAG }, { WHEN("languages", languages), TEXTS(20, 35) });

SHAPE(rule_shape, sizeof(struct vt_setting_invitation),
      { AT(vt_setting_invitation, id), TEXT(1, VT_INVITATION_ID), .required = true,
        .check = vt_read_check_id },
      { AT(vt_setting_invitation, name), TEXT(1, 80) },
      { AT(vt_setting_invitation, text), .kind = VT_ROW_OWN, .take = take_text, .required = true },
      { AT(vt_setting_invitation, staffed), .kind = VT_ROW_FLAG },
      { AT(vt_setting_invitation, when), PART(when_shape), .required = true });

static const struct vt_row invitations_rows[] = {
    { AT(vt_setting_invitations, on), .kind = VT_ROW_FLAG, .required = true },
    { NAMED("perDay", vt_setting_invitations, per_day), WHOLE(1, 10) },
    { AT(vt_setting_invitations, rules),
      LIST(vt_setting_invitations, rules, VT_INVITATION_RULES, rule_shape) },
    { 0 },
};
const struct vt_shape_rows vt_settings_invitations_shape = { 0, invitations_rows };

static int refuse(struct vt_settings_error *error, size_t i, const char *key, const char *msg)
{
    snprintf(error->field, sizeof(error->field), "/invitations/rules/%zu/%s", i, key);
    snprintf(error->msg, sizeof(error->msg), "%s", msg);
    return VT_ERR_INVALID;
}

/* One that nothing must come before would stand on every page at once. */
static bool waits(const struct vt_setting_invitation_when *when)
{
    return when->seconds > 0 || when->site_seconds > 0 || when->pieces > 1 || when->bag.len > 0;
}

int vt_settings_check_invitations(const struct vt_setting_invitations *invitations,
                                  struct vt_settings_error *error)
{
    for (size_t i = 0; i < invitations->rules_n; i++) {
        const struct vt_setting_invitation *rule = &invitations->rules[i];
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(rule->id, invitations->rules[k].id))
                return refuse(error, i, "id", "is another rule's already");
        if (!waits(&rule->when))
            return refuse(error, i, "when",
                          "must wait for something: seconds, siteSeconds, pieces from 2 on, or bag");
    }
    return VT_OK;
}
