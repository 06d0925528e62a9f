/* SPDX-License-Identifier: Apache-2.0 */
#include "server/answer_mail.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/back_link.h"
#include "server/base/err.h"
#include "server/letter.h"
#include "server/log.h"
#include "server/mail.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/site.h"

enum { EMAIL_MAX = 254, LETTER_BYTES = 128 * 1024, ROWS_MAX = 50, WINDOWS_MOST = 10 };

/* --- the letter ---------------------------------------------------------------------------- */

/* The page the customer was on. */
static struct vt_str page_of(const struct vt_conversation *conv, struct vt_arena *arena)
{
    struct vt_t_page page;
    struct vt_error error;
    if (conv->trail_n > 0 &&
        vt_decode_body(arena, &vt_shape_page, vt_str(conv->trail[conv->trail_n - 1].body), &page, &error) ==
            VT_OK)
        return page.url;
    return VT_STR("/");
}

/* One that gathers its lines, then its link, then leaves. */
struct letter {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], to[EMAIL_MAX + 1];
    const struct vt_letter_locale *locale;
    uint32_t read;      /* the customer has read up to here */
    struct vt_buf text; /* owned */
};

static void letter_free(struct letter *letter)
{
    vt_buf_finish(&letter->text);
    free(letter);
}

static void handle_mailed(void *arg, int err)
{
    (void)arg;
    if (err)
        vt_log(VT_LOG_WARN, "answer.mail", VT_LOG_T("err", vt_err_name(err)));
}

static void give_up(struct letter *letter, int err)
{
    handle_mailed(NULL, err);
    letter_free(letter);
}

/* The link is good from now on. */
static void handle_link(void *arg, int err)
{
    struct letter *letter = arg;
    const struct vt_site *site = vt_sites_by_id(letter->app->deps.sites, vt_str(letter->site));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf subject = VT_BUF_INIT(400);
    if (!err && site) {
        const struct vt_letter_blank blanks[] = { { "site", vt_str(site->name) }, { 0 } };
        vt_letter_fill(&subject, letter->locale->words[VT_LETTER_ANSWER], blanks, NULL);
        struct vt_mail mail = { .site = vt_str(letter->site),
                                .to = vt_str(letter->to),
                                .from_name = vt_str(site->name),
                                .subject = vt_buf_view(&subject),
                                .text = vt_buf_view(&letter->text),
                                .conv = vt_str(letter->conv),
                                .about = VT_STR("answer") };
        err = vt_mail_send(letter->app->deps.mailer, &mail, handle_mailed, NULL);
    }
    give_up(letter, err);
}

static const char *kind_word(const struct letter *letter, enum vt_chat_kind kind)
{
    return kind == VT_CHAT_KIND_PICTURE   ? letter->locale->words[VT_LETTER_PICTURE]
           : kind == VT_CHAT_KIND_FILM    ? letter->locale->words[VT_LETTER_FILM]
           : kind == VT_CHAT_KIND_FILE    ? letter->locale->words[VT_LETTER_FILE]
           : kind == VT_CHAT_KIND_PRODUCT ? letter->locale->words[VT_LETTER_PRODUCT]
                                          : vt_chat_kind_name(kind);
}

/* A line of text, or the name of what mail does not show. */
static void put_line(struct letter *letter, const struct vt_store_row *row)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_evt_chat_send d;
    struct vt_error error;
    vt_arena_init(&arena, LETTER_BYTES);
    bool staff = !vt_str_eq(row->by, VT_STR("c")) && vt_str_eq(row->op, VT_STR("chat.send"));
    if (!staff || row->cs <= letter->read ||
        vt_decode_body(&arena, vt_op_rows[VT_OP_CHAT_SEND].evt, row->body, &d, &error) != VT_OK ||
        d.kind == VT_CHAT_KIND_NOTE)
        return;
    if (letter->text.len > 0)
        vt_buf_text(&letter->text, "\n\n");
    if (d.kind != VT_CHAT_KIND_TEXT)
        vt_buf_printf(&letter->text, "[%s] ", kind_word(letter, d.kind));
    vt_buf_str(&letter->text, d.body.text);
}

