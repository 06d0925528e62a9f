/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/err.h"
#include "server/store/offers.h"
#include "server/store/sqlite_manage.h"

/* An offer is a row of the thread, and so is its end: nothing else is kept of it. */
int vt_offer_look(struct vt_manage *manage, struct vt_str site, struct vt_str conv, uint32_t cs, int64_t now,
                  enum vt_offer_state *ret_state)
{
    static const char sql[] =
        "SELECT coalesce((SELECT kind FROM message WHERE site=?1 AND conv=?2 AND cs>?3 AND kind IN"
        " ('offer.take', 'offer.drop') AND CAST(body ->> '$.offer' AS BIGINT)=?3 ORDER BY cs LIMIT 1), ''),"
        " coalesce(CAST(body ->> '$.until' AS BIGINT), 0) FROM message WHERE site=?1 AND conv=?2 AND cs=?3"
        " AND kind='offer.make'";
    struct vt_stmt *stmt = vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_T(conv), VT_DB_N(cs));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    struct vt_str end = vt_str(vt_db_cstr(stmt, 0));
    *ret_state = vt_str_eq(end, VT_STR("offer.take"))   ? VT_OFFER_TAKEN
                 : vt_str_eq(end, VT_STR("offer.drop")) ? VT_OFFER_DROPPED
                 : vt_db_int(stmt, 1) <= now            ? VT_OFFER_OVER
                                                        : VT_OFFER_OPEN;
    vt_db_end(stmt);
    return VT_OK;
}

int vt_offer_code_add(struct vt_manage *manage, struct vt_str site, struct vt_str code, struct vt_str conv,
                      int64_t until, int64_t now)
{
    int err = vt_db_run(manage->db,
                        "DELETE FROM offer_code WHERE (site, code) IN"
                        " (SELECT site, code FROM offer_code WHERE until <= ? LIMIT 16)",
                        VT_DB_N(now));
    return err ? err
               : vt_db_run(manage->db, "INSERT INTO offer_code (site, code, conv, until) VALUES (?, ?, ?, ?)",
                           VT_DB_T(site), VT_DB_T(code), VT_DB_T(conv), VT_DB_N(until));
}

struct redeemed {
    struct vt_str conv, body;
    int64_t used;
};

static void read_redeemed(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct redeemed *)ret_item = (struct redeemed){ .conv = vt_db_text(stmt, 0, arena, err),
                                                      .body = vt_db_text(stmt, 1, arena, err),
                                                      .used = vt_db_int(stmt, 2) };
}

int vt_offer_redeem(struct vt_manage *manage, struct vt_str site, struct vt_str code, int64_t now,
                    struct vt_arena *arena, struct vt_str *ret_conv, struct vt_str *ret_body)
{
    static const char sql[] =
        "SELECT o.conv, m.body, o.used FROM offer_code o JOIN message m ON m.site=o.site AND m.conv=o.conv"
        " AND m.kind='offer.make' AND m.body ->> '$.code'=o.code"
        " WHERE o.site=?1 AND o.code=?2 AND o.until>?3 AND NOT EXISTS (SELECT 1 FROM message d"
        " WHERE d.site=o.site AND d.conv=o.conv AND d.kind='offer.drop'"
        " AND CAST(d.body ->> '$.offer' AS BIGINT)=m.cs) LIMIT 1";
    struct redeemed found;
    int err = vt_manage_read_one(manage,
                                 vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_T(code), VT_DB_N(now)),
                                 arena, read_redeemed, &found);
    if (err)
        return err;
    if (found.used > 0)
        return VT_ERR_EXISTS;
    *ret_conv = found.conv;
    *ret_body = found.body;
    return vt_db_run(manage->db, "UPDATE offer_code SET used=? WHERE site=? AND code=?", VT_DB_N(now),
                     VT_DB_T(site), VT_DB_T(code));
}
