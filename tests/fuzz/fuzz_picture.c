/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of pictures, as media/ sniffs them: every kind, judged and looked through to its end. */
#include <stdlib.h>

#include "media/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_sniff_limits limits = VT_SNIFF_LIMITS;
    struct vt_media_problem problem;
    struct vt_sniffed sniffed = vt_sniff_header(data, size);
    uint32_t w, h;
    if (!sniffed.name || sniffed.orientation < 1 || sniffed.orientation > 8 || sniffed.frames < 1)
        abort();
    vt_sniff_upright(&sniffed, &w, &h);
    enum vt_media_err err = vt_sniff_check(&sniffed, size, &limits, &problem);
    if (err == VT_MEDIA_OK &&
        (w == 0 || h == 0 || (uint64_t)w * h > limits.pixels || sniffed.type >= VT_SNIFFED_CLIP))
        abort();
    vt_sniff_is_whole(&sniffed, data, size);
    return 0;
}
