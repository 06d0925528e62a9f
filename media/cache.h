/* SPDX-License-Identifier: Apache-2.0 */
/* Renditions kept: in RAM by least recent use, on disk under a byte cap by a clock.
 *
 * A key is a recipe's (64 hex digits), a group the media id or, for anything personal, the
 * conversation's: erasing removes one directory, its entries in RAM and what is on its way. On disk
 * a rendition is <dir>/<hh>/<group>/<key>, hh being two digits of the group's SHA-256; files are
 * written unnamed and linked when whole. File work runs in libuv's pool, bounded; a full disk stops
 * the disk for a while, never the answer. Loop thread only. */
#ifndef VT_MEDIA_CACHE_H
#define VT_MEDIA_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "media/blob.h"
#include "server/base/str.h"

struct vt_cache;

struct vt_cache_config {
    const char *dir;     /* borrowed while opening; NULL: RAM alone */
    uint64_t ram_bytes;  /* 64 MB */
    uint64_t disk_bytes; /* of file contents */
};

struct vt_cache_stats {
    uint64_t ram_bytes, ram_entries, disk_bytes, disk_entries;
    uint64_t ram_hits, disk_hits, misses, evicted_ram, evicted_disk;
    uint64_t skipped_writes, failed_writes; /* bound reached; refused by the disk */
};

/* `blob` NULL: it could not be read, or was erased meanwhile. Borrowed while the call lasts. */
typedef void vt_cache_loaded_fn(void *arg, struct vt_blob *blob);

/* Makes `dir`, reads what is there. NULL: it cannot be made, or no memory. */
struct vt_cache *vt_cache_open(uv_loop_t *loop, const struct vt_cache_config *config);
/* What is under way ends first: the memory goes when the loop has run it out. No callback comes. */
void vt_cache_close(struct vt_cache *cache);

/* From RAM, with a reference for the caller; NULL: not there. */
struct vt_blob *vt_cache_get(struct vt_cache *cache, struct vt_str key);

/* Reads from disk into RAM. VT_OK: `loaded` will be called once, not from within; VT_ERR_MISSING:
 * not on disk; VT_ERR_FULL: too many reads already, treat as missing. */
int vt_cache_load(struct vt_cache *cache, struct vt_str key, vt_cache_loaded_fn *loaded, void *arg);
/* The one who asked has left; the call will not come. */
void vt_cache_leave(struct vt_cache *cache, vt_cache_loaded_fn *loaded, void *arg);

/* Keeps `blob`, taking its own reference; one larger than an eighth of the RAM goes to disk only.
 * VT_OK, VT_ERR_INVALID (key or group), VT_ERR_NOMEM. */
int vt_cache_put(struct vt_cache *cache, struct vt_str group, struct vt_str key, struct vt_blob *blob);

/* Everything of the group, in RAM at once, on disk by the pool; nothing of it is served again. */
void vt_cache_erase(struct vt_cache *cache, struct vt_str group);

/* Erases what is older than `made_before_wall_ms` in the groups `wants` says yes to: the retention
 * of personal renditions. */
void vt_cache_sweep(struct vt_cache *cache, int64_t made_before_wall_ms,
                    bool (*wants)(void *arg, const char *group), void *arg);

void vt_cache_stats(const struct vt_cache *cache, struct vt_cache_stats *ret_stats);

#endif
