/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/store/sqlite_manage.h"
#include "server/store/watches.h"

#define MONTH_MS (30 * INT64_C(86400000))
#define COLUMNS                                                                                              \
    "id, site, conv, sku, variant, stock, price, there, cost, currency, created, until, told, due, notes"

static void read_watch(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_watch *)ret_item = (struct vt_watch){
        .id = vt_db_int(stmt, 0),
        .site = vt_db_text(stmt, 1, arena, err),
        .conv = vt_db_text(stmt, 2, arena, err),
        .sku = vt_db_text(stmt, 3, arena, err),
        .variant = vt_db_text(stmt, 4, arena, err),
        .stock = vt_db_int(stmt, 5) != 0,
        .price = vt_db_int(stmt, 6) != 0,
        .there = vt_db_int(stmt, 7) != 0,
        .cost = vt_db_int(stmt, 8),
        .currency = vt_db_text(stmt, 9, arena, err),
        .created = vt_db_int(stmt, 10),
        .until = vt_db_int(stmt, 11),
        .told = vt_db_int(stmt, 12),
        .due = vt_db_int(stmt, 13),
        .notes = vt_db_int(stmt, 14),
    };
}

/* --- the customer's own -------------------------------------------------------------------- */

static int count_others(struct vt_manage *manage, const struct vt_watch *watch, size_t *ret_n)
{
    struct vt_stmt *stmt = vt_db_start(
        manage->db, "SELECT count(*) FROM watch WHERE site=?1 AND conv=?2 AND NOT (sku=?3 AND variant=?4)",
        VT_DB_T(watch->site), VT_DB_T(watch->conv), VT_DB_T(watch->sku), VT_DB_T(watch->variant));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_n = (size_t)vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

int vt_watch_put(struct vt_manage *manage, const struct vt_watch *watch, size_t most)
{
    size_t others = 0;
    int err = count_others(manage, watch, &others);
    if (err || others >= most)
        return err ? err : VT_ERR_CAP_REACHED;
    return vt_db_run(
        manage->db,
        "INSERT INTO watch (site, conv, sku, variant, stock, price, there, cost, currency, created, until, "
        "due)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE EXISTS"
        " (SELECT 1 FROM conversation WHERE site=?1 AND conv=?2)"
        " ON CONFLICT (site, conv, sku, variant) DO UPDATE SET stock=?5, price=?6, there=?7, cost=?8,"
        " currency=?9, until=?11, due=?12",
        VT_DB_T(watch->site), VT_DB_T(watch->conv), VT_DB_T(watch->sku), VT_DB_T(watch->variant),
        VT_DB_N(watch->stock), VT_DB_N(watch->price), VT_DB_N(watch->there), VT_DB_N(watch->cost),
        VT_DB_T(watch->currency), VT_DB_N(watch->created), VT_DB_N(watch->until), VT_DB_N(watch->due));
}

int vt_watch_drop(struct vt_manage *manage, struct vt_str site, struct vt_str conv, struct vt_str sku,
                  struct vt_str variant)
{
    return vt_db_run(
        manage->db, "DELETE FROM watch WHERE site=?1 AND conv=?2 AND (?3 IS NULL OR (sku=?3 AND variant=?4))",
        VT_DB_T(site), VT_DB_T(conv), VT_DB_T(sku), VT_DB_T(variant));
}

int vt_watch_list(struct vt_manage *manage, struct vt_str site, struct vt_str conv, struct vt_arena *arena,
                  struct vt_watch **ret_watches, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          "SELECT " COLUMNS " FROM watch WHERE site=? AND conv=? ORDER BY id",
                                          VT_DB_T(site), VT_DB_T(conv)),
                              arena, sizeof(**ret_watches), read_watch, ret_watches, ret_n);
}

/* --- comparing ----------------------------------------------------------------------------- */

static void read_mark(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_watch_mark *)ret_item = (struct vt_watch_mark){ .site = vt_db_text(stmt, 0, arena, err),
                                                                .generation = vt_db_int(stmt, 1),
                                                                .stock = vt_db_int(stmt, 2),
                                                                .newest = vt_db_int(stmt, 3) };
}

int vt_watch_marks(struct vt_manage *manage, struct vt_arena *arena, struct vt_watch_mark **ret_marks,
                   size_t *ret_n)
{
    return vt_manage_read_all(
        manage,
        vt_db_start_values(manage->db,
                           "SELECT s.site, coalesce(m.generation, 0), coalesce(m.stock, 0),"
                           " coalesce((SELECT max(at) FROM stock t WHERE t.site=s.site), 0)"
                           " FROM site s LEFT JOIN watch_mark m ON m.site=s.site"
                           " WHERE EXISTS (SELECT 1 FROM watch w WHERE w.site=s.site) ORDER BY s.site",
                           NULL, 0),
        arena, sizeof(**ret_marks), read_mark, ret_marks, ret_n);
}

int vt_watch_mark_put(struct vt_manage *manage, const struct vt_watch_mark *mark)
{
    return vt_db_run(manage->db,
                     "INSERT INTO watch_mark (site, generation, stock) VALUES (?1, ?2, ?3)"
                     " ON CONFLICT (site) DO UPDATE SET generation=?2, stock=?3",
                     VT_DB_T(mark->site), VT_DB_N(mark->generation), VT_DB_N(mark->stock));
}

struct changed {
    struct vt_str sku;
    int64_t at;
};

static void read_changed(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct changed *)ret_item = (struct changed){ vt_db_text(stmt, 0, arena, err), vt_db_int(stmt, 1) };
}

