/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { CARD_LEAST = 13, CARD_MOST = 19, IBAN_LEAST = 15, IBAN_MOST = 34, NIR = 15, SCHEME_MOST = 32 };

/* --- numbers ------------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Characters from `at` on that go on with a number, up to `most` of those that count, parted by one space,
 * dash or no-break space each. Returns how many count; *ret_end is behind the last. */
static size_t gather(struct vt_str text, size_t at, size_t most, bool letters, char *ret, size_t *ret_end)
{
    size_t n = 0;
    *ret_end = at;
    while (at < text.len && n < most) {
        char c = text.ptr[at];
        if (is_digit(c) || (letters && is_upper(c))) {
            ret[n++] = c;
            *ret_end = ++at;
        } else if (n > 0 && *ret_end == at && (c == ' ' || c == '-')) {
            at++;
        } else if (n > 0 && *ret_end == at && at + 1 < text.len &&
                   memcmp(text.ptr + at, "\xc2\xa0", 2) == 0) {
            at += 2;
        } else {
            break;
        }
    }
    return n;
}

/* Lengths and first digits that cards have; a moment in ms or an article's number is seldom one of them. */
static bool is_card(const char *digits, size_t n)
{
    char c = digits[0];
    return n == 13   ? c == '4'
           : n == 14 ? c == '3'
           : n == 15 ? c == '3'
           : n == 16 ? c >= '2' && c <= '6'
                     : c >= '4' && c <= '6';
}

