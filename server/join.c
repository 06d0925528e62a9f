/* SPDX-License-Identifier: Apache-2.0 */
#include "server/join.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/chan.h"
#include "server/fanout.h"
#include "server/people.h"
#include "server/session.h"
#include "server/view.h"

/* An answer to the member's own request: whatever a snapshot says, somebody waits for it. */
#define REPLY_KEY UINT64_MAX

struct held {
    struct vt_frame *frame; /* owned */
    enum vt_class class;
    uint64_t key;
};

struct vt_fifo_held {
    size_t n;
    struct held frames[VT_HELD_MAX];
};

struct kept_row {
    struct vt_t_row row; /* texts in `memory` */
    char *memory;        /* owned */
};

struct vt_join {
    struct vt_app *app;
    char peer[VT_ID_TEXT], site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    struct vt_position from;
    uint32_t epoch, s0, cs0; /* when the member was attached */
    bool recovered, more;
    bool attached;  /* this join made the peer a member, so a join that fails ends that again */
    bool restarted; /* `held` has overflowed once, so channels have to be told again */
    struct vt_fifo_held *replay; /* owned: control events the client misses */
    struct kept_row *rows;       /* owned: the thread's rows, for replay or snapshot */
    size_t rows_n;
    vt_join_fn *done;
    void *arg;
};

/* --- held frames ----------------------------------------------------------------------------- */

static void held_free(struct vt_fifo_held **held)
{
    for (size_t i = 0; *held && i < (*held)->n; i++)
        vt_frame_unref((*held)->frames[i].frame);
    free(*held);
    *held = NULL;
}

static bool held_add(struct vt_fifo_held **held, struct vt_frame *frame, enum vt_class class, uint64_t key)
{
    if (!*held)
        *held = calloc(1, sizeof(**held));
    if (!*held || (*held)->n == VT_HELD_MAX)
        return false;
    (*held)->frames[(*held)->n++] = (struct held){ vt_frame_ref(frame), class, key };
    return true;
}

void vt_join_hold(struct vt_member *member, struct vt_frame *frame, enum vt_class class, uint64_t key)
{
    if (member->lost)
        return; /* all of it or none: a snapshot takes its place */
    if (class == VT_CLASS_ORDERED || class == VT_CLASS_LATEST)
        return; /* motion is for those who are here; the view comes with its state */
    if (!held_add(&member->held, frame, class, key))
        member->lost = true;
}

static void let_go(struct vt_member *member)
{
    held_free(&member->held);
    member->holding = member->lost = false;
}

bool vt_join_hold_reply(struct vt_member *member, struct vt_frame *frame, enum vt_class class)
{
    return member->holding && !member->lost && held_add(&member->held, frame, class, REPLY_KEY);
}

void vt_join_unhold(struct vt_member *member)
{
    member->joins = 0;
    let_go(member);
}

/* --- gathering ------------------------------------------------------------------------------- */

static void rows_free(struct vt_join *join)
{
    for (size_t i = 0; i < join->rows_n; i++)
        free(join->rows[i].memory);
    free(join->rows);
    join->rows = NULL;
    join->rows_n = 0;
}

static void join_free(struct vt_join *join)
{
    held_free(&join->replay);
    rows_free(join);
    free(join);
}

struct vt_member *vt_join_member(struct vt_join *join)
{
    struct vt_conversation *conv = vt_conv_find(join->app, vt_str(join->site), vt_str(join->conv));
    struct vt_peer *peer = vt_peer_find(join->app, join->peer);
    return conv && peer ? vt_conv_member(conv, peer) : NULL;
}

bool vt_join_recovered(const struct vt_join *join)
{
    return join->recovered;
}

static void gather_snapshot(struct vt_join *join);

