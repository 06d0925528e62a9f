/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/postgres_db.h"

#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/ids.h"
#include "server/store/postgres_words.h"

enum {
    ANSWER_MS = 10000, /* longer than the server's own statement timeout */
    PARAMETERS = 24,
    TEXT_BYTES = 64 << 10,
    SCRIPT_BYTES = 512,
    OUTCOME_MS = 30000, /* for how long it is asked whether a commit went through */
    AGAIN_MS = 50,      /* between two tries to connect, twice as long each time */
    AGAIN_MOST_MS = 1000,
    OID_INT8 = 20,
    OID_TEXT = 25,
};

/* Who holds this lock writes; each schema has its own. */
#define LOCK "SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 8532478921))"

struct vt_postgres_stmt {
    char name[24];
    int64_t line; /* the connection that knows it; 0: none */
    size_t n;
    const char *values[PARAMETERS]; /* borrowed from the caller until the step, or of `numbers` */
    int lengths[PARAMETERS], formats[PARAMETERS];
    Oid types[PARAMETERS];
    unsigned char numbers[PARAMETERS][8]; /* the highest byte first, as PostgreSQL takes them */
    PGresult *rows;                       /* owned; NULL: not run yet */
    int at;                               /* the row it stands on */
};

struct vt_postgres {
    char *address; /* owned */
    bool read_only;
    int64_t answer_ms; /* a server that answers nothing for so long counts as lost */
    PGconn *line;      /* owned; NULL: lost */
    int64_t number;    /* of this line, from 1 */
    int64_t again_at;  /* vt_now_ms: not before, after a failure */
    int64_t again_ms;
    char writer[VT_ID_TEXT]; /* whose commits `n` counts, so that one of unknown outcome can be looked up */
    int64_t n;
    int64_t names; /* statements so far */
    int last_err, changes;
    char error[256];
};

/* --- errors -------------------------------------------------------------------------------- */

static int err_of_state(const char *state)
{
    static const struct {
        const char *state;
        int err;
    } rows[] = {
        { "23505", VT_ERR_EXISTS },                           /* a unique key */
        { "23", VT_ERR_INVALID },                             /* any other constraint */
        { "22", VT_ERR_INVALID },                             /* a value that does not fit */
        { "53200", VT_ERR_NOMEM },  { "53100", VT_ERR_FULL }, /* its disk */
    };
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        if (strncmp(state, rows[i].state, strlen(rows[i].state)) == 0)
            return rows[i].err;
    return VT_ERR_IO;
}

static int note(struct vt_postgres *pg, int err, const char *words)
{
    pg->last_err = err;
    if (words && *words)
        snprintf(pg->error, sizeof(pg->error), "%s", words);
    for (char *p = pg->error; *p; p++)
        if (*p == '\n')
            *p = ' ';
    for (size_t len = strlen(pg->error); len > 0 && pg->error[len - 1] == ' '; len--)
        pg->error[len - 1] = '\0';
    return err;
}

/* What was written since `begin` is gone with the line. */
static int lose(struct vt_postgres *pg, const char *why)
{
    note(pg, VT_ERR_IO, why);
    PQfinish(pg->line);
    pg->line = NULL;
    return VT_ERR_IO;
}

/* --- the line ------------------------------------------------------------------------------ */

/* A message of the server that nobody waits for is no error, and standard error is the log's. */
static void ignore_notice(void *arg, const PGresult *result)
{
    (void)arg, (void)result;
}

/* What the address says counts more than what stands before it, and is behind it said again where it must
 * not differ. */
static PGconn *connect_to(const struct vt_postgres *pg)
{
    static const char *const names[] = { "connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                         "keepalives_count", "tcp_user_timeout", "application_name",
                                         "dbname",           "client_encoding",  NULL };
    const char *const values[] = { "2", "5", "2", "3", "5000", "vitrine", pg->address, "UTF8", NULL };
    return PQconnectdbParams(names, values, 1);
}

