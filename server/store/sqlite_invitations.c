/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/invitations.h"
#include "server/store/sqlite_manage.h"

enum { KEPT_DAYS = 400 }; /* as far back as a report goes */

int vt_invitation_add(struct vt_manage *manage, const struct vt_invitation_count *count)
{
    int err = vt_db_run(manage->db,
                        "INSERT INTO invitation_count (site, rule, day, shown, accepted, closed)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (site, rule, day) DO UPDATE SET"
                        " shown=invitation_count.shown+?4, accepted=invitation_count.accepted+?5,"
                        " closed=invitation_count.closed+?6",
                        VT_DB_T(count->site), VT_DB_T(count->rule), VT_DB_N(count->day),
                        VT_DB_N(count->n[VT_INVITATION_SHOWN]), VT_DB_N(count->n[VT_INVITATION_ACCEPTED]),
                        VT_DB_N(count->n[VT_INVITATION_CLOSED]));
    return err ? err
               : vt_db_run(manage->db, "DELETE FROM invitation_count WHERE site=? AND rule=? AND day < ?",
                           VT_DB_T(count->site), VT_DB_T(count->rule), VT_DB_N(count->day - KEPT_DAYS));
}

static void read_count(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_invitation_count *)ret_item = (struct vt_invitation_count){
        .rule = vt_db_text(stmt, 0, arena, err),
        .n = { vt_db_int(stmt, 1), vt_db_int(stmt, 2), vt_db_int(stmt, 3) },
    };
}

int vt_invitation_counts(struct vt_manage *manage, struct vt_str site, int64_t from_day,
                         struct vt_arena *arena, struct vt_invitation_count **ret_counts, size_t *ret_n)
{
    return vt_manage_read_all(
        manage,
        vt_db_start(manage->db,
                    "SELECT rule, sum(shown), sum(accepted), sum(closed) FROM invitation_count"
                    " WHERE site=? AND day >= ? GROUP BY rule ORDER BY 2 DESC, rule LIMIT 100",
                    VT_DB_T(site), VT_DB_N(from_day)),
        arena, sizeof(**ret_counts), read_count, ret_counts, ret_n);
}