static int put_link(struct letter *letter, const struct vt_conversation *conv)
{
    const struct vt_site *site = vt_sites_by_id(letter->app->deps.sites, vt_str(letter->site));
    char secret[VT_ID_TEXT], days[8];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf url = VT_BUF_INIT(4096);
    if (!site)
        return VT_ERR_MISSING;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, 65536);
    vt_id_new(secret);
    vt_back_link_write(site, page_of(conv, &arena), secret, &url);
    snprintf(days, sizeof(days), "%d", VT_BACK_LINK_DAYS);
    const struct vt_letter_blank blanks[] = { { "url", vt_buf_view(&url) }, { "days", vt_str(days) }, { 0 } };
    vt_buf_printf(&letter->text, "\n\n-- \n%s\n\n", site->name);
    vt_letter_fill(&letter->text, letter->locale->words[VT_LETTER_READ], blanks, NULL);
    vt_buf_byte(&letter->text, '\n');
    vt_letter_fill(&letter->text, letter->locale->words[VT_LETTER_ONCE], blanks, NULL);
    vt_buf_byte(&letter->text, '\n');
    if (letter->text.failed || url.failed)
        return VT_ERR_FULL;
    return vt_back_link_put(letter->app, vt_str(letter->site), vt_str(letter->conv), secret, handle_link,
                            letter);
}

static void handle_lines(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct letter *letter = arg;
    struct vt_conversation *conv = vt_conv_find(letter->app, vt_str(letter->site), vt_str(letter->conv));
    (void)more; /* the link leads to the rest */
    for (size_t i = 0; i < n && !err; i++)
        put_line(letter, &rows[i]);
    if (!err && (!conv || letter->text.len == 0)) {
        letter_free(letter); /* all was read */
        return;
    }
    if (!err)
        err = put_link(letter, conv);
    if (err)
        give_up(letter, err);
}

/* --- the window ---------------------------------------------------------------------------- */

static void begin_to(struct vt_conversation *conv, struct vt_str to, struct vt_str lang)
{
    struct vt_app *app = conv->app;
    const struct vt_person *person = vt_people_find(conv, "c");
    struct letter *letter = calloc(1, sizeof(*letter));
    if (!letter)
        return;
    letter->app = app;
    memcpy(letter->site, conv->site, sizeof(letter->site));
    memcpy(letter->conv, conv->conv, sizeof(letter->conv));
    vt_str_copy(letter->to, sizeof(letter->to), to);
    letter->locale = vt_letter_locale(lang.len > 0 ? lang : vt_str(conv->session.lang));
    letter->read = person ? person->read : 0;
    vt_buf_init(&letter->text, LETTER_BYTES);
    int err = vt_store_since(app->deps.store, vt_str(conv->site), vt_str(conv->conv),
                             1 << VT_AUDIENCE_CUSTOMER, conv->answer.after, ROWS_MAX, handle_lines, letter);
    if (err)
        give_up(letter, err);
}

void vt_answer_mail_said(struct vt_conversation *conv)
{
    const int64_t window = conv->app->deps.config->answer_window, now = vt_now_ms();
    if (vt_practice_is(conv) || vt_conv_has_customer(conv) || !conv->app->deps.mailer ||
        !vt_mailer_is_set_up(conv->app->deps.mailer))
        return;
    if (conv->answer.due_ms == 0) {
        conv->answer.after = conv->cs - 1;
        conv->answer.last_ms = now + WINDOWS_MOST * window;
    }
    conv->answer.due_ms = now + window < conv->answer.last_ms ? now + window : conv->answer.last_ms;
}

static void begin(struct vt_conversation *conv)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, 65536);
    vt_profile_read(conv, &arena, &profile);
    if (profile.customer.email.len > 0 && !vt_conv_has_customer(conv))
        begin_to(conv, profile.customer.email, profile.lang);
}

void vt_answer_mail_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    if (conv->answer.due_ms == 0 || now_ms < conv->answer.due_ms)
        return;
    conv->answer.due_ms = 0;
    begin(conv);
}
