/* SPDX-License-Identifier: Apache-2.0 */
#include "server/guide_hours.h"

#include <stdio.h>

#include "server/guide_words.h"
#include "server/letter.h"

enum { TEXT_MOST = 400, WEEK = 6 };

/* Today by the clock, within a week by its day, else by its date. */
static void put_when(const struct vt_hours *hours, struct vt_str lang, int64_t now_ms, int64_t at_ms,
                     struct vt_buf *out)
{
    const struct vt_guide_locale *locale = vt_guide_locale(lang);
    int32_t today, day;
    int minute;
    char time[16], date[VT_LETTER_DATE];
    vt_zone_local(hours->zone, now_ms, &today, &minute);
    vt_zone_local(hours->zone, at_ms, &day, &minute);
    snprintf(time, sizeof(time), "%02d:%02d", minute / 60, minute % 60);
    if (day == today) {
        vt_buf_text(out, time);
        return;
    }
    vt_letter_date(vt_letter_locale(lang), at_ms, date);
    const char *name = day - today <= WEEK ? locale->days[vt_zone_weekday(day)] : date;
    vt_letter_fill(
        out, locale->words[VT_GUIDE_WHEN],
        (const struct vt_letter_blank[]){ { "day", vt_str(name) }, { "time", vt_str(time) }, { 0 } }, NULL);
}

/* The queue named, or of those with hours the one that is open, else that opens first. */
static const struct vt_hours *hours_of(const struct vt_settings *settings, struct vt_str queue,
                                       int64_t now_ms, struct vt_hours_state *ret)
{
    const struct vt_setting_queue *named = vt_settings_queue(settings, queue);
    const struct vt_hours *best = named ? named->hours : NULL;
    *ret = (struct vt_hours_state){ 0 };
    if (best)
        vt_hours_at(best, now_ms, ret);
    for (size_t i = 0; !named && i < settings->queues_n; i++) {
        struct vt_hours_state state;
        const struct vt_hours *hours = settings->queues[i].hours;
        if (!hours)
            continue;
        vt_hours_at(hours, now_ms, &state);
        bool sooner = state.open == ret->open && state.until_ms > 0 && state.until_ms < ret->until_ms;
        if (!best || (state.open && !ret->open) || sooner) {
            best = hours;
            *ret = state;
        }
    }
    return best;
}

struct vt_str vt_guide_opens(const struct vt_settings *settings, struct vt_str queue, struct vt_str lang,
                             int64_t now_ms, struct vt_arena *arena)
{
    struct vt_hours_state state;
    const struct vt_hours *hours = hours_of(settings, queue, now_ms, &state);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf when = VT_BUF_INIT(TEXT_MOST);
    if (!hours || state.open || state.until_ms == 0)
        return (struct vt_str){ 0 };
    put_when(hours, lang, now_ms, state.until_ms, &when);
    return vt_arena_str(arena, vt_buf_view(&when));
}

struct vt_str vt_guide_hours(const struct vt_settings *settings, struct vt_str queue, struct vt_str lang,
                             int64_t now_ms, struct vt_arena *arena)
{
    struct vt_hours_state state;
    const struct vt_hours *hours = hours_of(settings, queue, now_ms, &state);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf when = VT_BUF_INIT(TEXT_MOST);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(TEXT_MOST);
    if (!hours || state.until_ms == 0)
        return (struct vt_str){ 0 };
    put_when(hours, lang, now_ms, state.until_ms, &when);
    vt_letter_fill(&out, vt_guide_locale(lang)->words[state.open ? VT_GUIDE_OPEN_UNTIL : VT_GUIDE_OPENS],
                   (const struct vt_letter_blank[]){ { "when", vt_buf_view(&when) }, { 0 } }, NULL);
    return vt_arena_str(arena, vt_buf_view(&out));
}
