/* SPDX-License-Identifier: Apache-2.0 */
#include "media/accept.h"

#include <strings.h>

static struct vt_str trim(struct vt_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* The part up to `end`, trimmed; the rest stays in `from`. */
static struct vt_str take_until(struct vt_str *from, char end)
{
    return trim(vt_str_cut(from, end));
}

static bool is_text(struct vt_str s, const char *text, size_t len)
{
    return s.len == len && strncasecmp(s.ptr, text, len) == 0;
}

/* "0.8" in thousandths; what is not of that form counts as 1, as a missing q does. */
static int read_q(struct vt_str value)
{
    int q = 0, unit = 1000;
    if (value.len == 0 || value.len > 5 || (value.ptr[0] != '0' && value.ptr[0] != '1'))
        return 1000;
    q = (value.ptr[0] - '0') * 1000;
    for (size_t i = 2; i < value.len && value.ptr[1] == '.'; i++)
        if (value.ptr[i] >= '0' && value.ptr[i] <= '9')
            q += (value.ptr[i] - '0') * (unit /= 10);
    return q > 1000 ? 1000 : q;
}

static int entry_q(struct vt_str params)
{
    while (params.len > 0) {
        struct vt_str param = take_until(&params, ';');
        if (param.len >= 2 && (param.ptr[0] == 'q' || param.ptr[0] == 'Q') && param.ptr[1] == '=')
            return read_q((struct vt_str){ param.ptr + 2, param.len - 2 });
    }
    return 1000;
}

/* 3 the type itself, 2 its family, 1 everything, 0 another. */
static int exactness(struct vt_str range, const char *type)
{
    const char *slash = strchr(type, '/'); /* a coding has none */
    size_t family = slash ? (size_t)(slash - type) + 1 : strlen(type);
    if (is_text(range, type, strlen(type)))
        return 3;
    if (slash && range.len == family + 1 && strncasecmp(range.ptr, type, family) == 0 &&
        range.ptr[family] == '*')
        return 2;
    return is_text(range, "*/*", 3) ? 1 : 0;
}

int vt_accept_quality(struct vt_str header, const char *type, bool with_wildcards)
{
    int best = with_wildcards ? 0 : 2, q = -1;
    struct vt_str rest = { header.ptr ? header.ptr : "", header.ptr ? header.len : 0 };
    while (rest.len > 0) {
        struct vt_str entry = take_until(&rest, ',');
        struct vt_str range = take_until(&entry, ';');
        int exact = exactness(range, type);
        if (exact <= best)
            continue;
        best = exact;
        q = entry_q(entry);
    }
    return q;
}
