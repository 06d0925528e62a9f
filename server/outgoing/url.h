/* SPDX-License-Identifier: Apache-2.0 */
/* The address of an outgoing request, parsed once and written anew, so that what was judged and what
 * is connected to cannot be read differently by two parsers.
 *
 * Only http and https; no user info; host as in origin.h. Bytes that a URL must not hold (spaces,
 * controls within the path, letters outside ASCII) are percent-encoded, as browsers do with the paths of
 * feeds; the fragment goes. */
#ifndef VT_OUTGOING_URL_H
#define VT_OUTGOING_URL_H

#include "server/base/buf.h"
#include "server/origin.h"

enum { VT_URL_MOST = 2048 };

struct vt_url {
    struct vt_origin origin;
    char path[VT_URL_MOST + 1]; /* with its query, begins with '/' */
};

/* VT_OK, or VT_ERR_INVALID and a reason for people in ret_why. */
int vt_url_parse(struct vt_str text, struct vt_url *ret_url, struct vt_buf *ret_why);
/* The canonical text. */
int vt_url_text(const struct vt_url *url, struct vt_buf *out);
/* host and path without the query, which may hold secrets: for logs and lists. */
int vt_url_shown(const struct vt_url *url, struct vt_buf *out);

#endif
