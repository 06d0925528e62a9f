/* SPDX-License-Identifier: Apache-2.0 */
/* A mail as bytes: RFC 5322 headers, MIME parts. Written here and not by curl_mime, since the outbox keeps
 * the very bytes that every try sends, and libcurl only writes them into a connection.
 *
 *     multipart/mixed            when there are attachments
 *       multipart/alternative    when there is HTML
 *         text/plain
 *         multipart/related      when pictures stand in it
 *           text/html
 *           image/…, inline
 *
 * All that leaves is 7-bit ASCII in lines of at most 78. No value can end its header: what is a control
 * character becomes a space, what is not ASCII is encoded. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/mail.h"
#include "server/origin.h"

enum { LINE_RAW = 57, LINE_MOST = 76, WORD_RAW = 39, SUBJECT_MOST = 200, NAME_MOST = 100, BOUNDARY = 32 };

/* --- addresses ----------------------------------------------------------------------------- */

static bool is_atom(struct vt_str text)
{
    bool after_dot = true; /* none may begin or end it, nor stand beside another */
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '.' ? after_dot : !letter && (!c || !strchr("!#$%&'*+-/=?^_`{|}~", c)))
            return false;
        after_dot = c == '.';
    }
    return !after_dot;
}

bool vt_mail_address_ok(struct vt_str address)
{
    const char *at = address.ptr ? memchr(address.ptr, '@', address.len) : NULL;
    char host[VT_ORIGIN_TEXT];
    struct vt_origin origin;
    if (!at || address.len > VT_MAIL_ADDRESS)
        return false;
    struct vt_str local = { address.ptr, (size_t)(at - address.ptr) };
    struct vt_str domain = { at + 1, address.len - local.len - 1 };
    if (local.len > 64 || !is_atom(local) || domain.len == 0 || memchr(domain.ptr, ':', domain.len) ||
        memchr(domain.ptr, '\0', domain.len))
        return false;
    snprintf(host, sizeof(host), "https://%.*s", VT_STR_ARG(domain));
    return vt_origin_parse(vt_str(host), &origin) == VT_OK;
}

/* --- encodings ----------------------------------------------------------------------------- */

static void put_base64(struct vt_buf *out, const char *bytes, size_t n)
{
    char text[LINE_RAW / 3 * 4 + 4];
    vt_base64url(bytes, n, text);
    for (char *p = text; *p; p++)
        *p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
    vt_buf_printf(out, "%s%s", text, n % 3 == 0 ? "" : n % 3 == 1 ? "==" : "=");
}

static void put_base64_lines(struct vt_buf *out, struct vt_str bytes)
{
    for (size_t at = 0; at < bytes.len; at += LINE_RAW) {
        put_base64(out, bytes.ptr + at, bytes.len - at < LINE_RAW ? bytes.len - at : LINE_RAW);
        vt_buf_text(out, "\r\n");
    }
}

static bool is_line_end(struct vt_str text, size_t at)
{
    return at == text.len || text.ptr[at] == '\n' ||
           (text.ptr[at] == '\r' && at + 1 < text.len && text.ptr[at + 1] == '\n');
}

/* Quoted-printable (RFC 2045, 6.7): every line end becomes CR LF, long lines are broken softly. */
static void put_quoted(struct vt_buf *out, struct vt_str text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (is_line_end(text, i)) {
            i += c == '\r';
            vt_buf_text(out, "\r\n");
            column = 0;
            continue;
        }
        bool blank = c == ' ' || c == '\t';
        bool plain = (c > 0x20 && c < 0x7f && c != '=') || (blank && !is_line_end(text, i + 1));
        size_t needs = plain ? 1 : 3;
        if (column + needs > LINE_MOST - 1) {
            vt_buf_text(out, "=\r\n");
            column = 0;
        }
        if (plain)
            vt_buf_byte(out, (char)c);
        else
            vt_buf_printf(out, "=%02X", c);
        column += needs;
    }
    vt_buf_text(out, "\r\n");
}

/* --- headers --------------------------------------------------------------------------------- */

/* A copy without control characters, cut at a character's start. */
static struct vt_str make_line(struct vt_str from, char *room, size_t size)
{
    vt_str_copy(room, size, from.ptr ? from : VT_STR(""));
    for (char *p = room; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    return vt_str(room);
}

static bool is_plain(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x7f)
            return false;
    return text.len <= LINE_MOST - 20 && !memmem(text.ptr, text.len, "=?", 2);
}

