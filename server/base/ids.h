/* SPDX-License-Identifier: Apache-2.0 */
/* Random names and the clocks. */
#ifndef VT_BASE_IDS_H
#define VT_BASE_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/buf.h"

enum { VT_ID_BYTES = 16, VT_ID_TEXT = 23 /* 22 base64url characters of 128 bits and a 0 */ };

/* Fills with bytes from the kernel; aborts if it has none, as nothing safe could follow. */
void vt_random(void *bytes, size_t n);
/* A new 128-bit id as base64url (RFC 4648, section 5) without padding. */
void vt_id_new(char ret_text[VT_ID_TEXT]);

/* base64url without padding. `ret` holds at least (n + 2) / 3 * 4 + 1 bytes. */
void vt_base64url(const void *bytes, size_t n, char *ret);
/* Appends what such a text says. VT_ERR_INVALID unless it is the one canonical form (RFC 4648, 3.5), and the
 * errors of the buffer. */
int vt_base64url_read(struct vt_str text, struct vt_buf *out);
/* Lower-case hex; `ret` holds 2 * n + 1 bytes. */
void vt_hex(const void *bytes, size_t n, char *ret);

/* Milliseconds that never jump: for every timer and deadline. */
int64_t vt_now_ms(void);
/* Milliseconds since 1970, UTC: only for what people read and for dates that outlive us. */
int64_t vt_wall_ms(void);
/* The same, as it was at the first call plus the time that has passed since, suspended or not: it stays when
 * somebody sets the clock. For what we hand out and take back ourselves: tokens, logins, locks. Any thread.
 */
int64_t vt_steady_ms(void);
/* A moment of the wall clock as vt_steady_ms counts it. */
int64_t vt_steady_of(int64_t wall_ms);
/* The later of the two, for what other processes have dated: a clock set back makes nothing good again. */
int64_t vt_latest_ms(void);

#endif
