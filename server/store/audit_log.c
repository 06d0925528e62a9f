/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/audit_log.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/store/sqlite_db.h"

enum { RECORD_BYTES = 32768, PAGE = 256, PAGE_BYTES = 16 << 20 };

struct vt_audit_log {
    struct vt_db db;
};

#define GUARDS                                                                                               \
    "CREATE TRIGGER record_kept BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'append only'); END;"      \
    "CREATE TRIGGER record_stays BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'append only'); END;"

/* base: the record before the first one that is still here. */
static const char tables[] =
    "CREATE TABLE record (n INTEGER PRIMARY KEY, time INTEGER NOT NULL, site TEXT NOT NULL, actor TEXT NOT "
    "NULL,"
    " verb TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL) STRICT;"
    "CREATE INDEX record_site ON record (site, n);"
    "CREATE TABLE mark (name TEXT PRIMARY KEY, n INTEGER NOT NULL, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO mark VALUES ('head', 0, ''), ('base', 0, '');" GUARDS "PRAGMA user_version=1;";

static int make_tables(struct vt_db *db)
{
    struct vt_stmt *stmt;
    int err = vt_db_begin(db);
    if (err)
        return err;
    stmt = vt_db_start_values(db, "PRAGMA user_version", NULL, 0);
    err = vt_db_step(db, stmt);
    int64_t version = err == VT_DB_ROW ? vt_db_int(stmt, 0) : -1;
    if (err == VT_DB_ROW)
        vt_db_end(stmt);
    err = version < 0 ? VT_ERR_IO : VT_OK;
    if (!err && version == 0)
        err = vt_db_err(db, sqlite3_exec(db->sqlite, tables, NULL, NULL, NULL));
    if (!err)
        return vt_db_exec(db, "COMMIT");
    vt_db_go_back(db);
    return err;
}

struct vt_audit_log *vt_audit_log_open(const char *data_dir, struct vt_buf *ret_error)
{
    struct vt_audit_log *log = calloc(1, sizeof(*log));
    if (!log)
        return NULL;
    int err = vt_db_open(&log->db, data_dir, VT_DB_AUDIT, false, ret_error);
    if (!err) {
        /* Nobody else folds this file's log: a few records a minute need no thread for it. */
        sqlite3_wal_autocheckpoint(log->db.sqlite, 1000);
        err = make_tables(&log->db);
        if (err)
            vt_buf_printf(ret_error, "The audit log cannot be set up: %s.", sqlite3_errmsg(log->db.sqlite));
    }
    if (!err)
        return log;
    vt_audit_log_close(log);
    return NULL;
}

void vt_audit_log_close(struct vt_audit_log *log)
{
    if (!log)
        return;
    vt_db_close(&log->db);
    free(log);
}

/* --- the chain ----------------------------------------------------------------------------- */

static void put_member(struct vt_buf *out, const char *name, struct vt_str text)
{
    vt_buf_printf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", name);
    vt_buf_json_string(out, text);
}

/* Canonical: names in order, no space, numbers as digits; the detail as the text that is stored. */
int vt_audit_hash(const struct vt_audit_record *record, const char *former, char ret_hash[VT_SHA256_TEXT])
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(RECORD_BYTES);
    vt_buf_printf(&text, "%s{", former);
    if (text.failed)
        return VT_ERR_NOMEM;
    put_member(&text, "actor", record->actor);
    put_member(&text, "detail", record->detail);
    vt_buf_printf(&text, ",\"n\":%lld", (long long)record->n);
    put_member(&text, "object", record->object);
    put_member(&text, "site", record->site);
    vt_buf_printf(&text, ",\"time\":%lld", (long long)record->time);
    put_member(&text, "verb", record->verb);
    vt_buf_byte(&text, '}');
    return text.failed ? VT_ERR_INVALID : vt_sha256_hex(vt_buf_view(&text), ret_hash);
}

