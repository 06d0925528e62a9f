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
};
typedef int vt_report_row_fn(void *arg, const struct vt_report_session *row);
/* Those whose customer asked at `from` or later and before `to`, by that time. An error
 * of `row` ends it. VT_ERR_FULL: more than VT_REPORT_SESSIONS. */
int vt_report_sessions(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                       vt_report_row_fn *row, void *arg);

#endif
