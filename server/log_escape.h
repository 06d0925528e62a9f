/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign text made harmless for whoever reads a log: in a terminal, in a viewer, in a parser.
 * Control characters (C0, C1, DEL), bidirectional overrides, zero-width characters and line
 * separators never come out as themselves; bytes that are not UTF-8 are shown as such. */
#ifndef VT_LOG_ESCAPE_H
#define VT_LOG_ESCAPE_H

#include "server/base/buf.h"

/* A JSON string with its quotes; a byte that is not UTF-8 becomes U+FFFD. */
void vt_log_escape_json(struct vt_buf *out, struct vt_str value);
/* A logfmt value: bare when that is safe, else in quotes with \", \\, \n, \xNN and \u{NNNN}. */
void vt_log_escape_text(struct vt_buf *out, struct vt_str value);

#endif
