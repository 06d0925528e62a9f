/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sniff_video.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "media/sniff_internal.h"
#include "server/base/cleanup.h"

/* QuickTime from before there was `ftyp` begins with any of these. */
static bool is_old_movie(const uint8_t *bytes, size_t len)
{
    static const char *const names[] = { "moov", "mdat", "wide", "free", "skip", "pnot" };
    for (size_t i = 0; len >= 8 && i < VT_COUNT(names); i++)
        if (memcmp(bytes + 4, names[i], 4) == 0)
            return true;
    return false;
}

struct vt_sniffed_clip vt_sniff_clip(const uint8_t *bytes, size_t len)
{
    struct vt_sniffed_clip clip = { .name = "an MP4 or QuickTime clip" };
    const struct vt_sniffed kind = vt_sniff_header(bytes, len);
    const struct vt_bytes file = { bytes, len, false };
    if (kind.type != VT_SNIFFED_CLIP && !is_old_movie(bytes, len)) {
        clip.name = kind.name;
        return clip;
    }
    clip.is_clip = true;
    clip.is_matroska = len >= 4 && memcmp(bytes, "\x1a\x45\xdf\xa3", 4) == 0;
    if (clip.is_matroska)
        vt_sniff_matroska(&clip, file);
    else
        vt_sniff_movie(&clip, file);
    return clip;
}

void vt_sniff_clip_upright(const struct vt_sniffed_clip *sniffed, uint32_t *ret_w, uint32_t *ret_h)
{
    const bool is_turned = sniffed->turn == 90 || sniffed->turn == 270;
    *ret_w = is_turned ? sniffed->height : sniffed->width;
    *ret_h = is_turned ? sniffed->width : sniffed->height;
}

void vt_sniff_coded(struct vt_sniffed_clip *clip, struct vt_bytes word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.len && n + 1 < sizeof(clip->coded); i++)
        if (word.ptr[i] > ' ' && word.ptr[i] < 0x7f && word.ptr[i] != '"')
            clip->coded[n++] = (char)word.ptr[i];
    clip->coded[n] = 0;
}

/* --- judging it --------------------------------------------------------------------------------------- */

static enum vt_media_err check_streams(const struct vt_sniffed_clip *sniffed,
                                       struct vt_media_problem *problem)
{
    if (!sniffed->is_clip)
        return vt_media_problem_set(problem, VT_MEDIA_NOT_A_CLIP,
                                    "This is %s; MP4, MOV, 3GP, Matroska and WebM clips are taken.",
                                    sniffed->name);
    if (sniffed->picture == VT_CLIP_OTHER)
        return vt_media_problem_set(problem, VT_MEDIA_NOT_A_CLIP,
                                    "This is %s whose picture is coded as \"%s\"; H.264, HEVC, VP8, VP9 and "
                                    "AV1 are taken. Record it as MP4.",
                                    sniffed->name, sniffed->coded);
    if (sniffed->picture == VT_CLIP_NONE && !sniffed->is_cut)
        return vt_media_problem_set(problem, VT_MEDIA_NOT_A_CLIP,
                                    "This is %s without a moving picture; send one that has it.",
                                    sniffed->name);
    return VT_MEDIA_OK;
}

enum vt_media_err vt_sniff_clip_size(uint32_t width, uint32_t height, const struct vt_clip_limits *limits,
                                     struct vt_media_problem *problem)
{
    const uint32_t most = width > height ? width : height, least = width > height ? height : width;
    if (most <= limits->wide && least <= limits->high)
        return VT_MEDIA_OK;
    return vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, limits->wide, most,
                                  "The clip is %" PRIu32 " x %" PRIu32
                                  " pixels; 1920 x 1080 are allowed. Set the camera to 1080p, or send a "
                                  "smaller copy.",
                                  width, height);
}

static enum vt_media_err check_limits(const struct vt_sniffed_clip *sniffed, size_t len,
                                      const struct vt_clip_limits *limits, struct vt_media_problem *problem)
{
    if (len > limits->bytes)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, limits->bytes, len,
                                      "The clip has %zu bytes; %" PRIu64
                                      " are allowed. Take a shorter one, or one of lower quality.",
                                      len, limits->bytes);
    if (sniffed->ms > limits->ms)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, limits->ms, sniffed->ms,
                                      "The clip is %" PRIu64 " s long; %" PRIu32
                                      " s are allowed. Cut it on the phone first.",
                                      (sniffed->ms + 999) / 1000, limits->ms / 1000);
    return vt_sniff_clip_size(sniffed->width, sniffed->height, limits, problem);
}

enum vt_media_err vt_sniff_clip_check(const struct vt_sniffed_clip *sniffed, size_t len,
                                      const struct vt_clip_limits *limits, struct vt_media_problem *problem)
{
    enum vt_media_err err = check_streams(sniffed, problem);
    if (!err)
        err = check_limits(sniffed, len, limits, problem);
    if (err)
        return err;
    if (sniffed->is_cut)
        return vt_media_problem_set(problem, VT_MEDIA_TRUNCATED,
                                    "This begins as %s, but the file ends too early after %zu bytes. Send it "
                                    "again.",
                                    sniffed->name, len);
    if (sniffed->width == 0 || sniffed->height == 0 || sniffed->ms == 0)
        return vt_media_problem_set(problem, VT_MEDIA_BROKEN,
                                    "This begins as %s, but its header names no %s. Record it again.",
                                    sniffed->name, sniffed->ms == 0 ? "length" : "size");
    return VT_MEDIA_OK;
}
