/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes by time (RFC 6238): SHA-1, 30 s, six digits, one step early or late, each step
 * once. What a code is good for the caller keeps: the last step taken. Any thread. */
#ifndef VT_AUTH_TOTP_H
#define VT_AUTH_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"
#include "server/base/str.h"

enum { VT_TOTP_SECRET = 20, VT_TOTP_TEXT = 33 /* base32 of it and a 0 */, VT_TOTP_STEP_MS = 30000 };

/* The number shown in step `step` with `digits` digits; also of longer secrets, for the RFC's own
 * examples. VT_OK or VT_ERR_NOMEM. */
int vt_totp_number(const void *secret, size_t n, int64_t step, unsigned digits, uint32_t *ret_number);
/* True for a code of the step of `now_ms` or the one before or after it, later than `last_step`. */
bool vt_totp_check(const void *secret, size_t n, struct vt_str code, int64_t now_ms, int64_t last_step,
                   int64_t *ret_step);
/* RFC 4648 base32 without padding, as authenticator apps take it. `ret` holds n * 8 / 5 + 2 bytes. */
void vt_totp_base32(const void *bytes, size_t n, char *ret);
/* otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…, to be shown as a QR code. */
void vt_totp_uri(struct vt_buf *out, struct vt_str issuer, struct vt_str account, const char *secret);

#endif