static bool is_luhn(const char *digits, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(digits[n - 1 - i] - '0');
        if (i % 2 == 1)
            digit = digit > 4 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool is_iban(const char *text, size_t n)
{
    unsigned rest = 0;
    if (n < IBAN_LEAST || !is_upper(text[0]) || !is_upper(text[1]) || !is_digit(text[2]) ||
        !is_digit(text[3]))
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text[(i + 4) % n];
        rest = is_digit(c) ? (rest * 10 + (unsigned)(c - '0')) % 97
                           : (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
    }
    return rest == 1;
}

/* 123-45-6789, but for the numbers that are never given out. */
static bool is_ssn(struct vt_str text, size_t at)
{
    static const char form[] = "ddd-dd-dddd";
    const char *p = text.ptr + at;
    if (text.len - at < sizeof(form) - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? !is_digit(p[i]) : p[i] != '-' && p[i] != ' ')
            return false;
    return memcmp(p, "000", 3) != 0 && memcmp(p, "666", 3) != 0 && p[0] != '9' &&
           memcmp(p + 4, "00", 2) != 0 && memcmp(p + 7, "0000", 4) != 0;
}

/* Thirteen digits and the key that they leave with 97. */
static bool is_nir(const char *digits, size_t n)
{
    unsigned rest = 0;
    if (n != NIR || (digits[0] != '1' && digits[0] != '2'))
        return false;
    for (size_t i = 0; i < 13; i++)
        rest = (rest * 10 + (unsigned)(digits[i] - '0')) % 97;
    return 97 - rest == (unsigned)((digits[13] - '0') * 10 + digits[14] - '0');
}

static bool ends_at(struct vt_str text, size_t end)
{
    return end >= text.len || !is_digit(text.ptr[end]);
}

/* Where a secret that begins at `at` ends; 0: none does. The longest that fits counts, since what stands
 * behind a number may be a number too. */
static size_t secret_at(struct vt_str text, size_t at)
{
    char found[IBAN_MOST + 1];
    size_t end;
    if (is_upper(text.ptr[at])) {
        for (size_t most = gather(text, at, IBAN_MOST, true, found, &end); most >= IBAN_LEAST; most--) {
            size_t n = gather(text, at, most, true, found, &end);
            if (n == most && is_iban(found, n))
                return end;
        }
        return 0;
    }
    if (!is_digit(text.ptr[at]))
        return 0;
    for (size_t most = gather(text, at, CARD_MOST, false, found, &end); most >= CARD_LEAST; most--) {
        size_t n = gather(text, at, most, false, found, &end);
        found[n] = '\0';
        if (n == most && ends_at(text, end) && ((is_card(found, n) && is_luhn(found, n)) || is_nir(found, n)))
            return end;
    }
    return is_ssn(text, at) && ends_at(text, at + 11) ? at + 11 : 0;
}

bool vt_mirror_mask(struct vt_str text, struct vt_buf *out)
{
    size_t copied = 0;
    bool found = false;
    for (size_t at = 0; at < text.len; at++) {
        bool begins = (is_digit(text.ptr[at]) && (at == 0 || !is_digit(text.ptr[at - 1]))) ||
                      (is_upper(text.ptr[at]) && (at == 0 || !is_word(text.ptr[at - 1])));
        size_t end = begins ? secret_at(text, at) : 0;
        if (end == 0)
            continue;
        vt_buf_append(out, text.ptr + copied, at - copied);
        vt_buf_text(out, VT_MIRROR_MASK);
        found = true;
        copied = end;
        at = end - 1;
    }
    if (found)
        vt_buf_append(out, text.ptr + copied, text.len - copied);
    return found;
}

/* --- addresses ---------------------------------------------------------------------------------- */

/* The scheme as a browser reads it: leading controls and spaces go, tabs and line ends anywhere. "" for a
 * relative address, "?" for what is too long to be one that is known. */
static void scheme_of(struct vt_str url, char ret[SCHEME_MOST])
{
    size_t n = 0, at = 0;
    ret[0] = '\0';
    while (at < url.len && (unsigned char)url.ptr[at] <= ' ')
        at++;
    for (; at < url.len && n < SCHEME_MOST - 1; at++) {
        char c = url.ptr[at];
        if (c == '\t' || c == '\n' || c == '\r')
            continue;
        if (c == ':') {
            ret[n] = '\0';
            return;
        }
        if (!isalnum((unsigned char)c) && !strchr("+-.", c)) {
            ret[0] = '\0';
            return;
        }
        ret[n++] = (char)tolower((unsigned char)c);
    }
    strcpy(ret, n == SCHEME_MOST - 1 ? "?" : "");
}

static bool begins(struct vt_str text, const char *with)
{
    size_t n = strlen(with);
    return text.len >= n && strncasecmp(text.ptr, with, n) == 0;
}

static bool is_data(struct vt_str url, enum vt_mirror_place place)
{
    if (begins(url, "data:image/"))
        return true;
    return place == VT_MIRROR_STYLE &&
           (begins(url, "data:font/") || begins(url, "data:application/font") ||
            begins(url, "data:application/x-font") || begins(url, "data:application/vnd.ms-fontobject"));
}

bool vt_mirror_url(struct vt_str url, enum vt_mirror_place place, struct vt_buf *out)
{
    char scheme[SCHEME_MOST];
    while (url.len > 0 && (unsigned char)url.ptr[0] <= ' ')
        url = (struct vt_str){ url.ptr + 1, url.len - 1 };
    if (url.len > 0 && url.ptr[0] == '#')
        return vt_buf_str(out, url) == 0;
    scheme_of(url, scheme);
    if (strcmp(scheme, "data") == 0)
        return is_data(url, place) && vt_buf_str(out, url) == 0;
    if (scheme[0] && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0 &&
        strcmp(scheme, "blob") != 0)
        return false;
    size_t n = 0;
    while (n < url.len && url.ptr[n] != '?' && url.ptr[n] != '#')
        n++;
    return vt_buf_append(out, url.ptr, n) == 0;
}

/* HTML, "parsing a srcset attribute": an address ends at white space; a comma at its very end ends the
 * candidate, else the descriptor goes to the next comma outside parentheses. */
void vt_mirror_srcset(struct vt_str srcset, struct vt_buf *out)
{
    size_t at = 0;
    bool first = true;
    while (at < srcset.len) {
        while (at < srcset.len && (isspace((unsigned char)srcset.ptr[at]) || srcset.ptr[at] == ','))
            at++;
        size_t begin = at;
        while (at < srcset.len && !isspace((unsigned char)srcset.ptr[at]))
            at++;
        size_t end = at, rest = at;
        while (end > begin && srcset.ptr[end - 1] == ',')
            end--;
        bool ended = end < at;
        int depth = 0;
        while (!ended && at < srcset.len && (depth > 0 || srcset.ptr[at] != ',')) {
            depth += srcset.ptr[at] == '(' ? 1 : srcset.ptr[at] == ')' && depth > 0 ? -1 : 0;
            at++;
        }
        if (end == begin)
            continue;
        size_t before = out->len;
        if (!first)
            vt_buf_text(out, ", ");
        if (!vt_mirror_url((struct vt_str){ srcset.ptr + begin, end - begin }, VT_MIRROR_PICTURE, out)) {
            out->len = before;
            continue;
        }
        first = false;
        if (!ended)
            vt_buf_append(out, srcset.ptr + rest, at - rest);
    }
}
