/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/conditional.h"

#include <string.h>

static struct vt_str drop(struct vt_str s, size_t n)
{
    return (struct vt_str){ s.ptr + n, s.len - n };
}

static struct vt_str skip(struct vt_str s, const char *chars)
{
    while (s.len > 0 && *s.ptr && strchr(chars, *s.ptr))
        s = drop(s, 1);
    return s;
}

/* Takes one entity tag off the front; false when there is none. */
static bool take_etag(struct vt_str *list, struct vt_str *ret_tag)
{
    struct vt_str s = *list;
    if (s.len >= 2 && s.ptr[0] == 'W' && s.ptr[1] == '/')
        s = drop(s, 2);
    if (s.len < 2 || s.ptr[0] != '"')
        return false;
    const char *end = memchr(s.ptr + 1, '"', s.len - 1);
    if (!end)
        return false;
    *ret_tag = (struct vt_str){ s.ptr, (size_t)(end - s.ptr) + 1 };
    *list = drop(s, ret_tag->len);
    return true;
}

bool vt_http_etag_listed(struct vt_str list, struct vt_str etag)
{
    if (!list.ptr)
        return false;
    list = skip(list, " \t");
    if (list.len > 0 && list.ptr[0] == '*')
        return skip(drop(list, 1), " \t").len == 0;
    struct vt_str tag;
    while (take_etag(&list, &tag)) {
        if (vt_str_eq(tag, etag))
            return true;
        list = skip(list, " \t,");
    }
    return false;
}

bool vt_http_etag_is(struct vt_str value, struct vt_str etag)
{
    return value.ptr && vt_str_eq(value, etag);
}

/* Digits to a number, at most 2^62 so that sums cannot wrap; more digits saturate. */
static bool take_number(struct vt_str *s, uint64_t *ret_number)
{
    const uint64_t most = UINT64_C(1) << 62;
    uint64_t number = 0;
    size_t digits = 0;
    while (s->len > 0 && *s->ptr >= '0' && *s->ptr <= '9') {
        number = number > most / 10 ? most : number * 10 + (uint64_t)(*s->ptr - '0');
        *s = drop(*s, 1);
        digits++;
    }
    *ret_number = number;
    return digits > 0;
}

static bool has_unit(struct vt_str s)
{
    static const char unit[] = "bytes=";
    if (s.len < 6)
        return false;
    for (size_t i = 0; i < 6; i++)
        if (s.ptr[i] != unit[i] && (s.ptr[i] | 0x20) != unit[i])
            return false;
    return true;
}

enum vt_http_range vt_http_range_parse(struct vt_str range, uint64_t size, uint64_t *ret_first,
                                       uint64_t *ret_last)
{
    uint64_t first = 0, last = 0;
    if (!range.ptr || !has_unit(range))
        return VT_RANGE_WHOLE;
    struct vt_str s = skip(drop(range, 6), " \t");
    bool has_first = take_number(&s, &first);
    if (s.len == 0 || *s.ptr != '-')
        return VT_RANGE_WHOLE;
    s = drop(s, 1);
    bool has_last = take_number(&s, &last);
    s = skip(s, " \t");
    if (s.len > 0 || (!has_first && !has_last) || (has_first && has_last && last < first))
        return VT_RANGE_WHOLE;
    if (!has_first) { /* the last `last` bytes */
        if (last == 0 || size == 0)
            return VT_RANGE_NONE;
        first = last < size ? size - last : 0;
        last = size - 1;
    } else if (first >= size) {
        return VT_RANGE_NONE;
    } else if (!has_last || last >= size) {
        last = size - 1;
    }
    *ret_first = first;
    *ret_last = last;
    return VT_RANGE_PART;
}
