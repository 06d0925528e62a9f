/* SPDX-License-Identifier: Apache-2.0 */
/* A name or an address has been closed for a while: one record, and a mail to whom the name belongs, once
 * each time. The answer to the attempts says nothing of either, and the mail holds no link: whoever guesses
 * gains nothing by sending it. */
#include "server/api/login_internal.h"
#include "server/base/err.h"
#include "server/log.h"

enum { TEXT_BYTES = 1024 };

static void tell(struct vt_api_login *login, const struct vt_store_person *person)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(TEXT_BYTES);
    const struct vt_site *site = vt_sites_by_id(login->deps.sites, person->site);
    if (!site || person->mail.len == 0 || !login->deps.mailer || login->closed)
        return;
    vt_buf_printf(
        &text,
        "Hello %.*s,\n\nsomebody tried %lld times to log in under your name at %s, and failed. Logging "
        "in under your name is closed for %d minutes, whoever tries.\n\nWas it you? Wait, then try "
        "again, or ask an admin of your shop for a new password.\n\nWas it not? Nothing of yours was "
        "opened. Tell an admin of your shop if this mail comes again.\n",
        VT_STR_ARG(person->name), (long long)login->deps.config->login_tries, site->name,
        VT_LOGIN_WINDOW_MS / 60000);
    const struct vt_mail mail = { .site = person->site,
                                  .to = person->mail,
                                  .from_name = vt_str(site->name),
                                  .subject = VT_STR("Logging in under your name is closed for a while"),
                                  .text = vt_buf_view(&text) };
    int err = vt_mail_send(login->deps.mailer, &mail, NULL, NULL);
    if (err && err != VT_ERR_MISSING) /* without mail set up nobody is told */
        vt_log(VT_LOG_WARN, "login.mail", VT_LOG_T("error", vt_err_name(err)));
}

void vt_login_name_failed(struct vt_api_login *login, struct vt_str name,
                          const struct vt_store_person *person)
{
    if (!vt_login_limit_closes(login->names, name))
        return;
    vt_login_note(login, "login.locked", person, "{\"by\":\"name\"}");
    if (person)
        tell(login, person);
}

void vt_login_address_closed(struct vt_api_login *login, struct vt_str address)
{
    if (vt_login_limit_closes(login->addresses, address))
        vt_login_note(login, "login.locked", NULL, "{\"by\":\"address\"}");
}
