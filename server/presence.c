/* SPDX-License-Identifier: Apache-2.0 */
#include "server/presence.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/board.h"
#include "server/log.h"
#include "server/practice.h"
#include "server/queue.h"
#include "server/queue_forecast.h"
#include "server/queue_status.h"
#include "server/rights.h"
#include "server/ring.h"
#include "server/session.h"
#include "server/site.h"

enum { QUEUES_TOLD = 24 };

struct vt_staff *vt_presence_find(struct vt_app *app, const char *person)
{
    return vt_map_get(&app->staff, vt_str(person));
}

static struct vt_staff *find_or_add(struct vt_peer *peer)
{
    struct vt_app *app = peer->app;
    struct vt_staff *staff = vt_presence_find(app, peer->person);
    if (staff)
        return staff;
    staff = calloc(1, sizeof(*staff));
    if (!staff)
        return NULL;
    vt_str_copy(staff->site, sizeof(staff->site), vt_str(peer->site));
    vt_str_copy(staff->person, sizeof(staff->person), vt_str(peer->person));
    if (vt_map_set(&app->staff, vt_str(staff->person), staff) != VT_OK) {
        free(staff);
        return NULL;
    }
    staff->chosen = VT_STAFF_MODE_BUSY;
    staff->as = VT_STAFF_MODE_OFF;
    staff->number = ++app->next_staff;
    vt_list_append(&app->staff_list, &staff->link);
    return staff;
}

void vt_presence_finish(struct vt_app *app)
{
    VT_LIST_EACH (staff, &app->staff_list, struct vt_staff, link) {
        vt_list_remove(&staff->link);
        free(staff);
    }
    vt_map_finish(&app->staff);
}

/* --- how somebody stands --------------------------------------------------------------------- */

static bool is_lost(const struct vt_app *app, const struct vt_staff *staff)
{
    const struct vt_config *config = app->deps.config;
    return staff->windows == 0 && vt_now_ms() - staff->lost_ms >= config->beat_idle * 7 / 5;
}

uint32_t vt_presence_cap(const struct vt_app *app, const struct vt_staff *staff)
{
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(staff->site));
    if (staff->own_cap > 0)
        return staff->own_cap;
    return site && site->settings->cap > 0 ? site->settings->cap : (uint32_t)app->deps.config->capacity;
}

enum vt_staff_mode vt_presence_mode(const struct vt_app *app, const struct vt_staff *staff)
{
    if (is_lost(app, staff))
        return VT_STAFF_MODE_OFF;
    if (staff->chosen == VT_STAFF_MODE_AVAILABLE && staff->used >= vt_presence_cap(app, staff))
        return VT_STAFF_MODE_BUSY;
    return staff->chosen;
}

bool vt_presence_is_free(const struct vt_app *app, const struct vt_staff *staff)
{
    return staff->windows > 0 && staff->chosen == VT_STAFF_MODE_AVAILABLE &&
           staff->used + staff->asked < vt_presence_cap(app, staff);
}

bool vt_presence_takes(const struct vt_app *app, const struct vt_staff *staff)
{
    return staff->windows > 0 && (!staff->said || staff->chosen == VT_STAFF_MODE_AVAILABLE) &&
           staff->used < vt_presence_cap(app, staff);
}

bool vt_presence_serves(const struct vt_app *app, const struct vt_staff *staff, const char *site,
                        const char *queue)
{
    return staff->chosen == VT_STAFF_MODE_AVAILABLE && strcmp(staff->site, site) == 0 &&
           vt_rights_queue(staff->queues, vt_str(queue)) && !is_lost(app, staff);
}

/* --- telling --------------------------------------------------------------------------------- */

static bool is_asked_for(const struct vt_setting_queue *queue, const struct vt_staff *staff)
{
    if (!vt_rights_queue(staff->queues, queue->id))
        return false;
    for (size_t g = 0; g < queue->groups_n; g++)
        if (vt_ring_is_in(&queue->groups[g], staff))
            return true;
    return queue->groups_n == 0;
}

static void describe(const struct vt_app *app, const struct vt_staff *staff, struct vt_str *queues,
                     struct vt_evt_presence_staff *ret)
{
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(staff->site));
    *ret = (struct vt_evt_presence_staff){ .who = vt_str(staff->person),
                                           .name = vt_str(staff->name),
                                           .mode = staff->as,
                                           .used = (uint8_t)staff->used,
                                           .cap = (uint8_t)vt_presence_cap(app, staff),
                                           .since = staff->since,
                                           .has_since = true,
                                           .queues = queues };
    for (size_t i = 0; site && i < site->settings->queues_n && ret->queues_n < QUEUES_TOLD; i++)
        if (is_asked_for(&site->settings->queues[i], staff))
            queues[ret->queues_n++] = site->settings->queues[i].id;
}

