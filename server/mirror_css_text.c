/* SPDX-License-Identifier: Apache-2.0 */
/* Style texts, token by token (CSS Syntax 3): names are compared as a browser reads them, escapes and all. */
#include "server/mirror_text.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MOST = 64, PARENS = 32 };

struct css {
    const char *at, *end;
    struct vt_buf *out;
    bool urls[PARENS]; /* by open parenthesis: whether strings in it are addresses */
    size_t depth;
};

static bool is_name(unsigned char c)
{
    return isalnum(c) || c == '-' || c == '_' || c >= 0x80;
}

/* What CSS takes for a line end before it looks at anything else. */
static bool is_line_end(char c)
{
    return c == '\n' || c == '\r' || c == '\f';
}

static bool is_hex(char c)
{
    return isxdigit((unsigned char)c) != 0;
}

/* A character, an escape read as what it stands for; beyond ASCII: '?'. */
static char take_char(struct css *css)
{
    if (*css->at != '\\')
        return (unsigned char)*css->at < 0x80 ? *css->at++ : (css->at++, '?');
    css->at++;
    if (css->at < css->end && !is_hex(*css->at))
        return *css->at++;
    unsigned value = 0;
    for (int i = 0; i < 6 && css->at < css->end && is_hex(*css->at); i++, css->at++)
        value = value * 16 + (unsigned)(isdigit((unsigned char)*css->at) ? *css->at - '0'
                                                                         : (tolower(*css->at) - 'a') + 10);
    if (css->at < css->end && isspace((unsigned char)*css->at))
        css->at++;
    return value > 0 && value < 0x80 ? (char)value : '?';
}

static bool starts_name(const struct css *css)
{
    return css->at < css->end && (is_name((unsigned char)*css->at) ||
                                  (*css->at == '\\' && css->at + 1 < css->end && !is_line_end(css->at[1])));
}

/* A name in lower case; what is longer than any name that matters is cut. */
static void take_name(struct css *css, char ret[NAME_MOST])
{
    size_t n = 0;
    while (starts_name(css)) {
        char c = take_char(css);
        if (n < NAME_MOST - 1)
            ret[n++] = (char)tolower((unsigned char)c);
    }
    ret[n] = '\0';
}

static void skip_space(struct css *css)
{
    while (css->at < css->end && isspace((unsigned char)*css->at))
        css->at++;
}

/* Behind a quote: the content as read, up to its end, which is taken. */
static void take_string(struct css *css, char quote, struct vt_buf *ret)
{
    while (css->at < css->end && *css->at != quote && !is_line_end(*css->at)) {
        if (*css->at == '\\' && css->at + 1 < css->end && is_line_end(css->at[1]))
            css->at += 2;
        else if (*css->at == '\\')
            vt_buf_byte(ret, take_char(css));
        else
            vt_buf_byte(ret, *css->at++);
    }
    if (css->at < css->end)
        css->at++;
}

/* As a string that means itself: the quote, the backslash and line ends are escaped. */
static void put_string(struct css *css, struct vt_str text)
{
    vt_buf_byte(css->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\' || c < ' ')
            vt_buf_printf(css->out, "\\%x ", c);
        else
            vt_buf_byte(css->out, (char)c);
    }
    vt_buf_byte(css->out, '"');
}

/* The address as it may stand; what was written, from `begin` on, when that says the same. */
static void put_url(struct css *css, struct vt_str url, const char *begin, bool in_string)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf cut = VT_BUF_INIT(css->out->max_bytes);
    bool good = vt_mirror_url(url, VT_MIRROR_STYLE, &cut);
    if (good && cut.len == url.len) {
        vt_buf_append(css->out, begin, (size_t)(css->at - begin));
        return;
    }
    vt_buf_text(css->out, in_string ? "" : "url(");
    put_string(css, vt_buf_view(&cut));
    vt_buf_text(css->out, in_string ? "" : ")");
}

