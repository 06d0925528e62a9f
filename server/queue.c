/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/board.h"
#include "server/fanout.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/queue_forecast.h"
#include "server/ring.h"
#include "server/session.h"
#include "server/site.h"

enum { LINE_LOOK = 1000, TELL_MS = 5000 };

struct vt_line {
    char *key;         /* owned: "site/queue" */
    uint32_t waiting;  /* as seen last */
    int64_t looked_ms; /* when that was */
    bool moved, looking;
};

void vt_queue_key(char ret[VT_QUEUE_KEY_TEXT], const char *site, const char *queue)
{
    snprintf(ret, VT_QUEUE_KEY_TEXT, "%s/%s", site, queue);
}

static struct vt_line *line_of(struct vt_app *app, const char *site, const char *queue)
{
    char key[VT_QUEUE_KEY_TEXT];
    vt_queue_key(key, site, queue);
    struct vt_line *line = vt_map_get(&app->lines, vt_str(key));
    if (line)
        return line;
    line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;
    line->key = strdup(key);
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

/* A queue's own limit, below the server's. */
static size_t capacity_of(const struct vt_conversation *conv)
{
    const struct vt_app *app = conv->app;
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(conv->site));
    const struct vt_setting_queue *queue = site ? vt_settings_queue(site->settings,
                                                                    vt_str(conv->session.queue))
                                                : NULL;
    size_t most = (size_t)app->deps.config->queue_capacity;
    return queue && queue->max > 0 && queue->max < most ? queue->max : most;
}

/* Who had a place before is not sent away by a limit: full is for those who come. */
int vt_queue_enter(struct vt_conversation *conv, vt_coord_done_fn *done, void *arg)
{
    struct vt_coord *coord = conv->app->deps.coord;
    char key[VT_QUEUE_KEY_TEXT];
    vt_queue_key(key, conv->site, conv->session.queue);
    int err = coord->ops->q_push(coord, vt_str(key), vt_str(conv->key), conv->session.joined,
                                 done ? capacity_of(conv) : SIZE_MAX, done, arg);
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
    return err;
}

void vt_queue_leave(struct vt_conversation *conv)
{
    struct vt_coord *coord = conv->app->deps.coord;
    char key[VT_QUEUE_KEY_TEXT];
    vt_queue_key(key, conv->site, conv->session.queue);
    coord->ops->q_cancel(coord, vt_str(key), vt_str(conv->key));
    vt_ring_end(conv, VT_CLAIM_WHY_LEFT);
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
        before += vt_session_waits(session) && (later < 0 || (later == 0 && other->number < conv->number)) &&
                  strcmp(other->site, conv->site) == 0 && strcmp(session->queue, conv->session.queue) == 0;
    }
    return before + 1;
}

/* Waits in another line of the same people. */
static bool is_elsewhere(const struct vt_conversation *conv, const char *site, const char *queue)
{
    return vt_session_waits(&conv->session) && strcmp(conv->site, site) == 0 &&
           strcmp(conv->session.queue, queue) != 0 && !vt_practice_is(conv);
}

void vt_queue_accepted(struct vt_conversation *conv)
{
    if (!vt_practice_is(conv))
        vt_queue_forecast_measure(conv);
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
}

void vt_queue_estimate(const struct vt_conversation *conv, uint32_t position, uint32_t ret_eta[2])
{
    const char *queue = conv->session.queue;
    double before = position > 0 ? position - 1 : 0;
    VT_LIST_EACH (other, &conv->app->conversations_list, struct vt_conversation, link)
        if (is_elsewhere(other, conv->site, queue) && other->session.joined < conv->session.joined)
            before += vt_queue_forecast_share(conv->app, conv->site, queue, other->session.queue);
    vt_queue_forecast(conv->app, conv->site, queue, (size_t)(before + 0.5), ret_eta);
}

uint32_t vt_queue_waiting(struct vt_app *app, const char *site, const char *queue)
{
    struct vt_line *line = line_of(app, site, queue);
    return line ? line->waiting : 0;
}

