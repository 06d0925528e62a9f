/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/contact.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/address.h"
#include "server/api/json.h"
#include "server/api/login_limit.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/contact.h"
#include "server/http/contact_body.h"
#include "server/log.h"
#include "server/people.h"
#include "server/profile.h"
#include "server/thread.h"
#include "server/trail.h"

enum {
    BODY_BYTES = 24 * 1024,
    CONV_CHARS = 22,
    ADDRESS_MOST = 10, /* messages of one address in a window: an office shares one */
    SITE_MOST = 200,   /* and of all of a site */
    ADDRESSES = 20000,
    SITES = 1000,
    WINDOW_MS = 600000
};
#define PATH "/api/v1/contact"

struct vt_http_contact {
    struct vt_http_contact_deps deps;
    struct vt_login_limit *by_address, *by_site; /* owned */
};

/* One message on its way. Its texts are owned by `arena`. */
struct leaving {
    struct vt_http_contact *owner; /* borrowed */
    struct vt_arena arena;
    uint64_t handle;
    const char *site; /* the id */
    struct vt_contact_body said;
    char conv[VT_CONV_TEXT], cid[37], other[37]; /* other: of the row with the address */
    bool created;
};

static void leaving_free(struct leaving *leaving)
{
    vt_arena_finish(&leaving->arena);
    free(leaving);
}

static void finish(struct leaving *leaving, int err)
{
    struct vt_http_req *req = vt_http_held(leaving->owner->deps.net, leaving->handle);
    vt_log(err ? VT_LOG_WARN : VT_LOG_INFO, "contact.http", VT_LOG_T("conv", leaving->conv),
           VT_LOG_T("err", vt_err_name(err)));
    if (req && !err)
        vt_http_reply(req, 204, NULL, VT_STR(""));
    else if (req)
        vt_http_problem(req, 503, "busy", "Not stored", "The message could not be stored. Send it again.");
    leaving_free(leaving);
}

/* --- into the thread --------------------------------------------------------------------------------- */

static void handle_text(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct leaving *leaving = arg;
    struct vt_conversation *conv = vt_conv_find(leaving->owner->deps.app, vt_str(leaving->site),
                                                vt_str(leaving->conv));
    (void)cs;
    if (!err && conv && numbers) /* else it was there already */
        vt_contact_said(conv, "c", (struct vt_str){ 0 }, false);
    finish(leaving, err);
}

static void note_page(struct vt_conversation *conv, const struct leaving *leaving)
{
    struct vt_t_page page = { .n = 1, .url = leaving->said.url, .title = leaving->said.title };
    if (page.url.len > 0)
        vt_trail_add(conv, &page);
}

static int write_rows(struct vt_conversation *conv, struct leaving *leaving)
{
    const struct vt_msg_chat_contact contact = { .email = leaving->said.email, .name = leaving->said.name };
    const struct vt_msg_chat_send said = { .kind = VT_CHAT_KIND_TEXT,
                                           .body = { .text = leaving->said.text } };
    const struct vt_thread_row first = {
        .op = VT_OP_CHAT_CONTACT, .by = "c", .cid = vt_str(leaving->other), .d = &contact
    };
    const struct vt_thread_row second = {
        .op = VT_OP_CHAT_SEND, .by = "c", .cid = vt_str(leaving->cid), .d = &said
    };
    int err = vt_thread_append(conv, &first, NULL, NULL, NULL);
    return err ? err : vt_thread_append(conv, &second, NULL, handle_text, leaving);
}

static void handle_loaded(void *arg, struct vt_conversation *conv, int err);

static void handle_created(void *arg, int err)
{
    struct leaving *leaving = arg;
    leaving->created = true;
    if (!err)
        err = vt_conv_load(leaving->owner->deps.app, vt_str(leaving->site), vt_str(leaving->conv),
                           handle_loaded, leaving);
    if (err)
        finish(leaving, err);
}

