/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.*: products by words and by sku. The catalogue keeps them as the wire's JSON. */
#include "server/catalogue/catalogue.h"

#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/site.h"

enum { HITS_MAX = 24, REPLY_BYTES = 60000 };

static const struct vt_catalogue *catalogue_of(const struct vt_request *rq)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    return site ? site->catalogue : NULL;
}

int vt_on_catalogue_search(struct vt_request *rq)
{
    const struct vt_msg_catalogue_search *msg = rq->env->msg;
    const struct vt_catalogue *catalogue = catalogue_of(rq);
    struct vt_str hits[HITS_MAX];
    size_t from = msg->has_from ? msg->from : 0, total = 0, n = 0, sent = 0;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf d = VT_BUF_INIT(REPLY_BYTES + 1024);
    if (catalogue)
        n = vt_catalogue_search(catalogue, msg->text, from, msg->n, hits, &total);
    vt_buf_text(&d, "{\"hits\":[");
    for (; sent < n && d.len + hits[sent].len < REPLY_BYTES; sent++) {
        if (sent > 0)
            vt_buf_byte(&d, ',');
        vt_buf_str(&d, hits[sent]);
    }
    vt_buf_byte(&d, ']');
    if (sent > 0 && from + sent < total)
        vt_buf_printf(&d, ",\"next\":%zu", from + sent);
    vt_buf_byte(&d, '}');
    struct vt_reply_to to = vt_reply_later(rq);
    vt_reply_raw(&to, vt_buf_view(&d));
    return VT_OK;
}

int vt_on_catalogue_product(struct vt_request *rq)
{
    const struct vt_msg_catalogue_product *msg = rq->env->msg;
    const struct vt_catalogue *catalogue = catalogue_of(rq);
    struct vt_str body = catalogue ? vt_catalogue_get(catalogue, msg->sku) : (struct vt_str){ NULL, 0 };
    if (!body.ptr)
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/sku", "no product of this sku in the catalogue");
    struct vt_reply_to to = vt_reply_later(rq);
    vt_reply_raw(&to, body);
    return VT_OK;
}
