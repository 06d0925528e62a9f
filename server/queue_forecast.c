/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue_forecast.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/forecast.h"
#include "server/metrics.h"
#include "server/practice.h"
#include "server/presence.h"
#include "server/rights.h"
#include "server/session.h"
#include "server/site.h"

/* The answers of a moment are one computation of about a quarter of a millisecond. A card is answered in a
 * twentieth of a session until it is known better. */
enum { FRESH_MS = 100, PICKING_SHARE = 20, PEOPLE_MOST = VT_FORECAST_PLACES };

struct table {
    char queue[VT_QUEUE_ID_TEXT];
    uint32_t waits[VT_FORECAST_DEEP][2];
    int64_t made_ms; /* 0: to be made */
};

struct forecast {
    char *site;                                /* owned */
    struct vt_forecast_past handling, picking; /* of all queues */
    struct table *tables;                      /* owned: one for each queue asked about */
    size_t tables_n;
};

static struct vt_metric error_seconds = {
    .name = "vitrine_queue_forecast_error_seconds",
    .help = "How far the wait was from the middle of the range given on joining.",
    .kind = VT_METRIC_HISTOGRAM,
    .first = 0.1 /* to 100 minutes */
};
static struct vt_metric kept_total = { .name = "vitrine_queue_forecast_total",
                                       .help = "Waits by the range given on joining.",
                                       .labels = "in=\"range\"",
                                       .kind = VT_METRIC_COUNTER };
static struct vt_metric missed_total = { .name = "vitrine_queue_forecast_total",
                                         .help = "Waits by the range given on joining.",
                                         .labels = "in=\"outside\"",
                                         .kind = VT_METRIC_COUNTER };

static struct forecast *forecast_of(struct vt_app *app, const char *site)
{
    struct forecast *forecast = vt_map_get(&app->forecasts, vt_str(site));
    if (forecast)
        return forecast;
    forecast = calloc(1, sizeof(*forecast));
    if (!forecast)
        return NULL;
    forecast->site = strdup(site);
    vt_forecast_guess(&forecast->handling, app->deps.config->queue_service);
    vt_forecast_guess(&forecast->picking, app->deps.config->queue_service / PICKING_SHARE);
    if (!forecast->site || vt_map_set(&app->forecasts, vt_str(site), forecast) != VT_OK) {
        free(forecast->site);
        free(forecast);
        return NULL;
    }
    return forecast;
}

void vt_queue_forecast_finish(struct vt_app *app)
{
    struct forecast *forecast;
    for (size_t at = 0; (forecast = vt_map_next(&app->forecasts, &at)) != NULL;) {
        free(forecast->site);
        free(forecast->tables);
        free(forecast);
    }
    vt_map_finish(&app->forecasts);
}

/* --- the shop as it stands --------------------------------------------------------------------- */

/* Those who serve, each with the places they have left to fill in. */
struct floor {
    const struct vt_staff *people[PEOPLE_MOST];
    size_t first[PEOPLE_MOST], free[PEOPLE_MOST], n;
};

static void add_places(struct vt_forecast_shop *shop, size_t n, bool is_unsure)
{
    for (size_t i = 0; i < n && shop->places_n < VT_FORECAST_PLACES; i++)
        shop->places[shop->places_n++] = (struct vt_forecast_place){ -1, is_unsure };
}

static void add_person(struct vt_app *app, struct vt_forecast_shop *shop, struct floor *floor,
                       const struct vt_staff *staff)
{
    if (floor->n == PEOPLE_MOST)
        return;
    size_t first = shop->places_n;
    add_places(shop, vt_presence_cap(app, staff), staff->windows == 0);
    floor->people[floor->n] = staff;
    floor->first[floor->n] = first;
    floor->free[floor->n++] = shop->places_n - first;
}

/* What runs beyond somebody's cap frees no place. */
static void occupy(struct vt_forecast_shop *shop, struct floor *floor, const struct vt_session *session,
                   int64_t now_ms)
{
    for (size_t i = 0; i < floor->n; i++) {
        if (floor->free[i] == 0 || !vt_session_is_of(session, floor->people[i]->person))
            continue;
        int64_t since_ms = session->paired ? session->paired : session->taken;
        shop->places[floor->first[i] + --floor->free[i]].taken_ms = now_ms > since_ms ? now_ms - since_ms : 0;
        return;
    }
}

/* Nobody serves now: one will come, and perhaps all who were here before. */
static void expect_somebody(struct vt_app *app, const char *site_id, const char *queue,
                            struct vt_forecast_shop *shop)
{
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(site_id));
    uint32_t cap = site && site->settings->cap > 0 ? site->settings->cap
                                                   : (uint32_t)app->deps.config->capacity;
    size_t known = 0;
    VT_LIST_EACH (staff, &app->staff_list, struct vt_staff, link)
        known += strcmp(staff->site, site_id) == 0 && vt_rights_queue(staff->queues, vt_str(queue));
    add_places(shop, cap, false);
    for (; known > 1; known--)
        add_places(shop, cap, true);
}

