/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/conversation.h"
#include "server/hooks.h"
#include "server/merchant_internal.h"

enum {
    TIME_MS = 5000,
    KEY_BYTES = 160,
    QUESTION_BYTES = 1024,
    REPLY_BYTES = 60000, /* what one message down may hold */
    WHY_BYTES = 400,
    HOOK_ARENA = 64 << 10,
    LOOK_MS = 1000,
    LISTED = 20
};

bool vt_merchant_is_ask(struct vt_str word)
{
    static const char *const words[] = { "customer", "orders", "wishlist", "reconcile" };
    for (size_t i = 0; i < VT_COUNT(words); i++)
        if (vt_str_eq(word, vt_str(words[i])))
            return true;
    return false;
}

/* --- what is kept ----------------------------------------------------------------------------- */

struct kept {
    struct vt_list link;               /* in vt_merchant.kept_list */
    char key[KEY_BYTES], *sub, *reply; /* owned */
    size_t bytes;
    int64_t until_ms;
};

static struct vt_str key_of(struct vt_str site, struct vt_str conv, enum vt_merchant_ask what,
                            char text[KEY_BYTES])
{
    snprintf(text, KEY_BYTES, "%.*s %.*s %s", VT_STR_ARG(site), VT_STR_ARG(conv), vt_merchant_ask_name(what));
    return vt_str(text);
}

static void drop(struct vt_merchant *merchant, struct kept *kept)
{
    if (!kept)
        return;
    vt_map_remove(&merchant->kept, vt_str(kept->key));
    vt_list_remove(&kept->link);
    merchant->kept_bytes -= kept->bytes;
    vt_secret_wipe(kept->reply, strlen(kept->reply));
    free(kept->reply);
    free(kept->sub);
    free(kept);
}

static struct kept *oldest(struct vt_merchant *merchant)
{
    return VT_CONTAINER_OF(merchant->kept_list.next, struct kept, link);
}

static void keep(struct vt_merchant *merchant, struct vt_str key, const char *sub, struct vt_str reply)
{
    struct kept *kept = calloc(1, sizeof(*kept));
    drop(merchant, vt_map_get(&merchant->kept, key));
    if (!kept)
        return;
    vt_list_init(&kept->link);
    vt_str_copy(kept->key, sizeof(kept->key), key);
    kept->sub = strdup(sub);
    kept->reply = vt_str_dup(reply);
    kept->bytes = sizeof(*kept) + reply.len;
    kept->until_ms = vt_now_ms() + VT_MERCHANT_LIFE_MS;
    if (!kept->sub || !kept->reply || vt_map_set(&merchant->kept, vt_str(kept->key), kept) != VT_OK) {
        free(kept->sub);
        free(kept->reply);
        free(kept);
        return;
    }
    vt_list_append(&merchant->kept_list, &kept->link);
    merchant->kept_bytes += kept->bytes;
    while (merchant->kept_bytes > VT_MERCHANT_KEPT)
        drop(merchant, oldest(merchant));
}

/* NULL: none that is young enough and about this customer. */
static const struct kept *find(struct vt_merchant *merchant, const struct vt_merchant_question *question)
{
    char text[KEY_BYTES];
    struct kept *kept = vt_map_get(&merchant->kept,
                                   key_of(question->site, question->conv, question->what, text));
    if (!kept ||
        (!question->fresh && kept->until_ms > vt_now_ms() && vt_str_eq(vt_str(kept->sub), question->sub)))
        return kept;
    drop(merchant, kept);
    return NULL;
}

void vt_merchant_forget_site(struct vt_merchant *merchant, struct vt_str site)
{
    VT_LIST_EACH (kept, &merchant->kept_list, struct kept, link)
        if (strncmp(kept->key, site.ptr, site.len) == 0 && kept->key[site.len] == ' ')
            drop(merchant, kept);
}