/* --- places ---------------------------------------------------------------------------------- */

struct look {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], queue[65];
};

/* A new place is told at once; a wait that moved by a fifth, every five seconds at most. */
static bool is_told(const struct vt_conversation *conv, uint32_t place, const uint32_t eta[2])
{
    uint64_t was = conv->eta[1], is = eta[1];
    return conv->place == place &&
           ((is * 5 >= was * 4 && is * 5 <= was * 6) || vt_now_ms() - conv->place_told_ms < TELL_MS);
}

static void tell_place(struct vt_conversation *conv, uint32_t place, size_t before)
{
    uint32_t eta[2];
    vt_queue_forecast(conv->app, conv->site, conv->session.queue, before, eta);
    if (is_told(conv, place, eta))
        return;
    conv->place = place;
    conv->place_told_ms = vt_now_ms();
    memcpy(conv->eta, eta, sizeof(eta));
    struct vt_evt_queue_place d = { .position = place, .eta = { eta[0], eta[1] } };
    vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_QUEUE_PLACE, .d = &d });
}

/* Somebody in another line of the site. */
struct other {
    int64_t joined;
    double share; /* vt_queue_forecast_share */
};

static int compare_joined(const void *a, const void *b)
{
    const struct other *one = a, *other = b;
    return (one->joined > other->joined) - (one->joined < other->joined);
}

/* All of them by joining time, owned by the caller; NULL: no memory, and none are counted. */
static struct other *find_others(const struct look *look, size_t *ret_n)
{
    struct vt_app *app = look->app;
    size_t n = 0;
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        n += is_elsewhere(conv, look->site, look->queue);
    struct other *others = calloc(n + 1, sizeof(*others));
    *ret_n = 0;
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        if (others && is_elsewhere(conv, look->site, look->queue))
            others[(*ret_n)++] = (struct other){ conv->session.joined,
                                                 vt_queue_forecast_share(app, look->site, look->queue,
                                                                         conv->session.queue) };
    if (others)
        qsort(others, *ret_n, sizeof(*others), compare_joined);
    return others;
}

/* vt_queue_estimate for a whole line, in one pass: later in it means later than more of the others. */
static void tell_line(const struct look *look, const struct vt_str *keys, size_t n)
{
    size_t others_n, passed = 0;
    double before = 0.5;
    struct other *others = find_others(look, &others_n);
    for (size_t i = 0; i < n; i++) {
        struct vt_conversation *conv = vt_map_get(&look->app->conversations, keys[i]);
        if (!conv || !conv->loaded || !vt_session_waits(&conv->session))
            continue;
        for (; passed < others_n && others[passed].joined < conv->session.joined; passed++)
            before += others[passed].share;
        tell_place(conv, (uint32_t)i + 1, i + (size_t)before);
    }
    free(others);
}

static void handle_line(void *arg, const struct vt_str *keys, size_t n)
{
    struct look *look = arg;
    struct vt_line *line = line_of(look->app, look->site, look->queue);
    tell_line(look, keys, n);
    if (line) {
        line->waiting = (uint32_t)n;
        line->looked_ms = vt_now_ms();
    }
    vt_ring_site(look->app, look->site);
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
    line->moved = true; /* until it is looked at: without memory the sweep tries again */
    if (!look)
        return;
    look->app = app;
    vt_str_copy(look->site, sizeof(look->site), vt_str(site));
    vt_str_copy(look->queue, sizeof(look->queue), vt_str(queue));
    if (app->deps.coord->ops->q_line(app->deps.coord, vt_str(line->key), LINE_LOOK, handle_line, look) !=
        VT_OK) {
        free(look);
        return;
    }
    line->moved = false;
    line->looking = true;
}

/* A wait changes with time alone. */
static bool is_due(const struct vt_line *line)
{
    return line->moved || (line->waiting > 0 && vt_now_ms() - line->looked_ms >= TELL_MS);
}

