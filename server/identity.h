/* SPDX-License-Identifier: Apache-2.0 */
/* Identity: whether the shop has signed for a customer (security.md 2, JWT).
 *
 * Algorithm and key come from the site, never from the token: HS256 under the site's own key, RS256 and ES256
 * under the public keys of its settings. */
#ifndef VT_IDENTITY_H
#define VT_IDENTITY_H

#include "server/auth/jwt.h"
#include "server/reply.h"

/* What the shop has signed. */
struct vt_identity {
    char sub[VT_JWT_SUB], jti[VT_JWT_JTI];
    char name[81], email[255];                  /* may be "" */
    char reference[65], value[25], currency[4]; /* of an order; may be "" */
    int64_t expires_ms;                         /* when the token is refused in any case */
};
/* VT_OK; or VT_ERR_FIELD_BAD with the request's error filled. */
int vt_identity_verify(struct vt_request *rq, struct vt_str token, struct vt_identity *ret_identity);
bool vt_identity_enforced(const struct vt_app *app, const char *site);
/* Where the site enforces, a conversation the shop has signed for goes on only with a token on the
 * connection. */
bool vt_identity_owes(const struct vt_request *rq);

#endif
