/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/login.h"
#include "server/api/api_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/api/json.h"
#include "server/api/login_internal.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"

enum { ANSWER_BYTES = 4096 };

/* A request that waits for the store. */
struct ask {
    struct vt_list all;         /* in vt_api_login.all_asks */
    struct vt_api_login *login; /* borrowed */
    uint64_t handle;
    char origin[256];
    char secret[VT_ID_TEXT]; /* of the cookie */
};

/* --- answers ------------------------------------------------------------------------------- */

bool vt_login_guard(struct vt_api_login *login, struct vt_http_req *req)
{
    struct vt_str origin = vt_http_header(req, "origin");
    if (!origin.ptr || !vt_sites_origin_own(login->deps.sites, origin)) {
        vt_http_problem(req, 403, "origin", "Refused",
                        "This request must come from the console's own pages.");
        return false;
    }
    if (!vt_str_eq(vt_http_header(req, "x-vitrine-csrf"), VT_STR("1"))) {
        vt_http_problem(req, 403, "csrf", "Refused", "The header X-Vitrine-CSRF: 1 is missing.");
        return false;
    }
    return true;
}

void vt_login_unavailable(struct vt_http_req *req, const char *detail)
{
    vt_http_set(req, "Retry-After", "1");
    vt_http_problem(req, 503, "busy", "Try again in a moment", detail);
}

static void refuse_login(struct vt_http_req *req)
{
    vt_http_problem(req, 401, "login", "Not logged in", "There is no login, or it has ended: log in again.");
}

bool vt_login_needs_factor(struct vt_api_login *login, const struct vt_store_person *person)
{
    const struct vt_site *site = vt_sites_by_id(login->deps.sites, person->site);
    uint32_t bit = vt_str_eq(person->role, VT_STR("admin"))        ? VT_TOTP_ADMIN
                   : vt_str_eq(person->role, VT_STR("supervisor")) ? VT_TOTP_SUPERVISOR
                                                                   : VT_TOTP_ASSOCIATE;
    return !person->factor && site && (site->settings->require_totp & bit);
}

void vt_login_note(struct vt_api_login *login, const char *verb, const struct vt_store_person *person,
                   const char *detail)
{
    struct vt_audit_record record = { .verb = vt_str(verb), .detail = vt_str(detail) };
    if (person) {
        record.site = person->site;
        record.object = person->person;
    }
    if (vt_audit_put(login->deps.audit, &record, NULL, NULL) != VT_OK)
        vt_log(VT_LOG_ERROR, "audit.full", VT_LOG_T("verb", verb));
}

bool vt_login_reply_person(struct vt_api_login *login, struct vt_http_req *req,
                           const struct vt_store_person *person)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(ANSWER_BYTES);
    const struct vt_site *site = vt_sites_by_id(login->deps.sites, person->site);
    if (!site)
        return false;
    vt_buf_text(&json, "{\"person\":{");
    vt_json_put_text(&json, "id", person->person);
    vt_json_put_text(&json, "name", person->name);
    vt_json_put_text(&json, "login", person->login);
    vt_json_put_text(&json, "role", person->role);
    vt_json_put_text(&json, "mail", person->mail);
    vt_json_put_text(&json, "secondFactor",
                     person->factor                         ? VT_STR("on")
                     : vt_login_needs_factor(login, person) ? VT_STR("needed")
                                                            : VT_STR("off"));
    vt_api_put_words(&json, "languages", person->languages);
    vt_buf_text(&json, ",\"site\":{");
    vt_json_put_text(&json, "key", vt_str(site->key));
    vt_json_put_text(&json, "name", vt_str(site->name));
    vt_buf_text(&json, "}}}");
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply_json(req, 200, &json);
    return true;
}

/* --- asking by cookie ---------------------------------------------------------------------- */

static struct vt_http_req *take_back(struct ask *ask)
{
    return vt_http_held(ask->login->deps.net, ask->handle);
}

static void free_ask(struct ask *ask)
{
    vt_list_remove(&ask->all);
    vt_secret_wipe(ask, sizeof(*ask));
    free(ask);
}

