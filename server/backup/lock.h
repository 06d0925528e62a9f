/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses a data directory: servers together (one may take over from another), a restore alone. The kernel
 * lets go when the process ends. */
#ifndef VT_BACKUP_LOCK_H
#define VT_BACKUP_LOCK_H

#include <stdbool.h>

#include "server/base/buf.h"

/* A descriptor to keep and close, or -1 with a sentence. Makes the directory (0700). For a server: also
 * refused while a restore is unfinished. */
int vt_data_lock(const char *data_dir, bool alone, struct vt_buf *ret_error);

/* What a restore has made ready, while names are exchanged; a server that finds it does not start. */
#define VT_RESTORING "restoring"

#endif
