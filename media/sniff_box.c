/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of ISO 14496-12, which AVIF, HEIF, MP4 and QuickTime are made of. */
#include <string.h>

#include "media/sniff_internal.h"

bool vt_sniff_next_box(struct vt_bytes *parent, size_t *at, struct vt_sniff_box *ret_box)
{
    size_t head = 8, left;
    if (*at >= parent->len || !vt_bytes_has(parent, *at, head))
        return false;
    left = parent->len - *at;
    uint64_t size = vt_bytes_be(parent, *at, 4);
    if (size == 1) {
        size = vt_bytes_be(parent, *at + 8, 8);
        head = 16;
    } else if (size == 0) {
        size = left;
    }
    if (size < head)
        return false;
    if (size > left)
        parent->is_short = true;
    memcpy(ret_box->name, parent->ptr + *at + 4, 4);
    ret_box->at = *at;
    size_t kept = size > left ? left : (size_t)size;
    ret_box->body = vt_bytes_part(parent, *at + head, kept > head ? kept - head : 0);
    *at += kept;
    return true;
}

bool vt_sniff_is_box(const struct vt_sniff_box *box, const char *name)
{
    return memcmp(box->name, name, 4) == 0;
}

bool vt_sniff_find_box(struct vt_bytes parent, size_t from, const char *name, struct vt_bytes *ret_body)
{
    struct vt_sniff_box box;
    size_t at = from;
    for (unsigned i = 0; i < VT_SNIFF_PIECES_MAX && vt_sniff_next_box(&parent, &at, &box); i++)
        if (vt_sniff_is_box(&box, name)) {
            *ret_body = box.body;
            return true;
        }
    return false;
}