/* Holds the request and asks the store whose login the cookie is. */
static void ask_person(struct vt_api_login *login, struct vt_http_req *req, vt_store_person_fn *then)
{
    struct vt_str secret = vt_http_cookie(req, VT_LOGIN_COOKIE);
    struct ask *ask = calloc(1, sizeof(*ask));
    if (!secret.ptr || secret.len >= sizeof(ask->secret)) {
        free(ask);
        refuse_login(req);
        return;
    }
    if (!ask) {
        vt_login_unavailable(req, "The server is short of memory.");
        return;
    }
    vt_list_init(&ask->all);
    vt_list_append(&login->all_asks, &ask->all);
    ask->login = login;
    vt_str_copy(ask->secret, sizeof(ask->secret), secret);
    vt_str_copy(ask->origin, sizeof(ask->origin), vt_http_header(req, "origin"));
    if (vt_store_login_get(login->deps.store, vt_str(ask->secret), vt_steady_ms(),
                           login->deps.config->login_idle, then, ask) != VT_OK) {
        free_ask(ask);
        vt_login_unavailable(req, "The store is busy.");
        return;
    }
    ask->handle = vt_http_hold(req);
}

/* The request, when it is still there and `err` means a login; else it is answered. */
static struct vt_http_req *take_person(struct ask *ask, int err)
{
    struct vt_http_req *req = take_back(ask);
    if (!req || err == VT_OK)
        return req;
    if (err == VT_ERR_MISSING)
        refuse_login(req);
    else
        vt_login_unavailable(req, "The store cannot be reached.");
    return NULL;
}

static void handle_me(void *arg, int err, const struct vt_store_person *person)
{
    struct ask *ask = arg;
    struct vt_http_req *req = take_person(ask, err);
    if (req && !vt_login_reply_person(ask->login, req, person))
        refuse_login(req); /* the site was removed */
    free_ask(ask);
}

static void get_me(struct vt_http_req *req, void *owner)
{
    ask_person(owner, req, handle_me);
}

/* --- tickets ------------------------------------------------------------------------------- */

static void reply_ticket(struct ask *ask, struct vt_http_req *req, const struct vt_store_person *person)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(256);
    struct vt_ticket ticket = { .login_expires_ms = person->login_expires };
    char text[VT_ID_TEXT];
    bool fits = vt_str_copy(ticket.site, sizeof(ticket.site), person->site);
    fits = vt_str_copy(ticket.person, sizeof(ticket.person), person->person) && fits;
    fits = vt_str_copy(ticket.login, sizeof(ticket.login), person->login) && fits;
    fits = vt_str_copy(ticket.name, sizeof(ticket.name), person->name) && fits;
    fits = vt_str_copy(ticket.role, sizeof(ticket.role), person->role) && fits;
    if (!vt_str_eq(person->role, VT_STR("admin"))) /* theirs is all of it */
        fits = vt_str_copy(ticket.queues, sizeof(ticket.queues), person->queues) && fits;
    fits = vt_str_copy(ticket.languages, sizeof(ticket.languages), person->languages) && fits;
    fits = vt_str_copy(ticket.origin, sizeof(ticket.origin), vt_str(ask->origin)) && fits;
    if (!fits || vt_tickets_issue(ask->login->deps.tickets, &ticket, text) != VT_OK) {
        vt_login_unavailable(req, "Too many tickets are waiting to be used.");
        return;
    }
    vt_login_watch_add(ask->login, person);
    vt_buf_printf(&json, "{\"ticket\":\"%s\",\"expires_in\":%d}", text, VT_TICKET_LIFE_MS / 1000);
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply_json(req, 200, &json);
    vt_secret_wipe(text, sizeof(text));
}

static void handle_ticket(void *arg, int err, const struct vt_store_person *person)
{
    struct ask *ask = arg;
    struct vt_http_req *req = take_person(ask, err);
    if (req && vt_login_needs_factor(ask->login, person))
        vt_http_problem(req, 403, "enrol", "A second factor is needed",
                        "Your site asks your role for a second factor: set one up first.");
    else if (req && vt_sites_by_id(ask->login->deps.sites, person->site))
        reply_ticket(ask, req, person);
    else if (req)
        refuse_login(req);
    free_ask(ask);
}

