/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks: whom the site calls, with what, and how that went. The address of the shop's own data
 * (merchant.h) is one of them, with an id of its own. A secret is shown once, when it is made. */
#include "server/hooks.h"

#include <stdio.h>

#include "server/api/rows.h"
#include "server/merchant.h"
#include "server/outgoing/url.h"

enum { EVENTS_MOST = 32, TEST_BYTES = 512 };

/* --- as they stand -------------------------------------------------------------------------- */

static const char *state_of(const struct vt_hook *hook)
{
    return hook->off > 0 ? "off" : hook->tries > 0 ? "failing" : "on";
}

static void put_secret_until(struct vt_buf *out, const struct vt_hook *hook)
{
    if (hook->former_until > vt_wall_ms())
        vt_json_put_number(out, "formerUntil", hook->former_until);
}

/* " a b " of the store as a list. */
static void put_list(struct vt_buf *out, const char *name, struct vt_str words)
{
    struct vt_str inner = { words.ptr + 1, words.len - 2 };
    vt_api_put_words(out, name, words.len > 2 ? inner : VT_STR(""));
}

static void put_hook(struct vt_buf *out, const struct vt_hook *hook)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", hook->id);
    vt_json_put_text(out, "url", hook->url);
    put_list(out, "events", hook->events);
    vt_json_put_raw(out, "texts", hook->texts ? VT_STR("true") : VT_STR("false"));
    vt_json_put_text(out, "state", vt_str(state_of(hook)));
    vt_json_put_text(out, "why", hook->why);
    vt_json_put_number(out, "created", hook->created);
    vt_json_put_number(out, "waiting", hook->waiting);
    vt_json_put_number(out, "lost", hook->lost);
    if (hook->next > 0)
        vt_json_put_number(out, "next", hook->next);
    if (hook->failing > 0)
        vt_json_put_number(out, "failing", hook->failing);
    put_secret_until(out, hook);
    vt_buf_byte(out, '}');
}

int vt_api_hooks(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_hook *hooks = NULL;
    size_t n = 0;
    int err = vt_hooks(manage, call->site, &call->arena, &hooks, &n);
    vt_buf_text(&call->out, "{\"webhooks\":[");
    for (size_t i = 0; i < n && !err; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        put_hook(&call->out, &hooks[i]);
    }
    vt_buf_text(&call->out, "],\"events\":[");
    for (size_t i = 0; i < vt_hook_types_n; i++) {
        vt_buf_text(&call->out, i ? ",{" : "{");
        vt_json_put_text(&call->out, "name", vt_str(vt_hook_types[i].name));
        vt_json_put_text(&call->out, "help", vt_str(vt_hook_types[i].help));
        vt_json_put_text(&call->out, "texts", vt_str(vt_hook_types[i].texts));
        vt_buf_byte(&call->out, '}');
    }
    vt_buf_text(&call->out, "]}");
    return err;
}

static void put_event(struct vt_buf *out, const struct vt_hook_event *event)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", event->id);
    vt_json_put_text(out, "type", event->type);
    vt_json_put_text(out, "conversation", event->conv);
    vt_json_put_text(out, "state", event->state);
    vt_json_put_number(out, "created", event->created);
    vt_json_put_number(out, "tries", event->tries);
    if (event->tries > 0) {
        vt_json_put_number(out, "tried", event->tried);
        vt_json_put_number(out, "status", event->status);
        vt_json_put_number(out, "took", event->took_ms);
    }
    if (event->next > 0)
        vt_json_put_number(out, "next", event->next);
    vt_json_put_text(out, "why", event->why);
    vt_buf_byte(out, '}');
}

int vt_api_hook_events(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_hook_event *events = NULL;
    struct vt_hook hook;
    size_t n = 0, limit = 0;
    int err = vt_api_limit(call, &limit);
    if (!err)
        err = vt_hook_get(manage, call->site, call->id, &call->arena, &hook);
    if (!err)
        err = vt_hook_events(manage, call->site, call->id, limit, &call->arena, &events, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"deliveries\":[");
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        put_event(&call->out, &events[i]);
    }
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}

/* --- what is entered ------------------------------------------------------------------------ */

static int take_url(struct vt_api_call *call, struct vt_str *ret_url)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    struct vt_url url;
    int err = vt_api_text(call, "url", 1, VT_URL_MOST - 1, true, ret_url);
    if (err)
        return err;
    if (vt_url_parse(*ret_url, &url, &why) != VT_OK)
        return vt_api_refuse_field(call, "/url", "The address cannot be asked: %s.", vt_buf_cstr(&why));
    if (!call->api->deps.config->media_fetch_private && (!url.origin.tls || url.origin.port != 443))
        return vt_api_refuse_field(call, "/url", "The address must be https, on port 443.");
    return VT_OK;
}

