/* SPDX-License-Identifier: Apache-2.0 */
/* The handle of manage.h, and sites; people and what hangs on them are in sqlite_people.c,
 * sqlite_links.c and sqlite_tokens.c. */
#include "server/store/sqlite_manage.h"

#include "server/base/ids.h"

static struct vt_manage *open_store(const char *data_dir, const char *address, bool read_only,
                                    struct vt_buf *ret_error)
{
    struct vt_manage *manage = calloc(1, sizeof(*manage));
    if (!manage)
        return NULL;
    manage->db = &manage->own;
    int err = vt_db_open_store(manage->db, data_dir, address, read_only, ret_error);
    if (!err && !read_only)
        err = vt_db_migrate(manage->db, ret_error);
    if (!err)
        return manage;
    vt_manage_close(manage);
    return NULL;
}

struct vt_manage *vt_manage_open(const char *data_dir, const char *address, struct vt_buf *ret_error)
{
    return open_store(data_dir, address, false, ret_error);
}

struct vt_manage *vt_manage_look(const char *data_dir, const char *address, struct vt_buf *ret_error)
{
    return open_store(data_dir, address, true, ret_error);
}

void vt_manage_close(struct vt_manage *manage)
{
    if (!manage)
        return;
    vt_db_close(&manage->own);
    free(manage);
}

const char *vt_manage_error(struct vt_manage *manage)
{
    return vt_db_error(manage->db);
}

/* --- what the others share ----------------------------------------------------------------- */

int vt_manage_begin(struct vt_manage *manage)
{
    return manage->inside ? VT_OK : vt_db_begin(manage->db);
}

int vt_manage_finish(struct vt_manage *manage, int err, bool seen)
{
    if (!err && seen)
        err = vt_db_exec(manage->db, "UPDATE meta SET value=value+1 WHERE name='accounts'");
    if (manage->inside)
        return err;
    if (!err)
        return vt_db_commit(manage->db);
    vt_db_go_back(manage->db);
    return err;
}

int vt_manage_changed(struct vt_manage *manage, int err)
{
    return !err && vt_db_changes(manage->db) == 0 ? VT_ERR_MISSING : err;
}

int vt_manage_write(struct vt_manage *manage, bool seen, bool must_change, const char *sql,
                    const struct vt_db_value *values, size_t n)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run_values(manage->db, sql, values, n);
    return vt_manage_finish(manage, must_change ? vt_manage_changed(manage, err) : err, seen);
}

/* Room for one more item; what was there is copied, as arenas do not grow in place. */
static void *grow(struct vt_arena *arena, void *items, size_t n, size_t size)
{
    if (n > 0 && (n & (n - 1)) != 0)
        return items; /* room up to the next power of two */
    void *more = vt_arena_array(arena, n ? n * 2 : 1, size);
    if (more && n > 0)
        memcpy(more, items, n * size);
    return more;
}