/* Nothing outlives its five minutes, looked at or not. */
static void sweep(struct vt_merchant *merchant)
{
    VT_LIST_EACH (kept, &merchant->kept_list, struct kept, link)
        if (kept->until_ms <= vt_now_ms())
            drop(merchant, kept);
}

/* --- one call --------------------------------------------------------------------------------- */

static void end_call(struct vt_merchant_call *call, const struct vt_t_merchant_answer *answer,
                     const char *why)
{
    call->done(call->arg, answer, why);
}

/* The whole answer; absent: it cannot be read. */
static struct vt_str read_all(struct vt_merchant_call *call)
{
    size_t n = (size_t)call->result.bytes;
    char *text = n <= VT_MERCHANT_BYTES ? vt_arena_alloc(&call->arena, n + 1) : NULL;
    for (size_t at = 0; text && at < n;) {
        ssize_t got = pread(call->fd, text + at, n - at, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return (struct vt_str){ 0 };
        at += (size_t)got;
    }
    return text ? (struct vt_str){ text, n } : (struct vt_str){ 0 };
}

static void handle_answer(void *arg, const struct vt_outgoing_result *result)
{
    struct vt_merchant_call *call = arg;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(WHY_BYTES);
    struct vt_t_merchant_answer answer = { 0 };
    call->result = *result;
    if (result->err == VT_OUTGOING_TOO_BIG)
        vt_buf_printf(&why, "The shop's server answered more than %d KiB.", VT_MERCHANT_BYTES / 1024);
    else if (result->err)
        vt_buf_printf(&why, "The shop's server cannot be asked: %s.", result->why);
    else if (result->status != 200)
        vt_buf_printf(&why, "The shop's server answered %d instead of 200.", result->status);
    else
        vt_merchant_read(&call->arena, read_all(call), &answer, &why);
    if (why.len > 0 || why.failed)
        end_call(call, NULL, vt_buf_cstr(&why));
    else
        end_call(call, &answer, NULL);
}

int vt_merchant_post(struct vt_merchant *merchant, struct vt_merchant_call *call, struct vt_str site,
                     const struct vt_hook *hook, struct vt_str body, vt_merchant_answered_fn *done, void *arg)
{
    struct vt_webhook_key keys[VT_WEBHOOK_KEYS];
    struct vt_webhook_headers headers;
    char id[VT_ID_TEXT + 4] = "ask_";
    int64_t now = vt_wall_ms();
    size_t n = 0;
    *call = (struct vt_merchant_call){ .merchant = merchant, .done = done, .arg = arg };
    vt_arena_init(&call->arena, VT_MERCHANT_ARENA);
    call->fd = memfd_create("merchant", MFD_CLOEXEC);
    vt_id_new(id + 4);
    int err = call->fd >= 0 ? vt_hook_keys(merchant->deps.seal, site, hook, now, keys, &n) : VT_ERR_IO;
    if (!err)
        err = vt_webhook_sign(keys, n, vt_str(id), now / 1000, body, &headers);
    vt_secret_wipe(keys, sizeof(keys));
    const struct vt_outgoing_request request = { .site = site,
                                                 .url = hook->url,
                                                 .body = body,
                                                 .type = VT_STR("application/json"),
                                                 .accept = "application/json",
                                                 .headers = headers.list,
                                                 .out_fd = call->fd,
                                                 .max_bytes = VT_MERCHANT_BYTES,
                                                 .time_ms = TIME_MS };
    return err ? err : vt_outgoing_fetch(merchant->deps.outgoing, &request, handle_answer, call);
}

void vt_merchant_call_finish(struct vt_merchant_call *call)
{
    if (call->fd >= 0)
        close(call->fd);
    call->fd = -1;
    vt_arena_finish(&call->arena);
}

/* --- one question ----------------------------------------------------------------------------- */

struct asking {
    struct vt_list link; /* in vt_merchant.asking */
    struct vt_merchant *merchant;
    bool forgotten; /* the conversation was erased meanwhile */
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], sub[129];
    enum vt_merchant_ask what;
    struct vt_arena arena; /* of `hook` */
    struct vt_hook hook;
    struct vt_merchant_call call;
    vt_merchant_fn *done;
    void *arg;
};

