/* SPDX-License-Identifier: Apache-2.0 */
/* Sites, people, logins and products as the server reads them; sqlite_manage.c writes them. */
#include "server/store/sqlite_run.h"

/* A login's use is noted at most this often: a note is a commit. */
enum { USED_STEP_MS = 60000 };

/* --- sites --------------------------------------------------------------------------------- */

struct vt_store_site vt_run_read_site(sqlite3_stmt *stmt, struct vt_arena *arena, int *err)
{
    return (struct vt_store_site){
        .site = vt_db_text(stmt, 0, arena, err),
        .key = vt_db_text(stmt, 1, arena, err),
        .name = vt_db_text(stmt, 2, arena, err),
        .origins = vt_db_text(stmt, 3, arena, err),
        .settings = vt_db_text(stmt, 4, arena, err),
        .secret = vt_db_text(stmt, 5, arena, err),
        .secret_before = vt_db_text(stmt, 6, arena, err),
    };
}

int vt_run_sites(struct vt_db *db, struct vt_job *job)
{
    sqlite3_stmt *stmt = vt_db_start_values(db, "SELECT " VT_SITE_COLUMNS " FROM site ORDER BY created, site",
                                            NULL, 0);
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

struct vt_store_person vt_run_read_person(sqlite3_stmt *stmt, struct vt_arena *arena, int *err)
{
    return (struct vt_store_person){
        .site = vt_db_text(stmt, 0, arena, err),
        .person = vt_db_text(stmt, 1, arena, err),
        .login = vt_db_text(stmt, 2, arena, err),
        .name = vt_db_text(stmt, 3, arena, err),
        .role = vt_db_text(stmt, 4, arena, err),
        .password = vt_db_text(stmt, 5, arena, err),
        .disabled = vt_db_int(stmt, 6) != 0,
    };
}

static int read_one_person(struct vt_db *db, struct vt_job *job, sqlite3_stmt *stmt)
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

int vt_run_login_put(struct vt_db *db, struct vt_job *job)
{
    int64_t now = job->in.login.now;
    int err = vt_db_run(db, "INSERT INTO login (hash, person, created, expires, used) VALUES (?, ?, ?, ?, ?)",
                        VT_DB_T(job->in.login.hash), VT_DB_T(job->in.login.person), VT_DB_N(now),
                        VT_DB_N(job->in.login.expires), VT_DB_N(now));
    return err ? err
               : vt_db_run(
                     db,
                     "DELETE FROM login WHERE hash IN (SELECT hash FROM login WHERE expires <= ? LIMIT 16)",
                     VT_DB_N(now));
}

int vt_run_login_get(struct vt_db *db, struct vt_job *job)
{
    int64_t now = job->in.login.now;
    sqlite3_stmt *stmt = vt_db_start(
        db,
        "SELECT " VT_PERSON_COLUMNS ", expires FROM login JOIN associate USING (person)"
        " WHERE hash=? AND expires > ? AND used > ? AND disabled = 0",
        VT_DB_T(job->in.login.hash), VT_DB_N(now), VT_DB_N(now - job->in.login.idle_ms));
    int err = vt_db_step(db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    job->out.person = vt_run_read_person(stmt, &job->arena, &short_of);
    job->out.person.login_expires = vt_db_int(stmt, 7);
    vt_db_end(stmt);
    return short_of ? short_of
                    : vt_db_run(db, "UPDATE login SET used=? WHERE hash=? AND used <= ?", VT_DB_N(now),
                                VT_DB_T(job->in.login.hash), VT_DB_N(now - USED_STEP_MS));
}

int vt_run_login_drop(struct vt_db *db, struct vt_job *job)
{
    return vt_db_run(db, "DELETE FROM login WHERE hash=?", VT_DB_T(job->in.login.hash));
}

/* --- products ------------------------------------------------------------------------------ */

int vt_run_products(struct vt_db *db, struct vt_job *job)
{
    sqlite3_stmt *stmt = vt_db_start(db, "SELECT sku, body FROM product WHERE site=? ORDER BY place",
                                     VT_DB_T(job->site));
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_product *product = vt_job_push(job, sizeof(*product));
        if (product) {
            product->sku = vt_db_text(stmt, 0, &job->arena, &short_of);
            product->body = vt_db_text(stmt, 1, &job->arena, &short_of);
        }
        if (!product || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}

int vt_run_version(struct vt_db *db, struct vt_job *job)
{
    sqlite3_stmt *stmt = vt_db_start_values(db, "SELECT value FROM meta WHERE name='accounts'", NULL, 0);
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    job->out.version = (uint64_t)vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}
