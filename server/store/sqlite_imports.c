/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/imports.h"

#include "server/base/ids.h"
#include "server/store/sqlite_manage.h"

#define COLUMNS                                                                                              \
    "site, generation, url, every, etag, modified, next, tries, began, ended, good, source, why, products,"  \
    " variants, refused, report"

static void read_catalogue(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_store_catalogue *)ret_item = (struct vt_store_catalogue){
        .site = vt_db_text(stmt, 0, arena, err),
        .generation = vt_db_int(stmt, 1),
        .url = vt_db_text(stmt, 2, arena, err),
        .every_ms = vt_db_int(stmt, 3),
        .etag = vt_db_text(stmt, 4, arena, err),
        .modified = vt_db_text(stmt, 5, arena, err),
        .next = vt_db_int(stmt, 6),
        .tries = (uint32_t)vt_db_int(stmt, 7),
        .began = vt_db_int(stmt, 8),
        .ended = vt_db_int(stmt, 9),
        .good = vt_db_int(stmt, 10),
        .source = vt_db_text(stmt, 11, arena, err),
        .why = vt_db_text(stmt, 12, arena, err),
        .products = vt_db_int(stmt, 13),
        .variants = vt_db_int(stmt, 14),
        .refused = vt_db_int(stmt, 15),
        .report = vt_db_text(stmt, 16, arena, err),
    };
}

int vt_manage_catalogue_get(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                            struct vt_store_catalogue *ret_catalogue)
{
    return vt_manage_read_one(
        manage, vt_db_start(manage->db, "SELECT " COLUMNS " FROM catalogue WHERE site=?", VT_DB_T(site)),
        arena, read_catalogue, ret_catalogue);
}

int vt_manage_catalogues_due(struct vt_manage *manage, int64_t now, size_t limit, struct vt_arena *arena,
                             struct vt_store_catalogue **ret_catalogues, size_t *ret_n)
{
    *ret_catalogues = NULL;
    *ret_n = 0;
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          "SELECT " COLUMNS " FROM catalogue WHERE next > 0 AND next <= ?"
                                          " AND url <> '' ORDER BY next LIMIT ?",
                                          VT_DB_N(now), VT_DB_N(limit)),
                              arena, sizeof(**ret_catalogues), read_catalogue, ret_catalogues, ret_n);
}

int vt_manage_catalogue_feed(struct vt_manage *manage, struct vt_str site, struct vt_str url,
                             int64_t every_ms, int64_t next)
{
    return vt_manage_run(
        manage, false, true,
        "INSERT INTO catalogue (site, url, every, next) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (site) DO UPDATE SET etag=iif(catalogue.url=?2, catalogue.etag, NULL),"
        " modified=iif(catalogue.url=?2, catalogue.modified, NULL), url=?2, every=?3, next=?4, tries=0",
        VT_DB_T(site), VT_DB_T(url), VT_DB_N(every_ms), VT_DB_N(next));
}

int vt_manage_catalogue_serve(struct vt_manage *manage, const struct vt_store_catalogue *catalogue)
{
    int err = vt_manage_run(
        manage, true, true,
        "INSERT INTO catalogue (site, generation, etag, modified, next, began, ended, good, source, products,"
        " variants, refused, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT (site) DO UPDATE SET generation=?2, etag=?3, modified=?4, next=?5, tries=0, began=?6,"
        " ended=?7, good=?7, source=?8, why=NULL, products=?9, variants=?10, refused=?11, report=?12"
        " WHERE catalogue.generation < ?2",
        VT_DB_T(catalogue->site), VT_DB_N(catalogue->generation), VT_DB_T(catalogue->etag),
        VT_DB_T(catalogue->modified), VT_DB_N(catalogue->next), VT_DB_N(catalogue->began),
        VT_DB_N(catalogue->ended), VT_DB_T(catalogue->source), VT_DB_N(catalogue->products),
        VT_DB_N(catalogue->variants), VT_DB_N(catalogue->refused), VT_DB_T(catalogue->report));
    return err == VT_ERR_MISSING ? VT_ERR_STALE : err;
}

int vt_manage_catalogue_keep(struct vt_manage *manage, const struct vt_store_catalogue *catalogue)
{
    return vt_manage_run(
        manage, false, true,
        "INSERT INTO catalogue (site, next, tries, began, ended, source, why, report)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (site) DO UPDATE SET next=?2, tries=?3, "
        "began=?4,"
        " ended=?5, good=iif(?7 IS NULL, ?5, catalogue.good), source=?6, why=?7,"
        " report=coalesce(?8, catalogue.report)",
        VT_DB_T(catalogue->site), VT_DB_N(catalogue->next), VT_DB_N(catalogue->tries),
        VT_DB_N(catalogue->began), VT_DB_N(catalogue->ended), VT_DB_T(catalogue->source),
        VT_DB_T(catalogue->why), VT_DB_T(catalogue->report));
}

/* --- what follows an import ---------------------------------------------------------------------- */

struct follow {
    struct vt_manage *manage;
    struct vt_str site;
    int64_t generation, at;
};

static int want_picture(void *arg, struct vt_str url, struct vt_str sku)
{
    struct follow *follow = arg;
    return vt_manage_picture_want(follow->manage, follow->site, follow->generation, url, sku);
}

