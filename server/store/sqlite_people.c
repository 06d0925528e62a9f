/* SPDX-License-Identifier: Apache-2.0 */
/* People and their logins. */
#include "server/base/ids.h"
#include "server/store/sqlite_manage.h"

/* A login's use is noted at most this often: a note is a commit. */
enum { USED_STEP_MS = 60000 };

struct vt_store_person vt_run_read_person(struct vt_stmt *stmt, struct vt_arena *arena, int *err)
{
    return (struct vt_store_person){
        .site = vt_db_text(stmt, 0, arena, err),
        .person = vt_db_text(stmt, 1, arena, err),
        .login = vt_db_text(stmt, 2, arena, err),
        .name = vt_db_text(stmt, 3, arena, err),
        .role = vt_db_text(stmt, 4, arena, err),
        .password = vt_db_text(stmt, 5, arena, err),
        .disabled = vt_db_int(stmt, 6) != 0,
        .mail = vt_db_text(stmt, 7, arena, err),
        .created = vt_db_int(stmt, 8),
        .factor = vt_db_int(stmt, 9) != 0,
        .queues = vt_db_text(stmt, 10, arena, err),
        .languages = vt_db_text(stmt, 11, arena, err),
    };
}

static void read_person(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_store_person *)ret_item = vt_run_read_person(stmt, arena, err);
}

/* --- people -------------------------------------------------------------------------------- */

static struct vt_str or_empty(struct vt_str text)
{
    return text.ptr ? text : VT_STR("");
}

int vt_manage_person_add(struct vt_manage *manage, const struct vt_store_person *person)
{
    return vt_manage_run(
        manage, true, true,
        "INSERT INTO associate (site, person, login, name, role, password, disabled, mail, created, queues,"
        " languages) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        VT_DB_T(person->site), VT_DB_T(person->person), VT_DB_T(person->login), VT_DB_T(person->name),
        VT_DB_T(person->role), VT_DB_T(person->password), VT_DB_N(person->disabled),
        VT_DB_T(or_empty(person->mail)), VT_DB_N(vt_wall_ms()), VT_DB_T(or_empty(person->queues)),
        VT_DB_T(or_empty(person->languages)));
}

int vt_manage_person_put(struct vt_manage *manage, const struct vt_store_person *person)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db,
                    "DELETE FROM login WHERE person=?1 AND NOT EXISTS (SELECT 1 FROM associate"
                    " WHERE person=?1 AND role=?2 AND password=?3 AND disabled=?4)",
                    VT_DB_T(person->person), VT_DB_T(person->role), VT_DB_T(person->password),
                    VT_DB_N(person->disabled));
    if (!err)
        err = vt_db_run(manage->db,
                        "UPDATE associate SET name=?, role=?, mail=?, password=?, disabled=?, queues=?,"
                        " languages=?"
                        " WHERE site=? AND person=?",
                        VT_DB_T(person->name), VT_DB_T(person->role), VT_DB_T(or_empty(person->mail)),
                        VT_DB_T(person->password), VT_DB_N(person->disabled),
                        VT_DB_T(or_empty(person->queues)), VT_DB_T(or_empty(person->languages)),
                        VT_DB_T(person->site), VT_DB_T(person->person));
    return vt_manage_finish(manage, vt_manage_changed(manage, err), true);
}

int vt_manage_password_put(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                           struct vt_str password)
{
    return vt_manage_run(manage, true, true, "UPDATE associate SET password=? WHERE site=? AND person=?",
                         VT_DB_T(password), VT_DB_T(site), VT_DB_T(person));
}

int vt_manage_person_used(struct vt_manage *manage, struct vt_str person, int64_t *ret_used)
{
    struct vt_stmt *stmt = vt_db_start(manage->db, "SELECT max(used) FROM login WHERE person=?",
                                       VT_DB_T(person));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_used = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

int vt_manage_person_remove(struct vt_manage *manage, struct vt_str site, struct vt_str person)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db, "DELETE FROM associate WHERE site=? AND person=?", VT_DB_T(site),
                    VT_DB_T(person));
    err = vt_manage_changed(manage, err);
    if (!err)
        err = vt_db_run(manage->db, "DELETE FROM login WHERE person=?", VT_DB_T(person));
    if (!err)
        err = vt_db_run(manage->db, "DELETE FROM factor WHERE site=? AND person=?", VT_DB_T(site),
                        VT_DB_T(person));
    if (!err)
        err = vt_db_run(manage->db, "DELETE FROM recovery WHERE site=? AND person=?", VT_DB_T(site),
                        VT_DB_T(person));
    if (!err)
        err = vt_db_run(manage->db, "DELETE FROM link WHERE site=? AND person=?", VT_DB_T(site),
                        VT_DB_T(person));
    return vt_manage_finish(manage, err, true);
}

int vt_manage_person_find(struct vt_manage *manage, struct vt_str login, struct vt_arena *arena,
                          struct vt_store_person *ret_person)
{
    return vt_manage_read_one(
        manage,
        vt_db_start(manage->db, "SELECT " VT_PERSON_COLUMNS " FROM associate WHERE login=?", VT_DB_T(login)),
        arena, read_person, ret_person);
}