static int read_mark(struct vt_db *db, struct vt_str name, struct vt_audit_head *ret_head)
{
    struct vt_stmt *stmt = vt_db_start(db, "SELECT n, hash FROM mark WHERE name=?", VT_DB_T(name));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    const char *hash = vt_db_cstr(stmt, 1);
    ret_head->n = vt_db_int(stmt, 0);
    vt_str_copy(ret_head->hash, sizeof(ret_head->hash), vt_str(hash ? hash : ""));
    vt_db_end(stmt);
    return VT_OK;
}

static int put_mark(struct vt_db *db, struct vt_str name, const struct vt_audit_head *head)
{
    return vt_db_run(db, "UPDATE mark SET n=?, hash=? WHERE name=?", VT_DB_N(head->n),
                     VT_DB_T(vt_str(head->hash)), VT_DB_T(name));
}

static int append_one(struct vt_db *db, const struct vt_audit_record *from, struct vt_audit_head *head)
{
    struct vt_audit_record record = *from;
    struct vt_audit_head next = { .n = head->n + 1 };
    record.n = next.n;
    int err = vt_audit_hash(&record, head->hash, next.hash);
    if (!err)
        err = vt_db_run(db,
                        "INSERT INTO record (n, time, site, actor, verb, object, detail, hash)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        VT_DB_N(record.n), VT_DB_N(record.time), VT_DB_T(record.site), VT_DB_T(record.actor),
                        VT_DB_T(record.verb), VT_DB_T(record.object), VT_DB_T(record.detail),
                        VT_DB_T(vt_str(next.hash)));
    if (!err)
        *head = next;
    return err;
}

static int finish(struct vt_db *db, int err)
{
    if (!err)
        err = vt_db_exec(db, "COMMIT");
    if (err)
        vt_db_go_back(db);
    return err;
}

int vt_audit_log_append(struct vt_audit_log *log, const struct vt_audit_record *records, size_t n)
{
    struct vt_audit_head head;
    int err = vt_db_begin(&log->db);
    if (err)
        return err;
    err = read_mark(&log->db, VT_STR("head"), &head);
    for (size_t i = 0; i < n && !err; i++)
        err = append_one(&log->db, &records[i], &head);
    if (!err)
        err = put_mark(&log->db, VT_STR("head"), &head);
    return finish(&log->db, err);
}

int vt_audit_log_head(struct vt_audit_log *log, struct vt_audit_head *ret_head)
{
    return read_mark(&log->db, VT_STR("head"), ret_head);
}

/* --- reading ------------------------------------------------------------------------------- */

static struct vt_audit_record read_record(struct vt_stmt *stmt, struct vt_arena *arena, int *err)
{
    return (struct vt_audit_record){
        .n = vt_db_int(stmt, 0),
        .time = vt_db_int(stmt, 1),
        .site = vt_db_text(stmt, 2, arena, err),
        .actor = vt_db_text(stmt, 3, arena, err),
        .verb = vt_db_text(stmt, 4, arena, err),
        .object = vt_db_text(stmt, 5, arena, err),
        .detail = vt_db_text(stmt, 6, arena, err),
        .hash = vt_db_text(stmt, 7, arena, err),
    };
}

/* One text for both orders is not possible; the filter's absent parts are NULL and always true. */
#define SELECT_RECORDS                                                                                       \
    "SELECT n, time, site, actor, verb, object, detail, hash FROM record WHERE (?1 IS NULL OR site=?1)"      \
    " AND (?2 IS NULL OR verb=?2 OR substr(verb, 1, length(?2)+1)=?2||'.') AND (?3 IS NULL OR actor=?3)"     \
    " AND (?4 IS NULL OR object=?4) AND time >= ?5 AND (?6 = 0 OR time < ?6)"

