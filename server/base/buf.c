/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/base/err.h"

void vt_buf_init(struct vt_buf *buf, size_t max_bytes)
{
    *buf = (struct vt_buf){ .max_bytes = max_bytes };
}

void vt_buf_finish(struct vt_buf *buf)
{
    free(buf->data);
    *buf = (struct vt_buf){ .max_bytes = buf->max_bytes };
}

void vt_buf_reset(struct vt_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

static int grow(struct vt_buf *buf, size_t n)
{
    if (buf->failed)
        return VT_ERR_FULL;
    if (n > buf->max_bytes || buf->len > buf->max_bytes - n) {
        buf->failed = true;
        return VT_ERR_FULL;
    }
    if (buf->data && buf->cap - buf->len > n)
        return VT_OK;
    size_t want = buf->cap ? buf->cap * 2 : 256;
    if (want < buf->len + n + 1)
        want = buf->len + n + 1;
    if (want > buf->max_bytes + 1)
        want = buf->max_bytes + 1;
    char *data = realloc(buf->data, want);
    if (!data) {
        buf->failed = true;
        return VT_ERR_NOMEM;
    }
    buf->data = data;
    buf->cap = want;
    return VT_OK;
}

char *vt_buf_reserve(struct vt_buf *buf, size_t n)
{
    return grow(buf, n) == VT_OK ? buf->data + buf->len : NULL;
}

void vt_buf_commit(struct vt_buf *buf, size_t n)
{
    buf->len += n;
}

int vt_buf_append(struct vt_buf *buf, const void *bytes, size_t n)
{
    int err = grow(buf, n);
    if (err)
        return err;
    if (n > 0)
        memcpy(buf->data + buf->len, bytes, n);
    buf->len += n;
    return VT_OK;
}

int vt_buf_str(struct vt_buf *buf, struct vt_str s)
{
    return vt_buf_append(buf, s.ptr, s.len);
}

int vt_buf_text(struct vt_buf *buf, const char *text)
{
    return vt_buf_append(buf, text, strlen(text));
}

int vt_buf_byte(struct vt_buf *buf, char byte)
{
    return vt_buf_append(buf, &byte, 1);
}

/* Into what room there is; a second time only where that was not enough. */
int vt_buf_printf(struct vt_buf *buf, const char *format, ...)
{
    va_list args;
    const size_t there = buf->data && !buf->failed ? buf->cap - buf->len : 0;
    va_start(args, format);
    const int needed = vsnprintf(there > 0 ? buf->data + buf->len : NULL, there, format, args);
    va_end(args);
    if (needed < 0)
        return VT_ERR_INVALID;
    char *room = vt_buf_reserve(buf, (size_t)needed);
    if (!room)
        return VT_ERR_FULL;
    if ((size_t)needed >= there) {
        va_start(args, format);
        vsnprintf(room, (size_t)needed + 1, format, args); /* grow() keeps one byte beyond */
        va_end(args);
    }
    vt_buf_commit(buf, (size_t)needed);
    return VT_OK;
}

int vt_buf_json_string(struct vt_buf *buf, struct vt_str s)
{
    static const char short_form[] = "btn\0fr"; /* 0x08..0x0d */
    vt_buf_byte(buf, '"');
    size_t start = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];
        if (ch >= 0x20 && ch != '"' && ch != '\\')
            continue;
        vt_buf_append(buf, s.ptr + start, i - start);
        start = i + 1;
        if (ch == '"' || ch == '\\') {
            vt_buf_byte(buf, '\\');
            vt_buf_byte(buf, (char)ch);
        } else if (ch >= 0x08 && ch <= 0x0d && ch != 0x0b) {
            vt_buf_byte(buf, '\\');
            vt_buf_byte(buf, short_form[ch - 0x08]);
        } else {
            vt_buf_printf(buf, "\\u%04x", ch);
        }
    }
    vt_buf_append(buf, s.ptr ? s.ptr + start : "", s.len - start);
    return vt_buf_byte(buf, '"');
}

void vt_buf_consume(struct vt_buf *buf, size_t n)
{
    if (n >= buf->len) {
        buf->len = 0;
        return;
    }
    memmove(buf->data, buf->data + n, buf->len - n);
    buf->len -= n;
}

const char *vt_buf_cstr(struct vt_buf *buf)
{
    if (buf->failed || !vt_buf_reserve(buf, 0))
        return "";
    buf->data[buf->len] = '\0';
    return buf->data;
}
