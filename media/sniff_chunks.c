/* SPDX-License-Identifier: Apache-2.0 */
/* Formats made of chunks: PNG (third edition, 2025) and WebP (RFC 9649). */
#include <string.h>

#include "media/sniff_internal.h"

enum { PNG_HEAD = 8, RIFF_HEAD = 12 };

static bool is_named(struct vt_bytes *file, size_t at, const char *name)
{
    return vt_bytes_has(file, at, 4) && memcmp(file->ptr + at, name, 4) == 0;
}

/* --- PNG: u32 length, name, data, u32 checksum ----------------------------------------------- */

static void read_png_header(struct vt_sniffed *sniffed, struct vt_bytes *file)
{
    sniffed->width = (uint32_t)vt_bytes_be(file, PNG_HEAD + 8, 4);
    sniffed->height = (uint32_t)vt_bytes_be(file, PNG_HEAD + 12, 4);
    sniffed->has_alpha = (vt_bytes_be(file, PNG_HEAD + 17, 1) & 4) != 0;
    if (sniffed->width > INT32_MAX || sniffed->height > INT32_MAX)
        sniffed->width = sniffed->height = 0;
}

static void read_png_chunk(struct vt_sniffed *sniffed, struct vt_bytes *file, size_t at, size_t len)
{
    if (is_named(file, at + 4, "acTL"))
        sniffed->frames = (uint32_t)vt_bytes_be(file, at + 8, 4);
    else if (is_named(file, at + 4, "tRNS"))
        sniffed->has_alpha = true;
    else if (is_named(file, at + 4, "eXIf"))
        sniffed->orientation = vt_sniff_exif_orientation(vt_bytes_part(file, at + 8, len));
}

/* Walks to IEND; true when it is there. What stands before the pixels decides `is_cut`. */
static bool walk_png(struct vt_sniffed *sniffed, struct vt_bytes file)
{
    bool has_pixels = false, is_end = false;
    size_t at = PNG_HEAD;
    for (unsigned i = 0; i < VT_SNIFF_PIECES_MAX && !is_end; i++) {
        size_t len = (size_t)vt_bytes_be(&file, at, 4);
        if (!vt_bytes_has(&file, at, 8))
            break;
        has_pixels = has_pixels || is_named(&file, at + 4, "IDAT");
        is_end = is_named(&file, at + 4, "IEND");
        read_png_chunk(sniffed, &file, at, len);
        if (len > INT32_MAX || !vt_bytes_has(&file, at, len + 12))
            break;
        at += len + 12;
    }
    if (sniffed->frames == 0)
        sniffed->frames = 1;
    sniffed->is_cut = file.is_short && !has_pixels;
    return is_end && has_pixels && !file.is_short;
}

void vt_sniff_png(struct vt_sniffed *sniffed, struct vt_bytes file)
{
    sniffed->is_lossless = true;
    if (!is_named(&file, PNG_HEAD + 4, "IHDR")) {
        sniffed->is_cut = file.is_short;
        return;
    }
    read_png_header(sniffed, &file);
    walk_png(sniffed, file);
}

bool vt_sniff_png_is_whole(struct vt_bytes file)
{
    struct vt_sniffed ignored = { .frames = 1 };
    return walk_png(&ignored, file);
}

/* --- WebP: name, u32 length, data, padded to even -------------------------------------------- */

static void grow_to(struct vt_sniffed *sniffed, uint32_t w, uint32_t h)
{
    /* Canvas and picture each name a size; the larger one is judged. */
    sniffed->width = w > sniffed->width ? w : sniffed->width;
    sniffed->height = h > sniffed->height ? h : sniffed->height;
}

static void read_vp8(struct vt_sniffed *sniffed, struct vt_bytes *file, size_t at)
{
    if (vt_bytes_be(file, at + 3, 3) != 0x9d012a)
        return;
    grow_to(sniffed, (uint32_t)vt_bytes_le(file, at + 6, 2) & 0x3fff,
            (uint32_t)vt_bytes_le(file, at + 8, 2) & 0x3fff);
}

static void read_vp8l(struct vt_sniffed *sniffed, struct vt_bytes *file, size_t at)
{
    if (vt_bytes_be(file, at, 1) != 0x2f)
        return;
    uint32_t bits = (uint32_t)vt_bytes_le(file, at + 1, 4);
    grow_to(sniffed, (bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
    sniffed->has_alpha = sniffed->has_alpha || ((bits >> 28) & 1) != 0;
    sniffed->is_lossless = true;
}

static void read_webp_chunk(struct vt_sniffed *sniffed, struct vt_bytes *file, size_t at, size_t len)
{
    if (is_named(file, at, "VP8 ")) {
        read_vp8(sniffed, file, at + 8);
    } else if (is_named(file, at, "VP8L")) {
        read_vp8l(sniffed, file, at + 8);
    } else if (is_named(file, at, "VP8X") && vt_bytes_has(file, at + 8, 10)) {
        sniffed->has_alpha = (vt_bytes_be(file, at + 8, 1) & 0x10) != 0;
        grow_to(sniffed, (uint32_t)vt_bytes_le(file, at + 12, 3) + 1,
                (uint32_t)vt_bytes_le(file, at + 15, 3) + 1);
    } else if (is_named(file, at, "ANMF")) {
        sniffed->frames++;
    } else if (is_named(file, at, "EXIF")) {
        struct vt_bytes exif = vt_bytes_part(file, at + 8, len);
        bool has_lead = exif.len > 6 && memcmp(exif.ptr, "Exif\0", 5) == 0;
        sniffed->orientation = vt_sniff_exif_orientation(has_lead ? vt_bytes_part(&exif, 6, exif.len - 6)
                                                                  : exif);
    }
}

void vt_sniff_webp(struct vt_sniffed *sniffed, struct vt_bytes file)
{
    size_t at = RIFF_HEAD;
    sniffed->frames = 0;
    for (unsigned i = 0; i < VT_SNIFF_PIECES_MAX && at + 8 <= file.len; i++) {
        size_t len = (size_t)vt_bytes_le(&file, at + 4, 4);
        read_webp_chunk(sniffed, &file, at, len);
        at += 8 + len + (len & 1);
    }
    if (sniffed->frames == 0)
        sniffed->frames = 1; /* not animated */
    sniffed->is_cut = sniffed->width == 0 && !vt_sniff_webp_is_whole(file);
}

bool vt_sniff_webp_is_whole(struct vt_bytes file)
{
    uint64_t len = vt_bytes_le(&file, 4, 4);
    return !file.is_short && len >= 12 && len + 8 <= (uint64_t)file.len;
}
