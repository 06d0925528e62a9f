/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hours.h"

enum { DAYS_AHEAD = 366 };

static const struct vt_exception *exception_of(const struct vt_hours *hours, int32_t day)
{
    for (size_t i = 0; i < hours->exceptions_n; i++)
        if (hours->exceptions[i].day == day)
            return &hours->exceptions[i];
    return NULL;
}

/* Spans that touch (until 24:00, from 0:00) are one opening: the end moves on while the next begins there. */
void vt_hours_at(const struct vt_hours *hours, int64_t now_ms, struct vt_hours_state *ret)
{
    int32_t today;
    int minute;
    *ret = (struct vt_hours_state){ .open = true };
    if (!hours)
        return;
    *ret = (struct vt_hours_state){ .open = false };
    vt_zone_local(hours->zone, now_ms, &today, &minute);
    for (int32_t day = today; day <= today + DAYS_AHEAD; day++) {
        const struct vt_exception *exception = exception_of(hours, day);
        const struct vt_day *open = exception ? &exception->open : &hours->week[vt_zone_weekday(day)];
        if (day == today && exception)
            ret->why = exception->why;
        for (size_t i = 0; i < open->n; i++) {
            int64_t from_ms = vt_zone_instant(hours->zone, day, open->spans[i].from);
            int64_t to_ms = vt_zone_instant(hours->zone, day, open->spans[i].to);
            if (to_ms <= now_ms)
                continue;
            if (!ret->open && from_ms > now_ms) {
                ret->until_ms = from_ms;
                return;
            }
            if (ret->open && from_ms > ret->until_ms)
                return;
            ret->open = true;
            ret->until_ms = to_ms;
            ret->why = (struct vt_str){ 0 };
        }
        if (ret->open && vt_zone_instant(hours->zone, day, 1440) > ret->until_ms)
            return;
    }
    ret->until_ms = 0; /* no change within a year */
}
