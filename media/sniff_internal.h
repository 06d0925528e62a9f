/* SPDX-License-Identifier: Apache-2.0 */
/* The formats behind sniff.h; each fills width, height, frames, orientation and is_cut. */
#ifndef VT_MEDIA_SNIFF_INTERNAL_H
#define VT_MEDIA_SNIFF_INTERNAL_H

#include "media/bytes.h"
#include "media/sniff.h"
#include "media/sniff_video.h"

/* A JPEG's segments, a PNG's chunks, boxes of a file: more are no picture, so every walk ends. */
enum { VT_SNIFF_PIECES_MAX = 65536 };

void vt_sniff_jpeg(struct vt_sniffed *sniffed, struct vt_bytes file);
void vt_sniff_png(struct vt_sniffed *sniffed, struct vt_bytes file);
void vt_sniff_webp(struct vt_sniffed *sniffed, struct vt_bytes file);
void vt_sniff_heif(struct vt_sniffed *sniffed, struct vt_bytes file);
/* Type and name by the brands of the `ftyp` box at the file's beginning. */
void vt_sniff_brand(struct vt_sniffed *sniffed, const uint8_t *bytes, size_t len);

/* --- boxes --- */

struct vt_sniff_box {
    char name[4];
    size_t at;            /* of the whole box, in its parent */
    struct vt_bytes body; /* behind the header */
};
/* The box at `*at`, and `*at` moved behind it. False at the end or when no box can stand there; one that is
 * longer than what is left is cut and marks its parent. */
bool vt_sniff_next_box(struct vt_bytes *parent, size_t *at, struct vt_sniff_box *ret_box);
bool vt_sniff_is_box(const struct vt_sniff_box *box, const char *name);
/* The first of this name in `parent`, from `from` on. */
bool vt_sniff_find_box(struct vt_bytes parent, size_t from, const char *name, struct vt_bytes *ret_body);

/* --- clips: each fills what vt_sniffed_clip says of the streams, of how long it is and of is_cut --- */

void vt_sniff_movie(struct vt_sniffed_clip *clip, struct vt_bytes file);
void vt_sniff_matroska(struct vt_sniffed_clip *clip, struct vt_bytes file);
/* Keeps how a file names the coding of its picture. */
void vt_sniff_coded(struct vt_sniffed_clip *clip, struct vt_bytes word);

/* --- pictures --- */

bool vt_sniff_jpeg_is_whole(struct vt_bytes file);
bool vt_sniff_png_is_whole(struct vt_bytes file);
bool vt_sniff_webp_is_whole(struct vt_bytes file);
bool vt_sniff_heif_is_whole(struct vt_bytes file);

/* EXIF's orientation out of a TIFF header and its first directory; 1 when there is none. */
uint8_t vt_sniff_exif_orientation(struct vt_bytes tiff);

#endif
