/* SPDX-License-Identifier: Apache-2.0 */
#include "server/reports.h"

#include <math.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/money.h"

enum { HOURS = 24, WEEKDAYS = 7, HOUR_MS = 3600000, FIRST_VALUES = 16 };

const char *const vt_report_by_names[VT_REPORT_BYS] = { "day",     "queue", "associate", "hour",
                                                        "weekday", "slot",  "piece" };

static const char *const weekdays[WEEKDAYS] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                                "Friday", "Saturday", "Sunday" };

const struct vt_report_kind *vt_report_find(struct vt_str name)
{
    for (size_t i = 0; i < vt_report_kinds_n; i++)
        if (vt_str_eq(name, vt_str(vt_report_kinds[i].name)))
            return &vt_report_kinds[i];
    return NULL;
}

/* --- groups -------------------------------------------------------------------------------- */

static bool is_keyed(const struct vt_report *report)
{
    return report->by == VT_REPORT_BY_QUEUE || report->by == VT_REPORT_BY_ASSOCIATE ||
           report->by == VT_REPORT_BY_PIECE;
}

/* By the clock: hours, weekdays and their pairs. */
static size_t group_of_clock(const struct vt_report *report, int32_t day, int minute)
{
    size_t weekday = (size_t)vt_zone_weekday(day), hour = (size_t)minute / 60;
    return report->by == VT_REPORT_BY_HOUR      ? hour
           : report->by == VT_REPORT_BY_WEEKDAY ? weekday
                                                : weekday * HOURS + hour;
}

static bool is_clock(const struct vt_report *report)
{
    return !is_keyed(report) && report->by != VT_REPORT_BY_DAY;
}

/* To the end of the clock's hour, or to `to`. */
static int64_t hour_end(int64_t at, int minute, int64_t to)
{
    int64_t end = at - at % 60000 + (60 - minute % 60) * 60000;
    return end < to ? end : to;
}

/* How long each hour or weekday is in the period: a day has 23 to 25 hours. */
static void measure_spans(struct vt_report *report)
{
    int64_t end;
    for (int64_t at = report->from; at < report->to; at = end) {
        int32_t day;
        int minute;
        vt_zone_local(report->zone, at, &day, &minute);
        end = hour_end(at, minute, report->to);
        report->groups[group_of_clock(report, day, minute)].span_ms += end - at;
    }
}

static size_t groups_of(enum vt_report_by by, int days)
{
    static const size_t n[VT_REPORT_BYS] = { [VT_REPORT_BY_HOUR] = HOURS,
                                             [VT_REPORT_BY_WEEKDAY] = WEEKDAYS,
                                             [VT_REPORT_BY_SLOT] = (size_t)HOURS * WEEKDAYS };
    return by == VT_REPORT_BY_DAY ? (size_t)days : n[by];
}

int vt_report_init(struct vt_report *report, const struct vt_zone *zone, int32_t from, int32_t to,
                   enum vt_report_by by)
{
    *report = (struct vt_report){ .zone = zone,
                                  .first_day = from,
                                  .days = to - from + 1,
                                  .from = vt_zone_instant(zone, from, 0),
                                  .to = vt_zone_instant(zone, to + 1, 0),
                                  .by = by };
    report->total.span_ms = report->to - report->from;
    vt_map_init(&report->known);
    report->groups_n = groups_of(by, report->days);
    report->groups_cap = is_keyed(report) ? VT_REPORT_KEYS : report->groups_n;
    report->groups = calloc(report->groups_cap, sizeof(*report->groups));
    report->keys = is_keyed(report) ? calloc(VT_REPORT_KEYS, sizeof(*report->keys)) : NULL;
    report->names = is_keyed(report) ? calloc(VT_REPORT_KEYS, sizeof(*report->names)) : NULL;
    if (!report->groups || (is_keyed(report) && (!report->keys || !report->names)))
        return VT_ERR_NOMEM;
    for (int i = 0; by == VT_REPORT_BY_DAY && i < report->days; i++)
        report->groups[i].span_ms = vt_zone_instant(zone, from + i + 1, 0) -
                                    vt_zone_instant(zone, from + i, 0);
    if (is_clock(report))
        measure_spans(report);
    return VT_OK;
}