static int next_at(struct vt_manage *manage, struct vt_str site, int64_t *ret_at)
{
    struct vt_stmt *stmt = vt_db_start(manage->db, "SELECT coalesce(max(at), 0) + 1 FROM stock WHERE site=?",
                                       VT_DB_T(site));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_at = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

static int put_stock(void *arg, struct vt_str sku, struct vt_str branch, int64_t quantity)
{
    const struct follow *follow = arg;
    return vt_db_run(
        follow->manage->db,
        "INSERT INTO stock (site, sku, branch, quantity, at, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (site, sku, branch) DO UPDATE SET quantity=?4, at=iif(stock.quantity=?4, stock.at, ?5),"
        " run=?6",
        VT_DB_T(follow->site), VT_DB_T(sku), VT_DB_T(branch), VT_DB_N(quantity), VT_DB_N(follow->at),
        VT_DB_N(follow->generation));
}

/* They stay as 0, so that whoever has read them before learns of it. */
static int prune(struct vt_manage *manage, struct vt_str site, int64_t run, size_t limit, size_t *ret_n)
{
    int64_t at;
    int err = next_at(manage, site, &at);
    if (!err)
        err = vt_db_run(
            manage->db,
            "UPDATE stock SET quantity=0, at=?3, run=?2 WHERE site=?1 AND (sku, branch) IN (SELECT"
            " sku, branch FROM stock WHERE site=?1 AND run<>?2 AND quantity <> 0 LIMIT ?4)",
            VT_DB_T(site), VT_DB_N(run), VT_DB_N(at), VT_DB_N(limit));
    *ret_n = (size_t)vt_db_changes(manage->db);
    return err;
}

static int follow_step(struct follow *follow, struct vt_shelf *shelf, struct vt_imports_progress *progress)
{
    int64_t last = 0;
    size_t n = 0;
    int err = VT_OK;
    if (progress->step == VT_IMPORTS_PICTURES) {
        err = vt_shelf_addresses(shelf, progress->address, VT_IMPORTS_CHUNK, want_picture, follow, &last);
        progress->address = last;
    } else if (progress->step == VT_IMPORTS_DROP) {
        err = vt_manage_pictures_drop(follow->manage, follow->site, follow->generation, VT_IMPORTS_CHUNK, &n);
        last = (int64_t)n;
    } else if (progress->step == VT_IMPORTS_STOCK) {
        err = next_at(follow->manage, follow->site, &follow->at);
        if (!err)
            err = vt_shelf_stock(shelf, progress->stock, VT_IMPORTS_CHUNK, put_stock, follow, &last);
        progress->stock = last;
    } else if (progress->is_stock) {
        err = prune(follow->manage, follow->site, follow->generation, VT_IMPORTS_CHUNK, &n);
        last = (int64_t)n;
    }
    if (!err && last == 0)
        progress->step++;
    progress->done = progress->step == VT_IMPORTS_END;
    return err;
}

int vt_manage_catalogue_follow(struct vt_manage *manage, struct vt_shelf *shelf, struct vt_str site,
                               int64_t generation, struct vt_imports_progress *ret_progress)
{
    struct follow follow = { .manage = manage, .site = site, .generation = generation };
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = follow_step(&follow, shelf, ret_progress);
    return vt_manage_finish(manage, err, false);
}

/* --- stock --------------------------------------------------------------------------------------- */

int vt_manage_stock_put(struct vt_manage *manage, struct vt_str site, int64_t run,
                        const struct vt_store_stock *rows, size_t n)
{
    struct follow follow = { .manage = manage, .site = site, .generation = run };
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = next_at(manage, site, &follow.at);
    for (size_t i = 0; i < n && !err; i++)
        err = put_stock(&follow, rows[i].sku, rows[i].branch, rows[i].quantity);
    return vt_manage_finish(manage, err, false);
}

static void read_stock(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_store_stock *)ret_item = (struct vt_store_stock){ .sku = vt_db_text(stmt, 0, arena, err),
                                                                  .branch = vt_db_text(stmt, 1, arena, err),
                                                                  .quantity = vt_db_int(stmt, 2) };
}

#define OF_SKUS(skus)                                                                                        \
    "SELECT sku, branch, quantity FROM stock WHERE site=? AND sku IN (" skus ") ORDER BY sku, branch"

int vt_manage_stock_of(struct vt_manage *manage, struct vt_str site, const struct vt_str *skus, size_t n,
                       struct vt_arena *arena, struct vt_store_stock **ret_rows, size_t *ret_n)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf list = VT_BUF_INIT(1 << 20);
    vt_buf_byte(&list, '[');
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&list, i ? "," : "");
        vt_buf_json_string(&list, skus[i]);
    }
    vt_buf_byte(&list, ']');
    *ret_rows = NULL;
    *ret_n = 0;
    const char *sql = vt_db_either(manage->db, OF_SKUS("SELECT value FROM json_each(?)"),
                                   OF_SKUS("SELECT json_array_elements_text(?::json)"));
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_T(vt_buf_view(&list))), arena,
                              sizeof(**ret_rows), read_stock, ret_rows, ret_n);
}
