/* SPDX-License-Identifier: Apache-2.0 */
/* JWT: a shop's signature for a customer, checked as security.md 2 says.
 *
 * The caller says which algorithms and keys count; what the token's header claims is only compared with them,
 * so `none`, a public key used as an HMAC secret, jku and foreign kids come to nothing. base64url is
 * canonical, JSON without duplicates. A few lines on OpenSSL rather than a JWT library: those of Debian 12
 * (libjwt 1.10, José 11) choose by the header or decode leniently, and what they would spare is what has to
 * be strict here. */
#ifndef VT_AUTH_JWT_H
#define VT_AUTH_JWT_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"

enum { VT_JWT_MAX = 3072, VT_JWT_SKEW_S = 60, VT_JWT_SUB = 129, VT_JWT_JTI = 129 };
enum vt_jwt_alg { VT_JWT_HS256, VT_JWT_RS256, VT_JWT_ES256, VT_JWT_ALGS };

struct vt_jwt_key {
    enum vt_jwt_alg alg;
    struct vt_str kid; /* absent: for tokens without one */
    struct vt_str key; /* HS256: the secret; else a public key in PEM */
};

struct vt_jwt_claims {
    char sub[VT_JWT_SUB], jti[VT_JWT_JTI];      /* jti may be "" */
    char name[81], email[255];                  /* may be "" */
    char reference[65], value[25], currency[4]; /* of an order; may be "" */
    int64_t exp;                                /* s since 1970 */
};

struct vt_jwt_rules {
    const struct vt_jwt_key *keys;
    size_t keys_n;
    struct vt_str aud;
    int64_t now_s, life_s; /* exp lies at most life_s ahead */
};

/* VT_OK; or VT_ERR_INVALID and a sentence in *ret_why that names no part of the token. */
int vt_jwt_verify(struct vt_str token, const struct vt_jwt_rules *rules, struct vt_jwt_claims *ret_claims,
                  const char **ret_why);
/* Whether a public key in PEM fits the algorithm: RSA of 2048 bits or more, P-256. */
int vt_jwt_check_key(enum vt_jwt_alg alg, struct vt_str pem);

#endif
