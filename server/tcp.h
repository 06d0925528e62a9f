/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel knows of a TCP line. */
#ifndef VT_TCP_H
#define VT_TCP_H

#include <stdbool.h>
#include <stdint.h>

/* The bytes that were ever read from `fd`: received less still queued, taken again while more arrives
 * in between. The socket needs SO_OOBINLINE, since urgent data bends the queue's count. False: the
 * kernel does not say. */
bool vt_tcp_read_so_far(int fd, uint64_t *ret_bytes);

/* The bytes that the other side's kernel has taken over so far. False: ours does not say. */
bool vt_tcp_taken_so_far(int fd, uint64_t *ret_bytes);

#endif
