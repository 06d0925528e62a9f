/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses a site calls, and what waits for them. */
#include "server/store/hooks.h"
#include "server/store/sqlite_manage.h"

enum { DUE_HOOKS = 32, DUE_EACH = 2, DUE_MOST = DUE_HOOKS * DUE_EACH };

/* --- addresses ----------------------------------------------------------------------------- */

#define COLUMNS                                                                                              \
    "SELECT id, url, events, texts, secret, former, former_until, created, next, tries, failing, off, lost," \
    " why, (SELECT count(*) FROM hook_event e WHERE e.site=hook.site AND e.hook=hook.id AND "                \
    "state='waiting')"                                                                                       \
    " FROM hook"

static void read_hook(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_hook *)ret_item = (struct vt_hook){ .id = vt_db_text(stmt, 0, arena, err),
                                                    .url = vt_db_text(stmt, 1, arena, err),
                                                    .events = vt_db_text(stmt, 2, arena, err),
                                                    .texts = vt_db_int(stmt, 3) != 0,
                                                    .secret = vt_db_text(stmt, 4, arena, err),
                                                    .former = vt_db_text(stmt, 5, arena, err),
                                                    .former_until = vt_db_int(stmt, 6),
                                                    .created = vt_db_int(stmt, 7),
                                                    .next = vt_db_int(stmt, 8),
                                                    .tries = (uint32_t)vt_db_int(stmt, 9),
                                                    .failing = vt_db_int(stmt, 10),
                                                    .off = vt_db_int(stmt, 11),
                                                    .lost = vt_db_int(stmt, 12),
                                                    .why = vt_db_text(stmt, 13, arena, err),
                                                    .waiting = vt_db_int(stmt, 14) };
}

static int check_most(struct vt_manage *manage, struct vt_str site)
{
    struct vt_stmt *stmt = vt_db_start(
        manage->db, "SELECT count(*) FROM hook WHERE site=? AND id<>'merchant'", VT_DB_T(site));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    err = vt_db_int(stmt, 0) < VT_HOOKS_MOST ? VT_OK : VT_ERR_FULL;
    vt_db_end(stmt);
    return err;
}

int vt_hook_add(struct vt_manage *manage, struct vt_str site, const struct vt_hook *hook)
{
    int err = vt_str_eq(hook->id, VT_HOOK_MERCHANT) ? VT_OK : check_most(manage, site);
    return err ? err
               : vt_manage_run(manage, false, false,
                               "INSERT INTO hook (site, id, url, events, texts, secret, created, began)"
                               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
                               VT_DB_T(site), VT_DB_T(hook->id), VT_DB_T(hook->url), VT_DB_T(hook->events),
                               VT_DB_N(hook->texts), VT_DB_T(hook->secret), VT_DB_N(hook->created));
}

int vt_hook_put(struct vt_manage *manage, struct vt_str site, const struct vt_hook *hook)
{
    return vt_manage_run(manage, false, true,
                         "UPDATE hook SET url=?, events=?, texts=? WHERE site=? AND id=?", VT_DB_T(hook->url),
                         VT_DB_T(hook->events), VT_DB_N(hook->texts), VT_DB_T(site), VT_DB_T(hook->id));
}

int vt_hook_get(struct vt_manage *manage, struct vt_str site, struct vt_str id, struct vt_arena *arena,
                struct vt_hook *ret_hook)
{
    return vt_manage_read_one(
        manage, vt_db_start(manage->db, COLUMNS " WHERE site=? AND id=?", VT_DB_T(site), VT_DB_T(id)), arena,
        read_hook, ret_hook);
}

int vt_hooks(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena, struct vt_hook **ret_hooks,
             size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          COLUMNS " WHERE site=? AND id<>'merchant' ORDER BY created, id",
                                          VT_DB_T(site)),
                              arena, sizeof(**ret_hooks), read_hook, (void *)ret_hooks, ret_n);
}

int vt_hook_remove(struct vt_manage *manage, struct vt_str site, struct vt_str id)
{
    int err = vt_manage_run(manage, false, false, "DELETE FROM hook_event WHERE site=? AND hook=?",
                            VT_DB_T(site), VT_DB_T(id));
    return err ? err
               : vt_manage_run(manage, false, true, "DELETE FROM hook WHERE site=? AND id=?", VT_DB_T(site),
                               VT_DB_T(id));
}

