/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fanout.h"

#include "server/base/err.h"
#include "server/chan.h"
#include "server/join.h"
#include "server/log.h"
#include "server/media_told.h"
#include "server/metrics.h"

enum { TEXT_DOWN_MAX = 65536 };

static struct vt_metric frames_total = { .name = "vitrine_fanout_frames_total",
                                         .help = "Frames handed to outboxes.",
                                         .kind = VT_METRIC_COUNTER };

uint8_t vt_fanout_audience(uint8_t roles)
{
    uint8_t bits = 0;
    if (roles & (1 << VT_ROLE_CUSTOMER))
        bits |= 1 << VT_AUDIENCE_CUSTOMER;
    if (roles & (1 << VT_ROLE_GUEST))
        bits |= 1 << VT_AUDIENCE_GUEST;
    if (roles & (1 << VT_ROLE_ASSOCIATE | 1 << VT_ROLE_SUPERVISOR))
        bits |= 1 << VT_AUDIENCE_STAFF;
    return bits;
}

void vt_member_send(struct vt_member *member, struct vt_frame *frame, enum vt_class class, uint64_t key)
{
    vt_metrics_add(&frames_total);
    vt_metric_inc(&frames_total, 1);
    if (member->holding)
        vt_join_hold(member, frame, class, key);
    else
        vt_peer_send(member->peer, frame, class, key);
}

static struct vt_frame *text_frame(struct vt_app *app)
{
    struct vt_frame *frame = app->text.failed ? NULL
                                              : vt_frame_create(VT_WS_TEXT, app->text.data, app->text.len);
    if (!frame)
        vt_log(VT_LOG_ERROR, "fanout.encode", VT_LOG_N("bytes", app->text.len));
    return frame;
}

/* Without a frame there is a hole in what the member is told: closed, it comes back and gets the whole. */
static void hand_over(struct vt_member *member, struct vt_frame *frame, enum vt_class class, uint64_t key)
{
    if (frame)
        vt_member_send(member, frame, class, key);
    else
        vt_peer_close(member->peer, 1011, "out of room");
}

static bool is_any(const struct vt_conversation *conv, int audience)
{
    VT_LIST_EACH (member, (struct vt_list *)&conv->members, struct vt_member, of_conv)
        if (vt_member_audience(member) == audience)
            return true;
    return false;
}

static void spread(struct vt_conversation *conv, int audience, struct vt_frame *frame, enum vt_class class,
                   uint64_t key, const struct vt_member *except)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member != except && vt_member_audience(member) == audience)
            hand_over(member, frame, class, key);
}

static uint64_t slot_key(const struct vt_conversation *conv, const struct vt_event *event)
{
    return (uint64_t)event->op << 56 | (uint64_t)conv->number << 16 | (event->subject & 0xffff);
}

static void numbers_for_reply(const struct vt_event_head *head, const struct vt_member *except, int audience,
                              struct vt_event_head *ret_numbers)
{
    if (ret_numbers && except && vt_member_audience(except) == audience)
        *ret_numbers = (struct vt_event_head){
            .s = head->s, .cs = head->cs, .p = head->p, .has_p = head->has_p
        };
}

static void remember(struct vt_conversation *conv, const struct vt_event *event, struct vt_coord_event *kept)
{
    const struct vt_op_row *row = &vt_op_rows[event->op];
    struct vt_app *app = conv->app;
    vt_buf_reset(&app->text);
    if (row->evt && event->d)
        vt_encode_body(&app->text, row->evt, event->d);
    else
        vt_buf_text(&app->text, "{}");
    kept->op = vt_str(row->name);
    kept->by = vt_str(event->by);
    kept->body = vt_buf_view(&app->text);
    app->deps.coord->ops->hist_append(app->deps.coord, vt_str(conv->key), kept);
}

void vt_fanout_control(struct vt_conversation *conv, const struct vt_event *event,
                       struct vt_event_head *ret_numbers)
{
    struct vt_app *app = conv->app;
    if (ret_numbers) /* not every audience of an event is its author's: away goes to staff */
        *ret_numbers = (struct vt_event_head){ 0 };
    struct vt_coord_event kept = { .s = ++conv->s,
                                   .audience = vt_fanout_audience(vt_op_rows[event->op].to_roles),
                                   .ts = vt_wall_ms() };
    for (int a = 0; a < VT_AUDIENCES; a++) {
        if (!(kept.audience & 1 << a))
            continue;
        struct vt_event_head head = { .c = a == VT_AUDIENCE_STAFF ? conv->number : 0,
                                      .s = conv->s,
                                      .p = conv->last_s[a],
                                      .has_p = conv->last_s[a] != conv->s - 1,
                                      .by = event->by,
                                      .ts = kept.ts };
        kept.p[a] = conv->last_s[a];
        conv->last_s[a] = conv->s;
        numbers_for_reply(&head, event->except, a, ret_numbers);
        if (!is_any(conv, a))
            continue;
        vt_buf_reset(&app->text);
        vt_encode_event(&app->text, event->op, &head, event->d);
        struct vt_frame *frame = text_frame(app);
        spread(conv, a, frame, VT_CLASS_CONTROL, conv->s, event->except);
        vt_frame_unref(frame);
    }
    remember(conv, event, &kept);
}

