/* SPDX-License-Identifier: Apache-2.0 */
/* The site's own bot: the secret it checks our signatures with, and a call to try it. */
#include "server/api/rows.h"
#include "server/app.h"
#include "server/auth/digest.h"
#include "server/bot_answer.h"
#include "server/guide_bot.h"

/* Both need the loop's side: the site's secret, and the way out. */
int vt_api_helper_secret(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)manage;
    vt_api_note(call, "helper.secret", call->site, "{}");
    return VT_OK;
}

int vt_api_helper_test(struct vt_api_call *call, struct vt_manage *manage)
{
    (void)manage;
    vt_api_note(call, "helper.test", call->site, "{}");
    return VT_OK;
}

static const struct vt_site *site_of(const struct vt_api_call *call)
{
    return vt_sites_by_id(call->api->deps.sites, call->site);
}

void vt_api_helper_tell_secret(struct vt_api_call *call)
{
    char secret[VT_WEBHOOK_SECRET];
    const struct vt_site *site = site_of(call);
    if (!site || vt_bot_secret(site, secret) != VT_OK) {
        vt_api_answer_busy(call, "The site's secret is being made: try again in a second.");
        return;
    }
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "secret", vt_str(secret));
    vt_buf_byte(&call->out, '}');
    vt_secret_wipe(secret, sizeof(secret));
    vt_api_conclude(call);
}

static void handle_tested(void *arg, const struct vt_outgoing_result *result, struct vt_str text,
                          const char *why)
{
    struct vt_api_call *call = arg;
    struct vt_t_bot_answer answer;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf fault = VT_BUF_INIT(400);
    if (!why && vt_bot_read(&call->arena, text, &answer, &fault) != VT_OK)
        why = vt_buf_cstr(&fault);
    vt_buf_byte(&call->out, '{');
    vt_json_put_raw(&call->out, "taken", why ? VT_STR("false") : VT_STR("true"));
    vt_json_put_number(&call->out, "status", result->status);
    vt_json_put_number(&call->out, "took", vt_now_ms() - call->began_ms);
    vt_json_put_text(&call->out, "why", vt_str(why));
    vt_buf_byte(&call->out, '}');
    vt_api_conclude(call);
}

/* What stands in the settings that are served: what is being edited is saved first. */
void vt_api_helper_test_now(struct vt_api_call *call)
{
    struct vt_outgoing *outgoing = call->api->deps.app->deps.outgoing;
    const struct vt_site *site = site_of(call);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(1024);
    if (!site || !outgoing || !site->settings->helper.bot.url.ptr) {
        vt_api_refuse(call, 409, "address", "There is no bot",
                      "Enter its address and save it; the server has it within two seconds.");
        vt_api_answer(call);
        return;
    }
    vt_buf_text(&body, "{\"type\":\"test\"");
    vt_json_put_text(&body, "site", vt_str(site->key));
    vt_buf_text(
        &body, ",\"text\":\"Hello\",\"lang\":\"en\",\"state\":\"nobody\",\"customer\":{\"verified\":false}}");
    call->began_ms = vt_now_ms();
    if (vt_bot_post(outgoing, site, site->settings->helper.bot.url, vt_buf_view(&body), handle_tested,
                    call) != VT_OK)
        vt_api_answer_busy(call, "Too many requests are under way.");
}
