/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine admin mail`: the outbox, and a mail to see that it works. */
#include <stdio.h>
#include <time.h>

#include "server/admin_internal.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log_escape.h"
#include "server/mail.h"

enum { SHOWN_MOST = 200 };

static void print_mail(const struct vt_manage_mail *mail)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(8192);
    char created[32];
    time_t seconds = (time_t)(mail->created / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(created, sizeof(created), "%Y-%m-%d %H:%M", &tm);
    if (mail->why.ptr)
        vt_log_escape_text(&why, mail->why);
    printf("%s  %-7.*s  %.*s", created, VT_STR_ARG(mail->state), VT_STR_ARG(mail->to));
    if (mail->why.ptr)
        printf("  %u tries: %s", mail->tries, vt_buf_cstr(&why));
    printf("\n");
}

static int run_mail(struct vt_admin *admin)
{
    struct vt_store_site site;
    struct vt_manage_mail *mails = NULL;
    size_t n = 0, retried = 0;
    int status = vt_admin_find_site(admin, &site), err = VT_OK;
    if (status)
        return status;
    if (admin->values[VT_ADMIN_RETRY])
        err = vt_manage_mails_retry(admin->manage, site.site, vt_wall_ms(), &retried);
    if (!err)
        err = vt_manage_mails(admin->manage, site.site, &admin->arena, SHOWN_MOST, &mails, &n);
    if (err)
        return vt_admin_fail_store(admin, err, "The mails cannot be read");
    if (admin->values[VT_ADMIN_RETRY])
        printf("%zu are tried again\n", retried);
    if (n == 0)
        printf("no mail of the last days\n");
    for (size_t i = 0; i < n; i++)
        print_mail(&mails[i]);
    return 0;
}

/* Into the outbox, so it takes the way of every other mail. */
static int run_test(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(65536);
    struct vt_store_site site;
    char id[VT_ID_TEXT];
    int64_t now = vt_wall_ms();
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    vt_id_new(id);
    const struct vt_mail mail = {
        .site = site.site,
        .to = vt_str(admin->values[VT_ADMIN_TO]),
        .from_name = site.name,
        .subject = VT_STR("Vitrine can send mail \xe2\x9c\x93"),
        .text = VT_STR(
            "This is a test from `vitrine admin mail test`.\nIf you can read it, mail is set up.\n"),
        .html = VT_STR("<!doctype html><p>This is a test from <code>vitrine admin mail test</code>.</p>"
                       "<p>If you can read it, mail is set up.</p>"),
    };
    if (vt_mail_write(&mail, vt_str(admin->values[VT_ADMIN_FROM]), id, now, &body) != VT_OK)
        return vt_admin_fail("--to and --from must each be one address, as shop@example.com.");
    const struct vt_store_mail row = { .site = site.site,
                                       .id = vt_str(id),
                                       .to = mail.to,
                                       .body = vt_buf_view(&body),
                                       .created = now,
                                       .next = now };
    int err = vt_manage_mail_add(admin->manage, &row, 0);
    if (err)
        return vt_admin_fail_store(admin, err, "The mail cannot be stored");
    printf("A running server with --mail-url sends it within ten seconds; vitrine admin mail shows how it "
           "went.\n");
    return 0;
}

const struct vt_admin_command vt_admin_mail_commands[] = {
    { "mail", VT_ADMIN_BIT(SITE), VT_ADMIN_BIT(RETRY), NULL,
      "Shows a site's mails of the last days: waiting, sent, or dead and why.", run_mail },
    { "mail test", VT_ADMIN_BIT(SITE) | VT_ADMIN_BIT(TO) | VT_ADMIN_BIT(FROM), 0, NULL,
      "Sends a mail to see that it works.", run_test },
    { 0 },
};
