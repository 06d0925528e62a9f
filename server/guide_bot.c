/* SPDX-License-Identifier: Apache-2.0 */
#include "server/guide_bot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/api/json.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/bot_answer.h"
#include "server/guide_words.h"
#include "server/guide_work.h"
#include "server/log.h"
#include "server/profile.h"
#include "server/site_secret.h"

enum { QUESTION_BYTES = 32768, WHY_BYTES = 320 };

/* --- one call ---------------------------------------------------------------------------------- */

struct posting {
    int fd;
    vt_bot_fn *done;
    void *arg;
    char text[VT_BOT_BYTES + 1];
};

static int read_keys(const struct vt_site *site, struct vt_webhook_key keys[VT_WEBHOOK_KEYS], size_t *ret_n)
{
    struct vt_sign_keys sign;
    int err = vt_site_keys(site, VT_SITE_BOT, &sign);
    if (err)
        return err;
    memcpy(keys[0].bytes, sign.current, sizeof(sign.current));
    memcpy(keys[1].bytes, sign.previous, sizeof(sign.previous));
    keys[0].n = keys[1].n = VT_SEAL_BYTES;
    *ret_n = sign.has_previous ? 2 : 1;
    vt_secret_wipe(&sign, sizeof(sign));
    return VT_OK;
}

int vt_bot_secret(const struct vt_site *site, char ret_text[VT_WEBHOOK_SECRET])
{
    struct vt_webhook_key keys[VT_WEBHOOK_KEYS];
    size_t n;
    int err = read_keys(site, keys, &n);
    if (!err)
        vt_webhook_key_text(&keys[0], ret_text);
    vt_secret_wipe(keys, sizeof(keys));
    return err;
}

static void posting_free(struct posting *posting)
{
    if (posting->fd >= 0)
        close(posting->fd);
    free(posting);
}

static bool read_text(struct posting *posting, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t got = n <= VT_BOT_BYTES ? pread(posting->fd, posting->text + at, n - at, (off_t)at) : -1;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    posting->text[n] = '\0';
    return true;
}

static void handle_posted(void *arg, const struct vt_outgoing_result *result)
{
    struct posting *posting = arg;
    char why[WHY_BYTES] = "";
    if (result->err == VT_OUTGOING_TOO_BIG)
        snprintf(why, sizeof(why), "It answered more than %d KiB.", VT_BOT_BYTES / 1024);
    else if (result->err)
        snprintf(why, sizeof(why), "It cannot be asked: %.240s.", result->why);
    else if (result->status != 200)
        snprintf(why, sizeof(why), "It answered %d instead of 200.", result->status);
    else if (!read_text(posting, (size_t)result->bytes))
        snprintf(why, sizeof(why), "Its answer could not be kept.");
    posting->done(posting->arg, result, why[0] ? (struct vt_str){ 0 } : vt_str(posting->text),
                  why[0] ? why : NULL);
    posting_free(posting);
}

int vt_bot_post(struct vt_outgoing *outgoing, const struct vt_site *site, struct vt_str url,
                struct vt_str body, vt_bot_fn *done, void *arg)
{
    struct vt_webhook_key keys[VT_WEBHOOK_KEYS];
    struct vt_webhook_headers headers;
    char id[VT_ID_TEXT + 4] = "bot_";
    size_t n = 0;
    struct posting *posting = calloc(1, sizeof(*posting));
    if (!posting)
        return VT_ERR_NOMEM;
    posting->done = done;
    posting->arg = arg;
    posting->fd = memfd_create("bot", MFD_CLOEXEC);
    vt_id_new(id + 4);
    int err = posting->fd >= 0 ? read_keys(site, keys, &n) : VT_ERR_FULL;
    if (!err)
        err = vt_webhook_sign(keys, n, vt_str(id), vt_wall_ms() / 1000, body, &headers);
    vt_secret_wipe(keys, sizeof(keys));
    const struct vt_outgoing_request request = { .site = vt_str(site->id),
                                                 .url = url,
                                                 .body = body,
                                                 .type = VT_STR("application/json"),
                                                 .accept = "application/json",
                                                 .headers = headers.list,
                                                 .out_fd = posting->fd,
                                                 .max_bytes = VT_BOT_BYTES,
                                                 .time_ms = VT_BOT_MS };
    if (!err)
        err = vt_outgoing_fetch(outgoing, &request, handle_posted, posting);
    if (err)
        posting_free(posting);
    return err;
}