int vt_manage_read_all(struct vt_manage *manage, struct vt_stmt *stmt, struct vt_arena *arena, size_t size,
                       vt_manage_read_fn *read, void *ret_items, size_t *ret_n)
{
    char *items = NULL;
    size_t n = 0;
    int err, short_of = VT_OK;
    while ((err = vt_db_step(manage->db, stmt)) == VT_DB_ROW) {
        items = grow(arena, items, n, size);
        if (items)
            read(stmt, arena, items + size * n++, &short_of);
        if (!items || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    if (!err) {
        memcpy(ret_items, &items, sizeof(items)); /* a pointer to the caller's type */
        *ret_n = n;
    }
    return err;
}

int vt_manage_read_one(struct vt_manage *manage, struct vt_stmt *stmt, struct vt_arena *arena,
                       vt_manage_read_fn *read, void *ret_item)
{
    int err = vt_db_step(manage->db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    read(stmt, arena, ret_item, &short_of);
    vt_db_end(stmt);
    return short_of;
}

/* --- sites --------------------------------------------------------------------------------- */

struct vt_store_site vt_run_read_site(struct vt_stmt *stmt, struct vt_arena *arena, int *err)
{
    return (struct vt_store_site){
        .site = vt_db_text(stmt, 0, arena, err),
        .key = vt_db_text(stmt, 1, arena, err),
        .name = vt_db_text(stmt, 2, arena, err),
        .origins = vt_db_text(stmt, 3, arena, err),
        .settings = vt_db_text(stmt, 4, arena, err),
        .secret = vt_db_text(stmt, 5, arena, err),
        .secret_before = vt_db_text(stmt, 6, arena, err),
        .version = vt_db_int(stmt, 7),
        .catalogue = vt_db_int(stmt, 8),
    };
}

static void read_site(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_store_site *)ret_item = vt_run_read_site(stmt, arena, err);
}

int vt_manage_site_add(struct vt_manage *manage, const struct vt_store_site *site)
{
    return vt_manage_run(
        manage, true, true,
        "INSERT INTO site (site, key, name, origins, settings, created) VALUES (?, ?, ?, ?, ?, ?)",
        VT_DB_T(site->site), VT_DB_T(site->key), VT_DB_T(site->name), VT_DB_T(site->origins),
        VT_DB_T(site->settings), VT_DB_N(vt_wall_ms()));
}

int vt_manage_site_put(struct vt_manage *manage, const struct vt_store_site *site)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db,
                    "UPDATE site SET name=?1, origins=?2, settings=?3, version=version+1"
                    " WHERE site=?4 AND (?5 = 0 OR version = ?5)",
                    VT_DB_T(site->name), VT_DB_T(site->origins), VT_DB_T(site->settings), VT_DB_T(site->site),
                    VT_DB_N(site->version));
    err = vt_manage_changed(manage, err);
    if (err == VT_ERR_MISSING && site->version != 0)
        err = VT_ERR_STALE;
    return vt_manage_finish(manage, err, true);
}

int vt_manage_probe(struct vt_manage *manage)
{
    return vt_manage_run(manage, false, true, "UPDATE meta SET value=value WHERE name=?",
                         VT_DB_T(VT_STR("accounts")));
}

int vt_manage_clock(struct vt_manage *manage, int64_t *ret_ms)
{
    struct vt_stmt *stmt = vt_db_start_values(
        manage->db,
        vt_db_either(manage->db, "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
                     "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"),
        NULL, 0);
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_ms = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

int vt_manage_site_rotate(struct vt_manage *manage, struct vt_str site)
{
    int err = vt_manage_run(
        manage, true, true,
        "UPDATE site SET secret_before=secret, secret=NULL WHERE site=? AND secret IS NOT NULL",
        VT_DB_T(site));
    return err == VT_ERR_MISSING ? VT_ERR_STALE : err;
}

int vt_manage_site_find(struct vt_manage *manage, struct vt_str key, struct vt_arena *arena,
                        struct vt_store_site *ret_site)
{
    return vt_manage_read_one(
        manage, vt_db_start(manage->db, "SELECT " VT_SITE_COLUMNS " FROM site WHERE key=?", VT_DB_T(key)),
        arena, read_site, ret_site);
}

int vt_manage_site_get(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                       struct vt_store_site *ret_site)
{
    return vt_manage_read_one(
        manage, vt_db_start(manage->db, "SELECT " VT_SITE_COLUMNS " FROM site WHERE site=?", VT_DB_T(site)),
        arena, read_site, ret_site);
}

int vt_manage_sites(struct vt_manage *manage, struct vt_arena *arena, struct vt_store_site **ret_sites,
                    size_t *ret_n)
{
    return vt_manage_read_all(
        manage,
        vt_db_start_values(manage->db, "SELECT " VT_SITE_COLUMNS " FROM site ORDER BY created, site", NULL,
                           0),
        arena, sizeof(**ret_sites), read_site, ret_sites, ret_n);
}
