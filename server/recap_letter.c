/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "server/base/err.h"
#include "server/recap_mail.h"
#include "server/template_address.h"

enum { LINES_MOST = 200, DATE_TEXT = 40 };

static void write_date(int64_t ms, char ret[DATE_TEXT])
{
    static const char *const months[] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };
    time_t seconds = (time_t)(ms / 1000);
    struct tm at;
    gmtime_r(&seconds, &at);
    snprintf(ret, DATE_TEXT, "%d %s %d", at.tm_mday, months[at.tm_mon], at.tm_year + 1900);
}

static const char *kind_word(enum vt_chat_kind kind)
{
    return kind == VT_CHAT_KIND_PICTURE   ? "Picture"
           : kind == VT_CHAT_KIND_FILM    ? "Film"
           : kind == VT_CHAT_KIND_FILE    ? "File"
           : kind == VT_CHAT_KIND_PRODUCT ? "Piece"
                                          : "";
}

static size_t first_line(const struct vt_recap *recap)
{
    return recap->lines_n > LINES_MOST ? recap->lines_n - LINES_MOST : 0;
}

static struct vt_str title_of(const struct vt_recap_piece *piece)
{
    return piece->title.len > 0 ? piece->title : piece->sku.len > 0 ? piece->sku : VT_STR("A picture");
}

/* --- text -------------------------------------------------------------------------------------------- */

static void text_piece(const struct vt_recap_piece *piece, size_t number, const char *date,
                       struct vt_buf *out)
{
    vt_buf_printf(out, "%zu. %.*s\n", number, VT_STR_ARG(title_of(piece)));
    if (piece->price.len > 0) {
        vt_buf_text(out, "   ");
        vt_address_price(piece->price, piece->currency, out);
        vt_buf_printf(out, " on %s\n", date);
    }
    if (piece->url.len > 0)
        vt_buf_printf(out, "   %.*s\n", VT_STR_ARG(piece->url));
    vt_buf_byte(out, '\n');
}

static void text_line(const struct vt_recap_line *line, struct vt_buf *out)
{
    const char *kind = kind_word(line->kind);
    vt_buf_printf(out, "%.*s: ", VT_STR_ARG(line->by.ptr ? line->by : VT_STR("You")));
    if (kind[0])
        vt_buf_printf(out, "[%s] ", kind);
    vt_buf_printf(out, "%.*s\n", VT_STR_ARG(line->text));
}

int vt_recap_write_text(const struct vt_recap *recap, const struct vt_site *site, struct vt_str link,
                        struct vt_buf *out)
{
    char date[DATE_TEXT], until[DATE_TEXT];
    write_date(recap->created, date);
    write_date(recap->until, until);
    vt_buf_printf(out, "What we looked at together\n%s, %s\nWith %.*s, reference %.*s\n\n", site->name, date,
                  VT_STR_ARG(recap->associate), VT_STR_ARG(recap->reference));
    for (size_t i = 0; i < recap->pieces_n; i++)
        text_piece(&recap->pieces[i], i + 1, date, out);
    vt_buf_printf(out, "See it with the pictures, until %s:\n%.*s\n", until, VT_STR_ARG(link));
    if (recap->lines_n > 0)
        vt_buf_text(out, "\nWhat was said\n\n");
    for (size_t i = first_line(recap); i < recap->lines_n; i++)
        text_line(&recap->lines[i], out);
    return out->failed ? VT_ERR_FULL : VT_OK;
}

/* --- HTML -------------------------------------------------------------------------------------------- */

#define FONT  "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
#define INK   "color:#1c1c1e;"
#define SOFT  "color:#5f5f66;"
#define CELL  "<tr><td dir=\"auto\" style=\"" FONT
#define TABLE "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">"

static void put_escaped(struct vt_buf *out, struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const char *as = c == '&'    ? "&amp;"
                         : c == '<'  ? "&lt;"
                         : c == '>'  ? "&gt;"
                         : c == '"'  ? "&quot;"
                         : c == '\'' ? "&#39;"
                         : c == '\n' ? "<br>"
                                     : NULL;
        if (as)
            vt_buf_text(out, as);
        else
            vt_buf_byte(out, c);
    }
}

static void html_head(const struct vt_recap *recap, const struct vt_site *site, const char *date,
                      struct vt_buf *out)
{
    vt_buf_text(out, "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                     " content=\"width=device-width\"><title>What we looked at together</title></head>"
                     "<body style=\"margin:0;padding:0;background:#ffffff\">" TABLE
                     "<tr><td align=\"center\" style=\"padding:32px 16px\">"
                     "<table role=\"presentation\" width=\"560\" cellpadding=\"0\" cellspacing=\"0\""
                     " border=\"0\" style=\"max-width:560px;width:100%\">" CELL SOFT
                     "font-size:15px;padding:0 0 4px\">");
    put_escaped(out, vt_str(site->name));
    vt_buf_text(out,
                "</td></tr>" CELL INK "font-size:24px;line-height:30px;font-weight:600;padding:0 0 4px\">"
                "What we looked at together</td></tr>" CELL SOFT "font-size:15px;padding:0 0 24px\">");
    vt_buf_printf(out, "%s, with ", date);
    put_escaped(out, recap->associate);
    vt_buf_text(out, ". Reference ");
    put_escaped(out, recap->reference);
    vt_buf_text(out, "</td></tr>");
}