static void finish_group(struct vt_report_group *group)
{
    free(group->waits.at);
    free(group->patience.at);
    free(group->errors.at);
    free(group->replies.at);
    free(group->handles.at);
}

void vt_report_finish(struct vt_report *report)
{
    for (size_t i = 0; i < report->groups_n; i++) {
        finish_group(&report->groups[i]);
        if (report->keys)
            free((char *)report->keys[i].ptr);
        if (report->names)
            free((char *)report->names[i].ptr);
    }
    finish_group(&report->total);
    free(report->groups);
    free(report->keys);
    free(report->names);
    vt_map_finish(&report->known);
}

static int group_of_key(struct vt_report *report, struct vt_str key, struct vt_report_group **ret_group)
{
    struct vt_str *known = vt_map_get(&report->known, key);
    if (!known) {
        if (report->groups_n == report->groups_cap)
            return VT_ERR_FULL;
        known = &report->keys[report->groups_n];
        *known = (struct vt_str){ vt_str_dup(key), key.len };
        if (!known->ptr || vt_map_set(&report->known, key, known) != VT_OK) {
            free((char *)known->ptr);
            return VT_ERR_NOMEM;
        }
        report->groups[report->groups_n++].span_ms = report->to - report->from;
    }
    *ret_group = &report->groups[known - report->keys];
    return VT_OK;
}

/* By day or by the clock. */
static struct vt_report_group *group_of_time(struct vt_report *report, int64_t at_ms)
{
    int32_t day;
    int minute;
    vt_zone_local(report->zone, at_ms, &day, &minute);
    size_t at = report->by == VT_REPORT_BY_DAY ? (size_t)(day - report->first_day)
                                               : group_of_clock(report, day, minute);
    return at < report->groups_n ? &report->groups[at] : NULL;
}

/* NULL: in the total alone, such as nobody's session in a list of people. */
static int group_of(struct vt_report *report, const struct vt_report_session *row,
                    struct vt_report_group **ret_group)
{
    *ret_group = NULL;
    if (report->by == VT_REPORT_BY_QUEUE)
        return group_of_key(report, row->queue, ret_group);
    if (report->by == VT_REPORT_BY_ASSOCIATE)
        return row->associate.len > 0 ? group_of_key(report, row->associate, ret_group) : VT_OK;
    if (report->by == VT_REPORT_BY_PIECE)
        return VT_OK; /* a session is no piece's */
    *ret_group = group_of_time(report, row->created);
    return VT_OK;
}

/* --- counting ------------------------------------------------------------------------------ */

static int push(struct vt_report_values *values, int64_t ms)
{
    if (values->n == values->cap) {
        size_t cap = values->cap ? values->cap * 2 : FIRST_VALUES;
        uint32_t *at = realloc(values->at, cap * sizeof(*at));
        if (!at)
            return VT_ERR_NOMEM;
        values->at = at;
        values->cap = cap;
    }
    values->at[values->n++] = ms < 0 ? 0 : ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
    return VT_OK;
}

static int count_forecast(struct vt_report_group *group, const struct vt_report_session *row)
{
    int64_t wait = row->taken - row->created, low = row->eta_low * 1000, high = row->eta_high * 1000;
    int64_t off = wait - (low + high) / 2;
    if (high == 0)
        return VT_OK;
    group->within += wait >= low && wait <= high;
    group->sooner += wait < low;
    group->later += wait > high;
    return push(&group->errors, off < 0 ? -off : off);
}

static int count_ended(struct vt_report_group *group, const struct vt_report_session *row)
{
    group->ended++;
    group->conversations += row->asked && row->replied > 0;
    if (row->stars >= 1 && row->stars <= 5)
        group->stars[row->stars]++;
    int err = row->replied > 0 ? push(&group->replies, row->replied - row->taken) : VT_OK;
    return err ? err : push(&group->handles, row->ended - row->taken);
}