/* What is there now is the new beginning: a snapshot of it, and what comes from now on. Once only. */
static void restart(struct vt_join *join, struct vt_member *member)
{
    join->restarted = true;
    for (size_t i = 0; member->held && i < member->held->n; i++)
        if (member->held->frames[i].key == REPLY_KEY)
            vt_peer_send(member->peer, member->held->frames[i].frame, member->held->frames[i].class, 0);
    held_free(&member->held);
    member->lost = false;
    join->s0 = member->conv->s;
    join->cs0 = member->conv->cs;
    gather_snapshot(join);
}

static void gathered(struct vt_join *join, int err)
{
    struct vt_member *member = vt_join_member(join);
    if (!member) {
        vt_join_fn *done = join->done;
        void *arg = join->arg;
        join_free(join);
        done(arg, NULL, VT_ERR_GONE);
    } else if (member->lost && !join->restarted) {
        restart(join, member);
    } else {
        join->done(join->arg, join, err);
    }
}

static int keep_rows(struct vt_join *join, const struct vt_store_row *rows, size_t n)
{
    join->rows = calloc(n + 1, sizeof(*join->rows));
    if (!join->rows)
        return VT_ERR_OVERLOADED;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].cs > join->cs0)
            continue; /* committed, not yet published: it will be among the held ones */
        char *at = malloc(rows[i].op.len + rows[i].by.len + rows[i].body.len + 1);
        if (!at)
            return VT_ERR_OVERLOADED;
        struct kept_row *kept = &join->rows[join->rows_n++];
        *kept = (struct kept_row){ .memory = at, .row = { .cs = rows[i].cs, .ts = rows[i].ts } };
        const struct vt_str parts[] = { rows[i].op, rows[i].by, rows[i].body };
        struct vt_str *const into[] = { &kept->row.op, &kept->row.by, &kept->row.d };
        for (size_t k = 0; k < 3; k++) {
            memcpy(at, parts[k].ptr, parts[k].len);
            *into[k] = (struct vt_str){ at, parts[k].len };
            at += parts[k].len;
        }
    }
    return VT_OK;
}

/* Nobody is called back before vt_join_start returns, not even with an error. */
static void handle_failed(void *arg)
{
    gathered(arg, VT_ERR_STORE_UNAVAILABLE);
}

static void fail_later(struct vt_join *join)
{
    if (vt_loop_post(join->app->deps.loop, handle_failed, join) != VT_OK)
        join_free(join); /* no memory for a callback: the peer's own timers end it */
}

static void handle_newest(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct vt_join *join = arg;
    join->more = more;
    if (err == VT_OK)
        err = keep_rows(join, rows, n);
    gathered(join, err ? VT_ERR_STORE_UNAVAILABLE : VT_OK);
}

static uint8_t audience_bit(const struct vt_join *join)
{
    struct vt_peer *peer = vt_peer_find(join->app, join->peer);
    return (uint8_t)(1 << (!peer || peer->role == VT_ROLE_CUSTOMER ? VT_AUDIENCE_CUSTOMER :
                           peer->role == VT_ROLE_GUEST             ? VT_AUDIENCE_GUEST :
                                                                     VT_AUDIENCE_STAFF));
}

static void gather_snapshot(struct vt_join *join)
{
    join->recovered = false;
    held_free(&join->replay);
    rows_free(join);
    if (vt_store_before(join->app->deps.store, vt_str(join->site), vt_str(join->conv), audience_bit(join), join->cs0 + 1,
                        VT_SNAPSHOT_ROWS, handle_newest, join) != VT_OK)
        fail_later(join);
}

static void handle_missing_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct vt_join *join = arg;
    if (err != VT_OK || more || keep_rows(join, rows, n) != VT_OK) {
        gather_snapshot(join);
        return;
    }
    gathered(join, VT_OK);
}

static void gather_rows(struct vt_join *join)
{
    if (join->from.cs == join->cs0)
        gathered(join, VT_OK);
    else if (vt_store_since(join->app->deps.store, vt_str(join->site), vt_str(join->conv), audience_bit(join), join->from.cs,
                            VT_REPLAY_ROWS, handle_missing_rows, join) != VT_OK)
        fail_later(join);
}

