/* SPDX-License-Identifier: Apache-2.0 */
/* One request on its way: who asks (the store), the passwords it names (the pool), the row's
 * function (the store), the record of it (the audit log), the answer. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/address.h"
#include "server/api/api_internal.h"
#include "server/api/device.h"
#include "server/app.h"
#include "server/http/file.h"
#include "server/log.h"

enum { DETAIL_BYTES = 2048, TOKEN_TEXT = 128 };

/* --- ends ---------------------------------------------------------------------------------- */

void vt_api_call_end(struct vt_api_call *call)
{
    call->api->calls_n--;
    vt_api_leave_site(call);
    vt_list_remove(&call->all);
    vt_buf_finish(&call->out);
    vt_arena_finish(&call->arena);
    if (call->fd >= 0)
        close(call->fd);
    vt_secret_wipe(call, sizeof(*call));
    free(call);
}

void vt_api_answer_busy(struct vt_api_call *call, const char *detail)
{
    struct vt_http_req *req = vt_http_held(call->api->deps.net, call->handle);
    if (req)
        vt_login_unavailable(req, detail);
    vt_api_call_end(call);
}

static void answer_problem(struct vt_api_call *call, struct vt_http_req *req)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf detail = VT_BUF_INIT(DETAIL_BYTES);
    vt_buf_str(&detail, call->detail);
    if (call->status == 401 && vt_str_eq(vt_str(call->problem), VT_STR("token")))
        vt_http_set(req, "WWW-Authenticate", "Bearer");
    vt_http_problem_at(req, call->status, call->problem, call->title, vt_buf_cstr(&detail), call->pointer);
}

void vt_api_answer(struct vt_api_call *call)
{
    struct vt_http_req *req = vt_http_held(call->api->deps.net, call->handle);
    char etag[32];
    snprintf(etag, sizeof(etag), "\"%lld\"", (long long)call->etag);
    if (req && call->problem) {
        answer_problem(call, req);
    } else if (req && call->fd >= 0) {
        int fd = call->fd;
        call->fd = -1;
        vt_http_file_fd(req, fd, call->type ? call->type : "application/x-ndjson", NULL, "no-store");
    } else if (req) {
        vt_http_set(req, "Cache-Control", "no-store");
        if (call->etag)
            vt_http_set(req, "ETag", etag);
        if (call->status == 204)
            vt_http_reply(req, 204, NULL, (struct vt_str){ 0 });
        else if (call->type && !call->out.failed)
            vt_http_reply(req, call->status, call->type, vt_buf_view(&call->out));
        else
            vt_http_reply_json(req, call->status, &call->out);
    }
    vt_api_call_end(call);
}