static int count(struct vt_report_group *group, const struct vt_report_session *row)
{
    int err = VT_OK;
    group->asked++;
    if (row->taken == 0) {
        group->left += row->ended > 0;
        return row->ended > 0 ? push(&group->patience, row->ended - row->created) : VT_OK;
    }
    group->taken++;
    group->sold += row->sold;
    group->viewed += row->viewed;
    group->viewed_sold += row->viewed && row->sold;
    err = push(&group->waits, row->taken - row->created);
    if (!err)
        err = count_forecast(group, row);
    return err || row->ended == 0 ? err : count_ended(group, row);
}

/* Each piece of the time live to the hour it lies in. */
static void spread_live(struct vt_report *report, int64_t at, int64_t to)
{
    int64_t end;
    for (to = to < report->to ? to : report->to; at < to; at = end) {
        int32_t day;
        int minute;
        vt_zone_local(report->zone, at, &day, &minute);
        end = hour_end(at, minute, to);
        report->groups[group_of_clock(report, day, minute)].live_ms += end - at;
    }
}

int vt_report_add(struct vt_report *report, const struct vt_report_session *row)
{
    struct vt_report_group *group;
    int err = group_of(report, row, &group);
    if (!err)
        err = count(&report->total, row);
    if (!err && group)
        err = count(group, row);
    if (err || row->taken == 0 || row->ended == 0)
        return err;
    report->total.live_ms += row->ended - row->taken;
    if (is_clock(report))
        spread_live(report, row->taken, row->ended);
    else if (group)
        group->live_ms += row->ended - row->taken;
    return VT_OK;
}

static void count_sale(struct vt_report_group *group, const struct vt_report_sale *row)
{
    double part = (double)row->share / VT_REPORT_SHARE;
    bool gone = row->sku.ptr ? row->pieces == 0 : row->back > 0 && row->back >= row->value;
    group->back += llround((double)row->back * part);
    if (gone)
        return;
    group->orders += row->share;
    group->seen += row->seen ? row->share : 0;
    group->value += llround((double)(row->value - row->back) * part);
    group->pieces += row->pieces * row->share;
}

static int name_group(struct vt_report *report, const struct vt_report_group *group, struct vt_str name)
{
    struct vt_str *known = &report->names[group - report->groups];
    if (known->ptr || name.len == 0)
        return VT_OK;
    *known = (struct vt_str){ vt_str_dup(name), name.len };
    return known->ptr ? VT_OK : VT_ERR_NOMEM;
}

struct whose { /* an order's part, or an offer */
    struct vt_str queue, associate, sku, name;
    int64_t at;
};

static int group_of_whose(struct vt_report *report, const struct whose *of,
                          struct vt_report_group **ret_group)
{
    int err = VT_OK;
    *ret_group = NULL;
    if (report->by == VT_REPORT_BY_QUEUE)
        err = group_of_key(report, of->queue, ret_group);
    else if (report->by == VT_REPORT_BY_ASSOCIATE)
        err = of->associate.len > 0 ? group_of_key(report, of->associate, ret_group) : VT_OK;
    else if (report->by == VT_REPORT_BY_PIECE)
        err = group_of_key(report, of->sku, ret_group);
    else
        *ret_group = group_of_time(report, of->at);
    return !err && *ret_group && report->by == VT_REPORT_BY_PIECE ? name_group(report, *ret_group, of->name)
                                                                  : err;
}

