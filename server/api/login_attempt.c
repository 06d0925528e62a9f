/* SPDX-License-Identifier: Apache-2.0 */
/* POST /api/v1/login: limits, the person from the store, the password in the pool, the second factor and the
 * new login in the store, the record of it.
 *
 * An unknown or disabled name takes the same way and the same time as a wrong password and gets
 * the same answer. An attempt counts as a failure until it has succeeded. */
#include <stdio.h>
#include <stdlib.h>

#include "server/address.h"
#include "server/api/device.h"
#include "server/api/factor.h"
#include "server/api/json.h"
#include "server/api/login_internal.h"
#include "server/auth/digest.h"
#include "server/auth/password.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"

enum { CODE_MOST = 16 };

struct attempt {
    struct vt_list link;        /* in vt_api_login.early, then .waiting */
    struct vt_list all;         /* in vt_api_login.all_attempts */
    struct vt_api_login *login; /* borrowed */
    uint64_t handle;
    char name[VT_LOGIN_NAME + 1], address[VT_ADDRESS_TEXT];
    char password[VT_PASSWORD_MAX + 1];
    size_t password_len;
    char text[VT_PASSWORD_TEXT], renewed[VT_PASSWORD_TEXT]; /* "" : unknown name; nothing to renew */
    char secret[VT_ID_TEXT], former[VT_ID_TEXT];            /* of the new cookie; of the one that came */
    char code[CODE_MOST + 1], device[VT_DEVICE_TEXT];       /* code "": none came */
    struct vt_store_person person;                          /* texts owned; see keep_person */
    char *texts;                                            /* owned */
    bool good, wants_code; /* wants_code: all is right but the second factor */
};

static void end_attempt(struct attempt *attempt)
{
    attempt->login->attempts--;
    vt_list_remove(&attempt->link);
    vt_list_remove(&attempt->all);
    free(attempt->texts);
    vt_secret_wipe(attempt, sizeof(*attempt));
    free(attempt);
}

/* Those whose answer the closing store dropped, and those that never got a place in the pool. */
void vt_login_attempts_finish(struct vt_api_login *login)
{
    VT_LIST_EACH (attempt, &login->all_attempts, struct attempt, all)
        end_attempt(attempt);
}

static struct vt_http_req *request_of(struct attempt *attempt)
{
    return vt_http_held(attempt->login->deps.net, attempt->handle);
}

static void fail_attempt(struct attempt *attempt, const char *detail)
{
    struct vt_http_req *req = request_of(attempt);
    vt_login_limit_give_back(attempt->login->names, vt_str(attempt->name));
    vt_login_limit_give_back(attempt->login->addresses, vt_str(attempt->address));
    if (req)
        vt_login_unavailable(req, detail);
    end_attempt(attempt);
}

/* --- the new login ------------------------------------------------------------------------- */

static void set_cookie(struct attempt *attempt, struct vt_http_req *req)
{
    char cookie[256];
    snprintf(cookie, sizeof(cookie),
             VT_LOGIN_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%lld", attempt->secret,
             (long long)(attempt->login->deps.config->login_life / 1000));
    vt_http_set(req, "Set-Cookie", cookie);
    vt_secret_wipe(cookie, sizeof(cookie));
}

static void answer_login(void *arg, int err)
{
    struct attempt *attempt = arg;
    struct vt_http_req *req = request_of(attempt);
    if (err)
        vt_log(VT_LOG_ERROR, "audit.failed", VT_LOG_T("error", vt_err_name(err)), VT_LOG_T("verb", "login"));
    if (req) {
        set_cookie(attempt, req);
        vt_login_watch_add(attempt->login, &attempt->person);
        if (!vt_login_reply_person(attempt->login, req, &attempt->person))
            vt_login_unavailable(req, "The site of this login is not there.");
    }
    vt_log(VT_LOG_INFO, "login", VT_LOG_S("person", attempt->person.person));
    end_attempt(attempt);
}