int vt_hook_rotate(struct vt_manage *manage, struct vt_str site, struct vt_str id, struct vt_str secret,
                   int64_t former_until)
{
    return vt_manage_run(manage, false, true,
                         "UPDATE hook SET former=secret, former_until=?, secret=? WHERE site=? AND id=?",
                         VT_DB_N(former_until), VT_DB_T(secret), VT_DB_T(site), VT_DB_T(id));
}

int vt_hook_wake(struct vt_manage *manage, struct vt_str site, struct vt_str id, int64_t now)
{
    int err = vt_manage_run(manage, false, true,
                            "UPDATE hook SET off=0, began=?, next=0, tries=0, failing=0, lost=0, why=NULL"
                            " WHERE site=? AND id=?",
                            VT_DB_N(now), VT_DB_T(site), VT_DB_T(id));
    return err ? err
               : vt_manage_run(manage, false, false,
                               "UPDATE hook_event SET next=0 WHERE site=? AND hook=? AND state='waiting'",
                               VT_DB_T(site), VT_DB_T(id));
}

/* --- events -------------------------------------------------------------------------------- */

static void read_event(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_hook_event *)ret_item = (struct vt_hook_event){ .n = vt_db_int(stmt, 0),
                                                                .site = vt_db_text(stmt, 1, arena, err),
                                                                .hook = vt_db_text(stmt, 2, arena, err),
                                                                .id = vt_db_text(stmt, 3, arena, err),
                                                                .conv = vt_db_text(stmt, 4, arena, err),
                                                                .type = vt_db_text(stmt, 5, arena, err),
                                                                .body = vt_db_text(stmt, 6, arena, err),
                                                                .state = vt_db_text(stmt, 7, arena, err),
                                                                .why = vt_db_text(stmt, 8, arena, err),
                                                                .created = vt_db_int(stmt, 9),
                                                                .next = vt_db_int(stmt, 10),
                                                                .tried = vt_db_int(stmt, 11),
                                                                .tries = (uint32_t)vt_db_int(stmt, 12),
                                                                .took_ms = (uint32_t)vt_db_int(stmt, 13),
                                                                .status = (int)vt_db_int(stmt, 14) };
}

int vt_hook_event_copy(const struct vt_hook_event *event, struct vt_arena *arena,
                       struct vt_hook_event *ret_copy)
{
    struct vt_hook *to = vt_arena_alloc(arena, sizeof(*to));
    const struct vt_hook *from = event->to;
    if (!to)
        return VT_ERR_NOMEM;
    *to = (struct vt_hook){ .id = vt_arena_str(arena, from->id),
                            .url = vt_arena_str(arena, from->url),
                            .secret = vt_arena_str(arena, from->secret),
                            .former = vt_arena_str(arena, from->former),
                            .former_until = from->former_until,
                            .tries = from->tries };
    *ret_copy = (struct vt_hook_event){ .n = event->n,
                                        .site = vt_arena_str(arena, event->site),
                                        .hook = to->id,
                                        .id = vt_arena_str(arena, event->id),
                                        .conv = vt_arena_str(arena, event->conv),
                                        .body = vt_arena_str(arena, event->body),
                                        .to = to };
    bool whole = to->id.ptr && to->url.ptr && to->secret.ptr && ret_copy->site.ptr && ret_copy->id.ptr &&
                 ret_copy->conv.ptr && ret_copy->body.ptr;
    return whole ? VT_OK : VT_ERR_NOMEM;
}

#define EVENT "SELECT n, site, hook, id, conv, type, "
#define REST(by)                                                                                             \
    ", state, why, created, next, tried, tries, took, status FROM hook_event e" by " WHERE site=? AND "      \
    "hook=?"

int vt_hook_events(struct vt_manage *manage, struct vt_str site, struct vt_str hook, size_t limit,
                   struct vt_arena *arena, struct vt_hook_event **ret_events, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, EVENT "''" REST("") " ORDER BY n DESC LIMIT ?",
                                          VT_DB_T(site), VT_DB_T(hook), VT_DB_N(limit)),
                              arena, sizeof(**ret_events), read_event, (void *)ret_events, ret_n);
}

static void read_due_hook(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    struct vt_hooks_pull *due = ret_item;
    *due = (struct vt_hooks_pull){ .site = vt_db_text(stmt, 0, arena, err) };
    due->hook = (struct vt_hook){ .id = vt_db_text(stmt, 1, arena, err),
                                  .url = vt_db_text(stmt, 2, arena, err),
                                  .secret = vt_db_text(stmt, 3, arena, err),
                                  .former = vt_db_text(stmt, 4, arena, err),
                                  .former_until = vt_db_int(stmt, 5),
                                  .tries = (uint32_t)vt_db_int(stmt, 6) };
}

