/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds a login here. When `vitrine admin` changes accounts, each of them is read again, one
 * after the other; whose password, role, queues, languages or site changed, or who was disabled, is out. */
#include <stdlib.h>

#include "server/api/login_internal.h"
#include "server/base/err.h"
#include "server/log.h"

enum { RETRY_MS = 500 };

struct active {
    struct vt_list link; /* in vt_api_login.active_list: those to look at come first */
    char *person, *password, *role, *site, *queues, *languages; /* owned */
    bool stale;                                                 /* to be looked at */
};

static void free_texts(struct active *active)
{
    free(active->person);
    free(active->password);
    free(active->role);
    free(active->site);
    free(active->queues);
    free(active->languages);
}

static void drop(struct vt_api_login *login, struct active *active)
{
    vt_map_remove(&login->active, vt_str(active->person));
    vt_list_remove(&active->link);
    free_texts(active);
    free(active);
}

static bool has_changed(const struct active *active, const struct vt_store_person *person)
{
    return person->disabled || !vt_str_eq(person->password, vt_str(active->password)) ||
           !vt_str_eq(person->role, vt_str(active->role)) || !vt_str_eq(person->site, vt_str(active->site)) ||
           !vt_str_eq(person->queues, vt_str(active->queues)) ||
           !vt_str_eq(person->languages, vt_str(active->languages));
}

static void add(struct vt_api_login *login, const struct vt_store_person *person)
{
    struct active *active = calloc(1, sizeof(*active));
    if (!active)
        return;
    vt_list_init(&active->link);
    active->person = vt_str_dup(person->person);
    active->password = vt_str_dup(person->password);
    active->role = vt_str_dup(person->role);
    active->site = vt_str_dup(person->site);
    active->queues = vt_str_dup(person->queues);
    active->languages = vt_str_dup(person->languages);
    bool whole = active->person && active->password && active->role && active->site && active->queues &&
                 active->languages;
    if (whole && vt_map_set(&login->active, person->person, active) == VT_OK) {
        vt_list_append(&login->active_list, &active->link);
        return;
    }
    free_texts(active);
    free(active);
}

/* Somebody who logs in with the new password before the change was noticed here must not hide it
 * from the sockets that the old one opened. */
void vt_login_watch_add(struct vt_api_login *login, const struct vt_store_person *person)
{
    struct active *active = vt_map_get(&login->active, person->person);
    if (active && !active->stale && has_changed(active, person)) {
        vt_login_end_person(login, person->person);
        active = NULL;
    }
    if (!active)
        add(login, person);
}

void vt_login_end_person(struct vt_api_login *login, struct vt_str person)
{
    struct active *active = vt_map_get(&login->active, person);
    vt_tickets_drop_person(login->deps.tickets, person);
    if (login->end)
        login->end(login->end_arg, person);
    if (active && !active->stale)
        drop(login, active); /* else a reading is under way, which drops it */
}

static void look_at_next(struct vt_api_login *login);

static void handle_person(void *arg, int err, const struct vt_store_person *person)
{
    struct vt_api_login *login = arg;
    struct active *active = VT_CONTAINER_OF(login->active_list.next, struct active, link);
    login->checking = false;
    if (err != VT_OK && err != VT_ERR_MISSING) {
        if (!login->closed)
            vt_timer_start(&login->retry, RETRY_MS, 0);
        return;
    }
    active->stale = false;
    vt_list_remove(&active->link);
    vt_list_append(&login->active_list, &active->link);
    if (err == VT_ERR_MISSING || has_changed(active, person)) {
        VT_FREE
        char *id = vt_str_dup(vt_str(active->person));
        if (id)
            vt_login_end_person(login, vt_str(id));
    }
    look_at_next(login);
}

/* The stale ones stand in front, so the first is the next. */
static void look_at_next(struct vt_api_login *login)
{
    if (login->checking || login->closed || vt_list_is_empty(&login->active_list))
        return;
    struct active *active = VT_CONTAINER_OF(login->active_list.next, struct active, link);
    if (!active->stale)
        return;
    if (vt_store_person_get(login->deps.store, vt_str(active->person), handle_person, login) == VT_OK)
        login->checking = true;
    else
        vt_timer_start(&login->retry, RETRY_MS, 0);
}

static void handle_retry(void *arg)
{
    look_at_next(arg);
}

/* A change while a reading is under way: everyone is stale again, also those behind. */
static void handle_change(void *arg)
{
    struct vt_api_login *login = arg;
    VT_LIST_EACH (active, &login->active_list, struct active, link)
        active->stale = true;
    look_at_next(login);
}

void vt_login_watch_init(struct vt_api_login *login)
{
    vt_map_init(&login->active);
    vt_list_init(&login->active_list);
    vt_timer_init(login->deps.loop, &login->retry, handle_retry, login);
    if (vt_sites_on_change(login->deps.sites, handle_change, login) != VT_OK)
        vt_log(VT_LOG_ERROR, "login.unwatched");
}

void vt_login_watch_finish(struct vt_api_login *login)
{
    VT_LIST_EACH (active, &login->active_list, struct active, link)
        drop(login, active);
    vt_map_finish(&login->active);
}
