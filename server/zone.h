/* SPDX-License-Identifier: Apache-2.0 */
/* Zone: an IANA time zone, and the days and instants that shops write.
 *
 * libc knows one zone per process (tzset changes it for every thread), so this is GLib's GTimeZone: it reads
 * the system's tz database, is safe in any thread and already here, since libvips stands on it. A day is a
 * number, one more each day; its weekday follows from it. */
#ifndef VT_ZONE_H
#define VT_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"

struct vt_zone;

/* NULL: no such zone here (or no memory). Only names as Europe/Paris or UTC. */
struct vt_zone *vt_zone_open(struct vt_str name);
void vt_zone_close(struct vt_zone *zone);

/* The local day and the minutes on its clock, 0 to 1439. */
void vt_zone_local(const struct vt_zone *zone, int64_t ms, int32_t *ret_day, int *ret_minute);
/* When the clock of that day shows this, in ms since 1970; 1440 is the next day's 0. What a change to summer
 * time leaves out counts as the moment after it; what the change back shows twice, as the second time. */
int64_t vt_zone_instant(const struct vt_zone *zone, int32_t day, int minute);

/* "2026-12-24"; 0: no such date. */
int32_t vt_zone_day(struct vt_str date);
/* The same back. */
void vt_zone_date(int32_t day, struct vt_buf *out);
/* 0: Monday. */
static inline int vt_zone_weekday(int32_t day)
{
    return (day - 1) % 7;
}
/* RFC 3339 with its offset, "2026-12-01T09:00:00+01:00"; -1: not that. */
int64_t vt_zone_read_instant(struct vt_str text);

#endif
