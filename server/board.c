/* SPDX-License-Identifier: Apache-2.0 */
#include "server/board.h"

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/metrics.h"
#include "server/peer.h"
#include "server/rights.h"

enum { MESSAGE_MAX = 32768 };

static struct vt_metric dropped = { .name = "vitrine_board_dropped_total",
                                    .help = "Events for consoles the bus did not take.",
                                    .kind = VT_METRIC_COUNTER };

/* On the bus: this head, then the JSON. */
struct head {
    uint64_t key;
    uint32_t op;
    char site[VT_PERSON_TEXT], person[VT_PERSON_TEXT], queue[VT_QUEUE_ID_TEXT];
};

static struct head head_of(const struct vt_board *to)
{
    struct head head = { .key = (uint64_t)to->slot << 56 | (uint64_t)to->subject << 16, .op = to->op };
    vt_str_copy(head.site, sizeof(head.site), vt_str(to->site));
    vt_str_copy(head.person, sizeof(head.person), vt_str(to->person));
    vt_str_copy(head.queue, sizeof(head.queue), vt_str(to->queue));
    return head;
}

static bool is_for(const struct vt_peer *peer, const struct head *head)
{
    if (peer->phase != VT_PHASE_OPEN || !vt_peer_is_staff(peer) || strcmp(peer->site, head->site) != 0)
        return false;
    if (head->person[0])
        return strcmp(peer->person, head->person) == 0;
    return peer->watch >= 0 && vt_rights_queue(peer->queues, vt_str(head->queue));
}

/* There is a hole in what these consoles are told: closed, they come back and are shown the whole. */
static void break_off(struct vt_app *app, const struct head *head)
{
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        if (is_for(peer, head))
            vt_peer_close(peer, 1011, "out of room");
}

void vt_board_tell(struct vt_app *app, const struct vt_board *to, const void *d)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf bytes = VT_BUF_INIT(MESSAGE_MAX);
    struct head head = head_of(to);
    if (app->stopped)
        return; /* the loop will not come round to it */
    vt_buf_append(&bytes, &head, sizeof(head));
    vt_encode_body(&bytes, vt_op_rows[to->op].evt, d);
    vt_metrics_add(&dropped);
    if (bytes.failed || vt_bus_publish(app->deps.bus, "board", vt_buf_view(&bytes)) != VT_OK) {
        vt_metric_inc(&dropped, 1);
        break_off(app, &head);
    }
}

static void encode(struct vt_app *app, const struct head *head, struct vt_str json)
{
    struct vt_event_head event = { .ts = vt_wall_ms() };
    vt_buf_reset(&app->text);
    vt_encode_event_raw(&app->text, vt_op_rows[head->op].name, &event, json);
}

void vt_board_on_bus(void *arg, struct vt_str bytes)
{
    struct vt_app *app = arg;
    struct head head;
    struct vt_frame *frame = NULL;
    memcpy(&head, bytes.ptr, sizeof(head));
    struct vt_str json = { bytes.ptr + sizeof(head), bytes.len - sizeof(head) };
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link) {
        if (!is_for(peer, &head))
            continue;
        if (!frame) {
            encode(app, &head, json);
            frame = app->text.failed ? NULL : vt_frame_create(VT_WS_TEXT, app->text.data, app->text.len);
        }
        if (frame)
            vt_peer_send(peer, frame, VT_CLASS_LATEST, head.key);
        else
            vt_peer_close(peer, 1011, "out of room");
    }
    vt_frame_unref(frame);
}

void vt_board_show(struct vt_peer *peer, const struct vt_board *to, const void *d)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(MESSAGE_MAX);
    struct head head = head_of(to);
    if (vt_encode_body(&json, vt_op_rows[to->op].evt, d) != VT_OK) {
        vt_peer_close(peer, 1011, "out of room");
        return;
    }
    encode(peer->app, &head, vt_buf_view(&json));
    vt_peer_send_text(peer, VT_CLASS_LATEST, head.key);
}
