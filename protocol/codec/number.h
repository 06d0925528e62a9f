/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as JSON text, the same bytes as JavaScript's, whatever the locale. */
#ifndef VT_PROTOCOL_NUMBER_H
#define VT_PROTOCOL_NUMBER_H

#include <stdint.h>

#include "server/base/buf.h"

int vt_json_int(struct vt_buf *out, int64_t value);
/* The shortest text that reads back as the same double, laid out by ECMAScript's rule
 * (Number::toString). NaN and the infinities have no JSON; they become 0. */
int vt_json_number(struct vt_buf *out, double value);

#endif
