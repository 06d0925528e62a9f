/* SPDX-License-Identifier: Apache-2.0 */
/* Entity tags and byte ranges (RFC 9110, sections 8.8.3, 13 and 14). */
#ifndef VT_HTTP_CONDITIONAL_H
#define VT_HTTP_CONDITIONAL_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/str.h"

/* If-None-Match: "*" or a list, compared weakly. `etag` comes with its quotes. */
bool vt_http_etag_listed(struct vt_str list, struct vt_str etag);
/* If-Range: strong, so W/ never matches; a date never matches either, as we give none. */
bool vt_http_etag_is(struct vt_str value, struct vt_str etag);

enum vt_http_range { VT_RANGE_WHOLE, VT_RANGE_PART, VT_RANGE_NONE };

/* One range of `size` bytes. WHOLE: no range, several, or nothing we understand, which are all
 * answered with 200; NONE: it lies outside (416). */
enum vt_http_range vt_http_range_parse(struct vt_str range, uint64_t size, uint64_t *ret_first,
                                       uint64_t *ret_last);

#endif
