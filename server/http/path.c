/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/path.h"

#include <string.h>

#include "server/base/err.h"

static bool is_dots(const char *segment, size_t len)
{
    return (len == 1 && segment[0] == '.') || (len == 2 && segment[0] == '.' && segment[1] == '.');
}

bool vt_http_path_ok(struct vt_str path)
{
    if (path.len == 0 || path.ptr[0] != '/' || !vt_utf8_valid(path.ptr, path.len))
        return false;
    size_t start = 1;
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/') {
            unsigned char c = (unsigned char)path.ptr[i];
            if (c < 0x20 || c == 0x7f || c == '\\')
                return false;
            continue;
        }
        size_t len = i - start;
        if ((len == 0 && i < path.len) || is_dots(path.ptr + start, len))
            return false;
        start = i + 1;
    }
    return true;
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

int vt_http_encode(struct vt_buf *out, struct vt_str s)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        const char escape[3] = { '%', hex[c >> 4], hex[c & 15] };
        if (is_unreserved(c))
            vt_buf_byte(out, (char)c);
        else
            vt_buf_append(out, escape, 3);
    }
    return out->failed ? VT_ERR_FULL : VT_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int vt_http_decode(struct vt_arena *arena, struct vt_str s, bool form, struct vt_str *ret_text)
{
    char *text = vt_arena_alloc(arena, s.len + 1);
    size_t n = 0;
    if (!text)
        return VT_ERR_NOMEM;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '%') {
            int high = i + 1 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
            int low = i + 2 < s.len ? hex_digit(s.ptr[i + 2]) : -1;
            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return VT_ERR_INVALID;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && form) {
            c = ' ';
        } else if (c == '\0') {
            return VT_ERR_INVALID;
        }
        text[n++] = c;
    }
    if (!vt_utf8_valid(text, n))
        return VT_ERR_INVALID;
    *ret_text = (struct vt_str){ text, n };
    return VT_OK;
}

int vt_http_query_get(struct vt_arena *arena, struct vt_str query, const char *name, struct vt_str *ret_value)
{
    size_t at = 0, name_len = strlen(name);
    while (at < query.len) {
        const char *pair = query.ptr + at;
        const char *end = memchr(pair, '&', query.len - at);
        size_t len = end ? (size_t)(end - pair) : query.len - at;
        const char *equals = memchr(pair, '=', len);
        size_t key_len = equals ? (size_t)(equals - pair) : len;
        if (key_len == name_len && memcmp(pair, name, name_len) == 0) {
            size_t from = equals ? key_len + 1 : len;
            return vt_http_decode(arena, (struct vt_str){ pair + from, len - from }, true, ret_value);
        }
        at += len + 1;
    }
    return VT_ERR_MISSING;
}

static struct vt_str strip(struct vt_str s)
{
    while (s.len > 0 && (*s.ptr == ' ' || *s.ptr == '\t'))
        s = (struct vt_str){ s.ptr + 1, s.len - 1 };
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

struct vt_str vt_http_cookie_get(struct vt_str header, const char *name)
{
    size_t at = 0, name_len = strlen(name);
    while (header.ptr && at < header.len) {
        const char *from = header.ptr + at;
        const char *end = memchr(from, ';', header.len - at);
        size_t len = end ? (size_t)(end - from) : header.len - at;
        struct vt_str pair = strip((struct vt_str){ from, len });
        at += len + 1;
        if (pair.len <= name_len || memcmp(pair.ptr, name, name_len) != 0 || pair.ptr[name_len] != '=')
            continue;
        struct vt_str value = { pair.ptr + name_len + 1, pair.len - name_len - 1 };
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = (struct vt_str){ value.ptr + 1, value.len - 2 };
        return value;
    }
    return (struct vt_str){ NULL, 0 };
}
