/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/invite.h"

#include <stdlib.h>
#include <string.h>

#include "server/address.h"
#include "server/api/login_limit.h"
#include "server/base/err.h"
#include "server/http/path.h"
#include "server/invitations.h"

enum {
    BODY_BYTES = 256,
    JSON_BYTES = 64 * 1024,
    ADDRESS_MOST = 120, /* counts of one address in a window: an office shares one */
    ADDRESSES = 20000,
    WINDOW_MS = 600000
};
#define PATH "/v1/invite"

struct vt_http_invite {
    struct vt_http_invite_deps deps;
    struct vt_login_limit *by_address; /* owned */
};

static struct vt_str query_text(struct vt_http_req *req, const char *name)
{
    struct vt_str value = { 0 };
    int err = vt_http_query_get(vt_http_arena(req), vt_http_query(req), name, &value);
    return err ? (struct vt_str){ 0 } : value;
}

/* Shops' pages ask, without credentials; there is nothing of anybody in an answer. */
static void open_to_all(struct vt_http_req *req)
{
    vt_http_set(req, "Access-Control-Allow-Origin", "*");
    vt_http_set(req, "Cross-Origin-Resource-Policy", "cross-origin");
}

static void handle_get(struct vt_http_req *req, void *owner)
{
    struct vt_http_invite *invite = owner;
    const struct vt_site *site = vt_sites_by_key(invite->deps.app->deps.sites, query_text(req, "site"));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(JSON_BYTES);
    open_to_all(req);
    if (!site) {
        vt_http_problem(req, 404, "unknown", "No such site", "No site has this key.");
        return;
    }
    vt_invitations_write(invite->deps.app, site, query_text(req, "lang"), &json);
    if (json.failed) {
        vt_http_problem(req, 503, "busy", "Busy", "The server is short of memory.");
        return;
    }
    vt_http_set(req, "Cache-Control", "public, max-age=60");
    vt_http_reply_json(req, 200, &json);
}

/* --- counts ---------------------------------------------------------------------------------- */

static bool count(struct vt_http_invite *invite, const struct vt_site *site, struct vt_str rule,
                  struct vt_str event)
{
    static const char *const names[VT_INVITATION_EVENTS] = { "shown", "accepted", "closed" };
    for (int i = 0; i < VT_INVITATION_EVENTS; i++)
        if (vt_str_eq(event, vt_str(names[i])))
            return vt_invitations_count(invite->deps.invitations, site, rule, (enum vt_invitation_event)i);
    return false;
}

static bool is_too_often(struct vt_http_invite *invite, struct vt_http_req *req)
{
    struct vt_address address;
    char group[VT_ADDRESS_TEXT] = "";
    if (vt_address_parse(vt_http_addr(req), &address) == VT_OK)
        vt_address_group(&address, group);
    return vt_login_limit_take(invite->by_address, vt_str(group), vt_wall_ms()) > 0;
}

/* From a page of the site: a beacon, which nobody reads the answer of. */
static void handle_post(struct vt_http_req *req, void *owner)
{
    struct vt_http_invite *invite = owner;
    struct vt_str text = vt_http_body(req), origin = vt_http_header(req, "origin");
    const struct vt_site *site = vt_sites_by_key(invite->deps.app->deps.sites, vt_str_cut(&text, ' '));
    struct vt_str rule = vt_str_cut(&text, ' ');
    open_to_all(req);
    vt_http_set(req, "Cache-Control", "no-store");
    if (!site || !origin.ptr || !vt_site_origin_allowed(site, origin))
        vt_http_problem(req, 403, "origin", "Not from here",
                        "No site of this key answers to this page's origin.");
    else if (is_too_often(invite, req))
        vt_http_problem(req, 429, "too-many", "Too many", "Many counts came from here.");
    else if (!count(invite, site, rule, text))
        vt_http_problem(req, 422, "field", "A field cannot be right",
                        "The body is the site's key, a rule's id, and shown, accepted or closed.");
    else
        vt_http_reply(req, 204, NULL, VT_STR(""));
}

struct vt_http_invite *vt_http_invite_mount(const struct vt_http_invite_deps *deps)
{
    struct vt_http_invite *invite = calloc(1, sizeof(*invite));
    if (!invite)
        return NULL;
    invite->deps = *deps;
    invite->by_address = vt_login_limit_create(ADDRESS_MOST, WINDOW_MS, ADDRESSES);
    if (invite->by_address && vt_http_route(deps->net, VT_GET, PATH, 0, handle_get, invite) == VT_OK &&
        vt_http_route(deps->net, VT_POST, PATH, BODY_BYTES, handle_post, invite) == VT_OK)
        return invite;
    vt_http_invite_destroy(invite);
    return NULL;
}

void vt_http_invite_destroy(struct vt_http_invite *invite)
{
    if (!invite)
        return;
    vt_login_limit_destroy(invite->by_address);
    free(invite);
}
