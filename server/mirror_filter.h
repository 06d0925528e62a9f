/* SPDX-License-Identifier: Apache-2.0 */
/* The second line behind the guard: one unit of the mirror (a keyframe or a delta), looked through.
 *
 * By allow-list: kinds of operations, tags, attributes, schemes of addresses. Queries and fragments are cut,
 * texts are scanned for numbers that are secrets, a script's text never passes. Nodes are never taken out,
 * for later operations name them: what is not allowed becomes an empty, hidden element. Any thread. */
#ifndef VT_MIRROR_FILTER_H
#define VT_MIRROR_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/buf.h"

enum {
    VT_MIRROR_INFLATED = 1024 * 1024,         /* a delta */
    VT_MIRROR_INFLATED_KEY = 8 * 1024 * 1024, /* a keyframe */
    VT_MIRROR_DEPTH = 512
};

struct vt_mirror_filtered {
    bool changed;      /* something was cut, and `payload` is what to send instead */
    size_t ops;        /* operations in it */
    struct vt_buf out; /* the caller finishes it */
};

/* `deflated`: raw deflate, and then so is `out`. VT_OK; VT_ERR_TOO_LARGE over the caps; VT_ERR_INVALID: not
 * what a recorder writes; VT_ERR_NOMEM. */
int vt_mirror_filter(struct vt_str payload, bool deflated, bool key, struct vt_mirror_filtered *ret);

#endif
