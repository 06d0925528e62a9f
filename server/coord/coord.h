/* SPDX-License-Identifier: Apache-2.0 */
/* Coord: what nodes must agree on. One interface; here the implementation within one process.
 *
 * It keeps the control history of conversations (512 entries, 10 min), the waiting lines with the
 * associates' load, decided in one step, and nothing that must outlive the process. Every call
 * that answers does so in a later turn, on the loop thread. */
#ifndef VT_COORD_H
#define VT_COORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"
#include "server/loop.h"

enum { VT_HISTORY_ENTRIES = 512, VT_HISTORY_MS = 600000 };
enum { VT_AUDIENCE_CUSTOMER, VT_AUDIENCE_GUEST, VT_AUDIENCE_STAFF, VT_AUDIENCES };

/* One control event: `p[a]` is the number before it for audience a. */
struct vt_coord_event {
    uint32_t s;
    uint32_t p[VT_AUDIENCES];
    uint8_t audience; /* bits 1 << VT_AUDIENCE_… */
    int64_t ts;
    struct vt_str op, by, body; /* body: JSON of d */
};

struct vt_coord;
typedef void vt_coord_done_fn(void *arg, int err);
/* `complete`: every event after the number asked for is here. Texts live until it returns. */
typedef void vt_coord_events_fn(void *arg, const struct vt_coord_event *events, size_t n, bool complete);
/* Conversations of a line, or people asked. */
typedef void vt_coord_line_fn(void *arg, const struct vt_str *names, size_t n);

struct vt_coord_ops {
    int (*hist_append)(struct vt_coord *, struct vt_str conv, const struct vt_coord_event *);
    int (*hist_since)(struct vt_coord *, struct vt_str conv, uint32_t s, vt_coord_events_fn *, void *arg);
    void (*hist_drop)(struct vt_coord *, struct vt_str conv);
    int (*q_push)(struct vt_coord *, struct vt_str queue, struct vt_str conv, int64_t score, size_t capacity,
                  vt_coord_done_fn *, void *arg);
    int (*q_cancel)(struct vt_coord *, struct vt_str queue, struct vt_str conv);
    int (*q_accept)(struct vt_coord *, struct vt_str queue, struct vt_str conv, struct vt_str person,
                    uint32_t cap, vt_coord_done_fn *, void *arg);
    int (*q_claim)(struct vt_coord *, struct vt_str queue, struct vt_str conv, const struct vt_str *persons,
                   size_t n, vt_coord_line_fn *, void *arg);
    int (*q_release)(struct vt_coord *, struct vt_str queue, struct vt_str conv, struct vt_str person);
    int (*q_line)(struct vt_coord *, struct vt_str queue, size_t limit, vt_coord_line_fn *, void *arg);
    int (*load_add)(struct vt_coord *, struct vt_str person, int by);
    int (*staff_set)(struct vt_coord *, struct vt_str person, uint32_t cap, bool free);
    void (*close)(struct vt_coord *);
};
struct vt_coord {
    const struct vt_coord_ops *ops;
};

struct vt_coord *vt_coord_open_local(struct vt_loop *loop);

/* hist_append, q_cancel, q_release, load_add and staff_set do not answer; the others call back in a later
 * turn, always (a NULL `done` is left out). Each returns VT_OK, or VT_ERR_NOMEM and then nothing is called.
 *
 * q_push: places `conv` by score (ms since 1970 of joining: who returns keeps the place), again is harmless;
 *     err: VT_OK, VT_ERR_FULL (capacity).
 * q_claim: asks for `conv` those of `persons` who are free, have room (sessions and questions together
 *     below their cap) and are not asked for it yet; answers with them. Nobody when it is not in the line.
 * q_release: `person` is asked for `conv` no more. q_accept and q_cancel release everybody.
 * q_accept: takes `conv` out of the line and counts it for `person` if it is there and the person
 *     has fewer than `cap`; err: VT_OK, VT_ERR_MISSING (someone else was faster), VT_ERR_FULL (cap).
 * staff_set: `free`: may be asked at all; nobody is who was never set.
 * load_add: a session of `person` began elsewhere (+1: restored) or ended (-1). */
static inline void vt_coord_close(struct vt_coord *coord)
{
    if (coord)
        coord->ops->close(coord);
}

#endif
