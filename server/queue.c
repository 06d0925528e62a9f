/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/session.h"

enum { LINE_LOOK = 1000, ACCEPT_FIRST_MS = 60000, KEY_TEXT = 128, ROW_MAX = 16384 };

struct vt_line {
    char *key;          /* owned: "site/queue" */
    double interval_ms; /* EWMA between accepts */
    int64_t accepted_ms;
    bool moved, looking;
};

static struct vt_metric rows_dropped = { .name = "vitrine_queue_rows_dropped_total",
                                         .help = "List rows the bus did not take.",
                                         .kind = VT_METRIC_COUNTER };

static void key_of(char ret[KEY_TEXT], const char *site, const char *queue)
{
    snprintf(ret, KEY_TEXT, "%s/%s", site, queue);
}

static struct vt_line *line_of(struct vt_app *app, const char *site, const char *queue)
{
    char key[KEY_TEXT];
    key_of(key, site, queue);
    struct vt_line *line = vt_map_get(&app->lines, vt_str(key));
    if (line)
        return line;
    line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;
    line->key = strdup(key);
    line->interval_ms = ACCEPT_FIRST_MS;
    if (!line->key || vt_map_set(&app->lines, vt_str(key), line) != VT_OK) {
        free(line->key);
        free(line);
        return NULL;
    }
    return line;
}

void vt_queue_finish(struct vt_app *app)
{
    struct vt_line *line;
    for (size_t at = 0; (line = vt_map_next(&app->lines, &at)) != NULL;) {
        free(line->key);
        free(line);
    }
    vt_map_finish(&app->lines);
}

int vt_queue_enter(struct vt_conversation *conv, vt_coord_done_fn *done, void *arg)
{
    struct vt_coord *coord = conv->app->deps.coord;
    char key[KEY_TEXT];
    key_of(key, conv->site, conv->session.queue);
    int err = coord->ops->q_push(coord, vt_str(key), vt_str(conv->key), conv->session.joined,
                                 (size_t)conv->app->deps.config->queue_capacity, done, arg);
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
    return err;
}

void vt_queue_leave(struct vt_conversation *conv)
{
    struct vt_coord *coord = conv->app->deps.coord;
    char key[KEY_TEXT];
    key_of(key, conv->site, conv->session.queue);
    coord->ops->q_cancel(coord, vt_str(key), vt_str(conv->key));
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
}

uint32_t vt_queue_place(const struct vt_conversation *conv)
{
    uint32_t before = 0;
    if (conv->place > 0)
        return conv->place;
    VT_LIST_EACH (other, &conv->app->conversations_list, struct vt_conversation, link) {
        const struct vt_session *session = &other->session;
        int64_t later = session->joined - conv->session.joined;
        before += session->state == VT_STATE_WAITING &&
                  (later < 0 || (later == 0 && other->number < conv->number)) &&
                  strcmp(other->site, conv->site) == 0 && strcmp(session->queue, conv->session.queue) == 0;
    }
    return before + 1;
}

void vt_queue_accepted(struct vt_conversation *conv)
{
    struct vt_line *line = line_of(conv->app, conv->site, conv->session.queue);
    int64_t now_ms = vt_now_ms();
    if (line && line->accepted_ms > 0) {
        double interval = (double)(now_ms - line->accepted_ms);
        double most = 10.0 * 60000; /* a quiet night says nothing about the next hour */
        line->interval_ms += ((interval < most ? interval : most) - line->interval_ms) * 2 /
                             21; /* 20 accepts */
    }
    if (line)
        line->accepted_ms = now_ms;
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
}

void vt_queue_estimate(struct vt_app *app, const char *site, const char *queue, uint32_t position,
                       uint32_t ret_eta[2])
{
    struct vt_line *line = line_of(app, site, queue);
    double seconds = position * (line ? line->interval_ms : ACCEPT_FIRST_MS) / 1000.0;
    ret_eta[0] = (uint32_t)(seconds * 0.7);
    ret_eta[1] = (uint32_t)(seconds * 1.5) + 1;
}

