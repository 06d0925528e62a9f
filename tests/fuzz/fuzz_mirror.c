/* SPDX-License-Identifier: Apache-2.0 */
/* One unit of a mirrored page through the server's filter: what comes out passes a second time as it is. The
 * first byte says whether it is deflated (1) and a keyframe (2). */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/mirror_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_mirror_filtered first, second;
    if (size == 0)
        return 0;
    bool deflated = data[0] & 1, key = data[0] & 2;
    int err = vt_mirror_filter((struct vt_str){ (const char *)data + 1, size - 1 }, deflated, key, &first);
    if (err == VT_OK && first.changed) {
        int again = vt_mirror_filter(vt_buf_view(&first.out), deflated, key, &second);
        if (again != VT_ERR_TOO_LARGE && (again != VT_OK || second.changed)) /* masks may be longer */
            abort();
        vt_buf_finish(&second.out);
    }
    vt_buf_finish(&first.out);
    return 0;
}
