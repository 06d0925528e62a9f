/* SPDX-License-Identifier: Apache-2.0 */
/* What was found on the shop's pages: stands in the loop's memory, not in the store. */
#include "server/seen.h"
#include "server/api/rows.h"

int vt_api_seen(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)call;
    (void)manage;
    return VT_OK;
}

void vt_api_seen_after(struct vt_api_call *call)
{
    vt_buf_text(&call->out, "{\"pages\":");
    vt_seen_write(call->api->deps.app, call->site, &call->out);
    vt_buf_byte(&call->out, '}');
    vt_api_answer(call);
}
