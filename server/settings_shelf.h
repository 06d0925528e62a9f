/* SPDX-License-Identifier: Apache-2.0 */
/* What a site's settings name that its catalogue does not have: pieces, types and other values. No error,
 * since the catalogue changes by itself, but whoever saves is told. */
#ifndef VT_SETTINGS_SHELF_H
#define VT_SETTINGS_SHELF_H

#include "server/settings.h"
#include "server/store/shelf.h"

/* `field`: JSON pointer into the settings; `why`: a sentence's end, as of vt_settings_error. */
typedef void vt_settings_missing_fn(void *arg, const char *field, const char *why);
/* `shelf`: as of vt_shelf_names; NULL: nothing was imported. How many are missing. */
size_t vt_settings_missing(const struct vt_settings *settings, struct vt_shelf *shelf,
                           vt_settings_missing_fn *fn, void *arg);

#endif
