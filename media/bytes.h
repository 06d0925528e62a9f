/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers out of foreign bytes. Every read is checked: past the end gives 0 and marks the view. */
#ifndef VT_MEDIA_BYTES_H
#define VT_MEDIA_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vt_bytes {
    const uint8_t *ptr; /* borrowed */
    size_t len;
    bool is_short; /* something was read past the end */
};

static inline bool vt_bytes_has(struct vt_bytes *view, size_t at, size_t n)
{
    bool has = at <= view->len && n <= view->len - at;
    if (!has)
        view->is_short = true;
    return has;
}

static inline uint64_t vt_bytes_be(struct vt_bytes *view, size_t at, size_t n)
{
    uint64_t value = 0;
    if (!vt_bytes_has(view, at, n))
        return 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | view->ptr[at + i];
    return value;
}

static inline uint64_t vt_bytes_le(struct vt_bytes *view, size_t at, size_t n)
{
    uint64_t value = 0;
    if (!vt_bytes_has(view, at, n))
        return 0;
    for (size_t i = n; i > 0; i--)
        value = value << 8 | view->ptr[at + i - 1];
    return value;
}

/* The part [at, at + n), cut at the end of `view`. */
static inline struct vt_bytes vt_bytes_part(struct vt_bytes *view, size_t at, size_t n)
{
    if (vt_bytes_has(view, at, n))
        return (struct vt_bytes){ view->ptr + at, n, false };
    if (at > view->len)
        at = view->len;
    return (struct vt_bytes){ view->ptr + at, view->len - at, true };
}

#endif