/* Where a piece of at most WORD_RAW bytes, so that a line with "Subject: " stays below 76, may end without
 * cutting a character. */
static size_t word_length(struct vt_str text)
{
    size_t n = text.len < WORD_RAW ? text.len : WORD_RAW;
    while (n > 1 && n < text.len && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* RFC 2047: encoded words of whole characters, one a line. */
static void put_words(struct vt_buf *out, struct vt_str text)
{
    for (bool first = true; text.len > 0; first = false) {
        size_t n = word_length(text);
        vt_buf_text(out, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        put_base64(out, text.ptr, n);
        vt_buf_text(out, "?=");
        text = (struct vt_str){ text.ptr + n, text.len - n };
    }
}

static void put_subject(struct vt_buf *out, struct vt_str subject)
{
    char line[SUBJECT_MOST + 1];
    struct vt_str text = make_line(subject, line, sizeof(line));
    vt_buf_text(out, "Subject: ");
    if (is_plain(text))
        vt_buf_str(out, text);
    else
        put_words(out, text);
    vt_buf_text(out, "\r\n");
}

/* "Maison \"V\"" <address>, or =?UTF-8?B?…?= <address>. */
static void put_from(struct vt_buf *out, struct vt_str name, struct vt_str address)
{
    char line[NAME_MOST + 1];
    struct vt_str text = make_line(name, line, sizeof(line));
    vt_buf_text(out, "From: ");
    if (text.len > 0 && !is_plain(text)) {
        put_words(out, text);
    } else if (text.len > 0) {
        vt_buf_byte(out, '"');
        for (size_t i = 0; i < text.len; i++) {
            if (text.ptr[i] == '"' || text.ptr[i] == '\\')
                vt_buf_byte(out, '\\');
            vt_buf_byte(out, text.ptr[i]);
        }
        vt_buf_byte(out, '"');
    }
    vt_buf_printf(out, "%s<%.*s>\r\n", text.len > 0 ? "\r\n " : "", VT_STR_ARG(address));
}

/* Not strftime: its names follow the locale. */
static void put_date(struct vt_buf *out, int64_t now_ms)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    vt_buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
                  months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_headers(struct vt_buf *out, const struct vt_mail *mail, struct vt_str from, const char *id,
                        int64_t now_ms)
{
    const char *domain = memchr(from.ptr, '@', from.len);
    put_date(out, now_ms);
    put_from(out, mail->from_name, from);
    vt_buf_printf(out, "To: <%.*s>\r\n", VT_STR_ARG(mail->to));
    if (mail->reply_to.ptr)
        vt_buf_printf(out, "Reply-To: <%.*s>\r\n", VT_STR_ARG(mail->reply_to));
    put_subject(out, mail->subject);
    vt_buf_printf(out, "Message-ID: <%s%.*s>\r\n", id, (int)(from.len - (size_t)(domain - from.ptr)), domain);
    /* RFC 3834: out-of-office replies and list software leave it alone. */
    vt_buf_text(out, "Auto-Submitted: auto-generated\r\n");
    if (mail->unsubscribe.ptr)
        vt_buf_printf(out, "List-Unsubscribe: <%.*s>\r\n", VT_STR_ARG(mail->unsubscribe));
    vt_buf_text(out, "MIME-Version: 1.0\r\n");
}

/* --- parts ------------------------------------------------------------------------------------- */

/* "=_" stands in no quoted-printable and no base64 text, so no content can hold a boundary. */
static void new_boundary(char ret_text[BOUNDARY])
{
    char id[VT_ID_TEXT];
    vt_id_new(id);
    snprintf(ret_text, BOUNDARY, "=_%s", id);
}

static void open_multipart(struct vt_buf *out, const char *kind, const char *boundary)
{
    vt_buf_printf(out, "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n\r\n", kind, boundary);
}

static void put_text(struct vt_buf *out, const char *type, struct vt_str text)
{
    vt_buf_printf(
        out, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", type);
    put_quoted(out, text);
}

static void put_file(struct vt_buf *out, const struct vt_mail_file *file)
{
    vt_buf_printf(out, "Content-Type: %.*s\r\nContent-Transfer-Encoding: base64\r\n", VT_STR_ARG(file->type));
    if (file->cid.ptr)
        vt_buf_printf(out, "Content-ID: <%.*s>\r\n", VT_STR_ARG(file->cid));
    vt_buf_printf(out, "Content-Disposition: %s", file->cid.ptr ? "inline" : "attachment");
    if (file->name.ptr)
        vt_buf_printf(out, ";\r\n filename=\"%.*s\"", VT_STR_ARG(file->name));
    vt_buf_text(out, "\r\n\r\n");
    put_base64_lines(out, file->bytes);
}

static size_t count_files(const struct vt_mail *mail, bool inlined)
{
    size_t n = 0;
    for (size_t i = 0; i < mail->files_n; i++)
        n += (mail->files[i].cid.ptr != NULL) == inlined;
    return n;
}

static void put_files(struct vt_buf *out, const struct vt_mail *mail, bool inlined, const char *boundary)
{
    for (size_t i = 0; i < mail->files_n; i++)
        if ((mail->files[i].cid.ptr != NULL) == inlined) {
            vt_buf_printf(out, "--%s\r\n", boundary);
            put_file(out, &mail->files[i]);
        }
    vt_buf_printf(out, "--%s--\r\n", boundary);
}

static void put_html(struct vt_buf *out, const struct vt_mail *mail)
{
    char boundary[BOUNDARY];
    if (count_files(mail, true) == 0) {
        put_text(out, "text/html", mail->html);
        return;
    }
    new_boundary(boundary);
    open_multipart(out, "related", boundary);
    vt_buf_printf(out, "--%s\r\n", boundary);
    put_text(out, "text/html", mail->html);
    put_files(out, mail, true, boundary);
}

static void put_body(struct vt_buf *out, const struct vt_mail *mail)
{
    char boundary[BOUNDARY];
    if (!mail->html.ptr) {
        put_text(out, "text/plain", mail->text);
        return;
    }
    new_boundary(boundary);
    open_multipart(out, "alternative", boundary);
    vt_buf_printf(out, "--%s\r\n", boundary);
    put_text(out, "text/plain", mail->text);
    vt_buf_printf(out, "--%s\r\n", boundary);
    put_html(out, mail);
    vt_buf_printf(out, "--%s--\r\n", boundary);
}

/* --- checks -------------------------------------------------------------------------------------- */

static bool is_token(struct vt_str text, const char *also)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr(also, c))))
            return false;
    }
    return text.len > 0 && text.len <= 64;
}

