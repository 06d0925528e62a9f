/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of plain files, copied whole: what backup and restore move. Links, sockets and the like are left.
 */
#ifndef VT_BACKUP_TREE_H
#define VT_BACKUP_TREE_H

#include <stdint.h>

#include "server/base/buf.h"

enum { VT_TREE_PATH = 2048, VT_TREE_DEPTH = 8 };

struct vt_tree_count {
    uint64_t files, bytes, linked; /* linked: of those, how many are a former copy's own files */
};

/* Copies the folder `from` to `to`, which is made; a `from` that is not there is an empty one. What goes
 * meanwhile is left out. A file that stands in `former` (NULL: none) with the same size and time is linked
 * and not copied. Each file is synced; times are kept. VT_OK, VT_ERR_FULL or VT_ERR_IO with a sentence. */
int vt_tree_copy(const char *from, const char *to, const char *former, struct vt_tree_count *count,
                 struct vt_buf *ret_error);
/* One file in the same way. */
int vt_tree_copy_file(const char *from, const char *to, const char *former, struct vt_tree_count *count,
                      struct vt_buf *ret_error);
/* Counts what a copy holds. VT_OK or VT_ERR_IO. */
int vt_tree_count(const char *path, struct vt_tree_count *count);
/* Removes a folder and all in it; one that is not there is fine. VT_OK or VT_ERR_IO. */
int vt_tree_remove(const char *path);
/* Makes the names in a folder last. */
int vt_tree_sync(const char *path);

#endif
