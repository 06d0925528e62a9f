/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite_manage.h"

#include "server/base/ids.h"
#include "server/store/sqlite_run.h"

struct vt_manage *vt_manage_open(const char *data_dir, struct vt_buf *ret_error)
{
    struct vt_manage *manage = calloc(1, sizeof(*manage));
    if (!manage)
        return NULL;
    int err = vt_db_open(&manage->db, data_dir, false, ret_error);
    if (!err)
        err = vt_db_migrate(&manage->db, ret_error);
    if (!err)
        return manage;
    vt_manage_close(manage);
    return NULL;
}

void vt_manage_close(struct vt_manage *manage)
{
    if (!manage)
        return;
    vt_db_close(&manage->db);
    free(manage);
}

const char *vt_manage_error(struct vt_manage *manage)
{
    return sqlite3_errmsg(manage->db.sqlite);
}

/* --- writing ------------------------------------------------------------------------------- */

int vt_manage_begin(struct vt_manage *manage)
{
    return vt_db_exec(&manage->db, "BEGIN IMMEDIATE");
}

int vt_manage_finish(struct vt_manage *manage, int err)
{
    if (!err)
        err = vt_db_exec(&manage->db, "UPDATE meta SET value=value+1 WHERE name='accounts'");
    if (!err)
        err = vt_db_exec(&manage->db, "COMMIT");
    if (err && !sqlite3_get_autocommit(manage->db.sqlite))
        vt_db_exec(&manage->db, "ROLLBACK");
    return err;
}

/* A change must have found its row. */
static int changed(struct vt_manage *manage, int err)
{
    return !err && vt_db_changes(&manage->db) == 0 ? VT_ERR_MISSING : err;
}

int vt_manage_site_add(struct vt_manage *manage, const struct vt_store_site *site)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    return vt_manage_finish(
        manage,
        vt_db_run(&manage->db,
                  "INSERT INTO site (site, key, name, origins, settings, created) VALUES (?, ?, ?, ?, ?, ?)",
                  VT_DB_T(site->site), VT_DB_T(site->key), VT_DB_T(site->name), VT_DB_T(site->origins),
                  VT_DB_T(site->settings), VT_DB_N(vt_wall_ms())));
}

int vt_manage_site_put(struct vt_manage *manage, const struct vt_store_site *site)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(&manage->db, "UPDATE site SET name=?, origins=?, settings=? WHERE site=?",
                    VT_DB_T(site->name), VT_DB_T(site->origins), VT_DB_T(site->settings),
                    VT_DB_T(site->site));
    return vt_manage_finish(manage, changed(manage, err));
}

int vt_manage_site_rotate(struct vt_manage *manage, struct vt_str site)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(&manage->db,
                    "UPDATE site SET secret_before=secret, secret=NULL WHERE site=? AND secret IS NOT NULL",
                    VT_DB_T(site));
    err = changed(manage, err);
    return vt_manage_finish(manage, err == VT_ERR_MISSING ? VT_ERR_STALE : err);
}

int vt_manage_person_add(struct vt_manage *manage, const struct vt_store_person *person)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    return vt_manage_finish(
        manage,
        vt_db_run(&manage->db,
                  "INSERT INTO associate (site, person, login, name, role, password, disabled, created)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  VT_DB_T(person->site), VT_DB_T(person->person), VT_DB_T(person->login),
                  VT_DB_T(person->name), VT_DB_T(person->role), VT_DB_T(person->password),
                  VT_DB_N(person->disabled), VT_DB_N(vt_wall_ms())));
}

int vt_manage_person_put(struct vt_manage *manage, const struct vt_store_person *person)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(&manage->db,
                    "UPDATE associate SET name=?, role=?, password=?, disabled=? WHERE site=? AND person=?",
                    VT_DB_T(person->name), VT_DB_T(person->role), VT_DB_T(person->password),
                    VT_DB_N(person->disabled), VT_DB_T(person->site), VT_DB_T(person->person));
    err = changed(manage, err);
    if (!err)
        err = vt_db_run(&manage->db, "DELETE FROM login WHERE person=?", VT_DB_T(person->person));
    return vt_manage_finish(manage, err);
}

int vt_manage_token_add(struct vt_manage *manage, const struct vt_manage_token *token)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    return vt_manage_finish(
        manage,
        vt_db_run(&manage->db,
                  "INSERT INTO token (site, hash, name, verbs, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
                  VT_DB_T(token->site), VT_DB_T(token->hash), VT_DB_T(token->name), VT_DB_T(token->verbs),
                  VT_DB_N(token->created), VT_DB_N(token->expires)));
}

int vt_manage_token_remove(struct vt_manage *manage, struct vt_str site, struct vt_str name)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(&manage->db, "DELETE FROM token WHERE site=? AND name=?", VT_DB_T(site), VT_DB_T(name));
    return vt_manage_finish(manage, changed(manage, err));
}

