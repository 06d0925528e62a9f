/* SPDX-License-Identifier: Apache-2.0 */
#include "server/contact.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/log.h"
#include "server/mail.h"
#include "server/people.h"
#include "server/profile.h"
#include "server/queue.h"
#include "server/session.h"
#include "server/site.h"

enum { RESTORE_MAX = 5000, EMAIL_MAX = 254, LINK_DAYS = 14, LETTER_BYTES = 32768 };

bool vt_email_valid(struct vt_str email)
{
    const char *at = memchr(email.ptr, '@', email.len);
    if (!at || at == email.ptr || email.len > EMAIL_MAX)
        return false;
    for (size_t i = 0; i < email.len; i++)
        if ((unsigned char)email.ptr[i] <= ' ' || email.ptr[i] == 0x7f ||
            strchr("<>(),;:\\\"[]", email.ptr[i]))
            return false;
    size_t host = email.len - (size_t)(at + 1 - email.ptr);
    const char *dot = memchr(at + 1, '.', host);
    return !memchr(at + 1, '@', host) && dot && dot != at + 1 && email.ptr[email.len - 1] != '.';
}

static void set_waiting(struct vt_conversation *conv, int64_t since)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, 65536);
    vt_profile_read(conv, &arena, &profile);
    if (since > 0 && profile.customer.email.len == 0)
        return; /* nobody could be answered */
    profile.contact = since;
    profile.has_contact = since > 0;
    if (vt_profile_write(conv, &profile) != VT_OK)
        vt_log(VT_LOG_WARN, "contact.store", VT_LOG_T("conv", conv->conv));
    vt_queue_row_changed(conv);
}

/* --- the answer by mail -------------------------------------------------------------------- */

static bool is_customer_here(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->peer->role == VT_ROLE_CUSTOMER && member->peer->phase != VT_PHASE_CLOSING)
            return true;
    return false;
}

/* The page the customer was on, if it is one of the site's; else the site's first. Without its fragment. */
static void write_page(const struct vt_conversation *conv, const struct vt_site *site, struct vt_buf *out)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_page page;
    struct vt_error error;
    struct vt_str url = VT_STR("/");
    vt_arena_init(&arena, 65536);
    if (conv->trail_n > 0 &&
        vt_decode_body(&arena, &vt_shape_page, vt_str(conv->trail[conv->trail_n - 1].body), &page, &error) ==
            VT_OK)
        url = page.url;
    const char *fragment = url.len > 0 ? memchr(url.ptr, '#', url.len) : NULL;
    if (fragment)
        url.len = (size_t)(fragment - url.ptr);
    for (size_t i = 0; site->origins[i]; i++) {
        size_t n = strlen(site->origins[i]);
        if (url.len > n && memcmp(url.ptr, site->origins[i], n) == 0 && url.ptr[n] == '/') {
            vt_buf_str(out, url);
            return;
        }
    }
    bool inside = url.len > 0 && url.ptr[0] == '/' && (url.len == 1 || url.ptr[1] != '/');
    vt_buf_text(out, site->origins[0] ? site->origins[0] : "");
    vt_buf_str(out, inside ? url : VT_STR("/"));
}

struct letter {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], to[EMAIL_MAX + 1];
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
        vt_log(VT_LOG_WARN, "contact.mail", VT_LOG_T("err", vt_err_name(err)));
}

/* The link is good from now on. */
static void handle_link(void *arg, int err)
{
    struct letter *letter = arg;
    const struct vt_site *site = vt_sites_by_id(letter->app->deps.sites, vt_str(letter->site));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf subject = VT_BUF_INIT(400);
    if (!err && site) {
        vt_buf_printf(&subject, "An answer from %s", site->name);
        struct vt_mail mail = { .site = vt_str(letter->site),
                                .conv = vt_str(letter->conv),
                                .to = vt_str(letter->to),
                                .from_name = vt_str(site->name),
                                .subject = vt_buf_view(&subject),
                                .text = vt_buf_view(&letter->text) };
        err = vt_mail_send(letter->app->deps.mailer, &mail, handle_mailed, NULL);
    }
    if (err)
        handle_mailed(NULL, err);
    letter_free(letter);
}

static void write_letter(const struct vt_conversation *conv, const struct vt_site *site, struct vt_str text,
                         const char *secret, struct vt_buf *out)
{
    vt_buf_str(out, text);
    vt_buf_printf(out, "\n\n-- \n%s\n\nAnswer, or read it all: ", site->name);
    write_page(conv, site, out);
    vt_buf_printf(out, "#vt=%s\nThe link is yours alone and works once, within %d days.\n", secret,
                  LINK_DAYS);
}

static void send_mail(struct vt_conversation *conv, struct vt_str to, struct vt_str text)
{
    struct vt_app *app = conv->app;
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(conv->site));
    struct letter *letter = site ? calloc(1, sizeof(*letter)) : NULL;
    char secret[VT_ID_TEXT];
    if (!letter)
        return;
    vt_id_new(secret);
    letter->app = app;
    memcpy(letter->site, conv->site, sizeof(letter->site));
    memcpy(letter->conv, conv->conv, sizeof(letter->conv));
    vt_str_copy(letter->to, sizeof(letter->to), to);
    vt_buf_init(&letter->text, LETTER_BYTES);
    write_letter(conv, site, text, secret, &letter->text);
    struct vt_store_once once = { .site = vt_str(conv->site),
                                  .conv = vt_str(conv->conv),
                                  .kind = VT_STR("back"),
                                  .expires = vt_wall_ms() + LINK_DAYS * (int64_t)86400000 };
    if (vt_store_once_put(app->deps.store, vt_str(secret), &once, false, handle_link, letter) != VT_OK)
        handle_link(letter, VT_ERR_FULL);
}

static void mail_answer(struct vt_conversation *conv, struct vt_str text)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, 65536);
    vt_profile_read(conv, &arena, &profile);
    if (text.len > 0 && profile.customer.email.len > 0 && conv->app->deps.mailer &&
        vt_mailer_is_set_up(conv->app->deps.mailer))
        send_mail(conv, profile.customer.email, text);
}

void vt_contact_said(struct vt_conversation *conv, const char *by, struct vt_str text, bool note)
{
    bool customer = strcmp(by, "c") == 0, runs = vt_session_runs(&conv->session);
    if (customer && conv->contact == 0 && !runs)
        set_waiting(conv, vt_wall_ms());
    if (customer || note)
        return;
    if (conv->contact > 0)
        set_waiting(conv, 0);
    if (!runs && !is_customer_here(conv))
        mail_answer(conv, text);
}

/* --- the start ----------------------------------------------------------------------------- */

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    (void)arg;
    (void)conv;
    if (err)
        vt_log(VT_LOG_WARN, "contact.restore", VT_LOG_T("err", vt_err_name(err)));
}

static void handle_names(void *arg, int err, const struct vt_store_name *names, size_t n)
{
    struct vt_app *app = arg;
    if (err)
        vt_log(VT_LOG_ERROR, "contact.restore", VT_LOG_T("err", vt_err_name(err)));
    for (size_t i = 0; !err && i < n; i++)
        if (vt_conv_load(app, names[i].site, names[i].conv, handle_loaded, NULL) != VT_OK)
            vt_log(VT_LOG_WARN, "contact.restore", VT_LOG_S("conv", names[i].conv));
}

void vt_contact_restore(struct vt_app *app)
{
    if (vt_store_contacts(app->deps.store, RESTORE_MAX, handle_names, app) != VT_OK)
        vt_log(VT_LOG_ERROR, "contact.restore", VT_LOG_T("err", "full"));
}
