/* SPDX-License-Identifier: Apache-2.0 */
/* Profile: what staff know of a conversation beside its thread: who the customer is, labels, what the page
 * has said, whether a message waits for an answer. Kept as JSON of `profile` (protocol types.json), read when
 * asked for: it changes seldom. */
#ifndef VT_PROFILE_H
#define VT_PROFILE_H

#include "server/base/arena.h"
#include "server/conversation.h"

enum { VT_PROFILE_BYTES = 16384, VT_LABELS_MAX = 32 };

/* From the store, or absent. */
void vt_profile_load(struct vt_conversation *conv, struct vt_str json);
/* Texts live in `arena` and in `conv` until it changes. What cannot be read is empty. */
void vt_profile_read(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_profile *ret);
/* Keeps and stores it, with the next commit. VT_OK, VT_ERR_TOO_LARGE or VT_ERR_OVERLOADED, and then nothing
 * has changed. */
int vt_profile_write(struct vt_conversation *conv, const struct vt_t_profile *profile);
/* The language the customer's page speaks now; absent: not said, and what was known stays. */
void vt_profile_speaks(struct vt_conversation *conv, struct vt_str lang);
/* The shop has signed for the customer. */
bool vt_profile_is_verified(const struct vt_conversation *conv);
bool vt_profile_has_label(const struct vt_conversation *conv, struct vt_str label);
/* Adds and drops; false when nothing changes. VT_LABELS_MAX stay. */
bool vt_profile_label(struct vt_t_profile *profile, struct vt_arena *arena, const struct vt_str *add,
                      size_t add_n, const struct vt_str *drop, size_t drop_n);

#endif