#define DUE                                                                                                  \
    "SELECT site, id, url, secret, former, former_until, tries FROM hook h WHERE off=0 AND next<=?1 AND "

int vt_hook_pull_due(struct vt_manage *manage, int64_t now, struct vt_arena *arena,
                     struct vt_hooks_pull *ret_due)
{
    return vt_manage_read_one(
        manage,
        vt_db_start(manage->db,
                    DUE "id='merchant' AND instr(events, ' reconcile ') > 0 ORDER BY next, site LIMIT 1",
                    VT_DB_N(now)),
        arena, read_due_hook, ret_due);
}

int vt_hook_pulled(struct vt_manage *manage, struct vt_str site, int64_t next, struct vt_str why)
{
    return vt_manage_run(manage, false, false, "UPDATE hook SET next=?, why=? WHERE site=? AND id='merchant'",
                         VT_DB_N(next), VT_DB_T(why), VT_DB_T(site));
}

/* Those that have rested longest first, so that none waits behind a busy one. */
static int due_hooks(struct vt_manage *manage, int64_t now, struct vt_arena *arena,
                     struct vt_hooks_pull **ret_hooks, size_t *ret_n)
{
    return vt_manage_read_all(
        manage,
        vt_db_start(manage->db,
                    DUE "EXISTS (SELECT 1 FROM hook_event e WHERE e.site=h.site AND e.hook=h.id"
                        " AND e.state='waiting' AND e.next<=?1) ORDER BY next, site, id LIMIT ?2",
                    VT_DB_N(now), VT_DB_N(DUE_HOOKS)),
        arena, sizeof(**ret_hooks), read_due_hook, (void *)ret_hooks, ret_n);
}

int vt_hooks_due(struct vt_manage *manage, int64_t now, struct vt_arena *arena,
                 struct vt_hook_event **ret_events, size_t *ret_n)
{
    struct vt_hooks_pull *hooks = NULL;
    size_t hooks_n = 0, n = 0;
    struct vt_hook_event *events = vt_arena_array(arena, DUE_MOST, sizeof(*events));
    int err = events ? due_hooks(manage, now, arena, &hooks, &hooks_n) : VT_ERR_NOMEM;
    for (size_t i = 0; i < hooks_n && !err; i++) {
        struct vt_hook_event *found = NULL;
        size_t found_n = 0;
        err = vt_manage_read_all(
            manage,
            vt_db_start(manage->db,
                        /* The planner would walk past everything that was ever sent. */
                        EVENT
                        "body" REST(" INDEXED BY hook_event_waiting") " AND state='waiting' AND next<=? AND "
                                                                      "NOT EXISTS (SELECT 1 FROM"
                                                                      " hook_event f WHERE f.site=e.site AND "
                                                                      "f.hook=e.hook AND f.conv=e.conv"
                                                                      " AND f.state='waiting' AND f.n<e.n) "
                                                                      "ORDER BY n LIMIT ?",
                        VT_DB_T(hooks[i].site), VT_DB_T(hooks[i].hook.id), VT_DB_N(now),
                        VT_DB_N(hooks[i].hook.tries > 0 ? 1 : DUE_EACH)),
            arena, sizeof(*found), read_event, (void *)&found, &found_n);
        for (size_t j = 0; j < found_n && !err; j++) {
            events[n] = found[j];
            events[n++].to = &hooks[i].hook;
        }
    }
    *ret_events = events;
    *ret_n = n;
    return err;
}

int vt_hook_following(struct vt_manage *manage, const struct vt_hook_event *before, int64_t now,
                      struct vt_arena *arena, struct vt_hook_event *ret_event)
{
    struct vt_hooks_pull *to = vt_arena_alloc(arena, sizeof(*to));
    if (!to)
        return VT_ERR_NOMEM;
    int err = vt_manage_read_one(manage,
                                 vt_db_start(manage->db, DUE "site=?2 AND id=?3", VT_DB_N(now),
                                             VT_DB_T(before->site), VT_DB_T(before->hook)),
                                 arena, read_due_hook, to);
    if (!err)
        err = vt_manage_read_one(
            manage,
            vt_db_start(
                manage->db,
                EVENT "body" REST(
                    "") " AND next<=? AND n=(SELECT min(f.n) FROM hook_event f WHERE f.site=e.site AND"
                        " f.hook=e.hook AND f.state='waiting' AND f.conv=?)",
                VT_DB_T(before->site), VT_DB_T(before->hook), VT_DB_N(now), VT_DB_T(before->conv)),
            arena, read_event, ret_event);
    ret_event->to = &to->hook;
    return err;
}