static bool is_type(struct vt_str name)
{
    for (size_t i = 0; i < vt_hook_types_n; i++)
        if (vt_str_eq(name, vt_str(vt_hook_types[i].name)))
            return true;
    return false;
}

/* As the store has them: " a b ". */
static int take_events(struct vt_api_call *call, struct vt_str *ret_events)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf words = VT_BUF_INIT(VT_HOOK_EVENTS);
    const json_t *list = json_object_get(call->tree, "events");
    size_t n = json_array_size(list);
    if (n == 0 || n > EVENTS_MOST)
        return vt_api_refuse_field(call, "/events", "events must name one event or more.");
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        struct vt_str name = { json_string_value(item), json_string_length(item) };
        if (!name.ptr || !is_type(name))
            return vt_api_refuse_field(call, "/events", "There is no event of one of these names.");
        vt_buf_byte(&words, ' ');
        vt_buf_str(&words, name);
    }
    vt_buf_byte(&words, ' ');
    *ret_events = words.failed ? (struct vt_str){ 0 } : vt_api_keep(call, vt_buf_view(&words));
    return ret_events->ptr ? VT_OK : vt_api_refuse_field(call, "/events", "Name each event once.");
}

static int take_hook(struct vt_api_call *call, struct vt_hook *ret_hook)
{
    int err = take_url(call, &ret_hook->url);
    ret_hook->texts = json_is_true(json_object_get(call->tree, "texts"));
    return err ? err : take_events(call, &ret_hook->events);
}

/* A new secret goes into the answer, and sealed into *ret_sealed. */
static int make_secret(struct vt_api_call *call, struct vt_str id, struct vt_str *ret_sealed)
{
    char text[VT_WEBHOOK_SECRET], sealed[VT_SEAL_TEXT];
    int err = vt_hook_secret(call->api->deps.seal, call->site, id, text, sealed);
    if (err)
        return err;
    *ret_sealed = vt_api_keep(call, vt_str(sealed));
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "id", id);
    vt_json_put_text(&call->out, "secret", vt_str(text));
    vt_buf_byte(&call->out, '}');
    vt_secret_wipe(text, sizeof(text));
    return ret_sealed->ptr ? VT_OK : VT_ERR_NOMEM;
}

int vt_api_hook_add(struct vt_api_call *call, struct vt_manage *manage)
{
    char id[VT_ID_TEXT];
    struct vt_hook hook = { .created = vt_wall_ms() };
    int err = take_hook(call, &hook);
    vt_id_new(id);
    hook.id = vt_str(id);
    if (!err)
        err = make_secret(call, hook.id, &hook.secret);
    if (!err)
        err = vt_hook_add(manage, call->site, &hook);
    if (err == VT_ERR_FULL)
        return vt_api_refuse(call, 409, "most", "There are enough",
                             "A site has %d webhooks at most: remove one first.", VT_HOOKS_MOST);
    if (err)
        return err;
    vt_api_note(call, "webhook.add", hook.id, "{\"texts\":%s}", hook.texts ? "true" : "false");
    call->status = 201;
    return VT_OK;
}

int vt_api_hook_put(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_hook hook = { .id = call->id };
    int err = vt_str_eq(call->id, VT_HOOK_MERCHANT) ? VT_ERR_MISSING : take_hook(call, &hook);
    if (!err)
        err = vt_hook_put(manage, call->site, &hook);
    if (err)
        return err;
    vt_api_note(call, "webhook.change", call->id, "{\"texts\":%s}", hook.texts ? "true" : "false");
    call->status = 204;
    return VT_OK;
}

int vt_api_hook_remove(struct vt_api_call *call, struct vt_manage *manage)
{
    vt_api_note(call, "webhook.remove", call->id, "{}");
    call->status = 204;
    return vt_hook_remove(manage, call->site, call->id);
}

int vt_api_hook_secret(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_hook hook;
    struct vt_str sealed;
    int err = vt_hook_get(manage, call->site, call->id, &call->arena, &hook);
    if (!err)
        err = make_secret(call, hook.id, &sealed);
    if (!err)
        err = vt_hook_rotate(manage, call->site, call->id, sealed, vt_wall_ms() + VT_HOOK_OVERLAP_MS);
    if (!err)
        vt_api_note(call, "webhook.secret", call->id, "{}");
    return err;
}

int vt_api_hook_retry(struct vt_api_call *call, struct vt_manage *manage)
{
    vt_api_note(call, "webhook.retry", call->id, "{}");
    call->status = 204;
    return vt_hook_wake(manage, call->site, call->id, vt_wall_ms());
}

