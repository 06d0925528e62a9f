/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens. The first byte chooses: 's' signs the rest as claims with the site's key, so that what reads them
 * is reached; 'h' signs a header and claims, with a line end between them; anything else is the token as it
 * comes, and none of those may be good. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "server/auth/jwt.h"
#include "server/base/buf.h"
#include "server/base/err.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define HEADER "{\"alg\":\"HS256\"}"

enum { NOW_S = 1763000000, LIFE_S = 3600, TOKEN_MAX = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Key of nobody: P-256, from openssl ecparam; its private half was thrown away. */
static const char public_key[] = "-----BEGIN PUBLIC KEY-----\n"
                                 "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBndqOzOj2+fB4Uz8zUAQEgaqgPbW\n"
                                 "s3kIjgUJ3BI/bUH9hRE7xJrxMyfG4NyhhjBXX1C8VRofRynE7+Otkn4dDQ==\n"
                                 "-----END PUBLIC KEY-----\n";

static void put(struct vt_buf *out, const void *bytes, size_t len)
{
    char text[TOKEN_MAX * 2];
    int n = EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
    while (n > 0 && text[n - 1] == '=')
        n--;
    for (int i = 0; i < n; i++)
        vt_buf_byte(out, text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
}

static void sign(struct vt_buf *out, struct vt_str header, struct vt_str claims)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    put(out, header.ptr, header.len);
    vt_buf_byte(out, '.');
    put(out, claims.ptr, claims.len);
    HMAC(EVP_sha256(), SECRET, sizeof(SECRET) - 1, (const uint8_t *)out->data, out->len, mac, &n);
    vt_buf_byte(out, '.');
    put(out, mac, n);
}

/* What was taken lies within the rules and is text. */
static void check(const struct vt_jwt_claims *claims)
{
    if (!claims->sub[0] || strlen(claims->sub) >= sizeof(claims->sub) ||
        claims->exp < NOW_S - VT_JWT_SKEW_S || claims->exp > NOW_S + LIFE_S + VT_JWT_SKEW_S ||
        !vt_utf8_valid(claims->sub, strlen(claims->sub)) ||
        !vt_utf8_valid(claims->name, strlen(claims->name)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vt_jwt_key keys[] = {
        { .alg = VT_JWT_HS256, .key = VT_STR(SECRET) },
        { .alg = VT_JWT_ES256, .kid = VT_STR("k1"), .key = { public_key, sizeof(public_key) - 1 } },
    };
    const struct vt_jwt_rules rules = {
        .keys = keys, .keys_n = 2, .aud = VT_STR("pk_test"), .now_s = NOW_S, .life_s = LIFE_S
    };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf token = VT_BUF_INIT(TOKEN_MAX * 4);
    if (size == 0 || size > TOKEN_MAX)
        return 0;
    struct vt_str rest = { (const char *)data + 1, size - 1 };
    const char *stop = data[0] == 'h' ? memchr(rest.ptr, '\n', rest.len) : NULL;
    bool is_signed = true;
    if (data[0] == 's')
        sign(&token, VT_STR(HEADER), rest);
    else if (stop)
        sign(&token, (struct vt_str){ rest.ptr, (size_t)(stop - rest.ptr) },
             (struct vt_str){ stop + 1, (size_t)(rest.ptr + rest.len - stop - 1) });
    else
        is_signed = vt_buf_append(&token, data, size) != VT_OK;
    struct vt_jwt_claims claims;
    const char *why = NULL;
    int err = vt_jwt_verify(vt_buf_view(&token), &rules, &claims, &why);
    if (err == VT_OK ? !is_signed || why : !why)
        abort();
    if (err == VT_OK)
        check(&claims);
    return 0;
}
