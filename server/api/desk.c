/* SPDX-License-Identifier: Apache-2.0 */
/* What a console offers to choose from: queues to hand over to, canned replies, labels. The rest of the
 * settings is for those who run the site. */
#include "server/api/rows.h"
#include "server/settings.h"

static void put_queue(struct vt_buf *out, const struct vt_setting_queue *queue)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", queue->id);
    vt_json_put_text(out, "name", queue->name);
    vt_json_put_text(out, "department", queue->department);
    vt_buf_byte(out, '}');
}

static void put_canned(struct vt_buf *out, const struct vt_setting_canned *canned)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", canned->id);
    vt_json_put_text(out, "shortcut", canned->shortcut);
    vt_json_put_text(out, "text", canned->text);
    vt_json_put_text(out, "lang", canned->lang);
    vt_json_put_text(out, "queue", canned->queue);
    vt_buf_byte(out, '}');
}

static void put_desk(struct vt_buf *out, const struct vt_settings *settings)
{
    vt_buf_text(out, "{\"queues\":[");
    for (size_t i = 0; i < settings->queues_n; i++) {
        vt_buf_text(out, i ? "," : "");
        put_queue(out, &settings->queues[i]);
    }
    vt_buf_text(out, "],\"canned\":[");
    for (size_t i = 0; i < settings->canned_n; i++) {
        vt_buf_text(out, i ? "," : "");
        put_canned(out, &settings->canned[i]);
    }
    vt_buf_text(out, "],\"labels\":[");
    for (size_t i = 0; i < settings->labels.n; i++) {
        vt_buf_text(out, i ? "," : "");
        vt_buf_json_string(out, settings->labels.at[i]);
    }
    vt_buf_text(out, "]}");
}

int vt_api_desk(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_site site;
    struct vt_settings_error why;
    int err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    if (err)
        return err;
    struct vt_settings *settings = vt_settings_parse(site.settings, &why);
    if (!settings)
        return VT_ERR_NOMEM; /* what is stored has been checked */
    put_desk(&call->out, settings);
    vt_settings_destroy(settings);
    return VT_OK;
}
