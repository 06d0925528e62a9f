/* SPDX-License-Identifier: Apache-2.0 */
#include "server/frame.h"

#include <stdlib.h>
#include <string.h>

#include "server/conn.h"

enum { FRAME_MAX_BYTES = 16 * 1024 * 1024 };

struct vt_frame *vt_frame_create(int opcode, const void *payload, size_t len)
{
    uint8_t head[VT_WS_HEAD_MAX];
    if (len > FRAME_MAX_BYTES)
        return NULL;
    size_t head_len = vt_ws_head(head, opcode, len);
    struct vt_frame *frame = malloc(sizeof(*frame) + head_len + len);
    if (!frame)
        return NULL;
    frame->refs = 1;
    frame->len = (uint32_t)(head_len + len);
    memcpy(frame->data, head, head_len);
    if (len > 0)
        memcpy(frame->data + head_len, payload, len);
    return frame;
}

struct vt_frame *vt_frame_ref(struct vt_frame *frame)
{
    frame->refs++;
    return frame;
}

struct vt_frame *vt_frame_unref(struct vt_frame *frame)
{
    if (frame && --frame->refs == 0)
        free(frame);
    return NULL;
}
