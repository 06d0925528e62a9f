/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/err.h"
#include "server/letter.h"
#include "server/recap_mail.h"

enum { LINES_MOST = 200 };

/* One letter: what is the same in each of its parts. */
struct letter {
    const struct vt_recap *recap;
    const struct vt_site *site;
    const struct vt_letter_locale *locale;
    struct vt_str link; /* to the page */
    char date[VT_LETTER_DATE], until[VT_LETTER_DATE];
    vt_letter_put *put; /* escapes */
    struct vt_buf *out;
};

static struct letter begin(const struct vt_recap *recap, const struct vt_site *site, struct vt_str link,
                           vt_letter_put *put, struct vt_buf *out)
{
    struct letter letter = { .recap = recap,
                             .site = site,
                             .locale = vt_letter_locale(recap->lang),
                             .link = link,
                             .put = put,
                             .out = out };
    vt_letter_date(letter.locale, recap->created, letter.date);
    vt_letter_date(letter.locale, recap->until, letter.until);
    return letter;
}

static const char *word(const struct letter *letter, enum vt_letter_word which)
{
    return letter->locale->words[which];
}

static void say(const struct letter *letter, enum vt_letter_word which, struct vt_str price)
{
    const struct vt_letter_blank blanks[] = {
        { "date",
          vt_str(which == VT_LETTER_PICTURES || which == VT_LETTER_OPENS ? letter->until : letter->date) },
        { "name", letter->recap->associate },
        { "reference", letter->recap->reference },
        { "price", price },
        { 0 }
    };
    vt_letter_fill(letter->out, word(letter, which), blanks, letter->put);
}

static void say_price(const struct letter *letter, const struct vt_recap_piece *piece)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf price = VT_BUF_INIT(512);
    vt_letter_price(letter->locale, piece->price, piece->currency, &price);
    say(letter, VT_LETTER_ON, vt_buf_view(&price));
}

static const char *kind_word(const struct letter *letter, enum vt_chat_kind kind)
{
    return kind == VT_CHAT_KIND_PICTURE   ? word(letter, VT_LETTER_PICTURE)
           : kind == VT_CHAT_KIND_FILM    ? word(letter, VT_LETTER_FILM)
           : kind == VT_CHAT_KIND_FILE    ? word(letter, VT_LETTER_FILE)
           : kind == VT_CHAT_KIND_PRODUCT ? word(letter, VT_LETTER_PRODUCT)
                                          : "";
}

static struct vt_str author_of(const struct letter *letter, const struct vt_recap_line *line)
{
    return line->by.ptr ? line->by : vt_str(word(letter, VT_LETTER_YOU));
}

static size_t first_line(const struct vt_recap *recap)
{
    return recap->lines_n > LINES_MOST ? recap->lines_n - LINES_MOST : 0;
}

static struct vt_str title_of(const struct letter *letter, const struct vt_recap_piece *piece)
{
    return piece->title.len > 0 ? piece->title
           : piece->sku.len > 0 ? piece->sku
           : piece->is_film     ? vt_str(word(letter, VT_LETTER_FILM))
                                : vt_str(word(letter, VT_LETTER_PIECE));
}

/* --- text -------------------------------------------------------------------------------------------- */

static void text_piece(const struct letter *letter, const struct vt_recap_piece *piece, size_t number)
{
    struct vt_buf *out = letter->out;
    vt_buf_printf(out, "%zu. %.*s\n", number, VT_STR_ARG(title_of(letter, piece)));
    if (piece->price.len > 0) {
        vt_buf_text(out, "   ");
        say_price(letter, piece);
        vt_buf_byte(out, '\n');
    }
    if (piece->url.len > 0)
        vt_buf_printf(out, "   %.*s\n", VT_STR_ARG(piece->url));
    vt_buf_byte(out, '\n');
}

static void text_line(const struct letter *letter, const struct vt_recap_line *line)
{
    const char *kind = kind_word(letter, line->kind);
    vt_buf_printf(letter->out, "%.*s: ", VT_STR_ARG(author_of(letter, line)));
    if (kind[0])
        vt_buf_printf(letter->out, "[%s] ", kind);
    vt_buf_printf(letter->out, "%.*s\n", VT_STR_ARG(line->text));
}

