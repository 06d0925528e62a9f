/* SPDX-License-Identifier: Apache-2.0 */
/* Join, its second half: what was gathered goes out, as a replay or as a snapshot. */
#include "server/join_internal.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/chan.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/media_told.h"
#include "server/mirror.h"
#include "server/people.h"
#include "server/profile.h"
#include "server/session.h"
#include "server/view.h"

enum { ARENA_BYTES = 1024 * 1024 };

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
        if (vt_decode_body(arena, &vt_shape_page, vt_str(conv->trail[i].body), &pages[*ret_n], &error) !=
            VT_OK)
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
static bool may_know(const struct vt_join *join, const struct vt_member *reader,
                     const struct vt_person *person)
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

/* A message has 64 KiB, and its share of the outbox: the oldest rows and pages give way, and marks only when
 * nothing else is left. */
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
    } else if (d->cart) {
        d->cart = NULL;
    } else if (d->view && view->marks_n > 0) {
        view->marks += view->marks_n / 2 + 1 < view->marks_n ? view->marks_n / 2 + 1 : view->marks_n;
        view->marks_n -= view->marks_n / 2 + 1 < view->marks_n ? view->marks_n / 2 + 1 : view->marks_n;
    } else {
        return false;
    }
    return true;
}

static struct vt_t_row told_row(const struct vt_conversation *conv, struct vt_arena *arena,
                                const struct vt_t_row *row)
{
    struct vt_t_row told = *row;
    told.d = vt_told_body(conv, arena, row->d);
    return told;
}

static void send_snapshot(struct vt_join *join, struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    struct vt_app *app = join->app;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, ARENA_BYTES);
    const size_t room = vt_join_room(member);
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
        read[i] = (struct vt_t_read_mark){ .who = vt_str(chosen[i]->who),
                                           .read = chosen[i]->read,
                                           .delivered = chosen[i]->delivered };
    }
    d.thread = rows;
    for (; d.thread_n < join->rows_n && d.thread_n < VT_SNAPSHOT_ROWS; d.thread_n++)
        rows[d.thread_n] = told_row(conv, &arena, &join->rows[d.thread_n].row);
    if (conv->view)
        vt_view_advance(conv->view, vt_now_ms());
    if (conv->view && vt_view_is_open(conv->view) && vt_view_export(conv->view, &arena, &view) == VT_OK) {
        vt_told_view(conv, &arena, &view);
        d.view = &view;
    }
    struct vt_str can[VT_CONSENT_OPS];
    struct vt_t_consents consents;
    struct vt_t_mirror mirror;
    if (member->peer->role != VT_ROLE_GUEST) {
        vt_consent_wire(conv, can, &consents);
        vt_mirror_wire(conv, &mirror);
        d.consents = &consents;
        d.mirror = &mirror;
    }
    struct vt_t_profile profile;
    struct vt_t_cart cart;
    struct vt_error error;
    if (vt_peer_is_staff(member->peer)) {
        d.trail = trail_of(conv, &arena, &d.trail_n);
        if (conv->cart && vt_decode_body(&arena, &vt_shape_cart, vt_str(conv->cart), &cart, &error) == VT_OK)
            d.cart = &cart;
        vt_profile_read(conv, &arena, &profile);
        d.profile = &profile;
    }
    struct vt_event_head head = { .c = vt_peer_is_staff(member->peer) ? conv->number : 0,
                                  .ts = vt_wall_ms() };
    do {
        vt_buf_reset(&app->text);
        vt_encode_event(&app->text, VT_OP_SNAPSHOT, &head, &d);
    } while ((app->text.failed || app->text.len > room) && shrink(&d, &view));
    vt_peer_send_text(member->peer, VT_CLASS_LINK, 0);
}