int vt_audit_log_read(struct vt_audit_log *log, const struct vt_audit_filter *filter, struct vt_arena *arena,
                      struct vt_audit_record **ret_records, size_t *ret_n)
{
    static const char newest[] = SELECT_RECORDS " AND (?7 = 0 OR n < ?7) ORDER BY n DESC LIMIT ?8";
    static const char oldest[] = SELECT_RECORDS " AND n > ?7 ORDER BY n LIMIT ?8";
    struct vt_audit_record *records = vt_arena_array(arena, filter->limit, sizeof(*records));
    size_t n = 0;
    int err, short_of = VT_OK;
    if (!records)
        return VT_ERR_NOMEM;
    struct vt_stmt *stmt = vt_db_start(&log->db, filter->newest ? newest : oldest, VT_DB_T(filter->site),
                                       VT_DB_T(filter->verb), VT_DB_T(filter->actor), VT_DB_T(filter->object),
                                       VT_DB_N(filter->from), VT_DB_N(filter->to), VT_DB_N(filter->after),
                                       VT_DB_N(filter->limit));
    while ((err = vt_db_step(&log->db, stmt)) == VT_DB_ROW) {
        records[n++] = read_record(stmt, arena, &short_of);
        if (short_of) {
            vt_db_end(stmt);
            return VT_ERR_NOMEM;
        }
    }
    *ret_records = records;
    *ret_n = n;
    return err;
}

/* --- verifying ----------------------------------------------------------------------------- */

/* What a walk along the chain knows. */
struct walk {
    struct vt_audit_head at, base;
    const struct vt_audit_head *known;
    bool known_seen, base_told;
    struct vt_audit_verdict *verdict;
};

static void break_at(struct walk *walk, int64_t n, const char *why)
{
    walk->verdict->broken = n;
    walk->verdict->why = why;
}

/* The text that vt_audit_log_trim leaves behind. */
static void tell_base(const struct vt_audit_head *base, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "{\"upto\":%lld,\"hash\":\"%s\"}", (long long)base->n, base->hash);
}

static int look_at(struct walk *walk, const struct vt_audit_record *record)
{
    char hash[VT_SHA256_TEXT], told[160];
    if (record->n != walk->at.n + 1) {
        break_at(walk, walk->at.n + 1, "it is missing");
        return VT_OK;
    }
    int err = vt_audit_hash(record, walk->at.hash, hash);
    if (err == VT_ERR_NOMEM)
        return err;
    if (err || !vt_str_eq(vt_str(hash), record->hash)) {
        break_at(walk, record->n, "it, or the one before it, was changed");
        return VT_OK;
    }
    walk->at.n = record->n;
    memcpy(walk->at.hash, hash, sizeof(hash));
    walk->verdict->records++;
    tell_base(&walk->base, told, sizeof(told));
    if (vt_str_eq(record->verb, VT_STR("audit.trimmed")) && vt_str_eq(record->detail, vt_str(told)))
        walk->base_told = true;
    if (walk->known && walk->known->n == record->n) {
        walk->known_seen = true;
        if (!vt_str_eq(vt_str(walk->known->hash), record->hash))
            break_at(walk, record->n, "it is not the one that was told before");
    }
    return VT_OK;
}

static void look_at_ends(struct walk *walk)
{
    const struct vt_audit_head *head = &walk->verdict->head;
    if (head->n != walk->at.n || strcmp(head->hash, walk->at.hash) != 0)
        break_at(walk, walk->at.n + 1, "the records behind it were cut off");
    else if (walk->base.n > 0 && !walk->base_told)
        break_at(walk, walk->base.n, "the beginning was cut off and no record says so");
    else if (walk->known && !walk->known_seen && walk->known->n > walk->base.n)
        break_at(walk, walk->known->n, "it was told before and is missing");
}

