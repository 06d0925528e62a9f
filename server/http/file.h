/* SPDX-License-Identifier: Apache-2.0 */
/* Files from below a root, and nothing else; regular, with ETag, conditional and range requests. */
#ifndef VT_HTTP_FILE_H
#define VT_HTTP_FILE_H

#include "server/http/http.h"

/* A descriptor for `name` beneath `root_fd`, by openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; -1: not
 * there, a link, or outside. */
int vt_file_open(int root_fd, const char *name);
/* The Content-Type of a name's ending; unknown: application/octet-stream. */
const char *vt_file_type(const char *name);
/* Answers with an open file, which is taken; -1: 404. `etag` NULL: from size and mtime. `cache_control` as
 * given. */
void vt_http_file_fd(struct vt_http_req *req, int fd, const char *type, const char *etag,
                     const char *cache_control);

#endif
