/* SPDX-License-Identifier: Apache-2.0 */
/* The door: where the other nodes bring in the lines they pass on. Loop thread only.
 *
 * It listens from the start, so that who leads can say where, and opens once it leads: what came meanwhile
 * has waited in the kernel. Each line says its preamble in five seconds or goes. */
#ifndef VT_NODE_DOOR_H
#define VT_NODE_DOOR_H

#include "server/base/buf.h"
#include "server/conn_listen.h"
#include "server/loop.h"

struct vt_door;
/* `where`: address and port. On failure NULL and a sentence. */
struct vt_door *vt_door_open(struct vt_loop *loop, const char *where, struct vt_buf *ret_error);
const char *vt_door_where(const struct vt_door *door);
/* Who knows `token` (borrowed) comes in: `fn(arg, …)` gets the line under its browser's address. */
void vt_door_admit(struct vt_door *door, const char *token, vt_accepted_fn *fn, void *arg);
void vt_door_close(struct vt_door *door); /* frees itself once its handles are closed. NULL: nothing */

#endif
