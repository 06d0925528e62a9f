/* SPDX-License-Identifier: Apache-2.0 */
/* What has been kept for long enough. */
#include "server/base/ids.h"
#include "server/store/retention.h"
#include "server/store/search.h"
#include "server/store/sqlite_hooks.h"
#include "server/store/sqlite_manage.h"
#include "server/store/sqlite_run.h"
#include "server/store/watches.h"

static void read_conv(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_retention_conv *)ret_item = (struct vt_retention_conv){
        .conv = vt_db_text(stmt, 0, arena, err),
        .created = vt_db_int(stmt, 1),
        .epoch = vt_db_int(stmt, 2),
    };
}

int vt_retention_find(struct vt_manage *manage, struct vt_str site, int64_t before,
                      const struct vt_retention_conv *after, size_t limit, struct vt_arena *arena,
                      struct vt_retention_conv **ret_convs, size_t *ret_n)
{
    static const char sql[] =
        "SELECT conv, created, epoch FROM conversation c WHERE site=?1 AND created < ?2"
        " AND (created, conv) > (?3, ?4) AND NOT EXISTS (SELECT 1 FROM session s WHERE s.site=c.site"
        " AND s.conv=c.conv AND s.ended=0) ORDER BY created, conv LIMIT ?5";
    return vt_manage_read_all(
        manage,
        vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_N(before), VT_DB_N(after->created),
                    VT_DB_T(after->conv.ptr ? after->conv : VT_STR("")), VT_DB_N(limit)),
        arena, sizeof(**ret_convs), read_conv, ret_convs, ret_n);
}

/* --- one conversation ---------------------------------------------------------------------- */

static int is_true(struct vt_db *db, struct vt_stmt *stmt, bool *ret_true)
{
    int err = vt_db_step(db, stmt);
    *ret_true = err == VT_DB_ROW && vt_db_int(stmt, 0) != 0;
    vt_db_end(stmt);
    return err == VT_DB_ROW ? VT_OK : err;
}

static int still_rests(struct vt_db *db, struct vt_str site, struct vt_str conv, bool *ret_rests)
{
    return is_true(
        db,
        vt_db_start(db, "SELECT NOT EXISTS (SELECT 1 FROM session WHERE site=? AND conv=? AND ended=0)",
                    VT_DB_T(site), VT_DB_T(conv)),
        ret_rests);
}

/* Rows by their age, a bounded number of them. */
static int trim_rows(struct vt_db *db, struct vt_str site, int64_t before, struct vt_str conv,
                     size_t *io_rows, struct vt_privacy_counts *counts)
{
    static const char *const texts[] = {
        "DELETE FROM message WHERE site=?1 AND conv=?2 AND cs IN (SELECT cs FROM message"
        " WHERE site=?1 AND conv=?2 AND ts < ?3 ORDER BY cs LIMIT ?4)",
        "DELETE FROM session WHERE site=?1 AND sid IN (SELECT sid FROM session"
        " WHERE site=?1 AND conv=?2 AND ended > 0 AND ended < ?3 LIMIT ?4)",
        "DELETE FROM trail WHERE site=?1 AND conv=?2 AND n IN (SELECT n FROM trail"
        " WHERE site=?1 AND conv=?2 AND ts < ?3 ORDER BY n LIMIT ?4)",
    };
    size_t *const into[VT_COUNT(texts)] = { &counts->messages, &counts->sessions, &counts->others };
    int err = VT_OK;
    for (size_t i = 0; i < VT_COUNT(texts) && *io_rows > 0 && !err; i++) {
        err = vt_db_run(db, texts[i], VT_DB_T(site), VT_DB_T(conv), VT_DB_N(before), VT_DB_N(*io_rows));
        size_t n = err ? 0 : (size_t)vt_db_changes(db);
        *into[i] += n;
        *io_rows -= n;
        if (i == 0 && n > 0 && !err)
            err = vt_search_forget(db, site, conv);
    }
    return err;
}

