/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sales.h"
#include "server/store/sqlite_manage.h"

static void read_sku(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

int vt_sale_best(struct vt_manage *manage, struct vt_str site, int64_t from, size_t limit,
                 struct vt_arena *arena, struct vt_str **ret_skus, size_t *ret_n)
{
    static const char sql[] =
        "SELECT i.sku FROM sale s JOIN sale_item i ON i.site=s.site AND i.reference=s.reference"
        " WHERE s.site=? AND s.placed>=? GROUP BY i.sku HAVING sum(i.qty - i.back) > 0"
        " ORDER BY sum(i.qty - i.back) DESC, max(s.placed) DESC LIMIT ?";
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_N(from), VT_DB_N(limit)),
                              arena, sizeof(**ret_skus), read_sku, ret_skus, ret_n);
}
