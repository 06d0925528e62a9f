/* SPDX-License-Identifier: Apache-2.0 */
#include "server/zone.h"

#include <glib.h>
#include <stdio.h>

enum { NAME_MOST = 64, DATE_LEN = 10, INSTANT_MOST = 40 };

/* The name becomes a path below the tz database: letters first, nothing hidden, no way up. */
static bool is_name(struct vt_str name)
{
    char before = '/';
    if (name.len == 0 || name.len > NAME_MOST)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char ch = name.ptr[i];
        if (before == '/' ? !g_ascii_isalpha(ch) : !g_ascii_isalnum(ch) && !strchr("/_+-", ch))
            return false;
        before = ch;
    }
    return before != '/';
}

struct vt_zone *vt_zone_open(struct vt_str name)
{
    char text[NAME_MOST + 1];
    if (!is_name(name))
        return NULL;
    vt_str_copy(text, sizeof(text), name);
    return (struct vt_zone *)g_time_zone_new_identifier(text);
}

void vt_zone_close(struct vt_zone *zone)
{
    if (zone)
        g_time_zone_unref((GTimeZone *)zone);
}

void vt_zone_local(const struct vt_zone *zone, int64_t ms, int32_t *ret_day, int *ret_minute)
{
    GDateTime *utc = g_date_time_new_from_unix_utc(ms / 1000);
    GDateTime *local = g_date_time_to_timezone(utc, (GTimeZone *)zone);
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)g_date_time_get_day_of_month(local), g_date_time_get_month(local),
                   (GDateYear)g_date_time_get_year(local));
    *ret_day = (int32_t)g_date_get_julian(&date);
    *ret_minute = g_date_time_get_hour(local) * 60 + g_date_time_get_minute(local);
    g_date_time_unref(local);
    g_date_time_unref(utc);
}

int64_t vt_zone_instant(const struct vt_zone *zone, int32_t day, int minute)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)(day + minute / 1440));
    minute %= 1440;
    GDateTime *at = g_date_time_new((GTimeZone *)zone, g_date_get_year(&date), (int)g_date_get_month(&date),
                                    g_date_get_day(&date), minute / 60, minute % 60, 0);
    int64_t ms = at ? g_date_time_to_unix(at) * 1000 : 0;
    if (at)
        g_date_time_unref(at);
    return ms;
}

int32_t vt_zone_day(struct vt_str date)
{
    unsigned year, month, day;
    char text[DATE_LEN + 1];
    int end = 0;
    if (date.len != DATE_LEN)
        return 0;
    vt_str_copy(text, sizeof(text), date);
    if (strspn(text, "0123456789-") != DATE_LEN ||
        sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &end) != 3 || end != DATE_LEN)
        return 0;
    if (!g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return 0;
    GDate at;
    g_date_clear(&at, 1);
    g_date_set_dmy(&at, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return (int32_t)g_date_get_julian(&at);
}

void vt_zone_date(int32_t day, struct vt_buf *out)
{
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_julian(&date, (guint32)day);
    vt_buf_printf(out, "%04u-%02u-%02u", (unsigned)g_date_get_year(&date), (unsigned)g_date_get_month(&date),
                  (unsigned)g_date_get_day(&date));
}

int64_t vt_zone_read_instant(struct vt_str text)
{
    char copy[INSTANT_MOST];
    if (!vt_str_copy(copy, sizeof(copy), text))
        return -1;
    GDateTime *at = g_date_time_new_from_iso8601(copy, NULL);
    if (!at)
        return -1;
    int64_t ms = g_date_time_to_unix(at) * 1000;
    g_date_time_unref(at);
    return ms;
}
