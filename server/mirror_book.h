/* SPDX-License-Identifier: Apache-2.0 */
/* The book of a mirror: the last keyframe and every delta since, as frames ready to be sent.
 *
 * A unit is a keyframe or a delta, however many pieces it has. The book opens with a keyframe; a delta must
 * name it and follow the last unit without a hole. A new keyframe begins a new volume: readers of the old one
 * start over. Bounded in bytes and units; at the bound it takes nothing but a keyframe. Loop thread only. */
#ifndef VT_MIRROR_BOOK_H
#define VT_MIRROR_BOOK_H

#include <stdbool.h>

#include "server/frame.h"

enum {
    VT_BOOK_UNITS = 8192,
    VT_BOOK_BYTES = 8 * 1024 * 1024, /* of deltas; a keyframe has its own cap */
    VT_BOOK_KEY_BYTES = 8 * 1024 * 1024,
    VT_BOOK_OPS = 2000 /* a keyframe is due beyond that, and beyond half the last one's bytes */
};

struct vt_unit {
    uint32_t page, base, seq; /* seq: of the first piece; the others follow */
    bool key, deflated;
    size_t bytes, ops;        /* of the pieces' payloads; operations */
    struct vt_frame **pieces; /* owned references */
    size_t pieces_n, pieces_cap;
};
struct vt_unit *vt_unit_create(uint32_t page, uint32_t base, uint32_t seq, bool key,
                               bool deflated); /* or NULL */
void vt_unit_destroy(struct vt_unit *unit);
/* Takes its own reference. VT_OK or VT_ERR_NOMEM. */
int vt_unit_add(struct vt_unit *unit, struct vt_frame *piece, size_t payload);

struct vt_book {
    struct vt_unit **units; /* owned; the first is the keyframe */
    size_t n, cap;
    uint32_t volume; /* 0: none yet */
    size_t delta_bytes, delta_ops;
};
void vt_book_finish(struct vt_book *book);
/* The keyframe goes and all with it; readers see another volume. */
void vt_book_close(struct vt_book *book);

enum vt_book_answer {
    VT_BOOK_TAKEN,
    VT_BOOK_OLD, /* of an older page or keyframe: late, and nobody's fault */
    VT_BOOK_GAP  /* something is missing before it, or there is no room: a keyframe is needed */
};
/* Owns `unit` afterwards, whatever the answer. */
enum vt_book_answer vt_book_put(struct vt_book *book, struct vt_unit *unit);
/* So much has come since the keyframe that a new one is cheaper for whoever joins. */
bool vt_book_is_long(const struct vt_book *book);
size_t vt_book_bytes(const struct vt_book *book);

#endif