void vt_api_hook_look(struct vt_api_call *call)
{
    vt_hooks_look(call->api->deps.hooks);
    vt_api_conclude(call);
}

/* --- the test button ------------------------------------------------------------------------ */

int vt_api_hook_test(struct vt_api_call *call, struct vt_manage *manage)
{
    call->hook = vt_arena_alloc(&call->arena, sizeof(*call->hook));
    int err = call->hook ? vt_hook_get(manage, call->site, call->id, &call->arena, call->hook) : VT_ERR_NOMEM;
    if (!err)
        vt_api_note(call, "webhook.test", call->id, "{}");
    return err;
}

static void handle_tested(void *arg, const struct vt_hook_result *result)
{
    struct vt_api_call *call = arg;
    vt_buf_byte(&call->out, '{');
    vt_json_put_raw(&call->out, "taken", result->why ? VT_STR("false") : VT_STR("true"));
    vt_json_put_number(&call->out, "status", result->status);
    vt_json_put_number(&call->out, "took", result->took_ms);
    vt_json_put_text(&call->out, "why", vt_str(result->why));
    vt_buf_byte(&call->out, '}');
    vt_api_conclude(call);
}

void vt_api_hook_test_now(struct vt_api_call *call)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(TEST_BYTES);
    vt_buf_byte(&body, '{');
    vt_json_put_text(&body, "type", VT_STR("webhook.test"));
    vt_buf_printf(&body, ",\"timestamp\":%lld,\"data\":{", (long long)vt_wall_ms());
    vt_json_put_text(&body, "webhook", call->hook->id);
    vt_buf_text(&body, "}}");
    int err = vt_hooks_try(call->api->deps.hooks, call->site, call->hook, vt_buf_view(&body), handle_tested,
                           call);
    if (err == VT_ERR_INVALID) {
        vt_api_refuse(call, 409, "secret", "The secret cannot be opened",
                      "The server's key file was changed: make a new secret.");
        vt_api_answer(call);
    } else if (err) {
        vt_api_answer_busy(call, "Too many requests are under way.");
    }
}

/* --- the shop's own data -------------------------------------------------------------------- */

int vt_api_merchant(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_hook hook;
    int err = vt_hook_get(manage, call->site, VT_HOOK_MERCHANT, &call->arena, &hook);
    if (err && err != VT_ERR_MISSING)
        return err;
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "url", err ? VT_STR("") : hook.url);
    put_list(&call->out, "asks", err ? VT_STR("") : hook.events);
    if (!err)
        put_secret_until(&call->out, &hook);
    if (!err)
        vt_json_put_text(&call->out, "why", hook.why);
    vt_buf_byte(&call->out, '}');
    return VT_OK;
}

static int take_asks(struct vt_api_call *call, struct vt_str *ret_asks)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf words = VT_BUF_INIT(VT_HOOK_EVENTS);
    const json_t *list = json_object_get(call->tree, "asks");
    if (!json_is_array(list))
        return vt_api_refuse_field(call, "/asks", "asks must be a list.");
    vt_buf_byte(&words, ' ');
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        struct vt_str name = { json_string_value(item), json_string_length(item) };
        if (!name.ptr || !vt_merchant_is_ask(name) || words.failed)
            return vt_api_refuse_field(call, "/asks", "asks are customer, orders, wishlist and reconcile.");
        vt_buf_str(&words, name);
        vt_buf_byte(&words, ' ');
    }
    *ret_asks = vt_api_keep(call, vt_buf_view(&words));
    return ret_asks->ptr ? VT_OK : VT_ERR_NOMEM;
}

int vt_api_merchant_put(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_hook hook = { .id = VT_HOOK_MERCHANT, .created = vt_wall_ms() };
    int err = take_url(call, &hook.url);
    if (!err)
        err = take_asks(call, &hook.events);
    if (err)
        return err;
    err = vt_hook_put(manage, call->site, &hook);
    call->status = 204;
    if (err == VT_ERR_MISSING) { /* the first time: with a secret */
        call->status = 201;
        err = make_secret(call, hook.id, &hook.secret);
        if (!err)
            err = vt_hook_add(manage, call->site, &hook);
    }
    if (!err)
        vt_api_note(call, "merchant.change", call->site, "{}");
    return err;
}

/* What was asked of another address, or under another word, is asked anew. */
void vt_api_merchant_after(struct vt_api_call *call)
{
    vt_merchant_forget_site(call->api->deps.merchant, call->site);
    vt_api_conclude(call);
}
