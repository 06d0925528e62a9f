/* SPDX-License-Identifier: Apache-2.0 */
/* Binary frames: what is taken writes to bytes of the same length that read as the same frame. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/c/frames.h"

enum { BODY_BYTES_MAX = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true)
        abort();
}

/* Reserved bytes may differ from what came in, so the second writing is held against the first. */
#define CHECK(name)                                                              \
    static void check_##name(const uint8_t *body, size_t n)                      \
    {                                                                            \
        struct vt_bin_##name frame, again;                                       \
        uint8_t first[BODY_BYTES_MAX], second[BODY_BYTES_MAX];                   \
        if (vt_bin_##name##_get(body, n, &frame))                                \
            return;                                                              \
        require(vt_bin_##name##_put(first, sizeof(first), &frame) == n);         \
        require(vt_bin_##name##_get(first, n, &again) == 0);                     \
        require(vt_bin_##name##_put(second, sizeof(second), &again) == n);       \
        require(memcmp(first, second, n) == 0);                                  \
        require(n == 0 || vt_bin_##name##_put(second, n - 1, &again) == 0);      \
    }

CHECK(ptr)
CHECK(draw)
CHECK(view)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_bin_head head, again;
    uint8_t bytes[VT_BIN_HEAD_BYTES];
    if (vt_bin_head_get(data, size, &head))
        return 0;
    vt_bin_head_put(bytes, &head);
    require(vt_bin_head_get(bytes, sizeof(bytes), &again) == 0 && memcmp(bytes, data, sizeof(bytes)) == 0);
    check_ptr(data + VT_BIN_HEAD_BYTES, size - VT_BIN_HEAD_BYTES);
    check_draw(data + VT_BIN_HEAD_BYTES, size - VT_BIN_HEAD_BYTES);
    check_view(data + VT_BIN_HEAD_BYTES, size - VT_BIN_HEAD_BYTES);
    return 0;
}
