/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions and resume tokens. */
#include "server/store/sqlite_hooks.h"
#include "server/store/sqlite_run.h"

/* As long as the place of who lost the line is kept: a welcome that was lost with it, and whatever kept the
 * browser from asking again at once, must not cost the conversation. */
enum { FORMER_MS = 120000 };

/* --- sessions ------------------------------------------------------------------------------ */

/* What reports count of the thread is looked up once, when the session ends: the store keeps the order of
 * the calls, so every message of it is there. `replied`: the first words of staff after it was taken;
 * `asked`: whether the customer said anything. */
static int count_said(struct vt_db *db, struct vt_str site, const struct vt_store_session *s)
{
    return vt_db_run(
        db,
        "UPDATE session SET"
        " replied=coalesce((SELECT min(m.ts) FROM message m WHERE m.site=?1 AND m.conv=session.conv AND"
        " m.kind='chat.send' AND m.author LIKE 'a%' AND (m.aud & 1) <> 0 AND m.ts BETWEEN session.taken AND"
        " session.ended), 0),"
        " asked=iif(EXISTS (SELECT 1 FROM message m WHERE m.site=?1 AND m.conv=session.conv AND"
        " m.kind='chat.send' AND m.author='c' AND m.ts BETWEEN session.created AND session.ended), 1, 0)"
        " WHERE site=?1 AND sid=?2",
        VT_DB_T(site), VT_DB_T(s->sid));
}

/* When it was first taken and what was foretold stay as they were first said: neither outlives a restart in
 * memory. */
int vt_run_session_put(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_session *s = &job->in.session;
    struct vt_hooks_session before;
    int err = vt_hooks_look_session(db, job, &before);
    if (err)
        return err;
    err = vt_db_run(
        db,
        "INSERT INTO session (site, sid, conv, reference, queue, associate, state, joined, created, ended, "
        "view,"
        " info, taken, eta_low, eta_high, lang)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site, sid) DO UPDATE SET conv=excluded.conv, reference=excluded.reference, "
        "queue=excluded.queue,"
        " associate=excluded.associate, state=excluded.state, joined=excluded.joined, "
        "created=excluded.created,"
        " ended=excluded.ended, view=excluded.view, info=excluded.info, lang=excluded.lang,"
        " taken=coalesce(nullif(session.taken, 0), excluded.taken),"
        " eta_low=iif(session.eta_high > 0, session.eta_low, excluded.eta_low),"
        " eta_high=iif(session.eta_high > 0, session.eta_high, excluded.eta_high)",
        VT_DB_T(job->site), VT_DB_T(s->sid), VT_DB_T(job->conv), VT_DB_T(s->reference), VT_DB_T(s->queue),
        VT_DB_T(s->associate), VT_DB_N(s->state), VT_DB_N(s->joined), VT_DB_N(s->created), VT_DB_N(s->ended),
        VT_DB_T(s->view), VT_DB_T(s->info), VT_DB_N(s->taken), VT_DB_N(s->eta[0]), VT_DB_N(s->eta[1]),
        VT_DB_T(s->lang));
    if (!err && s->ended > 0)
        err = count_said(db, job->site, s);
    return err ? err : vt_hooks_note_session(db, job, &before);
}

static int read_session(struct vt_job *job, struct vt_stmt *stmt)
{
    struct vt_store_session *s = vt_job_push(job, sizeof(*s));
    int short_of = s ? VT_OK : VT_ERR_NOMEM;
    if (s)
        *s = (struct vt_store_session){
            .site = vt_db_text(stmt, 0, &job->arena, &short_of),
            .sid = vt_db_text(stmt, 1, &job->arena, &short_of),
            .conv = vt_db_text(stmt, 2, &job->arena, &short_of),
            .reference = vt_db_text(stmt, 3, &job->arena, &short_of),
            .queue = vt_db_text(stmt, 4, &job->arena, &short_of),
            .associate = vt_db_text(stmt, 5, &job->arena, &short_of),
            .state = (int)vt_db_int(stmt, 6),
            .joined = vt_db_int(stmt, 7),
            .created = vt_db_int(stmt, 8),
            .ended = vt_db_int(stmt, 9),
            .view = vt_db_text(stmt, 10, &job->arena, &short_of),
            .info = vt_db_text(stmt, 11, &job->arena, &short_of),
            .lang = vt_db_text(stmt, 12, &job->arena, &short_of),
        };
    return short_of;
}

int vt_run_sessions_open(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start_values(
        db,
        "SELECT site, sid, conv, reference, queue, associate, state, joined, created,"
        " ended, view, info, lang FROM session WHERE ended = 0 ORDER BY joined, sid",
        NULL, 0);
    int err;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        err = read_session(job, stmt);
        if (err) {
            vt_db_end(stmt);
            return err;
        }
    }
    return err;
}

/* --- resume tokens ------------------------------------------------------------------------- */

/* A few at a time, so a token's cost stays the same however many have run out. */
static int sweep(struct vt_db *db, int64_t now)
{
    return vt_db_run(db,
                     "DELETE FROM resume WHERE hash IN (SELECT hash FROM resume WHERE expires <= ? LIMIT 16)",
                     VT_DB_N(now));
}

int vt_run_resume_put(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_resume *row = &job->in.resume.row;
    int err = vt_db_run(
        db,
        "INSERT INTO resume (hash, site, conv, role, person, origin, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
        VT_DB_T(job->in.resume.hash), VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(row->role),
        VT_DB_T(row->person), VT_DB_T(row->origin), VT_DB_N(row->expires));
    if (!err && job->in.resume.former.ptr)
        err = vt_db_run(
            db, "UPDATE resume SET expires=min(expires, ?), successor=? WHERE hash=? AND site=? AND conv=?",
            VT_DB_N(job->now + FORMER_MS), VT_DB_T(job->in.resume.hash), VT_DB_T(job->in.resume.former),
            VT_DB_T(job->site), VT_DB_T(job->conv));
    return err ? err : sweep(db, job->now);
}

/* Who presents a token has it, so nobody needs the one before it any more. */
int vt_run_resume_get(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(
        db, "SELECT site, conv, role, person, origin, expires FROM resume WHERE hash=? AND expires > ?",
        VT_DB_T(job->in.resume.hash), VT_DB_N(job->now));
    int err = vt_db_step(db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    job->out.resume = (struct vt_store_resume){
        .site = vt_db_text(stmt, 0, &job->arena, &short_of),
        .conv = vt_db_text(stmt, 1, &job->arena, &short_of),
        .role = vt_db_text(stmt, 2, &job->arena, &short_of),
        .person = vt_db_text(stmt, 3, &job->arena, &short_of),
        .origin = vt_db_text(stmt, 4, &job->arena, &short_of),
        .expires = vt_db_int(stmt, 5),
    };
    vt_db_end(stmt);
    return short_of ? short_of
                    : vt_db_run(db, "DELETE FROM resume WHERE successor=?", VT_DB_T(job->in.resume.hash));
}

int vt_run_resume_drop(struct vt_db *db, struct vt_job *job)
{
    return vt_db_run(db, "DELETE FROM resume WHERE hash=?1 OR successor=?1", VT_DB_T(job->in.resume.hash));
}
