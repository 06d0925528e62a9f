/* SPDX-License-Identifier: Apache-2.0 */
#include "server/outgoing/url.h"

#include <string.h>

#include "server/base/err.h"

/* Where scheme://authority ends: at the first character that can begin a path, query or fragment. */
static size_t authority_end(struct vt_str text, size_t from)
{
    while (from < text.len && !memchr("/?#\\", text.ptr[from], 4))
        from++;
    return from;
}

static int refuse(struct vt_buf *why, const char *reason)
{
    vt_buf_text(why, reason);
    return VT_ERR_INVALID;
}

static bool has_control(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return true;
    return false;
}

static bool needs_code(unsigned char c)
{
    return c <= 0x20 || c >= 0x7f || memchr("\"<>\\^`{|}", c, 9) != NULL;
}

/* False: it does not fit. */
static bool put_path(struct vt_str from, char ret_path[VT_URL_MOST + 1])
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = 0;
    if (from.len == 0 || from.ptr[0] != '/')
        ret_path[n++] = '/';
    for (size_t i = 0; i < from.len && from.ptr[i] != '#'; i++) {
        unsigned char c = (unsigned char)from.ptr[i];
        if (n + 3 > VT_URL_MOST)
            return false;
        if (needs_code(c)) {
            ret_path[n++] = '%';
            ret_path[n++] = hex[c >> 4];
            ret_path[n++] = hex[c & 15];
        } else {
            ret_path[n++] = (char)c;
        }
    }
    ret_path[n] = '\0';
    return true;
}

int vt_url_parse(struct vt_str text, struct vt_url *ret_url, struct vt_buf *ret_why)
{
    const char *colon = text.ptr ? memmem(text.ptr, text.len, "://", 3) : NULL;
    if (!colon)
        return refuse(ret_why, "it is no address that begins with https://");
    if (text.len > VT_URL_MOST)
        return refuse(ret_why, "it is longer than 2048 bytes");
    if (has_control(text))
        return refuse(ret_why, "it holds a control character");
    size_t from = (size_t)(colon - text.ptr) + 3, end = authority_end(text, from);
    if (memchr(text.ptr + from, '@', end - from))
        return refuse(ret_why, "it holds a user name, which is not sent to anybody");
    if (end < text.len && text.ptr[end] == '\\')
        return refuse(ret_why, "it holds a backslash behind its host");
    if (vt_origin_parse((struct vt_str){ text.ptr, end }, &ret_url->origin) != VT_OK)
        return refuse(ret_why, "its scheme is not https, or its host or port is none");
    if (!put_path((struct vt_str){ text.ptr + end, text.len - end }, ret_url->path))
        return refuse(ret_why, "it is longer than 2048 bytes");
    return VT_OK;
}

int vt_url_text(const struct vt_url *url, struct vt_buf *out)
{
    char origin[VT_ORIGIN_TEXT];
    vt_origin_text(&url->origin, origin);
    return vt_buf_printf(out, "%s%s", origin, url->path);
}

int vt_url_shown(const struct vt_url *url, struct vt_buf *out)
{
    return vt_buf_printf(out, "%s%.*s", url->origin.host, (int)strcspn(url->path, "?"), url->path);
}
