/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the automatic helper, and texts in several languages. For settings.c alone. */
#ifndef VT_SETTINGS_HELPER_H
#define VT_SETTINGS_HELPER_H

#include "server/settings_read.h"

/* Ids are short: together they name a choice on the wire, in 32 bytes. */
enum { VT_HELPER_CATEGORIES = 6, VT_HELPER_QUESTIONS = 3, VT_HELPER_CHOICES = 7, VT_HELPER_ID = 12 };

/* A text for everybody, or {"en": …, "fr": …}. */
int vt_settings_words(struct vt_reading *reading, const json_t *value, int64_t most_bytes,
                      struct vt_setting_words *to);
extern const struct vt_shape_rows vt_settings_helper_shape; /* of struct vt_setting_helper */
/* What concerns several values. VT_OK or VT_ERR_INVALID with the error said. */
int vt_settings_check_helper(const struct vt_setting_helper *helper, struct vt_settings_error *error);

#endif
