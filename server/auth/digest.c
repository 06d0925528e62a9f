/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"

struct vt_sha256 {
    EVP_MD_CTX *md; /* owned */
};

struct vt_sha256 *vt_sha256_begin(void)
{
    struct vt_sha256 *sha = calloc(1, sizeof(*sha));
    if (!sha)
        return NULL;
    sha->md = EVP_MD_CTX_new();
    if (sha->md && EVP_DigestInit_ex(sha->md, EVP_sha256(), NULL) == 1)
        return sha;
    EVP_MD_CTX_free(sha->md);
    free(sha);
    return NULL;
}

int vt_sha256_add(struct vt_sha256 *sha, const void *bytes, size_t n)
{
    return EVP_DigestUpdate(sha->md, bytes, n) == 1 ? VT_OK : VT_ERR_NOMEM;
}

int vt_sha256_end(struct vt_sha256 *sha, char ret_text[VT_SHA256_TEXT])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    int ok = EVP_DigestFinal_ex(sha->md, digest, &n);
    EVP_MD_CTX_free(sha->md);
    free(sha);
    if (ok != 1 || n * 2 + 1 != VT_SHA256_TEXT)
        return VT_ERR_NOMEM;
    vt_hex(digest, n, ret_text);
    return VT_OK;
}

int vt_sha256_hex(struct vt_str bytes, char ret_text[VT_SHA256_TEXT])
{
    struct vt_sha256 *sha = vt_sha256_begin();
    if (!sha)
        return VT_ERR_NOMEM;
    int added = vt_sha256_add(sha, bytes.len > 0 ? bytes.ptr : "", bytes.len);
    int ended = vt_sha256_end(sha, ret_text);
    return added ? added : ended;
}

bool vt_secret_eq(struct vt_str a, struct vt_str b)
{
    return a.len == b.len && a.ptr && b.ptr && CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0;
}

void vt_secret_wipe(void *bytes, size_t n)
{
    OPENSSL_cleanse(bytes, n);
}