static bool replay_event(struct vt_join *join, const struct vt_member *member, const struct vt_coord_event *event)
{
    int audience = vt_member_audience(member);
    struct vt_app *app = join->app;
    char op[32], by[VT_WHO_TEXT];
    vt_str_copy(op, sizeof(op), event->op);
    vt_str_copy(by, sizeof(by), event->by);
    struct vt_event_head head = { .c = audience == VT_AUDIENCE_STAFF ? member->conv->number : 0,
                                  .s = event->s,
                                  .p = event->p[audience],
                                  .has_p = event->p[audience] != event->s - 1,
                                  .by = by[0] ? by : NULL,
                                  .ts = event->ts };
    vt_buf_reset(&app->text);
    vt_encode_event_raw(&app->text, op, &head, event->body);
    struct vt_frame *frame =
        app->text.failed ? NULL : vt_frame_create(VT_WS_TEXT, app->text.data, app->text.len);
    bool kept = frame && held_add(&join->replay, frame, VT_CLASS_CONTROL, 0);
    vt_frame_unref(frame);
    return kept;
}

static void handle_history(void *arg, const struct vt_coord_event *events, size_t n, bool complete)
{
    struct vt_join *join = arg;
    struct vt_member *member = vt_join_member(join);
    for (size_t i = 0; complete && member && i < n; i++)
        if (events[i].s <= join->s0 && (events[i].audience & audience_bit(join)))
            complete = replay_event(join, member, &events[i]);
    if (!member)
        gathered(join, VT_OK);
    else if (complete)
        gather_rows(join);
    else
        gather_snapshot(join);
}

static void handle_nothing_missing(void *arg)
{
    gathered(arg, VT_OK);
}

static void gather(struct vt_join *join)
{
    struct vt_coord *coord = join->app->deps.coord;
    struct vt_conversation *conv = vt_conv_find(join->app, vt_str(join->site), vt_str(join->conv));
    if (!join->recovered)
        gather_snapshot(join);
    else if (join->from.s == join->s0 && join->from.cs != join->cs0)
        gather_rows(join);
    else if (join->from.s == join->s0 && vt_loop_post(join->app->deps.loop, handle_nothing_missing, join) == VT_OK)
        return;
    else if (coord->ops->hist_since(coord, vt_str(conv->key), join->from.s, handle_history, join) != VT_OK)
        gather_snapshot(join);
}

int vt_join_start(struct vt_conversation *conv, struct vt_peer *peer, struct vt_position from, vt_join_fn *done, void *arg)
{
    struct vt_join *join = calloc(1, sizeof(*join));
    struct vt_member *member = vt_conv_member(conv, peer);
    bool attached = !member;
    int err = join ? VT_OK : VT_ERR_OVERLOADED;
    if (err == VT_OK && !member)
        err = vt_conv_join(conv, peer, &member);
    if (err) {
        free(join);
        return err;
    }
    member->holding = true;
    member->joins++;
    *join = (struct vt_join){ .app = conv->app, .from = from,   .epoch = conv->epoch, .s0 = conv->s,
                              .cs0 = conv->cs,  .done = done,   .arg = arg,
                              .attached = attached };
    memcpy(join->peer, peer->id, sizeof(join->peer));
    memcpy(join->site, conv->site, sizeof(join->site));
    memcpy(join->conv, conv->conv, sizeof(join->conv));
    join->recovered = from.epoch == conv->epoch && from.s <= conv->s && from.cs <= conv->cs;
    gather(join);
    return VT_OK;
}

/* --- flushing -------------------------------------------------------------------------------- */

