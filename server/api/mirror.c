/* SPDX-License-Identifier: Apache-2.0 */
/* Style texts of mirrored pages, for the console's player. They stand in the loop's memory, not in the store.
 */
#include "server/api/rows.h"
#include "server/mirror_css.h"

int vt_api_mirror_css(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)call;
    (void)manage;
    return VT_OK;
}

void vt_api_mirror_css_after(struct vt_api_call *call)
{
    struct vt_str text = vt_css_get(call->api->deps.app, call->site, call->id);
    if (text.ptr) {
        call->type = "text/plain; charset=utf-8"; /* a text for the player, no style of ours */
        vt_buf_str(&call->out, text);
    } else {
        vt_api_missing(call);
    }
    vt_api_answer(call);
}
