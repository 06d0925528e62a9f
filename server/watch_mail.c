/* SPDX-License-Identifier: Apache-2.0 */
#include "server/watch_mail.h"

#include <stdlib.h>

#include "server/back_link.h"
#include "server/base/err.h"
#include "server/letter.h"
#include "server/mail.h"
#include "server/profile.h"

enum { TEXT_BYTES = 16384, SUBJECT_BYTES = 512, ABOUT_MOST = 96 };

/* One on its way: two secrets are stored, then it leaves. */
struct letter {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], to[VT_MAIL_ADDRESS + 1], about[ABOUT_MOST];
    char stop[VT_ID_TEXT];
    int64_t until;
    struct vt_buf subject, text, unsubscribe; /* owned */
    vt_store_done_fn *done;
    void *arg;
};

static void letter_free(struct letter *letter)
{
    vt_buf_finish(&letter->subject);
    vt_buf_finish(&letter->text);
    vt_buf_finish(&letter->unsubscribe);
    free(letter);
}

static void finish(void *arg, int err)
{
    struct letter *letter = arg;
    vt_store_done_fn *done = letter->done;
    void *to = letter->arg;
    letter_free(letter);
    done(to, err);
}

/* --- its text ---------------------------------------------------------------------------------- */

static void say(struct letter *letter, struct vt_buf *out, const char *text,
                const struct vt_letter_blank *blanks)
{
    vt_letter_fill(out, text, blanks, NULL);
    if (out == &letter->text)
        vt_buf_byte(out, '\n');
}

static void write_letter(struct letter *letter, const struct vt_site *site,
                         const struct vt_letter_locale *locale, const struct vt_t_watch *note,
                         struct vt_str back)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf price = VT_BUF_INIT(512);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf was = VT_BUF_INIT(512);
    char date[VT_LETTER_DATE];
    const char *const *words = locale->words;
    vt_letter_price(locale, note->cost, note->currency, &price);
    if (note->was.len > 0)
        vt_letter_price(locale, note->was, note->currency, &was);
    vt_letter_date(locale, letter->until, date);
    const struct vt_letter_blank piece[] = { { "piece", note->title },     { "price", vt_buf_view(&price) },
                                             { "was", vt_buf_view(&was) }, { "url", back },
                                             { "date", vt_str(date) },     { 0 } };
    say(letter, &letter->subject, words[note->stock ? VT_LETTER_WATCH_STOCK : VT_LETTER_WATCH_PRICE], piece);
    if (note->stock)
        say(letter, &letter->text, words[VT_LETTER_WATCH_STOCK], piece);
    say(letter, &letter->text, words[note->was.len > 0 ? VT_LETTER_WATCH_NOW : VT_LETTER_WATCH_HAS], piece);
    vt_buf_byte(&letter->text, '\n');
    say(letter, &letter->text, words[VT_LETTER_WATCH_SEE], piece);
    vt_buf_printf(&letter->text, "\n-- \n%s\n\n", site->name);
    say(letter, &letter->text, words[VT_LETTER_WATCH_ASKED], piece);
    const struct vt_letter_blank stop[] = { { "url", vt_buf_view(&letter->unsubscribe) }, { 0 } };
    say(letter, &letter->text, words[VT_LETTER_WATCH_STOP], stop);
}

/* --- its way ----------------------------------------------------------------------------------- */

static void handle_sent(void *arg, int err)
{
    /* It went out before, or this address has had its share for today: the thread has it all the same. */
    finish(arg, err == VT_ERR_RATE_LIMITED ? VT_OK : err);
}

static void handle_stop(void *arg, int err)
{
    struct letter *letter = arg;
    const struct vt_site *site = vt_sites_by_id(letter->app->deps.sites, vt_str(letter->site));
    if (!err && !site)
        err = VT_ERR_MISSING;
    struct vt_str header = vt_buf_view(&letter->unsubscribe);
    if (header.len < 8 || memcmp(header.ptr, "https://", 8) != 0)
        header = (struct vt_str){ 0 }; /* without TLS, as for trying out, it is in the text alone */
    if (!err) {
        const struct vt_mail mail = { .site = vt_str(letter->site),
                                      .conv = vt_str(letter->conv),
                                      .to = vt_str(letter->to),
                                      .from_name = vt_str(site->name),
                                      .subject = vt_buf_view(&letter->subject),
                                      .text = vt_buf_view(&letter->text),
                                      .unsubscribe = header,
                                      .about = vt_str(letter->about),
                                      .about_most = 1 };
        err = vt_mail_send(letter->app->deps.mailer, &mail, handle_sent, letter);
    }
    if (err)
        finish(letter, err);
}

static void handle_back(void *arg, int err)
{
    struct letter *letter = arg;
    struct vt_store_once once = { .site = vt_str(letter->site),
                                  .conv = vt_str(letter->conv),
                                  .kind = VT_STR(VT_WATCH_STOP),
                                  .expires = vt_steady_of(letter->until) };
    if (!err)
        err = vt_store_once_put(letter->app->deps.store, vt_str(letter->stop), &once, false, handle_stop,
                                letter);
    if (err)
        finish(letter, err);
}

static struct letter *letter_create(const struct vt_conversation *conv, struct vt_str to, struct vt_str about)
{
    struct letter *letter = calloc(1, sizeof(*letter));
    if (!letter)
        return NULL;
    letter->app = conv->app;
    memcpy(letter->site, conv->site, sizeof(letter->site));
    memcpy(letter->conv, conv->conv, sizeof(letter->conv));
    vt_str_copy(letter->to, sizeof(letter->to), to);
    vt_str_copy(letter->about, sizeof(letter->about), about);
    vt_buf_init(&letter->subject, SUBJECT_BYTES);
    vt_buf_init(&letter->text, TEXT_BYTES);
    vt_buf_init(&letter->unsubscribe, 1024);
    return letter;
}

int vt_watch_mail(struct vt_conversation *conv, const struct vt_t_watch *note, int64_t until,
                  struct vt_str about, vt_store_done_fn *done, void *arg)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf back = VT_BUF_INIT(4096);
    struct vt_t_profile profile;
    char secret[VT_ID_TEXT];
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    vt_arena_init(&arena, 65536);
    vt_profile_read(conv, &arena, &profile);
    if (!site || !conv->app->deps.mailer || !vt_mailer_is_set_up(conv->app->deps.mailer) ||
        profile.customer.email.len == 0)
        return VT_ERR_MISSING;
    struct letter *letter = letter_create(conv, profile.customer.email, about);
    if (!letter)
        return VT_ERR_OVERLOADED;
    letter->until = until;
    letter->done = done;
    letter->arg = arg;
    vt_id_new(secret);
    vt_id_new(letter->stop);
    vt_back_link_write(site, note->url, secret, &back);
    vt_buf_printf(&letter->unsubscribe, "%s/w/#%s.%s", vt_sites_own_first(conv->app->deps.sites), site->key,
                  letter->stop);
    write_letter(letter, site, vt_letter_locale(profile.lang), note, vt_buf_view(&back));
    int err = letter->text.failed || letter->subject.failed || back.failed ? VT_ERR_FULL : VT_OK;
    if (!err)
        err = vt_back_link_put(conv->app, vt_str(letter->site), vt_str(letter->conv), secret, handle_back,
                               letter);
    if (err)
        letter_free(letter);
    return err;
}
