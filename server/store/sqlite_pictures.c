/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures that catalogues name by address: the server's half and that of `vitrine admin`. */
#include "server/base/ids.h"
#include "server/store/sqlite_manage.h"
#include "server/store/sqlite_run.h"

#define COLUMNS "site, url, sku, id, etag, modified, why, state, tries, next"

static const char *const state_names[VT_PICTURE_STATES] = { "wanted", "there", "failed" };

static enum vt_picture_state state_of(struct vt_str name)
{
    int state = 0;
    while (state < VT_PICTURE_STATES - 1 && !vt_str_eq(name, vt_str(state_names[state])))
        state++;
    return (enum vt_picture_state)state;
}

static struct vt_store_picture read_row(struct vt_stmt *stmt, struct vt_arena *arena, int *err)
{
    return (struct vt_store_picture){ .site = vt_db_text(stmt, 0, arena, err),
                                      .url = vt_db_text(stmt, 1, arena, err),
                                      .sku = vt_db_text(stmt, 2, arena, err),
                                      .id = vt_db_text(stmt, 3, arena, err),
                                      .etag = vt_db_text(stmt, 4, arena, err),
                                      .modified = vt_db_text(stmt, 5, arena, err),
                                      .why = vt_db_text(stmt, 6, arena, err),
                                      .state = state_of(vt_db_text(stmt, 7, arena, err)),
                                      .tries = (uint32_t)vt_db_int(stmt, 8),
                                      .next = vt_db_int(stmt, 9) };
}

static int read_rows(struct vt_db *db, struct vt_job *job, struct vt_stmt *stmt)
{
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_picture *picture = vt_job_push(job, sizeof(*picture));
        if (picture)
            *picture = read_row(stmt, &job->arena, &short_of);
        if (!picture || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}

int vt_run_pictures_due(struct vt_db *db, struct vt_job *job)
{
    return read_rows(db, job,
                     vt_db_start(db,
                                 "SELECT p." COLUMNS " FROM site s CROSS JOIN picture p WHERE p.site=s.site"
                                 " AND p.url IN (SELECT url FROM picture WHERE site=s.site AND"
                                 " state='wanted' AND next <= ? ORDER BY next LIMIT ?) ORDER BY next",
                                 VT_DB_N(job->in.due.now), VT_DB_N(job->in.due.limit)));
}

int vt_run_picture_put(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_picture *picture = &job->in.picture;
    return vt_db_run(db,
                     "UPDATE picture SET id=?, etag=?, modified=?, why=?, state=?, tries=?, next=?"
                     " WHERE site=? AND url=?",
                     VT_DB_T(picture->id), VT_DB_T(picture->etag), VT_DB_T(picture->modified),
                     VT_DB_T(picture->why), VT_DB_T(vt_str(state_names[picture->state])),
                     VT_DB_N(picture->tries), VT_DB_N(picture->next), VT_DB_T(job->site),
                     VT_DB_T(picture->url));
}

int vt_manage_pictures_there(struct vt_manage *manage, struct vt_str site, vt_manage_picture_fn *fn,
                             void *arg)
{
    struct vt_stmt *stmt = vt_db_start(
        manage->db, "SELECT url, id FROM picture WHERE site=? AND id IS NOT NULL", VT_DB_T(site));
    int err;
    while ((err = vt_db_step(manage->db, stmt)) == VT_DB_ROW) {
        err = fn(arg, vt_str(vt_db_cstr(stmt, 0)), vt_str(vt_db_cstr(stmt, 1)));
        if (err) {
            vt_db_end(stmt);
            return err;
        }
    }
    return err;
}

/* --- how far it is ------------------------------------------------------------------------------ */

static int count(struct vt_db *db, struct vt_str site, struct vt_store_picture_counts *ret_counts)
{
    struct vt_stmt *stmt = vt_db_start(
        db,
        "SELECT count(*) FILTER (WHERE state='wanted'), count(*) FILTER (WHERE state='there'),"
        " count(*) FILTER (WHERE state='failed') FROM picture WHERE site=?",
        VT_DB_T(site));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    for (int i = 0; i < VT_PICTURE_STATES; i++)
        ret_counts->by_state[i] = (uint32_t)vt_db_int(stmt, i);
    vt_db_end(stmt);
    return VT_OK;
}

static struct vt_stmt *start_troubled(struct vt_db *db, struct vt_str site, size_t limit)
{
    return vt_db_start(db,
                       "SELECT " COLUMNS " FROM picture WHERE site=? AND why IS NOT NULL"
                       " ORDER BY state, next, url LIMIT ?",
                       VT_DB_T(site), VT_DB_N(limit));
}

int vt_manage_picture_report(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                             size_t limit, struct vt_store_picture_counts *ret_counts,
                             struct vt_store_picture **ret_troubled, size_t *ret_n)
{
    int err = count(manage->db, site, ret_counts), short_of = VT_OK;
    struct vt_store_picture *rows = vt_arena_array(arena, limit, sizeof(*rows));
    size_t n = 0;
    if (err || !rows)
        return err ? err : VT_ERR_NOMEM;
    struct vt_stmt *stmt = start_troubled(manage->db, site, limit);
    while ((err = vt_db_step(manage->db, stmt)) == VT_DB_ROW) {
        rows[n++] = read_row(stmt, arena, &short_of);
        if (short_of) {
            vt_db_end(stmt);
            return short_of;
        }
    }
    *ret_troubled = rows;
    *ret_n = n;
    return err;
}

/* --- what an import names ------------------------------------------------------------------------ */

/* Every address is asked again: the host says whether it is still the same. */
int vt_manage_picture_want(struct vt_manage *manage, struct vt_str site, int64_t generation,
                           struct vt_str url, struct vt_str sku)
{
    return vt_db_run(
        manage->db,
        "INSERT INTO picture (site, url, sku, state, tries, next, run)"
        " VALUES (?1, ?2, ?3, 'wanted', 0, ?5, ?4) ON CONFLICT (site, url) DO UPDATE"
        " SET sku=excluded.sku, state='wanted', why=NULL, tries=0, next=excluded.next, run=excluded.run",
        VT_DB_T(site), VT_DB_T(url), VT_DB_T(sku), VT_DB_N(generation), VT_DB_N(vt_wall_ms()));
}

int vt_manage_pictures_drop(struct vt_manage *manage, struct vt_str site, int64_t generation, size_t limit,
                            size_t *ret_n)
{
    int err = vt_db_run(manage->db,
                        "DELETE FROM picture WHERE site=?1 AND url IN"
                        " (SELECT url FROM picture WHERE site=?1 AND run < ?2 LIMIT ?3)",
                        VT_DB_T(site), VT_DB_N(generation), VT_DB_N(limit));
    *ret_n = (size_t)vt_db_changes(manage->db);
    return err;
}

int vt_manage_pictures_retry(struct vt_manage *manage, struct vt_str site, size_t *ret_n)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db,
                    "UPDATE picture SET state='wanted', tries=0, next=? WHERE site=? AND why IS NOT NULL",
                    VT_DB_N(vt_wall_ms()), VT_DB_T(site));
    *ret_n = (size_t)vt_db_changes(manage->db);
    return vt_manage_finish(manage, err, true);
}
