/* SPDX-License-Identifier: Apache-2.0 */
/* A frame: the finished bytes of one WebSocket message, header included, shared by everyone who
 * gets it. Immutable once shared; counted references; loop thread only. */
#ifndef VT_FRAME_H
#define VT_FRAME_H

#include <stddef.h>
#include <stdint.h>

struct vt_frame {
    uint32_t refs;
    uint32_t len; /* bytes, header included */
    uint8_t data[];
};

/* `opcode`: VT_WS_TEXT or VT_WS_BINARY. One reference is the caller's. NULL: no memory, or more
 * than 16 MiB. */
struct vt_frame *vt_frame_create(int opcode, const void *payload, size_t len);
struct vt_frame *vt_frame_ref(struct vt_frame *frame);
/* Takes NULL. Returns NULL: `p = vt_frame_unref(p);` */
struct vt_frame *vt_frame_unref(struct vt_frame *frame);

#endif