/* A flipped bit may also make a page unreadable: SQLite says so, and where the walk stood is the place. */
static int walk_all(struct vt_audit_log *log, struct walk *walk)
{
    struct vt_arena arena;
    struct vt_audit_filter filter = { .limit = PAGE };
    int err = VT_OK;
    vt_arena_init(&arena, PAGE_BYTES);
    for (size_t n = PAGE; n == PAGE && !err && !walk->verdict->broken;) {
        struct vt_audit_record *records;
        filter.after = walk->at.n;
        vt_arena_reset(&arena);
        err = vt_audit_log_read(log, &filter, &arena, &records, &n);
        for (size_t i = 0; i < n && !err && !walk->verdict->broken; i++)
            err = look_at(walk, &records[i]);
    }
    vt_arena_finish(&arena);
    if (err == VT_ERR_IO) {
        break_at(walk, walk->at.n + 1, "the file cannot be read from there on");
        return VT_OK;
    }
    return err;
}

int vt_audit_log_verify(struct vt_audit_log *log, const struct vt_audit_head *known,
                        struct vt_audit_verdict *ret_verdict)
{
    *ret_verdict = (struct vt_audit_verdict){ 0 };
    struct walk walk = { .known = known, .verdict = ret_verdict };
    int err = vt_db_exec(&log->db, "BEGIN"); /* one picture of it, while others append */
    if (err)
        return err;
    err = read_mark(&log->db, VT_STR("head"), &ret_verdict->head);
    if (!err)
        err = read_mark(&log->db, VT_STR("base"), &walk.base);
    walk.at = walk.base;
    if (!err)
        err = walk_all(log, &walk);
    if (!err && !ret_verdict->broken)
        look_at_ends(&walk);
    vt_db_exec(&log->db, "COMMIT");
    return err;
}

/* --- trimming ------------------------------------------------------------------------------ */

static int find_base(struct vt_db *db, int64_t before, struct vt_audit_head *ret_base)
{
    struct vt_stmt *stmt = vt_db_start(
        db, "SELECT n, hash FROM record WHERE time < ? ORDER BY n DESC LIMIT 1", VT_DB_N(before));
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_MISSING;
    const char *hash = vt_db_cstr(stmt, 1);
    ret_base->n = vt_db_int(stmt, 0);
    vt_str_copy(ret_base->hash, sizeof(ret_base->hash), vt_str(hash ? hash : ""));
    vt_db_end(stmt);
    return VT_OK;
}

static int cut(struct vt_db *db, const struct vt_audit_head *base)
{
    int err = vt_db_err(db, sqlite3_exec(db->sqlite, "DROP TRIGGER record_stays; DROP TRIGGER record_kept;",
                                         NULL, NULL, NULL));
    if (!err)
        err = vt_db_run(db, "DELETE FROM record WHERE n <= ?", VT_DB_N(base->n));
    return err ? err : vt_db_err(db, sqlite3_exec(db->sqlite, GUARDS, NULL, NULL, NULL));
}

static int trim(struct vt_db *db, const struct vt_audit_head *base)
{
    char told[160];
    struct vt_audit_head head;
    struct vt_audit_record record = { .time = vt_wall_ms(),
                                      .site = VT_STR(""),
                                      .actor = VT_STR("system"),
                                      .verb = VT_STR("audit.trimmed"),
                                      .object = VT_STR("") };
    tell_base(base, told, sizeof(told));
    record.detail = vt_str(told);
    int err = read_mark(db, VT_STR("head"), &head);
    if (!err)
        err = append_one(db, &record, &head);
    if (!err)
        err = put_mark(db, VT_STR("head"), &head);
    if (!err)
        err = put_mark(db, VT_STR("base"), base);
    return err ? err : cut(db, base);
}

int vt_audit_log_trim(struct vt_audit_log *log, int64_t before, size_t *ret_n)
{
    struct vt_audit_head base, former;
    *ret_n = 0;
    int err = vt_db_begin(&log->db);
    if (err)
        return err;
    err = read_mark(&log->db, VT_STR("base"), &former);
    if (!err)
        err = find_base(&log->db, before, &base);
    if (err == VT_ERR_MISSING)
        return finish(&log->db, VT_OK);
    if (!err)
        err = trim(&log->db, &base);
    err = finish(&log->db, err);
    if (!err)
        *ret_n = (size_t)(base.n - former.n);
    return err;
}