void vt_recap_write_subject(const struct vt_recap *recap, struct vt_buf *out)
{
    vt_buf_printf(out, "%s, %.*s", vt_letter_locale(recap->lang)->words[VT_LETTER_TITLE],
                  VT_STR_ARG(recap->reference));
}

int vt_recap_write_text(const struct vt_recap *recap, const struct vt_site *site, struct vt_str link,
                        struct vt_buf *out)
{
    const struct letter letter = begin(recap, site, link, NULL, out);
    vt_buf_printf(out, "%s\n%s\n", word(&letter, VT_LETTER_TITLE), site->name);
    say(&letter, VT_LETTER_WITH, VT_STR(""));
    vt_buf_text(out, "\n\n");
    for (size_t i = 0; i < recap->pieces_n; i++)
        text_piece(&letter, &recap->pieces[i], i + 1);
    say(&letter, VT_LETTER_PICTURES, VT_STR(""));
    vt_buf_printf(out, "\n%.*s\n", VT_STR_ARG(link));
    if (recap->lines_n > 0)
        vt_buf_printf(out, "\n%s\n\n", word(&letter, VT_LETTER_SAID));
    for (size_t i = first_line(recap); i < recap->lines_n; i++)
        text_line(&letter, &recap->lines[i]);
    return out->failed ? VT_ERR_FULL : VT_OK;
}

/* --- HTML -------------------------------------------------------------------------------------------- */

#define FONT  "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
#define INK   "color:#1c1c1e;"
#define SOFT  "color:#5f5f66;"
#define TABLE "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\""

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

/* A row of one cell. Its text runs as its own letters do; its edge is the letter's, also for readers that
 * know `align` only. */
static void cell(const struct letter *letter, const char *style)
{
    vt_buf_printf(letter->out, "<tr><td dir=\"auto\" align=\"%s\" style=\"" FONT "%s\">",
                  letter->locale->is_rtl ? "right" : "left", style);
}

static void end_cell(const struct letter *letter)
{
    vt_buf_text(letter->out, "</td></tr>");
}

static void html_head(const struct letter *letter)
{
    struct vt_buf *out = letter->out;
    const char *dir = letter->locale->is_rtl ? "rtl" : "ltr";
    vt_buf_printf(out,
                  "<!doctype html><html lang=\"%s\" dir=\"%s\"><head><meta charset=\"utf-8\"><meta"
                  " name=\"viewport\" content=\"width=device-width\"><title>",
                  letter->locale->lang, dir);
    put_escaped(out, vt_str(word(letter, VT_LETTER_TITLE)));
    vt_buf_printf(out,
                  "</title></head><body dir=\"%s\" style=\"margin:0;padding:0;background:#ffffff\">" TABLE
                  " width=\"100%%\" dir=\"%s\"><tr><td align=\"center\" style=\"padding:32px 16px\">" TABLE
                  " width=\"560\" dir=\"%s\" style=\"max-width:560px;width:100%%\">",
                  dir, dir, dir);
    cell(letter, SOFT "font-size:15px;padding:0 0 4px");
    put_escaped(out, vt_str(letter->site->name));
    end_cell(letter);
    cell(letter, INK "font-size:24px;line-height:30px;font-weight:600;padding:0 0 4px");
    put_escaped(out, vt_str(word(letter, VT_LETTER_TITLE)));
    end_cell(letter);
    cell(letter, SOFT "font-size:15px;padding:0 0 24px");
    say(letter, VT_LETTER_WITH, VT_STR(""));
    end_cell(letter);
}

/* Where a piece's name leads: to the shop, of a film to the page that plays it. */
static struct vt_str address_of(const struct letter *letter, const struct vt_recap_piece *piece)
{
    return piece->is_film ? letter->link : piece->url;
}

