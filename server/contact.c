/* SPDX-License-Identifier: Apache-2.0 */
#include "server/contact.h"

#include "server/answer_mail.h"
#include "server/base/err.h"
#include "server/log.h"
#include "server/people.h"
#include "server/profile.h"
#include "server/queue.h"
#include "server/session.h"

enum { RESTORE_MAX = 5000, EMAIL_MAX = 254 };

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

void vt_contact_said(struct vt_conversation *conv, const char *by, struct vt_str text, bool note)
{
    bool customer = strcmp(by, "c") == 0, runs = vt_session_runs(&conv->session);
    if (customer && conv->contact == 0 && !runs)
        set_waiting(conv, vt_wall_ms());
    if (customer || note)
        return;
    if (!runs && text.len > 0)
        vt_answer_mail_said(conv);
    if (conv->contact > 0)
        set_waiting(conv, 0);
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
