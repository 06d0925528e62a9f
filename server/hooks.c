/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooks.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/list.h"
#include "server/hooks_mail.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/quota.h"

enum {
    LOOK_MS = 500,
    TRY_MS = 10000,
    REST_MS = 30000,  /* when the store cannot note what was sent */
    SENDING_MOST = 4, /* of the eight that outgoing runs */
    CHAIN_MOST = 32,  /* of one conversation, before others are looked for */
    NOTED_MOST = 64,
    NAME_BYTES = 96,
    PLACE_BYTES = 160,
    WHY_BYTES = VT_OUTGOING_WHY + 1,
    ARENA_BYTES = 16 << 20,
    EVENT_BYTES = 2 << 20
};

struct vt_hooks {
    struct vt_hooks_deps deps;
    struct vt_timer look;
    bool looking, again;       /* the store is asked for what is due; something came meanwhile */
    int64_t noted[NOTED_MOST]; /* tried since it was asked: its answer may be older */
    size_t noted_n;
    struct vt_list sending; /* list of delivery.link */
    size_t sending_n;
    int64_t rest_until_ms; /* monotonic; nothing is sent before */
    bool closing;
};

/* One event on its way, or the result of that being stored; then the next of its conversation. */
struct delivery {
    struct vt_list link;
    struct vt_hooks *hooks;
    struct vt_arena arena, next_arena; /* of the events */
    struct vt_hook_event event, next;
    bool has_next, off;
    char why[WHY_BYTES];
    int64_t began_ms;
    struct vt_hook_try tried;
    unsigned sent_n; /* one after the other */
};

#define METRIC(word)                                                                                         \
    {                                                                                                        \
        .name = "vitrine_webhooks_total", .help = "Webhooks by how a try ended.",                            \
        .labels = "result=\"" word "\"", .kind = VT_METRIC_COUNTER                                           \
    }
static struct vt_metric counts[] = { [VT_HOOK_TAKEN] = METRIC("taken"),
                                     [VT_HOOK_REFUSED] = METRIC("refused"),
                                     [VT_HOOK_FAILED] = METRIC("failed"),
                                     [VT_HOOK_GONE] = METRIC("gone") };

static void add_metrics(void)
{
    static bool is_added;
    for (size_t i = 0; i < VT_COUNT(counts) && !is_added; i++)
        vt_metrics_add(&counts[i]);
    is_added = true;
}

/* --- secrets -------------------------------------------------------------------------------- */

static struct vt_str place_of(struct vt_str site, struct vt_str id, char text[PLACE_BYTES])
{
    snprintf(text, PLACE_BYTES, "webhook %.*s %.*s", VT_STR_ARG(site), VT_STR_ARG(id));
    return vt_str(text);
}

_Static_assert((int)VT_WEBHOOK_KEY_NEW == (int)VT_SEAL_BYTES, "a key is what a seal holds");

int vt_hook_secret(const struct vt_seal *seal, struct vt_str site, struct vt_str id,
                   char ret_text[VT_WEBHOOK_SECRET], char ret_sealed[VT_SEAL_TEXT])
{
    char place[PLACE_BYTES];
    struct vt_webhook_key key;
    vt_webhook_key_new(&key);
    vt_webhook_key_text(&key, ret_text);
    int err = vt_seal_put(seal, place_of(site, id, place), key.bytes, ret_sealed);
    vt_secret_wipe(&key, sizeof(key));
    return err;
}

static int open_key(const struct vt_seal *seal, struct vt_str site, struct vt_str id, struct vt_str sealed,
                    struct vt_webhook_key *ret_key)
{
    char place[PLACE_BYTES];
    ret_key->n = VT_SEAL_BYTES;
    return vt_seal_get(seal, place_of(site, id, place), sealed, ret_key->bytes);
}

int vt_hook_keys(const struct vt_seal *seal, struct vt_str site, const struct vt_hook *hook, int64_t now,
                 struct vt_webhook_key ret_keys[VT_WEBHOOK_KEYS], size_t *ret_n)
{
    int err = open_key(seal, site, hook->id, hook->secret, &ret_keys[0]);
    bool both = hook->former.len > 0 && hook->former_until > now &&
                open_key(seal, site, hook->id, hook->former, &ret_keys[1]) == VT_OK;
    *ret_n = both ? 2 : 1;
    return err;
}