/* Behind "url(", written at `begin`: the address, quoted or not, and its parenthesis. */
static void take_url(struct css *css, const char *begin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf url = VT_BUF_INIT(css->out->max_bytes);
    skip_space(css);
    if (css->at < css->end && (*css->at == '"' || *css->at == '\'')) {
        char quote = *css->at++;
        take_string(css, quote, &url);
    } else {
        while (css->at < css->end && *css->at != ')' && !isspace((unsigned char)*css->at)) {
            if (*css->at == '\\')
                vt_buf_byte(&url, take_char(css));
            else
                vt_buf_byte(&url, *css->at++);
        }
    }
    while (css->at < css->end && *css->at != ')')
        css->at++;
    css->at += css->at < css->end;
    put_url(css, vt_buf_view(&url), begin, false);
}

static void open_paren(struct css *css, bool urls)
{
    if (css->depth < PARENS)
        css->urls[css->depth] = urls;
    css->depth++;
}

static bool in_urls(const struct css *css)
{
    return css->depth > 0 && (css->depth > PARENS || css->urls[css->depth - 1]);
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

static void take_word(struct css *css)
{
    static const char *const with_urls[] = { "image-set", "-webkit-image-set", "image", "src", NULL };
    static const char *const blocked[] = { "expression", "behavior", "-moz-binding", NULL };
    const char *begin = css->at;
    char name[NAME_MOST];
    take_name(css, name);
    bool calls = css->at < css->end && *css->at == '(';
    if (calls && (strcmp(name, "url") == 0 || strcmp(name, "url-prefix") == 0)) {
        css->at++;
        take_url(css, begin);
        return;
    }
    if (is_one_of(name, blocked))
        vt_buf_text(css->out, "vt-blocked");
    else
        vt_buf_append(css->out, begin, (size_t)(css->at - begin));
    if (calls) {
        css->at++;
        vt_buf_byte(css->out, '(');
        open_paren(css, is_one_of(name, with_urls));
    }
}

/* @import and all that belongs to it; other rules go on. */
static void take_at(struct css *css)
{
    const char *begin = css->at++;
    char name[NAME_MOST];
    take_name(css, name);
    if (strcmp(name, "import") != 0) {
        vt_buf_append(css->out, begin, (size_t)(css->at - begin));
        return;
    }
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf dropped = VT_BUF_INIT(css->out->max_bytes);
    while (css->at < css->end && *css->at != ';') {
        char c = *css->at++;
        if (c == '"' || c == '\'')
            take_string(css, c, &dropped);
        else if (c == '\\' && css->at < css->end)
            css->at++;
    }
    css->at += css->at < css->end;
    vt_buf_byte(css->out, ' '); /* what stood before and what comes must not grow together */
}

static void take_comment(struct css *css)
{
    const char *begin = css->at;
    css->at += 2;
    while (css->at < css->end && !(css->at[0] == '*' && css->at + 1 < css->end && css->at[1] == '/'))
        css->at++;
    css->at = css->end - css->at > 2 ? css->at + 2 : css->end;
    vt_buf_append(css->out, begin, (size_t)(css->at - begin));
}

void vt_mirror_css(struct vt_str text, struct vt_buf *out)
{
    struct css css = { .at = text.ptr, .end = text.ptr + text.len, .out = out };
    while (css.at < css.end && !out->failed) {
        char c = *css.at;
        if (c == '/' && css.at + 1 < css.end && css.at[1] == '*') {
            take_comment(&css);
        } else if (c == '"' || c == '\'') {
            const char *begin = css.at++;
            VT_CLEANUP(vt_buf_finish)
            struct vt_buf string = VT_BUF_INIT(out->max_bytes);
            take_string(&css, c, &string);
            if (in_urls(&css))
                put_url(&css, vt_buf_view(&string), begin, true);
            else
                vt_buf_append(out, begin, (size_t)(css.at - begin));
        } else if (c == '@') {
            take_at(&css);
        } else if (starts_name(&css)) {
            take_word(&css);
        } else {
            if (c == '(')
                open_paren(&css, in_urls(&css));
            else if (c == ')' && css.depth > 0)
                css.depth--;
            vt_buf_byte(out, c);
            css.at++;
        }
    }
}