static void post_ticket(struct vt_http_req *req, void *owner)
{
    if (vt_login_guard(owner, req))
        ask_person(owner, req, handle_ticket);
}

/* --- logout -------------------------------------------------------------------------------- */

static void reply_logout(struct vt_http_req *req)
{
    vt_http_set(req, "Set-Cookie", VT_LOGIN_COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply(req, 204, NULL, (struct vt_str){ 0 });
}

static void handle_dropped(void *arg, int err)
{
    struct ask *ask = arg;
    struct vt_http_req *req = take_back(ask);
    if (req && err == VT_OK)
        reply_logout(req);
    else if (req)
        vt_login_unavailable(req, "The store cannot be reached; the login may still be good.");
    free_ask(ask);
}

static void handle_logout(void *arg, int err, const struct vt_store_person *person)
{
    struct ask *ask = arg;
    if (err == VT_OK) {
        vt_login_end_person(ask->login, person->person);
        vt_login_note(ask->login, "logout", person, "{}");
        if (vt_store_login_drop(ask->login->deps.store, vt_str(ask->secret), handle_dropped, ask) == VT_OK)
            return;
    }
    struct vt_http_req *req = take_back(ask);
    if (req && err == VT_ERR_MISSING)
        reply_logout(req); /* gone already: what was asked for */
    else if (req)
        vt_login_unavailable(req, "The store cannot be reached; the login may still be good.");
    free_ask(ask);
}

static void post_logout(struct vt_http_req *req, void *owner)
{
    if (!vt_login_guard(owner, req))
        return;
    if (vt_http_cookie(req, VT_LOGIN_COOKIE).ptr)
        ask_person(owner, req, handle_logout);
    else
        reply_logout(req);
}

/* --- life ---------------------------------------------------------------------------------- */

static int mount(struct vt_api_login *login)
{
    struct vt_net *net = login->deps.net;
    int err = vt_http_route(net, VT_POST, "/api/v1/login", VT_LOGIN_BODY, vt_login_handle_post, login);
    if (!err)
        err = vt_http_route(net, VT_POST, "/api/v1/logout", VT_LOGIN_BODY, post_logout, login);
    if (!err)
        err = vt_http_route(net, VT_POST, "/api/v1/tickets", VT_LOGIN_BODY, post_ticket, login);
    return err ? err : vt_http_route(net, VT_GET, "/api/v1/me", 0, get_me, login);
}

struct vt_api_login *vt_api_login_mount(const struct vt_api_login_deps *deps)
{
    struct vt_api_login *login = calloc(1, sizeof(*login));
    if (!login)
        return NULL;
    login->deps = *deps;
    vt_list_init(&login->early);
    vt_list_init(&login->waiting);
    vt_list_init(&login->all_attempts);
    vt_list_init(&login->all_asks);
    vt_list_init(&login->all_locks);
    login->names = vt_login_limit_create((unsigned)deps->config->login_tries, VT_LOGIN_WINDOW_MS,
                                         VT_LOGIN_KEYS);
    login->addresses = vt_login_limit_create((unsigned)deps->config->login_tries_address, VT_LOGIN_WINDOW_MS,
                                             VT_LOGIN_KEYS);
    vt_login_watch_init(login);
    if (login->names && login->addresses && vt_login_locks_init(login) == VT_OK && mount(login) == VT_OK)
        return login;
    vt_api_login_close(login); /* routes that were made stay, so the memory must too: the start has failed */
    return NULL;
}

void vt_api_login_close(struct vt_api_login *login)
{
    if (!login || login->closed)
        return;
    login->closed = true;
    vt_timer_stop(&login->retry);
    vt_timer_close(&login->retry, NULL);
}

void vt_api_login_destroy(struct vt_api_login *login)
{
    if (!login)
        return;
    vt_login_attempts_finish(login);
    VT_LIST_EACH (ask, &login->all_asks, struct ask, all)
        free_ask(ask);
    vt_login_watch_finish(login);
    vt_login_locks_finish(login);
    vt_login_limit_destroy(login->names);
    vt_login_limit_destroy(login->addresses);
    free(login);
}

void vt_api_login_on_end(struct vt_api_login *login, vt_api_login_end_fn *fn, void *arg)
{
    login->end = fn;
    login->end_arg = arg;
}
