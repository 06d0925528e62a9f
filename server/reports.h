/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what a site's sessions come to, in groups, by written definitions.
 *
 * One pass over the sessions of a period adds each to its group and to the total; then every number of a
 * report is a cell of a group. What a number means stands in its column and travels with every answer, so
 * the pages and the documentation repeat nothing. No clock, no store: the tests of the definitions and the
 * reader's thread use the same. */
#ifndef VT_REPORTS_H
#define VT_REPORTS_H

#include "server/base/buf.h"
#include "server/base/map.h"
#include "server/store/reports.h"
#include "server/zone.h"

enum { VT_REPORT_DAYS = 400, VT_REPORT_KEYS = 2000 /* queues, people, pieces */ };

enum vt_report_by {
    VT_REPORT_BY_DAY,
    VT_REPORT_BY_QUEUE,
    VT_REPORT_BY_ASSOCIATE,
    VT_REPORT_BY_HOUR,
    VT_REPORT_BY_WEEKDAY,
    VT_REPORT_BY_SLOT,  /* weekday and hour */
    VT_REPORT_BY_PIECE, /* of what was sold or offered */
    VT_REPORT_BYS
};
extern const char *const vt_report_by_names[VT_REPORT_BYS];

enum vt_report_cell {
    VT_CELL_ASKED,
    VT_CELL_TAKEN,
    VT_CELL_LEFT,
    VT_CELL_LEFT_SHARE,
    VT_CELL_WAIT_P50,
    VT_CELL_WAIT_P90,
    VT_CELL_WAIT_MAX,
    VT_CELL_PATIENCE,
    VT_CELL_FORETOLD,
    VT_CELL_WITHIN,
    VT_CELL_SOONER,
    VT_CELL_LATER,
    VT_CELL_ERROR_P50,
    VT_CELL_ERROR_P90,
    VT_CELL_ENDED,
    VT_CELL_CONVERSATIONS,
    VT_CELL_REPLY_P50,
    VT_CELL_REPLY_P90,
    VT_CELL_HANDLE_P50,
    VT_CELL_HANDLE_P90,
    VT_CELL_RATED,
    VT_CELL_RATED_SHARE,
    VT_CELL_STARS,
    VT_CELL_STARS_5,
    VT_CELL_STARS_4,
    VT_CELL_STARS_3,
    VT_CELL_STARS_2,
    VT_CELL_STARS_1,
    VT_CELL_LIVE_MINUTES,
    VT_CELL_LIVE_MEAN,
    VT_CELL_CONVERSION,
    VT_CELL_ORDERS,
    VT_CELL_VALUE,
    VT_CELL_AVERAGE,
    VT_CELL_SEEN,
    VT_CELL_PIECES,
    VT_CELL_BACK,
    VT_CELL_CONVERSION_VIEWED,
    VT_CELL_CONVERSION_TALK,
    VT_CELL_OFFERS,
    VT_CELL_OFFERS_TAKEN,
    VT_CELL_OFFERS_SHARE,
    VT_CELL_OFFERS_OVER,
    VT_CELL_OFFERS_DROPPED,
    VT_CELL_OFFERS_VALUE,
    VT_CELLS
};
struct vt_report_column {
    const char *name, *title, *unit,
        *definition; /* unit: count, seconds, share, stars, minutes, people, money */
};
extern const struct vt_report_column vt_report_columns[VT_CELLS];

struct vt_report_kind {
    const char *name, *title, *question;
    const enum vt_report_cell *cells;
    size_t cells_n;
    bool sells;  /* counts orders as well, in one currency */
    bool offers; /* or offers */
};
extern const struct vt_report_kind vt_report_kinds[];
extern const size_t vt_report_kinds_n;
const struct vt_report_kind *vt_report_find(struct vt_str name);

struct vt_report_values {
    uint32_t *at; /* owned */
    size_t n, cap;
};
struct vt_report_group {
    uint32_t asked, taken, left, within, sooner, later, ended, conversations, stars[6];
    uint32_t sold;                       /* sessions */
    uint32_t viewed, viewed_sold;        /* of these, and of all taken, those with a piece on show */
    uint32_t offers[VT_REPORT_OVER + 1]; /* by their end */
    int64_t offers_value;                /* of those taken, in ten-thousandths */
    int64_t orders, seen;                /* in millionths of an order */
    int64_t value, back, pieces;         /* value, back: in ten-thousandths; pieces: in millionths of one */
    int64_t live_ms, span_ms;            /* span: how long the group's own hours are, in the period */
    struct vt_report_values waits, patience, errors, replies, handles;
};

struct vt_report {
    const struct vt_zone *zone; /* borrowed */
    int32_t first_day;
    int days;
    int64_t from, to; /* ms since 1970 */
    enum vt_report_by by;
    struct vt_report_group *groups; /* owned */
    size_t groups_n, groups_cap;
    struct vt_report_group total;
    struct vt_str *keys;  /* owned: of queues, people or pieces, as groups */
    struct vt_str *names; /* owned: of pieces, as `keys`; absent: none */
    struct vt_map known;  /* key -> its place in `keys` */
};

/* `from`, `to`: days of the zone, both in the period; at most VT_REPORT_DAYS. VT_OK or VT_ERR_NOMEM. */
int vt_report_init(struct vt_report *report, const struct vt_zone *zone, int32_t from, int32_t to,
                   enum vt_report_by by);
void vt_report_finish(struct vt_report *report);
/* VT_OK, VT_ERR_NOMEM or VT_ERR_FULL: more queues, people or pieces than VT_REPORT_KEYS. */
int vt_report_add(struct vt_report *report, const struct vt_report_session *row);
int vt_report_add_sale(struct vt_report *report, const struct vt_report_sale *row);
int vt_report_add_offer(struct vt_report *report, const struct vt_report_offer *row);
/* Once, before the cells are read. */
void vt_report_settle(struct vt_report *report);
/* False: there is nothing to count it from. */
bool vt_report_cell(const struct vt_report_group *group, enum vt_report_cell cell, double *ret_value);
/* "2026-03-29", "rings", "8", "Monday", "Monday 8" */
void vt_report_key(const struct vt_report *report, size_t group, struct vt_buf *out);

#endif
