/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104), the only door from media to the crypto library. */
#ifndef VT_MEDIA_DIGEST_H
#define VT_MEDIA_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"

enum { VT_DIGEST_BYTES = 32 };

/* VT_OK or VT_ERR_NOMEM. */
int vt_digest_sha256(const void *bytes, size_t len, uint8_t ret[VT_DIGEST_BYTES]);
/* Over the parts in order, each led by its length as eight bytes: no two lists of parts give the same input.
 */
int vt_digest_hmac(const uint8_t *key, size_t key_len, const struct vt_str *parts, size_t count,
                   uint8_t ret[VT_DIGEST_BYTES]);
/* Constant time in what it compares, not in the length. */
bool vt_digest_equal(const void *a, const void *b, size_t len);

#endif
