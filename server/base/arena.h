/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that dies together: one decoded message, one HTTP request.
 *
 * Blocks come from malloc, grow as needed up to a stated maximum and are kept by a reset, so a
 * steady stream of messages allocates nothing. Everything is zeroed and 16-byte aligned. */
#ifndef VT_BASE_ARENA_H
#define VT_BASE_ARENA_H

#include <stddef.h>

#include "server/base/str.h"

struct vt_arena_block;
struct vt_arena {
    struct vt_arena_block *blocks; /* owned, newest first */
    size_t used_bytes;             /* handed out since the last reset */
    size_t max_bytes;
};

void vt_arena_init(struct vt_arena *arena, size_t max_bytes);
void vt_arena_finish(struct vt_arena *arena);
/* Everything handed out is dead; the largest block stays for the next round. */
void vt_arena_reset(struct vt_arena *arena);

/* Zeroed; NULL past the maximum or with no memory left. */
void *vt_arena_alloc(struct vt_arena *arena, size_t n);
/* `count` elements of `size` bytes; NULL also when the product overflows. */
void *vt_arena_array(struct vt_arena *arena, size_t count, size_t size);
/* A terminated copy; absent stays absent. On failure absent as well: whoever needs it looks at `ptr`. */
struct vt_str vt_arena_str(struct vt_arena *arena, struct vt_str s);

#endif
