/* SPDX-License-Identifier: Apache-2.0 */
/* tar: plain files behind each other in a file that can be sought, as POSIX has it (ustar). Names and sizes
 * of our own making, so a page of code does what a library of thirty formats would. Any thread. */
#ifndef VT_API_TAR_H
#define VT_API_TAR_H

#include <stdint.h>

#include "server/base/str.h"

/* `name` has less than 100 bytes. What is written to `fd` from here to vt_tar_end is the member's content.
 * Each: VT_OK, or VT_ERR_FULL. */
int vt_tar_begin(int fd, int64_t *ret_start);
int vt_tar_end(int fd, int64_t start, const char *name, int64_t mtime_s);
/* Two empty blocks. */
int vt_tar_finish(int fd);
/* All of it, however often the kernel takes a part. */
int vt_tar_write(int fd, struct vt_str bytes);

#endif
