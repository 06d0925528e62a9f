/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are refused again without work: a wrong request for 10 seconds, an original that killed
 * its worker twice for 10 minutes. Bounded; the oldest goes first. Loop thread only. */
#ifndef VT_MEDIA_REFUSALS_H
#define VT_MEDIA_REFUSALS_H

#include "media/media_errors.h"
#include "server/base/list.h"
#include "server/base/map.h"

enum { VT_REFUSAL_MS = 10 * 1000, VT_REFUSAL_STRUCK_MS = 10 * 60 * 1000, VT_REFUSAL_STRIKES = 2 };

struct vt_refusals {
    struct vt_map by_key;
    struct vt_list oldest_first; /* of refusal.link */
    size_t max;
};

void vt_refusals_init(struct vt_refusals *refusals, size_t max);
void vt_refusals_finish(struct vt_refusals *refusals);

/* Remembers a 4xx of `key` (a recipe's key, or a raw path); other problems are not kept. */
void vt_refusals_add(struct vt_refusals *refusals, struct vt_str key, const struct vt_media_problem *problem,
                     int64_t now_ms);
/* A worker died or ran out of time over `media`; the second time refuses it. True when it is refused now. */
bool vt_refusals_strike(struct vt_refusals *refusals, struct vt_str media, int64_t now_ms);
/* The problem kept for `key`, or NULL. Borrowed until the next call. */
const struct vt_media_problem *vt_refusals_find(struct vt_refusals *refusals, struct vt_str key,
                                                int64_t now_ms);
/* After an erasure nothing remembers the name. */
void vt_refusals_forget(struct vt_refusals *refusals, struct vt_str key);

#endif
