/* SPDX-License-Identifier: Apache-2.0 */
/* Sites, people and logins as the server reads them; manage.h writes them. */
#include "server/store/sqlite_manage.h"

/* --- sites --------------------------------------------------------------------------------- */

int vt_run_sites(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start_values(
        db, "SELECT " VT_SITE_COLUMNS " FROM site ORDER BY created, site", NULL, 0);
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_site *site = vt_job_push(job, sizeof(*site));
        if (site)
            *site = vt_run_read_site(stmt, &job->arena, &short_of);
        if (!site || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}

int vt_run_site_secret_put(struct vt_db *db, struct vt_job *job)
{
    return vt_db_run(db, "UPDATE site SET secret=? WHERE site=? AND secret IS NULL",
                     VT_DB_T(job->in.person.text), VT_DB_T(job->site));
}

/* --- people -------------------------------------------------------------------------------- */

static int read_one_person(struct vt_db *db, struct vt_job *job, struct vt_stmt *stmt)
{
    int err = vt_db_step(db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    job->out.person = vt_run_read_person(stmt, &job->arena, &short_of);
    vt_db_end(stmt);
    return short_of;
}

int vt_run_person_by_login(struct vt_db *db, struct vt_job *job)
{
    return read_one_person(db, job,
                           vt_db_start(db, "SELECT " VT_PERSON_COLUMNS " FROM associate WHERE login=?",
                                       VT_DB_T(job->in.person.key)));
}

int vt_run_person_get(struct vt_db *db, struct vt_job *job)
{
    return read_one_person(db, job,
                           vt_db_start(db, "SELECT " VT_PERSON_COLUMNS " FROM associate WHERE person=?",
                                       VT_DB_T(job->in.person.key)));
}

int vt_run_password_put(struct vt_db *db, struct vt_job *job)
{
    return vt_db_run(db, "UPDATE associate SET password=? WHERE person=?", VT_DB_T(job->in.person.text),
                     VT_DB_T(job->in.person.key));
}

/* --- logins -------------------------------------------------------------------------------- */

int vt_run_login_get(struct vt_db *db, struct vt_job *job)
{
    struct vt_manage inside = { .db = db, .inside = true };
    return vt_manage_login_find(&inside, job->in.login.hash, job->in.login.now, job->in.login.idle_ms,
                                &job->arena, &job->out.person);
}

int vt_run_work(struct vt_db *db, struct vt_job *job)
{
    struct vt_manage inside = { .db = db, .inside = true };
    return job->in.work(&inside, job->arg);
}

int vt_run_login_drop(struct vt_db *db, struct vt_job *job)
{
    return vt_db_run(db, "DELETE FROM login WHERE hash=?", VT_DB_T(job->in.login.hash));
}

/* --- the version ----------------------------------------------------------------------------- */

int vt_run_version(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start_values(db, "SELECT value FROM meta WHERE name='accounts'", NULL, 0);
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    job->out.version = (uint64_t)vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}