/* --- one request ------------------------------------------------------------------------------ */

static int post(struct vt_hooks *hooks, struct vt_str site, const struct vt_hook *hook, struct vt_str id,
                struct vt_str body, vt_outgoing_done_fn *done, void *arg)
{
    struct vt_webhook_key keys[VT_WEBHOOK_KEYS];
    struct vt_webhook_headers headers;
    int64_t now = vt_wall_ms();
    size_t n = 0;
    int err = vt_hook_keys(hooks->deps.seal, site, hook, now, keys, &n);
    if (!err)
        err = vt_webhook_sign(keys, n, id, now / 1000, body, &headers);
    vt_secret_wipe(keys, sizeof(keys));
    if (err)
        return err;
    const struct vt_outgoing_request request = { .site = site,
                                                 .url = hook->url,
                                                 .body = body,
                                                 .type = VT_STR("application/json"),
                                                 .headers = headers.list,
                                                 .out_fd = -1,
                                                 .time_ms = TRY_MS };
    return vt_outgoing_fetch(hooks->deps.outgoing, &request, done, arg);
}

/* An answer that is too long is an answer: its status has come. */
static enum vt_hook_end judge(const struct vt_outgoing_result *result, char *why, size_t size)
{
    int status = result->status;
    bool answered = status > 0 && (!result->err || result->err == VT_OUTGOING_TOO_BIG);
    if (answered && status >= 200 && status <= 299)
        return VT_HOOK_TAKEN;
    if (answered && status >= 300 && status <= 399)
        snprintf(why, size, "It answered %d, a redirect; webhooks follow none.", status);
    else if (answered)
        snprintf(why, size, "It answered %d.", status);
    else
        snprintf(why, size, "%s.", result->why);
    if (answered && status == 410)
        return VT_HOOK_GONE;
    return answered && status >= 400 && status <= 499 && status != 408 && status != 429 ? VT_HOOK_REFUSED
                                                                                        : VT_HOOK_FAILED;
}

/* --- what is due ------------------------------------------------------------------------------ */

static void delivery_free(struct delivery *delivery)
{
    vt_list_remove(&delivery->link);
    delivery->hooks->sending_n--;
    vt_arena_finish(&delivery->arena);
    vt_arena_finish(&delivery->next_arena);
    free(delivery);
}

static void delivery_end(struct delivery *delivery)
{
    struct vt_hooks *hooks = delivery->hooks;
    delivery_free(delivery);
    if (!hooks->closing)
        vt_hooks_look(hooks);
}

/* What is in `event` from now on. */
static void delivery_go_on(struct delivery *delivery)
{
    struct vt_arena spent = delivery->arena;
    delivery->arena = delivery->next_arena;
    delivery->event = delivery->next;
    delivery->has_next = false;
    delivery->why[0] = '\0';
    vt_arena_finish(&spent);
    vt_arena_init(&delivery->next_arena, EVENT_BYTES);
}

static void delivery_send(struct delivery *delivery);

static void handle_stored(void *arg, int err)
{
    struct delivery *delivery = arg;
    struct vt_hooks *hooks = delivery->hooks;
    if (hooks->noted_n < NOTED_MOST)
        hooks->noted[hooks->noted_n++] = delivery->event.n;
    if (err) { /* it is due as before: sent again and again it would drown the other side */
        vt_log(VT_LOG_ERROR, "webhook.store", VT_LOG_T("err", vt_err_name(err)));
        hooks->rest_until_ms = vt_now_ms() + REST_MS;
    } else if (delivery->off) {
        vt_log(VT_LOG_WARN, "webhook.off", VT_LOG_T("hook", delivery->event.hook.ptr),
               VT_LOG_N("status", delivery->tried.status));
    }
    if (err || hooks->closing || !delivery->has_next) {
        delivery_end(delivery);
        return;
    }
    delivery_go_on(delivery);
    delivery_send(delivery);
}

/* The mail in the same transaction: whoever is switched off is told of, once. And what follows, since looking
 * for what is due reads past everything that waits in this conversation. */
