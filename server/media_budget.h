/* SPDX-License-Identifier: Apache-2.0 */
/* Worker time by address: what is drawn to order is paid for by who orders it.
 *
 * An address (IPv6: a /64) starts with `burst_ms` and gets `back_ms` a second. A drawing is paid after
 * it is done, when its price is known, so the last one may overdraw. Loop thread only. */
#ifndef VT_MEDIA_BUDGET_H
#define VT_MEDIA_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/str.h"

struct vt_media_budget;

struct vt_media_budget *vt_media_budget_create(int64_t burst_ms, int64_t back_ms); /* NULL: no memory */
void vt_media_budget_destroy(struct vt_media_budget *budget);

/* True while the address has anything left; else *ret_after_s says when it will. */
bool vt_media_budget_has(struct vt_media_budget *budget, struct vt_str addr, int64_t now_ms,
                         uint32_t *ret_after_s);
void vt_media_budget_spend(struct vt_media_budget *budget, struct vt_str addr, int64_t spent_ms,
                           int64_t now_ms);

#endif
