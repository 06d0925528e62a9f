/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints of the store's file: a thread of their own with its own connection.
 *
 * They run apart, because in the writer they were the slowest hundredth of all commits; but what was
 * written while one ran is added by the writer between two batches, a few pages, so that the log begins anew
 * under any load. A log that grows costs each commit the blocks and the size of the file beside the rows. */
#ifndef VT_STORE_SQLITE_CHECKPOINT_H
#define VT_STORE_SQLITE_CHECKPOINT_H

#include "server/store/db.h"

struct vt_checkpoint;

/* `writer` outlives it. On failure NULL and one sentence in ret_error. */
struct vt_checkpoint *vt_checkpoint_open(struct vt_db *writer, struct vt_buf *ret_error);
bool vt_checkpoint_start(struct vt_checkpoint *checkpoint);
/* In the writer, between two batches; nothing when it is NULL. */
void vt_checkpoint_finish(struct vt_checkpoint *checkpoint);
void vt_checkpoint_close(struct vt_checkpoint *checkpoint);

#endif
