/* SPDX-License-Identifier: Apache-2.0 */
/* A borrowed piece of text: pointer and length, not terminated unless a call says so.
 * `ptr == NULL` means absent, which is not the same as empty. */
#ifndef VT_BASE_STR_H
#define VT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct vt_str {
    const char *ptr; /* borrowed; NULL: absent */
    size_t len;      /* bytes */
};

#define VT_STR(literal) ((struct vt_str){ "" literal, sizeof(literal) - 1 })
/* For printf's "%.*s". */
#define VT_STR_ARG(s)   (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline struct vt_str vt_str(const char *text)
{
    return (struct vt_str){ text, text ? strlen(text) : 0 };
}

static inline bool vt_str_eq(struct vt_str a, struct vt_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The part of `rest` before the first `end`, which is taken off with it; without one, all of it. */
struct vt_str vt_str_cut(struct vt_str *rest, char end);

/* Copies with a terminator; NULL when memory is short. An absent text gives "". Owned by the caller. */
char *vt_str_dup(struct vt_str s);

/* Copies into a fixed field with a terminator, cut at a character's start when it does not fit.
 * True when all of it fitted. `size` counts the terminator and is at least 1. */
bool vt_str_copy(char *field, size_t size, struct vt_str s);

/* True when the bytes are well-formed UTF-8 (RFC 3629: no overlong form, no surrogate, at most
 * U+10FFFF). */
bool vt_utf8_valid(const char *bytes, size_t len);

/* True as long as the bytes may be the beginning of such a text; the first `ret_whole` of them are whole
 * characters, and of one more its rest is yet to come. */
bool vt_utf8_begins(const char *bytes, size_t len, size_t *ret_whole);

/* Decimal digits only, the whole text, within [min, max]. VT_OK or VT_ERR_INVALID. */
int vt_str_to_u64(struct vt_str s, uint64_t min, uint64_t max, uint64_t *ret_value);

#endif