static int work_tried(struct vt_manage *manage, void *arg)
{
    struct delivery *delivery = arg;
    vt_arena_reset(&delivery->next_arena);
    int err = vt_hook_tried(manage, &delivery->tried, &delivery->off);
    if (!err && delivery->off)
        err = vt_hooks_mail_off(manage, delivery->hooks->deps.config, &delivery->tried);
    if (err || delivery->tried.end != VT_HOOK_TAKEN || delivery->sent_n >= CHAIN_MOST)
        return err;
    err = vt_hook_following(manage, &delivery->event, delivery->tried.now, &delivery->next_arena,
                            &delivery->next);
    delivery->has_next = err == VT_OK;
    return err == VT_ERR_MISSING ? VT_OK : err;
}

static void conclude(struct delivery *delivery, enum vt_hook_end end, int status)
{
    const struct vt_config *config = delivery->hooks->deps.config;
    vt_metric_inc(&counts[end], 1);
    delivery->tried = (struct vt_hook_try){ .site = delivery->event.site,
                                            .hook = delivery->event.hook,
                                            .n = delivery->event.n,
                                            .now = vt_wall_ms(),
                                            .end = end,
                                            .status = status,
                                            .took_ms = (uint32_t)(vt_now_ms() - delivery->began_ms),
                                            .why = vt_str(delivery->why[0] ? delivery->why : NULL),
                                            .wait_ms = config->webhook_wait,
                                            .give_up_ms = config->webhook_give_up };
    if (end != VT_HOOK_TAKEN)
        vt_log(VT_LOG_INFO, "webhook.put-off", VT_LOG_T("hook", delivery->event.hook.ptr),
               VT_LOG_N("status", status));
    if (vt_store_work(delivery->hooks->deps.store, work_tried, handle_stored, delivery) != VT_OK)
        handle_stored(delivery, VT_ERR_FULL);
}

static void handle_sent(void *arg, const struct vt_outgoing_result *result)
{
    struct delivery *delivery = arg;
    if (result->err == VT_OUTGOING_CLOSED) /* no try: the next start begins where we are */
        delivery_end(delivery);
    else
        conclude(delivery, judge(result, delivery->why, sizeof(delivery->why)), result->status);
}

/* What cannot be sent stays due, and the next look asks again. */
static void delivery_send(struct delivery *delivery)
{
    const struct vt_hook_event *event = &delivery->event;
    delivery->began_ms = vt_now_ms();
    delivery->sent_n++;
    int err = post(delivery->hooks, event->site, event->to, event->id, event->body, handle_sent, delivery);
    if (err == VT_ERR_INVALID) { /* the key file was changed */
        vt_str_copy(delivery->why, sizeof(delivery->why),
                    VT_STR("The secret cannot be opened: make a new one."));
        conclude(delivery, VT_HOOK_FAILED, 0);
    } else if (err) {
        delivery_free(delivery);
    }
}

static void send_event(struct vt_hooks *hooks, const struct vt_hook_event *event)
{
    struct delivery *delivery = calloc(1, sizeof(*delivery));
    if (!delivery)
        return;
    delivery->hooks = hooks;
    vt_arena_init(&delivery->arena, EVENT_BYTES);
    vt_arena_init(&delivery->next_arena, EVENT_BYTES);
    vt_list_append(&hooks->sending, &delivery->link);
    hooks->sending_n++;
    if (vt_hook_event_copy(event, &delivery->arena, &delivery->event) == VT_OK)
        delivery_send(delivery);
    else
        delivery_free(delivery);
}

/* Not while its conversation is under way, nor when as many are as may be of its address or its site. */
static bool may_send(const struct vt_hooks *hooks, const struct vt_hook_event *event)
{
    size_t of_hook = 0, of_site = 0;
    bool itself = false;
    VT_LIST_EACH (delivery, (struct vt_list *)&hooks->sending, struct delivery, link) {
        const struct vt_hook_event *other = &delivery->event;
        bool is_site = vt_str_eq(other->site, event->site);
        bool is_hook = is_site && vt_str_eq(other->hook, event->hook);
        of_site += is_site;
        of_hook += is_hook;
        itself |= is_hook && vt_str_eq(other->conv, event->conv);
    }
    for (size_t i = 0; i < hooks->noted_n; i++)
        itself |= hooks->noted[i] == event->n;
    return !itself && of_hook < (event->to->tries > 0 ? 1 : 2) &&
           of_site < vt_quotas_share(hooks->deps.quotas, SENDING_MOST);
}

