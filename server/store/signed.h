/* SPDX-License-Identifier: Apache-2.0 */
/* Customers the shop has signed for: which conversation is theirs, and tokens that were used. As manage.h: at
 * once, on the store's thread. */
#ifndef VT_STORE_SIGNED_H
#define VT_STORE_SIGNED_H

#include "server/store/manage.h"

struct vt_signed {
    struct vt_str site, conv; /* where the token was shown */
    struct vt_str sub;        /* who it is for */
    struct vt_str jti;        /* SHA-256 of its number; absent: it has none */
    int64_t expires, now;     /* ms since 1970; expires: when the token is worth nothing any more */
    bool joins;               /* another conversation of theirs may be gone on with */
    struct vt_str fresh_conv, fresh_customer; /* ids for one that is made */
};
/* The conversation to go on with: `conv` itself when it is theirs, or nobody's yet (it is theirs then); their
 * newest other one; or a new one, where `conv` is somebody else's. VT_ERR_STALE: the token was shown in
 * another conversation before. What is kept of tokens is bounded by the shop, which signs them, and by their
 * life: each that comes clears up after those that have run out. */
int vt_signed_take(struct vt_manage *manage, const struct vt_signed *token, struct vt_arena *arena,
                   struct vt_str *ret_conv);

#endif