/* --- places ---------------------------------------------------------------------------------- */

struct look {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], queue[65];
};

static bool is_told(const struct vt_conversation *conv, uint32_t place, const uint32_t eta[2])
{
    uint32_t was = conv->eta[1], is = eta[1];
    return conv->place == place && is * 5 >= was * 4 && is * 5 <= was * 6; /* a fifth is worth telling */
}

static void handle_line(void *arg, const struct vt_str *keys, size_t n)
{
    struct look *look = arg;
    struct vt_line *line = line_of(look->app, look->site, look->queue);
    for (size_t i = 0; i < n; i++) {
        struct vt_conversation *conv = vt_map_get(&look->app->conversations, keys[i]);
        uint32_t place = (uint32_t)i + 1, eta[2];
        if (!conv || !conv->loaded || conv->session.state != VT_STATE_WAITING)
            continue;
        vt_queue_estimate(look->app, look->site, look->queue, place, eta);
        if (is_told(conv, place, eta))
            continue;
        conv->place = place;
        memcpy(conv->eta, eta, sizeof(eta));
        struct vt_evt_queue_place d = { .position = place, .eta = { eta[0], eta[1] } };
        vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_QUEUE_PLACE, .d = &d });
    }
    if (line)
        line->looking = false;
    free(look);
}

void vt_queue_moved(struct vt_app *app, const char *site, const char *queue)
{
    struct vt_line *line = line_of(app, site, queue);
    if (!line)
        return;
    if (line->looking) { /* one look at a time; the sweep takes what came meanwhile */
        line->moved = true;
        return;
    }
    struct look *look = calloc(1, sizeof(*look));
    if (!look)
        return;
    look->app = app;
    vt_str_copy(look->site, sizeof(look->site), vt_str(site));
    vt_str_copy(look->queue, sizeof(look->queue), vt_str(queue));
    line->moved = false;
    line->looking = true;
    if (app->deps.coord->ops->q_line(app->deps.coord, vt_str(line->key), LINE_LOOK, handle_line, look) !=
        VT_OK) {
        line->looking = false;
        free(look);
    }
}

void vt_queue_sweep(struct vt_app *app)
{
    struct vt_line *line;
    for (size_t at = 0; (line = vt_map_next(&app->lines, &at)) != NULL;) {
        const char *slash = strchr(line->key, '/');
        char site[VT_PERSON_TEXT];
        if (!line->moved || !slash)
            continue;
        vt_str_copy(site, sizeof(site), (struct vt_str){ line->key, (size_t)(slash - line->key) });
        vt_queue_moved(app, site, slash + 1);
    }
}

/* --- rows of the lists ----------------------------------------------------------------------- */

static struct vt_str name_of(const struct vt_conversation *conv)
{
    for (size_t i = 0; i < conv->people_n; i++)
        if (conv->people[i].role == VT_ROLE_CUSTOMER)
            return vt_str(conv->people[i].name);
    return VT_STR("Visitor");
}

static bool is_online(const struct vt_conversation *conv)
{
    VT_LIST_EACH (member, (struct vt_list *)&conv->members, struct vt_member, of_conv)
        if (member->peer->role == VT_ROLE_CUSTOMER)
            return true;
    return false;
}