void vt_join_describe(const struct vt_join *join, struct vt_t_welcome_conv *ret)
{
    struct vt_member *member = vt_join_member((struct vt_join *)join);
    struct vt_conversation *conv = member->conv;
    *ret = (struct vt_t_welcome_conv){ .c = vt_peer_is_staff(member->peer) ? conv->number : 1,
                                       .conv = vt_str(conv->conv),
                                       .me = vt_str(vt_member_who(member)),
                                       .epoch = conv->epoch,
                                       .s = join->recovered ? join->s0 : conv->s,
                                       .cs = join->cs0,
                                       .recovered = join->recovered };
}

static struct vt_t_page *trail_of(struct vt_conversation *conv, struct vt_arena *arena, size_t *ret_n)
{
    struct vt_t_page *pages = vt_arena_array(arena, VT_TRAIL_MAX, sizeof(*pages));
    struct vt_error error;
    *ret_n = 0;
    for (size_t i = 0; pages && i < conv->trail_n; i++) {
        struct vt_t_page *last = *ret_n > 0 ? &pages[*ret_n - 1] : NULL;
        if (vt_decode_body(arena, &vt_shape_page, vt_str(conv->trail[i].body), &pages[*ret_n], &error) != VT_OK)
            continue;
        /* Named again with its product: one page, the fuller entry. */
        if (last && last->n == pages[*ret_n].n && vt_str_eq(last->url, pages[*ret_n].url))
            *last = pages[*ret_n];
        else
            (*ret_n)++;
    }
    return pages;
}

/* A customer is not told of colleagues who look in; those the thread names are known already. */
static bool may_know(const struct vt_join *join, const struct vt_member *reader, const struct vt_person *person)
{
    if (vt_peer_is_staff(reader->peer) || vt_people_counts(reader->conv, person))
        return true;
    for (size_t i = 0; i < join->rows_n; i++)
        if (vt_str_eq(join->rows[i].row.by, vt_str(person->who)))
            return true;
    return false;
}

/* Everyone who is here, and then who was, the newest first. */
static size_t choose_people(const struct vt_join *join, const struct vt_member *reader,
                            const struct vt_person *ret[VT_SNAPSHOT_PEOPLE])
{
    const struct vt_conversation *conv = reader->conv;
    size_t n = 0;
    for (int here = 1; here >= 0; here--)
        for (size_t i = conv->people_n; i-- > 0 && n < VT_SNAPSHOT_PEOPLE;)
            if ((conv->people[i].role == VT_ROLE_CUSTOMER || conv->people[i].at != VT_AT_GONE) == here &&
                may_know(join, reader, &conv->people[i]))
                ret[n++] = &conv->people[i];
    return n;
}

/* A message has 64 KiB: the oldest rows and pages give way, and marks only when nothing else is left. */
static bool shrink(struct vt_evt_snapshot *d, struct vt_t_view *view)
{
    size_t cut = d->thread_n / 2 + 1;
    if (d->trail_n > 1 && d->trail_n >= d->thread_n) {
        d->trail += d->trail_n / 2;
        d->trail_n -= d->trail_n / 2;
    } else if (d->thread_n > 0) {
        d->thread += cut < d->thread_n ? cut : d->thread_n;
        d->thread_n -= cut < d->thread_n ? cut : d->thread_n;
        d->more = true;
    } else if (d->trail_n > 0) {
        d->trail_n = 0;
    } else if (d->view && view->marks_n > 0) {
        view->marks += view->marks_n / 2 + 1 < view->marks_n ? view->marks_n / 2 + 1 : view->marks_n;
        view->marks_n -= view->marks_n / 2 + 1 < view->marks_n ? view->marks_n / 2 + 1 : view->marks_n;
    } else {
        return false;
    }
    return true;
}