static void html_title(const struct vt_recap_piece *piece, struct vt_buf *out)
{
    if (piece->url.len > 0) {
        vt_buf_text(out, "<a href=\"");
        put_escaped(out, piece->url);
        vt_buf_text(out, "\" style=\"" INK "text-decoration:underline\">");
    }
    put_escaped(out, title_of(piece));
    if (piece->url.len > 0)
        vt_buf_text(out, "</a>");
}

static void html_piece(const struct vt_recap_piece *piece, size_t number, bool has_picture, const char *date,
                       struct vt_buf *out)
{
    if (has_picture) { /* the width is said twice: one reader knows the attribute, the next the style */
        vt_buf_printf(out, CELL "padding:0 0 8px\"><img src=\"cid:piece-%zu\" width=\"560\" alt=\"", number);
        put_escaped(out, title_of(piece));
        vt_buf_text(out,
                    "\" style=\"display:block;width:100%;max-width:560px;height:auto;border:0\"></td></tr>");
    }
    vt_buf_text(out, CELL INK "font-size:18px;line-height:24px\">");
    html_title(piece, out);
    vt_buf_text(out, "</td></tr>" CELL SOFT "font-size:15px;line-height:22px;padding:0 0 32px\">");
    if (piece->price.len > 0) {
        vt_buf_text(out, "<span style=\"" INK "\">");
        vt_address_price(piece->price, piece->currency, out);
        vt_buf_printf(out, "</span> on %s", date);
    } else {
        vt_buf_text(out, "&nbsp;");
    }
    vt_buf_text(out, "</td></tr>");
}

/* The site's accent was checked against its text's colour when it was set. */
static void html_button(const struct vt_site *site, struct vt_str link, const char *until, struct vt_buf *out)
{
    struct vt_str back = site->settings->theme.accent, front = site->settings->theme.on_accent;
    if (back.len == 0 || front.len == 0) {
        back = VT_STR("#1c1c1e");
        front = VT_STR("#ffffff");
    }
    vt_buf_printf(out,
                  CELL "padding:0 0 8px\"><table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\""
                       " border=\"0\"><tr><td bgcolor=\"%.*s\" style=\"border-radius:8px\"><a href=\"",
                  VT_STR_ARG(back));
    put_escaped(out, link);
    vt_buf_printf(out,
                  "\" style=\"" FONT "display:inline-block;padding:12px 24px;font-size:15px;color:%.*s;"
                  "text-decoration:none\">Open the recap</a></td></tr></table></td></tr>" CELL SOFT
                  "font-size:13px;padding:0 0 32px\">It opens until %s. The pictures in this mail stay."
                  "</td></tr>",
                  VT_STR_ARG(front), until);
}

static void html_line(const struct vt_recap_line *line, struct vt_buf *out)
{
    const char *kind = kind_word(line->kind);
    vt_buf_text(out, CELL INK "font-size:15px;line-height:22px;padding:0 0 12px\"><span style=\"" SOFT
                              "font-size:13px\">");
    put_escaped(out, line->by.ptr ? line->by : VT_STR("You"));
    vt_buf_text(out, "</span><br>");
    if (kind[0])
        vt_buf_printf(out, "<i>%s</i>%s", kind, line->text.len > 0 ? " " : "");
    put_escaped(out, line->text);
    vt_buf_text(out, "</td></tr>");
}

int vt_recap_write_html(const struct vt_recap *recap, const struct vt_site *site, struct vt_str link,
                        const bool *has_picture, struct vt_buf *out)
{
    char date[DATE_TEXT], until[DATE_TEXT];
    write_date(recap->created, date);
    write_date(recap->until, until);
    html_head(recap, site, date, out);
    for (size_t i = 0; i < recap->pieces_n; i++)
        html_piece(&recap->pieces[i], i + 1, has_picture[i], date, out);
    html_button(site, link, until, out);
    if (recap->lines_n > 0)
        vt_buf_text(out, CELL INK "font-size:18px;padding:0 0 12px\">What was said</td></tr>");
    for (size_t i = first_line(recap); i < recap->lines_n; i++)
        html_line(&recap->lines[i], out);
    vt_buf_text(out, "</table></td></tr></table></body></html>");
    return out->failed ? VT_ERR_FULL : VT_OK;
}
