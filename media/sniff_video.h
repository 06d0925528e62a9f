/* SPDX-License-Identifier: Apache-2.0 */
/* What a clip is, by its own headers: container, how long, how large, which way is up, how it is coded.
 *
 * As sniff.h does for pictures: the whole file is given (mapped), headers alone are read, nothing is decoded
 * and no length leads past the end. MP4, QuickTime and 3GP share one form, Matroska and WebM the other. What
 * a header claims is judged here and again by what the worker finds. */
#ifndef VT_MEDIA_SNIFF_VIDEO_H
#define VT_MEDIA_SNIFF_VIDEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/media_errors.h"

/* Those that are taken, pictures before sounds, and what stands for all others. */
enum vt_clip_codec {
    VT_CLIP_NONE, /* there is no such stream */
    VT_CLIP_H264,
    VT_CLIP_HEVC,
    VT_CLIP_VP8,
    VT_CLIP_VP9,
    VT_CLIP_AV1,
    VT_CLIP_AAC,
    VT_CLIP_OPUS,
    VT_CLIP_MP3,
    VT_CLIP_OTHER
};

enum { VT_CLIP_CODED_TEXT = 24 };

struct vt_sniffed_clip {
    bool is_clip;           /* else `name` says what it is */
    const char *name;       /* "an MP4 or QuickTime clip"; static */
    bool is_matroska;       /* or WebM */
    bool is_cut;            /* the file ends before its parts do */
    uint32_t width, height; /* as stored; 0: the header does not say */
    uint16_t turn;          /* clockwise, to stand upright: 0, 90, 180 or 270 */
    uint64_t ms;            /* 0: the header does not say */
    enum vt_clip_codec picture, sound;
    char
        coded[VT_CLIP_CODED_TEXT]; /* how the picture is, where that is OTHER: the file's own word, cleaned */
};

struct vt_clip_limits {
    uint64_t bytes;      /* 100 MB */
    uint32_t ms;         /* 60 s */
    uint32_t wide, high; /* 1920 x 1088, whichever way it stands; decoders count in 16 pixels */
};
#define VT_CLIP_LIMITS ((struct vt_clip_limits){ 100000000, 60000, 1920, 1088 })

struct vt_sniffed_clip vt_sniff_clip(const uint8_t *bytes, size_t len);

/* The judgement before anything is decoded: NOT_A_CLIP, TOO_BIG, TRUNCATED, BROKEN or OK. */
enum vt_media_err vt_sniff_clip_check(const struct vt_sniffed_clip *sniffed, size_t len,
                                      const struct vt_clip_limits *limits, struct vt_media_problem *problem);
/* The size alone, as a decoder found it. */
enum vt_media_err vt_sniff_clip_size(uint32_t width, uint32_t height, const struct vt_clip_limits *limits,
                                     struct vt_media_problem *problem);

/* Width and height as people see it. */
void vt_sniff_clip_upright(const struct vt_sniffed_clip *sniffed, uint32_t *ret_w, uint32_t *ret_h);

#endif
