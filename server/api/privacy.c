/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations as those who answer for them need them: found and erased; export.c writes them out.
 *
 * An erasure goes: out of the memory (whoever has it open is told), out of the store, out of the files,
 * and once more out of the memory, for a page that came back meanwhile. */
#include "server/erase.h"

#include "server/api/rows.h"
#include "server/media_index.h"
#include "server/media_service.h"

enum { CONVS_MOST = 10000 };

/* --- the list ------------------------------------------------------------------------------ */

static void put_conv(struct vt_buf *out, const struct vt_privacy_conv *conv)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", conv->conv);
    vt_json_put_text(out, "customer", conv->customer);
    vt_json_put_number(out, "created", conv->created);
    vt_json_put_number(out, "last", conv->last);
    vt_json_put_number(out, "messages", conv->messages);
    vt_json_put_text(out, "reference", conv->reference);
    vt_buf_byte(out, '}');
}

int vt_api_conversations(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_privacy_filter filter = { .customer = vt_api_query(call, "customer"),
                                        .reference = vt_api_query(call, "reference"),
                                        .after = vt_api_query(call, "after") };
    struct vt_privacy_conv *convs;
    size_t n, limit;
    int err = vt_api_limit(call, &limit);
    filter.limit = limit + 1;
    if (!err)
        err = vt_privacy_list(manage, call->site, &filter, &call->arena, &convs, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"conversations\":[");
    for (size_t i = 0; i < n && i < limit; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        put_conv(&call->out, &convs[i]);
    }
    vt_buf_byte(&call->out, ']');
    if (n > limit)
        vt_json_put_text(&call->out, "next", convs[limit - 1].conv);
    vt_buf_byte(&call->out, '}');
    return VT_OK;
}

/* --- which --------------------------------------------------------------------------------- */

bool vt_api_is_customer(const struct vt_api_call *call)
{
    return strncmp(call->row->path, "/customers/", sizeof("/customers/") - 1) == 0;
}

int vt_api_find_convs(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_privacy_filter filter = { .limit = CONVS_MOST };
    if (vt_api_is_customer(call))
        filter.customer = call->id;
    else
        filter.conv = call->id;
    int err = vt_privacy_list(manage, call->site, &filter, &call->arena, &call->convs, &call->convs_n);
    return !err && call->convs_n == 0 ? vt_api_missing(call) : err;
}

/* --- erasing ------------------------------------------------------------------------------- */

int vt_api_erase(struct vt_api_call *call, struct vt_manage *manage)
{
    return vt_api_find_convs(call, manage);
}

static int erase_rows(struct vt_manage *manage, void *arg)
{
    struct vt_api_call *call = arg;
    struct vt_privacy_counts counts = { 0 };
    int err = VT_OK;
    for (size_t i = 0; i < call->convs_n && !err; i++) {
        struct vt_privacy_conv *conv = &call->convs[i];
        err = vt_privacy_media(manage, call->site, conv->conv, &call->arena, &conv->media, &conv->media_n);
        if (!err)
            err = vt_privacy_erase(manage, call->site, conv->conv, &counts);
    }
    vt_buf_printf(&call->out, "{\"erased\":{\"messages\":%zu,\"sessions\":%zu,\"pictures\":%zu}}",
                  counts.messages, counts.sessions, counts.pictures);
    vt_api_note(call, vt_api_is_customer(call) ? "customer.erased" : "conversation.erased", call->id,
                "{\"conversations\":%zu,\"messages\":%zu,\"pictures\":%zu}", call->convs_n, counts.messages,
                counts.pictures);
    return err;
}

static void leave_memory(struct vt_api_call *call)
{
    for (size_t i = 0; i < call->convs_n; i++)
        vt_erase_conversation(call->api->deps.app, call->site, call->convs[i].conv);
}

static void handle_erased(void *arg, int err)
{
    struct vt_api_call *call = arg;
    if (err) {
        vt_api_answer_busy(call, "The store cannot be reached; nothing was erased.");
        return;
    }
    leave_memory(call);
    for (size_t i = 0; i < call->convs_n; i++) {
        const struct vt_privacy_conv *conv = &call->convs[i];
        for (size_t k = 0; k < conv->media_n; k++) {
            vt_media_index_remove(call->api->deps.index, conv->media[k]);
            vt_media_erase(call->api->deps.media, conv->conv, conv->media[k]);
        }
        vt_media_erase_conversation(call->api->deps.media, conv->conv);
    }
    vt_api_conclude(call);
}

void vt_api_erase_after(struct vt_api_call *call)
{
    leave_memory(call);
    if (vt_store_work(call->api->deps.store, erase_rows, handle_erased, call) != VT_OK)
        vt_api_answer_busy(call, "The store is busy; nothing was erased.");
}