int vt_manage_person_get(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                         struct vt_arena *arena, struct vt_store_person *ret_person)
{
    return vt_manage_read_one(
        manage,
        vt_db_start(manage->db, "SELECT " VT_PERSON_COLUMNS " FROM associate WHERE site=? AND person=?",
                    VT_DB_T(site), VT_DB_T(person)),
        arena, read_person, ret_person);
}

int vt_manage_people(struct vt_manage *manage, struct vt_str site, struct vt_str after, size_t limit,
                     struct vt_arena *arena, struct vt_store_person **ret_people, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          "SELECT " VT_PERSON_COLUMNS
                                          " FROM associate WHERE site=? AND login > ? ORDER BY login LIMIT ?",
                                          VT_DB_T(site), VT_DB_T(or_empty(after)), VT_DB_N(limit)),
                              arena, sizeof(**ret_people), read_person, ret_people, ret_n);
}

int vt_manage_is_last_admin(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                            bool *ret_last)
{
    struct vt_stmt *stmt = vt_db_start(
        manage->db,
        "SELECT EXISTS (SELECT 1 FROM associate WHERE site=?1 AND role='admin' "
        "AND disabled=0 AND person<>?2)",
        VT_DB_T(site), VT_DB_T(person));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_last = vt_db_int(stmt, 0) == 0;
    vt_db_end(stmt);
    return VT_OK;
}

/* --- logins -------------------------------------------------------------------------------- */

int vt_manage_login_add(struct vt_manage *manage, struct vt_str person, const struct vt_manage_login *login)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(
        manage->db,
        "INSERT INTO login (hash, person, device, created, expires, used) VALUES (?, ?, ?, ?, ?, ?)",
        VT_DB_T(login->hash), VT_DB_T(person), VT_DB_T(or_empty(login->device)), VT_DB_N(login->created),
        VT_DB_N(login->expires), VT_DB_N(login->created));
    if (!err)
        err = vt_db_run(
            manage->db,
            "DELETE FROM login WHERE hash IN (SELECT hash FROM login WHERE expires <= ? LIMIT 16)",
            VT_DB_N(login->created));
    return vt_manage_finish(manage, err, false);
}

static void read_login_person(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    struct vt_store_person *person = ret_item;
    *person = vt_run_read_person(stmt, arena, err);
    person->login_expires = vt_db_int(stmt, VT_PERSON_NEXT);
}

int vt_manage_login_find(struct vt_manage *manage, struct vt_str hash, int64_t now, int64_t idle_ms,
                         struct vt_arena *arena, struct vt_store_person *ret_person)
{
    int err = vt_manage_read_one(manage,
                                 vt_db_start(manage->db,
                                             "SELECT " VT_PERSON_COLUMNS
                                             ", expires FROM login JOIN associate USING (person)"
                                             " WHERE hash=? AND expires > ? AND used > ? AND disabled = 0",
                                             VT_DB_T(hash), VT_DB_N(now), VT_DB_N(now - idle_ms)),
                                 arena, read_login_person, ret_person);
    return err ? err
               : vt_manage_run(manage, false, false, "UPDATE login SET used=? WHERE hash=? AND used <= ?",
                               VT_DB_N(now), VT_DB_T(hash), VT_DB_N(now - USED_STEP_MS));
}

static void read_login(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_manage_login *)ret_item = (struct vt_manage_login){
        .hash = vt_db_text(stmt, 0, arena, err),
        .device = vt_db_text(stmt, 1, arena, err),
        .created = vt_db_int(stmt, 2),
        .used = vt_db_int(stmt, 3),
        .expires = vt_db_int(stmt, 4),
    };
}

int vt_manage_logins(struct vt_manage *manage, struct vt_str person, int64_t now, int64_t idle_ms,
                     struct vt_arena *arena, struct vt_manage_login **ret_logins, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          "SELECT hash, device, created, used, expires FROM login"
                                          " WHERE person=? AND expires > ? AND used > ?"
                                          " ORDER BY created DESC LIMIT 100",
                                          VT_DB_T(person), VT_DB_N(now), VT_DB_N(now - idle_ms)),
                              arena, sizeof(**ret_logins), read_login, ret_logins, ret_n);
}

int vt_manage_login_remove(struct vt_manage *manage, struct vt_str person, struct vt_str id)
{
    return vt_manage_run(manage, false, true, "DELETE FROM login WHERE person=? AND substr(hash, 1, 16)=?",
                         VT_DB_T(person), VT_DB_T(id));
}

static void read_text(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

int vt_manage_login_drop(struct vt_manage *manage, struct vt_str site, struct vt_str id,
                         struct vt_arena *arena, struct vt_str *ret_person)
{
    int err = vt_manage_read_one(manage,
                                 vt_db_start(manage->db,
                                             "SELECT person FROM login JOIN associate USING (person)"
                                             " WHERE site=? AND substr(hash, 1, 16)=?",
                                             VT_DB_T(site), VT_DB_T(id)),
                                 arena, read_text, ret_person);
    return err ? err : vt_manage_login_remove(manage, *ret_person, id);
}

int vt_manage_logins_remove(struct vt_manage *manage, struct vt_str person, struct vt_str but_hash)
{
    return vt_manage_run(manage, false, false, "DELETE FROM login WHERE person=? AND hash <> ?",
                         VT_DB_T(person), VT_DB_T(or_empty(but_hash)));
}
