/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/recap.h"

#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/http/pictures_internal.h"
#include "server/recap.h"
#include "server/template_address.h"

enum { JSON_BYTES = 4 << 20 };

struct vt_http_recap {
    struct vt_http_recap_deps deps;
};

struct asking {
    struct vt_http_recap *owner; /* borrowed */
    uint64_t handle;
};

/* --- the recap as JSON ------------------------------------------------------------------------------ */

static void put_piece(const struct vt_site *site, const struct vt_recap *recap,
                      const struct vt_recap_piece *piece, struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf address = VT_BUF_INIT(VT_TEMPLATE_ADDRESS_MAX + 64);
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "title", piece->title.len > 0 ? piece->title : piece->sku);
    if (vt_recap_picture(site, recap, piece, &address) == VT_OK)
        vt_json_put_text(out, "picture", vt_buf_view(&address));
    vt_buf_reset(&address);
    if (piece->is_film && vt_recap_film(site, recap, piece, "mp4", &address) == VT_OK)
        vt_json_put_text(out, "film", vt_buf_view(&address));
    if (piece->price.len > 0) {
        vt_json_put_text(out, "price", piece->price);
        vt_json_put_text(out, "currency", piece->currency);
    }
    vt_json_put_text(out, "url", piece->url);
    vt_buf_byte(out, '}');
}

static void put_line(const struct vt_recap_line *line, struct vt_buf *out)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "kind", vt_str(vt_chat_kind_name(line->kind)));
    vt_json_put_text(out, "by", line->by);
    vt_json_put_text(out, "text", line->text);
    vt_json_put_number(out, "at", line->ts);
    vt_buf_byte(out, '}');
}

static void put_theme(const struct vt_site *site, struct vt_buf *out)
{
    vt_json_put_text(out, "accent", site->settings->theme.accent);
    vt_json_put_text(out, "onAccent", site->settings->theme.on_accent);
}

static void put_recap(const struct vt_site *site, const struct vt_recap *recap, struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf shop = VT_BUF_INIT(1024);
    vt_recap_url(site, VT_STR("/"), &shop);
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "site", vt_str(site->name));
    vt_json_put_text(out, "shop", vt_buf_view(&shop));
    put_theme(site, out);
    vt_json_put_text(out, "lang", recap->lang);
    vt_json_put_text(out, "reference", recap->reference);
    vt_json_put_text(out, "associate", recap->associate);
    vt_json_put_number(out, "at", recap->created);
    vt_json_put_number(out, "until", recap->until);
    vt_buf_text(out, ",\"pieces\":[");
    for (size_t i = 0; i < recap->pieces_n; i++) {
        vt_buf_text(out, i > 0 ? "," : "");
        put_piece(site, recap, &recap->pieces[i], out);
    }
    vt_buf_text(out, "],\"lines\":[");
    for (size_t i = 0; i < recap->lines_n; i++) {
        vt_buf_text(out, i > 0 ? "," : "");
        put_line(&recap->lines[i], out);
    }
    vt_buf_text(out, "]}");
}

/* --- the request ------------------------------------------------------------------------------------- */

static void answer(struct vt_http_req *req, const struct vt_site *site, const struct vt_recap *recap)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(JSON_BYTES);
    put_recap(site, recap, &json);
    if (json.failed) {
        vt_http_problem(req, 503, "busy", "Too much at once", "The server is short of memory.");
        return;
    }
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply_json(req, 200, &json);
}

static void handle_recap(void *arg, int err, struct vt_recap *recap)
{
    struct asking *asking = arg;
    struct vt_http_req *req = vt_http_held(asking->owner->deps.net, asking->handle);
    const struct vt_site *site = recap ? vt_sites_by_id(asking->owner->deps.sites, vt_str(recap->site))
                                       : NULL;
    if (req && !err && site)
        answer(req, site, recap);
    else if (req && (err == VT_ERR_MISSING || !err))
        vt_http_problem(req, 404, "unknown", "Not there any more", "This recap is not kept any more.");
    else if (req)
        vt_http_problem(req, 503, "busy", "Too much at once",
                        "The store does not answer. Ask again in a moment.");
    vt_recap_destroy(recap);
    free(asking);
}

static void handle_open(struct vt_http_req *req, void *owner)
{
    struct vt_http_recap *self = owner;
    struct vt_media_problem problem;
    struct vt_str conv, sid;
    const struct vt_site *site = vt_recap_open(self->deps.sites, vt_http_body(req), &conv, &sid, &problem);
    if (!site) {
        vt_pictures_problem(req, &problem);
        return;
    }
    struct asking *asking = malloc(sizeof(*asking));
    if (asking)
        asking->owner = self;
    if (!asking || vt_recap_gather(self->deps.store, self->deps.sites, vt_str(site->id), conv, sid,
                                   handle_recap, asking) != VT_OK) {
        free(asking);
        vt_http_problem(req, 503, "busy", "Too much at once", "The store is busy. Ask again in a moment.");
        return;
    }
    asking->handle = vt_http_hold(req);
}

struct vt_http_recap *vt_http_recap_mount(const struct vt_http_recap_deps *deps)
{
    struct vt_http_recap *recap = calloc(1, sizeof(*recap));
    if (!recap)
        return NULL;
    recap->deps = *deps;
    if (vt_http_route(deps->net, VT_POST, "/r/open", VT_RECAP_LINK, handle_open, recap) == VT_OK)
        return recap;
    vt_http_recap_destroy(recap);
    return NULL;
}

void vt_http_recap_destroy(struct vt_http_recap *recap)
{
    free(recap);
}
