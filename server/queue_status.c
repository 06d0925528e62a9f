/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue_status.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/guide_run.h"
#include "server/presence.h"
#include "server/queue.h"
#include "server/queue_forecast.h"
#include "server/rights.h"
#include "server/site.h"

enum { QUEUES_TOLD = 24, STATUS_BYTES = 16384, LOOK_MOST_MS = 3600 * 1000 };

/* What a site's customers were told last. */
struct status {
    char *site;       /* owned */
    char *json;       /* owned: without the estimate, which moves all the time; NULL: nothing yet */
    int64_t until_ms; /* when opening hours change it next; 0: not foreseen */
};

/* --- which queue ------------------------------------------------------------------------------ */

/* "fr" speaks "fr-CH"; a queue without languages speaks all. */
static bool speaks(const struct vt_setting_queue *queue, struct vt_str lang)
{
    const char *dash = lang.ptr ? memchr(lang.ptr, '-', lang.len) : NULL;
    struct vt_str base = { lang.ptr, dash ? (size_t)(dash - lang.ptr) : lang.len };
    for (size_t i = 0; i < queue->languages.n; i++)
        if (vt_str_eq(queue->languages.at[i], lang) || vt_str_eq(queue->languages.at[i], base))
            return true;
    return queue->languages.n == 0;
}

static bool is_named(const struct vt_setting_queue *queue, struct vt_str name)
{
    return vt_str_eq(queue->id, name) || (queue->department.ptr && vt_str_eq(queue->department, name));
}

/* Higher is better: open before closed, then language, its own before a queue for all. */
static int fit(const struct vt_setting_queue *queue, struct vt_str lang, bool open)
{
    return (open ? 4 : 0) + (speaks(queue, lang) ? 2 : 0) + (queue->languages.n > 0 ? 1 : 0);
}

const struct vt_setting_queue *vt_queue_choose(const struct vt_settings *settings, struct vt_str name,
                                               struct vt_str lang, int64_t now_ms, int64_t *ret_open_ms)
{
    const struct vt_setting_queue *best = NULL;
    int best_fit = -1;
    bool any_named = false;
    *ret_open_ms = 0;
    for (size_t i = 0; i < settings->queues_n; i++)
        any_named |= is_named(&settings->queues[i], name);
    for (size_t i = 0; i < settings->queues_n; i++) {
        const struct vt_setting_queue *queue = &settings->queues[i];
        struct vt_hours_state hours;
        if (any_named && !is_named(queue, name))
            continue;
        vt_hours_at(queue->hours, now_ms, &hours);
        int this_fit = fit(queue, lang, hours.open);
        if (this_fit > best_fit) {
            best = hours.open ? queue : NULL;
            best_fit = this_fit;
        }
        if (!hours.open && hours.until_ms > 0 && (*ret_open_ms == 0 || hours.until_ms < *ret_open_ms))
            *ret_open_ms = hours.until_ms;
    }
    return best;
}

/* --- as it stands ----------------------------------------------------------------------------- */

static bool is_staffed(struct vt_app *app, const char *site, struct vt_str queue)
{
    VT_LIST_EACH (staff, &app->staff_list, struct vt_staff, link)
        if (strcmp(staff->site, site) == 0 && vt_rights_queue(staff->queues, queue) &&
            vt_presence_mode(app, staff) != VT_STAFF_MODE_OFF)
            return true;
    return false;
}

static int rank(enum vt_queue_state state)
{
    return state == VT_QUEUE_STATE_AVAILABLE ? 2 : state == VT_QUEUE_STATE_MESSAGE ? 1 : 0;
}

static void merge(struct vt_evt_queue_status *all, const struct vt_t_queue_open *one, bool first)
{
    if (first || rank(one->state) > rank(all->state))
        all->state = one->state;
    if (one->has_next_open_time && (!all->has_next_open_time || one->next_open_time < all->next_open_time)) {
        all->next_open_time = one->next_open_time;
        all->has_next_open_time = true;
        all->why = one->why;
    }
}

