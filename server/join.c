/* SPDX-License-Identifier: Apache-2.0 */
#include "server/join_internal.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"

/* --- held frames ----------------------------------------------------------------------------- */

void vt_join_held_free(struct vt_fifo_held **held)
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
    (*held)->frames[(*held)->n++] = (struct vt_held){ vt_frame_ref(frame), class, key, false };
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

void vt_join_let_go(struct vt_member *member)
{
    vt_join_held_free(&member->held);
    member->holding = member->lost = false;
}

bool vt_join_hold_reply(struct vt_member *member, struct vt_frame *frame, enum vt_class class)
{
    return member->holding && !member->lost && held_add(&member->held, frame, class, VT_JOIN_REPLY_KEY);
}

void vt_join_unhold(struct vt_member *member)
{
    member->joins = 0;
    vt_join_let_go(member);
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

void vt_join_free(struct vt_join *join)
{
    vt_join_held_free(&join->replay);
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

enum { ROOM_PART = 4, ROOM_LEAST = 4096 };

/* A quarter of the outbox for all that come back in one hello. More would be closed as a slow reader at once,
 * and come back for the same: even a line of 16 KB a second is through with it before it counts as one. */
size_t vt_join_room(const struct vt_member *member)
{
    const struct vt_outbox *box = &member->peer->outbox;
    size_t holding = 1, room = box->limit_bytes / ROOM_PART;
    VT_LIST_EACH (other, &member->peer->members, struct vt_member, of_peer)
        holding += other != member && other->holding;
    room = (room > box->bytes ? room - box->bytes : 0) / holding;
    return room > ROOM_LEAST ? room : ROOM_LEAST;
}

static bool fits(const struct vt_join *join, const struct vt_member *member)
{
    size_t bytes = 0;
    for (size_t i = 0; i < join->rows_n; i++)
        bytes += join->rows[i].row.d.len;
    for (size_t i = 0; join->replay && i < join->replay->n; i++)
        bytes += join->replay->frames[i].frame->len;
    return bytes <= vt_join_room(member);
}

static void gather_snapshot(struct vt_join *join);

/* What is there now is the new beginning: a snapshot of it, and what comes from now on. Once only. */
static void restart(struct vt_join *join, struct vt_member *member)
{
    join->restarted = true;
    for (size_t i = 0; member->held && i < member->held->n; i++)
        if (member->held->frames[i].key == VT_JOIN_REPLY_KEY)
            vt_peer_send(member->peer, member->held->frames[i].frame, member->held->frames[i].class, 0);
    vt_join_held_free(&member->held);
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
        vt_join_free(join);
        done(arg, NULL, VT_ERR_GONE);
    } else if (member->lost && !join->restarted) {
        restart(join, member);
    } else if (err == VT_OK && join->recovered && !fits(join, member)) {
        gather_snapshot(join);
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
        struct vt_kept_row *kept = &join->rows[join->rows_n++];
        *kept = (struct vt_kept_row){ .memory = at, .row = { .cs = rows[i].cs, .ts = rows[i].ts } };
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

/* Nobody is called back before vt_join_start returns, not even with an error; and telling of it takes no
 * memory, since that may be what is missing. */
static void fail_later(struct vt_join *join)
{
    vt_list_append(&join->app->failed_joins, &join->failed);
}

void vt_joins_tell_failed(struct vt_app *app)
{
    while (!vt_list_is_empty(&app->failed_joins)) {
        struct vt_join *join = VT_CONTAINER_OF(app->failed_joins.next, struct vt_join, failed);
        vt_list_remove(&join->failed);
        gathered(join, VT_ERR_STORE_UNAVAILABLE);
    }
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
    return (uint8_t)(1 << (!peer || peer->role == VT_ROLE_CUSTOMER ? VT_AUDIENCE_CUSTOMER
                           : peer->role == VT_ROLE_GUEST           ? VT_AUDIENCE_GUEST
                                                                   : VT_AUDIENCE_STAFF));
}

static void gather_snapshot(struct vt_join *join)
{
    join->recovered = false;
    vt_join_held_free(&join->replay);
    rows_free(join);
    if (vt_store_before(join->app->deps.store, vt_str(join->site), vt_str(join->conv), audience_bit(join),
                        join->cs0 + 1, VT_SNAPSHOT_ROWS, handle_newest, join) != VT_OK)
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
    else if (vt_store_since(join->app->deps.store, vt_str(join->site), vt_str(join->conv), audience_bit(join),
                            join->from.cs, VT_REPLAY_ROWS, handle_missing_rows, join) != VT_OK)
        fail_later(join);
}

static bool replay_event(struct vt_join *join, const struct vt_member *member,
                         const struct vt_coord_event *event)
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
    struct vt_frame *frame = app->text.failed ? NULL
                                              : vt_frame_create(VT_WS_TEXT, app->text.data, app->text.len);
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
    else if (join->from.s == join->s0 &&
             vt_loop_post(join->app->deps.loop, handle_nothing_missing, join) == VT_OK)
        return;
    else if (coord->ops->hist_since(coord, vt_str(conv->key), join->from.s, handle_history, join) != VT_OK)
        gather_snapshot(join);
}

int vt_join_start(struct vt_conversation *conv, struct vt_peer *peer, struct vt_position from,
                  vt_join_fn *done, void *arg)
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
    *join = (struct vt_join){ .app = conv->app,
                              .from = from,
                              .epoch = conv->epoch,
                              .s0 = conv->s,
                              .cs0 = conv->cs,
                              .done = done,
                              .arg = arg,
                              .attached = attached };
    memcpy(join->peer, peer->id, sizeof(join->peer));
    memcpy(join->site, conv->site, sizeof(join->site));
    memcpy(join->conv, conv->conv, sizeof(join->conv));
    join->recovered = from.epoch == conv->epoch && from.s <= conv->s && from.cs <= conv->cs;
    gather(join);
    return VT_OK;
}
