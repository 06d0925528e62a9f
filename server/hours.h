/* SPDX-License-Identifier: Apache-2.0 */
/* Hours: when a queue is open, by the clocks of its place; exceptions stand before the week. */
#ifndef VT_HOURS_H
#define VT_HOURS_H

#include "server/zone.h"

struct vt_span { /* minutes on the day's clock, 0 to 1440, from < to */
    uint16_t from, to;
};
struct vt_day {
    const struct vt_span *spans; /* in order, apart */
    size_t n;                    /* 0: closed */
};
struct vt_exception {
    int32_t day;
    struct vt_day open;
    struct vt_str why; /* absent: not said */
};
struct vt_hours {
    struct vt_zone *zone;
    struct vt_day week[7]; /* Monday first */
    const struct vt_exception *exceptions;
    size_t exceptions_n;
};

struct vt_hours_state {
    bool open;
    int64_t until_ms;  /* when that changes; 0: not within a year */
    struct vt_str why; /* an exception's reason while closed by one; borrowed from the hours */
};
/* `hours` NULL: always open. */
void vt_hours_at(const struct vt_hours *hours, int64_t now_ms, struct vt_hours_state *ret);

#endif