int vt_api_refuse(struct vt_api_call *call, int status, const char *type, const char *title,
                  const char *format, ...)
{
    char text[DETAIL_BYTES / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    call->status = status;
    call->problem = type;
    call->title = title;
    call->detail = vt_api_keep(call, vt_str(text));
    return VT_ERR_INVALID;
}

int vt_api_refuse_field(struct vt_api_call *call, const char *pointer, const char *format, ...)
{
    char text[DETAIL_BYTES / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    call->pointer = vt_api_keep(call, vt_str(pointer));
    return vt_api_refuse(call, 422, "field", "A field cannot be right", "%s", text);
}

int vt_api_missing(struct vt_api_call *call)
{
    return vt_api_refuse(call, 404, "missing", "Not found", "Your site has no such object.");
}

struct vt_str vt_api_keep(struct vt_api_call *call, struct vt_str text)
{
    struct vt_str copy = vt_arena_str(&call->arena, text);
    return copy.ptr ? copy : (struct vt_str){ 0 };
}

void vt_api_note(struct vt_api_call *call, const char *verb, struct vt_str object, const char *format, ...)
{
    char text[DETAIL_BYTES / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    call->record = (struct vt_audit_record){ .site = call->site,
                                             .actor = call->actor,
                                             .verb = vt_str(verb),
                                             .object = vt_api_keep(call, object),
                                             .detail = vt_api_keep(call, vt_str(text)) };
}

/* --- who asks ------------------------------------------------------------------------------ */

static int rank(struct vt_str role)
{
    return vt_str_eq(role, VT_STR("admin"))        ? VT_API_ADMIN
           : vt_str_eq(role, VT_STR("supervisor")) ? VT_API_SUPERVISOR
                                                   : VT_API_ASSOCIATE;
}

bool vt_api_wants_factor(struct vt_str settings, struct vt_str role)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    VT_CLEANUP(vt_json_unref)
    json_t *tree = vt_json_parse(settings, 1 << 20, &why);
    const json_t *roles = json_object_get(tree, "requireTotp");
    for (size_t i = 0; i < json_array_size(roles); i++) {
        const json_t *entry = json_array_get(roles, i);
        if (json_is_string(entry) &&
            vt_str_eq((struct vt_str){ json_string_value(entry), json_string_length(entry) }, role))
            return true;
    }
    return false;
}

static int check_factor(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_site site;
    if (call->person.factor || (call->row->flags & VT_API_ENROL))
        return VT_OK;
    int err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    if (err || !vt_api_wants_factor(site.settings, call->person.role))
        return err;
    return vt_api_refuse(call, 403, "enrol", "A second factor is needed",
                         "Your site asks your role for a second factor: set one up first.");
}

static int find_login(struct vt_api_call *call, struct vt_manage *manage)
{
    int err = call->cookie_hash[0]
                  ? vt_manage_login_find(manage, vt_str(call->cookie_hash), vt_steady_ms(),
                                         call->api->deps.config->login_idle, &call->arena, &call->person)
                  : VT_ERR_MISSING;
    if (err == VT_ERR_MISSING)
        return vt_api_refuse(call, 401, "login", "Not logged in",
                             "There is no login, or it has ended: log in again.");
    if (err)
        return err;
    call->site = call->person.site;
    call->actor = call->person.person;
    if (rank(call->person.role) < (int)call->row->who)
        return vt_api_refuse(call, 403, "role", "Not for your role", "Your role may not do this.");
    return check_factor(call, manage);
}

static bool has_verb(struct vt_str verbs, const char *verb)
{
    const char *at = verbs.len > 0 ? strstr(verbs.ptr, verb) : NULL; /* texts of an arena end with a 0 */
    return at != NULL;
}

static int find_token(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_manage_token token;
    const char *verb = call->row->method == VT_GET ? "read" : "write";
    int err = vt_manage_token_find(manage, vt_str(call->token_hash), vt_latest_ms(), &call->arena, &token);
    if (err == VT_ERR_MISSING)
        return vt_api_refuse(call, 401, "token", "Unknown token", "The token is unknown or has expired.");
    if (err)
        return err;
    char actor[TOKEN_TEXT];
    snprintf(actor, sizeof(actor), "token:%.*s", VT_STR_ARG(token.name));
    call->site = token.site;
    call->actor = vt_api_keep(call, vt_str(actor));
    if (!has_verb(token.verbs, verb))
        return vt_api_refuse(call, 403, "verb", "Not for this token", "This token may not %s.", verb);
    return VT_OK;
}

/* --- in the store -------------------------------------------------------------------------- */

static int parse_body(struct vt_api_call *call)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    if (call->body.len == 0)
        return VT_OK;
    call->tree = vt_json_parse(call->body, VT_API_BODY, &why);
    if (call->tree && !json_is_object(call->tree))
        vt_buf_text(&why, "The body must be a JSON object.");
    return why.len == 0
               ? VT_OK
               : vt_api_refuse(call, 400, "body", "The body cannot be read", "%s", vt_buf_cstr(&why));
}

static int take_password(struct vt_api_call *call, const char *name, size_t min, char *ret_text)
{
    struct vt_str text = { 0 };
    if (!name)
        return VT_OK;
    int err = vt_api_text(call, name, min, VT_PASSWORD_MAX, true, &text);
    if (!err)
        vt_str_copy(ret_text, VT_PASSWORD_MAX + 1, text);
    return err;
}

static bool needs_pool(const struct vt_api_call *call)
{
    return (call->row->current || call->row->fresh) && !call->verified;
}

static int run_inside(struct vt_api_call *call, struct vt_manage *manage)
{
    int err = call->token_hash[0]               ? find_token(call, manage)
              : call->row->who == VT_API_ANYONE ? VT_OK
                                                : find_login(call, manage);
    if (!err)
        err = parse_body(call);
    if (!err && needs_pool(call)) {
        err = take_password(call, call->row->current, 1, call->current);
        return err ? err : take_password(call, call->row->fresh, VT_PASSWORD_MIN, call->fresh);
    }
    if (err || (call->row->flags & VT_API_READER))
        return err;
    return call->row->run(call, manage);
}

static int run_job(struct vt_manage *manage, void *arg)
{
    struct vt_api_call *call = arg;
    int err = run_inside(call, manage);
    json_decref(call->tree);
    call->tree = NULL;
    return err;
}

/* --- after it ------------------------------------------------------------------------------ */

static void handle_recorded(void *arg, int err)
{
    struct vt_api_call *call = arg;
    if (err) {
        vt_log(VT_LOG_ERROR, "audit.failed", VT_LOG_T("error", vt_err_name(err)),
               VT_LOG_S("verb", call->record.verb));
        vt_api_refuse(
            call, 500, "audit", "Done, but not recorded",
            "The change was made; the audit log could not record it. Tell whoever runs the server.");
    }
    vt_api_answer(call);
}

void vt_api_conclude(struct vt_api_call *call)
{
    if (call->end_person.ptr)
        vt_login_end_person(call->api->deps.login, call->end_person);
    if (!call->record.verb.ptr)
        vt_api_answer(call);
    else if (vt_audit_put(call->api->deps.audit, &call->record, handle_recorded, call) != VT_OK)
        handle_recorded(call, VT_ERR_FULL);
}

/* What the store said, unless the row's function has said it better. */
static void explain(struct vt_api_call *call, int err)
{
    if (call->problem)
        return;
    if (err == VT_ERR_MISSING)
        vt_api_missing(call);
    else if (err == VT_ERR_EXISTS)
        vt_api_refuse(call, 409, "exists", "There is one already", "The name is taken.");
    else if (err == VT_ERR_FULL)
        vt_api_refuse(call, 507, "full", "The disk is full", "Nothing was changed.");
    else
        vt_api_refuse(call, 503, "busy", "Try again in a moment", "The store cannot be reached.");
}

static int run_reading(struct vt_manage *manage, void *arg)
{
    struct vt_api_call *call = arg;
    return call->row->run(call, manage);
}

static void handle_run(void *arg, int err);
static void start_pool(struct vt_api_call *call);

static void handle_read(void *arg, int err)
{
    struct vt_api_call *call = arg;
    if (err)
        explain(call, err);
    if (call->problem)
        vt_api_answer(call);
    else
        vt_api_conclude(call);
}

static void handle_run(void *arg, int err)
{
    struct vt_api_call *call = arg;
    vt_api_learn_site(call);
    if (err) {
        explain(call, err);
        /* A refusal that stands for itself leaves no record but one that its row asked for. */
        call->record.verb = (struct vt_str){ 0 };
        vt_api_answer(call);
        return;
    }
    if (needs_pool(call))
        start_pool(call);
    else if (call->row->instead)
        call->row->instead(call);
    else if (!(call->row->flags & VT_API_READER))
        vt_api_conclude(call);
    else if (vt_store_look(call->api->deps.store, run_reading, handle_read, call) != VT_OK)
        vt_api_answer_busy(call, "The store is busy.");
}

static void submit(struct vt_api_call *call)
{
    if (vt_store_work(call->api->deps.store, run_job, handle_run, call) != VT_OK)
        vt_api_answer_busy(call, "The store is busy.");
}

/* --- passwords ----------------------------------------------------------------------------- */

static void check_passwords(void *arg)
{
    struct vt_api_call *call = arg;
    if (call->row->current)
        call->wrong = !vt_password_verify(vt_str(call->current), call->person.password, NULL);
    if (call->row->fresh && !call->wrong && vt_password_hash(vt_str(call->fresh), call->hashed) != VT_OK)
        call->hashed[0] = '\0';
    vt_secret_wipe(call->current, sizeof(call->current));
    vt_secret_wipe(call->fresh, sizeof(call->fresh));
}

/* Guesses count as those of the login page do: by the person's name, or by the address of whoever holds
 * a link. */
static struct vt_login_limit *limit_of(struct vt_api_call *call, struct vt_str *ret_key)
{
    struct vt_api_login *login = call->api->deps.login;
    *ret_key = call->row->current ? call->person.login : vt_str(call->address);
    return call->row->current ? login->names : login->addresses;
}

static void handle_checked(void *arg)
{
    struct vt_api_call *call = arg;
    struct vt_str key;
    struct vt_login_limit *limit = limit_of(call, &key);
    call->api->hashing--;
    call->verified = true;
    if (call->api->closed) { /* the store may be gone */
        vt_api_call_end(call);
        return;
    }
    if (call->wrong) {
        vt_api_refuse(call, 403, "password", "The password is wrong", "Type your present password again.");
        vt_login_name_failed(call->api->deps.login, call->person.login, &call->person);
        vt_api_answer(call);
        return;
    }
    vt_login_limit_give_back(limit, key);
    if (call->row->fresh && !call->hashed[0])
        vt_api_answer_busy(call, "The server is short of memory.");
    else
        submit(call);
}

static void refuse_limited(struct vt_api_call *call, int64_t wait_ms)
{
    struct vt_http_req *req = vt_http_held(call->api->deps.net, call->handle);
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%lld", (long long)(wait_ms / 1000 + 1));
    if (req)
        vt_http_set(req, "Retry-After", seconds);
    vt_api_refuse(call, 429, "too-many", "Too many attempts", "Retry-After says how long to wait.");
    vt_api_answer(call);
}

static void start_pool(struct vt_api_call *call)
{
    struct vt_str key;
    struct vt_login_limit *limit = limit_of(call, &key);
    if (call->api->hashing >= VT_API_HASHING) {
        vt_api_answer_busy(call, "Too many passwords are being checked.");
        return;
    }
    int64_t wait = vt_login_limit_take(limit, key, vt_steady_ms());
    if (wait > 0) {
        refuse_limited(call, wait);
        return;
    }
    if (vt_loop_work(call->api->deps.loop, check_passwords, handle_checked, call) == VT_OK) {
        call->api->hashing++;
        return;
    }
    vt_login_limit_give_back(limit, key);
    vt_api_answer_busy(call, "Too many passwords are being checked.");
}

/* --- the request --------------------------------------------------------------------------- */

static bool is_json(struct vt_str type)
{
    static const char json[] = "application/json";
    return type.len >= sizeof(json) - 1 && memcmp(type.ptr, json, sizeof(json) - 1) == 0 &&
           (type.len == sizeof(json) - 1 || strchr("; \t", type.ptr[sizeof(json) - 1]) != NULL);
}

/* False: answered. */
static bool take_token(struct vt_api_call *call, struct vt_http_req *req, struct vt_str text)
{
    static const char scheme[] = "Bearer ";
    uint32_t wait_ms;
    bool bearer = text.len > sizeof(scheme) - 1 && strncasecmp(text.ptr, scheme, sizeof(scheme) - 1) == 0;
    struct vt_str secret = { text.ptr + sizeof(scheme) - 1, text.len - (sizeof(scheme) - 1) };
    if (!bearer || secret.len > TOKEN_TEXT || vt_sha256_hex(secret, call->token_hash) != VT_OK) {
        vt_http_set(req, "WWW-Authenticate", "Bearer");
        vt_http_problem(req, 401, "token", "Unknown token", "Send Authorization: Bearer with an API token.");
        return false;
    }
    if (!(call->row->flags & VT_API_TOKEN)) {
        vt_http_problem(req, 403, "verb", "Not for a token", "This needs the login of a person.");
        return false;
    }
    if (vt_api_take_rate(call->api, call->token_hash, &wait_ms))
        return true;
    char seconds[24], detail[96];
    snprintf(seconds, sizeof(seconds), "%u", wait_ms / 1000 + 1);
    snprintf(detail, sizeof(detail), "A token has %lld requests a second: Retry-After says how long to wait.",
             (long long)call->api->deps.config->token_rate);
    vt_http_set(req, "Retry-After", seconds);
    vt_http_problem(req, 429, "too-many", "Too many requests", detail);
    return false;
}

static bool take_cookie(struct vt_api_call *call, struct vt_http_req *req)
{
    struct vt_str secret = vt_http_cookie(req, VT_LOGIN_COOKIE);
    if (call->row->method != VT_GET && !vt_login_guard(call->api->deps.login, req))
        return false;
    if (secret.ptr && secret.len < VT_ID_TEXT && vt_sha256_hex(secret, call->cookie_hash) != VT_OK)
        call->cookie_hash[0] = '\0';
    return true;
}

static bool take_request(struct vt_api_call *call, struct vt_http_req *req, struct vt_str id)
{
    struct vt_str token = vt_http_header(req, "authorization");
    struct vt_address address;
    char device[VT_DEVICE_TEXT];
    if (token.ptr ? !take_token(call, req, token) : !take_cookie(call, req))
        return false;
    if (!vt_api_take_site(call, req))
        return false;
    if (vt_http_body(req).len > 0 && !is_json(vt_http_header(req, "content-type"))) {
        vt_http_problem(req, 415, "type", "Unsupported type", "The body must be application/json.");
        return false;
    }
    if (call->row->method != VT_GET && !vt_audit_has_room(call->api->deps.audit)) {
        vt_login_unavailable(req, "The audit log is behind.");
        return false;
    }
    vt_device_text(vt_http_header(req, "user-agent"), device);
    if (vt_address_parse(vt_http_addr(req), &address) == VT_OK)
        vt_address_group(&address, call->address);
    call->id = vt_api_keep(call, id);
    call->query = vt_api_keep(call, vt_http_query(req));
    call->body = vt_api_keep(call, vt_http_body(req));
    call->if_match = vt_api_keep(call, vt_http_header(req, "if-match"));
    call->device = vt_api_keep(call, vt_str(device));
    return true;
}

void vt_api_begin(struct vt_api *api, const struct vt_api_row *row, struct vt_str id, struct vt_http_req *req)
{
    struct vt_api_call *call = api->calls_n < VT_API_CALLS && !api->closed ? calloc(1, sizeof(*call)) : NULL;
    if (!call) {
        vt_login_unavailable(req, "Too many requests are under way.");
        return;
    }
    call->api = api;
    call->row = row;
    call->status = 200;
    call->fd = -1;
    vt_arena_init(&call->arena, VT_API_ARENA);
    vt_buf_init(&call->out, VT_API_ANSWER);
    vt_list_init(&call->all);
    vt_list_append(&api->calls, &call->all);
    api->calls_n++;
    if (!take_request(call, req, id)) {
        vt_api_call_end(call);
        return;
    }
    call->handle = vt_http_hold(req);
    if (call->handle == 0)
        vt_api_call_end(call);
    else
        submit(call);
}