/* --- after a try --------------------------------------------------------------------------- */

static int64_t wait_ms(int64_t first, int64_t tries)
{
    int64_t wait = first;
    for (int64_t i = 1; i < tries && wait < VT_HOOK_WAIT_MOST; i++)
        wait *= 4;
    return wait < VT_HOOK_WAIT_MOST ? wait : VT_HOOK_WAIT_MOST;
}

static int note_event(struct vt_manage *manage, const struct vt_hook_try *tried, int64_t tries)
{
    int64_t next = tried->end == VT_HOOK_REFUSED ? tried->now + wait_ms(tried->wait_ms, tries) : 0;
    /* What was taken has no need of its words any more. */
    return vt_db_run(manage->db,
                     "UPDATE hook_event SET state=?1, body=iif(?1='sent', '', body), tries=tries+1, tried=?2,"
                     " took=?3, status=?4, why=?5, next=?6 WHERE n=?7",
                     VT_DB_T(tried->end == VT_HOOK_TAKEN ? VT_STR("sent") : VT_STR("waiting")),
                     VT_DB_N(tried->now), VT_DB_N(tried->took_ms), VT_DB_N(tried->status),
                     VT_DB_T(tried->why), VT_DB_N(next), VT_DB_N(tried->n));
}

static int note_taken(struct vt_manage *manage, const struct vt_hook_try *tried)
{
    return vt_db_run(manage->db,
                     "UPDATE hook SET tries=0, next=0, failing=0, why=NULL WHERE site=? AND id=?"
                     " AND (tries>0 OR failing>0)",
                     VT_DB_T(tried->site), VT_DB_T(tried->hook));
}

struct standing {
    int64_t event_tries, tries, began, created, next;
};

static void read_standing(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    (void)arena, (void)err;
    *(struct standing *)ret_item = (struct standing){ vt_db_int(stmt, 0), vt_db_int(stmt, 1),
                                                      vt_db_int(stmt, 2), vt_db_int(stmt, 3),
                                                      vt_db_int(stmt, 4) };
}

/* Two may be under way as an address falls silent: together they are one failure. */
static int note_failed(struct vt_manage *manage, const struct vt_hook_try *tried, const struct standing *now,
                       bool off)
{
    bool counts = tried->end != VT_HOOK_REFUSED && now->next <= tried->now;
    int64_t tries = now->tries + (counts ? 1 : 0);
    int64_t next = counts ? tried->now + wait_ms(tried->wait_ms, tries) : now->next;
    return vt_db_run(manage->db,
                     "UPDATE hook SET tries=?1, next=?2, failing=iif(failing>0, failing, ?3), off=?4, why=?5"
                     " WHERE site=?6 AND id=?7",
                     VT_DB_N(tries), VT_DB_N(next), VT_DB_N(tried->now), VT_DB_N(off ? tried->now : 0),
                     VT_DB_T(tried->why), VT_DB_T(tried->site), VT_DB_T(tried->hook));
}

int vt_hook_tried(struct vt_manage *manage, const struct vt_hook_try *tried, bool *ret_off)
{
    struct standing now;
    struct vt_arena none;
    vt_arena_init(&none, 1);
    *ret_off = false;
    int err = vt_manage_read_one(
        manage,
        vt_db_start(manage->db,
                    "SELECT e.tries, h.tries, h.began, e.created, h.next FROM hook_event e"
                    " JOIN hook h ON h.site=e.site AND h.id=e.hook WHERE e.n=?1"
                    " AND e.state='waiting' AND h.off=0",
                    VT_DB_N(tried->n)),
        &none, read_standing, &now);
    if (err)
        return err == VT_ERR_MISSING ? VT_OK : err; /* erased, removed or switched off meanwhile */
    int64_t since = now.began > now.created ? now.began : now.created;
    bool over = tried->now - since >= tried->give_up_ms;
    *ret_off = tried->end == VT_HOOK_GONE || (tried->end != VT_HOOK_TAKEN && over);
    err = note_event(manage, tried, now.event_tries + 1);
    if (err)
        return err;
    return tried->end == VT_HOOK_TAKEN ? note_taken(manage, tried)
                                       : note_failed(manage, tried, &now, *ret_off);
}
