/* SPDX-License-Identifier: Apache-2.0 */
/* A conversation's rows: messages, what was read, the trail. */
#include "server/store/search.h"
#include "server/store/sqlite_hooks.h"
#include "server/store/sqlite_run.h"

/* --- messages ------------------------------------------------------------------------------ */

/* The fence: an owner of an older epoch must not number rows any more. */
static int check_epoch(struct vt_db *db, struct vt_job *job, uint32_t *ret_cs)
{
    struct vt_stmt *stmt = vt_db_start(db, "SELECT epoch, cs FROM conversation WHERE site=? AND conv=?",
                                       VT_DB_T(job->site), VT_DB_T(job->conv));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    bool same = vt_db_int(stmt, 0) == job->in.message.epoch;
    *ret_cs = (uint32_t)vt_db_int(stmt, 1);
    vt_db_end(stmt);
    return same ? VT_OK : VT_ERR_STALE;
}

/* This cid was there already: its number is the answer. */
static int find_first(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(db, "SELECT cs FROM message WHERE site=? AND conv=? AND cid=?",
                                       VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(job->in.message.cid));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    job->out.append.cs = (uint32_t)vt_db_int(stmt, 0);
    job->out.append.doubled = true;
    vt_db_end(stmt);
    return VT_OK;
}

int vt_run_append(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_message *m = &job->in.message;
    uint32_t cs = 0;
    int err = check_epoch(db, job, &cs);
    if (err)
        return err;
    err = vt_db_run(db,
                    "INSERT INTO message (site, conv, cs, cid, sid, aud, ts, author, kind, body)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (site, conv, cid) WHERE cid IS NOT NULL DO NOTHING",
                    VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_N(cs + 1), VT_DB_T(m->cid), VT_DB_T(m->sid),
                    VT_DB_N(m->audience), VT_DB_N(m->ts), VT_DB_T(m->by), VT_DB_T(m->op), VT_DB_T(m->body));
    if (err)
        return err;
    if (vt_db_changes(db) == 0)
        return find_first(db, job);
    job->out.append.cs = cs + 1;
    err = vt_search_note(db, job->site, job->conv, cs + 1, m->op);
    if (!err)
        err = vt_hooks_note_row(db, job, cs + 1);
    if (err)
        return err;
    return vt_db_run(db, "UPDATE conversation SET cs=? WHERE site=? AND conv=?", VT_DB_N(cs + 1),
                     VT_DB_T(job->site), VT_DB_T(job->conv));
}

#define COLUMNS     "SELECT cs, aud, ts, author, kind, body FROM message"
#define OF_CONV     " WHERE site=? AND conv=?"
#define ROW_COLUMNS COLUMNS OF_CONV

static int read_rows(struct vt_db *db, struct vt_job *job, struct vt_stmt *stmt)
{
    int err;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        if (job->out.list.n == job->in.range.limit) {
            job->out.list.more = true;
            vt_db_end(stmt);
            return VT_OK;
        }
        struct vt_store_row *row = vt_job_push(job, sizeof(*row));
        int short_of = row ? VT_OK : VT_ERR_NOMEM;
        if (row)
            *row = (struct vt_store_row){
                .cs = (uint32_t)vt_db_int(stmt, 0),
                .audience = (uint8_t)vt_db_int(stmt, 1),
                .ts = vt_db_int(stmt, 2),
                .by = vt_db_text(stmt, 3, &job->arena, &short_of),
                .op = vt_db_text(stmt, 4, &job->arena, &short_of),
                .body = vt_db_text(stmt, 5, &job->arena, &short_of),
            };
        if (short_of) {
            vt_db_end(stmt);
            return short_of;
        }
    }
    return err;
}

int vt_run_since(struct vt_db *db, struct vt_job *job)
{
    return read_rows(db, job,
                     vt_db_start(db, ROW_COLUMNS " AND cs > ? AND (aud & ?) <> 0 ORDER BY cs LIMIT ?",
                                 VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_N(job->in.range.from),
                                 VT_DB_N(job->in.range.audience), VT_DB_N(job->in.range.limit + 1)));
}

int vt_run_rows_of(struct vt_db *db, struct vt_job *job)
{
    return read_rows(db, job,
                     vt_db_start(db, ROW_COLUMNS " AND sid=? AND (aud & ?) <> 0 ORDER BY cs LIMIT ?",
                                 VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(job->in.range.sid),
                                 VT_DB_N(job->in.range.audience), VT_DB_N(job->in.range.limit + 1)));
}

static void turn_round(struct vt_job *job)
{
    struct vt_store_row *rows = job->out.list.items;
    for (size_t i = 0, j = job->out.list.n; i + 1 < j; i++) {
        struct vt_store_row last = rows[--j];
        rows[j] = rows[i];
        rows[i] = last;
    }
}

/* The condition stands here as in its index: each load of a conversation asks, and threads are long. */
int vt_run_consents(struct vt_db *db, struct vt_job *job)
{
    struct vt_str sid = job->in.range.sid;
    int err = read_rows(db, job,
                        vt_db_start(db,
                                    COLUMNS " INDEXED BY message_consent" OF_CONV
                                            " AND substr(kind, 1, 8)='consent.' AND (? = 0 OR sid=?)"
                                            " ORDER BY cs DESC LIMIT ?",
                                    VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_N(sid.len), VT_DB_T(sid),
                                    VT_DB_N(job->in.range.limit + 1)));
    turn_round(job);
    return err;
}

int vt_run_before(struct vt_db *db, struct vt_job *job)
{
    int64_t before = job->in.range.from ? (int64_t)job->in.range.from : INT64_MAX;
    int err = read_rows(db, job,
                        vt_db_start(db, ROW_COLUMNS " AND cs < ? AND (aud & ?) <> 0 ORDER BY cs DESC LIMIT ?",
                                    VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_N(before),
                                    VT_DB_N(job->in.range.audience), VT_DB_N(job->in.range.limit + 1)));
    turn_round(job);
    return err;
}

