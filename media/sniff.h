/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is, by its own first bytes: kind, size, frames and which way is up. No pixel is touched.
 *
 * The whole file is given (mapped), but only headers are read; lengths that lead past the end make it
 * truncated, never an access. Content types and names of uploads count for nothing. The decoder is
 * chosen by this and by nothing else. */
#ifndef VT_MEDIA_SNIFF_H
#define VT_MEDIA_SNIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/media_errors.h"

enum vt_sniff_type {
    VT_SNIFFED_UNKNOWN,
    VT_SNIFFED_JPEG,
    VT_SNIFFED_PNG,
    VT_SNIFFED_WEBP,
    VT_SNIFFED_AVIF,
    VT_SNIFFED_HEIF, /* up to here: pictures that are taken */
    VT_SNIFFED_CLIP, /* MP4, MOV, 3GP, Matroska, WebM: for another door */
    VT_SNIFFED_OTHER /* named in `name`, not taken */
};

struct vt_sniffed {
    enum vt_sniff_type type;
    const char *name;       /* "a JPEG picture", "an SVG drawing"; static */
    uint32_t width, height; /* as stored, before any turning; 0: the header is cut or broken */
    uint32_t frames;        /* 1, or more for an animation, a burst or a sequence */
    uint8_t orientation; /* EXIF's 1 to 8; of AVIF and HEIF by irot and imir, which their decoder applies */
    bool is_lossless;    /* PNG, lossless WebP */
    bool has_alpha;
    bool is_progressive; /* JPEG */
    bool is_cut;         /* the header itself ends too early */
};

struct vt_sniff_limits {
    uint64_t bytes;  /* 40 MB */
    uint64_t pixels; /* 50 MP */
    uint32_t side;   /* 16 384 */
};
#define VT_SNIFF_LIMITS ((struct vt_sniff_limits){ 40000000, 50000000, 16384 })

struct vt_sniffed vt_sniff_header(const uint8_t *bytes, size_t len);

/* Width and height after the orientation has been applied. */
void vt_sniff_upright(const struct vt_sniffed *sniffed, uint32_t *ret_w, uint32_t *ret_h);

/* The judgement before any pixel: NOT_A_PICTURE, TOO_BIG, TRUNCATED, BROKEN or OK. */
enum vt_media_err vt_sniff_check(const struct vt_sniffed *sniffed, size_t len,
                                 const struct vt_sniff_limits *limits, struct vt_media_problem *problem);

/* True when the file reaches its picture's end (EOI, IEND, the RIFF's length, every box): reads on
 * to the end of a JPEG's scans, so it belongs into the worker. */
bool vt_sniff_is_whole(const struct vt_sniffed *sniffed, const uint8_t *bytes, size_t len);

#endif
