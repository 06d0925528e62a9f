/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite_run.h"

int vt_run_medium_put(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_medium *medium = &job->in.medium;
    int err = vt_run_conv_there(db, job);
    if (!err) /* the same picture sent again after it was erased: its files are wanted */
        err = vt_db_run(db, "DELETE FROM erased WHERE site=? AND conv=? AND media=?", VT_DB_T(job->site),
                        VT_DB_T(job->conv), VT_DB_T(medium->id));
    if (err)
        return err;
    return vt_db_run(db,
                     "INSERT INTO medium (site, id, conv, kind, width, height, created)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                     VT_DB_T(job->site), VT_DB_T(medium->id), VT_DB_T(job->conv), VT_DB_N(medium->kind),
                     VT_DB_N(medium->width), VT_DB_N(medium->height), VT_DB_N(medium->created));
}

int vt_run_media(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(db,
                                       "SELECT site, id, conv, kind, width, height, created FROM medium"
                                       " ORDER BY created DESC LIMIT ?",
                                       VT_DB_N(job->in.range.limit));
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_medium *medium = vt_job_push(job, sizeof(*medium));
        if (medium)
            *medium = (struct vt_store_medium){
                .site = vt_db_text(stmt, 0, &job->arena, &short_of),
                .id = vt_db_text(stmt, 1, &job->arena, &short_of),
                .conv = vt_db_text(stmt, 2, &job->arena, &short_of),
                .kind = (int)vt_db_int(stmt, 3),
                .width = (uint32_t)vt_db_int(stmt, 4),
                .height = (uint32_t)vt_db_int(stmt, 5),
                .created = vt_db_int(stmt, 6),
            };
        if (!medium || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}