static void read_id(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

/* Pictures and films that no row names any more. */
static int trim_media(struct vt_manage *manage, struct vt_str site, int64_t before,
                      struct vt_retention_conv *conv, struct vt_arena *arena, size_t *io_rows,
                      struct vt_privacy_counts *counts)
{
    static const char sql[] =
        "SELECT id FROM medium m WHERE site=?1 AND conv=?2 AND created < ?3"
        " AND NOT EXISTS (SELECT 1 FROM message WHERE site=?1 AND conv=?2 AND instr(body, m.id) > 0)"
        " AND NOT EXISTS (SELECT 1 FROM session WHERE site=?1 AND conv=?2"
        " AND instr(coalesce(view, ''), m.id) > 0) LIMIT ?4";
    struct vt_db *db = manage->db;
    int err = vt_manage_read_all(
        manage, vt_db_start(db, sql, VT_DB_T(site), VT_DB_T(conv->conv), VT_DB_N(before), VT_DB_N(*io_rows)),
        arena, sizeof(*conv->media), read_id, (void *)&conv->media, &conv->media_n);
    for (size_t i = 0; i < conv->media_n && !err; i++) {
        err = vt_db_run(db,
                        "INSERT INTO erased (site, conv, media, at) VALUES (?, ?, ?, ?)"
                        " ON CONFLICT (site, conv, media) DO UPDATE SET at=excluded.at",
                        VT_DB_T(site), VT_DB_T(conv->conv), VT_DB_T(conv->media[i]), VT_DB_N(vt_wall_ms()));
        if (!err)
            err = vt_db_run(db, "DELETE FROM medium WHERE site=? AND id=?", VT_DB_T(site),
                            VT_DB_T(conv->media[i]));
    }
    counts->pictures += conv->media_n;
    *io_rows -= conv->media_n;
    return err;
}

/* Nothing of it is left that anybody could come back to. */
static int is_empty(struct vt_db *db, struct vt_str site, const struct vt_retention_conv *conv,
                    bool *ret_empty)
{
    return is_true(
        db,
        vt_db_start(db,
                    "SELECT count(*) FROM conversation WHERE site=?1 AND conv=?2 AND epoch=?3"
                    " AND NOT EXISTS (SELECT 1 FROM message WHERE site=?1 AND conv=?2)"
                    " AND NOT EXISTS (SELECT 1 FROM session WHERE site=?1 AND conv=?2)"
                    " AND NOT EXISTS (SELECT 1 FROM trail WHERE site=?1 AND conv=?2)"
                    " AND NOT EXISTS (SELECT 1 FROM medium WHERE site=?1 AND conv=?2)"
                    " AND NOT EXISTS (SELECT 1 FROM resume WHERE site=?1 AND conv=?2 AND expires > ?4)"
                    " AND NOT EXISTS (SELECT 1 FROM once WHERE site=?1 AND conv=?2 AND expires > ?4)"
                    " AND NOT EXISTS (SELECT 1 FROM watch WHERE site=?1 AND conv=?2 AND until > ?4)",
                    VT_DB_T(site), VT_DB_T(conv->conv), VT_DB_N(conv->epoch), VT_DB_N(vt_wall_ms())),
        ret_empty);
}

int vt_retention_trim(struct vt_manage *manage, struct vt_str site, int64_t before,
                      struct vt_retention_conv *conv, struct vt_arena *arena, size_t *io_rows,
                      struct vt_privacy_counts *counts)
{
    bool rests = false;
    conv->media_n = 0;
    int err = still_rests(manage->db, site, conv->conv, &rests);
    if (!err && rests)
        err = trim_rows(manage->db, site, before, conv->conv, io_rows, counts);
    if (!err && rests && *io_rows > 0)
        err = trim_media(manage, site, before, conv, arena, io_rows, counts);
    conv->is_trimmed = *io_rows > 0; /* a bite that was not eaten up has left nothing */
    if (err || !rests || !conv->is_trimmed || conv->is_here)
        return err;
    err = is_empty(manage->db, site, conv, &conv->is_gone);
    return !err && conv->is_gone ? vt_privacy_erase(manage, site, conv->conv, counts) : err;
}

/* --- what is over by itself ---------------------------------------------------------------- */

int vt_retention_expired(struct vt_manage *manage, int64_t now, size_t limit, size_t *io_n)
{
    static const char *const texts[] = {
        "DELETE FROM resume WHERE hash IN (SELECT hash FROM resume WHERE expires <= ?1 LIMIT ?2)",
        "DELETE FROM once WHERE hash IN (SELECT hash FROM once WHERE expires <= ?1 LIMIT ?2)",
        "DELETE FROM login WHERE hash IN (SELECT hash FROM login WHERE expires <= ?1 LIMIT ?2)",
        "DELETE FROM link WHERE hash IN (SELECT hash FROM link WHERE expires <= ?1 LIMIT ?2)",
    };
    int err = VT_OK;
    for (size_t i = 0; i < VT_COUNT(texts) && !err; i++) {
        err = vt_db_run(manage->db, texts[i], VT_DB_N(now), VT_DB_N(limit));
        *io_n += err ? 0 : (size_t)vt_db_changes(manage->db);
    }
    if (!err)
        err = vt_hooks_sweep(manage->db, now, limit, io_n);
    if (!err)
        err = vt_watch_sweep(manage, now, limit, io_n);
    return err ? err : vt_mails_sweep(manage->db, now, limit, io_n);
}