static void spread_text(struct vt_conversation *conv, const struct vt_event *event, enum vt_class class,
                        uint64_t key)
{
    struct vt_app *app = conv->app;
    uint8_t audience = event->audience ? event->audience : vt_fanout_audience(vt_op_rows[event->op].to_roles);
    for (int a = 0; a < VT_AUDIENCES; a++) {
        if (!(audience & 1 << a) || !is_any(conv, a))
            continue;
        struct vt_event_head head = { .c = a == VT_AUDIENCE_STAFF ? conv->number : 0,
                                      .by = event->by,
                                      .ts = class == VT_CLASS_LINK ? 0 : vt_wall_ms() };
        vt_buf_reset(&app->text);
        vt_encode_event(&app->text, event->op, &head, event->d);
        struct vt_frame *frame = text_frame(app);
        spread(conv, a, frame, class, key, event->except);
        vt_frame_unref(frame);
    }
}

void vt_fanout_latest(struct vt_conversation *conv, const struct vt_event *event)
{
    spread_text(conv, event, VT_CLASS_LATEST, slot_key(conv, event));
}

void vt_fanout_link(struct vt_conversation *conv, enum vt_op op, const void *d,
                    const struct vt_member *except)
{
    spread_text(conv, &(struct vt_event){ .op = op, .d = d, .except = except }, VT_CLASS_LINK, 0);
}

void vt_fanout_row(struct vt_conversation *conv, const struct vt_store_row *row,
                   const struct vt_member *except, struct vt_event_head *ret_numbers)
{
    struct vt_app *app = conv->app;
    char by[VT_WHO_TEXT], op[32];
    vt_str_copy(by, sizeof(by), row->by);
    vt_str_copy(op, sizeof(op), row->op);
    conv->cs = row->cs;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, 2 * TEXT_DOWN_MAX);
    struct vt_str body = vt_told_body(conv, &arena, row->body);
    for (int a = 0; a < VT_AUDIENCES; a++) {
        if (!(row->audience & 1 << a))
            continue;
        struct vt_event_head head = { .c = a == VT_AUDIENCE_STAFF ? conv->number : 0,
                                      .cs = row->cs,
                                      .p = conv->last_cs[a],
                                      .has_p = conv->last_cs[a] != row->cs - 1,
                                      .by = by,
                                      .ts = row->ts };
        conv->last_cs[a] = row->cs;
        numbers_for_reply(&head, except, a, ret_numbers);
        vt_buf_reset(&app->text);
        vt_encode_event_raw(&app->text, op, &head, body);
        struct vt_frame *frame = text_frame(app);
        spread(conv, a, frame, VT_CLASS_DURABLE, row->cs, except);
        vt_frame_unref(frame);
    }
}

void vt_fanout_member(struct vt_member *member, enum vt_op op, enum vt_class class, const void *d)
{
    struct vt_app *app = member->conv->app;
    struct vt_event_head head = { .c = vt_peer_is_staff(member->peer) ? member->conv->number : 0 };
    vt_buf_reset(&app->text);
    vt_encode_event(&app->text, op, &head, d);
    struct vt_frame *frame = text_frame(app);
    hand_over(member, frame, class,
              class == VT_CLASS_LATEST ? (uint64_t)op << 56 | (uint64_t)member->conv->number << 16 : 0);
    vt_frame_unref(frame);
}

void vt_fanout_break(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        vt_peer_close(member->peer, 1011, "out of room");
}

void vt_fanout_frame(struct vt_frame *frame, enum vt_class class, const struct vt_chan *chan,
                     const struct vt_member *except)
{
    VT_LIST_EACH (member, &chan->conv->members, struct vt_member, of_conv)
        if (member != except && vt_chan_is_shown(chan, member))
            vt_member_send(member, frame, class, chan->n);
}