static void html_title(const struct letter *letter, const struct vt_recap_piece *piece)
{
    struct vt_buf *out = letter->out;
    const struct vt_str address = address_of(letter, piece);
    if (address.len > 0) {
        vt_buf_text(out, "<a href=\"");
        put_escaped(out, address);
        vt_buf_text(out, "\" style=\"" INK "text-decoration:underline\">");
    }
    put_escaped(out, title_of(letter, piece));
    if (address.len > 0)
        vt_buf_text(out, "</a>");
}

static void html_piece(const struct letter *letter, const struct vt_recap_piece *piece, size_t number,
                       bool has_picture)
{
    struct vt_buf *out = letter->out;
    if (has_picture) { /* the width is said twice: one reader knows the attribute, the next the style */
        cell(letter, "padding:0 0 8px");
        vt_buf_printf(out, "<img src=\"cid:piece-%zu\" width=\"560\" alt=\"", number);
        put_escaped(out, title_of(letter, piece));
        vt_buf_text(out, "\" style=\"display:block;width:100%;max-width:560px;height:auto;border:0\">");
        end_cell(letter);
    }
    cell(letter, INK "font-size:18px;line-height:24px");
    html_title(letter, piece);
    end_cell(letter);
    cell(letter, INK "font-size:15px;line-height:22px;padding:0 0 32px");
    if (piece->price.len > 0)
        say_price(letter, piece);
    else
        vt_buf_text(out, "&nbsp;");
    end_cell(letter);
}

/* The site's accent was checked against its text's colour when it was set. */
static void html_button(const struct letter *letter)
{
    struct vt_buf *out = letter->out;
    struct vt_str back = letter->site->settings->theme.accent,
                  front = letter->site->settings->theme.on_accent;
    if (back.len == 0 || front.len == 0) {
        back = VT_STR("#1c1c1e");
        front = VT_STR("#ffffff");
    }
    cell(letter, "padding:0 0 8px");
    vt_buf_printf(out, TABLE "><tr><td bgcolor=\"%.*s\" style=\"border-radius:8px\"><a href=\"",
                  VT_STR_ARG(back));
    put_escaped(out, letter->link);
    vt_buf_printf(out,
                  "\" style=\"" FONT "display:inline-block;padding:12px 24px;font-size:15px;color:%.*s;"
                  "text-decoration:none\">",
                  VT_STR_ARG(front));
    put_escaped(out, vt_str(word(letter, VT_LETTER_OPEN)));
    vt_buf_text(out, "</a></td></tr></table>");
    end_cell(letter);
    cell(letter, SOFT "font-size:13px;padding:0 0 32px");
    say(letter, VT_LETTER_OPENS, VT_STR(""));
    end_cell(letter);
}

static void html_line(const struct letter *letter, const struct vt_recap_line *line)
{
    struct vt_buf *out = letter->out;
    const char *kind = kind_word(letter, line->kind);
    cell(letter, SOFT "font-size:13px;line-height:18px");
    put_escaped(out, author_of(letter, line));
    end_cell(letter);
    cell(letter, INK "font-size:15px;line-height:22px;padding:0 0 12px");
    if (kind[0])
        vt_buf_printf(out, "<i>%s</i>%s", kind, line->text.len > 0 ? " " : "");
    put_escaped(out, line->text);
    end_cell(letter);
}

int vt_recap_write_html(const struct vt_recap *recap, const struct vt_site *site, struct vt_str link,
                        const bool *has_picture, struct vt_buf *out)
{
    const struct letter letter = begin(recap, site, link, put_escaped, out);
    html_head(&letter);
    for (size_t i = 0; i < recap->pieces_n; i++)
        html_piece(&letter, &recap->pieces[i], i + 1, has_picture[i]);
    html_button(&letter);
    if (recap->lines_n > 0) {
        cell(&letter, INK "font-size:18px;padding:0 0 12px");
        put_escaped(out, vt_str(word(&letter, VT_LETTER_SAID)));
        end_cell(&letter);
    }
    for (size_t i = first_line(recap); i < recap->lines_n; i++)
        html_line(&letter, &recap->lines[i]);
    vt_buf_text(out, "</table></td></tr></table></body></html>");
    return out->failed ? VT_ERR_FULL : VT_OK;
}