static void refuse(struct attempt *attempt)
{
    struct vt_http_req *req = request_of(attempt);
    bool known = attempt->person.person.ptr != NULL;
    vt_login_note(attempt->login, "login.failed", known ? &attempt->person : NULL,
                  attempt->good ? "{\"factor\":\"code\"}" : "{\"factor\":\"password\"}");
    if (req && attempt->good)
        vt_http_problem(req, 401, "code", "The code is wrong",
                        "Take the code that the app shows now, or a recovery code that was not used yet.");
    else if (req)
        vt_http_problem(req, 401, "login", "Name or password is wrong", "Check both and try again.");
    vt_login_name_failed(attempt->login, vt_str(attempt->name), known ? &attempt->person : NULL);
    end_attempt(attempt);
}

/* No failure: the code was not asked for yet. */
static void ask_for_code(struct attempt *attempt)
{
    struct vt_http_req *req = request_of(attempt);
    vt_login_limit_give_back(attempt->login->names, vt_str(attempt->name));
    vt_login_limit_give_back(attempt->login->addresses, vt_str(attempt->address));
    if (req)
        vt_http_problem(req, 401, "code", "A code is needed",
                        "Send name and password again with the code that the app shows, or a recovery code.");
    end_attempt(attempt);
}

static void handle_stored(void *arg, int err)
{
    struct attempt *attempt = arg;
    struct vt_api_login *login = attempt->login;
    struct vt_audit_record record = { .site = attempt->person.site,
                                      .actor = attempt->person.person,
                                      .verb = VT_STR("login"),
                                      .object = attempt->person.person,
                                      .detail = attempt->person.factor ? VT_STR("{\"factor\":true}")
                                                                       : VT_STR("{\"factor\":false}") };
    if (attempt->wants_code) {
        ask_for_code(attempt);
        return;
    }
    if (err == VT_ERR_STALE) {
        refuse(attempt);
        return;
    }
    if (err != VT_OK) {
        fail_attempt(attempt, "The store cannot be reached.");
        return;
    }
    vt_login_limit_forget(login->names, vt_str(attempt->name));
    vt_login_limit_give_back(login->addresses, vt_str(attempt->address));
    if (attempt->renewed[0] &&
        vt_store_password_put(login->deps.store, attempt->person.person, vt_str(attempt->renewed)) == VT_OK)
        attempt->person.password = vt_str(attempt->renewed);
    if (vt_audit_put(login->deps.audit, &record, answer_login, attempt) != VT_OK)
        answer_login(attempt, VT_ERR_FULL);
}

/* The code and the login are one transaction: a code is used up by the login it opens, or not at all. */
static int store_login(struct vt_manage *manage, void *arg)
{
    struct attempt *attempt = arg;
    char hash[VT_SHA256_TEXT], former[VT_SHA256_TEXT];
    int64_t now = vt_steady_ms();
    attempt->wants_code = attempt->person.factor && !attempt->code[0];
    if (attempt->wants_code)
        return VT_OK;
    int err = attempt->person.factor ? vt_factor_take(attempt->login->deps.seal, manage, &attempt->person,
                                                      vt_str(attempt->code), vt_wall_ms())
                                     : VT_OK;
    if (!err)
        err = vt_sha256_hex(vt_str(attempt->secret), hash);
    if (!err && attempt->former[0])
        err = vt_sha256_hex(vt_str(attempt->former), former);
    if (err)
        return err;
    const struct vt_manage_login login = { .hash = vt_str(hash),
                                           .device = vt_str(attempt->device),
                                           .created = now,
                                           .expires = now + attempt->login->deps.config->login_life };
    if (attempt->former[0]) {
        const struct vt_str id = { former, VT_MANAGE_ID };
        err = vt_manage_login_remove(manage, attempt->person.person, id);
    }
    return err && err != VT_ERR_MISSING ? err : vt_manage_login_add(manage, attempt->person.person, &login);
}

static void conclude(struct attempt *attempt)
{
    if (!attempt->good) {
        refuse(attempt);
        return;
    }
    vt_id_new(attempt->secret);
    if (vt_store_work(attempt->login->deps.store, store_login, handle_stored, attempt) != VT_OK)
        fail_attempt(attempt, "The store is busy.");
}

/* --- the password, in the pool ------------------------------------------------------------- */

static void check_password(void *arg)
{
    struct attempt *attempt = arg;
    bool weak = false;
    struct vt_str password = { attempt->password, attempt->password_len };
    struct vt_str text = attempt->text[0] ? vt_str(attempt->text) : (struct vt_str){ 0 };
    attempt->good = vt_password_verify(password, text, &weak);
    if (attempt->good && weak && vt_password_hash(password, attempt->renewed) != VT_OK)
        attempt->renewed[0] = '\0'; /* the next login tries again */
    vt_secret_wipe(attempt->password, sizeof(attempt->password));
}