int vt_manage_catalogue_put(struct vt_manage *manage, struct vt_str site,
                            const struct vt_store_product *products, size_t n,
                            const struct vt_manage_picture *pictures, size_t pictures_n)
{
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(&manage->db, "DELETE FROM product WHERE site=?", VT_DB_T(site));
    for (size_t i = 0; i < n && !err; i++)
        err = vt_db_run(&manage->db, "INSERT INTO product (site, sku, place, body) VALUES (?, ?, ?, ?)",
                        VT_DB_T(site), VT_DB_T(products[i].sku), VT_DB_N(i), VT_DB_T(products[i].body));
    if (!err)
        err = vt_manage_pictures_write(&manage->db, site, pictures, pictures_n);
    return vt_manage_finish(manage, err);
}

/* --- reading ------------------------------------------------------------------------------- */

/* Room for one more item; what was there is copied, as arenas do not grow in place. */
static void *grow(struct vt_arena *arena, void *items, size_t n, size_t size)
{
    if (n > 0 && (n & (n - 1)) != 0)
        return items; /* room up to the next power of two */
    void *more = vt_arena_array(arena, n ? n * 2 : 1, size);
    if (more && n > 0)
        memcpy(more, items, n * size);
    return more;
}

int vt_manage_site_find(struct vt_manage *manage, struct vt_str key, struct vt_arena *arena,
                        struct vt_store_site *ret_site)
{
    sqlite3_stmt *stmt = vt_db_start(&manage->db, "SELECT " VT_SITE_COLUMNS " FROM site WHERE key=?",
                                     VT_DB_T(key));
    int err = vt_db_step(&manage->db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    *ret_site = vt_run_read_site(stmt, arena, &short_of);
    vt_db_end(stmt);
    return short_of;
}

int vt_manage_sites(struct vt_manage *manage, struct vt_arena *arena, struct vt_store_site **ret_sites,
                    size_t *ret_n)
{
    sqlite3_stmt *stmt = vt_db_start_values(
        &manage->db, "SELECT " VT_SITE_COLUMNS " FROM site ORDER BY created, site", NULL, 0);
    struct vt_store_site *sites = NULL;
    size_t n = 0;
    int err, short_of = VT_OK;
    while ((err = vt_db_step(&manage->db, stmt)) == VT_DB_ROW) {
        sites = grow(arena, sites, n, sizeof(*sites));
        if (sites)
            sites[n++] = vt_run_read_site(stmt, arena, &short_of);
        if (!sites || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    *ret_sites = sites;
    *ret_n = n;
    return err;
}

int vt_manage_person_find(struct vt_manage *manage, struct vt_str login, struct vt_arena *arena,
                          struct vt_store_person *ret_person)
{
    sqlite3_stmt *stmt = vt_db_start(&manage->db, "SELECT " VT_PERSON_COLUMNS " FROM associate WHERE login=?",
                                     VT_DB_T(login));
    int err = vt_db_step(&manage->db, stmt), short_of = VT_OK;
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    *ret_person = vt_run_read_person(stmt, arena, &short_of);
    vt_db_end(stmt);
    return short_of;
}

int vt_manage_people(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                     struct vt_store_person **ret_people, size_t *ret_n)
{
    sqlite3_stmt *stmt = vt_db_start(
        &manage->db, "SELECT " VT_PERSON_COLUMNS " FROM associate WHERE site=? ORDER BY login",
        VT_DB_T(site));
    struct vt_store_person *people = NULL;
    size_t n = 0;
    int err, short_of = VT_OK;
    while ((err = vt_db_step(&manage->db, stmt)) == VT_DB_ROW) {
        people = grow(arena, people, n, sizeof(*people));
        if (people)
            people[n++] = vt_run_read_person(stmt, arena, &short_of);
        if (!people || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    *ret_people = people;
    *ret_n = n;
    return err;
}

int vt_manage_tokens(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                     struct vt_manage_token **ret_tokens, size_t *ret_n)
{
    sqlite3_stmt *stmt = vt_db_start(
        &manage->db,
        "SELECT site, name, hash, verbs, created, expires, used FROM token WHERE site=?"
        " ORDER BY name",
        VT_DB_T(site));
    struct vt_manage_token *tokens = NULL;
    size_t n = 0;
    int err, short_of = VT_OK;
    while ((err = vt_db_step(&manage->db, stmt)) == VT_DB_ROW) {
        tokens = grow(arena, tokens, n, sizeof(*tokens));
        if (tokens)
            tokens[n++] = (struct vt_manage_token){
                .site = vt_db_text(stmt, 0, arena, &short_of),
                .name = vt_db_text(stmt, 1, arena, &short_of),
                .hash = vt_db_text(stmt, 2, arena, &short_of),
                .verbs = vt_db_text(stmt, 3, arena, &short_of),
                .created = vt_db_int(stmt, 4),
                .expires = vt_db_int(stmt, 5),
                .used = vt_db_int(stmt, 6),
            };
        if (!tokens || short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    *ret_tokens = tokens;
    *ret_n = n;
    return err;
}
