/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that comes as a whole, such as a request's body: parsed under a cap of size and depth, with
 * duplicate keys and NUL refused, and its fields taken with a reason when they do not fit. */
#ifndef VT_API_JSON_H
#define VT_API_JSON_H

#include <jansson.h>

#include "server/base/buf.h"
#include "server/base/str.h"

enum { VT_JSON_DEPTH = 32 };

/* A new tree, or NULL and one sentence in ret_error. */
json_t *vt_json_parse(struct vt_str text, size_t max_bytes, struct vt_buf *ret_error);

/* A member's text, borrowed from the tree; absent when the member is missing, null or no string. */
struct vt_str vt_json_text(const json_t *object, const char *name);
/* The same with its bounds in bytes. VT_OK, VT_ERR_MISSING or VT_ERR_INVALID, and then a sentence that names
 * the field. */
int vt_json_take_text(const json_t *object, const char *name, size_t min, size_t max, struct vt_str *ret_text,
                      struct vt_buf *ret_error);
/* `"name":"text"` with a comma before it unless it is the first; an absent text adds nothing. */
void vt_json_put_text(struct vt_buf *out, const char *name, struct vt_str text);

void vt_json_put_number(struct vt_buf *out, const char *name, int64_t number);
/* `"name":` and then `raw` as it is: true, null, an object. */
void vt_json_put_raw(struct vt_buf *out, const char *name, struct vt_str raw);

static inline void vt_json_unref(json_t **tree)
{
    json_decref(*tree);
}

#endif
