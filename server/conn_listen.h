/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: they outlive whoever takes what comes in at them.
 *
 * A server alone gives them to its network at once. A node of several first passes on what comes in, and
 * gives them away when it leads; nobody is refused in between, since the kernel holds who comes meanwhile.
 * Loop thread only. */
#ifndef VT_CONN_LISTEN_H
#define VT_CONN_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "server/address.h"
#include "server/base/buf.h"
#include "server/loop.h"

struct vt_listeners;
/* The descriptor is the callee's. */
typedef void vt_accepted_fn(void *arg, int fd, const struct vt_address *from);

/* `text`: addresses and ports, parted by commas, as --listen has them; `option`: what errors call it. On
 * failure NULL and one sentence in ret_error. Nothing is taken in before vt_listeners_to. */
struct vt_listeners *vt_listeners_open(struct vt_loop *loop, const char *option, const char *text,
                                       bool share_port, struct vt_buf *ret_error);
/* From now on `fn(arg, …)` gets what comes in; NULL: it waits. */
void vt_listeners_to(struct vt_listeners *listeners, vt_accepted_fn *fn, void *arg);
/* Of the first: "127.0.0.1:43121", with the port the kernel gave. */
const char *vt_listeners_where(const struct vt_listeners *listeners);
bool vt_listeners_loopback(const struct vt_listeners *listeners);
/* Takes nothing in any more. Frees itself once its handles are closed. NULL: nothing. */
void vt_listeners_close(struct vt_listeners *listeners);

/* Raises the process's limit of descriptors. Of `sockets` as many as it leaves room for. */
size_t vt_conn_raise_descriptors(size_t sockets);
/* No delay, and the kernel holds little for one who does not read. */
void vt_conn_prepare_socket(int fd);

#endif
