/* SPDX-License-Identifier: Apache-2.0 */
/* The sessions of a period, as reports count them. As manage.h: at once, on the store's thread. */
#ifndef VT_STORE_REPORTS_H
#define VT_STORE_REPORTS_H

#include "server/store/manage.h"

enum { VT_REPORT_SESSIONS = 500000 /* of one report; the reader has others to serve */ };

struct vt_report_session {
    struct vt_str queue, associate;         /* associate: person id, absent: none; borrowed */
    int64_t created, taken, ended, replied; /* ms since 1970; 0: not */
    int64_t eta_low, eta_high, stars;       /* seconds; stars 0: not rated */
    bool asked;                             /* the customer said something */
    bool sold;                              /* an order is credited to it, and not all of that came back */
    bool viewed;                            /* a piece was on show in the viewer */
};
typedef int vt_report_row_fn(void *arg, const struct vt_report_session *row);
/* Those whose customer asked at `from` or later and before `to`, by that time. An error
 * of `row` ends it. VT_ERR_FULL: more than VT_REPORT_SESSIONS. */
int vt_report_sessions(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                       vt_report_row_fn *row, void *arg);

/* One session's part in an order: its share of the value, or of one line of it. */
struct vt_report_sale {
    struct vt_str queue, associate, sku, name; /* sku, name: of a line */
    int64_t placed;                            /* ms since 1970 */
    int64_t value, back;                       /* in ten-thousandths, before the share */
    int64_t share;                             /* in millionths */
    int64_t pieces;                            /* what is left of its lines, or of the line */
    bool seen;                                 /* looked at together: one of its pieces, or the line's */
};
enum { VT_REPORT_SHARE = 1000000 };
typedef int vt_report_sale_fn(void *arg, const struct vt_report_sale *row);
/* Those placed at `from` or later and before `to` in this currency, by that time; `lines`: line by line. */
int vt_report_sales(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                    struct vt_str currency, bool lines, vt_report_sale_fn *row, void *arg);
/* An offer and how it ended. */
enum vt_report_end { VT_REPORT_OPEN, VT_REPORT_TAKEN, VT_REPORT_DROPPED, VT_REPORT_OVER };
struct vt_report_offer {
    struct vt_str queue, associate, sku, title; /* the session's it was made in; sku: absent: to be made */
    int64_t made, price;                        /* ms since 1970; in ten-thousandths */
    enum vt_report_end end;
};
typedef int vt_report_offer_fn(void *arg, const struct vt_report_offer *row);
/* Those made at `from` or later and before `to` in this currency, by that time, as they stand at `now`. */
int vt_report_offers(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to, int64_t now,
                     struct vt_str currency, vt_report_offer_fn *row, void *arg);
/* The currencies of the credited orders, or the offers, of the period, that of the most first. */
int vt_report_currencies(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to, bool offers,
                         struct vt_arena *arena, struct vt_str **ret_currencies, size_t *ret_n);

#endif