/* `queues` has QUEUES_TOLD entries. *ret_until_ms: the next change of any of the hours. */
static void describe(struct vt_app *app, const struct vt_site *site, struct vt_t_queue_open *queues,
                     struct vt_evt_queue_status *ret, int64_t *ret_until_ms)
{
    int64_t now_ms = vt_wall_ms();
    *ret = (struct vt_evt_queue_status){ .queues = NULL };
    *ret_until_ms = 0;
    for (size_t i = 0; i < site->settings->queues_n && ret->queues_n < QUEUES_TOLD; i++) {
        const struct vt_setting_queue *queue = &site->settings->queues[i];
        struct vt_t_queue_open *one = &queues[ret->queues_n];
        struct vt_hours_state hours;
        vt_hours_at(queue->hours, now_ms, &hours);
        *one = (struct vt_t_queue_open){ .id = queue->id,
                                         .name = queue->name,
                                         .department = queue->department,
                                         .why = hours.why,
                                         .has_offered = queue->offered,
                                         .offered = queue->offered };
        one->state = !hours.open                            ? VT_QUEUE_STATE_CLOSED
                     : is_staffed(app, site->id, queue->id) ? VT_QUEUE_STATE_AVAILABLE
                                                            : VT_QUEUE_STATE_MESSAGE;
        one->has_next_open_time = !hours.open && hours.until_ms > 0;
        one->next_open_time = hours.until_ms;
        if (hours.until_ms > 0 && (*ret_until_ms == 0 || hours.until_ms < *ret_until_ms))
            *ret_until_ms = hours.until_ms;
        merge(ret, one, i == 0);
        ret->queues_n++;
    }
    if (ret->state != VT_QUEUE_STATE_CLOSED) {
        ret->has_next_open_time = false;
        ret->why = (struct vt_str){ 0 };
    }
    if (ret->queues_n > 1) /* the one queue of a small shop is nothing to choose from */
        ret->queues = queues;
    else
        ret->queues_n = 0;
}

/* As for somebody who asks now, where it is soonest. */
static void add_estimate(struct vt_app *app, const struct vt_site *site, struct vt_evt_queue_status *d)
{
    size_t n = site->settings->queues_n < QUEUES_TOLD ? site->settings->queues_n : QUEUES_TOLD;
    char queues[QUEUES_TOLD][VT_QUEUE_ID_TEXT];
    for (size_t i = 0; i < n; i++)
        vt_str_copy(queues[i], sizeof(queues[i]), site->settings->queues[i].id);
    for (size_t i = 0; i < n; i++) {
        double before = 0.5;
        uint32_t eta[2];
        for (size_t k = 0; k < n; k++)
            before += vt_queue_waiting(app, site->id, queues[k]) *
                      (k == i ? 1 : vt_queue_forecast_share(app, site->id, queues[i], queues[k]));
        vt_queue_forecast(app, site->id, queues[i], (size_t)before, eta);
        if (!d->has_eta || eta[1] < d->eta[1])
            memcpy(d->eta, eta, sizeof(eta));
        d->has_eta = true;
    }
}

/* Each reads the queues in their own language. */
static void send_status(struct vt_peer *customer, const struct vt_site *site, struct vt_t_queue_open *queues,
                        const struct vt_evt_queue_status *d)
{
    struct vt_event_head head = { 0 };
    for (size_t i = 0; i < d->queues_n; i++)
        queues[i].label = vt_settings_label(&site->settings->queues[i], vt_str(customer->lang));
    vt_buf_reset(&customer->app->text);
    vt_encode_event(&customer->app->text, VT_OP_QUEUE_STATUS, &head, d);
    vt_peer_send_text(customer, VT_CLASS_LATEST, (uint64_t)VT_OP_QUEUE_STATUS << 56);
}

/* --- one timer for all hours -------------------------------------------------------------------- */

