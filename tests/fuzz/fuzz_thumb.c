/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of thumbs: what is accepted is an id and leads to a step of the ladder, whose own path is
 * accepted as that step. */
#include <inttypes.h>
#include <stdlib.h>

#include "media/thumb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf path = VT_BUF_INIT(512);
    struct vt_str whole = { (const char *)data, size }, id, again;
    struct vt_media_problem problem;
    uint64_t wanted_px, again_px;
    if (vt_thumb_parse(whole, &id, &wanted_px, &problem))
        return problem.err == VT_MEDIA_SYNTAX || problem.err == VT_MEDIA_UNKNOWN ? 0 : (abort(), 0);
    uint32_t step = vt_thumb_width(wanted_px);
    if (!vt_media_id_ok(id) || step < 160 || step > 1920 || vt_thumb_width(step) != step ||
        (wanted_px <= 1920 && step < wanted_px) || vt_thumb_smaller(step) >= step)
        abort();
    vt_buf_printf(&path, "%.*s/%" PRIu32, VT_STR_ARG(id), step);
    if (vt_thumb_parse(vt_buf_view(&path), &again, &again_px, &problem) || !vt_str_eq(id, again) ||
        again_px != step)
        abort();
    return 0;
}
