/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/search.h"

#include "protocol/c/messages.h"
#include "server/base/err.h"
#include "server/store/sqlite_manage.h"

enum { QUERY_BYTES = 2048 };

/* --- keeping ------------------------------------------------------------------------------------- */

int vt_search_note(struct vt_db *db, struct vt_str site, struct vt_str conv, uint32_t cs, struct vt_str op)
{
    if (!vt_str_eq(op, VT_STR("chat.send")) && !vt_str_eq(op, VT_STR("identify")) &&
        !vt_str_eq(op, VT_STR("chat.contact")))
        return VT_OK;
    return vt_db_run(db, "INSERT INTO found_later (site, conv, cs) VALUES (?, ?, ?)", VT_DB_T(site),
                     VT_DB_T(conv), VT_DB_N(cs));
}

static int read_number(struct vt_db *db, sqlite3_stmt *stmt, int64_t *ret_number)
{
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_number = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

/* Rows that went meanwhile, that say nothing, and those of practices are noted as well, and passed over here.
 */
static int add_until(struct vt_db *db, int64_t last)
{
    int64_t newest = 0;
    int err = read_number(db, vt_db_start_values(db, "SELECT coalesce(max(id), 0) FROM found", NULL, 0),
                          &newest);
    if (!err)
        err = vt_db_run(
            db,
            "INSERT INTO found (site, conv, cs, text) SELECT site, conv, cs, text FROM (SELECT l.id, m.site,"
            " m.conv, m.cs, CASE WHEN json_valid(m.body) THEN"
            " m.body ->> iif(m.kind='chat.send', '$.body.text', '$.name') END AS text"
            " FROM found_later l JOIN message m ON m.site=l.site AND m.conv=l.conv AND m.cs=l.cs"
            " JOIN conversation c ON c.site=l.site AND c.conv=l.conv"
            " WHERE l.id <= ? AND c.customer NOT GLOB 'practice:*') WHERE typeof(text)='text' ORDER BY id"
            " ON CONFLICT DO NOTHING",
            VT_DB_N(last));
    if (!err)
        err = vt_db_run(
            db, "INSERT INTO message_fts (rowid, site, text) SELECT id, site, text FROM found WHERE id > ?",
            VT_DB_N(newest));
    return err ? err : vt_db_run(db, "DELETE FROM found_later WHERE id <= ?", VT_DB_N(last));
}

int vt_search_catch_up(struct vt_db *db, size_t limit, size_t *ret_n)
{
    sqlite3_stmt *stmt = vt_db_start(
        db, "SELECT max(id), count(*) FROM (SELECT id FROM found_later ORDER BY id LIMIT ?)", VT_DB_N(limit));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    const int64_t last = vt_db_int(stmt, 0);
    *ret_n = (size_t)vt_db_int(stmt, 1);
    vt_db_end(stmt);
    if (*ret_n == 0)
        return VT_OK;
    err = vt_db_begin(db);
    if (err)
        return err;
    err = add_until(db, last);
    if (!err)
        err = vt_db_exec(db, "COMMIT");
    if (err)
        vt_db_go_back(db);
    return err;
}

int vt_search_forget(struct vt_db *db, struct vt_str site, struct vt_str conv)
{
#define UNSAID                                                                                               \
    " FROM found WHERE site=?1 AND conv=?2 AND NOT EXISTS (SELECT 1 FROM message m WHERE m.site=?1 AND"      \
    " m.conv=?2 AND m.cs=found.cs)"
    int err = vt_db_run(db,
                        "INSERT INTO message_fts (message_fts, rowid, site, text)"
                        " SELECT 'delete', id, site, text" UNSAID,
                        VT_DB_T(site), VT_DB_T(conv));
    if (!err)
        err = vt_db_run(db, "DELETE" UNSAID, VT_DB_T(site), VT_DB_T(conv));
    /* Words that were struck out leave the pages when these are merged: 4 MB at a time, so that no
     * commit waits for long. */
    return err ? err : vt_db_exec(db, "INSERT INTO message_fts (message_fts, rank) VALUES ('merge', -1000)");
}

/* --- asking -------------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool has_letter(struct vt_str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (is_letter(word.ptr[i]))
            return true;
    return false;
}

/* A string of FTS5: nothing in it is an operator. */
static void put_string(struct vt_buf *out, struct vt_str word)
{
    vt_buf_byte(out, '"');
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '"')
            vt_buf_byte(out, '"');
        vt_buf_byte(out, word.ptr[i]);
    }
    vt_buf_byte(out, '"');
}

