/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of clips, as media/ sniffs them: MP4 and Matroska, whole, cut and in fragments, and judged. */
#include <stdlib.h>
#include <string.h>

#include "media/sniff_video.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vt_clip_limits limits = VT_CLIP_LIMITS;
    struct vt_media_problem problem;
    const struct vt_sniffed_clip clip = vt_sniff_clip(data, size);
    uint32_t w, h;
    if (!clip.name || clip.turn % 90 != 0 || clip.turn > 270 || strlen(clip.coded) >= sizeof(clip.coded))
        abort();
    vt_sniff_clip_upright(&clip, &w, &h);
    if (vt_sniff_clip_check(&clip, size, &limits, &problem) != VT_MEDIA_OK)
        return 0;
    if (w == 0 || h == 0 || w > limits.wide || h > limits.wide || clip.ms == 0 || clip.ms > limits.ms ||
        clip.picture == VT_CLIP_NONE || clip.picture >= VT_CLIP_AAC)
        abort();
    return 0;
}