static void send_snapshot(struct vt_join *join, struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    struct vt_app *app = join->app;
    VT_CLEANUP(vt_arena_finish) struct vt_arena arena;
    vt_arena_init(&arena, 1024 * 1024);
    struct vt_evt_snapshot d = { .epoch = conv->epoch, .s = conv->s, .cs = join->cs0, .more = join->more };
    struct vt_t_associate associate;
    struct vt_t_view view = { 0 };
    const struct vt_person *chosen[VT_SNAPSHOT_PEOPLE];
    struct vt_t_person people[VT_SNAPSHOT_PEOPLE];
    struct vt_t_read_mark read[VT_SNAPSHOT_PEOPLE];
    struct vt_t_row rows[VT_SNAPSHOT_ROWS];
    vt_session_info(conv, &d.state, &associate);
    d.people = people;
    d.read = read;
    d.people_n = d.read_n = choose_people(join, member, chosen);
    for (size_t i = 0; i < d.people_n; i++) {
        vt_people_wire(chosen[i], &people[i]);
        read[i] = (struct vt_t_read_mark){ .who = vt_str(chosen[i]->who), .read = chosen[i]->read, .delivered = chosen[i]->delivered };
    }
    d.thread = rows;
    for (; d.thread_n < join->rows_n && d.thread_n < VT_SNAPSHOT_ROWS; d.thread_n++)
        rows[d.thread_n] = join->rows[d.thread_n].row;
    if (conv->view && vt_view_is_open(conv->view) && vt_view_export(conv->view, &arena, &view) == VT_OK)
        d.view = &view;
    if (vt_peer_is_staff(member->peer))
        d.trail = trail_of(conv, &arena, &d.trail_n);
    struct vt_event_head head = { .c = vt_peer_is_staff(member->peer) ? conv->number : 0, .ts = vt_wall_ms() };
    do {
        vt_buf_reset(&app->text);
        vt_encode_event(&app->text, VT_OP_SNAPSHOT, &head, &d);
    } while (app->text.failed && shrink(&d, &view));
    vt_peer_send_text(member->peer, VT_CLASS_LINK, 0);
}

static void send_replay(struct vt_join *join, struct vt_member *member)
{
    struct vt_app *app = join->app;
    uint32_t before = join->from.cs;
    for (size_t i = 0; i < join->rows_n; i++) {
        const struct vt_t_row *row = &join->rows[i].row;
        char op[32], by[VT_WHO_TEXT];
        vt_str_copy(op, sizeof(op), row->op);
        vt_str_copy(by, sizeof(by), row->by);
        struct vt_event_head head = { .c = vt_peer_is_staff(member->peer) ? member->conv->number : 0,
                                      .cs = row->cs,
                                      .p = before,
                                      .has_p = before != row->cs - 1,
                                      .by = by,
                                      .ts = row->ts };
        before = row->cs;
        vt_buf_reset(&app->text);
        vt_encode_event_raw(&app->text, op, &head, row->d);
        vt_peer_send_text(member->peer, VT_CLASS_DURABLE, 0);
    }
    for (size_t i = 0; join->replay && i < join->replay->n; i++)
        vt_peer_send(member->peer, join->replay->frames[i].frame, VT_CLASS_CONTROL, 0);
}

/* All open channels have been told just now: what opened and closed them before is history. Told twice, a
 * channel would begin to count anew in the browser. */
static void drop_links(struct vt_fifo_held *held)
{
    size_t kept = 0;
    for (size_t i = 0; held && i < held->n; i++) {
        if (held->frames[i].class == VT_CLASS_LINK)
            vt_frame_unref(held->frames[i].frame);
        else
            held->frames[kept++] = held->frames[i];
    }
    if (held)
        held->n = kept;
}

/* A join that failed leaves a member as it was: what was held goes out. With a part of it lost, the numbers
 * show the gap and the client asks. */
static void release(struct vt_member *member)
{
    struct vt_fifo_held *held = VT_TAKE(member->held);
    let_go(member);
    for (size_t i = 0; held && i < held->n; i++)
        vt_peer_send(member->peer, held->frames[i].frame, held->frames[i].class, held->frames[i].key);
    held_free(&held);
}

/* Newer than what was just sent, but for what another join of the same member has sent meanwhile. A frame of
 * class C without a number is the whole view, which a snapshot holds as well. */