/* --- what it is asked -------------------------------------------------------------------------- */

static void put_customer(struct vt_buf *out, const struct vt_t_profile *profile)
{
    const struct vt_t_customer *customer = &profile->customer;
    vt_json_put_raw(out, "customer", VT_STR("{"));
    vt_json_put_raw(out, "verified", customer->verified ? VT_STR("true") : VT_STR("false"));
    if (customer->name.len > 0)
        vt_json_put_text(out, "name", customer->name);
    if (customer->verified && customer->id.len > 0) /* what the shop itself has signed */
        vt_json_put_text(out, "id", customer->id);
    vt_buf_byte(out, '}');
    if (profile->context.len > 0)
        vt_json_put_raw(out, "context", profile->context);
}

static void put_page(struct vt_buf *out, const struct vt_conversation *conv, struct vt_arena *arena)
{
    struct vt_t_page page;
    struct vt_error error;
    if (conv->trail_n == 0 ||
        vt_decode_body(arena, &vt_shape_page, vt_str(conv->trail[conv->trail_n - 1].body), &page, &error) !=
            VT_OK)
        return;
    vt_json_put_raw(out, "page", VT_STR("{"));
    vt_json_put_text(out, "url", page.url);
    vt_json_put_text(out, "title", page.title);
    if (page.product)
        vt_json_put_text(out, "sku", page.product->sku);
    vt_buf_byte(out, '}');
}

static void put_event(struct vt_buf *out, const struct vt_guide_work *work)
{
    const struct vt_guide_event *event = &work->event;
    bool begins = event->what == VT_GUIDE_RESUMES;
    vt_json_put_text(out, "type", begins ? VT_STR("begins") : VT_STR("line"));
    if (event->what == VT_GUIDE_CHOOSES) {
        bool own = event->text.len > 2 && memcmp(event->text.ptr, "b:", 2) == 0;
        struct vt_str id = own ? (struct vt_str){ event->text.ptr + 2, event->text.len - 2 } : event->text;
        vt_json_put_raw(out, "choice", VT_STR("{"));
        vt_json_put_text(out, "id", id);
        vt_json_put_text(out, "label", work->label);
        vt_buf_byte(out, '}');
    } else if (event->text.len > 0) {
        vt_json_put_text(out, "text", event->text);
    }
}

static void write_question(struct vt_guide_work *work, const struct vt_conversation *conv,
                           const struct vt_site *site, struct vt_buf *out)
{
    struct vt_guide_around around;
    struct vt_t_profile profile;
    vt_guide_around(work, conv, site, &around);
    vt_profile_read(conv, &work->arena, &profile);
    vt_buf_byte(out, '{');
    put_event(out, work);
    vt_json_put_text(out, "site", vt_str(site->key));
    vt_json_put_text(out, "conversation", vt_str(conv->conv));
    vt_json_put_number(out, "row", work->about);
    vt_json_put_text(out, "lang", around.lang);
    vt_json_put_text(out, "state",
                     around.waits    ? VT_STR("waiting")
                     : around.closed ? VT_STR("closed")
                                     : VT_STR("nobody"));
    put_customer(out, &profile);
    put_page(out, conv, &work->arena);
    vt_buf_byte(out, '}');
}

/* --- what becomes of it ------------------------------------------------------------------------- */

