/* SPDX-License-Identifier: Apache-2.0 */
/* Resume against a model: seeded schedules of people who come, leave, talk, note, show, claim and come back
 * with old numbers, many conversations at once in one process. What the model knows: every control event as
 * coord was given it, every row as the store kept it. What each browser saw must be exactly its audience's
 * part of that from its last snapshot on: nothing missing, doubled or out of order. VT_SCHEDULES says how
 * many. */
#include "tests/unit/cm.h"

#include "tests/unit/server/core_fixture.h"

enum { BATCH = 50, STAFF = 3, TICKS = 200, SEEN_MAX = 2048, TEXTS_MAX = 512, PENDING = 4 };

struct entry { /* of the truth, or as a browser saw it */
    uint32_t n;
    uint8_t audience;
    char *what; /* owned: op and d; NULL: the reply to one's own request */
};

struct chain {
    uint32_t base, last, whole; /* whole: the last snapshot's number */
    struct entry seen[SEEN_MAX];
    size_t seen_n;
    struct entry held[SEEN_MAX]; /* too early; p in `audience` is not kept: they are sorted in by n */
    uint32_t held_p[SEEN_MAX];
    size_t held_n;
};

struct schedule;
struct actor {
    struct client client;
    struct schedule *schedule;
    char person[24]; /* "" the customer */
    int audience;
    bool known, welcomed, snapshot_due;
    uint32_t c, epoch, asking, open; /* asking: since's id */
    struct chain s, cs;
    struct {
        char cid[37], d[160];
        uint32_t id;
    } pending[PENDING];
};

struct schedule {
    unsigned seed;
    char conv[VT_CONV_TEXT], tok[64];
    struct actor actors[1 + STAFF];
    struct chain truth; /* `seen` of control events since the last epoch */
    uint32_t epoch;     /* theirs */
    unsigned texts;
};

static struct core core;
static struct schedule schedules[BATCH];
static struct vt_coord_ops tapped;
static const struct vt_coord_ops *coord_ops;
static size_t recovered_n, snapshots_n, sinces_n;

static unsigned below(struct schedule *schedule, unsigned n)
{
    schedule->seed = schedule->seed * 1103515245u + 12345u;
    return (schedule->seed >> 8) % n;
}

static char *what_of(const char *op, const json_t *d)
{
    char *dumped = json_dumps(d, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9)), *what = NULL;
    assert_true(asprintf(&what, "%s %s", op, dumped) > 0);
    free(dumped);
    return what;
}

static void forget(struct chain *chain, uint32_t upto)
{
    while (chain->seen_n > 0 && chain->seen[chain->seen_n - 1].n > upto)
        free(chain->seen[--chain->seen_n].what);
}

static void chain_reset(struct chain *chain, uint32_t n)
{
    forget(chain, 0);
    for (size_t i = 0; i < chain->held_n; i++)
        free(chain->held[i].what);
    chain->held_n = 0;
    chain->base = chain->last = chain->whole = n;
}

static void keep(struct chain *chain, struct entry entry)
{
    assert_true(chain->seen_n < SEEN_MAX);
    chain->seen[chain->seen_n++] = entry;
    chain->last = entry.n;
}

/* The browser's side (chain.ts): in order, or waiting for what comes before. */
static void chain_take(struct actor *actor, struct chain *chain, uint32_t n, uint32_t p, char *what)
{
    /* An own answer; events that overtook the replay asked for; what a snapshot overtook in the outbox. */
    bool excused = actor->asking != 0 || !what || n <= chain->whole;
    if (n <= chain->last) {
        if (!excused)
            fail_msg("seed %u, %s: doubled %u after %u: %s", actor->schedule->seed, actor->person, n,
                     chain->last, what);
        free(what);
        return;
    }
    if (p > chain->last) {
        if (!actor->asking)
            fail_msg("%s %s: %u comes after %u, but %u was the last: %s", actor->schedule->conv,
                     actor->person, n, p, chain->last, what);
        chain->held_p[chain->held_n] = p;
        chain->held[chain->held_n++] = (struct entry){ .n = n, .what = what };
        return;
    }
    keep(chain, (struct entry){ .n = n, .what = what });
    for (size_t i = 0; i < chain->held_n;) {
        if (chain->held[i].n > chain->last && chain->held_p[i] > chain->last) {
            i++;
            continue;
        }
        if (chain->held[i].n > chain->last)
            keep(chain, chain->held[i]);
        else
            free(chain->held[i].what);
        chain->held_n--;
        memmove(&chain->held[i], &chain->held[i + 1], (chain->held_n - i) * sizeof(chain->held[0]));
        memmove(&chain->held_p[i], &chain->held_p[i + 1], (chain->held_n - i) * sizeof(chain->held_p[0]));
        i = 0;
    }
}

