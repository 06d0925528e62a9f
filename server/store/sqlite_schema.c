/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, as a list of steps: a store at version n runs the steps after n. A step that has been
 * released is never edited; a change is a new step. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/store/sqlite_db.h"

enum { PATH_BYTES = 4096, COPY_DAYS = 30 };

/* `site` stands in the key of every table but three: a login's cookie, a resume token and a one-time secret
 * name their site by what they are bound to, and are found by the hash of the secret alone. */
static const char *const steps[] = {
    /* 1: the first live session */
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO meta VALUES ('accounts', 1);"

    "CREATE TABLE site (site TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " origins TEXT NOT NULL, settings TEXT NOT NULL, created INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE associate (site TEXT NOT NULL, person TEXT NOT NULL UNIQUE, login TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, role TEXT NOT NULL CHECK (role IN ('associate', 'supervisor', 'admin')),"
    " password TEXT NOT NULL, disabled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL,"
    " PRIMARY KEY (site, person)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE login (hash TEXT PRIMARY KEY, person TEXT NOT NULL, created INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, used INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX login_person ON login (person);"
    "CREATE INDEX login_expires ON login (expires);"

    "CREATE TABLE token (site TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, verbs TEXT NOT "
    "NULL,"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (site, name)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE product (site TEXT NOT NULL, sku TEXT NOT NULL, place INTEGER NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (site, sku)) STRICT;"
    "CREATE INDEX product_place ON product (site, place);"

    "CREATE TABLE conversation (site TEXT NOT NULL, conv TEXT NOT NULL, customer TEXT NOT NULL,"
    " epoch INTEGER NOT NULL, cs INTEGER NOT NULL, created INTEGER NOT NULL,"
    " PRIMARY KEY (site, conv)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE message (site TEXT NOT NULL, conv TEXT NOT NULL, cs INTEGER NOT NULL, cid TEXT, sid TEXT,"
    " aud INTEGER NOT NULL, ts INTEGER NOT NULL, author TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT "
    "NULL,"
    " PRIMARY KEY (site, conv, cs)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX message_cid ON message (site, conv, cid) WHERE cid IS NOT NULL;"

    "CREATE TABLE seen (site TEXT NOT NULL, conv TEXT NOT NULL, who TEXT NOT NULL, person TEXT, role TEXT,"
    " name TEXT, read INTEGER NOT NULL, delivered INTEGER NOT NULL, PRIMARY KEY (site, conv, who)) STRICT, "
    "WITHOUT ROWID;"

    "CREATE TABLE trail (site TEXT NOT NULL, conv TEXT NOT NULL, n INTEGER NOT NULL, ts INTEGER NOT NULL,"
    " body TEXT NOT NULL, PRIMARY KEY (site, conv, n)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE session (site TEXT NOT NULL, sid TEXT NOT NULL, conv TEXT NOT NULL, reference TEXT, queue "
    "TEXT,"
    " associate TEXT, state INTEGER NOT NULL, joined INTEGER NOT NULL, created INTEGER NOT NULL,"
    " ended INTEGER NOT NULL, view TEXT, info TEXT, PRIMARY KEY (site, sid)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX session_open ON session (joined) WHERE ended = 0;"
    "CREATE INDEX session_conv ON session (site, conv);"

    "CREATE TABLE resume (hash TEXT PRIMARY KEY, site TEXT NOT NULL, conv TEXT NOT NULL, role TEXT NOT NULL,"
    " person TEXT, origin TEXT, expires INTEGER NOT NULL, successor TEXT) STRICT, WITHOUT ROWID;"
    "CREATE INDEX resume_successor ON resume (successor) WHERE successor IS NOT NULL;"
    "CREATE INDEX resume_expires ON resume (expires);",

    /* 2: site secrets, sealed; one that is absent is made by the server */
    "ALTER TABLE site ADD COLUMN secret TEXT;"
    "ALTER TABLE site ADD COLUMN secret_before TEXT;",

    /* 3: pictures and films that belong to one conversation; kind as enum vt_medium_kind */
    "CREATE TABLE medium (site TEXT NOT NULL, id TEXT NOT NULL, conv TEXT NOT NULL, kind INTEGER NOT NULL,"
    " width INTEGER NOT NULL, height INTEGER NOT NULL, created INTEGER NOT NULL,"
    " PRIMARY KEY (site, id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX medium_conv ON medium (site, conv);",

    /* 4: the outbox of mail */
    "CREATE TABLE mail (site TEXT NOT NULL, id TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')), created INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, next INTEGER NOT NULL, why TEXT, PRIMARY KEY (site, id)) STRICT;"
    "CREATE INDEX mail_due ON mail (next) WHERE state = 'waiting';"
    "CREATE INDEX mail_recipient ON mail (recipient, created);"
    "CREATE INDEX mail_ended ON mail (created) WHERE state <> 'waiting';",

    /* 5: what staff know of a conversation, messages left for an answer, how sessions came out, one-time
       secrets */
    "ALTER TABLE conversation ADD COLUMN profile TEXT;"
    "ALTER TABLE conversation ADD COLUMN contact INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX conversation_contact ON conversation (contact) WHERE contact > 0;"
    "ALTER TABLE session ADD COLUMN outcome TEXT;"
    "ALTER TABLE session ADD COLUMN note TEXT;"
    "ALTER TABLE session ADD COLUMN stars INTEGER;"
    "CREATE TABLE once (hash TEXT PRIMARY KEY, site TEXT NOT NULL, conv TEXT NOT NULL, kind TEXT NOT NULL,"
    " sid TEXT, name TEXT, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX once_conv ON once (site, conv, kind);"
    "CREATE INDEX once_expires ON once (expires);",

    /* 6: pictures that catalogues name by address */
    "CREATE TABLE picture (site TEXT NOT NULL, url TEXT NOT NULL, sku TEXT NOT NULL, id TEXT, etag TEXT,"
    " modified TEXT, why TEXT, state TEXT NOT NULL CHECK (state IN ('wanted', 'there', 'failed')),"
    " tries INTEGER NOT NULL, next INTEGER NOT NULL, run INTEGER NOT NULL,"
    " PRIMARY KEY (site, url)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX picture_due ON picture (next) WHERE state = 'wanted';",

    /* 7: accounts: what a login was opened with, links for invitations and resets, second factors, and the
     * failures that close a name or an address for a while */
    "ALTER TABLE site ADD COLUMN version INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE login ADD COLUMN device TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE associate ADD COLUMN mail TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE link (hash TEXT PRIMARY KEY, site TEXT NOT NULL, kind TEXT NOT NULL, person TEXT, login "
    "TEXT,"
    " name TEXT NOT NULL, role TEXT NOT NULL, mail TEXT NOT NULL, maker TEXT NOT NULL, created INTEGER NOT "
    "NULL,"
    " expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX link_site ON link (site, created);"
    "CREATE TABLE factor (site TEXT NOT NULL, person TEXT NOT NULL, secret TEXT NOT NULL, confirmed INTEGER "
    "NOT "
    "NULL,"
    " step INTEGER NOT NULL, PRIMARY KEY (site, person)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE recovery (site TEXT NOT NULL, person TEXT NOT NULL, hash TEXT NOT NULL,"
    " PRIMARY KEY (site, person, hash)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE attempt (key TEXT PRIMARY KEY, count INTEGER NOT NULL, ends INTEGER NOT NULL) STRICT, "
    "WITHOUT "
    "ROWID;"
    "CREATE INDEX conversation_customer ON conversation (site, customer);"
    "CREATE INDEX conversation_created ON conversation (site, created);",

    /* 8: what reports count of a session, known when it ends, and the way to a period's sessions */
    "ALTER TABLE session ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN eta_low INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN eta_high INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN replied INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX session_created ON session (site, created);",

    /* 9: who was called into a running session; the customer's language */
    "ALTER TABLE seen ADD COLUMN called INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN lang TEXT;",

    /* 10: whose mail it is; what was erased and may have left files: media '' is the whole conversation */
    "ALTER TABLE mail ADD COLUMN conv TEXT;"
    "CREATE INDEX mail_conv ON mail (site, conv) WHERE conv IS NOT NULL;"
    "CREATE TABLE erased (site TEXT NOT NULL, conv TEXT NOT NULL, media TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (site, conv, media)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX erased_at ON erased (at);",

    /* 11: the search for what was said (search.h). message has no rowid, so `found` numbers the rows and
     * keeps their texts; no triggers, since a schema is not trusted with functions or virtual tables. */
    "CREATE TABLE found (id INTEGER PRIMARY KEY, site TEXT NOT NULL, conv TEXT NOT NULL, cs INTEGER NOT NULL,"
    " text TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX found_row ON found (site, conv, cs);"
    "CREATE VIRTUAL TABLE message_fts USING fts5(site, text, content='found', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 2');"
    "INSERT INTO found (site, conv, cs, text) SELECT site, conv, cs, said FROM (SELECT site, conv, cs, ts,"
    " CASE kind WHEN 'chat.send' THEN json_extract(body, '$.body.text') ELSE json_extract(body, '$.name') END"
    " AS said FROM message WHERE kind IN ('chat.send', 'identify', 'chat.contact'))"
    " WHERE said IS NOT NULL ORDER BY ts;"
    "INSERT INTO message_fts (message_fts) VALUES ('rebuild');",

    /* 12: what a mail is about, for who sent it */
    "ALTER TABLE mail ADD COLUMN about TEXT;",

    /* 13: the queues a person works for, parted by spaces; none: all */
    "ALTER TABLE associate ADD COLUMN queues TEXT NOT NULL DEFAULT '';",

    /* 14: whom of its customers the shop has signed for, and tokens that were used, by the hash of their jti
     */
    "ALTER TABLE conversation ADD COLUMN sub TEXT;"
    "CREATE INDEX conversation_sub ON conversation (site, sub, created) WHERE sub IS NOT NULL;"
    "UPDATE conversation SET sub=json_extract(profile, '$.customer.id')"
    " WHERE json_extract(profile, '$.customer.verified')=1;"
    "CREATE TABLE signed (site TEXT NOT NULL, jti TEXT NOT NULL, conv TEXT NOT NULL, asker TEXT NOT NULL,"
    " expires INTEGER NOT NULL, PRIMARY KEY (site, jti)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX signed_expires ON signed (expires);",

    /* 15: the way to practices (practice.h), which are few and go soon */
    "CREATE INDEX conversation_practice ON conversation (customer) WHERE customer GLOB 'practice:*';",

    /* 16: the queues of whoever accepts an invitation, as an account has them */
    "ALTER TABLE link ADD COLUMN queues TEXT NOT NULL DEFAULT '';",

    /* 17: the languages a person speaks, parted by spaces; none: nothing said */
    "ALTER TABLE associate ADD COLUMN languages TEXT NOT NULL DEFAULT '';",

    /* 18: what was bought: amounts in ten-thousandths (base/money.h), `back` what was given back of it;
     * credits keep who and where, since the sessions themselves go earlier or change hands */
    "CREATE TABLE sale (site TEXT NOT NULL, reference TEXT NOT NULL, conv TEXT, value INTEGER NOT NULL,"
    " currency TEXT NOT NULL, back INTEGER NOT NULL DEFAULT 0,"
    " source TEXT NOT NULL CHECK (source IN ('page', 'signed', 'shop')), placed INTEGER NOT NULL,"
    " version INTEGER NOT NULL DEFAULT 1, rule TEXT NOT NULL, days INTEGER NOT NULL,"
    " among INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (site, reference)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX sale_placed ON sale (site, placed);"
    "CREATE INDEX sale_conv ON sale (site, conv) WHERE conv IS NOT NULL;"
    "CREATE TABLE sale_item (site TEXT NOT NULL, reference TEXT NOT NULL, n INTEGER NOT NULL,"
    " sku TEXT NOT NULL, variant TEXT, name TEXT, qty INTEGER NOT NULL, price INTEGER,"
    " back INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (site, reference, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE sale_credit (site TEXT NOT NULL, reference TEXT NOT NULL, sid TEXT NOT NULL, spoken TEXT,"
    " associate TEXT, queue TEXT, share INTEGER NOT NULL, gap INTEGER NOT NULL,"
    " PRIMARY KEY (site, reference, sid)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX sale_credit_sid ON sale_credit (site, sid);"
    "CREATE TABLE sale_back (site TEXT NOT NULL, reference TEXT NOT NULL, id TEXT NOT NULL,"
    " value INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (site, reference, id)) STRICT, WITHOUT ROWID;",

    /* 19: catalogues lie in files of their own (shelf.h); here is which generation of each is served, where
     * it comes from and how the last import went. Stock, with a number that moves with each change: `at` */
    "DROP TABLE product;"
    "CREATE TABLE catalogue (site TEXT PRIMARY KEY, generation INTEGER NOT NULL DEFAULT 0,"
    " url TEXT NOT NULL DEFAULT '', every INTEGER NOT NULL DEFAULT 0, etag TEXT, modified TEXT,"
    " next INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, began INTEGER NOT NULL DEFAULT 0,"
    " ended INTEGER NOT NULL DEFAULT 0, good INTEGER NOT NULL DEFAULT 0, source TEXT, why TEXT,"
    " products INTEGER NOT NULL DEFAULT 0, variants INTEGER NOT NULL DEFAULT 0,"
    " refused INTEGER NOT NULL DEFAULT 0, report TEXT) STRICT, WITHOUT ROWID;"
    "CREATE INDEX catalogue_due ON catalogue (next) WHERE next > 0;"
    "CREATE TABLE stock (site TEXT NOT NULL, sku TEXT NOT NULL, branch TEXT NOT NULL, quantity INTEGER NOT "
    "NULL,"
    " at INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (site, sku, branch)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX stock_at ON stock (site, at);",

    /* 20: codes of offers that the shop redeems one time */
    "CREATE TABLE offer_code (site TEXT NOT NULL, code TEXT NOT NULL, conv TEXT NOT NULL,"
    " until INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (site, code)) STRICT, WITHOUT "
    "ROWID;"
    "CREATE INDEX offer_code_conv ON offer_code (site, conv);"
    "CREATE INDEX offer_code_until ON offer_code (until);",

    /* 21: whom a site calls (hooks.h) and what is to be told. Secrets are sealed; `off` when it was switched
     * off, `failing` since when nothing goes through. `n` gives the order, and whatever waits is found by it
     */
    "CREATE TABLE hook (site TEXT NOT NULL, id TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL,"
    " texts INTEGER NOT NULL DEFAULT 0, secret TEXT NOT NULL, former TEXT, former_until INTEGER NOT NULL "
    "DEFAULT 0,"
    " created INTEGER NOT NULL, began INTEGER NOT NULL, next INTEGER NOT NULL DEFAULT 0,"
    " tries INTEGER NOT NULL DEFAULT 0, failing INTEGER NOT NULL DEFAULT 0, off INTEGER NOT NULL DEFAULT 0,"
    " lost INTEGER NOT NULL DEFAULT 0, why TEXT, PRIMARY KEY (site, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE hook_event (n INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, hook TEXT NOT NULL,"
    " id TEXT NOT NULL, conv TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent')), created INTEGER NOT NULL,"
    " next INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, tried INTEGER NOT NULL DEFAULT 0,"
    " took INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0, why TEXT) STRICT;"
    "CREATE INDEX hook_event_waiting ON hook_event (site, hook, n) WHERE state='waiting';"
    "CREATE INDEX hook_event_order ON hook_event (site, hook, conv, n) WHERE state='waiting';"
    "CREATE INDEX hook_event_hook ON hook_event (site, hook, n);"
    "CREATE INDEX hook_event_conv ON hook_event (site, conv);"
    "CREATE INDEX hook_event_created ON hook_event (created);",

    /* 22: what was erased, for a store that comes back from a backup made before; ids alone */
    "CREATE TABLE erasure (site TEXT NOT NULL, conv TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (site, conv)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX erasure_at ON erasure (at);",

    /* 23: pieces customers watch; when each conversation had notes; how far a site's watches are compared */
    "CREATE TABLE watch (id INTEGER PRIMARY KEY, site TEXT NOT NULL, conv TEXT NOT NULL, sku TEXT NOT NULL,"
    " variant TEXT NOT NULL, stock INTEGER NOT NULL, price INTEGER NOT NULL, there INTEGER NOT NULL,"
    " cost INTEGER NOT NULL, currency TEXT NOT NULL, created INTEGER NOT NULL, until INTEGER NOT NULL,"
    " told INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, notes INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (site, conv, sku, variant)) STRICT;"
    "CREATE INDEX watch_sku ON watch (site, sku, id);"
    "CREATE INDEX watch_site ON watch (site, id);"
    "CREATE INDEX watch_due ON watch (due) WHERE due > 0;"
    "CREATE INDEX watch_until ON watch (until);"
    "CREATE TABLE watch_told (site TEXT NOT NULL, conv TEXT NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (site, conv, at)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX watch_told_at ON watch_told (at);"
    "CREATE TABLE watch_mark (site TEXT PRIMARY KEY, generation INTEGER NOT NULL, stock INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;",

    /* 24: what reports look for among the rows of all threads */
    "CREATE INDEX message_offer ON message (site, ts) WHERE kind='offer.make';"
    "CREATE INDEX message_kept ON message (site, conv, sid) WHERE kind='view.kept';",

    /* 25: how often invitations were shown, accepted and closed */
    "CREATE TABLE invitation_count (site TEXT NOT NULL, rule TEXT NOT NULL, day INTEGER NOT NULL,"
    " shown INTEGER NOT NULL, accepted INTEGER NOT NULL, closed INTEGER NOT NULL,"
    " PRIMARY KEY (site, rule, day)) STRICT, WITHOUT ROWID;",

    /* 26: rows of threads that the search does not know yet (search.h), in the order they came */
    "CREATE TABLE found_later (id INTEGER PRIMARY KEY, site TEXT NOT NULL, conv TEXT NOT NULL,"
    " cs INTEGER NOT NULL) STRICT;",

    /* 27: what is due of one site, so that one with many does not hold up the others */
    "DROP INDEX picture_due;"
    "CREATE INDEX picture_due ON picture (site, next) WHERE state = 'wanted';",

    /* 28: what each load of a conversation asks its thread for */
    "CREATE INDEX message_consent ON message (site, conv, cs) WHERE substr(kind, 1, 8)='consent.';",

    /* 29: mails take turns by site, each site's in the order they are due */
    "DROP INDEX mail_due;"
    "CREATE INDEX mail_due ON mail (site, next) WHERE state = 'waiting';",
};
enum { NEWEST = sizeof(steps) / sizeof(steps[0]) };

int64_t vt_db_newest(void)
{
    return NEWEST;
}

const char *vt_db_schema(int64_t version)
{
    return steps[version - 1];
}

static int read_version(struct vt_db *db, int64_t *ret_version)
{
    struct vt_stmt *stmt = vt_db_start_values(db, "PRAGMA user_version", NULL, 0);
    int err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_version = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

static int run_steps(struct vt_db *db, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        int code = sqlite3_exec(db->sqlite, steps[i], NULL, NULL, NULL);
        if (code != SQLITE_OK)
            return vt_db_err(db, code);
    }
    char pragma[48];
    sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA user_version=%d", (int)to);
    return vt_db_err(db, sqlite3_exec(db->sqlite, pragma, NULL, NULL, NULL));
}

int vt_db_migrate_to(struct vt_db *db, int64_t version)
{
    return run_steps(db, 0, version);
}

/* --- the copy before ------------------------------------------------------------------------ */

static void copy_path(struct vt_db *db, int64_t version, const char *ending, char ret_path[PATH_BYTES])
{
    const char *own = sqlite3_db_filename(db->sqlite, "main");
    size_t len = strlen(own);
    len -= len > 3 && strcmp(own + len - 3, ".db") == 0 ? 3 : 0;
    snprintf(ret_path, PATH_BYTES, "%.*s.v%d%s", (int)len, own, (int)version, ending);
}

/* Under another name until it is whole: a start that was cut short makes it anew. */
static int keep_copy(struct vt_db *db, int64_t version, struct vt_buf *ret_error)
{
    char path[PATH_BYTES], partial[PATH_BYTES];
    copy_path(db, version, ".db", path);
    copy_path(db, version, ".partial", partial);
    unlink(partial);
    int err = vt_db_copy(db, partial, ret_error);
    if (!err && rename(partial, path) != 0)
        err = VT_ERR_IO;
    if (err)
        vt_buf_text(ret_error,
                    " The tables are older than this build and stay as they are; make room, or start the "
                    "build that made them.");
    return err;
}

/* Long enough to find out that the newer build does not do; no longer, for what is erased meanwhile. */
static void drop_old_copies(struct vt_db *db)
{
    const time_t now = time(NULL);
    for (int64_t version = 1; version < NEWEST; version++) {
        char path[PATH_BYTES];
        struct stat info;
        copy_path(db, version, ".db", path);
        if (stat(path, &info) == 0 && info.st_mtime < now - COPY_DAYS * 86400)
            unlink(path);
    }
}

int vt_sqlite_migrate(struct vt_db *db, struct vt_buf *ret_error)
{
    int64_t version = 0;
    drop_old_copies(db);
    if (read_version(db, &version) == VT_OK && version > 0 && version < NEWEST) {
        int failed = keep_copy(db, version, ret_error);
        if (failed)
            return failed;
    }
    /* The lock first: a server and `vitrine admin` may start on an empty directory at once. */
    int err = vt_db_exec(db, "BEGIN IMMEDIATE");
    if (!err)
        err = read_version(db, &version);
    if (!err && version > NEWEST) {
        vt_buf_printf(ret_error,
                      "The store was written by a newer Vitrine (its tables are version %d, this build knows "
                      "%d): start "
                      "the newer build, or restore a backup made by this one.",
                      (int)version, NEWEST);
        vt_db_exec(db, "ROLLBACK");
        return VT_ERR_STALE;
    }
    if (!err)
        err = run_steps(db, version, NEWEST);
    if (!err)
        err = vt_db_exec(db, "COMMIT");
    if (!err)
        return VT_OK;
    vt_buf_printf(ret_error, "The store's tables cannot be brought up to date: %s.",
                  sqlite3_errmsg(db->sqlite));
    if (!sqlite3_get_autocommit(db->sqlite))
        vt_db_exec(db, "ROLLBACK");
    return err;
}
