/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/fold.h"

/* U+00C0..U+00FF and U+0100..U+017F, one entry a character; NULL: no letter. */
static const char *const latin[] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i", "i", "i",  "i",  /* C0 */
    "d", "n", "o",  "o",  "o", "o", "o",  NULL, "o", "u", "u",  "u",  "u", "y", "th", "ss", /* D0 */
    "a", "a", "a",  "a",  "a", "a", "ae", "c",  "e", "e", "e",  "e",  "i", "i", "i",  "i",  /* E0 */
    "d", "n", "o",  "o",  "o", "o", "o",  NULL, "o", "u", "u",  "u",  "u", "y", "th", "y",  /* F0 */
    "a", "a", "a",  "a",  "a", "a", "c",  "c",  "c", "c", "c",  "c",  "c", "c", "d",  "d",  /* 100 */
    "d", "d", "e",  "e",  "e", "e", "e",  "e",  "e", "e", "e",  "e",  "g", "g", "g",  "g",  /* 110 */
    "g", "g", "g",  "g",  "h", "h", "h",  "h",  "i", "i", "i",  "i",  "i", "i", "i",  "i",  /* 120 */
    "i", "i", "ij", "ij", "j", "j", "k",  "k",  "k", "l", "l",  "l",  "l", "l", "l",  "l",  /* 130 */
    "l", "l", "l",  "n",  "n", "n", "n",  "n",  "n", "n", "ng", "ng", "o", "o", "o",  "o",  /* 140 */
    "o", "o", "oe", "oe", "r", "r", "r",  "r",  "r", "r", "s",  "s",  "s", "s", "s",  "s",  /* 150 */
    "s", "s", "t",  "t",  "t", "t", "t",  "t",  "u", "u", "u",  "u",  "u", "u", "u",  "u",  /* 160 */
    "u", "u", "u",  "u",  "w", "w", "y",  "y",  "y", "z", "z",  "z",  "z", "z", "z",  "s",  /* 170 */
};

/* The code point at `p`: bytes used, 1 for what is no sequence of two or three. */
static size_t code_at(const unsigned char *p, size_t left, uint32_t *ret_code)
{
    *ret_code = p[0];
    if ((p[0] & 0xe0) == 0xc0 && left > 1 && (p[1] & 0xc0) == 0x80) {
        *ret_code = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
        return 2;
    }
    if ((p[0] & 0xf0) == 0xe0 && left > 2 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
        *ret_code = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        return 3;
    }
    return 1;
}

static bool is_ascii_word(uint32_t code)
{
    return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
}

/* Spaces and signs outside ASCII that part words: Latin-1's, general punctuation, CJK's first ones. */
static bool is_gap(uint32_t code, size_t bytes)
{
    if (bytes == 1)
        return code < 0x80 && !is_ascii_word(code);
    return (code >= 0x80 && code < 0xc0) || code == 0xd7 || code == 0xf7 ||
           (code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x3003);
}

void vt_fold(struct vt_buf *out, struct vt_str text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    bool in_word = false;
    for (size_t i = 0; i < text.len;) {
        uint32_t code;
        size_t n = code_at(p + i, text.len - i, &code);
        if (is_gap(code, n)) {
            in_word = false;
        } else if (n == 1 || code < 0x300 || code > 0x36f) { /* else a combining mark: left out */
            if (!in_word)
                vt_buf_byte(out, ' ');
            in_word = true;
            if (n == 1)
                vt_buf_byte(out, (char)(code >= 'A' && code <= 'Z' ? code + 32 : code));
            else if (code >= 0xc0 && code - 0xc0 < VT_COUNT(latin))
                vt_buf_text(out, latin[code - 0xc0]);
            else
                vt_buf_append(out, p + i, n);
        }
        i += n;
    }
}