static struct vt_board slot_of(const struct vt_staff *staff)
{
    return (struct vt_board){ .op = VT_OP_PRESENCE_STAFF,
                              .slot = VT_OP_PRESENCE_STAFF,
                              .site = staff->site,
                              .subject = staff->number };
}

/* Something about this person is new: coord, the consoles, the lines and the customers hear of it. */
static void changed(struct vt_app *app, struct vt_staff *staff)
{
    struct vt_str queues[QUEUES_TOLD];
    struct vt_evt_presence_staff d;
    struct vt_board to = slot_of(staff);
    enum vt_staff_mode mode = vt_presence_mode(app, staff);
    struct vt_coord *coord = app->deps.coord;
    staff->unset = coord->ops->staff_set(coord, vt_str(staff->person), vt_presence_cap(app, staff),
                                         staff->windows > 0 && staff->chosen == VT_STAFF_MODE_AVAILABLE) !=
                   VT_OK;
    if (mode != staff->as) {
        staff->as = mode;
        staff->since = vt_wall_ms();
    }
    describe(app, staff, queues, &d);
    vt_board_tell(app, &to, &d);
    vt_queue_forecast_changed(app, staff->site);
    vt_queue_moved_all(app, staff->site);
    vt_queue_status_changed(app, staff->site);
}

void vt_presence_show(struct vt_peer *peer)
{
    VT_LIST_EACH (staff, &peer->app->staff_list, struct vt_staff, link) {
        struct vt_str queues[QUEUES_TOLD];
        struct vt_evt_presence_staff d;
        struct vt_board to = slot_of(staff);
        if (strcmp(staff->site, peer->site) != 0)
            continue;
        describe(peer->app, staff, queues, &d);
        vt_board_show(peer, &to, &d);
    }
}

/* --- what changes it ------------------------------------------------------------------------- */

void vt_presence_here(struct vt_peer *peer)
{
    struct vt_staff *staff = find_or_add(peer);
    if (!staff || peer->present) {
        if (!staff)
            vt_log(VT_LOG_ERROR, "presence.memory", VT_LOG_T("peer", peer->id));
        return;
    }
    peer->present = true;
    vt_str_copy(staff->name, sizeof(staff->name), vt_str(peer->name));
    vt_str_copy(staff->login, sizeof(staff->login), vt_str(peer->login));
    vt_str_copy(staff->queues, sizeof(staff->queues), vt_str(peer->queues));
    vt_str_copy(staff->languages, sizeof(staff->languages), vt_str(peer->languages));
    staff->windows++;
    staff->lost_ms = 0;
    vt_presence_load(peer->app, staff->person);
    vt_ring_show(peer);
}

void vt_presence_left(struct vt_peer *peer)
{
    struct vt_staff *staff = peer->present ? vt_presence_find(peer->app, peer->person) : NULL;
    peer->present = false;
    if (!staff)
        return;
    if (--staff->windows == 0) {
        staff->lost_ms = vt_now_ms();
        vt_ring_drop_person(peer->app, staff);
    }
    changed(peer->app, staff);
}

void vt_presence_choose(struct vt_app *app, struct vt_staff *staff, enum vt_staff_mode mode, uint32_t cap)
{
    if (cap > 0)
        staff->own_cap = cap;
    staff->chosen = mode;
    staff->said = true;
    if (mode != VT_STAFF_MODE_AVAILABLE)
        vt_ring_drop_person(app, staff);
    vt_log(VT_LOG_INFO, "presence.set", VT_LOG_T("person", staff->person),
           VT_LOG_T("mode", vt_staff_mode_name(mode)));
    changed(app, staff);
}

void vt_presence_load(struct vt_app *app, const char *person)
{
    struct vt_staff *staff = vt_presence_find(app, person);
    uint32_t used = 0;
    if (!staff)
        return;
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        used += vt_session_is_of(&conv->session, person) && !vt_practice_is(conv);
    staff->used = used;
    if (used >= vt_presence_cap(app, staff)) /* full: whoever they were asked for besides is asked of others */
        vt_ring_drop_person(app, staff);
    changed(app, staff);
}

void vt_presence_sweep(struct vt_app *app, int64_t now_ms)
{
    (void)now_ms;
    VT_LIST_EACH (staff, &app->staff_list, struct vt_staff, link)
        if (staff->unset || (staff->windows == 0 && staff->as != VT_STAFF_MODE_OFF && is_lost(app, staff)))
            changed(app, staff);
}
