/* SPDX-License-Identifier: Apache-2.0 */
/* API tokens. */
#include "server/store/sqlite_manage.h"

enum { USED_STEP_MS = 60000 }; /* as for logins: a note is a commit */

#define TOKEN_COLUMNS "site, name, hash, verbs, created, expires, used"

static void read_token(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_manage_token *)ret_item = (struct vt_manage_token){
        .site = vt_db_text(stmt, 0, arena, err),
        .name = vt_db_text(stmt, 1, arena, err),
        .hash = vt_db_text(stmt, 2, arena, err),
        .verbs = vt_db_text(stmt, 3, arena, err),
        .created = vt_db_int(stmt, 4),
        .expires = vt_db_int(stmt, 5),
        .used = vt_db_int(stmt, 6),
    };
}

int vt_manage_token_add(struct vt_manage *manage, const struct vt_manage_token *token)
{
    return vt_manage_run(
        manage, false, true,
        "INSERT INTO token (site, hash, name, verbs, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
        VT_DB_T(token->site), VT_DB_T(token->hash), VT_DB_T(token->name), VT_DB_T(token->verbs),
        VT_DB_N(token->created), VT_DB_N(token->expires));
}

int vt_manage_token_find(struct vt_manage *manage, struct vt_str hash, int64_t now, struct vt_arena *arena,
                         struct vt_manage_token *ret_token)
{
    int err = vt_manage_read_one(
        manage,
        vt_db_start(manage->db, "SELECT " TOKEN_COLUMNS " FROM token WHERE hash=? AND expires > ?",
                    VT_DB_T(hash), VT_DB_N(now)),
        arena, read_token, ret_token);
    return err ? err
               : vt_manage_run(manage, false, false, "UPDATE token SET used=? WHERE hash=? AND used <= ?",
                               VT_DB_N(now), VT_DB_T(hash), VT_DB_N(now - USED_STEP_MS));
}

int vt_manage_token_remove(struct vt_manage *manage, struct vt_str site, struct vt_str name)
{
    return vt_manage_run(manage, false, true, "DELETE FROM token WHERE site=? AND name=?", VT_DB_T(site),
                         VT_DB_T(name));
}

int vt_manage_token_drop(struct vt_manage *manage, struct vt_str site, struct vt_str id)
{
    return vt_manage_run(manage, false, true, "DELETE FROM token WHERE site=? AND substr(hash, 1, 16)=?",
                         VT_DB_T(site), VT_DB_T(id));
}

int vt_manage_tokens(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                     struct vt_manage_token **ret_tokens, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          "SELECT " TOKEN_COLUMNS " FROM token WHERE site=? ORDER BY name",
                                          VT_DB_T(site)),
                              arena, sizeof(**ret_tokens), read_token, ret_tokens, ret_n);
}
