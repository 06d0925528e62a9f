/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox of mail as `vitrine admin` sees it. */
#include "server/store/sqlite_manage.h"
#include "server/store/sqlite_run.h"

static struct vt_manage_mail read_row(struct vt_stmt *stmt, struct vt_arena *arena, int *err)
{
    return (struct vt_manage_mail){ .id = vt_db_text(stmt, 0, arena, err),
                                    .to = vt_db_text(stmt, 1, arena, err),
                                    .state = vt_db_text(stmt, 2, arena, err),
                                    .why = vt_db_text(stmt, 3, arena, err),
                                    .created = vt_db_int(stmt, 4),
                                    .next = vt_db_int(stmt, 5),
                                    .tries = (uint32_t)vt_db_int(stmt, 6) };
}

int vt_manage_mails(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena, size_t limit,
                    struct vt_manage_mail **ret_mails, size_t *ret_n)
{
    struct vt_manage_mail *mails = vt_arena_array(arena, limit, sizeof(*mails));
    struct vt_stmt *stmt = vt_db_start(manage->db,
                                       "SELECT id, recipient, state, why, created, next, tries FROM mail"
                                       " WHERE site=? ORDER BY created DESC LIMIT ?",
                                       VT_DB_T(site), VT_DB_N(limit));
    size_t n = 0;
    int err, short_of = mails ? VT_OK : VT_ERR_NOMEM;
    while (!short_of && (err = vt_db_step(manage->db, stmt)) == VT_DB_ROW)
        mails[n++] = read_row(stmt, arena, &short_of);
    if (short_of) {
        vt_db_end(stmt);
        return short_of;
    }
    *ret_mails = mails;
    *ret_n = n;
    return err;
}

int vt_manage_mail_add(struct vt_manage *manage, const struct vt_store_mail *mail, uint32_t day_most)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = day_most > 0 ? vt_mail_has_room(manage->db, mail, day_most) : VT_OK;
    if (!err)
        err = vt_db_run(manage->db,
                        "INSERT INTO mail (site, id, recipient, body, state, created, tries, next)"
                        " VALUES (?, ?, ?, ?, 'waiting', ?, 0, ?)",
                        VT_DB_T(mail->site), VT_DB_T(mail->id), VT_DB_T(mail->to), VT_DB_T(mail->body),
                        VT_DB_N(mail->created), VT_DB_N(mail->next));
    return vt_manage_finish(manage, err, !manage->inside);
}

int vt_manage_mails_retry(struct vt_manage *manage, struct vt_str site, int64_t now, size_t *ret_n)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    /* `created` too: another three days. */
    err = vt_db_run(manage->db,
                    "UPDATE mail SET state='waiting', tries=0, next=?1, created=?1"
                    " WHERE site=?2 AND why IS NOT NULL AND state<>'sent'",
                    VT_DB_N(now), VT_DB_T(site));
    *ret_n = (size_t)vt_db_changes(manage->db);
    return vt_manage_finish(manage, err, true);
}
