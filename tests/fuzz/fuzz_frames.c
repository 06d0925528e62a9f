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
#define CHECK(name)                                                                                          \
    static void check_##name(const uint8_t *body, size_t n)                                                  \
    {                                                                                                        \
        struct vt_bin_##name frame, again;                                                                   \
        uint8_t first[BODY_BYTES_MAX], second[BODY_BYTES_MAX];                                               \
        if (vt_bin_##name##_get(body, n, &frame))                                                            \
            return;                                                                                          \
        require(vt_bin_##name##_put(first, sizeof(first), &frame) == n);                                     \
        require(vt_bin_##name##_get(first, n, &again) == 0);                                                 \
        require(vt_bin_##name##_put(second, sizeof(second), &again) == n);                                   \
        require(memcmp(first, second, n) == 0);                                                              \
        require(n == 0 || vt_bin_##name##_put(second, n - 1, &again) == 0);                                  \
    }

CHECK(ptr)
CHECK(draw)
CHECK(view)
CHECK(scroll)
CHECK(size)
CHECK(mptr)
CHECK(ack)
CHECK(kreq)

/* Its ops are borrowed, and may be longer than the rest of them. */
static void check_dom(const uint8_t *body, size_t n)
{
    static uint8_t again[VT_BIN_DOM_BYTES_MAX];
    struct vt_bin_dom frame;
    if (vt_bin_dom_get(body, n, &frame))
        return;
    require(vt_bin_dom_put(again, sizeof(again), &frame) == n);
    require(memcmp(again, body, n) == 0);
}

/* Every frame lies inside the message, and the walk ends. */
static void check_message(const uint8_t *data, size_t size)
{
    struct vt_bin_message message;
    struct vt_bin_head head;
    const uint8_t *body;
    size_t n;
    vt_bin_message_init(&message, data, size);
    for (size_t count = 0; vt_bin_message_next(&message, &head, &body, &n) == 0; count++) {
        require(count <= size && body >= data && n <= size && body + n <= data + size);
        check_ptr(body, n);
        check_draw(body, n);
        check_view(body, n);
        check_scroll(body, n);
        check_size(body, n);
        check_mptr(body, n);
        check_ack(body, n);
        check_kreq(body, n);
        check_dom(body, n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_bin_head head;
    uint8_t bytes[VT_BIN_HEAD_BYTES];
    if (vt_bin_head_get(data, size, &head) == 0) {
        vt_bin_head_put(bytes, &head);
        require(memcmp(bytes, data, sizeof(bytes)) == 0);
    }
    check_message(data, size);
    return 0;
}