struct looking {
    struct vt_hooks *hooks;
    struct vt_arena arena;
    struct vt_hook_event *events;
    size_t n;
};

static int look_due(struct vt_manage *manage, void *arg)
{
    struct looking *looking = arg;
    return vt_hooks_due(manage, vt_wall_ms(), &looking->arena, &looking->events, &looking->n);
}

static void handle_due(void *arg, int err)
{
    struct looking *looking = arg;
    struct vt_hooks *hooks = looking->hooks;
    hooks->looking = false;
    if (err && !hooks->closing)
        vt_log(VT_LOG_ERROR, "webhook.read", VT_LOG_T("err", vt_err_name(err)));
    bool is_known = hooks->noted_n < NOTED_MOST; /* what of it was tried meanwhile */
    for (size_t i = 0;
         !err && !hooks->closing && is_known && i < looking->n && hooks->sending_n < SENDING_MOST; i++) {
        if (may_send(hooks, &looking->events[i]))
            send_event(hooks, &looking->events[i]);
    }
    vt_arena_finish(&looking->arena);
    free(looking);
    if (hooks->again && !hooks->closing)
        vt_hooks_look(hooks);
}

void vt_hooks_look(struct vt_hooks *hooks)
{
    hooks->again = hooks->looking;
    if (hooks->looking || hooks->closing || hooks->sending_n >= SENDING_MOST ||
        vt_now_ms() < hooks->rest_until_ms)
        return;
    struct looking *looking = calloc(1, sizeof(*looking));
    if (!looking)
        return;
    looking->hooks = hooks;
    vt_arena_init(&looking->arena, ARENA_BYTES);
    hooks->noted_n = 0;
    hooks->looking = vt_store_look(hooks->deps.store, look_due, handle_due, looking) == VT_OK;
    if (!hooks->looking) {
        vt_arena_finish(&looking->arena);
        free(looking);
    }
}

static void handle_timer(void *arg)
{
    vt_hooks_look(arg);
}

/* --- by hand ---------------------------------------------------------------------------------- */

struct trying {
    vt_hook_result_fn *done;
    void *arg;
    int64_t began_ms;
};

static void handle_tried(void *arg, const struct vt_outgoing_result *result)
{
    struct trying *trying = arg;
    char why[WHY_BYTES] = "";
    judge(result, why, sizeof(why));
    trying->done(trying->arg, &(struct vt_hook_result){ .status = result->status,
                                                        .took_ms = (uint32_t)(vt_now_ms() - trying->began_ms),
                                                        .why = why[0] ? why : NULL });
    free(trying);
}

int vt_hooks_try(struct vt_hooks *hooks, struct vt_str site, const struct vt_hook *hook, struct vt_str body,
                 vt_hook_result_fn *done, void *arg)
{
    char id[VT_ID_TEXT + 4] = "evt_";
    struct trying *trying = malloc(sizeof(*trying));
    if (!trying)
        return VT_ERR_NOMEM;
    *trying = (struct trying){ done, arg, vt_now_ms() };
    vt_id_new(id + 4);
    int err = post(hooks, site, hook, vt_str(id), body, handle_tried, trying);
    if (err)
        free(trying);
    return err;
}

/* --- life -------------------------------------------------------------------------------------- */

struct vt_hooks *vt_hooks_create(const struct vt_hooks_deps *deps)
{
    struct vt_hooks *hooks = calloc(1, sizeof(*hooks));
    if (!hooks)
        return NULL;
    hooks->deps = *deps;
    vt_list_init(&hooks->sending);
    add_metrics();
    vt_timer_init(deps->loop, &hooks->look, handle_timer, hooks);
    vt_timer_start(&hooks->look, 0, LOOK_MS);
    return hooks;
}

void vt_hooks_close(struct vt_hooks *hooks)
{
    if (!hooks || hooks->closing)
        return;
    hooks->closing = true;
    vt_timer_close(&hooks->look, NULL);
}

void vt_hooks_destroy(struct vt_hooks *hooks)
{
    free(hooks);
}
