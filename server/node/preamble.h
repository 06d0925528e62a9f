/* SPDX-License-Identifier: Apache-2.0 */
/* What a node says first on a line that it passes on to the leader: that it may, and whose line it is.
 * The token stands in Redis, so who may ask Redis may come in; everybody else is refused. */
#ifndef VT_NODE_PREAMBLE_H
#define VT_NODE_PREAMBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/address.h"
#include "server/node/lease.h"

enum { VT_PREAMBLE_MAGIC = 8, VT_PREAMBLE_BYTES = VT_PREAMBLE_MAGIC + (VT_LEASE_TOKEN - 1) + 1 + 16 };

void vt_preamble_write(uint8_t ret_bytes[VT_PREAMBLE_BYTES], const char *token,
                       const struct vt_address *from);
bool vt_preamble_read(const uint8_t bytes[VT_PREAMBLE_BYTES], const char *token, struct vt_address *ret_from);

#endif