static void asking_end(struct asking *asking, const struct vt_rep_merchant_ask *rep)
{
    struct vt_merchant *merchant = asking->merchant;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf reply = VT_BUF_INIT(REPLY_BYTES);
    const struct vt_shape *shape = vt_op_rows[VT_OP_MERCHANT_ASK].rep;
    char key[KEY_BYTES];
    int err = asking->forgotten ? VT_ERR_GONE : vt_encode_body(&reply, shape, rep);
    if (err) {
        const struct vt_rep_merchant_ask failed = {
            .state = VT_MERCHANT_STATE_FAILED,
            .why = asking->forgotten ? VT_STR("The conversation was erased.")
                                     : VT_STR("The shop's server answered too much to be shown.")
        };
        vt_buf_reset(&reply);
        vt_encode_body(&reply, shape, &failed);
    }
    /* Failures are not kept: whoever asks again asks the shop. */
    if (!err && rep->state == VT_MERCHANT_STATE_OK && !merchant->closing)
        keep(merchant, key_of(vt_str(asking->site), vt_str(asking->conv), asking->what, key), asking->sub,
             vt_buf_view(&reply));
    asking->done(asking->arg, vt_buf_view(&reply));
    merchant->asking_n--;
    vt_list_remove(&asking->link);
    vt_merchant_call_finish(&asking->call);
    vt_arena_finish(&asking->arena);
    free(asking);
}

static void asking_fail(struct asking *asking, const char *why)
{
    asking_end(asking,
               &(struct vt_rep_merchant_ask){ .state = VT_MERCHANT_STATE_FAILED, .why = vt_str(why) });
}

/* What was not asked for is not passed on, whatever else the answer holds. */
static void handle_answered(void *arg, const struct vt_t_merchant_answer *answer, const char *why)
{
    struct asking *asking = arg;
    struct vt_rep_merchant_ask rep = { .state = VT_MERCHANT_STATE_OK, .at = vt_wall_ms(), .has_at = true };
    if (!answer) {
        asking_fail(asking, why);
        return;
    }
    if (asking->what == VT_MERCHANT_ASK_CUSTOMER)
        rep.customer = answer->customer;
    if (asking->what == VT_MERCHANT_ASK_ORDERS) {
        rep.orders = answer->orders;
        rep.orders_n = answer->orders_n < LISTED ? answer->orders_n : LISTED;
    }
    if (asking->what == VT_MERCHANT_ASK_WISHLIST) {
        rep.wishlist = answer->wishlist;
        rep.wishlist_n = answer->wishlist_n;
    }
    asking_end(asking, &rep);
}

static bool is_offered(const struct vt_hook *hook, enum vt_merchant_ask what)
{
    char word[32];
    int n = snprintf(word, sizeof(word), " %s ", vt_merchant_ask_name(what));
    return hook->events.len >= (size_t)n && strstr(hook->events.ptr, word) != NULL;
}

static void put_question(struct vt_buf *out, const struct asking *asking)
{
    vt_buf_printf(out, "{\"type\":\"%s\",\"customer\":{\"sub\":", vt_merchant_ask_name(asking->what));
    vt_buf_json_string(out, vt_str(asking->sub));
    vt_buf_text(out, "}}");
}

static void handle_hook(void *arg, int err)
{
    struct asking *asking = arg;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(QUESTION_BYTES);
    if (err && err != VT_ERR_MISSING) {
        asking_fail(asking, "The server is busy: try again in a moment.");
    } else if (err || !is_offered(&asking->hook, asking->what)) {
        asking_end(asking, &(struct vt_rep_merchant_ask){ .state = VT_MERCHANT_STATE_OFF });
    } else {
        put_question(&body, asking);
        err = asking->merchant->closing
                  ? VT_ERR_GONE
                  : vt_merchant_post(asking->merchant, &asking->call, vt_str(asking->site), &asking->hook,
                                     vt_buf_view(&body), handle_answered, asking);
        if (err)
            asking_fail(
                asking,
                err == VT_ERR_INVALID
                    ? "The secret of the shop's server cannot be opened: an admin must make a new one."
                    : "The server is busy: try again in a moment.");
    }
}