static void look(struct vt_app *app, const struct forecast *forecast, const char *queue,
                 struct vt_forecast_shop *shop)
{
    int64_t now_ms = vt_wall_ms();
    struct floor floor;
    floor.n = 0;
    shop->places_n = 0;
    shop->handling = forecast->handling;
    shop->picking = forecast->picking;
    VT_LIST_EACH (staff, &app->staff_list, struct vt_staff, link)
        if (vt_presence_serves(app, staff, forecast->site, queue))
            add_person(app, shop, &floor, staff);
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        if (strcmp(conv->site, forecast->site) == 0 && !vt_practice_is(conv))
            occupy(shop, &floor, &conv->session, now_ms);
    if (shop->places_n == 0)
        expect_somebody(app, forecast->site, queue, shop);
}

static struct table *table_of(struct forecast *forecast, const char *queue)
{
    for (size_t i = 0; i < forecast->tables_n; i++)
        if (strcmp(forecast->tables[i].queue, queue) == 0)
            return &forecast->tables[i];
    struct table *grown = realloc(forecast->tables, (forecast->tables_n + 1) * sizeof(*grown));
    if (!grown)
        return NULL;
    forecast->tables = grown;
    struct table *table = &grown[forecast->tables_n++];
    table->made_ms = 0;
    vt_str_copy(table->queue, sizeof(table->queue), vt_str(queue));
    return table;
}

void vt_queue_forecast(struct vt_app *app, const char *site, const char *queue, size_t before,
                       uint32_t ret_eta[2])
{
    struct forecast *forecast = forecast_of(app, site);
    struct table *table = forecast ? table_of(forecast, queue) : NULL;
    struct vt_forecast_shop shop;
    ret_eta[0] = ret_eta[1] = 0;
    if (!table)
        return;
    if (table->made_ms == 0 || vt_now_ms() - table->made_ms >= FRESH_MS) {
        look(app, forecast, queue, &shop);
        vt_forecast_waits(&shop, table->waits);
        table->made_ms = vt_now_ms();
    }
    vt_forecast_at(table->waits, before, ret_eta);
}

double vt_queue_forecast_share(struct vt_app *app, const char *site, const char *queue, const char *other)
{
    uint32_t all = 0, both = 0;
    VT_LIST_EACH (staff, &app->staff_list, struct vt_staff, link) {
        if (!vt_presence_serves(app, staff, site, other))
            continue;
        uint32_t cap = vt_presence_cap(app, staff);
        all += cap;
        both += vt_rights_queue(staff->queues, vt_str(queue)) ? cap : 0;
    }
    return all > 0 ? (double)both / all : 1; /* nobody is there: whoever comes may serve both */
}

void vt_queue_forecast_changed(struct vt_app *app, const char *site)
{
    struct forecast *forecast = vt_map_get(&app->forecasts, vt_str(site));
    for (size_t i = 0; forecast && i < forecast->tables_n; i++)
        forecast->tables[i].made_ms = 0;
}

/* --- what was ---------------------------------------------------------------------------------- */

void vt_queue_forecast_picked(struct vt_app *app, const char *site, int64_t took_ms)
{
    struct forecast *forecast = forecast_of(app, site);
    if (forecast)
        vt_forecast_learn(&forecast->picking, took_ms);
}

void vt_queue_forecast_served(struct vt_app *app, const char *site, int64_t took_ms)
{
    struct forecast *forecast = forecast_of(app, site);
    if (forecast)
        vt_forecast_learn(&forecast->handling, took_ms);
}

/* Once a session: who is taken again was handed back, and was told nothing anew. */
void vt_queue_forecast_measure(const struct vt_conversation *conv)
{
    const struct vt_session *session = &conv->session;
    double waited = (double)(vt_wall_ms() - session->joined) / 1000,
           middle = (session->eta[0] + session->eta[1]) / 2.0;
    if (session->eta[1] == 0 || (session->taken > 0 && session->taken < session->since))
        return; /* joined before a restart, or taken before */
    bool kept = waited >= session->eta[0] && waited <= session->eta[1];
    vt_metrics_add(&error_seconds);
    vt_metrics_add(&kept_total);
    vt_metrics_add(&missed_total);
    vt_metric_observe(&error_seconds, waited > middle ? waited - middle : middle - waited);
    vt_metric_inc(kept ? &kept_total : &missed_total, 1);
}