int vt_report_add_offer(struct vt_report *report, const struct vt_report_offer *row)
{
    static const struct vt_str to_be_made = { "(to be made)", sizeof("(to be made)") - 1 };
    bool described = row->sku.len == 0;
    const struct whose whose = { .queue = row->queue,
                                 .associate = row->associate,
                                 .sku = described ? to_be_made : row->sku,
                                 .name = described ? to_be_made : row->title,
                                 .at = row->made };
    struct vt_report_group *group, *both[2] = { &report->total };
    int err = group_of_whose(report, &whose, &group);
    both[1] = group;
    for (size_t i = 0; !err && i < VT_COUNT(both) && both[i]; i++) {
        both[i]->offers[row->end]++;
        both[i]->offers_value += row->end == VT_REPORT_TAKEN ? row->price : 0;
    }
    return err;
}

int vt_report_add_sale(struct vt_report *report, const struct vt_report_sale *row)
{
    const struct whose whose = { .queue = row->queue,
                                 .associate = row->associate,
                                 .sku = row->sku,
                                 .name = row->name,
                                 .at = row->placed };
    struct vt_report_group *group;
    int err = group_of_whose(report, &whose, &group);
    if (err)
        return err;
    count_sale(&report->total, row);
    if (group)
        count_sale(group, row);
    return VT_OK;
}

/* --- reading ------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void sort(struct vt_report_values *values)
{
    if (values->n > 1)
        qsort(values->at, values->n, sizeof(*values->at), compare);
}

static void settle(struct vt_report_group *group)
{
    sort(&group->waits);
    sort(&group->patience);
    sort(&group->errors);
    sort(&group->replies);
    sort(&group->handles);
}

void vt_report_settle(struct vt_report *report)
{
    for (size_t i = 0; i < report->groups_n; i++)
        settle(&report->groups[i]);
    settle(&report->total);
}

/* Nearest rank: the smallest value that at least so many of a hundred do not exceed. */
static bool rank(const struct vt_report_values *values, size_t percent, double *ret)
{
    if (values->n == 0)
        return false;
    *ret = values->at[(values->n * percent + 99) / 100 - 1] / 1000.0;
    return true;
}

static bool share(double part, double whole, double *ret)
{
    if (whole <= 0)
        return false;
    *ret = part / whole;
    return true;
}

static bool number(double value, double *ret)
{
    *ret = value;
    return true;
}

static uint32_t rated(const struct vt_report_group *group)
{
    uint32_t n = 0;
    for (int i = 1; i <= 5; i++)
        n += group->stars[i];
    return n;
}

static bool mean_stars(const struct vt_report_group *group, double *ret)
{
    double sum = 0;
    for (int i = 1; i <= 5; i++)
        sum += i * (double)group->stars[i];
    return share(sum, rated(group), ret);
}

