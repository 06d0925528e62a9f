/* SPDX-License-Identifier: Apache-2.0 */
/* What the store says of stock, in the columns of a shelf: only what changed since it was looked at last. */
#include <string.h>

#include "server/store/imports.h"
#include "server/store/sqlite_manage.h"
#include "server/store/sqlite_shelf.h"

static struct vt_shelf_entry *entry_of(struct vt_shelf *shelf, struct vt_str sku)
{
    struct vt_shelf_entry *entry = NULL;
    struct vt_stmt *stmt = vt_db_start(&shelf->db, "SELECT id FROM variant WHERE sku=?", VT_DB_T(sku));
    if (vt_db_step(&shelf->db, stmt) != VT_DB_ROW)
        return NULL;
    size_t id = (size_t)vt_db_int(stmt, 0);
    if (id > 0 && id <= shelf->entries_n)
        entry = &shelf->entries[id - 1];
    vt_db_end(stmt);
    return entry;
}

/* -1: a branch too many, which counts for nothing. */
static int branch_of(struct vt_shelf *shelf, struct vt_str branch)
{
    for (size_t i = 0; i < shelf->branches_n; i++)
        if (vt_str_eq(shelf->branches[i], branch))
            return (int)i;
    if (shelf->branches_n == VT_SHELF_BRANCHES)
        return -1;
    struct vt_str name = vt_arena_str(&shelf->arena, branch);
    if (!name.ptr)
        return -1;
    shelf->branches[shelf->branches_n] = name;
    return (int)shelf->branches_n++;
}

static void set_stock(struct vt_shelf *shelf, struct vt_str sku, struct vt_str branch, int64_t quantity)
{
    struct vt_shelf_entry *entry = entry_of(shelf, sku);
    int at = entry ? branch_of(shelf, branch) : -1;
    if (at < 0)
        return;
    entry->counted = true;
    if (quantity > 0)
        entry->branches |= (uint64_t)1 << at;
    else
        entry->branches &= ~((uint64_t)1 << at);
}

static int look(struct vt_shelf *shelf, struct vt_db *db, struct vt_str site)
{
    int err;
    struct vt_stmt *stmt = vt_db_start(
        db, "SELECT sku, branch, quantity, at FROM stock WHERE site=? AND at > ? ORDER BY at", VT_DB_T(site),
        VT_DB_N(shelf->stock_at));
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        const char *sku = vt_db_cstr(stmt, 0);
        const char *branch = vt_db_cstr(stmt, 1);
        set_stock(shelf, vt_str(sku), vt_str(branch), vt_db_int(stmt, 2));
        shelf->stock_at = vt_db_int(stmt, 3);
    }
    return err;
}

int vt_shelf_look_stock(struct vt_shelf *shelf, struct vt_manage *manage, struct vt_str site)
{
    return look(shelf, manage->db, site);
}

int vt_shelf_load_stock(struct vt_shelf *shelf, const char *data_dir, const char *address, struct vt_str site)
{
    struct vt_db db;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf unused = VT_BUF_INIT(1024);
    int err = vt_db_open_store(&db, data_dir, address, true, &unused);
    if (err)
        return err;
    err = look(shelf, &db, site);
    vt_db_close(&db);
    return err;
}
