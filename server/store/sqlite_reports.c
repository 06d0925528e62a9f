/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/reports.h"

#include "server/base/err.h"
#include "server/base/money.h"
#include "server/store/sqlite_manage.h"

static int take(struct vt_stmt *stmt, vt_report_row_fn *row, void *arg)
{
    return row(arg, &(struct vt_report_session){ .created = vt_db_int(stmt, 0),
                                                 .taken = vt_db_int(stmt, 1),
                                                 .ended = vt_db_int(stmt, 2),
                                                 .replied = vt_db_int(stmt, 3),
                                                 .eta_low = vt_db_int(stmt, 4),
                                                 .eta_high = vt_db_int(stmt, 5),
                                                 .stars = vt_db_int(stmt, 6),
                                                 .asked = vt_db_int(stmt, 7) != 0,
                                                 .queue = vt_db_view(stmt, 8),
                                                 .associate = vt_db_view(stmt, 9),
                                                 .sold = vt_db_int(stmt, 10) != 0,
                                                 .viewed = vt_db_int(stmt, 11) != 0 });
}

int vt_report_sessions(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                       vt_report_row_fn *row, void *arg)
{
    struct vt_stmt *stmt = vt_db_start(
        manage->db,
        "SELECT created, taken, ended, replied, eta_low, eta_high, coalesce(stars, 0), asked,"
        " coalesce(queue, ''), associate, EXISTS (SELECT 1 FROM sale_credit c JOIN sale USING (site, "
        "reference)"
        " WHERE c.site=session.site AND c.sid=session.sid AND (back<value OR back=0)),"
        " view IS NOT NULL OR EXISTS (SELECT 1 FROM message m WHERE m.site=session.site AND"
        " m.conv=session.conv AND m.sid=session.sid AND m.kind='view.kept') FROM session"
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

static int take_sale(struct vt_stmt *stmt, vt_report_sale_fn *row, void *arg)
{
    return row(arg, &(struct vt_report_sale){ .placed = vt_db_int(stmt, 0),
                                              .value = vt_db_int(stmt, 1),
                                              .back = vt_db_int(stmt, 2),
                                              .share = vt_db_int(stmt, 3),
                                              .seen = vt_db_int(stmt, 4) != 0,
                                              .queue = vt_db_view(stmt, 5),
                                              .associate = vt_db_view(stmt, 6),
                                              .pieces = vt_db_int(stmt, 7),
                                              .sku = vt_db_view(stmt, 8),
                                              .name = vt_db_view(stmt, 9) });
}

#define WHICH " WHERE s.site=?1 AND s.placed>=?2 AND s.placed<?3 AND s.currency=?4 ORDER BY s.placed"

int vt_report_sales(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to,
                    struct vt_str currency, bool lines, vt_report_sale_fn *row, void *arg)
{
    static const char orders[] =
        "SELECT s.placed, s.value, s.back, c.share, EXISTS (SELECT 1 FROM sale_item i WHERE i.site=s.site AND"
        " i.reference=s.reference AND i.seen<>0), coalesce(c.queue, ''), c.associate,"
        " (SELECT coalesce(sum(qty-i.back), 0) FROM sale_item i WHERE i.site=s.site AND"
        " i.reference=s.reference), NULL, NULL"
        " FROM sale s JOIN sale_credit c ON c.site=s.site AND c.reference=s.reference" WHICH;
    static const char by_line[] =
        "SELECT s.placed, i.qty*coalesce(i.price, 0), i.back*coalesce(i.price, 0), c.share, i.seen,"
        " coalesce(c.queue, ''), c.associate, i.qty-i.back, i.sku, i.name"
        " FROM sale s JOIN sale_credit c ON c.site=s.site AND c.reference=s.reference"
        " JOIN sale_item i ON i.site=s.site AND i.reference=s.reference" WHICH;
    struct vt_stmt *stmt = vt_db_start(manage->db, lines ? by_line : orders, VT_DB_T(site), VT_DB_N(from),
                                       VT_DB_N(to), VT_DB_T(currency));
    int step, err = VT_OK;
    size_t n = 0;
    while ((step = vt_db_step(manage->db, stmt)) == VT_DB_ROW && !err)
        err = ++n > VT_REPORT_SESSIONS ? VT_ERR_FULL : take_sale(stmt, row, arg);
    if (step == VT_DB_ROW)
        vt_db_end(stmt);
    return err ? err : step;
}

/* --- what was offered ---------------------------------------------------------------------- */

static int take_offer(struct vt_stmt *stmt, int64_t now, vt_report_offer_fn *row, void *arg)
{
    struct vt_str end = vt_db_view(stmt, 2);
    struct vt_report_offer offer = { .made = vt_db_int(stmt, 0),
                                     .end = vt_str_eq(end, VT_STR("offer.take"))   ? VT_REPORT_TAKEN
                                            : vt_str_eq(end, VT_STR("offer.drop")) ? VT_REPORT_DROPPED
                                            : vt_db_int(stmt, 3) <= now            ? VT_REPORT_OVER
                                                                                   : VT_REPORT_OPEN,
                                     .queue = vt_db_view(stmt, 4),
                                     .associate = vt_db_view(stmt, 5),
                                     .sku = vt_db_view(stmt, 6),
                                     .title = vt_db_view(stmt, 7) };
    return vt_money_parse(vt_db_view(stmt, 1), &offer.price) == VT_OK ? row(arg, &offer) : VT_OK;
}

int vt_report_offers(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to, int64_t now,
                     struct vt_str currency, vt_report_offer_fn *row, void *arg)
{
    static const char sql[] =
        "SELECT m.ts, m.body->>'price', coalesce((SELECT e.kind FROM message e WHERE e.site=m.site AND"
        " e.conv=m.conv AND e.cs>m.cs AND e.kind IN ('offer.take', 'offer.drop') AND CAST(e.body->>'offer' "
        "AS BIGINT)=m.cs"
        " ORDER BY e.cs LIMIT 1), ''), coalesce(CAST(m.body->>'until' AS BIGINT), 0), coalesce(s.queue, ''), "
        "s.associate,"
        " m.body->>'sku', m.body->>'title' FROM message m LEFT JOIN session s ON s.site=m.site AND "
        "s.sid=m.sid"
        " WHERE m.site=?1 AND m.kind='offer.make' AND m.ts>=?2 AND m.ts<?3 AND m.body->>'currency'=?4"
        " AND coalesce(s.queue, '') NOT GLOB 'practice:*' ORDER BY m.ts";
    struct vt_stmt *stmt = vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_N(from), VT_DB_N(to),
                                       VT_DB_T(currency));
    int step, err = VT_OK;
    size_t n = 0;
    while ((step = vt_db_step(manage->db, stmt)) == VT_DB_ROW && !err)
        err = ++n > VT_REPORT_SESSIONS ? VT_ERR_FULL : take_offer(stmt, now, row, arg);
    if (step == VT_DB_ROW)
        vt_db_end(stmt);
    return err ? err : step;
}

/* --- currencies ---------------------------------------------------------------------------- */

static void read_currency(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

int vt_report_currencies(struct vt_manage *manage, struct vt_str site, int64_t from, int64_t to, bool offers,
                         struct vt_arena *arena, struct vt_str **ret_currencies, size_t *ret_n)
{
    static const char of_offers[] = "SELECT body->>'currency' AS currency FROM message WHERE site=? AND "
                                    "kind='offer.make' AND ts>=? AND ts<?"
                                    " GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 20";
    static const char of_sales[] =
        "SELECT currency FROM sale s WHERE site=? AND placed>=? AND placed<? AND EXISTS (SELECT 1 FROM"
        " sale_credit c WHERE c.site=s.site AND c.reference=s.reference) GROUP BY currency"
        " ORDER BY count(*) DESC, currency LIMIT 20";
    return vt_manage_read_all(
        manage,
        vt_db_start(manage->db, offers ? of_offers : of_sales, VT_DB_T(site), VT_DB_N(from), VT_DB_N(to)),
        arena, sizeof(**ret_currencies), read_currency, (void *)ret_currencies, ret_n);
}
