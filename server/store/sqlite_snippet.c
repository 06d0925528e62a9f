/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite_snippet.h"

#include "server/store/sqlite_db.h"

/* A table in memory for the few texts of one page. */
static int fill(struct vt_db *db, const struct vt_search_hit *hits, size_t n)
{
    int code = sqlite3_open_v2(":memory:", &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(
            db->sqlite, "CREATE VIRTUAL TABLE hit USING fts5(text, tokenize='unicode61 remove_diacritics 2')",
            NULL, NULL, NULL);
    int err = db->sqlite ? vt_db_err(db, code) : VT_ERR_NOMEM;
    for (size_t i = 0; i < n && !err; i++)
        err = vt_db_run(db, "INSERT INTO hit (rowid, text) VALUES (?, ?)", VT_DB_N(i), VT_DB_T(hits[i].text));
    return err;
}

int vt_snippets(struct vt_search_hit *hits, size_t n, struct vt_str match, struct vt_arena *arena)
{
    struct vt_db db = { .driver = &vt_db_sqlite };
    int short_of = VT_OK, err = n > 0 ? fill(&db, hits, n) : VT_OK;
    struct vt_stmt *stmt = err || n == 0
                               ? NULL
                               : vt_db_start(
                                     &db,
                                     "SELECT rowid, snippet(hit, 0, char(2), char(3), '…', 16) FROM hit"
                                     " WHERE hit MATCH ?",
                                     VT_DB_T(match));
    while (!err && n > 0 && (err = vt_db_step(&db, stmt)) == VT_DB_ROW) {
        hits[vt_db_int(stmt, 0)].text = vt_db_text(stmt, 1, arena, &short_of);
        err = short_of;
    }
    vt_db_close(&db);
    return err;
}
