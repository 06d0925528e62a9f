/* SPDX-License-Identifier: Apache-2.0 */
#include "media/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

#include "server/base/buf.h"
#include "server/base/err.h"

/* Found once: OpenSSL looks for EVP_sha256() again at each use, which costs as much as a short text's digest.
 */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void find_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

int vt_digest_sha256(const void *bytes, size_t len, uint8_t ret[VT_DIGEST_BYTES])
{
    unsigned int n = 0;
    pthread_once(&sha256_once, find_sha256);
    if (EVP_Digest(bytes, len, ret, &n, sha256 ? sha256 : EVP_sha256(), NULL) != 1 || n != VT_DIGEST_BYTES)
        return VT_ERR_NOMEM;
    return VT_OK;
}

enum { HMAC_INPUT_MAX = 256 * 1024 };

int vt_digest_hmac(const uint8_t *key, size_t key_len, const struct vt_str *parts, size_t count,
                   uint8_t ret[VT_DIGEST_BYTES])
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf input = VT_BUF_INIT(HMAC_INPUT_MAX);
    for (size_t i = 0; i < count; i++) {
        uint8_t len[8];
        for (int at = 0; at < 8; at++)
            len[at] = (uint8_t)((uint64_t)parts[i].len >> (56 - 8 * at));
        vt_buf_append(&input, len, sizeof(len));
        vt_buf_str(&input, parts[i]);
    }
    if (input.failed)
        return VT_ERR_FULL;
    unsigned int n = 0;
    if (!HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)vt_buf_view(&input).ptr, input.len, ret,
              &n))
        return VT_ERR_NOMEM;
    return VT_OK;
}

bool vt_digest_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
