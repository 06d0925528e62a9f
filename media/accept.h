/* SPDX-License-Identifier: Apache-2.0 */
/* The Accept and Accept-Encoding headers (RFC 9110, 12.5.1 and 12.5.3), as far as files need them. */
#ifndef VT_MEDIA_ACCEPT_H
#define VT_MEDIA_ACCEPT_H

#include "server/base/str.h"

/* The quality of `type` ("image/avif", "gzip") in thousandths: of an entry naming it, and only with
 * `with_wildcards` also of its family and of all types, the most exact entry counting. -1: not named. */
int vt_accept_quality(struct vt_str header, const char *type, bool with_wildcards);

#endif
