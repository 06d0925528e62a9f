/* SPDX-License-Identifier: Apache-2.0 */
/* Which events there are, what each says, and how they come to wait.
 *
 * Data holds numbers, words and states; what people wrote only for an address that asks for texts. The body
 * is made by SQLite from the row that is being committed. A practice (practice.h) is nobody's business
 * outside. */
#include "server/store/hooks.h"
#include "server/store/sqlite_hooks.h"

#define WEEK_MS INT64_C(604800000)

/* ?1 site ?2 conv ?3 type ?4 now ?5 the bound ?6 sid; then what the source brings: ?7 cs ?8 author ?9 body */
#define WANTED "h.site=?1 AND instr(h.events, ' ' || ?3 || ' ') > 0"
#define FULL                                                                                                 \
    "(SELECT count(*) FROM hook_event w WHERE w.site=h.site AND w.hook=h.id AND w.state='waiting') >= ?5"
/* A conversation that is there, and no practice. */
#define REAL_ONE "(SELECT customer FROM conversation WHERE site=?1 AND conv=?2) NOT GLOB 'practice:*'"
#define DATA                                                                                                 \
    "'conversation', ?2, 'customer', (SELECT sub FROM conversation WHERE site=?1 AND conv=?2),"              \
    " 'session', (SELECT reference FROM session WHERE site=?1 AND sid=?6)"
/* Nulls fall out by json_patch (RFC 7396). */
#define NOTE(own, texts)                                                                                     \
    "INSERT INTO hook_event (site, hook, id, conv, type, body, created)"                                     \
    " SELECT ?1, h.id, 'evt_' || lower(hex(randomblob(16))), ?2, ?3, json_object('type', ?3, 'timestamp',"   \
    " strftime('%Y-%m-%dT%H:%M:%fZ', ?4 / 1000.0, 'unixepoch'), 'data',"                                     \
    " json_patch('{}', json_patch(json_object(" DATA own "), iif(h.texts<>0, json_object(" texts             \
    "), '{}')))),"                                                                                           \
    " ?4 FROM hook h WHERE " WANTED " AND NOT " FULL " AND " REAL_ONE

#define WHO                                                                                                  \
    "CASE WHEN ?8='c' THEN 'customer' WHEN ?8 IN ('system', 'helper') THEN ?8"                               \
    " WHEN ?8 GLOB 'g*' THEN 'guest' ELSE 'staff' END"
#define ROW ", 'number', ?7, 'by', " WHO
#define ORDER                                                                                                \
    ", 'reference', ?9 -> '$.reference', 'value', ?9 -> '$.value', 'currency', ?9 -> '$.currency',"          \
    " 'back', ?9 -> '$.back', 'source', ?9 -> '$.source', 'credit', ?9 -> '$.credit'"

const struct vt_hook_type vt_hook_types[] = {
    { "session.started", "An associate has taken the customer.", NULL },
    { "session.ended", "The session has ended.", NULL },
    { "message.created", "A message in the thread, of either side.", "what was said" },
    { "contact.left", "The customer has left an address for the answer.", "the address" },
    { "offer.made", "A piece was offered at a price.", "its title and text" },
    { "offer.taken", "The customer has taken an offer.", NULL },
    { "offer.withdrawn", "An offer was taken back.", NULL },
    { "order.attributed", "An order was counted for this customer.", NULL },
    { "order.returned", "An order was given back, or part of it.", NULL },
    { "rating.given", "The customer has rated the session.", "their words" },
    { "consent.changed", "The customer has agreed to something, refused it or ended it.", NULL },
    { "customer.identified", "It is known who the customer is.", "name and address" },
    { "customer.erased", "All of a conversation was erased; erase your copies.", NULL },
};
const size_t vt_hook_types_n = VT_COUNT(vt_hook_types);

