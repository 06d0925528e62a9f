/* SPDX-License-Identifier: Apache-2.0 */
/* A mail whose texts are a stranger's, a line each: to, from whom, answers to, subject, then the text. What
 * is written has one header of each kind, no line that the others did not make, and none beyond what mail
 * allows. */
#include <stdint.h>
#include <stdlib.h>

#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/mail.h"

enum { HEADER_LINE = 998 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NUL may come: whoever sends a mail has UTF-8 from JSON, which has none here. */
static struct vt_str next_line(struct vt_str *rest)
{
    const char *stop = rest->len > 0 ? memchr(rest->ptr, '\n', rest->len) : NULL;
    struct vt_str line = { rest->ptr, stop ? (size_t)(stop - rest->ptr) : rest->len };
    rest->ptr += line.len + (stop != NULL);
    rest->len -= line.len + (stop != NULL);
    return line;
}

static void check_header(struct vt_str mail)
{
    static const char *const once[] = { "To: ", "From: ", "Subject: ", "Date: ", "Message-ID: " };
    unsigned seen[VT_COUNT(once)] = { 0 };
    const char *end = memmem(mail.ptr, mail.len, "\r\n\r\n", 4), *at = mail.ptr;
    if (!end)
        abort();
    while (at < end + 2) {
        const char *stop = memmem(at, (size_t)(mail.ptr + mail.len - at), "\r\n", 2);
        size_t len = (size_t)(stop - at);
        if (len > HEADER_LINE || memchr(at, '\r', len) || memchr(at, '\n', len) || memchr(at, '\0', len) ||
            (len >= 4 && strncasecmp(at, "Bcc:", 4) == 0))
            abort();
        for (size_t i = 0; i < VT_COUNT(once); i++)
            seen[i] += len >= strlen(once[i]) && strncasecmp(at, once[i], strlen(once[i])) == 0;
        at = stop + 2;
    }
    for (size_t i = 0; i < VT_COUNT(once); i++)
        if (seen[i] != 1)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(1 << 22);
    struct vt_str rest = { (const char *)data, size };
    struct vt_mail mail = { .to = next_line(&rest) };
    mail.from_name = next_line(&rest);
    mail.reply_to = next_line(&rest);
    mail.subject = next_line(&rest);
    mail.text = rest;
    if (!vt_utf8_valid((const char *)data, size) || !vt_mail_address_ok(mail.to))
        return 0;
    if (!vt_mail_address_ok(mail.reply_to))
        mail.reply_to = (struct vt_str){ 0 };
    if (vt_mail_write(&mail, VT_STR("shop@shop.example"), "id", 1700000000000, &out) == VT_OK)
        check_header(vt_buf_view(&out));
    return 0;
}
