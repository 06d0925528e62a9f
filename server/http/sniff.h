/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of picture some bytes begin, and how large it says it is; no pixel is touched. */
#ifndef VT_HTTP_SNIFF_H
#define VT_HTTP_SNIFF_H

#include <stddef.h>
#include <stdint.h>

enum vt_sniff_kind { VT_SNIFF_NONE, VT_SNIFF_JPEG, VT_SNIFF_PNG, VT_SNIFF_WEBP };

struct vt_sniff {
    enum vt_sniff_kind kind;
    uint32_t width_px, height_px; /* 0: not within the bytes given */
};

enum { VT_SNIFF_BYTES = 256 * 1024 }; /* enough to get past a camera's metadata */

struct vt_sniff vt_sniff(const uint8_t *bytes, size_t len);
const char *vt_sniff_type(enum vt_sniff_kind kind); /* "image/jpeg"; NULL for NONE */

#endif
