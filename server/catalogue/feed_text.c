/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/feed_text.h"

#include <stdlib.h>
#include <string.h>

/* --- HTML --------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} entities[] = {
    { "amp", "&" },    { "lt", "<" },     { "gt", ">" },     { "quot", "\"" },  { "apos", "'" },
    { "nbsp", " " },   { "shy", "" },     { "euro", "€" },   { "pound", "£" },  { "yen", "¥" },
    { "cent", "¢" },   { "copy", "©" },   { "reg", "®" },    { "trade", "™" },  { "deg", "°" },
    { "hellip", "…" }, { "ndash", "–" },  { "mdash", "—" },  { "lsquo", "‘" },  { "rsquo", "’" },
    { "ldquo", "“" },  { "rdquo", "”" },  { "laquo", "«" },  { "raquo", "»" },  { "bull", "•" },
    { "middot", "·" }, { "times", "×" },  { "frac12", "½" }, { "frac14", "¼" }, { "frac34", "¾" },
    { "plusmn", "±" }, { "micro", "µ" },  { "Oslash", "Ø" }, { "oslash", "ø" }, { "agrave", "à" },
    { "aacute", "á" }, { "acirc", "â" },  { "atilde", "ã" }, { "auml", "ä" },   { "aring", "å" },
    { "aelig", "æ" },  { "ccedil", "ç" }, { "egrave", "è" }, { "eacute", "é" }, { "ecirc", "ê" },
    { "euml", "ë" },   { "igrave", "ì" }, { "iacute", "í" }, { "icirc", "î" },  { "iuml", "ï" },
    { "ntilde", "ñ" }, { "ograve", "ò" }, { "oacute", "ó" }, { "ocirc", "ô" },  { "otilde", "õ" },
    { "ouml", "ö" },   { "ugrave", "ù" }, { "uacute", "ú" }, { "ucirc", "û" },  { "uuml", "ü" },
    { "szlig", "ß" },  { "Agrave", "À" }, { "Aacute", "Á" }, { "Acirc", "Â" },  { "Auml", "Ä" },
    { "Aring", "Å" },  { "AElig", "Æ" },  { "Ccedil", "Ç" }, { "Egrave", "È" }, { "Eacute", "É" },
    { "Ecirc", "Ê" },  { "Ntilde", "Ñ" }, { "Ouml", "Ö" },   { "Uuml", "Ü" },   { "oelig", "œ" },
};

static void put_code(struct vt_buf *out, unsigned long code)
{
    char text[4];
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return;
    for (size_t i = n; i-- > 1; code >>= 6)
        text[i] = (char)(0x80 | (code & 0x3f));
    text[0] = (char)(lead[n] | code);
    vt_buf_append(out, text, n);
}

/* Bytes of the entity at `p`, its text appended; 0: it is none. */
static size_t read_entity(const char *p, size_t left, struct vt_buf *out)
{
    enum { LONGEST = 10 };
    const char *end = memchr(p, ';', left < LONGEST + 2 ? left : LONGEST + 2);
    if (!end || end - p < 2)
        return 0;
    struct vt_str name = { p + 1, (size_t)(end - p - 1) };
    if (name.ptr[0] == '#') {
        bool hex = name.len > 1 && (name.ptr[1] | 32) == 'x';
        char digits[LONGEST + 2], *stop;
        vt_str_copy(digits, sizeof(digits), (struct vt_str){ name.ptr + 1 + hex, name.len - 1 - hex });
        unsigned long code = strtoul(digits, &stop, hex ? 16 : 10);
        if (!digits[0] || *stop || digits[0] == '-' || digits[0] == '+')
            return 0;
        put_code(out, code == 0xa0 || code < 0x20 ? ' ' : code);
        return (size_t)(end - p + 1);
    }
    for (size_t i = 0; i < VT_COUNT(entities); i++)
        if (vt_str_eq(name, vt_str(entities[i].name))) {
            vt_buf_text(out, entities[i].text);
            return (size_t)(end - p + 1);
        }
    return 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t up_to(const char *p, size_t left, const char *end)
{
    const char *found = memmem(p, left, end, strlen(end));
    return found ? (size_t)(found - p) + strlen(end) : left;
}

/* Bytes of the tag at `p`; 0: it is a lesser-than sign. What scripts and styles hold goes with them. */
static size_t read_tag(const char *p, size_t left)
{
    static const char *const closed[][2] = { { "<script", "</script" }, { "<style", "</style" } };
    if (left < 3 || !(is_letter(p[1]) || p[1] == '!' || p[1] == '?' || (p[1] == '/' && is_letter(p[2]))))
        return 0;
    if (left > 4 && memcmp(p, "<!--", 4) == 0)
        return up_to(p, left, "-->");
    for (size_t i = 0; i < VT_COUNT(closed); i++) {
        size_t n = strlen(closed[i][0]);
        if (left <= n || strncasecmp(p, closed[i][0], n) != 0)
            continue;
        for (size_t at = n; at + n + 1 < left; at++)
            if (p[at] == '<' && strncasecmp(p + at, closed[i][1], n + 1) == 0)
                return at + up_to(p + at, left - at, ">");
        return left;
    }
    const char *end = memchr(p, '>', left);
    return end ? (size_t)(end - p + 1) : 0;
}

/* Two bytes of U+00A0 count as a space. */
static size_t space_at(const char *p, size_t left)
{
    return strchr(" \t\r\n", *p) && *p ? 1 : left > 1 && memcmp(p, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static void cut_to_character(struct vt_buf *out, size_t most)
{
    size_t n = out->len < most ? out->len : most, start = n;
    /* Not in the middle of one, whether `most` or the field's own end is there. */
    while (start > 0 && n - start < 3 && ((unsigned char)out->data[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && !vt_utf8_valid(out->data + start - 1, n - start + 1))
        n = start - 1;
    while (n > 0 && out->data[n - 1] == ' ')
        n--;
    out->len = n;
}

void vt_feed_plain(struct vt_str html, size_t most, struct vt_buf *out)
{
    bool gap = false;
    for (size_t i = 0, n; i < html.len && out->len < most + 4 && !out->failed; i += n) {
        const char *p = html.ptr + i;
        size_t left = html.len - i;
        n = *p == '<' ? read_tag(p, left) : 0;
        if (n == 0)
            n = space_at(p, left);
        if (n > 0) {
            gap = true;
            continue;
        }
        if (gap && out->len > 0)
            vt_buf_byte(out, ' ');
        gap = false;
        if (*p == '&')
            n = read_entity(p, left, out);
        if (n > 0)
            continue;
        vt_buf_byte(out, *p);
        n = 1;
    }
    cut_to_character(out, most);
}

/* --- prices ------------------------------------------------------------------------------------- */

/* ISO 4217, those in use. */
static const char currencies[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD "
    "HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
    "LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR "
    "PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP "
    "TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG ";
static const char three_decimals[] = "BHD IQD JOD KWD LYD OMR TND ";

static bool is_in(const char *list, const char code[4])
{
    for (; *list; list += 4)
        if (memcmp(list, code, 3) == 0)
            return true;
    return false;
}

bool vt_feed_is_currency(struct vt_str text)
{
    return text.len == 3 && is_in(currencies, text.ptr);
}

static const struct {
    const char *sign, *code;
} signs[] = {
    { "€", "EUR" }, { "£", "GBP" }, { "$", "USD" }, { "¥", "JPY" }, { "₹", "INR" }, { "zł", "PLN" }
};

/* Takes the currency at `p`: bytes of it, 0 when there is none. */
static size_t read_currency(const char *p, size_t left, char ret_code[4])
{
    size_t n = 0;
    for (size_t i = 0; i < VT_COUNT(signs); i++) {
        size_t len = strlen(signs[i].sign);
        if (left >= len && memcmp(p, signs[i].sign, len) == 0) {
            memcpy(ret_code, signs[i].code, 4);
            return len;
        }
    }
    while (n < left && is_letter(p[n]))
        n++;
    if (n != 3)
        return 0;
    for (size_t i = 0; i < 3; i++)
        ret_code[i] = (char)(p[i] & ~32);
    return is_in(currencies, ret_code) ? 3 : 0;
}

struct number {
    char digits[32]; /* with its points and commas */
    size_t n;
};

/* Which of the separators parts the decimals; '\0': none does. */
static char decimal_of(const struct number *number, const char *currency)
{
    const char *point = memrchr(number->digits, '.', number->n),
               *comma = memrchr(number->digits, ',', number->n);
    const char *last = !point || (comma && comma > point) ? comma : point;
    if (!last)
        return '\0';
    size_t behind = number->n - (size_t)(last - number->digits) - 1;
    if (point && comma)
        return *last;
    if (memchr(number->digits, *last, (size_t)(last - number->digits)))
        return '\0'; /* twice: thousands */
    /* Three digits are thousands, but for the few currencies that have three decimals. */
    return behind == 3 && !is_in(three_decimals, currency) ? '\0' : *last;
}

static bool write_price(const struct number *number, char decimal, char ret_price[VT_FEED_PRICE_TEXT])
{
    size_t n = 0, whole = 0, behind = 0;
    bool is_behind = false;
    for (size_t i = 0; i < number->n; i++) {
        char c = number->digits[i];
        if (c >= '0' && c <= '9') {
            if (n + 2 >= VT_FEED_PRICE_TEXT)
                return false;
            ret_price[n++] = c;
            behind += is_behind;
            whole += !is_behind;
        } else if (c == decimal) {
            if (whole == 0)
                ret_price[n++] = '0', whole++;
            ret_price[n++] = '.';
            is_behind = true;
        }
    }
    if (is_behind && behind == 0)
        n--; /* "19." */
    ret_price[n] = '\0';
    return whole >= 1 && whole <= 12 && behind <= 4;
}

bool vt_feed_price(struct vt_str text, char ret_price[VT_FEED_PRICE_TEXT], char ret_currency[4])
{
    struct number number = { .n = 0 };
    bool ended = false;
    memset(ret_currency, 0, 4);
    for (size_t i = 0, n; i < text.len; i += n) {
        char c = text.ptr[i];
        n = 1;
        bool is_digit = c >= '0' && c <= '9';
        if (is_digit && ended)
            return false; /* two numbers */
        if (is_digit || (number.n > 0 && !ended && (c == '.' || c == ','))) {
            if (number.n == sizeof(number.digits))
                return false;
            number.digits[number.n++] = c;
        } else if (c == '\'' || c == '\t' || (n = space_at(text.ptr + i, text.len - i)) > 0) {
            n = n > 0 ? n : 1; /* 1 234,50 */
        } else {
            n = ret_currency[0] ? 0 : read_currency(text.ptr + i, text.len - i, ret_currency);
            ended = number.n > 0;
            if (n == 0)
                return false;
        }
    }
    while (number.n > 0 && (number.digits[number.n - 1] == '.' || number.digits[number.n - 1] == ','))
        number.n--;
    return number.n > 0 && write_price(&number, decimal_of(&number, ret_currency), ret_price);
}

int64_t vt_feed_hundredths(struct vt_str price)
{
    enum { WHOLE_MOST = 12 };
    int64_t whole = 0, behind = 0;
    int digits = -1; /* behind the point */
    for (size_t i = 0; i < price.len; i++) {
        char c = price.ptr[i];
        if (c == '.' && digits < 0 && i > 0)
            digits = 0;
        else if (c < '0' || c > '9' || i > WHOLE_MOST + 5 || (digits < 0 && i >= WHOLE_MOST))
            return -1;
        else if (digits < 0)
            whole = whole * 10 + (c - '0');
        else if (digits++ < 2)
            behind = behind * 10 + (c - '0');
    }
    return price.len == 0 ? -1 : whole * 100 + (digits == 1 ? behind * 10 : behind);
}

bool vt_feed_is_less(struct vt_str a, struct vt_str b)
{
    return vt_feed_hundredths(a) < vt_feed_hundredths(b);
}
