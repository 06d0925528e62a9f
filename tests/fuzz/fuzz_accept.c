/* SPDX-License-Identifier: Apache-2.0 */
/* The Accept header as pictures read it: a quality is one, a type that is not named has none, and the
 * thumb's format is one of the three that the header allows. */
#include <stdlib.h>

#include "media/accept.h"
#include "media/info.h"
#include "media/thumb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_str header = { (const char *)data, size };
    static const struct {
        const char *type;
        enum vt_picture_format format;
    } types[] = { { "image/avif", VT_FMT_AVIF }, { "image/webp", VT_FMT_WEBP } };
    enum vt_picture_format chosen = vt_thumb_format(header), wanted = VT_FMT_JPEG;
    for (int i = 1; i >= 0; i--) {
        int named = vt_accept_quality(header, types[i].type, false);
        int any = vt_accept_quality(header, types[i].type, true);
        if (named < -1 || named > 1000 || any < -1 || any > 1000 || (named >= 0 && any != named))
            abort();
        if (named > 0)
            wanted = types[i].format;
    }
    if (chosen != wanted)
        abort();
    vt_info_wants_ld(header);
    return 0;
}
