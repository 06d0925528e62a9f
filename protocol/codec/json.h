/* SPDX-License-Identifier: Apache-2.0 */
/* The only door to the JSON library: parsing under our limits, and writing a value as we write. */
#ifndef VT_PROTOCOL_JSON_H
#define VT_PROTOCOL_JSON_H

#include <jansson.h>

#include "server/base/buf.h"
#include "server/base/str.h"

/* VT_ERR_INVALID unless `text` is one JSON value in well-formed UTF-8, at most VT_TEXT_DEPTH_MAX deep, with
 * no key twice in an object, no NUL in a text, and every number within a long or a double. */
int vt_json_read(struct vt_str text, json_t **ret_value);
void vt_json_unref(json_t **value);
/* Compact text of a value. */
void vt_json_write(struct vt_buf *out, const json_t *value);

#endif