bool vt_report_cell(const struct vt_report_group *group, enum vt_report_cell cell, double *ret_value)
{
    const struct vt_report_group *g = group;
    double foretold = (double)g->errors.n, offers = 0;
    for (int i = 0; i <= VT_REPORT_OVER; i++)
        offers += g->offers[i];
    /* clang-format off */
    switch (cell) {
    case VT_CELL_ASKED:         return number(g->asked, ret_value);
    case VT_CELL_TAKEN:         return number(g->taken, ret_value);
    case VT_CELL_LEFT:          return number(g->left, ret_value);
    case VT_CELL_LEFT_SHARE:    return share(g->left, (double)g->left + g->taken, ret_value);
    case VT_CELL_WAIT_P50:      return rank(&g->waits, 50, ret_value);
    case VT_CELL_WAIT_P90:      return rank(&g->waits, 90, ret_value);
    case VT_CELL_WAIT_MAX:      return rank(&g->waits, 100, ret_value);
    case VT_CELL_PATIENCE:      return rank(&g->patience, 50, ret_value);
    case VT_CELL_FORETOLD:      return number(foretold, ret_value);
    case VT_CELL_WITHIN:        return share(g->within, foretold, ret_value);
    case VT_CELL_SOONER:        return share(g->sooner, foretold, ret_value);
    case VT_CELL_LATER:         return share(g->later, foretold, ret_value);
    case VT_CELL_ERROR_P50:     return rank(&g->errors, 50, ret_value);
    case VT_CELL_ERROR_P90:     return rank(&g->errors, 90, ret_value);
    case VT_CELL_ENDED:         return number(g->ended, ret_value);
    case VT_CELL_CONVERSATIONS: return number(g->conversations, ret_value);
    case VT_CELL_REPLY_P50:     return rank(&g->replies, 50, ret_value);
    case VT_CELL_REPLY_P90:     return rank(&g->replies, 90, ret_value);
    case VT_CELL_HANDLE_P50:    return rank(&g->handles, 50, ret_value);
    case VT_CELL_HANDLE_P90:    return rank(&g->handles, 90, ret_value);
    case VT_CELL_RATED:         return number(rated(g), ret_value);
    case VT_CELL_RATED_SHARE:   return share(rated(g), g->ended, ret_value);
    case VT_CELL_STARS:         return mean_stars(g, ret_value);
    case VT_CELL_STARS_5:       return number(g->stars[5], ret_value);
    case VT_CELL_STARS_4:       return number(g->stars[4], ret_value);
    case VT_CELL_STARS_3:       return number(g->stars[3], ret_value);
    case VT_CELL_STARS_2:       return number(g->stars[2], ret_value);
    case VT_CELL_STARS_1:       return number(g->stars[1], ret_value);
    case VT_CELL_LIVE_MINUTES:  return number((double)g->live_ms / 60000, ret_value);
    case VT_CELL_LIVE_MEAN:     return share((double)g->live_ms, (double)g->span_ms, ret_value);
    case VT_CELL_CONVERSION:    return share(g->sold, g->taken, ret_value);
    case VT_CELL_ORDERS:        return number((double)g->orders / VT_REPORT_SHARE, ret_value);
    case VT_CELL_VALUE:         return number((double)g->value / VT_MONEY_UNIT, ret_value);
    case VT_CELL_AVERAGE:       return share((double)g->value / VT_MONEY_UNIT, (double)g->orders / VT_REPORT_SHARE, ret_value);
    case VT_CELL_SEEN:          return share((double)g->seen, (double)g->orders, ret_value);
    case VT_CELL_PIECES:        return number((double)g->pieces / VT_REPORT_SHARE, ret_value);
    case VT_CELL_BACK:          return number((double)g->back / VT_MONEY_UNIT, ret_value);
    case VT_CELL_CONVERSION_VIEWED: return share(g->viewed_sold, g->viewed, ret_value);
    case VT_CELL_CONVERSION_TALK: return share((double)g->sold - g->viewed_sold, (double)g->taken - g->viewed, ret_value);
    case VT_CELL_OFFERS:        return number(offers, ret_value);
    case VT_CELL_OFFERS_TAKEN:  return number(g->offers[VT_REPORT_TAKEN], ret_value);
    case VT_CELL_OFFERS_SHARE:  return share(g->offers[VT_REPORT_TAKEN], offers - g->offers[VT_REPORT_OPEN], ret_value);
    case VT_CELL_OFFERS_OVER:   return number(g->offers[VT_REPORT_OVER], ret_value);
    case VT_CELL_OFFERS_DROPPED: return number(g->offers[VT_REPORT_DROPPED], ret_value);
    case VT_CELL_OFFERS_VALUE:  return number((double)g->offers_value / VT_MONEY_UNIT, ret_value);
    case VT_CELLS:              break;
    }
    /* clang-format on */
    return false;
}

void vt_report_key(const struct vt_report *report, size_t group, struct vt_buf *out)
{
    if (is_keyed(report))
        vt_buf_str(out, report->keys[group]);
    else if (report->by == VT_REPORT_BY_DAY)
        vt_zone_date(report->first_day + (int32_t)group, out);
    else if (report->by == VT_REPORT_BY_HOUR)
        vt_buf_printf(out, "%zu", group);
    else if (report->by == VT_REPORT_BY_WEEKDAY)
        vt_buf_text(out, weekdays[group]);
    else
        vt_buf_printf(out, "%s %zu", weekdays[group / HOURS], group % HOURS);
}