static uint32_t number(const json_t *object, const char *name)
{
    return (uint32_t)json_integer_value(json_object_get(object, name));
}

static void numbered(struct actor *actor, const json_t *m, char *what)
{
    uint32_t s = number(m, "s"), cs = number(m, "cs"), n = cs ? cs : s;
    uint32_t p = json_object_get(m, "p") ? number(m, "p") : n - 1;
    if (n && what && actor->snapshot_due)
        fail_msg("%s %s: %u before the snapshot", actor->schedule->conv, actor->person, n);
    if (n)
        chain_take(actor, cs ? &actor->cs : &actor->s, n, p, what);
    else
        free(what);
}

static void on_snapshot(struct actor *actor, const json_t *d)
{
    const json_t *rows = json_object_get(d, "thread");
    uint32_t cs = number(d, "cs");
    actor->epoch = number(d, "epoch");
    actor->snapshot_due = false;
    actor->known = true;
    chain_reset(&actor->s, number(d, "s"));
    chain_reset(&actor->cs, cs);
    actor->cs.base = json_array_size(rows) > 0 ? number(json_array_get(rows, 0), "cs") - 1 : cs;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        keep(&actor->cs, (struct entry){ .n = number(row, "cs"),
                                         .what = what_of(json_string_value(json_object_get(row, "op")),
                                                         json_object_get(row, "d")) });
    }
    actor->cs.last = cs;
    snapshots_n++;
}

static void on_welcome(struct actor *actor, const json_t *d)
{
    const json_t *convs = json_object_get(d, "convs");
    actor->welcomed = true;
    if (json_array_size(convs) == 0)
        return;
    const json_t *conv = json_array_get(convs, 0);
    bool recovered = json_is_true(json_object_get(conv, "recovered"));
    actor->c = number(conv, "c");
    actor->epoch = number(conv, "epoch");
    actor->snapshot_due = !recovered;
    recovered_n += recovered;
    if (actor->audience != VT_AUDIENCE_CUSTOMER)
        return;
    snprintf(actor->schedule->conv, sizeof(actor->schedule->conv), "%s",
             json_string_value(json_object_get(conv, "conv")));
    snprintf(actor->schedule->tok, sizeof(actor->schedule->tok), "%s",
             json_string_value(json_object_get(conv, "tok")));
}

static void on_error(const struct actor *actor, const json_t *err)
{
    static const char *const ours[] = { "overloaded", "store.unavailable", "json.bad", "field.bad",
                                        "op.unknown", "token.bad",         "too.large" };
    for (size_t i = 0; i < VT_COUNT(ours); i++)
        if (strcmp(json_string_value(json_object_get(err, "code")), ours[i]) == 0)
            fail_msg("%s %s: %s", actor->schedule->conv, actor->person, json_dumps(err, 0));
}

static void on_reply(struct actor *actor, uint32_t id, const json_t *m)
{
    const json_t *d = json_object_get(m, "d"), *err = json_object_get(m, "err");
    actor->open--;
    for (size_t i = 0; i < PENDING; i++)
        if (actor->pending[i].id == id)
            actor->pending[i].cid[0] = '\0';
    if (err)
        on_error(actor, err);
    if (json_object_get(d, "convs")) {
        on_welcome(actor, d);
        return;
    }
    if (json_object_get(d, "c")) { /* conv.open, claim.take */
        actor->c = number(d, "c");
        actor->snapshot_due = true;
    }
    numbered(actor, m, NULL);
    if (id == actor->asking) {
        actor->asking = 0;
        assert_int_equal(actor->s.held_n, 0);
        assert_int_equal(actor->cs.held_n, 0);
    }
}

static void on_text(struct client *client, const json_t *m)
{
    struct actor *actor = client->arg;
    const char *op = json_string_value(json_object_get(m, "op"));
    if (json_object_get(m, "id"))
        on_reply(actor, number(m, "id"), m);
    else if (strcmp(op, "snapshot") == 0)
        on_snapshot(actor, json_object_get(m, "d"));
    else
        numbered(actor, m, what_of(op, json_object_get(m, "d")));
}

/* --- the truth -------------------------------------------------------------------------------------- */

