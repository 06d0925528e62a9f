/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/jwt.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <string.h>

#include "server/api/json.h"
#include "server/auth/digest.h"
#include "server/base/err.h"

enum { SHA256_BYTES = 32, ES256_BYTES = 64, RSA_BITS_MIN = 2048, SIGNATURE_MAX = 1024 };

static const char *const names[VT_JWT_ALGS] = { "HS256", "RS256", "ES256" };

/* --- base64url ----------------------------------------------------------------------------- */

static int digit_of(char ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return ch - 'A';
    if (ch >= 'a' && ch <= 'z')
        return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9')
        return ch - '0' + 52;
    return ch == '-' ? 62 : ch == '_' ? 63 : -1;
}

/* Canonical: no padding, no foreign sign, no bits left over. The length, or -1. */
static int decode(struct vt_str text, uint8_t *to, size_t size)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;
    if (text.len % 4 == 1)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.ptr[i]);
        if (digit < 0)
            return -1;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (n == size)
            return -1;
        to[n++] = (uint8_t)(bits >> have);
        bits &= (1u << have) - 1;
    }
    return bits == 0 ? (int)n : -1;
}

/* --- signatures ---------------------------------------------------------------------------- */

static bool check_hmac(struct vt_str key, struct vt_str text, const uint8_t *sig, size_t sig_len)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    if (key.len < SHA256_BYTES ||
        !HMAC(EVP_sha256(), key.ptr, (int)key.len, (const uint8_t *)text.ptr, text.len, mac, &n))
        return false;
    return vt_secret_eq((struct vt_str){ (const char *)mac, n },
                        (struct vt_str){ (const char *)sig, sig_len });
}

static EVP_PKEY *read_key(struct vt_str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return key;
}

static bool fits(enum vt_jwt_alg alg, const EVP_PKEY *key)
{
    char group[32];
    size_t n = 0;
    if (alg == VT_JWT_RS256)
        return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= RSA_BITS_MIN;
    return alg == VT_JWT_ES256 && EVP_PKEY_is_a(key, "EC") &&
           EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), &n) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

int vt_jwt_check_key(enum vt_jwt_alg alg, struct vt_str pem)
{
    EVP_PKEY *key = read_key(pem);
    bool good = key && fits(alg, key);
    EVP_PKEY_free(key);
    return good ? VT_OK : VT_ERR_INVALID;
}

/* JOSE writes r and s side by side, OpenSSL reads DER. The length, or -1. */
static int to_der(const uint8_t *sig, size_t sig_len, uint8_t **ret_der)
{
    ECDSA_SIG *pair = sig_len == ES256_BYTES ? ECDSA_SIG_new() : NULL;
    BIGNUM *r = BN_bin2bn(sig, 32, NULL), *s = BN_bin2bn(sig + 32, 32, NULL);
    int n = -1;
    if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1) {
        r = s = NULL;
        n = i2d_ECDSA_SIG(pair, ret_der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return n;
}

static bool check_public(const struct vt_jwt_key *by, struct vt_str text, const uint8_t *sig, size_t sig_len)
{
    EVP_PKEY *key = read_key(by->key);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t *der = NULL;
    int n = by->alg == VT_JWT_ES256 ? to_der(sig, sig_len, &der) : (int)sig_len;
    bool good = key && ctx && n > 0 && fits(by->alg, key) &&
                EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(ctx, der ? der : sig, (size_t)n, (const uint8_t *)text.ptr, text.len) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return good;
}

/* --- the token ----------------------------------------------------------------------------- */

static json_t *read_part(struct vt_str part)
{
    uint8_t bytes[VT_JWT_MAX];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(256);
    int n = decode(part, bytes, sizeof(bytes));
    json_t *tree = n > 0 ? vt_json_parse((struct vt_str){ (const char *)bytes, (size_t)n }, VT_JWT_MAX, &why)
                         : NULL;
    if (json_is_object(tree))
        return tree;
    json_decref(tree);
    return NULL;
}

/* A header that asks for what we do not do (crit) is refused; what it names beside alg and kid is not read.
 */
static bool is_for(const json_t *header, const struct vt_jwt_key *key)
{
    const json_t *kid = json_object_get(header, "kid");
    return vt_str_eq(vt_json_text(header, "alg"), vt_str(names[key->alg])) && (!kid || json_is_string(kid)) &&
           vt_str_eq(vt_json_text(header, "kid"), key->kid) && !json_object_get(header, "crit");
}

static const char *check_signature(struct vt_str signed_text, struct vt_str head, struct vt_str signature,
                                   const struct vt_jwt_rules *rules)
{
    VT_CLEANUP(vt_json_unref)
    json_t *header = read_part(head);
    uint8_t sig[SIGNATURE_MAX];
    int n = decode(signature, sig, sizeof(sig));
    if (!header || n <= 0)
        return "the token is no JWT in canonical base64url";
    bool known = false;
    for (size_t i = 0; i < rules->keys_n; i++) {
        const struct vt_jwt_key *key = &rules->keys[i];
        if (!is_for(header, key))
            continue;
        known = true;
        if (key->alg == VT_JWT_HS256 ? check_hmac(key->key, signed_text, sig, (size_t)n)
                                     : check_public(key, signed_text, sig, (size_t)n))
            return NULL;
    }
    return known ? "the token's signature is not the site's"
                 : "the site has no key of the token's algorithm and kid";
}

static bool names_audience(const json_t *claims, struct vt_str aud)
{
    const json_t *value = json_object_get(claims, "aud");
    if (json_is_string(value))
        return vt_str_eq(vt_json_text(claims, "aud"), aud);
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++)
        if (vt_str_eq(vt_str(json_string_value(json_array_get(value, i))), aud))
            return true;
    return false;
}

