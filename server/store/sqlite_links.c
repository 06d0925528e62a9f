/* SPDX-License-Identifier: Apache-2.0 */
/* What lets somebody in, or keeps them out: one-time links, second factors, failed attempts. */
#include "server/store/sqlite_manage.h"

/* --- links --------------------------------------------------------------------------------- */

#define LINK_COLUMNS "hash, site, kind, person, login, name, role, mail, maker, created, expires, queues"

static void read_link(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_manage_link *)ret_item = (struct vt_manage_link){
        .hash = vt_db_text(stmt, 0, arena, err),
        .site = vt_db_text(stmt, 1, arena, err),
        .kind = vt_db_text(stmt, 2, arena, err),
        .person = vt_db_text(stmt, 3, arena, err),
        .login = vt_db_text(stmt, 4, arena, err),
        .name = vt_db_text(stmt, 5, arena, err),
        .role = vt_db_text(stmt, 6, arena, err),
        .mail = vt_db_text(stmt, 7, arena, err),
        .maker = vt_db_text(stmt, 8, arena, err),
        .created = vt_db_int(stmt, 9),
        .expires = vt_db_int(stmt, 10),
        .queues = vt_db_text(stmt, 11, arena, err),
    };
}

int vt_manage_link_add(struct vt_manage *manage, const struct vt_manage_link *link)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db, "DELETE FROM link WHERE expires <= ?", VT_DB_N(link->created));
    if (!err)
        err = vt_db_run(manage->db,
                        "INSERT INTO link (" LINK_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        VT_DB_T(link->hash), VT_DB_T(link->site), VT_DB_T(link->kind), VT_DB_T(link->person),
                        VT_DB_T(link->login), VT_DB_T(link->name), VT_DB_T(link->role), VT_DB_T(link->mail),
                        VT_DB_T(link->maker), VT_DB_N(link->created), VT_DB_N(link->expires),
                        VT_DB_T(link->queues.ptr ? link->queues : VT_STR("")));
    return vt_manage_finish(manage, err, false);
}

int vt_manage_link_find(struct vt_manage *manage, struct vt_str hash, int64_t now, struct vt_arena *arena,
                        struct vt_manage_link *ret_link)
{
    return vt_manage_read_one(manage,
                              vt_db_start(manage->db,
                                          "SELECT " LINK_COLUMNS " FROM link WHERE hash=? AND expires > ?",
                                          VT_DB_T(hash), VT_DB_N(now)),
                              arena, read_link, ret_link);
}

int vt_manage_links(struct vt_manage *manage, struct vt_str site, int64_t now, struct vt_arena *arena,
                    struct vt_manage_link **ret_links, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          "SELECT " LINK_COLUMNS " FROM link WHERE site=? AND expires > ?"
                                          " ORDER BY created DESC LIMIT 100",
                                          VT_DB_T(site), VT_DB_N(now)),
                              arena, sizeof(**ret_links), read_link, ret_links, ret_n);
}

int vt_manage_link_remove(struct vt_manage *manage, struct vt_str site, struct vt_str id)
{
    return vt_manage_run(manage, false, true, "DELETE FROM link WHERE site=? AND substr(hash, 1, 16)=?",
                         VT_DB_T(site), VT_DB_T(id));
}

int vt_manage_links_void(struct vt_manage *manage, struct vt_str site, struct vt_str person)
{
    return vt_manage_run(manage, false, false, "DELETE FROM link WHERE site=? AND person=?", VT_DB_T(site),
                         VT_DB_T(person));
}

/* --- second factors ------------------------------------------------------------------------ */

static void read_factor(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_manage_factor *)ret_item = (struct vt_manage_factor){
        .secret = vt_db_text(stmt, 0, arena, err),
        .confirmed = vt_db_int(stmt, 1) != 0,
        .step = vt_db_int(stmt, 2),
    };
}

int vt_manage_factor_get(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                         struct vt_arena *arena, struct vt_manage_factor *ret_factor)
{
    return vt_manage_read_one(
        manage,
        vt_db_start(manage->db, "SELECT secret, confirmed, step FROM factor WHERE site=? AND person=?",
                    VT_DB_T(site), VT_DB_T(person)),
        arena, read_factor, ret_factor);
}

int vt_manage_factor_put(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                         const struct vt_manage_factor *factor)
{
    return vt_manage_run(manage, false, true,
                         "INSERT INTO factor (site, person, secret, confirmed, step)"
                         " VALUES (?, ?, ?, ?, ?) ON CONFLICT (site, person) DO UPDATE SET"
                         " secret=excluded.secret, confirmed=excluded.confirmed, step=excluded.step",
                         VT_DB_T(site), VT_DB_T(person), VT_DB_T(factor->secret), VT_DB_N(factor->confirmed),
                         VT_DB_N(factor->step));
}

int vt_manage_factor_remove(struct vt_manage *manage, struct vt_str site, struct vt_str person)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db, "DELETE FROM factor WHERE site=? AND person=?", VT_DB_T(site),
                    VT_DB_T(person));
    if (!err)
        err = vt_db_run(manage->db, "DELETE FROM recovery WHERE site=? AND person=?", VT_DB_T(site),
                        VT_DB_T(person));
    return vt_manage_finish(manage, err, false);
}

int vt_manage_recovery_put(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                           const struct vt_str *hashes, size_t n)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db, "DELETE FROM recovery WHERE site=? AND person=?", VT_DB_T(site),
                    VT_DB_T(person));
    for (size_t i = 0; i < n && !err; i++)
        err = vt_db_run(manage->db, "INSERT INTO recovery (site, person, hash) VALUES (?, ?, ?)",
                        VT_DB_T(site), VT_DB_T(person), VT_DB_T(hashes[i]));
    return vt_manage_finish(manage, err, false);
}

int vt_manage_recovery_use(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                           struct vt_str hash)
{
    return vt_manage_run(manage, false, true, "DELETE FROM recovery WHERE site=? AND person=? AND hash=?",
                         VT_DB_T(site), VT_DB_T(person), VT_DB_T(hash));
}

/* --- attempts ------------------------------------------------------------------------------ */

static void read_attempt(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_manage_attempt *)ret_item = (struct vt_manage_attempt){
        .key = vt_db_text(stmt, 0, arena, err),
        .count = vt_db_int(stmt, 1),
        .ends = vt_db_int(stmt, 2),
    };
}

int vt_manage_attempt_put(struct vt_manage *manage, const struct vt_manage_attempt *attempt)
{
    if (attempt->count == 0)
        return vt_manage_run(manage, false, false, "DELETE FROM attempt WHERE key=?", VT_DB_T(attempt->key));
    return vt_manage_run(
        manage, false, true,
        "INSERT INTO attempt (key, count, ends) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
        " count=excluded.count, ends=excluded.ends",
        VT_DB_T(attempt->key), VT_DB_N(attempt->count), VT_DB_N(attempt->ends));
}

int vt_manage_attempts(struct vt_manage *manage, int64_t now, struct vt_arena *arena,
                       struct vt_manage_attempt **ret_attempts, size_t *ret_n)
{
    int err = vt_manage_run(manage, false, false, "DELETE FROM attempt WHERE ends <= ?", VT_DB_N(now));
    return err ? err
               : vt_manage_read_all(
                     manage,
                     vt_db_start_values(manage->db,
                                        "SELECT key, count, ends FROM attempt ORDER BY ends LIMIT 16384",
                                        NULL, 0),
                     arena, sizeof(**ret_attempts), read_attempt, ret_attempts, ret_n);
}