static void send_replay(struct vt_join *join, struct vt_member *member)
{
    struct vt_app *app = join->app;
    uint32_t before = join->from.cs;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < join->rows_n; i++) {
        vt_arena_reset(&arena);
        const struct vt_t_row told = told_row(member->conv, &arena, &join->rows[i].row), *row = &told;
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

/* The last of several joins lets go. One that failed leaves a member as it was: with a part of what was held
 * lost, the numbers show the gap and the client asks. */
static void release(struct vt_member *member)
{
    if (member->joins > 0 && --member->joins > 0)
        return;
    struct vt_fifo_held *held = VT_TAKE(member->held);
    vt_join_let_go(member);
    for (size_t i = 0; held && i < held->n; i++)
        if (!held->frames[i].sent)
            vt_peer_send(member->peer, held->frames[i].frame, held->frames[i].class, held->frames[i].key);
    vt_join_held_free(&held);
}

/* Whether the member has a held frame now that the join has sent its part. A replay adds what it was asked
 * for and nothing else. A snapshot holds all events, and the view that class C sends without a number, but of
 * the thread what there was when it was asked for: it takes back newer rows that a replay has brought. */
static bool is_sent(const struct vt_join *join, const struct vt_held *held)
{
    if (held->key == VT_JOIN_REPLY_KEY)
        return false;
    if (held->class == VT_CLASS_CONTROL)
        return !join->recovered || held->sent || (held->key > join->from.s && held->key <= join->s0);
    if (held->class != VT_CLASS_DURABLE)
        return false;
    if (!join->recovered)
        return held->key <= join->cs0;
    return held->sent || (held->key > join->from.cs && held->key <= join->cs0);
}

static void mark_sent(const struct vt_join *join, struct vt_member *member)
{
    for (size_t i = 0; member->held && i < member->held->n; i++)
        member->held->frames[i].sent = is_sent(join, &member->held->frames[i]);
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
        struct vt_evt_chat_read read = {
            .read = person->read, .has_read = true, .delivered = person->delivered, .has_delivered = true
        };
        struct vt_event_head head = { .c = vt_peer_is_staff(member->peer) ? conv->number : 0,
                                      .by = person->who };
        vt_people_wire(person, &d);
        vt_fanout_member(member, VT_OP_PRESENCE_PERSON, VT_CLASS_LINK, &d);
        if (person->delivered == 0)
            continue;
        vt_buf_reset(&conv->app->text);
        vt_encode_event(&conv->app->text, VT_OP_CHAT_READ, &head, &read);
        vt_peer_send_text(member->peer, VT_CLASS_LINK, 0);
    }
    if (member->peer->role == VT_ROLE_CUSTOMER && conv->session.state == VT_STATE_WAITING &&
        conv->place > 0) {
        struct vt_evt_queue_place d = { .position = conv->place, .eta = { conv->eta[0], conv->eta[1] } };
        vt_fanout_member(member, VT_OP_QUEUE_PLACE, VT_CLASS_LATEST, &d);
    }
}

static void send_newest(struct vt_member *member, const char *op, const char *body)
{
    struct vt_conversation *conv = member->conv;
    struct vt_event_head head = { .c = conv->number, .by = "c", .ts = vt_wall_ms() };
    vt_buf_reset(&conv->app->text);
    vt_encode_event_raw(&conv->app->text, op, &head, vt_str(body));
    vt_peer_send_text(member->peer, VT_CLASS_LINK, 0);
}

/* Where the customer is now and what is in the bag; earlier pages that came meanwhile are in the next
 * snapshot's trail. */
static void send_page(struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    if (vt_peer_is_staff(member->peer) && conv->trail_n > 0)
        send_newest(member, "page.at", conv->trail[conv->trail_n - 1].body);
    if (vt_peer_is_staff(member->peer) && conv->cart)
        send_newest(member, "cart.now", conv->cart);
}

void vt_join_flush(struct vt_join *join, bool tell_chans)
{
    struct vt_member *member = vt_join_member(join);
    if (!member || member->lost) { /* overflowed again, after the answer was gathered: it has to come back */
        if (member)
            vt_peer_close(member->peer, VT_CLOSE_SLOW, "too much at once");
        vt_join_free(join);
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
    mark_sent(join, member);
    release(member);
    if (join->recovered) {
        send_latest(join, member);
        send_page(member);
    }
    if ((fresh && tell_chans) || join->restarted)
        vt_chans_tell(member);
    vt_join_free(join);
}

void vt_join_drop(struct vt_join *join)
{
    struct vt_member *member = vt_join_member(join);
    if (member && join->attached)
        vt_conv_leave(member);
    else if (member && member->joins > 0)
        release(member);
    vt_join_free(join);
}
