/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG (ITU T.81 annex B) and the orientation in EXIF's first directory (CIPA DC-008, 4.6). */
#include <string.h>

#include "media/sniff_internal.h"

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, TEM = 0x01, RST0 = 0xd0, RST7 = 0xd7 };

uint8_t vt_sniff_exif_orientation(struct vt_bytes tiff)
{
    uint64_t (*read)(struct vt_bytes *, size_t, size_t) = NULL;
    if (tiff.len >= 8 && memcmp(tiff.ptr, "II*\0", 4) == 0)
        read = vt_bytes_le;
    else if (tiff.len >= 8 && memcmp(tiff.ptr, "MM\0*", 4) == 0)
        read = vt_bytes_be;
    else
        return 1;
    size_t at = (size_t)read(&tiff, 4, 4);
    size_t count = (size_t)read(&tiff, at, 2);
    for (size_t i = 0; i < count && !tiff.is_short; i++) {
        size_t entry = at + 2 + 12 * i;
        if (read(&tiff, entry, 2) != 0x0112)
            continue;
        uint64_t value = read(&tiff, entry + 8, 2);
        return !tiff.is_short && value >= 1 && value <= 8 ? (uint8_t)value : 1;
    }
    return 1;
}

static bool is_frame_header(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool has_no_length(unsigned marker)
{
    return marker == TEM || marker == SOI || (marker >= RST0 && marker <= RST7);
}

/* The marker at or after `*at`, fill bytes skipped; 0 at the end or where no marker stands. Leaves
 * `*at` behind it. */
static unsigned next_marker(struct vt_bytes *file, size_t *at)
{
    if (vt_bytes_be(file, *at, 1) != 0xff)
        return 0;
    while (*at < file->len && file->ptr[*at] == 0xff)
        ++*at;
    return (unsigned)vt_bytes_be(file, (*at)++, 1);
}

static void read_frame_header(struct vt_sniffed *sniffed, struct vt_bytes *file, unsigned marker, size_t at)
{
    sniffed->height = (uint32_t)vt_bytes_be(file, at + 3, 2);
    sniffed->width = (uint32_t)vt_bytes_be(file, at + 5, 2);
    sniffed->is_progressive = (marker & 3) == 2;
}

void vt_sniff_jpeg(struct vt_sniffed *sniffed, struct vt_bytes file)
{
    size_t at = 2;
    for (unsigned i = 0; i < VT_SNIFF_PIECES_MAX; i++) {
        unsigned marker = next_marker(&file, &at);
        if (marker == 0 || marker == EOI || marker == SOS)
            break;
        if (has_no_length(marker))
            continue;
        size_t len = (size_t)vt_bytes_be(&file, at, 2);
        if (len < 2)
            break;
        struct vt_bytes body = vt_bytes_part(&file, at, len);
        if (marker == APP1 && body.len > 8 && memcmp(body.ptr + 2, "Exif\0", 5) == 0)
            sniffed->orientation = vt_sniff_exif_orientation(vt_bytes_part(&body, 8, body.len - 8));
        if (is_frame_header(marker)) {
            read_frame_header(sniffed, &file, marker, at);
            break;
        }
        at += len;
    }
    sniffed->is_cut = file.is_short;
}

/* In entropy-coded data every 0xff is followed by 0 or a restart; the next other marker ends it. */
static size_t skip_scan(const struct vt_bytes *file, size_t at)
{
    while (at + 1 < file->len) {
        const uint8_t *found = memchr(file->ptr + at, 0xff, file->len - at - 1);
        if (!found)
            break;
        at = (size_t)(found - file->ptr);
        uint8_t next = file->ptr[at + 1];
        if (next != 0 && next != 0xff && !(next >= RST0 && next <= RST7))
            return at;
        at += next == 0xff ? 1 : 2;
    }
    return file->len;
}

bool vt_sniff_jpeg_is_whole(struct vt_bytes file)
{
    bool has_scan = false;
    size_t at = 2;
    for (unsigned i = 0; i < VT_SNIFF_PIECES_MAX; i++) {
        unsigned marker = next_marker(&file, &at);
        if (marker == EOI)
            return has_scan && !file.is_short;
        if (marker == 0 || file.is_short)
            return false;
        if (has_no_length(marker))
            continue;
        size_t len = (size_t)vt_bytes_be(&file, at, 2);
        if (len < 2 || !vt_bytes_has(&file, at, len))
            return false;
        at += len;
        if (marker == SOS) {
            has_scan = true;
            at = skip_scan(&file, at);
        }
    }
    return false;
}
