/* SPDX-License-Identifier: Apache-2.0 */
/* How far fetching the catalogue's pictures is, and what became of mails: for the console and the admin
 * pages. */
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

int vt_api_pictures_retry(struct vt_api_call *call, struct vt_manage *manage)
{
    size_t n = 0;
    int err = vt_manage_pictures_retry(manage, call->site, &n);
    vt_buf_printf(&call->out, "{\"retried\":%zu}", n);
    return err;
}

/* --- mail ---------------------------------------------------------------------------------- */

static void put_mail(struct vt_buf *out, const struct vt_manage_mail *mail, bool first)
{
    vt_buf_text(out, first ? "{" : ",{");
    vt_json_put_text(out, "id", mail->id);
    vt_json_put_text(out, "to", mail->to);
    vt_json_put_text(out, "state", mail->state);
    if (mail->why.ptr)
        vt_json_put_text(out, "why", mail->why);
    vt_json_put_number(out, "tries", mail->tries);
    vt_json_put_number(out, "created", mail->created);
    if (vt_str_eq(mail->state, VT_STR("waiting")))
        vt_json_put_number(out, "next", mail->next);
    vt_buf_byte(out, '}');
}

int vt_api_mails(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_manage_mail *mails = NULL;
    size_t limit, n = 0;
    int err = vt_api_limit(call, &limit);
    if (!err)
        err = vt_manage_mails(manage, call->site, &call->arena, limit, &mails, &n);
    if (err)
        return err;
    vt_buf_printf(&call->out, "{\"setUp\":%s,\"mails\":[",
                  call->api->deps.config->mail_url[0] ? "true" : "false");
    for (size_t i = 0; i < n; i++)
        put_mail(&call->out, &mails[i], i == 0);
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}

int vt_api_mails_retry(struct vt_api_call *call, struct vt_manage *manage)
{
    size_t n = 0;
    int err = vt_manage_mails_retry(manage, call->site, vt_wall_ms(), &n);
    vt_buf_printf(&call->out, "{\"retried\":%zu}", n);
    return err;
}
