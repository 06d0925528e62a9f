/* SPDX-License-Identifier: Apache-2.0 */
/* The formats behind sniff.h; each fills width, height, frames, orientation and is_cut. */
#ifndef VT_MEDIA_SNIFF_INTERNAL_H
#define VT_MEDIA_SNIFF_INTERNAL_H

#include "media/bytes.h"
#include "media/sniff.h"

/* A JPEG's segments, a PNG's chunks, boxes of a file: more are no picture, so every walk ends. */
enum { VT_SNIFF_PIECES_MAX = 65536 };

void vt_sniff_jpeg(struct vt_sniffed *sniffed, struct vt_bytes file);
void vt_sniff_png(struct vt_sniffed *sniffed, struct vt_bytes file);
void vt_sniff_webp(struct vt_sniffed *sniffed, struct vt_bytes file);
void vt_sniff_heif(struct vt_sniffed *sniffed, struct vt_bytes file);
/* Type and name by the brands of the `ftyp` box at the file's beginning. */
void vt_sniff_brand(struct vt_sniffed *sniffed, const uint8_t *bytes, size_t len);

bool vt_sniff_jpeg_is_whole(struct vt_bytes file);
bool vt_sniff_png_is_whole(struct vt_bytes file);
bool vt_sniff_webp_is_whole(struct vt_bytes file);
bool vt_sniff_heif_is_whole(struct vt_bytes file);

/* EXIF's orientation out of a TIFF header and its first directory; 1 when there is none. */
uint8_t vt_sniff_exif_orientation(struct vt_bytes tiff);

#endif
