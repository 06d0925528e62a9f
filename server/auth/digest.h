/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and comparison in constant time: how secrets are kept and looked up. Any thread. */
#ifndef VT_AUTH_DIGEST_H
#define VT_AUTH_DIGEST_H

#include <stdbool.h>

#include "server/base/str.h"

enum { VT_SHA256_TEXT = 65 /* 64 lower-case hex digits and a 0 */ };

/* VT_OK, or VT_ERR_NOMEM when OpenSSL has no memory left. */
int vt_sha256_hex(struct vt_str bytes, char ret_text[VT_SHA256_TEXT]);

/* A file's digest as it is copied: begin, add pieces, end. `end` frees in every case. */
struct vt_sha256;
struct vt_sha256 *vt_sha256_begin(void); /* NULL: no memory */
int vt_sha256_add(struct vt_sha256 *sha, const void *bytes, size_t n);
int vt_sha256_end(struct vt_sha256 *sha, char ret_text[VT_SHA256_TEXT]);

/* Time depends on the lengths only. */
bool vt_secret_eq(struct vt_str a, struct vt_str b);
/* Overwrites in a way no compiler leaves out. */
void vt_secret_wipe(void *bytes, size_t n);

#endif
