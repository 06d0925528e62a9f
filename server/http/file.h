/* SPDX-License-Identifier: Apache-2.0 */
/* Files from below a root, and nothing else; what vt_http_file is made of. */
#ifndef VT_HTTP_FILE_H
#define VT_HTTP_FILE_H

#include "server/http/http.h"

/* A descriptor for `name` beneath `root_fd`, or -1: not there, a link, or outside. */
int vt_file_open(int root_fd, const char *name);
/* The Content-Type of a name's ending; unknown: application/octet-stream. */
const char *vt_file_type(const char *name);
/* As vt_http_file, for an open file that the answer now owns. */
void vt_http_file_fd(struct vt_http_req *req, int fd, const char *type, const char *etag,
                     const char *cache_control);

#endif
