/* SPDX-License-Identifier: Apache-2.0 */
/* Mirror: the customer's page on its way to those who watch it, while the customer agrees.
 *
 * It stands in memory alone and goes with the consent: the last keyframe and the deltas since (the book), the
 * last scroll positions and the last size. On: somebody watches, so the recorder runs. Held: agreed to, and
 * nobody watches. Who watches reads the book at their own pace: a slow one falls behind, or jumps to the next
 * keyframe, and the customer notices nothing. Loop thread only. */
#ifndef VT_MIRROR_H
#define VT_MIRROR_H

#include "server/chan.h"

struct vt_mirror;

/* After whatever it depends on has changed: consent, the session's state, who is here, who watches, the page.
 */
void vt_mirror_update(struct vt_conversation *conv);
void vt_mirror_finish(struct vt_conversation *conv);
/* This window watches, or no longer. VT_OK or VT_ERR_OVERLOADED. */
int vt_mirror_watch(struct vt_member *member, bool on);
/* The member goes: it watches no more; the customer's page is unknown until they are back. */
void vt_mirror_left(struct vt_member *member);
/* Once a second: keyframes that did not come, viewers that were held up. */
void vt_mirror_sweep(struct vt_conversation *conv, int64_t now_ms);

/* Frames past the gate, in the order they came. `dom` and what it borrows live until the call returns. */
void vt_mirror_dom(struct vt_member *customer, const struct vt_bin_head *head, const struct vt_bin_dom *dom);
/* SCROLL, SIZE and the customer's MPTR: `node` 0 for the viewport; `bytes` the whole frame. */
void vt_mirror_moved(struct vt_member *customer, const struct vt_bin_head *head, uint32_t node,
                     const uint8_t *bytes, size_t len);
void vt_mirror_ack(struct vt_member *viewer, const struct vt_bin_ack *ack);
void vt_mirror_kreq(struct vt_member *viewer, uint8_t reason, int64_t now_ms);

void vt_mirror_wire(const struct vt_conversation *conv, struct vt_t_mirror *ret);

#endif
