/* SPDX-License-Identifier: Apache-2.0 */
/* A practice of the person who asks: begun anew, or left. practice.h says what sets it apart. */
#include "server/practice.h"

#include "server/api/rows.h"

/* Who asks has been found by then; what follows needs the loop's side. */
int vt_api_practice(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)call;
    (void)manage;
    return VT_OK;
}

static void handle_begun(void *arg, int err, const struct vt_practice_begun *begun)
{
    struct vt_api_call *call = arg;
    struct vt_buf *out = &call->out;
    if (err) {
        vt_api_answer_busy(call, "The practice could not be prepared.");
        return;
    }
    call->status = 201;
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "conversation", vt_str(begun->conv));
    vt_json_put_text(out, "code", vt_str(begun->code));
    vt_json_put_text(out, "queue", vt_str(begun->customer)); /* its own line has its name */
    vt_buf_byte(out, '}');
    vt_api_conclude(call);
}

void vt_api_practice_begin(struct vt_api_call *call)
{
    if (vt_practice_begin(call->api->deps.app, call->site, call->person.person, handle_begun, call) != VT_OK)
        vt_api_answer_busy(call, "The store is busy.");
}

static void handle_ended(void *arg, int err)
{
    struct vt_api_call *call = arg;
    call->status = 204;
    if (err)
        vt_api_answer_busy(call, "The store cannot be reached; nothing was erased.");
    else
        vt_api_conclude(call);
}

void vt_api_practice_end(struct vt_api_call *call)
{
    if (vt_practice_erase(call->api->deps.app, call->site, call->person.person, handle_ended, call) != VT_OK)
        vt_api_answer_busy(call, "The store is busy; nothing was erased.");
}