int vt_watch_stock(struct vt_manage *manage, const struct vt_watch_mark *mark, size_t limit,
                   struct vt_arena *arena, struct vt_str **ret_skus, size_t *ret_n, int64_t *ret_last)
{
    struct changed *rows = NULL;
    size_t n = 0;
    int err = vt_manage_read_all(
        manage,
        vt_db_start(manage->db, "SELECT sku, at FROM stock WHERE site=? AND at > ? ORDER BY at LIMIT ?",
                    VT_DB_T(mark->site), VT_DB_N(mark->stock), VT_DB_N(limit)),
        arena, sizeof(*rows), read_changed, &rows, &n);
    struct vt_str *skus = vt_arena_array(arena, n + 1, sizeof(*skus));
    if (err || !skus)
        return err ? err : VT_ERR_NOMEM;
    for (size_t i = 0; i < n; i++)
        skus[i] = rows[i].sku;
    *ret_skus = skus;
    *ret_n = n;
    *ret_last = n > 0 ? rows[n - 1].at : mark->newest;
    return VT_OK;
}

int vt_watch_page(struct vt_manage *manage, struct vt_str site, struct vt_str sku, int64_t after,
                  size_t limit, struct vt_arena *arena, struct vt_watch **ret_watches, size_t *ret_n)
{
    static const char all[] = "SELECT " COLUMNS " FROM watch WHERE site=?1 AND id > ?2 ORDER BY id LIMIT ?3";
    static const char one[] = "SELECT " COLUMNS " FROM watch WHERE site=?1 AND id > ?2 AND sku=?4"
                              " ORDER BY id LIMIT ?3";
    struct vt_stmt *stmt = sku.ptr
                               ? vt_db_start(manage->db, one, VT_DB_T(site), VT_DB_N(after), VT_DB_N(limit),
                                             VT_DB_T(sku))
                               : vt_db_start(manage->db, all, VT_DB_T(site), VT_DB_N(after), VT_DB_N(limit));
    return vt_manage_read_all(manage, stmt, arena, sizeof(**ret_watches), read_watch, ret_watches, ret_n);
}

int vt_watch_seen(struct vt_manage *manage, const struct vt_watch *watch)
{
    return vt_db_run(manage->db, "UPDATE watch SET there=?2, due=?3 WHERE id=?1 AND site=?4",
                     VT_DB_N(watch->id), VT_DB_N(watch->there), VT_DB_N(watch->due), VT_DB_T(watch->site));
}

/* --- telling ------------------------------------------------------------------------------- */

int vt_watch_due(struct vt_manage *manage, int64_t now, struct vt_arena *arena, struct vt_watch *ret_watch)
{
    return vt_manage_read_one(manage,
                              vt_db_start(manage->db,
                                          "SELECT " COLUMNS
                                          " FROM watch WHERE due > 0 AND due <= ? ORDER BY due LIMIT 1",
                                          VT_DB_N(now)),
                              arena, read_watch, ret_watch);
}

/* The most-th newest note must have been a month ago. */
int vt_watch_room(struct vt_manage *manage, const struct vt_watch *watch, uint32_t most, int64_t now,
                  int64_t *ret_when)
{
    struct vt_stmt *stmt = vt_db_start(manage->db,
                                       "SELECT at FROM watch_told WHERE site=? AND conv=? AND at > ?"
                                       " ORDER BY at DESC LIMIT 1 OFFSET ?",
                                       VT_DB_T(watch->site), VT_DB_T(watch->conv), VT_DB_N(now - MONTH_MS),
                                       VT_DB_N(most > 0 ? most - 1 : 0));
    int err = vt_db_step(manage->db, stmt);
    *ret_when = 0;
    if (err != VT_DB_ROW)
        return err;
    *ret_when = vt_db_int(stmt, 0) + MONTH_MS;
    vt_db_end(stmt);
    return VT_OK;
}

int vt_watch_told(struct vt_manage *manage, const struct vt_watch *watch, int64_t now)
{
    int err = vt_db_run(manage->db,
                        "UPDATE watch SET there=?2, cost=?3, currency=?4, told=?5, notes=notes+1, due=0"
                        " WHERE id=?1 AND site=?6",
                        VT_DB_N(watch->id), VT_DB_N(watch->there), VT_DB_N(watch->cost),
                        VT_DB_T(watch->currency), VT_DB_N(now), VT_DB_T(watch->site));
    bool is_there = !err && vt_db_changes(manage->db) > 0; /* else the customer was erased meanwhile */
    if (!err && is_there)
        err = vt_db_run(manage->db,
                        "INSERT INTO watch_told (site, conv, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        VT_DB_T(watch->site), VT_DB_T(watch->conv), VT_DB_N(now));
    return err;
}

int vt_watch_sweep(struct vt_manage *manage, int64_t now, size_t limit, size_t *io_n)
{
    int err = vt_db_run(manage->db,
                        "DELETE FROM watch WHERE id IN (SELECT id FROM watch WHERE until <= ? LIMIT ?)",
                        VT_DB_N(now), VT_DB_N(limit));
    *io_n += err ? 0 : (size_t)vt_db_changes(manage->db);
    if (err)
        return err;
    err = vt_db_run(manage->db,
                    "DELETE FROM watch_told WHERE (site, conv, at) IN (SELECT site, conv, at FROM watch_told"
                    " WHERE at <= ? LIMIT ?)",
                    VT_DB_N(now - MONTH_MS), VT_DB_N(limit));
    *io_n += err ? 0 : (size_t)vt_db_changes(manage->db);
    return err;
}
