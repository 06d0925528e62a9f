/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and queries: checked, decoded and encoded by us (RFC 3986).
 *
 * The library's parser has decoded the target once when we get it, so a path is only checked, never
 * decoded again; a query is put back together in encoded form and read with the calls here. */
#ifndef VT_HTTP_PATH_H
#define VT_HTTP_PATH_H

#include <stdbool.h>

#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/str.h"

/* A decoded path that may reach a handler: starts with '/', valid UTF-8, no control character or
 * backslash, no empty, "." or ".." segment; it may end in '/'. */
bool vt_http_path_ok(struct vt_str path);
/* Appends `s`, everything but unreserved characters as %XX. */
int vt_http_encode(struct vt_buf *out, struct vt_str s);
/* Decodes %XX (and '+' to a space when `form`) into the arena. VT_ERR_INVALID: a broken escape, a
 * NUL, or no UTF-8. */
int vt_http_decode(struct vt_arena *arena, struct vt_str s, bool form, struct vt_str *ret_text);
/* The first value of `name` in a query, decoded as a form. VT_ERR_MISSING when it is not there. */
int vt_http_query_get(struct vt_arena *arena, struct vt_str query, const char *name,
                      struct vt_str *ret_value);
/* The raw value of a cookie, quotes taken off. ptr NULL when there is none. */
struct vt_str vt_http_cookie_get(struct vt_str header, const char *name);

#endif
