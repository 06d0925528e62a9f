/* SPDX-License-Identifier: Apache-2.0 */
/* The cache's files: each call is one blocking operation for libuv's pool. */
#ifndef VT_MEDIA_CACHE_DISK_H
#define VT_MEDIA_CACHE_DISK_H

#include <stdint.h>

#include "media/blob.h"
#include "server/base/str.h"

enum { VT_CACHE_KEY = 64, VT_CACHE_GROUP_MAX = 128, VT_CACHE_PATH_MAX = 1024 };

/* "<hh>/<group>". VT_OK or VT_ERR_NOMEM. */
int vt_cache_disk_folder(const char *group, char ret_folder[VT_CACHE_GROUP_MAX + 8]);

/* All relative to the descriptor of the cache's directory. */
int vt_cache_disk_write(int dir, const char *folder, const char *key, const struct vt_blob *blob);
/* VT_ERR_MISSING, VT_ERR_INVALID when it has not `len` bytes, VT_ERR_NOMEM. */
int vt_cache_disk_read(int dir, const char *folder, const char *key, size_t len, struct vt_blob **ret_blob);
void vt_cache_disk_unlink(int dir, const char *folder, const char *key);
void vt_cache_disk_erase(int dir, const char *folder);

/* Calls `found` for each rendition; removes what is empty. */
typedef void vt_cache_found_fn(void *arg, const char *group, const char *key, uint64_t len, int64_t made_ms);
void vt_cache_disk_scan(int dir, vt_cache_found_fn *found, void *arg);

#endif
