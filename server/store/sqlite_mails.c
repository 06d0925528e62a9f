/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox of mail. */
#include "protocol/c/errors.h"
#include "server/store/sqlite_run.h"

#define DAY_MS INT64_C(86400000)

static int check_most(struct vt_db *db, struct vt_stmt *stmt, uint32_t most)
{
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    bool full = vt_db_int(stmt, 0) >= most;
    vt_db_end(stmt);
    return full ? VT_ERR_RATE_LIMITED : VT_OK;
}

int vt_mail_has_room(struct vt_db *db, const struct vt_store_mail *mail, uint32_t day_most)
{
    return check_most(db,
                      vt_db_start(db, "SELECT count(*) FROM mail WHERE recipient=? AND created > ?",
                                  VT_DB_T(mail->to), VT_DB_N(mail->created - DAY_MS)),
                      day_most);
}

int vt_run_mail_put(struct vt_db *db, struct vt_job *job)
{
    const struct vt_store_mail *mail = &job->in.mail.row;
    int err = job->conv.len > 0 ? vt_run_conv_there(db, job) : VT_OK;
    if (!err)
        err = vt_mail_has_room(db, mail, job->in.mail.day_most);
    if (!err && mail->about_most > 0)
        err = check_most(db,
                         vt_db_start(db, "SELECT count(*) FROM mail WHERE site=? AND conv=? AND about=?",
                                     VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(mail->about)),
                         mail->about_most);
    if (err)
        return err;
    return vt_db_run(db,
                     "INSERT INTO mail (site, id, recipient, body, state, created, tries, next, conv, about)"
                     " VALUES (?, ?, ?, ?, 'waiting', ?, 0, ?, ?, ?)",
                     VT_DB_T(job->site), VT_DB_T(mail->id), VT_DB_T(mail->to), VT_DB_T(mail->body),
                     VT_DB_N(mail->created), VT_DB_N(mail->next), VT_DB_T(job->conv), VT_DB_T(mail->about));
}

int vt_mails_sweep(struct vt_db *db, int64_t now, size_t limit, size_t *io_n)
{
    int err = vt_db_run(db,
                        "DELETE FROM mail WHERE (site, id) IN (SELECT site, id FROM mail WHERE"
                        " (state='sent' AND created < ?) OR (state='dead' AND created < ?) LIMIT ?)",
                        VT_DB_N(now - 3 * DAY_MS), VT_DB_N(now - 30 * DAY_MS), VT_DB_N(limit));
    *io_n += err ? 0 : (size_t)vt_db_changes(db);
    return err;
}

int vt_run_mail_tried(struct vt_db *db, struct vt_job *job)
{
    static const char *const names[] = { "waiting", "sent", "dead" };
    const struct vt_store_mail *mail = &job->in.mail.row;
    struct vt_str state = vt_str(names[job->in.mail.state]);
    int err = vt_db_run(db,
                        "UPDATE mail SET state=?1, tries=?2, next=?3, why=?4,"
                        " body=CASE ?1 WHEN 'sent' THEN '' ELSE body END WHERE site=?5 AND id=?6",
                        VT_DB_T(state), VT_DB_N(mail->tries), VT_DB_N(mail->next), VT_DB_T(mail->why),
                        VT_DB_T(job->site), VT_DB_T(mail->id));
    size_t n = 0;
    return err ? err : vt_mails_sweep(db, job->now, 16, &n);
}

/* Of each site no more are looked at than are asked for, and only what is answered is read: bodies are large.
 */
#define DUE                                                                                                  \
    "SELECT m.site, m.id, recipient, body, why, created, next, tries, conv, about FROM"                      \
    " (SELECT d.site, d.id, row_number() OVER (PARTITION BY d.site ORDER BY d.next, d.id) AS turn"           \
    "  FROM site s CROSS JOIN mail d WHERE d.site=s.site AND d.id IN"                                        \
    "   (SELECT id FROM mail WHERE site=s.site AND state='waiting' AND next <= ?1"                           \
    "    AND instr(?4, ' '||id||' ')=0 ORDER BY next, id LIMIT ?2)"                                          \
    "  AND instr(?4, ' '||s.site||' ')=0 ORDER BY turn, d.site <= ?3, d.site LIMIT ?2) t"                    \
    " JOIN mail m ON m.site=t.site AND m.id=t.id ORDER BY turn, m.site <= ?3, m.site"

int vt_run_mails_due(struct vt_db *db, struct vt_job *job)
{
    const struct vt_mails_turn *turn = &job->in.mails_turn;
    struct vt_stmt *stmt = vt_db_start(db, DUE, VT_DB_N(turn->now), VT_DB_N(turn->limit),
                                       VT_DB_T(turn->after), VT_DB_T(turn->busy));
    int err, short_of = VT_OK;
    while ((err = vt_db_step(db, stmt)) == VT_DB_ROW) {
        struct vt_store_mail *mail = vt_job_push(job, sizeof(*mail));
        if (mail)
            *mail = (struct vt_store_mail){ .site = vt_db_text(stmt, 0, &job->arena, &short_of),
                                            .id = vt_db_text(stmt, 1, &job->arena, &short_of),
                                            .to = vt_db_text(stmt, 2, &job->arena, &short_of),
                                            .body = vt_db_text(stmt, 3, &job->arena, &short_of),
                                            .why = vt_db_text(stmt, 4, &job->arena, &short_of),
                                            .created = vt_db_int(stmt, 5),
                                            .next = vt_db_int(stmt, 6),
                                            .tries = (uint32_t)vt_db_int(stmt, 7),
                                            .conv = vt_db_text(stmt, 8, &job->arena, &short_of),
                                            .about = vt_db_text(stmt, 9, &job->arena, &short_of) };
        if (!mail || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    return err;
}