static uint32_t epoch_of(const struct schedule *schedule)
{
    const struct vt_conversation *conv = vt_conv_find(core.app, VT_STR("shop"), vt_str(schedule->conv));
    assert_non_null(conv);
    return conv->epoch;
}

static int tap(struct vt_coord *coord, struct vt_str conv, const struct vt_coord_event *event)
{
    for (size_t i = 0; i < BATCH; i++) {
        char key[96], op[32];
        json_error_t error;
        snprintf(key, sizeof(key), "shop/%s", schedules[i].conv);
        if (!schedules[i].conv[0] || !vt_str_eq(conv, vt_str(key)))
            continue;
        struct chain *truth = &schedules[i].truth;
        if (schedules[i].epoch != epoch_of(&schedules[i])) /* unloaded since */
            chain_reset(truth, 0);
        schedules[i].epoch = epoch_of(&schedules[i]);
        assert_int_equal(event->s, truth->last + 1);
        json_t *d = json_loadb(event->body.ptr, event->body.len, 0, &error);
        vt_str_copy(op, sizeof(op), event->op);
        keep(truth, (struct entry){ event->s, event->audience, what_of(op, d) });
        json_decref(d);
    }
    return coord_ops->hist_append(coord, conv, event);
}

struct rows {
    struct chain chain;
    bool done;
};

static void on_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct rows *kept = arg;
    assert_int_equal(err, VT_OK);
    assert_false(more);
    for (size_t i = 0; i < n; i++) {
        json_error_t error;
        char op[32];
        json_t *d = json_loadb(rows[i].body.ptr, rows[i].body.len, 0, &error);
        vt_str_copy(op, sizeof(op), rows[i].op);
        keep(&kept->chain, (struct entry){ rows[i].cs, rows[i].audience, what_of(op, d) });
        json_decref(d);
    }
    kept->done = true;
}

static bool rows_done(void *arg)
{
    return ((struct rows *)arg)->done;
}

/* What this browser has from its base on is what its audience was to get. */
static void compare(const struct actor *actor, const struct chain *seen, const struct chain *truth,
                    const char *which)
{
    size_t at = 0;
    while (at < seen->seen_n && seen->seen[at].n <= seen->base)
        at++;
    for (size_t i = 0; i < truth->seen_n; i++) {
        const struct entry *is = &truth->seen[i];
        if (is->n <= seen->base || !(is->audience & 1 << actor->audience))
            continue;
        const struct entry *was = at < seen->seen_n ? &seen->seen[at++] : NULL;
        if (!was || was->n != is->n || (was->what && strcmp(was->what, is->what) != 0))
            fail_msg("%s %s, %s: %u %s is missing, there is %u %s", actor->schedule->conv, actor->person,
                     which, is->n, is->what, was ? was->n : 0, was && was->what ? was->what : "");
    }
    assert_int_equal(at, seen->seen_n);
}

/* --- what people do ---------------------------------------------------------------------------------- */

static void arrive(struct actor *actor)
{
    struct schedule *schedule = actor->schedule;
    char resume[256], tok[96] = "";
    bool customer = actor->audience == VT_AUDIENCE_CUSTOMER;
    if (actor->known && below(schedule, 4) == 0) { /* an older tab, a phone that lost its memory */
        uint32_t s = actor->s.last - below(schedule, actor->s.last - actor->s.base + 1);
        forget(&actor->s, s);
        actor->s.last = s;
    }
    if (customer)
        snprintf(tok, sizeof(tok), ",\"tok\":\"%s\"", schedule->tok);
    snprintf(resume, sizeof(resume), "[{\"conv\":\"%s\",\"epoch\":%u,\"s\":%u,\"cs\":%u%s}]", schedule->conv,
             actor->epoch, actor->s.last, actor->cs.last, tok);
    actor->welcomed = actor->snapshot_due = false;
    actor->asking = 0;
    client_open(&actor->client, &core, customer ? CORE_SHOP : CORE_OURS);
    actor->open = 1;
    if (customer)
        client_hello_customer(&actor->client, schedule->conv[0] ? resume : NULL);
    else
        client_hello_staff(&actor->client, actor->person, actor->known ? resume : NULL);
}

static uint32_t ask(struct actor *actor, const char *op, const char *d)
{
    char cid[37];
    client_cid(cid);
    actor->open++;
    return client_ask(&actor->client, op, actor->audience == VT_AUDIENCE_STAFF ? actor->c : 0, cid, d);
}