static int look_hook(struct vt_manage *manage, void *arg)
{
    struct asking *asking = arg;
    return vt_hook_get(manage, vt_str(asking->site), VT_HOOK_MERCHANT, &asking->arena, &asking->hook);
}

int vt_merchant_look(struct vt_merchant *merchant, const struct vt_merchant_question *question,
                     vt_merchant_fn *done, void *arg)
{
    const struct kept *kept = find(merchant, question);
    if (kept) {
        done(arg, vt_str(kept->reply));
        return VT_OK;
    }
    if (merchant->asking_n >= VT_MERCHANT_ASKING || merchant->closing)
        return VT_ERR_FULL;
    struct asking *asking = calloc(1, sizeof(*asking));
    if (!asking)
        return VT_ERR_NOMEM;
    *asking = (struct asking){ .merchant = merchant, .what = question->what, .done = done, .arg = arg };
    asking->call.fd = -1;
    vt_str_copy(asking->site, sizeof(asking->site), question->site);
    vt_str_copy(asking->conv, sizeof(asking->conv), question->conv);
    vt_str_copy(asking->sub, sizeof(asking->sub), question->sub);
    vt_arena_init(&asking->arena, HOOK_ARENA);
    if (vt_store_look(merchant->deps.store, look_hook, handle_hook, asking) != VT_OK) {
        vt_arena_finish(&asking->arena);
        free(asking);
        return VT_ERR_FULL;
    }
    vt_list_append(&merchant->asking, &asking->link);
    merchant->asking_n++;
    return VT_OK;
}

void vt_merchant_forget(struct vt_merchant *merchant, struct vt_str site, struct vt_str conv)
{
    char text[KEY_BYTES];
    for (int what = 0; what < VT_MERCHANT_ASK_COUNT; what++)
        drop(merchant, vt_map_get(&merchant->kept, key_of(site, conv, (enum vt_merchant_ask)what, text)));
    VT_LIST_EACH (asking, &merchant->asking, struct asking, link)
        asking->forgotten |= vt_str_eq(vt_str(asking->conv), conv) && vt_str_eq(vt_str(asking->site), site);
}

/* --- life ------------------------------------------------------------------------------------- */

static void handle_look(void *arg)
{
    struct vt_merchant *merchant = arg;
    sweep(merchant);
    vt_merchant_orders_look(merchant);
}

struct vt_merchant *vt_merchant_create(const struct vt_merchant_deps *deps)
{
    struct vt_merchant *merchant = calloc(1, sizeof(*merchant));
    if (!merchant)
        return NULL;
    merchant->deps = *deps;
    vt_map_init(&merchant->kept);
    vt_list_init(&merchant->kept_list);
    vt_list_init(&merchant->asking);
    vt_timer_init(deps->loop, &merchant->look, handle_look, merchant);
    vt_timer_start(&merchant->look, LOOK_MS, LOOK_MS);
    return merchant;
}

void vt_merchant_begin(struct vt_merchant *merchant, struct vt_app *app)
{
    merchant->app = app;
}

void vt_merchant_close(struct vt_merchant *merchant)
{
    if (!merchant || merchant->closing)
        return;
    merchant->closing = true;
    vt_timer_close(&merchant->look, NULL);
}

void vt_merchant_destroy(struct vt_merchant *merchant)
{
    if (!merchant)
        return;
    while (!vt_list_is_empty(&merchant->kept_list))
        drop(merchant, oldest(merchant));
    vt_map_finish(&merchant->kept);
    free(merchant);
}
