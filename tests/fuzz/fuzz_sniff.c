/* SPDX-License-Identifier: Apache-2.0 */
/* Picture headers. */
#include <stdlib.h>

#include "server/http/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_sniff sniff = vt_sniff(data, size);
    if (sniff.kind == VT_SNIFF_NONE && (sniff.width_px || sniff.height_px))
        abort();
    return 0;
}
