/* SPDX-License-Identifier: Apache-2.0 */
/* The originals of catalogue pictures: <data>/originals/ab/cd/<id>, the id being the SHA-256 of the
 * bytes. A file appears whole or not at all; bringing the same one in again changes nothing. The server turns
 * each into a master (media_masters.h) and removes it. */
#ifndef VT_CATALOGUE_ORIGINALS_H
#define VT_CATALOGUE_ORIGINALS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/auth/digest.h"
#include "server/base/buf.h"

enum { VT_ORIGINAL_BYTES = 40 << 20 };

/* Copies `path`, which must lie beneath the directory `from_fd` without a symbolic link on the way, be a
 * regular file of at most 40 MB and a JPEG, PNG or WebP by its first bytes. VT_OK, or an error and why. */
int vt_originals_take(int from_fd, struct vt_str path, const char *data_dir, char ret_id[VT_SHA256_TEXT],
                      bool *ret_new, struct vt_buf *ret_why);

/* The size of such a file, upright, from its header. VT_OK, or an error and why. */
int vt_originals_size(int from_fd, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why);

/* A file without a name beside the originals, for bytes that arrive; -1: errno says why. Its owner closes it.
 */
int vt_originals_draft(const char *data_dir);
/* Gives it its place among the originals when its first bytes are those of a picture within the limits; what
 * has a master already needs none. Waits for the disk: any thread but the loop's. VT_OK, or an error and why.
 */
int vt_originals_settle(int fd, const char *data_dir, char ret_id[VT_SHA256_TEXT], struct vt_buf *ret_why);

#endif
