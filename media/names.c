/* SPDX-License-Identifier: Apache-2.0 */
#include "media/names.h"

#include <glib.h>

#include "server/base/buf.h"
#include "server/base/err.h"

static bool is_between(gunichar c, gunichar first, gunichar last)
{
    return c >= first && c <= last;
}

static bool is_blank(gunichar c)
{
    return c == ' ' || is_between(c, '\t', '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

/* ZWNJ and ZWJ join, tags spell a flag: the formatting characters that stay. */
static bool is_kept_format(gunichar c)
{
    return c == 0x200c || c == 0x200d || is_between(c, 0xe0020, 0xe007f);
}

static bool is_dropped(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    bool is_noise = type == G_UNICODE_CONTROL || type == G_UNICODE_PRIVATE_USE ||
                    type == G_UNICODE_SURROGATE || is_between(c, 0xfdd0, 0xfdef) || (c & 0xfffe) == 0xfffe ||
                    is_between(c, 0xfff9, 0xfffb);
    return is_noise || (type == G_UNICODE_FORMAT && !is_kept_format(c));
}

static int drop_unwanted(struct vt_str text, struct vt_buf *out)
{
    bool has_gap = false;
    for (const char *at = text.ptr, *end = text.ptr + text.len; at < end; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (is_blank(c)) {
            has_gap = out->len > 0;
            continue;
        }
        if (is_dropped(c))
            continue;
        if (has_gap)
            vt_buf_byte(out, ' ');
        has_gap = false;
        vt_buf_append(out, at, (size_t)(g_utf8_next_char(at) - at));
    }
    return out->failed ? VT_ERR_FULL : VT_OK;
}

/* --- clusters -------------------------------------------------------------------------------- */

static bool is_extending(gunichar c)
{
    return g_unichar_ismark(c) || is_kept_format(c) || is_between(c, 0x1f3fb, 0x1f3ff) ||
           is_between(c, 0xff9e, 0xff9f) || is_between(c, 0x1160, 0x11ff);
}

static bool is_pictograph(gunichar c)
{
    return is_between(c, 0x1f000, 0x1faff) || (c >= 0x2190 && g_unichar_type(c) == G_UNICODE_OTHER_SYMBOL);
}

static bool is_flag_half(gunichar c)
{
    return is_between(c, 0x1f1e6, 0x1f1ff);
}

size_t vt_names_clusters(struct vt_str text)
{
    size_t count = 0;
    gunichar before = 0;
    bool is_half = false; /* an odd number of flag halves stands before */
    for (const char *at = text.ptr, *end = text.ptr + text.len; at < end; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        bool ends_flag = is_half && is_flag_half(c);
        bool is_joined = before == 0x200d && is_pictograph(c);
        if (count == 0 || !(is_extending(c) || ends_flag || is_joined))
            count++;
        is_half = is_flag_half(c) && !ends_flag;
        before = c;
    }
    return count;
}

int vt_names_clean(struct vt_str text, size_t max_clusters, size_t max_bytes, char *ret, size_t *ret_clusters)
{
    /* NFC can lengthen a text, at most threefold in UTF-8; far longer ones are not worth the work. */
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf kept = VT_BUF_INIT(max_bytes * 3);
    *ret_clusters = 0;
    if (!text.ptr || !vt_utf8_valid(text.ptr, text.len) || memchr(text.ptr, '\0', text.len))
        return VT_ERR_INVALID;
    if (drop_unwanted(text, &kept)) {
        *ret_clusters = vt_names_clusters(text);
        return VT_ERR_FULL;
    }
    char *composed = g_utf8_normalize(vt_buf_view(&kept).ptr, (gssize)kept.len, G_NORMALIZE_DEFAULT_COMPOSE);
    if (!composed)
        return VT_ERR_INVALID;
    struct vt_str clean = vt_str(composed);
    size_t clusters = vt_names_clusters(clean);
    bool fits = clusters <= max_clusters && clean.len <= max_bytes;
    if (fits)
        memcpy(ret, clean.ptr, clean.len + 1);
    g_free(composed);
    *ret_clusters = clusters;
    return fits ? VT_OK : VT_ERR_FULL;
}
