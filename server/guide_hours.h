/* SPDX-License-Identifier: Apache-2.0 */
/* Opening hours in words. */
#ifndef VT_GUIDE_HOURS_H
#define VT_GUIDE_HOURS_H

#include "server/base/arena.h"
#include "server/settings.h"

/* When a queue that is closed opens; absent: not foreseen, or it is open. `queue`: an id, or of all the one
 * that opens first. */
struct vt_str vt_guide_opens(const struct vt_settings *settings, struct vt_str queue, struct vt_str lang,
                             int64_t now_ms, struct vt_arena *arena);
/* "We are open now, until 18:00."; absent: the site has written no hours. */
struct vt_str vt_guide_hours(const struct vt_settings *settings, struct vt_str queue, struct vt_str lang,
                             int64_t now_ms, struct vt_arena *arena);

#endif
