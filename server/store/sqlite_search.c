/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/search.h"

#include "protocol/c/messages.h"
#include "server/base/err.h"
#include "server/store/sqlite_manage.h"
#include "server/store/sqlite_snippet.h"

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

static int read_number(struct vt_db *db, struct vt_stmt *stmt, int64_t *ret_number)
{
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_number = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

#define SAID(text, is_text)                                                                                  \
    "INSERT INTO found (site, conv, cs, text) SELECT site, conv, cs, text FROM (SELECT l.id, m.site,"        \
    " m.conv, m.cs, " text " AS text FROM found_later l"                                                     \
    " JOIN message m ON m.site=l.site AND m.conv=l.conv AND m.cs=l.cs"                                       \
    " JOIN conversation c ON c.site=l.site AND c.conv=l.conv"                                                \
    " WHERE l.id <= ? AND c.customer NOT GLOB 'practice:*') said WHERE " is_text                             \
    " ORDER BY id ON CONFLICT DO NOTHING"
#define PATH "CASE m.kind WHEN 'chat.send' THEN '$.body.text' ELSE '$.name' END"

/* Rows that went meanwhile, that say nothing, and those of practices are noted as well, and passed over here.
 * PostgreSQL's index is found's own. */
static int add_until(struct vt_db *db, int64_t last)
{
    int64_t newest = 0;
    int err = read_number(db, vt_db_start_values(db, "SELECT coalesce(max(id), 0) FROM found", NULL, 0),
                          &newest);
    if (!err)
        err = vt_db_run(db,
                        vt_db_either(db,
                                     SAID("CASE WHEN json_valid(m.body) THEN m.body ->> " PATH " END",
                                          "typeof(text)='text'"),
                                     SAID("m.body ->> " PATH, "text IS NOT NULL")),
                        VT_DB_N(last));
    if (!err && db->sqlite)
        err = vt_db_run(
            db, "INSERT INTO message_fts (rowid, site, text) SELECT id, site, text FROM found WHERE id > ?",
            VT_DB_N(newest));
    return err ? err : vt_db_run(db, "DELETE FROM found_later WHERE id <= ?", VT_DB_N(last));
}

int vt_search_catch_up(struct vt_db *db, size_t limit, size_t *ret_n)
{
    struct vt_stmt *stmt = vt_db_start(
        db, "SELECT max(id), count(*) FROM (SELECT id FROM found_later ORDER BY id LIMIT ?) next",
        VT_DB_N(limit));
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
        return vt_db_commit(db);
    vt_db_go_back(db);
    return err;
}

int vt_search_forget(struct vt_db *db, struct vt_str site, struct vt_str conv)
{
#define UNSAID                                                                                               \
    " FROM found WHERE site=?1 AND conv=?2 AND NOT EXISTS (SELECT 1 FROM message m WHERE m.site=?1 AND"      \
    " m.conv=?2 AND m.cs=found.cs)"
    if (!db->sqlite)
        return vt_db_run(db, "DELETE" UNSAID, VT_DB_T(site), VT_DB_T(conv));
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

/* The next of `io_words` that has a letter; absent: there is none. */
static struct vt_str next_word(struct vt_str *io_words)
{
    while (io_words->len > 0) {
        const char *blank = memchr(io_words->ptr, ' ', io_words->len);
        struct vt_str word = { io_words->ptr, blank ? (size_t)(blank - io_words->ptr) : io_words->len };
        io_words->ptr += word.len + (blank != NULL);
        io_words->len -= word.len + (blank != NULL);
        if (has_letter(word))
            return word;
    }
    return (struct vt_str){ 0 };
}

/* {text}:("word" AND "begun" *). The number of words. */
static size_t write_query(struct vt_buf *out, struct vt_str words)
{
    size_t n = 0;
    struct vt_str word;
    vt_buf_text(out, "{text}:(");
    for (; n < VT_SEARCH_WORDS && (word = next_word(&words)).ptr; n++) {
        vt_buf_text(out, n > 0 ? " AND " : "");
        put_string(out, word);
    }
    vt_buf_text(out, " *)");
    return n;
}

/* PostgreSQL: a line each. */
static void write_lines(struct vt_buf *out, struct vt_str words)
{
    struct vt_str word;
    for (size_t n = 0; n < VT_SEARCH_WORDS && (word = next_word(&words)).ptr; n++) {
        vt_buf_text(out, n > 0 ? "\n" : "");
        vt_buf_str(out, word);
    }
}

static void read_hit(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
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

/* What may be seen by who asks, the newest first. */
#define FOUND(snippet, from, match, id)                                                                      \
    "SELECT f.id, f.conv, f.cs, m.ts, m.author, m.kind, m.aud, " snippet ","                                 \
    " (SELECT name FROM seen s WHERE s.site=f.site AND s.conv=f.conv AND s.who='c')"                         \
    " FROM " from " JOIN message m ON m.site=f.site AND m.conv=f.conv AND m.cs=f.cs"                         \
    " WHERE " match " AND f.site=?2 AND " id " < ?3"                                                         \
    " AND (?5='' OR NOT EXISTS (SELECT 1 FROM session s WHERE s.site=f.site"                                 \
    " AND s.conv=f.conv) OR EXISTS (SELECT 1 FROM (SELECT queue, associate FROM"                             \
    " session s WHERE s.site=f.site AND s.conv=f.conv ORDER BY created DESC LIMIT 1) last"                   \
    " WHERE coalesce(queue, '')='' OR associate=?6"                                                          \
    " OR instr(' ' || ?5 || ' ', ' ' || queue || ' ') > 0))"                                                 \
    " ORDER BY " id " DESC LIMIT ?4"

int vt_search(struct vt_manage *manage, struct vt_str site, const struct vt_search_who *who,
              struct vt_str words, int64_t before, size_t limit, struct vt_arena *arena,
              struct vt_search_hit **ret_hits, size_t *ret_n)
{
    static const char sqlite[] = FOUND("snippet(message_fts, 1, char(2), char(3), '…', 16)",
                                       "message_fts JOIN found f ON f.id=message_fts.rowid",
                                       "message_fts MATCH ?1", "message_fts.rowid");
    /* ?1 is a word a line. One index finds the rows that hold them all, the patterns tell whether those of
     * one word stand together; what shows around them is made of the whole text. */
    static const char postgres[] = FOUND("f.text", "found f",
                                         "vt_tokens(f.words) @@ (SELECT vt_search_query(?1))"
                                         " AND f.words LIKE ALL ((SELECT vt_search_patterns(?1))::text[])",
                                         "f.id");
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf query = VT_BUF_INIT(QUERY_BYTES);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf match = VT_BUF_INIT(QUERY_BYTES);
    *ret_n = 0;
    if (write_query(&match, words) == 0)
        return VT_OK;
    if (manage->db->sqlite) {
        vt_buf_text(&query, "{site}:");
        put_string(&query, site);
        vt_buf_text(&query, " AND ");
        vt_buf_str(&query, vt_buf_view(&match));
    } else {
        write_lines(&query, words);
    }
    int err = vt_manage_read_all(
        manage,
        vt_db_start(manage->db, vt_db_either(manage->db, sqlite, postgres), VT_DB_T(vt_buf_view(&query)),
                    VT_DB_T(site), VT_DB_N(before > 0 ? before : INT64_MAX), VT_DB_N(limit),
                    VT_DB_T(who->queues.ptr ? who->queues : VT_STR("")), VT_DB_T(who->person)),
        arena, sizeof(**ret_hits), read_hit, ret_hits, ret_n);
    return err || manage->db->sqlite ? err : vt_snippets(*ret_hits, *ret_n, vt_buf_view(&match), arena);
}
