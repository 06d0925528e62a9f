/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords by scrypt (RFC 7914) from OpenSSL; parameters stand in the text, so they can be raised.
 * Text form: scrypt$<log2 N>$<r>$<p>$<salt base64url>$<hash base64url>. Both calls take tens of
 * milliseconds and run in libuv's pool, never on the loop. */
#ifndef VT_AUTH_PASSWORD_H
#define VT_AUTH_PASSWORD_H

#include <stdbool.h>

#include "server/base/str.h"

enum { VT_PASSWORD_MIN = 12, VT_PASSWORD_MAX = 256, VT_PASSWORD_TEXT = 160 };

int vt_password_hash(struct vt_str password, char ret_text[VT_PASSWORD_TEXT]);
/* `text` absent (unknown name): does the same work and returns false. *ret_weak: parameters below today's. */
bool vt_password_verify(struct vt_str password, struct vt_str text, bool *ret_weak);

#endif
