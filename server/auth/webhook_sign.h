/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of calls between servers, as "Standard Webhooks" has them, so that any of its libraries checks
 * ours and makes what we check: https://github.com/standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md (symmetric signatures). HMAC-SHA256 over `id.timestamp.body` under a secret that
 * people see as `whsec_` and base64; three headers carry id, seconds since 1970 and `v1,` with the base64 of
 * the digest.
 *
 * Each call is signed with every key given, current first: while a secret is being changed the other side may
 * hold either. Whoever checks takes any of several signatures under any of its keys. Any thread. */
#ifndef VT_AUTH_WEBHOOK_SIGN_H
#define VT_AUTH_WEBHOOK_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"

enum {
    VT_WEBHOOK_KEY_LEAST = 24,
    VT_WEBHOOK_KEY_MOST = 64,
    VT_WEBHOOK_KEY_NEW = 32, /* bytes of a key of ours: one VT_SEAL_BYTES */
    VT_WEBHOOK_SECRET = 96,  /* "whsec_", 88 characters and a 0 */
    VT_WEBHOOK_KEYS = 2,     /* current and the one before */
    VT_WEBHOOK_ID = 64,
    VT_WEBHOOK_SIGNATURE = VT_WEBHOOK_KEYS * 48, /* "v1," and 44 characters each, a space or 0 behind */
    VT_WEBHOOK_TOLERANCE_S = 300
};

struct vt_webhook_key {
    uint8_t bytes[VT_WEBHOOK_KEY_MOST];
    size_t n;
};

void vt_webhook_key_new(struct vt_webhook_key *ret_key);
/* Of `whsec_` and base64 (24 to 64 bytes); the prefix may be left out. VT_OK or VT_ERR_INVALID. */
int vt_webhook_key_read(struct vt_str text, struct vt_webhook_key *ret_key);
void vt_webhook_key_text(const struct vt_webhook_key *key, char ret_text[VT_WEBHOOK_SECRET]);

/* Header lines for vt_outgoing_request.headers; `list` points into the struct, which therefore stays where it
 * is. */
struct vt_webhook_headers {
    char id[sizeof("webhook-id: ") + VT_WEBHOOK_ID], timestamp[48];
    char signature[sizeof("webhook-signature: ") + VT_WEBHOOK_SIGNATURE];
    const char *list[4]; /* NULL-terminated */
};
/* `id`: [A-Za-z0-9_-], at most VT_WEBHOOK_ID; the same for each try of one call. `keys`: one or two.
 * VT_OK, VT_ERR_INVALID or VT_ERR_NOMEM. */
int vt_webhook_sign(const struct vt_webhook_key *keys, size_t keys_n, struct vt_str id, int64_t now_s,
                    struct vt_str body, struct vt_webhook_headers *ret_headers);

/* What came in: the three headers as they were sent. */
struct vt_webhook_given {
    struct vt_str id, timestamp, signature, body;
};
/* VT_OK; VT_ERR_INVALID: a header is missing or malformed, or no signature fits; VT_ERR_STALE: it fits, and
 * is older or newer than the tolerance. */
int vt_webhook_verify(const struct vt_webhook_key *keys, size_t keys_n, const struct vt_webhook_given *given,
                      int64_t now_s);

#endif