static void write_choice(struct vt_guide_work *work, struct vt_conversation *conv, struct vt_str person,
                         const struct vt_t_bot_message *message)
{
    struct vt_evt_chat_send d = { .kind = VT_CHAT_KIND_CHOICE, .body = { .text = message->text } };
    struct vt_t_chat_option *options = vt_arena_array(&work->arena, VT_GUIDE_OPTIONS, sizeof(*options));
    for (size_t i = 0; options && i < message->choices_n; i++) {
        char id[32];
        snprintf(id, sizeof(id), "b:%.*s", VT_STR_ARG(message->choices[i].id));
        options[i] = (struct vt_t_chat_option){ vt_arena_str(&work->arena, vt_str(id)),
                                                message->choices[i].label };
    }
    if (!options)
        return;
    options[message->choices_n] = (struct vt_t_chat_option){ VT_STR(VT_GUIDE_PERSON_ID), person };
    d.body.options = options;
    d.body.options_n = message->choices_n + 1;
    vt_guide_write(work, conv, &d);
}

static void write_answer(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site,
                         const struct vt_t_bot_answer *answer)
{
    struct vt_guide_around around;
    vt_guide_around(work, conv, site, &around);
    struct vt_str person = vt_str(vt_guide_locale(around.lang)->words[VT_GUIDE_PERSON]);
    for (size_t i = 0; i < answer->messages_n; i++) {
        const struct vt_t_bot_message *message = &answer->messages[i];
        struct vt_evt_chat_send d = { .kind = VT_CHAT_KIND_TEXT, .body = { .text = message->text } };
        if (message->product.len > 0)
            vt_guide_card(work, conv, site, message->product);
        else if (message->choices_n > 0)
            write_choice(work, conv, person, message);
        else
            vt_guide_write(work, conv, &d);
    }
    bool handover = answer->has_handover && answer->handover;
    work->state.quiet |= handover || (answer->has_end && answer->end);
    work->state.why = (struct vt_str){ 0 };
    if (handover && answer->messages_n == 0) { /* somebody has to say it */
        work->state.quiet = false;
        work->event = (struct vt_guide_event){ VT_GUIDE_CHOOSES, VT_STR(VT_GUIDE_PERSON_ID) };
        vt_guide_by_rules(work, conv, site);
        return;
    }
    vt_guide_end(work);
}

/* Staff read why on top of the thread; the log has it once for a conversation. */
static void go_on(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site,
                  const char *why)
{
    if (work->state.why.len == 0)
        vt_log(VT_LOG_WARN, "helper.bot", VT_LOG_T("site", site->key), VT_LOG_T("why", why));
    work->state.why = vt_arena_str(&work->arena, vt_str(why));
    vt_guide_by_rules(work, conv, site);
}

static void handle_answered(void *arg, const struct vt_outgoing_result *result, struct vt_str text,
                            const char *why)
{
    struct vt_guide_work *work = arg;
    struct vt_conversation *conv = vt_guide_conv(work);
    const struct vt_site *site = conv ? vt_sites_by_id(work->app->deps.sites, vt_str(work->site)) : NULL;
    struct vt_t_bot_answer answer;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf fault = VT_BUF_INIT(WHY_BYTES);
    if (!site || result->err == VT_OUTGOING_CLOSED) {
        vt_guide_leave(work); /* what the bot says is said to nobody */
        return;
    }
    if (!why && vt_bot_read(&work->arena, text, &answer, &fault) != VT_OK)
        why = vt_buf_cstr(&fault);
    if (why)
        go_on(work, conv, site, why);
    else
        write_answer(work, conv, site, &answer);
}

void vt_guide_ask_bot(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(QUESTION_BYTES);
    write_question(work, conv, site, &body);
    int err = body.failed ? VT_ERR_TOO_LARGE
                          : vt_bot_post(work->app->deps.outgoing, site, site->settings->helper.bot.url,
                                        vt_buf_view(&body), handle_answered, work);
    if (err)
        go_on(work, conv, site, "Too many requests are under way.");
}