void vt_queue_row(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_queue_row *ret)
{
    const struct vt_session *session = &conv->session;
    struct vt_error error;
    *ret = (struct vt_t_queue_row){ .conv = vt_str(conv->conv),
                                    .queue = vt_str(session->queue),
                                    .name = name_of(conv),
                                    .since = session->state == VT_STATE_WAITING ? session->joined
                                                                                : session->since,
                                    .unread = conv->unread_staff,
                                    .state = session->state,
                                    .online = is_online(conv) };
    ret->contact = conv->contact;
    ret->has_contact = conv->contact > 0;
    if (session->product) {
        struct vt_t_product_ref *product = vt_arena_alloc(arena, sizeof(*product));
        if (product &&
            vt_decode_body(arena, &vt_shape_product_ref, vt_str(session->product), product, &error) == VT_OK)
            ret->product = product;
    }
    for (size_t i = 0; session->associate[0] && i < conv->people_n; i++)
        if (strcmp(conv->people[i].person, session->associate) == 0)
            ret->associate = vt_str(conv->people[i].name);
}

/* On the bus: site, a zero, the slot's subject, a zero, then the row's JSON. */
void vt_queue_row_changed(struct vt_conversation *conv)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf bytes = VT_BUF_INIT(ROW_MAX);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena = { 0 }; /* it is finished on every way out */
    struct vt_t_queue_row row;
    if (conv->session.state == VT_STATE_NONE && !conv->profile)
        return; /* nobody has asked for anything; with a profile a message may wait, or have been answered */
    vt_arena_init(&arena, 65536);
    vt_queue_row(conv, &arena, &row);
    vt_buf_append(&bytes, conv->site, strlen(conv->site) + 1);
    vt_buf_printf(&bytes, "%u", conv->number);
    vt_buf_byte(&bytes, '\0');
    vt_encode_body(&bytes, &vt_shape_queue_row, &row);
    vt_metrics_add(&rows_dropped);
    if (bytes.failed || vt_bus_publish(conv->app->deps.bus, "queue", vt_buf_view(&bytes)) != VT_OK)
        vt_metric_inc(&rows_dropped, 1);
}

void vt_queue_on_bus(void *arg, struct vt_str bytes)
{
    struct vt_app *app = arg;
    const char *site = bytes.ptr;
    const char *number = site + strlen(site) + 1;
    const char *row = number + strlen(number) + 1;
    struct vt_str json = { row, bytes.len - (size_t)(row - bytes.ptr) };
    struct vt_event_head head = { .ts = vt_wall_ms() };
    struct vt_frame *frame = NULL;
    uint64_t key = (uint64_t)VT_OP_QUEUE_ROW << 56 | strtoull(number, NULL, 10) << 16;
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link) {
        if (peer->watch < 0 || strcmp(peer->site, site) != 0)
            continue;
        if (!frame) {
            vt_buf_reset(&app->text);
            vt_encode_event_raw(&app->text, "queue.row", &head, json);
            frame = app->text.failed ? NULL : vt_frame_create(VT_WS_TEXT, app->text.data, app->text.len);
        }
        if (frame)
            vt_peer_send(peer, frame, VT_CLASS_LATEST, key);
    }
    vt_frame_unref(frame);
}

/* --- is somebody there ------------------------------------------------------------------------ */

static bool is_staffed(struct vt_app *app, const char *site)
{
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        if (peer->phase == VT_PHASE_OPEN && vt_peer_is_staff(peer) && strcmp(peer->site, site) == 0)
            return true;
    return false;
}

void vt_queue_status(struct vt_peer *customer)
{
    struct vt_app *app = customer->app;
    struct vt_evt_queue_status d = { .state = is_staffed(app, customer->site) ? VT_QUEUE_STATE_AVAILABLE
                                                                              : VT_QUEUE_STATE_MESSAGE };
    struct vt_event_head head = { 0 };
    vt_buf_reset(&app->text);
    vt_encode_event(&app->text, VT_OP_QUEUE_STATUS, &head, &d);
    vt_peer_send_text(customer, VT_CLASS_LATEST, (uint64_t)VT_OP_QUEUE_STATUS << 56);
}

void vt_queue_status_changed(struct vt_app *app, const char *site)
{
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        if (peer->phase == VT_PHASE_OPEN && peer->role == VT_ROLE_CUSTOMER && strcmp(peer->site, site) == 0)
            vt_queue_status(peer);
}
