/* SPDX-License-Identifier: Apache-2.0 */
/* The settings that are more than rows of a table: a queue's hours and its groups, the quiet hours. For
 * settings.c alone. */
#ifndef VT_SETTINGS_HOURS_H
#define VT_SETTINGS_HOURS_H

#include "server/settings_read.h"

vt_take_fn vt_settings_take_hours;  /* to a struct vt_hours * whose zone settings.c closes */
vt_take_fn vt_settings_take_quiet;  /* so too, and "open" is quiet */
vt_take_fn vt_settings_take_groups; /* to vt_setting_queue.groups */

#endif
