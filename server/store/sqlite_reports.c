/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/reports.h"

#include "server/store/sqlite_manage.h"

static struct vt_str borrow(sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    return (struct vt_str){ text, text ? (size_t)sqlite3_column_bytes(stmt, column) : 0 };
}

static int take(sqlite3_stmt *stmt, vt_report_row_fn *row, void *arg)
{
    return row(arg, &(struct vt_report_session){ .created = vt_db_int(stmt, 0),
                                                 .taken = vt_db_int(stmt, 1),
                                                 .ended = vt_db_int(stmt, 2),
                                                 .replied = vt_db_int(stmt, 3),
                                                 .eta_low = vt_db_int(stmt, 4),
                                                 .eta_high = vt_db_int(stmt, 5),
                                                 .stars = vt_db_int(stmt, 6),
                                                 .asked = vt_db_int(stmt, 7) != 0,
                                                 .queue = borrow(stmt, 8),
                                                 .associate = borrow(stmt, 9) });
}

int vt_report_sessions(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                       vt_report_row_fn *row, void *arg)
{
    sqlite3_stmt *stmt = vt_db_start(
        manage->db,
        "SELECT created, taken, ended, replied, eta_low, eta_high, coalesce(stars, 0), asked,"
        " coalesce(queue, ''), associate FROM session"
        " WHERE site=? AND created>=? AND created<? AND coalesce(queue, '') NOT GLOB 'practice:*' ORDER BY "
        "created",
        VT_DB_T(site), VT_DB_N(from), VT_DB_N(to));
    int step, err = VT_OK;
    size_t n = 0;
    while ((step = vt_db_step(manage->db, stmt)) == VT_DB_ROW && !err)
        err = ++n > VT_REPORT_SESSIONS ? VT_ERR_FULL : take(stmt, row, arg);
    if (step == VT_DB_ROW)
        vt_db_end(stmt);
    return err ? err : step;
}