static bool is_link(struct vt_str url)
{
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= 0x20 || (unsigned char)url.ptr[i] >= 0x7f ||
            memchr("<>\"", url.ptr[i], 3))
            return false;
    return url.len > 8 && url.len <= 900 && memcmp(url.ptr, "https://", 8) == 0;
}

static bool is_good(const struct vt_mail *mail)
{
    bool good = vt_mail_address_ok(mail->to) && (!mail->reply_to.ptr || vt_mail_address_ok(mail->reply_to)) &&
                (!mail->unsubscribe.ptr || is_link(mail->unsubscribe)) && mail->text.ptr &&
                mail->files_n <= VT_MAIL_FILES && (mail->html.ptr || count_files(mail, true) == 0);
    for (size_t i = 0; good && i < mail->files_n; i++) {
        const struct vt_mail_file *file = &mail->files[i];
        good = is_token(file->type, "/+.-") && (!file->cid.ptr || is_token(file->cid, "._-")) &&
               (!file->name.ptr || is_token(file->name, "._- "));
    }
    return good;
}

int vt_mail_write(const struct vt_mail *mail, struct vt_str from, const char *id, int64_t now_ms,
                  struct vt_buf *out)
{
    char boundary[BOUNDARY];
    if (!is_good(mail) || !vt_mail_address_ok(from))
        return VT_ERR_INVALID;
    put_headers(out, mail, from, id, now_ms);
    if (count_files(mail, false) > 0) {
        new_boundary(boundary);
        open_multipart(out, "mixed", boundary);
        vt_buf_printf(out, "--%s\r\n", boundary);
        put_body(out, mail);
        put_files(out, mail, false, boundary);
    } else {
        put_body(out, mail);
    }
    return out->failed ? VT_ERR_FULL : VT_OK;
}
