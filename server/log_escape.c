/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log_escape.h"

#include <ctype.h>

/* Takes one character from the front; false when its bytes are not UTF-8, then it takes one byte. */
static bool next_char(struct vt_str *s, uint32_t *ret_char, size_t *ret_len)
{
    const unsigned char *p = (const unsigned char *)s->ptr;
    size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    bool valid = len <= s->len && vt_utf8_valid(s->ptr, len);
    uint32_t c = p[0];
    if (!valid)
        len = 1;
    if (len > 1)
        c = p[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
        c = (c << 6) | (p[i] & 0x3fU);
    *s = (struct vt_str){ s->ptr + len, s->len - len };
    *ret_char = c;
    *ret_len = len;
    return valid;
}

static bool is_harmful(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || c >= 0xe0000;
}

static void json_char(struct vt_buf *out, uint32_t c)
{
    if (c >= 0x10000)
        vt_buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                      0xdc00 + ((c - 0x10000) & 0x3ff));
    else
        vt_buf_printf(out, "\\u%04x", c);
}

void vt_log_escape_json(struct vt_buf *out, struct vt_str value)
{
    vt_buf_byte(out, '"');
    while (value.len > 0) {
        const char *start = value.ptr;
        uint32_t c;
        size_t len;
        if (!next_char(&value, &c, &len))
            vt_buf_text(out, "\\ufffd");
        else if (is_harmful(c))
            json_char(out, c);
        else if (c == '"' || c == '\\')
            vt_buf_printf(out, "\\%c", (char)c);
        else
            vt_buf_append(out, start, len);
    }
    vt_buf_byte(out, '"');
}

static bool is_bare(struct vt_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!isascii((unsigned char)value.ptr[i]) ||
            (!isalnum((unsigned char)value.ptr[i]) && !memchr("._:/@+-,*%", value.ptr[i], 10)))
            return false;
    return value.len > 0;
}

void vt_log_escape_text(struct vt_buf *out, struct vt_str value)
{
    if (is_bare(value)) {
        vt_buf_str(out, value);
        return;
    }
    vt_buf_byte(out, '"');
    while (value.len > 0) {
        const char *start = value.ptr;
        uint32_t c;
        size_t len;
        if (!next_char(&value, &c, &len))
            vt_buf_printf(out, "\\x%02x", c);
        else if (c == '\n')
            vt_buf_text(out, "\\n");
        else if (is_harmful(c))
            vt_buf_printf(out, c < 0x80 ? "\\x%02x" : "\\u{%04x}", c);
        else if (c == '"' || c == '\\')
            vt_buf_printf(out, "\\%c", (char)c);
        else
            vt_buf_append(out, start, len);
    }
    vt_buf_byte(out, '"');
}
