/* SPDX-License-Identifier: Apache-2.0 */
/* A site's secret: 32 random bytes from which every key of the site is derived, one for each purpose, so that
 * what is signed for one thing says nothing about another.
 *
 * It lies sealed in the store (auth/seal.h); vt_sites opens it and makes the one a site lacks, at the first
 * start or after `vitrine admin site rotate-secret`. The one before stays good for checking, until the next
 * rotation. Loop thread only. */
#ifndef VT_SITE_SECRET_H
#define VT_SITE_SECRET_H

#include "media/sign.h"
#include "server/auth/seal.h"
#include "server/base/str.h"

struct vt_site; /* site.h */

struct vt_site_secret {
    uint8_t current[VT_SEAL_BYTES], previous[VT_SEAL_BYTES];
    bool has_current, has_previous;
};

/* Each use has a line of its own. */
enum vt_site_purpose {
    VT_SITE_SIGN,      /* addresses and grants, media/sign.h */
    VT_SITE_IDS,       /* ids of uploads and films */
    VT_SITE_BOT,       /* what the site's own bot is told is signed with, webhook_sign.h */
    VT_SITE_CUSTOMERS, /* HS256 of the shop's tokens for customers: the key as lower-case hex */
    VT_SITE_PURPOSES
};

/* The current key and, when there is one, that of before. VT_ERR_MISSING: the site's secret could not be
 * opened, which vt_sites has logged. */
int vt_site_key(const struct vt_site *site, enum vt_site_purpose purpose, uint8_t ret_key[VT_SEAL_BYTES]);
int vt_site_keys(const struct vt_site *site, enum vt_site_purpose purpose, struct vt_sign_keys *ret_keys);
int vt_site_sign_keys(const struct vt_site *site, struct vt_sign_keys *ret_keys);
/* The id of an upload ("upload") or film ("film"): nobody outside can make one or ask for one. `scope`: the
 * conversation; `content`: SHA-256 of the original, or what else the thing is made from. */
int vt_site_media_id(const struct vt_site *site, const char *what, struct vt_str scope, struct vt_str content,
                     char ret_id[VT_SIGN_ID + 1]);

/* HS256 of the shop's tokens as the shop has it: 64 lower-case hex digits and a 0. */
enum { VT_SITE_SHOP_KEY = 2 * VT_SEAL_BYTES + 1 };
int vt_site_shop_key(const struct vt_site_secret *secret, char ret_key[VT_SITE_SHOP_KEY]);

/* For vt_sites. Opens what the store holds; a text that is absent or does not open leaves its part out and
 * gives VT_ERR_INVALID when there was one. */
int vt_site_secret_open(const struct vt_seal *seal, struct vt_str site, struct vt_str current,
                        struct vt_str previous, struct vt_site_secret *ret_secret);
/* A new one, as the store holds it. */
int vt_site_secret_make(const struct vt_seal *seal, struct vt_str site, char ret_text[VT_SEAL_TEXT]);

#endif