/* A row of the thread is an event of one type. */
static const struct source {
    const char *op, *type, *sql;
} sources[] = {
    { "chat.send", "message.created", NOTE(ROW ", 'kind', ?9 -> '$.kind'", "'body', ?9 -> '$.body'") },
    { "chat.contact", "contact.left", NOTE(ROW, "'email', ?9 -> '$.email', 'name', ?9 -> '$.name'") },
    { "offer.make", "offer.made",
      NOTE(ROW ", 'sku', ?9 -> '$.sku', 'variant', ?9 -> '$.variant', 'price', ?9 -> '$.price',"
               " 'currency', ?9 -> '$.currency', 'until', ?9 -> '$.until'",
           "'title', ?9 -> '$.title', 'text', ?9 -> '$.text'") },
    { "offer.take", "offer.taken", NOTE(ROW ", 'offer', ?9 -> '$.offer'", "") },
    { "offer.drop", "offer.withdrawn", NOTE(ROW ", 'offer', ?9 -> '$.offer'", "") },
    { "order.done", "order.attributed", NOTE(ROW ORDER, "") },
    { "order.back", "order.returned", NOTE(ROW ORDER, "") },
    { "rating.give", "rating.given", NOTE(ROW ", 'stars', ?9 -> '$.stars'", "'text', ?9 -> '$.text'") },
    { "consent.give", "consent.changed",
      NOTE(ROW ", 'change', 'given', 'capabilities', ?9 -> '$.capabilities'", "") },
    { "consent.refuse", "consent.changed",
      NOTE(ROW ", 'change', 'refused', 'capabilities', ?9 -> '$.capabilities'", "") },
    { "consent.stop", "consent.changed",
      NOTE(ROW ", 'change', 'ended', 'why', ?9 -> '$.why', 'capabilities', ?9 -> '$.capabilities'", "") },
    { "identify", "customer.identified",
      NOTE(ROW ", 'id', ?9 -> '$.id', 'verified', ?9 -> '$.verified'",
           "'name', ?9 -> '$.name', 'email', ?9 -> '$.email'") },
};

/* --- noting -------------------------------------------------------------------------------- */

static int is_wanted(struct vt_db *db, struct vt_str site, const char *type, bool *ret_wanted)
{
    struct vt_stmt *stmt = vt_db_start(db, "SELECT 1 FROM hook h WHERE h.site=?1 AND instr(h.events, ?2) > 0",
                                       VT_DB_T(site), VT_DB_T(vt_str(type)));
    int err = vt_db_step(db, stmt);
    *ret_wanted = err == VT_DB_ROW;
    vt_db_end(*ret_wanted ? stmt : NULL);
    return *ret_wanted ? VT_OK : err;
}

/* What does not fit is counted before what does is written. */
static int count_lost(struct vt_db *db, struct vt_str site, struct vt_str conv, const char *type)
{
    return vt_db_run(db, "UPDATE hook AS h SET lost=lost+1 WHERE " WANTED " AND " FULL " AND " REAL_ONE,
                     VT_DB_T(site), VT_DB_T(conv), VT_DB_T(vt_str(type)), VT_DB_N(0),
                     VT_DB_N(VT_HOOK_WAITING));
}

int vt_hooks_note_row(struct vt_db *db, const struct vt_job *job, uint32_t cs)
{
    const struct vt_store_message *m = &job->in.message;
    const struct source *source = sources;
    bool wanted = false;
    while (source < sources + VT_COUNT(sources) && !vt_str_eq(m->op, vt_str(source->op)))
        source++;
    /* A note of staff is a message nobody outside reads. */
    if (source == sources + VT_COUNT(sources) || (source == sources && !(m->audience & 1)))
        return VT_OK;
    int err = is_wanted(db, job->site, source->type, &wanted);
    if (!err && wanted)
        err = count_lost(db, job->site, job->conv, source->type);
    if (err || !wanted)
        return err;
    return vt_db_run(db, source->sql, VT_DB_T(job->site), VT_DB_T(job->conv), VT_DB_T(vt_str(source->type)),
                     VT_DB_N(m->ts), VT_DB_N(VT_HOOK_WAITING), VT_DB_T(m->sid), VT_DB_N(cs), VT_DB_T(m->by),
                     VT_DB_T(m->body));
}