/* An absent or odd text leaves the field empty. */
static void take(const json_t *claims, const char *name, char *to, size_t size)
{
    struct vt_str text = vt_json_text(claims, name);
    to[0] = '\0';
    if (text.ptr && text.len < size)
        vt_str_copy(to, size, text);
}

static const char *check_claims(const json_t *claims, const struct vt_jwt_rules *rules,
                                struct vt_jwt_claims *ret)
{
    const json_t *exp = json_object_get(claims, "exp"), *nbf = json_object_get(claims, "nbf");
    int64_t exp_s = json_integer_value(exp);
    if (!names_audience(claims, rules->aud))
        return "the token's aud is not this site's key";
    if (!json_is_integer(exp))
        return "the token has no exp in whole seconds";
    if (exp_s < rules->now_s - VT_JWT_SKEW_S)
        return "the token has expired";
    if (exp_s > rules->now_s + rules->life_s + VT_JWT_SKEW_S)
        return "the token's exp lies too far ahead";
    if (nbf && (!json_is_integer(nbf) || json_integer_value(nbf) > rules->now_s + VT_JWT_SKEW_S))
        return "the token is not valid yet";
    take(claims, "sub", ret->sub, sizeof(ret->sub));
    take(claims, "jti", ret->jti, sizeof(ret->jti));
    take(claims, "name", ret->name, sizeof(ret->name));
    take(claims, "email", ret->email, sizeof(ret->email));
    take(claims, "reference", ret->reference, sizeof(ret->reference));
    take(claims, "value", ret->value, sizeof(ret->value));
    take(claims, "currency", ret->currency, sizeof(ret->currency));
    ret->exp = exp_s;
    return ret->sub[0] ? NULL : "the token's sub is missing or longer than 128 bytes";
}

int vt_jwt_verify(struct vt_str token, const struct vt_jwt_rules *rules, struct vt_jwt_claims *ret_claims,
                  const char **ret_why)
{
    const char *end = token.ptr + token.len;
    const char *dot = token.len <= VT_JWT_MAX ? memchr(token.ptr, '.', token.len) : NULL;
    const char *second = dot ? memchr(dot + 1, '.', (size_t)(end - dot - 1)) : NULL;
    *ret_why = "the token is no JWT of at most 3 KiB";
    if (!second)
        return VT_ERR_INVALID;
    struct vt_str head = { token.ptr, (size_t)(dot - token.ptr) };
    struct vt_str body = { dot + 1, (size_t)(second - dot - 1) };
    struct vt_str signature = { second + 1, (size_t)(end - second - 1) };
    struct vt_jwt_claims claims;
    *ret_why = check_signature((struct vt_str){ token.ptr, (size_t)(second - token.ptr) }, head, signature,
                               rules);
    if (*ret_why)
        return VT_ERR_INVALID;
    VT_CLEANUP(vt_json_unref)
    json_t *tree = read_part(body);
    *ret_why = tree ? check_claims(tree, rules, &claims) : "the token's claims are no JSON object";
    if (*ret_why)
        return VT_ERR_INVALID;
    *ret_claims = claims;
    return VT_OK;
}
