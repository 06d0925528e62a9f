/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch: bytes of a peer to a handler, by the table, through the gate. */
#ifndef VT_DISPATCH_H
#define VT_DISPATCH_H

#include "server/peer.h"

void vt_dispatch_text(struct vt_peer *peer, const char *bytes, size_t len);
void vt_dispatch_binary(struct vt_peer *peer, const uint8_t *bytes, size_t len);

#endif