/* Under a cid that is kept until the answer, and used again after a reconnect. */
static void say(struct actor *actor, const char *kind)
{
    for (size_t i = 0; i < PENDING; i++) {
        if (actor->pending[i].cid[0])
            continue;
        client_cid(actor->pending[i].cid);
        snprintf(actor->pending[i].d, sizeof(actor->pending[i].d),
                 "{\"kind\":\"%s\",\"body\":{\"text\":\"%s %u\"}}", kind, actor->schedule->conv,
                 ++actor->schedule->texts);
        actor->open++;
        actor->pending[i].id = client_ask(&actor->client, "chat.send",
                                          actor->audience == VT_AUDIENCE_STAFF ? actor->c : 0,
                                          actor->pending[i].cid, actor->pending[i].d);
        return;
    }
}

static void say_again(struct actor *actor)
{
    for (size_t i = 0; i < PENDING; i++) {
        if (!actor->pending[i].cid[0] || actor->pending[i].id)
            continue;
        actor->open++;
        actor->pending[i].id = client_ask(&actor->client, "chat.send",
                                          actor->audience == VT_AUDIENCE_STAFF ? actor->c : 0,
                                          actor->pending[i].cid, actor->pending[i].d);
    }
}

static void leave(struct actor *actor)
{
    client_drop(&actor->client);
    actor->welcomed = false;
    for (size_t i = 0; i < PENDING; i++)
        actor->pending[i].id = 0;
    actor->open = 0;
}

static void since(struct actor *actor)
{
    char d[64];
    if (actor->asking)
        return;
    snprintf(d, sizeof(d), "{\"s\":%u,\"cs\":%u}", actor->s.last, actor->cs.last);
    actor->asking = ask(actor, "since", d);
    sinces_n++;
}

static void show(struct actor *actor)
{
    char d[160];
    snprintf(d, sizeof(d),
             "{\"items\":[{\"media\":\"m%u\"},{\"media\":\"n\"}],\"active\":1,\"mode\":\"image\"}",
             ++actor->schedule->texts);
    ask(actor, "view.open", d);
}

static void act(struct actor *actor)
{
    struct schedule *schedule = actor->schedule;
    bool customer = actor->audience == VT_AUDIENCE_CUSTOMER;
    char d[96];
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", schedule->conv);
    if (!customer && !actor->c) {
        ask(actor, below(schedule, 2) ? "conv.open" : "claim.take", d);
        return;
    }
    switch (below(schedule, 14)) {
    case 0:
        leave(actor);
        break;
    case 1:
    case 2:
        say(actor, "text");
        break;
    case 3:
        say(actor, customer ? "text" : "note");
        break;
    case 4:
        since(actor);
        break;
    case 5:
    case 6:
        show(actor);
        break;
    case 7:
        ask(actor, "view.drive", "{\"take\":true}");
        break;
    case 8:
        ask(actor, "mark.add", "{\"slot\":1,\"kind\":\"ink\",\"colour\":1,\"points\":[0.1,0.2,0.3,0.4]}");
        break;
    case 9:
        ask(actor, customer ? "queue.join" : "claim.take", customer ? "{\"lang\":\"en\"}" : d);
        break;
    case 10:
        ask(actor, customer ? "away" : "conv.open", customer ? "{\"returnSeconds\":5}" : d);
        break;
    case 11:
        for (int i = 0; i < 3; i++)
            say(actor, "text");
        leave(actor);
        break; /* answers in flight */
    case 12:
        if (below(schedule, 8) == 0)
            ask(actor, "session.end", "{}");
        break;
    default:
        if (below(schedule, 60) == 0)
            for (int i = 0; i < 60; i++)
                show(actor);
        break;
    }
}

static void step(struct actor *actor)
{
    if (actor->client.code) /* closed from the other side */
        leave(actor), actor->client.code = 0;
    if (!actor->client.conn && actor->schedule->conv[0])
        arrive(actor);
    else if (actor->welcomed && !actor->snapshot_due)
        act(actor);
}

/* --- one batch ---------------------------------------------------------------------------------------- */

static bool is_quiet(void *arg)
{
    (void)arg;
    bool quiet = true;
    for (size_t i = 0; i < BATCH; i++) {
        for (size_t k = 0; k < 1 + STAFF; k++) {
            struct actor *actor = &schedules[i].actors[k];
            if (!actor->client.conn)
                leave(actor), arrive(actor);
            if (actor->welcomed)
                say_again(actor);
            quiet &= actor->welcomed && actor->open == 0 && !actor->snapshot_due;
        }
    }
    return quiet;
}