static int create(struct leaving *leaving)
{
    char customer[VT_ID_TEXT];
    vt_id_new(customer);
    const struct vt_store_conv row = { .site = vt_str(leaving->site),
                                       .conv = vt_str(leaving->conv),
                                       .customer = vt_str(customer),
                                       .created = vt_wall_ms() };
    return vt_store_conv_create(leaving->owner->deps.app->deps.store, &row, handle_created, leaving);
}

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct leaving *leaving = arg;
    struct vt_t_profile profile;
    if (err == VT_ERR_NOT_FOUND && !leaving->created) {
        err = create(leaving);
        if (err)
            finish(leaving, err);
        return;
    }
    if (!err && !vt_people_customer(conv, leaving->said.name))
        err = VT_ERR_OVERLOADED;
    if (!err)
        vt_profile_read(conv, &leaving->arena, &profile);
    if (!err && profile.customer.email.len == 0) { /* sent again, it changes nothing */
        profile.customer = (struct vt_t_customer){ .email = leaving->said.email, .name = leaving->said.name };
        profile.lang = leaving->said.lang;
        err = vt_profile_write(conv, &profile);
    }
    if (!err) {
        note_page(conv, leaving);
        err = write_rows(conv, leaving);
    }
    if (err)
        finish(leaving, err);
}

/* --- the request --------------------------------------------------------------------------------------- */

/* The same request makes the same conversation and the same rows, however often it comes. */
static int name_it(struct leaving *leaving)
{
    struct vt_str cid = leaving->said.cid;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(256);
    char sha[VT_SHA256_TEXT];
    vt_buf_printf(&text, "contact %s %.*s", leaving->site, VT_STR_ARG(cid));
    int err = vt_sha256_hex(vt_buf_view(&text), sha);
    if (err)
        return err;
    vt_str_copy(leaving->conv, sizeof(leaving->conv), (struct vt_str){ sha, CONV_CHARS });
    vt_str_copy(leaving->cid, sizeof(leaving->cid), cid);
    vt_str_copy(leaving->other, sizeof(leaving->other), cid);
    leaving->other[35] = leaving->other[35] == '0' ? '1' : '0';
    return VT_OK;
}

/* Counted before it is read, so that guessing costs as much as sending. */
static int64_t wait_of(struct vt_http_contact *contact, struct vt_http_req *req, const char *site)
{
    struct vt_address address;
    char group[VT_ADDRESS_TEXT] = "";
    if (vt_address_parse(vt_http_addr(req), &address) == VT_OK)
        vt_address_group(&address, group);
    int64_t wait_ms = vt_login_limit_take(contact->by_address, vt_str(group), vt_steady_ms());
    return wait_ms > 0 ? wait_ms : vt_login_limit_take(contact->by_site, vt_str(site), vt_steady_ms());
}

static void refuse_rate(struct vt_http_req *req, int64_t wait_ms)
{
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%lld", (long long)(wait_ms / 1000 + 1));
    vt_http_set(req, "Retry-After", seconds);
    vt_http_problem(req, 429, "too-many", "Too many messages",
                    "Many messages came from here. Wait as long as Retry-After says.");
}

/* The site of this key, if it answers to the page's origin; one answer for both, as at the socket. */
static const struct vt_site *site_of(const struct vt_http_contact *contact, struct vt_http_req *req,
                                     const json_t *body)
{
    const struct vt_site *site = vt_sites_by_key(contact->deps.app->deps.sites, vt_json_text(body, "site"));
    struct vt_str origin = vt_http_header(req, "origin");
    return site && origin.ptr && vt_site_origin_allowed(site, origin) ? site : NULL;
}

