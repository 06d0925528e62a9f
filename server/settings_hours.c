/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings_hours.h"

#include <stdio.h>

#include "server/base/err.h"
#include "server/settings.h"

#define DAY_MS INT64_C(86400000)
enum { SPANS_MOST = 8, EXCEPTIONS_MOST = 400, GROUPS_MOST = 8 };

/* "09:30" in minutes, "24:00" at the end of a day; -1: not a time. */
static int minute_of(const json_t *value)
{
    unsigned hours, minutes;
    int end = 0;
    const char *text = json_string_value(value);
    if (!text || strlen(text) != 5 || strspn(text, "0123456789:") != 5 ||
        sscanf(text, "%2u:%2u%n", &hours, &minutes, &end) != 2 || end != 5)
        return -1;
    if (minutes > 59 || hours > 24 || (hours == 24 && minutes > 0))
        return -1;
    return (int)(hours * 60 + minutes);
}

static int take_span(struct vt_reading *reading, const json_t *value, struct vt_span *to)
{
    int from = json_array_size(value) == 2 ? minute_of(json_array_get(value, 0)) : -1;
    int until = from >= 0 ? minute_of(json_array_get(value, 1)) : -1;
    if (from < 0 || until < 0)
        return vt_read_refuse(reading, "must be two times of the day, as [\"10:00\", \"18:30\"]");
    if (from >= until)
        return vt_read_refuse(reading, "must end after it begins; what goes past midnight ends at 24:00 and "
                                       "goes on the next day at 00:00");
    *to = (struct vt_span){ (uint16_t)from, (uint16_t)until };
    return VT_OK;
}

static int take_day(struct vt_reading *reading, const json_t *value, void *to)
{
    struct vt_day *day = to;
    size_t n = json_array_size(value);
    if (!json_is_array(value) || n > SPANS_MOST)
        return vt_read_refuse(reading, "must be a list of at most %d openings, empty when closed",
                              SPANS_MOST);
    struct vt_span *spans = vt_arena_array(reading->arena, n + 1, sizeof(*spans));
    if (!spans)
        return vt_read_refuse(reading, "is more than the server can hold");
    for (size_t i = 0; i < n; i++) {
        size_t here = vt_read_down_index(reading, i);
        int err = take_span(reading, json_array_get(value, i), &spans[i]);
        if (!err && i > 0 && spans[i].from < spans[i - 1].to)
            err = vt_read_refuse(reading, "must begin after the opening before it has ended");
        if (err)
            return err;
        vt_read_up(reading, here);
    }
    *day = (struct vt_day){ spans, n };
    return VT_OK;
}

static int take_zone(struct vt_reading *reading, const json_t *value, void *to)
{
    struct vt_zone *zone = json_is_string(value) ? vt_zone_open(vt_str(json_string_value(value))) : NULL;
    if (!zone)
        return vt_read_refuse(reading, "must be a time zone of the tz database, as Europe/Paris");
    memcpy(to, &zone, sizeof(zone));
    return VT_OK;
}

static int take_date(struct vt_reading *reading, const json_t *value, void *to)
{
    int32_t day = json_is_string(value) ? vt_zone_day(vt_str(json_string_value(value))) : 0;
    if (day == 0)
        return vt_read_refuse(reading, "must be a date, as 2026-12-24");
    memcpy(to, &day, sizeof(day));
    return VT_OK;
}

#define DAY(word, n)                                                                                         \
    {                                                                                                        \
        .name = word, .kind = VT_ROW_OWN, .offset = (n) * sizeof(struct vt_day), .take = take_day            \
    }
static const struct vt_row week_rows[] = { DAY("mon", 0), DAY("tue", 1), DAY("wed", 2), DAY("thu", 3),
                                           DAY("fri", 4), DAY("sat", 5), DAY("sun", 6), { 0 } };
static const struct vt_shape_rows week_shape = { 7 * sizeof(struct vt_day), week_rows };

static const struct vt_row exception_rows[] = { { .name = "date",
                                                  .kind = VT_ROW_OWN,
                                                  .required = true,
                                                  .offset = offsetof(struct vt_exception, day),
                                                  .take = take_date },
                                                { .name = "open",
                                                  .kind = VT_ROW_OWN,
                                                  .required = true,
                                                  .offset = offsetof(struct vt_exception, open),
                                                  .take = take_day },
                                                { .name = "why",
                                                  .kind = VT_ROW_TEXT,
                                                  .min = 1,
                                                  .max = 200,
                                                  .offset = offsetof(struct vt_exception, why) },
                                                { 0 } };
static const struct vt_shape_rows exception_shape = { sizeof(struct vt_exception), exception_rows };

static const struct vt_row hours_rows[] = {
    /* last of all, so that a zone is opened only for hours that are kept */
    { .name = "week",
      .kind = VT_ROW_OBJECT,
      .required = true,
      .offset = offsetof(struct vt_hours, week),
      .shape = &week_shape },
    { .name = "exceptions",
      .kind = VT_ROW_OBJECTS,
      .offset = offsetof(struct vt_hours, exceptions),
      .n_offset = offsetof(struct vt_hours, exceptions_n),
      .list_max = EXCEPTIONS_MOST,
      .shape = &exception_shape },
    { .name = "tz",
      .kind = VT_ROW_OWN,
      .required = true,
      .offset = offsetof(struct vt_hours, zone),
      .take = take_zone },
    { 0 }
};
static const struct vt_shape_rows hours_shape = { sizeof(struct vt_hours), hours_rows };

