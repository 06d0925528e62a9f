/* SPDX-License-Identifier: Apache-2.0 */
/* A feed's bytes as UTF-8 without a mark at the beginning and without control characters, whatever it was
 * written in: by its byte order mark, by what its XML declares, else by what its bytes can be. A few broken
 * characters in UTF-8 become U+FFFD; a file with more of them than of good ones is read as Windows-1252,
 * which is what Latin-1 means in practice. */
#ifndef VT_CATALOGUE_FEED_SOURCE_H
#define VT_CATALOGUE_FEED_SOURCE_H

#include <stdbool.h>

#include "server/base/buf.h"

struct vt_feed_source;

/* Looks through the file once. NULL: one sentence in ret_error. `fd` is borrowed. */
struct vt_feed_source *vt_feed_source_open(int fd, struct vt_buf *ret_error);
void vt_feed_source_close(struct vt_feed_source *source);
/* The next bytes, good until the next call; none at the end. VT_OK or VT_ERR_IO. */
int vt_feed_source_next(struct vt_feed_source *source, struct vt_str *ret_bytes);
void vt_feed_source_rewind(struct vt_feed_source *source);

#endif