/* {site}:"…" AND {text}:("word" AND "begun" *). The number of words. */
static size_t write_query(struct vt_buf *out, struct vt_str site, struct vt_str words)
{
    size_t n = 0;
    vt_buf_text(out, "{site}:");
    put_string(out, site);
    vt_buf_text(out, " AND {text}:(");
    while (words.len > 0 && n < VT_SEARCH_WORDS) {
        const char *blank = memchr(words.ptr, ' ', words.len);
        struct vt_str word = { words.ptr, blank ? (size_t)(blank - words.ptr) : words.len };
        words.ptr += word.len + (blank != NULL);
        words.len -= word.len + (blank != NULL);
        if (!has_letter(word))
            continue;
        vt_buf_text(out, n++ > 0 ? " AND " : "");
        put_string(out, word);
    }
    vt_buf_text(out, " *)");
    return n;
}

static void read_hit(sqlite3_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_search_hit *)ret_item = (struct vt_search_hit){
        .id = vt_db_int(stmt, 0),
        .conv = vt_db_text(stmt, 1, arena, err),
        .cs = vt_db_int(stmt, 2),
        .ts = vt_db_int(stmt, 3),
        .by = vt_db_text(stmt, 4, arena, err),
        .kind = vt_db_text(stmt, 5, arena, err),
        .staff = (vt_db_int(stmt, 6) & 1 << VT_ROLE_CUSTOMER) == 0,
        .text = vt_db_text(stmt, 7, arena, err),
        .name = vt_db_text(stmt, 8, arena, err),
    };
}

int vt_search(struct vt_manage *manage, struct vt_str site, const struct vt_search_who *who,
              struct vt_str words, int64_t before, size_t limit, struct vt_arena *arena,
              struct vt_search_hit **ret_hits, size_t *ret_n)
{
    static const char sql[] =
        "SELECT f.id, f.conv, f.cs, m.ts, m.author, m.kind, m.aud,"
        " snippet(message_fts, 1, char(2), char(3), '…', 16),"
        " (SELECT name FROM seen s WHERE s.site=f.site AND s.conv=f.conv AND s.who='c')"
        " FROM message_fts JOIN found f ON f.id=message_fts.rowid"
        " JOIN message m ON m.site=f.site AND m.conv=f.conv AND m.cs=f.cs"
        " WHERE message_fts MATCH ?1 AND f.site=?2 AND message_fts.rowid < ?3"
        " AND (?5='' OR NOT EXISTS (SELECT 1 FROM session s WHERE s.site=f.site"
        " AND s.conv=f.conv) OR EXISTS (SELECT 1 FROM (SELECT queue, associate FROM"
        " session s WHERE s.site=f.site AND s.conv=f.conv ORDER BY created DESC LIMIT 1)"
        " WHERE coalesce(queue, '')='' OR associate=?6"
        " OR instr(' ' || ?5 || ' ', ' ' || queue || ' ') > 0))"
        " ORDER BY message_fts.rowid DESC LIMIT ?4";
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf query = VT_BUF_INIT(QUERY_BYTES);
    *ret_n = 0;
    if (write_query(&query, site, words) == 0)
        return VT_OK;
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, sql, VT_DB_T(vt_buf_view(&query)), VT_DB_T(site),
                                          VT_DB_N(before > 0 ? before : INT64_MAX), VT_DB_N(limit),
                                          VT_DB_T(who->queues.ptr ? who->queues : VT_STR("")),
                                          VT_DB_T(who->person)),
                              arena, sizeof(**ret_hits), read_hit, ret_hits, ret_n);
}
