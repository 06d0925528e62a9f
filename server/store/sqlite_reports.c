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
                                                 .associate = borrow(stmt, 9),
                                                 .sold = vt_db_int(stmt, 10) != 0 });
}

int vt_report_sessions(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                       vt_report_row_fn *row, void *arg)
{
    sqlite3_stmt *stmt = vt_db_start(
        manage->db,
        "SELECT created, taken, ended, replied, eta_low, eta_high, coalesce(stars, 0), asked,"
        " coalesce(queue, ''), associate, EXISTS (SELECT 1 FROM sale_credit c JOIN sale USING (site, "
        "reference)"
        " WHERE c.site=session.site AND c.sid=session.sid AND (back<value OR back=0)) FROM session"
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

/* --- what was sold ------------------------------------------------------------------------- */

static int take_sale(sqlite3_stmt *stmt, vt_report_sale_fn *row, void *arg)
{
    return row(arg, &(struct vt_report_sale){ .placed = vt_db_int(stmt, 0),
                                              .value = vt_db_int(stmt, 1),
                                              .back = vt_db_int(stmt, 2),
                                              .share = vt_db_int(stmt, 3),
                                              .seen = vt_db_int(stmt, 4) != 0,
                                              .queue = borrow(stmt, 5),
                                              .associate = borrow(stmt, 6),
                                              .pieces = vt_db_int(stmt, 7),
                                              .sku = borrow(stmt, 8),
                                              .name = borrow(stmt, 9) });
}

#define WHICH " WHERE s.site=?1 AND s.placed>=?2 AND s.placed<?3 AND s.currency=?4 ORDER BY s.placed"

int vt_report_sales(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                    struct vt_str currency, bool lines, vt_report_sale_fn *row, void *arg)
{
    static const char orders[] =
        "SELECT s.placed, s.value, s.back, c.share, EXISTS (SELECT 1 FROM sale_item i WHERE i.site=s.site AND"
        " i.reference=s.reference AND i.seen), coalesce(c.queue, ''), c.associate,"
        " (SELECT coalesce(sum(qty-i.back), 0) FROM sale_item i WHERE i.site=s.site AND"
        " i.reference=s.reference), NULL, NULL"
        " FROM sale s JOIN sale_credit c ON c.site=s.site AND c.reference=s.reference" WHICH;
    static const char by_line[] =
        "SELECT s.placed, i.qty*coalesce(i.price, 0), i.back*coalesce(i.price, 0), c.share, i.seen,"
        " coalesce(c.queue, ''), c.associate, i.qty-i.back, i.sku, i.name"
        " FROM sale s JOIN sale_credit c ON c.site=s.site AND c.reference=s.reference"
        " JOIN sale_item i ON i.site=s.site AND i.reference=s.reference" WHICH;
    sqlite3_stmt *stmt = vt_db_start(manage->db, lines ? by_line : orders, VT_DB_T(site), VT_DB_N(from),
                                     VT_DB_N(to), VT_DB_T(currency));
    int step, err = VT_OK;
    size_t n = 0;
    while ((step = vt_db_step(manage->db, stmt)) == VT_DB_ROW && !err)
        err = ++n > VT_REPORT_SESSIONS ? VT_ERR_FULL : take_sale(stmt, row, arg);
    if (step == VT_DB_ROW)
        vt_db_end(stmt);
    return err ? err : step;
}

static void read_currency(sqlite3_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

int vt_report_currencies(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                         struct vt_arena *arena, struct vt_str **ret_currencies, size_t *ret_n)
{
    static const char sql[] =
        "SELECT currency FROM sale s WHERE site=? AND placed>=? AND placed<? AND EXISTS (SELECT 1 FROM"
        " sale_credit c WHERE c.site=s.site AND c.reference=s.reference) GROUP BY currency"
        " ORDER BY count(*) DESC, currency LIMIT 20";
    return vt_manage_read_all(manage, vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_N(from), VT_DB_N(to)),
                              arena, sizeof(**ret_currencies), read_currency, (void *)ret_currencies, ret_n);
}
