/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/str.h"

#include <stdlib.h>

#include "server/base/err.h"

struct vt_str vt_str_cut(struct vt_str *rest, char end)
{
    const char *found = rest->len > 0 ? memchr(rest->ptr, end, rest->len) : NULL;
    struct vt_str part = { rest->ptr, found ? (size_t)(found - rest->ptr) : rest->len };
    size_t used = part.len + (found ? 1 : 0);
    if (used > 0)
        rest->ptr += used;
    rest->len -= used;
    return part;
}

char *vt_str_dup(struct vt_str s)
{
    char *copy = malloc(s.len + 1);
    if (!copy)
        return NULL;
    if (s.len > 0)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

bool vt_str_copy(char *field, size_t size, struct vt_str s)
{
    bool fits = s.len < size;
    size_t n = fits ? s.len : size - 1;
    /* A cut must not leave half a character behind. */
    while (!fits && n > 0 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
        n--;
    if (n > 0)
        memcpy(field, s.ptr, n);
    field[n] = '\0';
    return fits;
}

/* Length of the character that begins at `p`, 0 if none can (Unicode, table 3-7); above `left` where the rest
 * of it is yet to come. */
static size_t sequence_len(const unsigned char *p, size_t left)
{
    unsigned char lead = p[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (size_t i = 1; i < len && i < left; i++, low = 0x80, high = 0xbf)
        if (p[i] < low || p[i] > high)
            return 0;
    return len;
}

bool vt_utf8_begins(const char *bytes, size_t len, size_t *ret_whole)
{
    const unsigned char *p = (const unsigned char *)bytes;
    size_t whole = 0;
    while (whole < len) {
        size_t n = sequence_len(p + whole, len - whole);
        if (n == 0)
            return false;
        if (n > len - whole)
            break;
        whole += n;
    }
    *ret_whole = whole;
    return true;
}

bool vt_utf8_valid(const char *bytes, size_t len)
{
    size_t whole;
    return vt_utf8_begins(bytes, len, &whole) && whole == len;
}

int vt_str_to_u64(struct vt_str s, uint64_t min, uint64_t max, uint64_t *ret_value)
{
    uint64_t value = 0;
    if (s.len == 0)
        return VT_ERR_INVALID;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return VT_ERR_INVALID;
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return VT_ERR_INVALID;
        value = value * 10 + digit;
    }
    if (value < min || value > max)
        return VT_ERR_INVALID;
    *ret_value = value;
    return VT_OK;
}
