/* SPDX-License-Identifier: Apache-2.0 */
/* How far fetching the catalogue's pictures is, for the console and the admin pages. */
#include "server/api/rows.h"
#include "server/outgoing/url.h"

static void put_picture(struct vt_buf *out, const struct vt_store_picture *picture, bool first)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf shown = VT_BUF_INIT(2 * VT_URL_MOST);
    struct vt_url url;
    if (vt_url_parse(picture->url, &url, &shown) == VT_OK)
        vt_url_shown(&url, &shown);
    vt_buf_text(out, first ? "{" : ",{");
    vt_json_put_text(out, "sku", picture->sku);
    vt_json_put_text(out, "picture", vt_buf_view(&shown));
    vt_json_put_text(out, "why", picture->why);
    vt_buf_printf(out, ",\"tries\":%u", picture->tries);
    if (picture->state == VT_PICTURE_WANTED)
        vt_buf_printf(out, ",\"next\":%lld", (long long)picture->next);
    vt_buf_byte(out, '}');
}

int vt_api_pictures(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_picture_counts counts;
    struct vt_store_picture *troubled = NULL;
    size_t limit, n = 0;
    int err = vt_api_limit(call, &limit);
    if (!err)
        err = vt_manage_picture_report(manage, call->site, &call->arena, limit, &counts, &troubled, &n);
    if (err)
        return err;
    vt_buf_printf(&call->out, "{\"there\":%u,\"wanted\":%u,\"failed\":%u,\"pictures\":[",
                  counts.by_state[VT_PICTURE_THERE], counts.by_state[VT_PICTURE_WANTED],
                  counts.by_state[VT_PICTURE_FAILED]);
    for (size_t i = 0; i < n; i++)
        put_picture(&call->out, &troubled[i], i == 0);
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}