static bool wait_for(PGconn *line, short events, int64_t until)
{
    for (;;) {
        struct pollfd fd = { .fd = PQsocket(line), .events = events };
        int64_t left = until - vt_now_ms();
        int n = poll(&fd, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

/* The last answer to what was sent, or NULL when there is none in time or the line broke. */
static PGresult *await(struct vt_postgres *pg)
{
    PGconn *line = pg->line;
    PGresult *last = NULL;
    const int64_t until = vt_now_ms() + pg->answer_ms;
    for (;;) {
        int unsent = PQflush(line);
        while (unsent == 0 && PQisBusy(line) && wait_for(line, POLLIN, until) && PQconsumeInput(line))
            ;
        if (unsent < 0 || (unsent == 0 && PQisBusy(line)) ||
            (unsent && !wait_for(line, POLLOUT | POLLIN, until)) || (unsent && !PQconsumeInput(line)))
            break;
        if (unsent)
            continue;
        PGresult *next = PQgetResult(line);
        if (!next)
            return last;
        bool is_worse = last && PQresultStatus(last) == PGRES_FATAL_ERROR;
        PQclear(is_worse ? next : last);
        last = is_worse ? last : next;
    }
    PQclear(last);
    return NULL;
}

/* Takes the answer over: the result when it is good, else NULL and the error. */
static PGresult *judge(struct vt_postgres *pg, PGresult *result)
{
    ExecStatusType status = result ? PQresultStatus(result) : PGRES_FATAL_ERROR;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return result;
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!result || PQstatus(pg->line) == CONNECTION_BAD) {
        lose(pg, result && state ? PQresultErrorMessage(result) : "the PostgreSQL server does not answer");
    } else {
        note(pg, state ? err_of_state(state) : VT_ERR_IO, PQresultErrorMessage(result));
    }
    PQclear(result);
    return NULL;
}

int vt_postgres_script(struct vt_db *db, const char *sql)
{
    struct vt_postgres *pg = db->postgres;
    if (!pg->line)
        return pg->last_err = VT_ERR_IO;
    PGresult *result = judge(pg, PQsendQuery(pg->line, sql) ? await(pg) : NULL);
    if (!result)
        return pg->last_err;
    PQclear(result);
    return VT_OK;
}

void vt_postgres_wait_for(struct vt_db *db, int64_t ms)
{
    db->postgres->answer_ms = ms ? ms : ANSWER_MS;
}

/* A commit that is answered is on the disk, whatever the server's default; nothing waits for ever. */
static const char settings[] =
    "SET statement_timeout='8s'; SET lock_timeout='5s'; SET idle_in_transaction_session_timeout='60s';"
    "SET standard_conforming_strings=on; SET jit=off;"
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit')"
    " IN ('off', 'local')";

static int set_up(struct vt_db *db)
{
    struct vt_postgres *pg = db->postgres;
    PQsetNoticeReceiver(pg->line, ignore_notice, NULL);
    if (PQsetnonblocking(pg->line, 1) != 0)
        return lose(pg, "the line cannot be set up");
    int err = vt_postgres_script(db, settings);
    if (!err && pg->read_only)
        err = vt_postgres_script(db, "SET default_transaction_read_only=on");
    if (err && pg->line)
        lose(pg, NULL);
    return err;
}

static int connect_once(struct vt_db *db)
{
    struct vt_postgres *pg = db->postgres;
    if (pg->line)
        lose(pg, NULL);
    pg->line = connect_to(pg);
    if (!pg->line || PQstatus(pg->line) != CONNECTION_OK)
        lose(pg, pg->line ? PQerrorMessage(pg->line) : "there is no memory left");
    int err = pg->line ? set_up(db) : VT_ERR_IO;
    pg->number++;
    pg->again_ms = !err ? AGAIN_MS : pg->again_ms * 2 > AGAIN_MOST_MS ? AGAIN_MOST_MS : pg->again_ms * 2;
    pg->again_at = vt_now_ms() + pg->again_ms;
    return err;
}

/* A server that went away while nobody asked it anything has said so on the line. */
static bool is_there(struct vt_postgres *pg)
{
    if (!pg->line)
        return false;
    if (!wait_for(pg->line, POLLIN, 0))
        return true;
    return PQconsumeInput(pg->line) && PQstatus(pg->line) == CONNECTION_OK;
}

static int ready(struct vt_db *db)
{
    struct vt_postgres *pg = db->postgres;
    if (is_there(pg))
        return VT_OK;
    return vt_now_ms() < pg->again_at && !pg->line ? VT_ERR_IO : connect_once(db);
}

/* --- statements ---------------------------------------------------------------------------- */

static void set_number(struct vt_postgres_stmt *its, size_t i, int64_t number)
{
    for (int byte = 0; byte < 8; byte++)
        its->numbers[i][byte] = (unsigned char)((uint64_t)number >> (56 - 8 * byte));
    its->values[i] = (const char *)its->numbers[i];
    its->lengths[i] = 8;
    its->types[i] = OID_INT8;
}

static void end(struct vt_stmt *stmt)
{
    PQclear(stmt->postgres->rows);
    stmt->postgres->rows = NULL;
}

static bool bind(struct vt_stmt *stmt, const struct vt_db_value *values, size_t n)
{
    struct vt_postgres *pg = stmt->db->postgres;
    if (!stmt->postgres && n <= PARAMETERS)
        stmt->postgres = calloc(1, sizeof(*stmt->postgres));
    struct vt_postgres_stmt *its = stmt->postgres;
    if (!its) {
        note(pg, VT_ERR_NOMEM, "there is no memory left");
        return false;
    }
    end(stmt); /* whoever read it before has not said so */
    its->n = n;
    for (size_t i = 0; i < n; i++) {
        its->formats[i] = 1;
        if (!values[i].is_text) {
            set_number(its, i, values[i].number);
            continue;
        }
        its->values[i] = values[i].text.ptr;
        its->lengths[i] = (int)values[i].text.len;
        its->types[i] = OID_TEXT;
    }
    return true;
}

static int prepare(struct vt_stmt *stmt)
{
    struct vt_postgres *pg = stmt->db->postgres;
    struct vt_postgres_stmt *its = stmt->postgres;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf sql = VT_BUF_INIT(TEXT_BYTES);
    vt_postgres_words(&sql, stmt->text);
    if (sql.failed)
        return note(pg, VT_ERR_NOMEM, "there is no memory left");
    snprintf(its->name, sizeof(its->name), "s%" PRId64, ++pg->names);
    PGresult *result = judge(
        pg,
        PQsendPrepare(pg->line, its->name, vt_buf_cstr(&sql), (int)its->n, its->types) ? await(pg) : NULL);
    if (!result)
        return pg->last_err;
    PQclear(result);
    its->line = pg->number;
    return VT_OK;
}

static int run(struct vt_stmt *stmt)
{
    struct vt_postgres *pg = stmt->db->postgres;
    struct vt_postgres_stmt *its = stmt->postgres;
    if (!pg->line)
        return pg->last_err = VT_ERR_IO;
    int err = its->line == pg->number ? VT_OK : prepare(stmt);
    if (err)
        return err;
    int sent = PQsendQueryPrepared(pg->line, its->name, (int)its->n, its->values, its->lengths, its->formats,
                                   0);
    its->rows = judge(pg, sent ? await(pg) : NULL);
    its->at = -1;
    if (!its->rows)
        return pg->last_err;
    pg->changes = atoi(PQcmdTuples(its->rows));
    return VT_OK;
}

static int step(struct vt_stmt *stmt)
{
    struct vt_postgres_stmt *its = stmt->postgres;
    int err = its->rows ? VT_OK : run(stmt);
    if (!err && ++its->at < PQntuples(its->rows))
        return VT_DB_ROW;
    end(stmt);
    return err;
}

static void finish(struct vt_stmt *stmt)
{
    end(stmt);
    free(stmt->postgres);
}

/* --- columns ------------------------------------------------------------------------------- */

static struct vt_str view(struct vt_stmt *stmt, int column)
{
    const struct vt_postgres_stmt *its = stmt->postgres;
    if (PQgetisnull(its->rows, its->at, column))
        return (struct vt_str){ 0 };
    return (struct vt_str){ PQgetvalue(its->rows, its->at, column),
                            (size_t)PQgetlength(its->rows, its->at, column) };
}

/* A truth is 1 or 0, as SQLite has it. */
static int64_t number(struct vt_stmt *stmt, int column)
{
    const char *text = view(stmt, column).ptr;
    if (!text)
        return 0;
    return *text == 't' ? 1 : strtoll(text, NULL, 10);
}

static int columns(struct vt_stmt *stmt)
{
    return PQnfields(stmt->postgres->rows);
}

static const char *name(struct vt_stmt *stmt, int column)
{
    return PQfname(stmt->postgres->rows, column);
}

static bool is_number(struct vt_stmt *stmt, int column)
{
    return PQftype(stmt->postgres->rows, column) != OID_TEXT;
}

/* --- transactions -------------------------------------------------------------------------- */

static bool is_inside(struct vt_db *db)
{
    PGconn *line = db->postgres->line;
    return line && PQtransactionStatus(line) != PQTRANS_IDLE;
}

/* The lock makes one writer of all processes, as SQLite's is one, and it is let go when the transaction has
 * ended: whoever has it next sees what became of the one before. The count is committed with the rest. */
static int begin(struct vt_db *db)
{
    struct vt_postgres *pg = db->postgres;
    char sql[SCRIPT_BYTES];
    int err = ready(db);
    if (err)
        return err;
    snprintf(sql, sizeof(sql),
             "BEGIN; " LOCK ";"
             "INSERT INTO writer (writer, n, at) VALUES ('%s', %" PRId64 ", %" PRId64 ")"
             " ON CONFLICT (writer) DO UPDATE SET n=excluded.n, at=excluded.at",
             pg->writer, pg->n + 1, vt_wall_ms());
    err = vt_postgres_script(db, sql);
    if (err && is_inside(db))
        vt_postgres_script(db, "ROLLBACK");
    return err;
}

/* Whether the commit before, of which the line broke, is there. VT_ERR_IO: it cannot be asked. */
static int look_up(struct vt_db *db, int64_t *ret_n)
{
    struct vt_postgres *pg = db->postgres;
    char sql[SCRIPT_BYTES];
    int err = connect_once(db);
    if (!err)
        err = vt_postgres_script(db, "BEGIN; " LOCK);
    if (err)
        return err;
    snprintf(sql, sizeof(sql), "SELECT n FROM writer WHERE writer='%s'", pg->writer);
    PGresult *result = judge(pg, PQsendQuery(pg->line, sql) ? await(pg) : NULL);
    if (!result)
        return pg->last_err;
    *ret_n = PQntuples(result) > 0 ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    PQclear(result);
    return vt_postgres_script(db, "ROLLBACK");
}

/* The line broke after COMMIT had been sent, so nobody is told anything before it is known which it was. */
static int find_outcome(struct vt_db *db)
{
    struct vt_postgres *pg = db->postgres;
    const int64_t until = vt_now_ms() + OUTCOME_MS;
    int64_t n = 0;
    while (look_up(db, &n) != VT_OK) {
        if (vt_now_ms() >= until)
            return note(pg, VT_ERR_IO, "it cannot be found out whether the last rows were kept");
        usleep((useconds_t)pg->again_ms * 1000);
    }
    return n == pg->n + 1 ? VT_OK : VT_ERR_IO;
}

static int commit(struct vt_db *db)
{
    struct vt_postgres *pg = db->postgres;
    if (!is_inside(db))
        return pg->last_err = VT_ERR_IO;
    if (PQtransactionStatus(pg->line) ==
        PQTRANS_INERROR) { /* COMMIT would take all back and say it is well */
        vt_postgres_script(db, "ROLLBACK");
        return VT_ERR_IO;
    }
    int err = vt_postgres_script(db, "COMMIT");
    if (err && !pg->line)
        err = find_outcome(db);
    if (!err)
        pg->n++;
    return err;
}

static int changes(struct vt_db *db)
{
    return db->postgres->changes;
}

static int last_err(struct vt_db *db)
{
    return db->postgres->last_err;
}

static const char *error(struct vt_db *db)
{
    return db->postgres->error;
}

/* --- life ---------------------------------------------------------------------------------- */

static void close_line(struct vt_db *db)
{
    struct vt_postgres *pg = db->postgres;
    char sql[SCRIPT_BYTES];
    if (!pg)
        return;
    if (pg->line && pg->n > 0) {
        snprintf(sql, sizeof(sql), "DELETE FROM writer WHERE writer='%s'", pg->writer);
        vt_postgres_script(db, sql);
    }
    PQfinish(pg->line);
    free(pg->address);
    free(pg);
}

static int check_server(struct vt_db *db, struct vt_buf *ret_error)
{
    PGconn *line = db->postgres->line;
    const char *encoding = PQparameterStatus(line, "server_encoding");
    if (PQserverVersion(line) < VT_POSTGRES_LEAST)
        vt_buf_printf(ret_error, "The PostgreSQL server is version %d; Vitrine needs %d or later.",
                      PQserverVersion(line) / 10000, VT_POSTGRES_LEAST / 10000);
    else if (!encoding || strcmp(encoding, "UTF8") != 0)
        vt_buf_printf(ret_error, "The database is in %s: make one with ENCODING 'UTF8'.",
                      encoding ? encoding : "an unknown encoding");
    else
        return VT_OK;
    return VT_ERR_INVALID;
}

int vt_postgres_open(struct vt_db *db, const char *data_dir, const char *address, bool read_only,
                     struct vt_buf *ret_error)
{
    struct vt_postgres *pg = calloc(1, sizeof(*pg));
    *db = (struct vt_db){ .driver = &vt_db_postgres, .postgres = pg, .data_dir = strdup(data_dir) };
    if (pg)
        *pg = (struct vt_postgres){
            .address = strdup(address), .read_only = read_only, .answer_ms = ANSWER_MS, .again_ms = AGAIN_MS
        };
    if (!pg || !pg->address || !db->data_dir) {
        vt_buf_text(ret_error, "There is no memory left.");
        vt_db_close(db);
        return VT_ERR_NOMEM;
    }
    vt_id_new(pg->writer);
    int err = connect_once(db);
    if (err)
        vt_buf_printf(ret_error, "The store's PostgreSQL server cannot be reached: %s.", pg->error);
    else
        err = check_server(db, ret_error);
    if (err)
        vt_db_close(db);
    return err;
}

const struct vt_db_driver vt_db_postgres = {
    .bind = bind,
    .step = step,
    .end = end,
    .finish = finish,
    .view = view,
    .number = number,
    .columns = columns,
    .name = name,
    .is_number = is_number,
    .begin = begin,
    .commit = commit,
    .is_inside = is_inside,
    .changes = changes,
    .last_err = last_err,
    .error = error,
    .migrate = vt_postgres_migrate,
    .ready = ready,
    .close = close_line,
};
