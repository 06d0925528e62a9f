/* SPDX-License-Identifier: Apache-2.0 */
/* What lies around a thread: the profile, messages that wait for an answer, past sessions, one-time secrets.
 */
#include "server/store/sqlite_run.h"

/* --- profile ------------------------------------------------------------------------------- */

int vt_run_profile_put(struct vt_db *db, struct vt_job *job)
{
    return vt_db_run(db, "UPDATE conversation SET profile=?, contact=? WHERE site=? AND conv=?",
                     VT_DB_T(job->in.profile.body), VT_DB_N(job->in.profile.contact), VT_DB_T(job->site),
                     VT_DB_T(job->conv));
}

int vt_run_contacts(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(
        db, "SELECT site, conv FROM conversation WHERE contact > 0 ORDER BY contact LIMIT ?",
        VT_DB_N(job->in.range.limit));
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_name *name = vt_job_push(job, sizeof(*name));
        if (name)
            *name = (struct vt_store_name){ .site = vt_db_text(stmt, 0, &job->arena, &short_of),
                                            .conv = vt_db_text(stmt, 1, &job->arena, &short_of) };
        if (!name || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}

/* --- past sessions ------------------------------------------------------------------------- */

int vt_run_session_wrap(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_wrap *wrap = &job->in.wrap.row;
    return vt_db_run(db,
                     "UPDATE session SET outcome=coalesce(?1, outcome), note=coalesce(?2, note),"
                     " stars=coalesce(nullif(?3, 0), stars) WHERE site=?4 AND conv=?6 AND sid=coalesce(?5,"
                     " (SELECT sid FROM session WHERE site=?4 AND conv=?6 ORDER BY created DESC LIMIT 1))",
                     VT_DB_T(wrap->outcome), VT_DB_T(wrap->note), VT_DB_N(wrap->stars), VT_DB_T(job->site),
                     VT_DB_T(job->in.wrap.sid), VT_DB_T(job->conv));
}

int vt_run_sessions_of(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(
        db,
        "SELECT s.sid, s.reference, s.queue, a.name, s.outcome, s.note, s.state, s.stars, s.created, s.ended,"
        " s.lang"
        " FROM session s LEFT JOIN associate a ON a.site = s.site AND a.person = s.associate"
        " WHERE s.site=? AND s.conv=? ORDER BY s.created DESC, s.sid LIMIT ?",
        VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_N(job->in.range.limit));
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_past *past = vt_job_push(job, sizeof(*past));
        if (past)
            *past = (struct vt_store_past){
                .sid = vt_db_text(stmt, 0, &job->arena, &short_of),
                .reference = vt_db_text(stmt, 1, &job->arena, &short_of),
                .queue = vt_db_text(stmt, 2, &job->arena, &short_of),
                .associate = vt_db_text(stmt, 3, &job->arena, &short_of),
                .outcome = vt_db_text(stmt, 4, &job->arena, &short_of),
                .note = vt_db_text(stmt, 5, &job->arena, &short_of),
                .state = (int)vt_db_int(stmt, 6),
                .stars = (int)vt_db_int(stmt, 7),
                .created = vt_db_int(stmt, 8),
                .ended = vt_db_int(stmt, 9),
                .lang = vt_db_text(stmt, 10, &job->arena, &short_of),
            };
        if (!past || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}

/* --- one-time secrets ---------------------------------------------------------------------- */

int vt_run_once_put(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_once *once = &job->in.once.row;
    int err = vt_run_conv_there(db, job);
    /* A few at a time, so that a secret's cost stays the same however many have run out; the secret's own
     * former use among them, since short codes come again. */
    if (!err)
        err = vt_db_run(
            db,
            "DELETE FROM once WHERE hash IN"
            " (SELECT hash FROM once WHERE expires <= ?1 LIMIT 16) OR (hash=?2 AND expires <= ?1)",
            VT_DB_N(job->now), VT_DB_T(job->in.once.hash));
    if (!err)
        err = vt_db_run(db,
                        "INSERT INTO once (hash, site, conv, kind, sid, name, expires)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?)",
                        VT_DB_T(job->in.once.hash), VT_DB_T(job->site), VT_DB_T(job->conv),
                        VT_DB_T(once->kind), VT_DB_T(once->sid), VT_DB_T(once->name), VT_DB_N(once->expires));
    if (!err && job->in.once.alone)
        err = vt_db_run(db, "DELETE FROM once WHERE site=? AND conv=? AND kind=? AND hash<>?",
                        VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(once->kind),
                        VT_DB_T(job->in.once.hash));
    return err;
}

int vt_run_once_take(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(db,
                                       "DELETE FROM once WHERE hash=? AND site=? AND kind=?"
                                       " RETURNING conv, sid, name, expires",
                                       VT_DB_T(job->in.once.hash), VT_DB_T(job->site),
                                       VT_DB_T(job->in.once.row.kind));
    int err = vt_db_step(db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    job->out.once = (struct vt_store_once){
        .site = job->site,
        .conv = vt_db_text(stmt, 0, &job->arena, &short_of),
        .kind = job->in.once.row.kind,
        .sid = vt_db_text(stmt, 1, &job->arena, &short_of),
        .name = vt_db_text(stmt, 2, &job->arena, &short_of),
        .expires = vt_db_int(stmt, 3),
    };
    vt_db_end(stmt);
    return short_of ? short_of : job->out.once.expires > job->now ? VT_OK : VT_ERR_MISSING;
}

int vt_run_resume_drop_person(struct vt_db *db, struct vt_job *job)
{
    return vt_db_run(db, "DELETE FROM resume WHERE site=? AND conv=? AND person=?", VT_DB_T(job->site),
                     VT_DB_T(job->conv), VT_DB_T(job->in.person.key));
}