/* --- conversations ------------------------------------------------------------------------- */

int vt_run_conv_create(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_conv *conv = &job->in.conv;
    return vt_db_run(
        db, "INSERT INTO conversation (site, conv, customer, epoch, cs, created) VALUES (?, ?, ?, ?, ?, ?)",
        VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(conv->customer), VT_DB_N(conv->epoch),
        VT_DB_N(conv->cs), VT_DB_N(conv->created));
}

/* Who served last: the customer may be asked for by somebody they know. */
static int find_known(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(db,
                                       "SELECT associate, ended FROM session WHERE site=? AND conv=? AND"
                                       " associate IS NOT NULL AND ended > 0 ORDER BY ended DESC LIMIT 1",
                                       VT_DB_T(job->site), VT_DB_T(job->conv));
    int err = vt_db_step(db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err;
    job->out.conv.known = vt_db_text(stmt, 0, &job->arena, &short_of);
    job->out.conv.known_at = vt_db_int(stmt, 1);
    vt_db_end(stmt);
    return short_of;
}

/* Whose business it is (rights.h), also once the session has ended. */
static int find_queue(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(
        db, "SELECT queue FROM session WHERE site=? AND conv=? ORDER BY created DESC LIMIT 1",
        VT_DB_T(job->site), VT_DB_T(job->conv));
    int err = vt_db_step(db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err;
    job->out.conv.queue = vt_db_text(stmt, 0, &job->arena, &short_of);
    vt_db_end(stmt);
    return short_of;
}

int vt_run_conv_own(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(db,
                                       "UPDATE conversation SET epoch=epoch+1 WHERE site=? AND conv=?"
                                       " RETURNING customer, epoch, cs, created, profile",
                                       VT_DB_T(job->site), VT_DB_T(job->conv));
    int err = vt_db_step(db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    job->out.conv = (struct vt_store_conv){
        .site = job->site,
        .conv = job->conv,
        .customer = vt_db_text(stmt, 0, &job->arena, &short_of),
        .epoch = (uint32_t)vt_db_int(stmt, 1),
        .cs = (uint32_t)vt_db_int(stmt, 2),
        .created = vt_db_int(stmt, 3),
        .profile = vt_db_text(stmt, 4, &job->arena, &short_of),
    };
    vt_db_end(stmt);
    err = short_of ? short_of : find_known(db, job);
    return err ? err : find_queue(db, job);
}

int vt_run_conv_there(struct vt_db *db, const struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(db, "SELECT 1 FROM conversation WHERE site=? AND conv=?",
                                       VT_DB_T(job->site), VT_DB_T(job->conv));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    vt_db_end(stmt);
    return VT_OK;
}

/* --- what was read ------------------------------------------------------------------------- */

int vt_run_mark_put(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_mark *mark = &job->in.mark;
    return vt_db_run(db,
                     "INSERT INTO seen (site, conv, who, person, role, name, read, delivered, called)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                     " ON CONFLICT (site, conv, who) DO UPDATE SET person=excluded.person, "
                     "role=excluded.role, name=excluded.name,"
                     " read=excluded.read, delivered=excluded.delivered, called=excluded.called",
                     VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(mark->who), VT_DB_T(mark->person),
                     VT_DB_T(mark->role), VT_DB_T(mark->name), VT_DB_N(mark->read), VT_DB_N(mark->delivered),
                     VT_DB_N(mark->called));
}

int vt_run_marks(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(
        db,
        "SELECT who, person, role, name, read, delivered, called FROM seen WHERE site=? AND conv=?"
        " ORDER BY who",
        VT_DB_T(job->site), VT_DB_T(job->conv));
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_mark *mark = vt_job_push(job, sizeof(*mark));
        if (mark)
            *mark = (struct vt_store_mark){
                .who = vt_db_text(stmt, 0, &job->arena, &short_of),
                .person = vt_db_text(stmt, 1, &job->arena, &short_of),
                .role = vt_db_text(stmt, 2, &job->arena, &short_of),
                .name = vt_db_text(stmt, 3, &job->arena, &short_of),
                .read = (uint32_t)vt_db_int(stmt, 4),
                .delivered = (uint32_t)vt_db_int(stmt, 5),
                .called = vt_db_int(stmt, 6) != 0,
            };
        if (!mark || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}

/* --- the trail of pages -------------------------------------------------------------------- */

int vt_run_page_put(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(
        db,
        "INSERT INTO trail (site, conv, n, ts, body) SELECT ?1, ?2, coalesce(max(n), 0) + 1, ?3, ?4"
        " FROM trail WHERE site=?1 AND conv=?2 RETURNING n",
        VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_N(job->in.page.ts), VT_DB_T(job->in.page.body));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    int64_t n = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return vt_db_run(db, "DELETE FROM trail WHERE site=? AND conv=? AND n <= ?", VT_DB_T(job->site),
                     VT_DB_T(job->conv), VT_DB_N(n - VT_STORE_PAGES));
}

int vt_run_pages(struct vt_db *db, struct vt_job *job)
{
    struct vt_stmt *stmt = vt_db_start(db,
                                       "SELECT body FROM (SELECT n, body FROM trail WHERE site=? AND conv=?"
                                       " ORDER BY n DESC LIMIT ?) last ORDER BY n",
                                       VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_N(job->in.range.limit));
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_str *body = vt_job_push(job, sizeof(*body));
        if (body)
            *body = vt_db_text(stmt, 0, &job->arena, &short_of);
        if (!body || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}