static void move_lines(struct vt_app *app, const char *site)
{
    struct vt_line *line;
    for (size_t at = 0; (line = vt_map_next(&app->lines, &at)) != NULL;) {
        const char *slash = strchr(line->key, '/');
        char of[VT_PERSON_TEXT];
        vt_str_copy(of, sizeof(of), (struct vt_str){ line->key, (size_t)(slash - line->key) });
        if (site ? strcmp(of, site) == 0 : is_due(line))
            vt_queue_moved(app, of, slash + 1);
    }
}

void vt_queue_moved_all(struct vt_app *app, const char *site)
{
    move_lines(app, site);
}

void vt_queue_sweep(struct vt_app *app)
{
    move_lines(app, NULL);
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

/* Only the labels stay in `arena`: a list of rows must not hold what the page has said of each. */
static void take_labels(const struct vt_conversation *conv, struct vt_arena *arena,
                        struct vt_t_queue_row *row)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena whole = { 0 };
    struct vt_t_profile profile;
    if (!conv->profile)
        return;
    vt_arena_init(&whole, 65536);
    vt_profile_read(conv, &whole, &profile);
    struct vt_str *labels = profile.labels_n ? vt_arena_alloc(arena, profile.labels_n * sizeof(*labels))
                                             : NULL;
    for (size_t i = 0; labels && i < profile.labels_n; i++) {
        labels[i] = vt_arena_str(arena, profile.labels[i]);
        if (!labels[i].ptr)
            return;
        row->labels_n = i + 1;
    }
    row->labels = labels;
}

void vt_queue_row(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_queue_row *ret)
{
    const struct vt_session *session = &conv->session;
    struct vt_error error;
    *ret = (struct vt_t_queue_row){ .conv = vt_str(conv->conv),
                                    .queue = vt_str(session->queue),
                                    .name = name_of(conv),
                                    .since = vt_session_waits(session) ? session->joined : session->since,
                                    .unread = conv->unread_staff,
                                    .state = session->state,
                                    .online = is_online(conv) };
    ret->contact = conv->contact;
    ret->has_contact = conv->contact > 0;
    take_labels(conv, arena, ret);
    if (session->product) {
        struct vt_t_product_ref *product = vt_arena_alloc(arena, sizeof(*product));
        if (product &&
            vt_decode_body(arena, &vt_shape_product_ref, vt_str(session->product), product, &error) == VT_OK)
            ret->product = product;
    }
    ret->lang = vt_str(session->lang[0] ? session->lang : NULL);
    ret->person = vt_str(session->associate[0] ? session->associate : NULL);
    ret->asked = vt_ring_asked(conv);
    ret->has_asked = ret->asked > 0;
    for (size_t i = 0; session->associate[0] && i < conv->people_n; i++)
        if (strcmp(conv->people[i].person, session->associate) == 0)
            ret->associate = vt_str(conv->people[i].name);
}

static void tell_row(struct vt_conversation *conv, bool gone)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena = { 0 }; /* it is finished on every way out */
    struct vt_t_queue_row row;
    struct vt_board to = { .op = VT_OP_QUEUE_ROW,
                           .slot = VT_OP_QUEUE_ROW,
                           .site = conv->site,
                           .person = vt_practice_person(conv), /* NULL: whoever has a right to the queue */
                           .queue = conv->session.queue,
                           .subject = conv->number };
    if (conv->session.state == VT_STATE_NONE && !conv->profile)
        return; /* nobody has asked for anything; with a profile a message may wait, or have been answered */
    vt_arena_init(&arena, 65536);
    vt_queue_row(conv, &arena, &row);
    if (gone)
        row.state = VT_STATE_ENDED;
    vt_board_tell(conv->app, &to, &row);
}

void vt_queue_row_changed(struct vt_conversation *conv)
{
    tell_row(conv, false);
}

void vt_queue_row_gone(struct vt_conversation *conv)
{
    tell_row(conv, true);
}
