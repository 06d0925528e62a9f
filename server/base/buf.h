/* SPDX-License-Identifier: Apache-2.0 */
/* Growing bytes with a maximum that the caller must state.
 *
 * Anything sized by input goes through here. An append past the maximum, or with no memory left,
 * changes nothing, marks the buffer failed and every later append fails too, so a run of appends
 * is checked once at its end. */
#ifndef VT_BASE_BUF_H
#define VT_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/cleanup.h"
#include "server/base/str.h"

struct vt_buf {
    char *data; /* owned; NULL until the first byte */
    size_t len;
    size_t cap;
    size_t max_bytes;
    bool failed;
};

#define VT_BUF_INIT(max)                                                                                     \
    {                                                                                                        \
        .max_bytes = (max)                                                                                   \
    }

void vt_buf_init(struct vt_buf *buf, size_t max_bytes);
void vt_buf_finish(struct vt_buf *buf);
/* Forgets the content and the failure, keeps the memory. */
void vt_buf_reset(struct vt_buf *buf);

/* Room for `n` more bytes at the end: a pointer to fill, or NULL. Call vt_buf_commit after. */
char *vt_buf_reserve(struct vt_buf *buf, size_t n);
void vt_buf_commit(struct vt_buf *buf, size_t n);

/* Each returns VT_OK, VT_ERR_FULL or VT_ERR_NOMEM. */
int vt_buf_append(struct vt_buf *buf, const void *bytes, size_t n);
int vt_buf_str(struct vt_buf *buf, struct vt_str s);
int vt_buf_text(struct vt_buf *buf, const char *text);
int vt_buf_byte(struct vt_buf *buf, char byte);
int vt_buf_printf(struct vt_buf *buf, const char *format, ...) VT_PRINTF(2, 3);

/* Appends `s` as a JSON string with its quotes: control characters, quote and backslash escaped,
 * all else as it is (RFC 8259, section 7). */
int vt_buf_json_string(struct vt_buf *buf, struct vt_str s);

/* Drops `n` bytes from the front. */
void vt_buf_consume(struct vt_buf *buf, size_t n);

/* A terminated copy of nothing: the buffer's own bytes with a 0 behind them, or "" when failed.
 * Valid until the next call. */
const char *vt_buf_cstr(struct vt_buf *buf);

static inline struct vt_str vt_buf_view(const struct vt_buf *buf)
{
    return (struct vt_str){ buf->data ? buf->data : "", buf->len };
}

#endif
