/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/err.h"
#include "server/store/signed.h"
#include "server/store/sqlite_manage.h"

static void read_text(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

/* VT_OK when it is new or was shown here before. */
static int check_jti(struct vt_manage *manage, const struct vt_signed *token, bool *ret_new)
{
    struct vt_stmt *stmt = vt_db_start(manage->db,
                                       "SELECT conv=?3 OR asker=?3 FROM signed WHERE site=?1 AND jti=?2",
                                       VT_DB_T(token->site), VT_DB_T(token->jti), VT_DB_T(token->conv));
    int err = vt_db_step(manage->db, stmt);
    *ret_new = err == VT_OK;
    if (err != VT_DB_ROW)
        return err;
    err = vt_db_int(stmt, 0) ? VT_OK : VT_ERR_STALE;
    vt_db_end(stmt);
    return err;
}

static int keep_jti(struct vt_manage *manage, const struct vt_signed *token, struct vt_str conv)
{
    int err = vt_db_run(manage->db,
                        "INSERT INTO signed (site, jti, conv, asker, expires) VALUES (?, ?, ?, ?, ?)",
                        VT_DB_T(token->site), VT_DB_T(token->jti), VT_DB_T(conv), VT_DB_T(token->conv),
                        VT_DB_N(token->expires));
    return err ? err
               : vt_db_run(manage->db,
                           "DELETE FROM signed WHERE (site, jti) IN"
                           " (SELECT site, jti FROM signed WHERE expires <= ? LIMIT 16)",
                           VT_DB_N(token->now));
}

static int find_other(struct vt_manage *manage, const struct vt_signed *token, struct vt_arena *arena,
                      struct vt_str *ret_conv)
{
    if (!token->joins)
        return VT_ERR_MISSING;
    return vt_manage_read_one(manage,
                              vt_db_start(manage->db,
                                          "SELECT conv FROM conversation WHERE site=? AND sub=? AND conv<>?"
                                          " ORDER BY created DESC LIMIT 1",
                                          VT_DB_T(token->site), VT_DB_T(token->sub), VT_DB_T(token->conv)),
                              arena, read_text, ret_conv);
}

static int take_or_make(struct vt_manage *manage, const struct vt_signed *token, bool nobodys,
                        struct vt_str *ret_conv)
{
    *ret_conv = nobodys ? token->conv : token->fresh_conv;
    if (nobodys)
        return vt_db_run(manage->db, "UPDATE conversation SET sub=? WHERE site=? AND conv=?",
                         VT_DB_T(token->sub), VT_DB_T(token->site), VT_DB_T(token->conv));
    return vt_db_run(manage->db,
                     "INSERT INTO conversation (site, conv, customer, epoch, cs, created, sub)"
                     " VALUES (?, ?, ?, 0, 0, ?, ?)",
                     VT_DB_T(token->site), VT_DB_T(token->fresh_conv), VT_DB_T(token->fresh_customer),
                     VT_DB_N(token->now), VT_DB_T(token->sub));
}

int vt_signed_take(struct vt_manage *manage, const struct vt_signed *token, struct vt_arena *arena,
                   struct vt_str *ret_conv)
{
    struct vt_str sub;
    bool is_new = false;
    int err = vt_manage_read_one(manage,
                                 vt_db_start(manage->db,
                                             "SELECT sub FROM conversation WHERE site=? AND conv=?",
                                             VT_DB_T(token->site), VT_DB_T(token->conv)),
                                 arena, read_text, &sub);
    if (!err && token->jti.ptr)
        err = check_jti(manage, token, &is_new);
    if (err)
        return err;
    *ret_conv = token->conv;
    if (!vt_str_eq(sub, token->sub))
        err = find_other(manage, token, arena, ret_conv);
    if (err == VT_ERR_MISSING)
        err = take_or_make(manage, token, !sub.ptr, ret_conv);
    return !err && is_new ? keep_jti(manage, token, *ret_conv) : err;
}