static struct status *status_of(struct vt_app *app, const char *site)
{
    struct status *status = vt_map_get(&app->statuses, vt_str(site));
    if (status)
        return status;
    status = calloc(1, sizeof(*status));
    if (!status)
        return NULL;
    status->site = strdup(site);
    if (!status->site || vt_map_set(&app->statuses, vt_str(site), status) != VT_OK) {
        free(status->site);
        free(status);
        return NULL;
    }
    return status;
}

/* At most an hour ahead, since the wall clock may be set. */
static void arm(struct vt_app *app)
{
    struct status *status;
    int64_t soonest_ms = 0;
    for (size_t at = 0; (status = vt_map_next(&app->statuses, &at)) != NULL;)
        if (status->until_ms > 0 && (soonest_ms == 0 || status->until_ms < soonest_ms))
            soonest_ms = status->until_ms;
    vt_timer_stop(&app->hours_timer);
    if (soonest_ms == 0)
        return;
    int64_t in_ms = soonest_ms - vt_wall_ms();
    vt_timer_start(&app->hours_timer,
                   (uint64_t)(in_ms < 1              ? 1
                              : in_ms > LOOK_MOST_MS ? LOOK_MOST_MS
                                                     : in_ms),
                   0);
}

/* True when it is not what was told last. */
static bool remember(struct vt_app *app, const char *site, const struct vt_evt_queue_status *d,
                     int64_t until_ms)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(STATUS_BYTES);
    struct status *status = status_of(app, site);
    if (!status || vt_encode_body(&json, vt_op_rows[VT_OP_QUEUE_STATUS].evt, d) != VT_OK)
        return true; /* told once too often */
    bool same = status->json && strcmp(status->json, vt_buf_cstr(&json)) == 0;
    if (!same) {
        free(status->json);
        status->json = strdup(vt_buf_cstr(&json));
    }
    status->until_ms = until_ms;
    arm(app);
    return !same;
}

enum vt_queue_state vt_queue_status_best(struct vt_app *app, const struct vt_site *site)
{
    struct vt_t_queue_open queues[QUEUES_TOLD];
    struct vt_evt_queue_status d;
    int64_t until_ms;
    describe(app, site, queues, &d, &until_ms);
    return d.state;
}

void vt_queue_status(struct vt_peer *customer)
{
    struct vt_app *app = customer->app;
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(customer->site));
    struct vt_t_queue_open queues[QUEUES_TOLD];
    struct vt_evt_queue_status d;
    int64_t until_ms;
    if (!site)
        return;
    describe(app, site, queues, &d, &until_ms);
    remember(app, site->id, &d, until_ms);
    add_estimate(app, site, &d);
    send_status(customer, site, queues, &d);
}

void vt_queue_status_changed(struct vt_app *app, const char *site_id)
{
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(site_id));
    struct vt_t_queue_open queues[QUEUES_TOLD];
    struct vt_evt_queue_status d;
    int64_t until_ms;
    if (!site)
        return;
    describe(app, site, queues, &d, &until_ms);
    if (!remember(app, site->id, &d, until_ms))
        return;
    add_estimate(app, site, &d);
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        if (peer->phase == VT_PHASE_OPEN && peer->role == VT_ROLE_CUSTOMER &&
            strcmp(peer->site, site->id) == 0) {
            send_status(peer, site, queues, &d);
            VT_LIST_EACH (member, &peer->members, struct vt_member, of_peer)
                vt_guide_wake(member->conv);
        }
}

static void look_at_all(void *arg)
{
    struct vt_app *app = arg;
    struct status *status;
    for (size_t at = 0; (status = vt_map_next(&app->statuses, &at)) != NULL;)
        vt_queue_status_changed(app, status->site);
    arm(app);
}

int vt_queue_status_start(struct vt_app *app)
{
    vt_timer_init(app->deps.loop, &app->hours_timer, look_at_all, app);
    return vt_sites_on_change(app->deps.sites, look_at_all, app);
}

void vt_queue_status_finish(struct vt_app *app)
{
    struct status *status;
    for (size_t at = 0; (status = vt_map_next(&app->statuses, &at)) != NULL;) {
        free(status->site);
        free(status->json);
        free(status);
    }
    vt_map_finish(&app->statuses);
}
