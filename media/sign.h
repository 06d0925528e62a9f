/* SPDX-License-Identifier: Apache-2.0 */
/* Signed addresses: MACs of URLs, grants for one picture, ids nobody can guess.
 *
 * A signature is base64url of HMAC-SHA256 cut to 128 bits, 22 characters. A URL's covers the raw path
 * and query up to its last parameter `&s=`, and so also `e`, the expiry in Unix seconds. A grant's
 * covers a picture's id and `e` alone, so it opens every size, tile and format of it. Each use has its own
 * first part, so none passes for another. Two keys per site: signing with the current, accepting both. */
#ifndef VT_MEDIA_SIGN_H
#define VT_MEDIA_SIGN_H

#include <stdint.h>

#include "media/media_errors.h"
#include "media/recipe.h"
#include "server/base/buf.h"

enum { VT_SIGN_KEY_BYTES = 32, VT_SIGN_TEXT = 22, VT_SIGN_ID = 64 };

struct vt_sign_keys {
    uint8_t current[VT_SIGN_KEY_BYTES];
    uint8_t previous[VT_SIGN_KEY_BYTES];
    bool has_previous;
};

/* Appends `&s=…` (`?s=…` is never right: `e` comes before it) to the raw path and query in `target`. */
int vt_sign_url(const struct vt_sign_keys *keys, struct vt_buf *target);

/* `target` as it came, undecoded: path?…&e=…&…&s=…, `s` last, `e` once. VT_MEDIA_OK, SIGNATURE or
 * EXPIRED; the MAC is judged before anything it covers. */
enum vt_media_err vt_sign_check_url(const struct vt_sign_keys *keys, struct vt_str target, int64_t now_s,
                                    struct vt_media_problem *problem);

/* Appends `id?e=…&s=…`: what the wire calls `media` for an upload. */
int vt_sign_grant(const struct vt_sign_keys *keys, struct vt_str id, int64_t expiry_s, struct vt_buf *out);

/* `e` and `s` as they came as parameters. */
enum vt_media_err vt_sign_check_grant(const struct vt_sign_keys *keys, struct vt_str id, struct vt_str e,
                                      struct vt_str s, int64_t now_s, struct vt_media_problem *problem);

/* The id of an upload: HMAC of conversation and SHA-256 of the original, so that nobody can ask
 * whether a picture is here. `what` is "upload" or "film"; the current key alone, ids are kept. */
int vt_sign_media_id(const uint8_t key[VT_SIGN_KEY_BYTES], const char *what, struct vt_str scope,
                     struct vt_str content, char ret_hex[VT_SIGN_ID + 1]);

#endif