static void start_next(struct vt_api_login *login);

static void handle_checked(void *arg)
{
    struct attempt *attempt = arg;
    struct vt_api_login *login = attempt->login;
    login->running--;
    if (login->closed) { /* the store may be gone */
        end_attempt(attempt);
        return;
    }
    conclude(attempt);
    start_next(login);
}

static void start_next(struct vt_api_login *login)
{
    while (login->running < VT_LOGIN_RUNNING && !vt_list_is_empty(&login->waiting)) {
        struct attempt *attempt = VT_CONTAINER_OF(login->waiting.next, struct attempt, link);
        vt_list_remove(&attempt->link);
        if (vt_loop_work(login->deps.loop, check_password, handle_checked, attempt) == VT_OK)
            login->running++;
        else
            fail_attempt(attempt, "Too many passwords are being checked.");
    }
}

/* --- the person ---------------------------------------------------------------------------- */

/* The store's texts end with its callback; the ones needed later go into one piece of memory. */
static bool keep_person(struct attempt *attempt, const struct vt_store_person *person)
{
    const struct vt_str from[] = { person->site,     person->person, person->login,
                                   person->name,     person->role,   person->mail,
                                   person->password, person->queues, person->languages };
    struct vt_str *const to[] = { &attempt->person.site,     &attempt->person.person,
                                  &attempt->person.login,    &attempt->person.name,
                                  &attempt->person.role,     &attempt->person.mail,
                                  &attempt->person.password, &attempt->person.queues,
                                  &attempt->person.languages };
    attempt->person.factor = person->factor;
    size_t total = 1;
    for (size_t i = 0; i < VT_COUNT(from); i++)
        total += from[i].len;
    char *at = attempt->texts = malloc(total);
    if (!at)
        return false;
    for (size_t i = 0; i < VT_COUNT(from); i++) {
        if (from[i].len > 0)
            memcpy(at, from[i].ptr, from[i].len);
        *to[i] = (struct vt_str){ at, from[i].len };
        at += from[i].len;
    }
    return vt_str_copy(attempt->text, sizeof(attempt->text), person->password);
}

static void handle_person(void *arg, int err, const struct vt_store_person *person)
{
    struct attempt *attempt = arg;
    if (err != VT_OK && err != VT_ERR_MISSING) {
        fail_attempt(attempt, "The store cannot be reached.");
        return;
    }
    if (err == VT_OK && !person->disabled && !keep_person(attempt, person)) {
        fail_attempt(attempt, "The server is short of memory.");
        return;
    }
    vt_list_append(&attempt->login->waiting, &attempt->link);
    start_next(attempt->login);
}

/* --- the request --------------------------------------------------------------------------- */

static void refuse_body(struct vt_http_req *req, const char *detail)
{
    vt_http_problem(req, 400, "body", "The request cannot be read", detail);
}

/* Names are kept in lower case. */
static void take_name(struct attempt *attempt, struct vt_str name)
{
    vt_str_copy(attempt->name, sizeof(attempt->name), name);
    for (char *p = attempt->name; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
}

static bool read_body(struct attempt *attempt, struct vt_http_req *req)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    VT_CLEANUP(vt_json_unref)
    json_t *body = vt_json_parse(vt_http_body(req), VT_LOGIN_BODY, &why);
    struct vt_str name, password, code = { 0 };
    if (body && !json_is_object(body))
        vt_buf_text(&why, "The body must be an object with name and password.");
    else if (body && vt_json_take_text(body, "name", 1, VT_LOGIN_NAME, &name, &why) == VT_OK &&
             vt_json_take_text(body, "password", 1, VT_PASSWORD_MAX, &password, &why) == VT_OK &&
             (!json_object_get(body, "code") ||
              vt_json_take_text(body, "code", 6, CODE_MOST, &code, &why) == VT_OK)) {
        take_name(attempt, name);
        vt_str_copy(attempt->code, sizeof(attempt->code), code);
        memcpy(attempt->password, password.ptr, password.len);
        attempt->password_len = password.len;
        return true;
    }
    refuse_body(req, vt_buf_cstr(&why));
    return false;
}