static bool is_sent(const struct vt_join *join, uint32_t s, const struct held *held)
{
    if (held->class == VT_CLASS_CONTROL)
        return held->key == 0 ? !join->recovered : held->key <= s;
    return held->class == VT_CLASS_DURABLE && held->key <= join->cs0;
}

/* The last of several joins lets go. */
static void send_held(struct vt_join *join, struct vt_member *member)
{
    uint32_t s = join->recovered ? join->s0 : member->conv->s;
    if (member->joins > 0 && --member->joins > 0)
        return;
    struct vt_fifo_held *held = VT_TAKE(member->held);
    let_go(member);
    for (size_t i = 0; held && i < held->n; i++)
        if (!is_sent(join, s, &held->frames[i]))
            vt_peer_send(member->peer, held->frames[i].frame, held->frames[i].class, held->frames[i].key);
    held_free(&held);
}

/* The last value of what is not numbered, so a replay does not bring it. */
static void send_latest(const struct vt_join *join, struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    for (size_t i = 0; i < conv->people_n; i++) {
        const struct vt_person *person = &conv->people[i];
        if (!may_know(join, member, person))
            continue;
        struct vt_t_person d;
        struct vt_evt_chat_read read = { .read = person->read, .has_read = true, .delivered = person->delivered, .has_delivered = true };
        struct vt_event_head head = { .c = vt_peer_is_staff(member->peer) ? conv->number : 0, .by = person->who };
        vt_people_wire(person, &d);
        vt_fanout_member(member, VT_OP_PRESENCE_PERSON, VT_CLASS_LINK, &d);
        if (person->delivered == 0)
            continue;
        vt_buf_reset(&conv->app->text);
        vt_encode_event(&conv->app->text, VT_OP_CHAT_READ, &head, &read);
        vt_peer_send_text(member->peer, VT_CLASS_LINK, 0);
    }
    if (member->peer->role == VT_ROLE_CUSTOMER && conv->session.state == VT_STATE_WAITING && conv->place > 0) {
        struct vt_evt_queue_place d = { .position = conv->place, .eta = { conv->eta[0], conv->eta[1] } };
        vt_fanout_member(member, VT_OP_QUEUE_PLACE, VT_CLASS_LATEST, &d);
    }
}

/* Where the customer is now; earlier pages that came meanwhile are in the next snapshot's trail. */
static void send_page(struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    if (!vt_peer_is_staff(member->peer) || conv->trail_n == 0)
        return;
    struct vt_event_head head = { .c = conv->number, .by = "c", .ts = vt_wall_ms() };
    vt_buf_reset(&conv->app->text);
    vt_encode_event_raw(&conv->app->text, "page.at", &head, vt_str(conv->trail[conv->trail_n - 1].body));
    vt_peer_send_text(member->peer, VT_CLASS_LINK, 0);
}

void vt_join_flush(struct vt_join *join, bool tell_chans)
{
    struct vt_member *member = vt_join_member(join);
    if (!member || member->lost) { /* overflowed again, after the answer was gathered: it has to come back */
        if (member)
            vt_peer_close(member->peer, VT_CLOSE_SLOW, "too much at once");
        join_free(join);
        return;
    }
    bool fresh = !member->told;
    member->told = true;
    if (fresh)
        drop_links(member->held);
    if (join->recovered)
        send_replay(join, member);
    else
        send_snapshot(join, member);
    send_held(join, member);
    if (join->recovered) {
        send_latest(join, member);
        send_page(member);
    }
    if ((fresh && tell_chans) || join->restarted)
        vt_chans_tell(member);
    join_free(join);
}

void vt_join_drop(struct vt_join *join)
{
    struct vt_member *member = vt_join_member(join);
    if (member && join->attached)
        vt_conv_leave(member);
    else if (member && member->joins > 0 && --member->joins == 0)
        release(member);
    join_free(join);
}