/* However slow the store's threads are: people act only once they are here. */
static bool customers_are_in(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < BATCH; i++)
        if (!schedules[i].actors[0].welcomed)
            return false;
    return true;
}

static void check(struct schedule *schedule)
{
    struct rows *rows = calloc(1, sizeof(*rows));
    assert_int_equal(
        vt_store_since(core.store, VT_STR("shop"), vt_str(schedule->conv), 7, 0, SEEN_MAX, on_rows, rows),
        VT_OK);
    core_until(&core, rows_done, rows, "rows");
    for (size_t i = 1; i < rows->chain.seen_n; i++)
        assert_true(rows->chain.seen[i].n > rows->chain.seen[i - 1].n);
    for (size_t i = 0; i < rows->chain.seen_n; i++) /* each text once, whatever was repeated */
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rows->chain.seen[i].what, rows->chain.seen[k].what);
    if (schedule->epoch != epoch_of(schedule)) /* unloaded, and nothing has happened since */
        chain_reset(&schedule->truth, 0);
    for (size_t k = 0; k < 1 + STAFF; k++) {
        if (!schedule->actors[k].known)
            continue;
        assert_int_equal(schedule->actors[k].epoch, epoch_of(schedule));
        compare(&schedule->actors[k], &schedule->actors[k].s, &schedule->truth, "control");
        compare(&schedule->actors[k], &schedule->actors[k].cs, &rows->chain, "thread");
    }
    chain_reset(&rows->chain, 0);
    free(rows);
}

static void batch(unsigned seed)
{
    for (size_t i = 0; i < BATCH; i++) {
        struct schedule *schedule = &schedules[i];
        schedule->seed = seed * 1000 + (unsigned)i;
        for (size_t k = 0; k < 1 + STAFF; k++) {
            struct actor *actor = &schedule->actors[k];
            actor->schedule = schedule;
            actor->client.arg = actor;
            actor->client.text = on_text;
            actor->audience = k == 0 ? VT_AUDIENCE_CUSTOMER : VT_AUDIENCE_STAFF;
            if (k > 0)
                snprintf(actor->person, sizeof(actor->person), "p%u-%zu-%zu", seed, i, k);
        }
        arrive(&schedule->actors[0]);
    }
    core_until(&core, customers_are_in, NULL, "the customers are welcome");
    for (unsigned tick = 0; tick < TICKS; tick++) {
        for (size_t i = 0; i < BATCH; i++)
            step(&schedules[i].actors[below(&schedules[i], 1 + STAFF)]);
        for (unsigned turns = below(&schedules[0], 4); turns > 0; turns--) {
            core_turn(&core);
            usleep(100); /* the store's threads answer now and then, not after each step */
        }
    }
    core_until(&core, is_quiet, NULL, "everyone is back and answered");
    for (size_t i = 0; i < BATCH; i++)
        check(&schedules[i]);
    for (size_t i = 0; i < BATCH; i++) {
        for (size_t k = 0; k < 1 + STAFF; k++) {
            leave(&schedules[i].actors[k]);
            chain_reset(&schedules[i].actors[k].s, 0);
            chain_reset(&schedules[i].actors[k].cs, 0);
        }
        chain_reset(&schedules[i].truth, 0);
    }
    memset(schedules, 0, sizeof(schedules));
    core_turn(&core);
}

static void test_resume_is_the_model(void **state)
{
    (void)state;
    const char *wanted = getenv("VT_SCHEDULES"), *first = getenv("VT_SEED");
    unsigned n = wanted ? (unsigned)atoi(wanted) : 500, seed = first ? (unsigned)atoi(first) : 1;
    core_init(&core);
    core.config.people = 64;
    core.config.away_hold = 200; /* so that places are given up and conversations unloaded under way */
    core_open(&core);
    coord_ops = core.coord->ops;
    tapped = *coord_ops;
    tapped.hist_append = tap;
    core.coord->ops = &tapped;
    for (unsigned done = 0; done < n; done += BATCH)
        batch(seed++);
    core.coord->ops = coord_ops;
    core_close(&core);
    core_finish(&core);
    print_message("%u schedules: %zu recovered, %zu snapshots, %zu since\n", n, recovered_n, snapshots_n,
                  sinces_n);
    assert_true(recovered_n > 0 && snapshots_n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_resume_is_the_model) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