static void begin(struct vt_http_contact *contact, struct vt_http_req *req, const struct vt_site *site,
                  const json_t *body)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    const char *at;
    struct leaving *leaving = calloc(1, sizeof(*leaving));
    if (!leaving) {
        vt_http_problem(req, 503, "busy", "Busy", "The server is short of memory.");
        return;
    }
    leaving->owner = contact;
    vt_arena_init(&leaving->arena, 4 * BODY_BYTES);
    leaving->site = vt_arena_str(&leaving->arena, vt_str(site->id)).ptr;
    const size_t text_most = (size_t)contact->deps.app->deps.config->chat_bytes;
    int err = vt_contact_body_read(body, text_most, &leaving->arena, &leaving->said, &why, &at);
    if (err) {
        vt_http_problem_at(req, 422, "field", "A field cannot be right", vt_buf_cstr(&why), vt_str(at));
        leaving_free(leaving);
        return;
    }
    leaving->handle = vt_http_hold(req);
    err = leaving->site ? name_it(leaving) : VT_ERR_NOMEM;
    if (!err)
        err = vt_conv_load(contact->deps.app, vt_str(leaving->site), vt_str(leaving->conv), handle_loaded,
                           leaving);
    if (err)
        finish(leaving, err);
}

/* A page of the shop reads the answer. */
static bool allow_origin(const struct vt_http_contact *contact, struct vt_http_req *req)
{
    struct vt_str origin = vt_http_header(req, "origin");
    char text[512];
    vt_http_set(req, "Vary", "Origin");
    vt_http_set(req, "Cache-Control", "no-store");
    if (!origin.ptr || !vt_sites_origin_known(contact->deps.app->deps.sites, origin) ||
        !vt_str_copy(text, sizeof(text), origin))
        return false;
    vt_http_set(req, "Access-Control-Allow-Origin", text);
    vt_http_set(req, "Access-Control-Expose-Headers", "Retry-After");
    vt_http_set(req, "Cross-Origin-Resource-Policy", "cross-origin");
    return true;
}

static void handle_post(struct vt_http_req *req, void *owner)
{
    struct vt_http_contact *contact = owner;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    bool known = allow_origin(contact, req);
    VT_CLEANUP(vt_json_unref)
    json_t *body = vt_json_parse(vt_http_body(req), BODY_BYTES, &why);
    if (!body || !json_is_object(body)) {
        vt_http_problem(req, 400, "body", "Not understood", "The body must be a JSON object.");
        return;
    }
    const struct vt_site *site = known ? site_of(contact, req, body) : NULL;
    if (!site) {
        vt_http_problem(req, 403, "origin", "Not from here",
                        "No site of this key answers to this page's origin.");
        return;
    }
    int64_t wait_ms = wait_of(contact, req, site->id);
    if (wait_ms > 0)
        refuse_rate(req, wait_ms);
    else
        begin(contact, req, site, body);
}

static void handle_preflight(struct vt_http_req *req, void *owner)
{
    if (allow_origin(owner, req)) {
        vt_http_set(req, "Access-Control-Allow-Methods", "POST");
        vt_http_set(req, "Access-Control-Allow-Headers", "Content-Type");
        vt_http_set(req, "Access-Control-Max-Age", "600");
    }
    vt_http_reply(req, 204, NULL, VT_STR(""));
}

struct vt_http_contact *vt_http_contact_mount(const struct vt_http_contact_deps *deps)
{
    struct vt_http_contact *contact = calloc(1, sizeof(*contact));
    if (!contact)
        return NULL;
    contact->deps = *deps;
    contact->by_address = vt_login_limit_create(ADDRESS_MOST, WINDOW_MS, ADDRESSES);
    contact->by_site = vt_login_limit_create(SITE_MOST, WINDOW_MS, SITES);
    if (contact->by_address && contact->by_site &&
        vt_http_route(deps->net, VT_POST, PATH, BODY_BYTES, handle_post, contact) == VT_OK &&
        vt_http_route(deps->net, VT_OPTIONS, PATH, 0, handle_preflight, contact) == VT_OK)
        return contact;
    vt_http_contact_destroy(contact);
    return NULL;
}

void vt_http_contact_destroy(struct vt_http_contact *contact)
{
    if (!contact)
        return;
    vt_login_limit_destroy(contact->by_address);
    vt_login_limit_destroy(contact->by_site);
    free(contact);
}
