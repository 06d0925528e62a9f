/* SPDX-License-Identifier: Apache-2.0 */
/* Text keys to pointers, open addressing with linear probing; SipHash-2-4 under a random key per
 * process, since peers choose some of the keys (Aumasson and Bernstein, 2012).
 *
 * Keys are copied, values are borrowed. While walking, only the current entry may be removed. */
#ifndef VT_BASE_MAP_H
#define VT_BASE_MAP_H

#include <stddef.h>

#include "server/base/str.h"

struct vt_map_slot;
struct vt_map {
    struct vt_map_slot *slots; /* owned */
    size_t cap;                /* a power of two, or 0 */
    size_t count;
    size_t graves; /* slots of removed keys, still on probe paths */
};

void vt_map_init(struct vt_map *map);
void vt_map_finish(struct vt_map *map);

void *vt_map_get(const struct vt_map *map, struct vt_str key); /* NULL: not there */
/* Sets or replaces; `value` is not NULL. VT_OK or VT_ERR_NOMEM. */
int vt_map_set(struct vt_map *map, struct vt_str key, void *value);
void *vt_map_remove(struct vt_map *map, struct vt_str key); /* what was there, or NULL */

/* for (size_t at = 0; (value = vt_map_next(&map, &at)) != NULL;) */
void *vt_map_next(const struct vt_map *map, size_t *at);

#endif