int vt_hooks_look_session(struct vt_db *db, const struct vt_job *job, struct vt_hooks_session *ret_before)
{
    *ret_before = (struct vt_hooks_session){ 0 };
    int err = is_wanted(db, job->site, "session.", &ret_before->asked);
    if (err || !ret_before->asked)
        return err;
    struct vt_stmt *stmt = vt_db_start(db, "SELECT taken, ended FROM session WHERE site=? AND sid=?",
                                       VT_DB_T(job->site), VT_DB_T(job->in.session.sid));
    err = vt_db_step(db, stmt);
    if (err != VT_DB_ROW)
        return err;
    ret_before->taken = vt_db_int(stmt, 0);
    ret_before->ended = vt_db_int(stmt, 1);
    vt_db_end(stmt);
    return VT_OK;
}

#define OF_SESSION(what) "(SELECT " what " FROM session WHERE site=?1 AND sid=?6)"

int vt_hooks_note_session(struct vt_db *db, const struct vt_job *job, const struct vt_hooks_session *before)
{
    static const char started[] = NOTE(
        ", 'queue', " OF_SESSION("queue") ", 'language', " OF_SESSION("lang") //
        ", 'associate', " OF_SESSION("associate")                             //
        ", 'waited', max(0, " OF_SESSION("(taken - joined) / 1000") ")",
        "");
    static const char ended[] = NOTE(
        ", 'queue', " OF_SESSION("queue") ", 'associate', " OF_SESSION("associate") //
        ", 'seconds', " OF_SESSION("iif(taken > 0, max(0, (ended - taken) / 1000), NULL)"),
        "");
    const struct vt_store_session *s = &job->in.session;
    const struct {
        bool now;
        const char *type, *sql;
        int64_t at;
    } events[] = { { s->taken > 0 && before->taken == 0, "session.started", started, s->taken },
                   { s->ended > 0 && before->ended == 0, "session.ended", ended, s->ended } };
    int err = VT_OK;
    for (size_t i = 0; i < VT_COUNT(events) && before->asked && !err; i++) {
        if (!events[i].now)
            continue;
        err = count_lost(db, job->site, job->conv, events[i].type);
        if (!err)
            err = vt_db_run(db, events[i].sql, VT_DB_T(job->site), VT_DB_T(job->conv),
                            VT_DB_T(vt_str(events[i].type)), VT_DB_N(events[i].at), VT_DB_N(VT_HOOK_WAITING),
                            VT_DB_T(s->sid));
    }
    return err;
}

/* --- what goes ----------------------------------------------------------------------------- */

int vt_hooks_note_erased(struct vt_db *db, struct vt_str site, struct vt_str conv, int64_t now)
{
    static const char sql[] = NOTE("", "");
    static const char type[] = "customer.erased";
    bool wanted = false;
    int err = vt_db_run(db, "DELETE FROM hook_event WHERE site=? AND conv=?", VT_DB_T(site), VT_DB_T(conv));
    if (!err)
        err = is_wanted(db, site, type, &wanted);
    if (!err && wanted)
        err = count_lost(db, site, conv, type);
    if (err || !wanted)
        return err;
    return vt_db_run(db, sql, VT_DB_T(site), VT_DB_T(conv), VT_DB_T(vt_str(type)), VT_DB_N(now),
                     VT_DB_N(VT_HOOK_WAITING), VT_DB_T((struct vt_str){ 0 }));
}

int vt_hooks_sweep(struct vt_db *db, int64_t now, size_t limit, size_t *io_n)
{
    int err = vt_db_run(db,
                        "DELETE FROM hook_event WHERE n IN (SELECT n FROM hook_event WHERE created < ? ORDER "
                        "BY created LIMIT ?)",
                        VT_DB_N(now - WEEK_MS), VT_DB_N(limit));
    *io_n += err ? 0 : (size_t)vt_db_changes(db);
    return err;
}