/* 0, or the ms to wait; else it counts as a failure until it has succeeded. */
static int64_t count_attempt(struct attempt *attempt)
{
    struct vt_api_login *login = attempt->login;
    int64_t now = vt_steady_ms();
    int64_t wait = vt_login_limit_take(login->addresses, vt_str(attempt->address), now);
    if (wait == 0) {
        wait = vt_login_limit_take(login->names, vt_str(attempt->name), now);
        if (wait > 0)
            vt_login_limit_give_back(login->addresses, vt_str(attempt->address));
    }
    return wait;
}

/* One text for all causes: it must not say whether the name or the address tried too often. */
static void refuse_limited(struct attempt *attempt, int64_t wait_ms)
{
    struct vt_http_req *req = request_of(attempt);
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%lld", (long long)(wait_ms / 1000 + 1));
    if (req) {
        vt_http_set(req, "Retry-After", seconds);
        vt_http_problem(req, 429, "too-many", "Too many attempts",
                        "Logging in is closed for a while. Retry-After says for how long.");
    }
    vt_log(VT_LOG_WARN, "login.limited");
    vt_login_address_closed(attempt->login, vt_str(attempt->address));
    end_attempt(attempt);
}

/* The attempt's request is held, and the counts of the run before are known. */
static void judge(struct attempt *attempt)
{
    int64_t wait_ms = count_attempt(attempt);
    if (wait_ms > 0)
        refuse_limited(attempt, wait_ms);
    else if (vt_store_person_by_login(attempt->login->deps.store, vt_str(attempt->name), handle_person,
                                      attempt) != VT_OK)
        fail_attempt(attempt, "The store is busy.");
}

void vt_login_attempts_judge(struct vt_api_login *login)
{
    VT_LIST_EACH (attempt, &login->early, struct attempt, link) {
        vt_list_remove(&attempt->link);
        judge(attempt);
    }
}

static void take_address(struct attempt *attempt, struct vt_http_req *req)
{
    struct vt_address address;
    if (vt_address_parse(vt_http_addr(req), &address) == VT_OK)
        vt_address_group(&address, attempt->address);
    else
        vt_str_copy(attempt->address, sizeof(attempt->address), vt_http_addr(req));
}

static bool is_json(struct vt_str type)
{
    static const char json[] = "application/json";
    return type.len >= sizeof(json) - 1 && memcmp(type.ptr, json, sizeof(json) - 1) == 0 &&
           (type.len == sizeof(json) - 1 || strchr("; \t", type.ptr[sizeof(json) - 1]) != NULL);
}

static bool read_request(struct attempt *attempt, struct vt_http_req *req)
{
    struct vt_str former = vt_http_cookie(req, VT_LOGIN_COOKIE);
    if (!read_body(attempt, req))
        return false;
    take_address(attempt, req);
    vt_device_text(vt_http_header(req, "user-agent"), attempt->device);
    if (former.ptr && former.len < sizeof(attempt->former))
        vt_str_copy(attempt->former, sizeof(attempt->former), former);
    return true;
}

void vt_login_handle_post(struct vt_http_req *req, void *owner)
{
    struct vt_api_login *login = owner;
    if (!vt_login_guard(login, req))
        return;
    if (!is_json(vt_http_header(req, "content-type"))) {
        vt_http_problem(req, 415, "type", "Unsupported type", "The body must be application/json.");
        return;
    }
    struct attempt *attempt = login->attempts < VT_LOGIN_RUNNING + VT_LOGIN_WAITING
                                  ? calloc(1, sizeof(*attempt))
                                  : NULL;
    if (!attempt) {
        vt_login_unavailable(req, "Too many passwords are being checked.");
        return;
    }
    vt_list_init(&attempt->link);
    vt_list_init(&attempt->all);
    vt_list_append(&login->all_attempts, &attempt->all);
    attempt->login = login;
    login->attempts++;
    if (!read_request(attempt, req)) {
        end_attempt(attempt);
        return;
    }
    attempt->handle = vt_http_hold(req);
    if (attempt->handle == 0) /* answered: the server is busy */
        end_attempt(attempt);
    else if (login->locks_read)
        judge(attempt);
    else
        vt_list_append(&login->early, &attempt->link);
}
