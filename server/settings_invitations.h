/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of invitations. For settings.c alone. */
#ifndef VT_SETTINGS_INVITATIONS_H
#define VT_SETTINGS_INVITATIONS_H

#include "server/settings_read.h"

enum { VT_INVITATION_RULES = 12, VT_INVITATION_ID = 24 };

extern const struct vt_shape_rows vt_settings_invitations_shape; /* of struct vt_setting_invitations */
/* What concerns several values. VT_OK or VT_ERR_INVALID with the error said. */
int vt_settings_check_invitations(const struct vt_setting_invitations *invitations,
                                  struct vt_settings_error *error);

#endif