int vt_settings_take_hours(struct vt_reading *reading, const json_t *value, void *to)
{
    struct vt_hours *hours = vt_arena_alloc(reading->arena, sizeof(*hours));
    if (!hours)
        return vt_read_refuse(reading, "is more than the server can hold");
    memcpy(to, &hours, sizeof(hours));
    return vt_read_shape(reading, &hours_shape, value, hours);
}

static int take_minute(struct vt_reading *reading, const json_t *value, void *to)
{
    int minute = minute_of(value);
    if (minute < 0)
        return vt_read_refuse(reading, "must be a time of the day, as \"21:00\"");
    memcpy(to, &(uint16_t){ (uint16_t)minute }, sizeof(uint16_t));
    return VT_OK;
}

struct quiet {
    uint16_t from, to;
    struct vt_zone *zone;
};
static const struct vt_row quiet_rows[] = { { .name = "from",
                                              .kind = VT_ROW_OWN,
                                              .required = true,
                                              .offset = offsetof(struct quiet, from),
                                              .take = take_minute },
                                            { .name = "to",
                                              .kind = VT_ROW_OWN,
                                              .required = true,
                                              .offset = offsetof(struct quiet, to),
                                              .take = take_minute },
                                            /* last of all, as above */
                                            { .name = "tz",
                                              .kind = VT_ROW_OWN,
                                              .required = true,
                                              .offset = offsetof(struct quiet, zone),
                                              .take = take_zone },
                                            { 0 } };
static const struct vt_shape_rows quiet_shape = { sizeof(struct quiet), quiet_rows };

/* The same every day; past midnight it is the end of one day and the beginning of the next. */
int vt_settings_take_quiet(struct vt_reading *reading, const json_t *value, void *to)
{
    struct quiet quiet = { 0 };
    struct vt_hours *hours = vt_arena_alloc(reading->arena, sizeof(*hours));
    struct vt_span *spans = vt_arena_array(reading->arena, 2, sizeof(*spans));
    if (!hours || !spans)
        return vt_read_refuse(reading, "is more than the server can hold");
    int err = vt_read_shape(reading, &quiet_shape, value, &quiet);
    if (err)
        return err;
    *hours = (struct vt_hours){ .zone = quiet.zone };
    memcpy(to, &hours, sizeof(hours));
    if (quiet.from == quiet.to)
        return vt_read_refuse(reading, "must end at another time than it begins");
    size_t n = 0;
    if (quiet.from < quiet.to) {
        spans[n++] = (struct vt_span){ quiet.from, quiet.to };
    } else {
        if (quiet.to > 0)
            spans[n++] = (struct vt_span){ 0, quiet.to };
        if (quiet.from < 24 * 60)
            spans[n++] = (struct vt_span){ quiet.from, 24 * 60 };
    }
    for (size_t day = 0; day < VT_COUNT(hours->week); day++)
        hours->week[day] = (struct vt_day){ spans, n };
    return VT_OK;
}

static const struct vt_zone *zone_of(const struct vt_settings *settings)
{
    if (settings->attention.quiet)
        return settings->attention.quiet->zone;
    for (size_t i = 0; i < settings->queues_n; i++)
        if (settings->queues[i].hours)
            return settings->queues[i].hours->zone;
    return NULL;
}

uint32_t vt_settings_day(const struct vt_settings *settings, int64_t ms)
{
    const struct vt_zone *zone = zone_of(settings);
    int32_t day;
    int minute;
    if (!zone)
        return (uint32_t)(ms / DAY_MS);
    vt_zone_local(zone, ms, &day, &minute);
    return (uint32_t)(day - vt_zone_day(VT_STR("1970-01-01")));
}

int vt_settings_take_groups(struct vt_reading *reading, const json_t *value, void *to)
{
    static const struct vt_row row = {
        .name = "", .kind = VT_ROW_TEXTS, .list_max = 200, .min = 1, .max = 80
    };
    struct vt_setting_queue *queue = VT_CONTAINER_OF(to, struct vt_setting_queue, groups);
    size_t n = json_array_size(value);
    if (!json_is_array(value) || n > GROUPS_MOST)
        return vt_read_refuse(reading, "must be a list of at most %d groups, each a list of logins",
                              GROUPS_MOST);
    queue->groups = vt_arena_array(reading->arena, n + 1, sizeof(*queue->groups));
    if (!queue->groups)
        return vt_read_refuse(reading, "is more than the server can hold");
    for (size_t i = 0; i < n; i++) {
        size_t here = vt_read_down_index(reading, i);
        int err = vt_read_texts(reading, &row, json_array_get(value, i), &queue->groups[i]);
        if (err)
            return err;
        vt_read_up(reading, here);
    }
    queue->groups_n = n;
    return VT_OK;
}
