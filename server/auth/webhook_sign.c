/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/webhook_sign.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "server/auth/digest.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { MAC_BYTES = 32, MAC_TEXT = 45 /* base64 of it and a 0 */, SIGNATURES_MOST = 16 };

static const struct vt_str prefix = VT_STR("whsec_");

/* --- secrets ------------------------------------------------------------------------------------- */

void vt_webhook_key_new(struct vt_webhook_key *ret_key)
{
    ret_key->n = VT_WEBHOOK_KEY_NEW;
    vt_random(ret_key->bytes, ret_key->n);
}

void vt_webhook_key_text(const struct vt_webhook_key *key, char ret_text[VT_WEBHOOK_SECRET])
{
    memcpy(ret_text, prefix.ptr, prefix.len);
    EVP_EncodeBlock((unsigned char *)ret_text + prefix.len, key->bytes, (int)key->n);
}

/* OpenSSL's decoder forgives much, so what it made must give the same text again. */
int vt_webhook_key_read(struct vt_str text, struct vt_webhook_key *ret_key)
{
    unsigned char bytes[VT_WEBHOOK_SECRET];
    char again[VT_WEBHOOK_SECRET];
    struct vt_webhook_key key = { .n = 0 };
    if (text.len > prefix.len && memcmp(text.ptr, prefix.ptr, prefix.len) == 0)
        text = (struct vt_str){ text.ptr + prefix.len, text.len - prefix.len };
    if (text.len < 4 || text.len > (VT_WEBHOOK_KEY_MOST + 2) / 3 * 4)
        return VT_ERR_INVALID;
    int n = EVP_DecodeBlock(bytes, (const unsigned char *)text.ptr, (int)text.len);
    n -= (text.ptr[text.len - 1] == '=') + (text.ptr[text.len - 2] == '=');
    if (n >= VT_WEBHOOK_KEY_LEAST && n <= VT_WEBHOOK_KEY_MOST) {
        key.n = (size_t)n;
        memcpy(key.bytes, bytes, key.n);
        vt_webhook_key_text(&key, again);
    }
    bool same = key.n > 0 &&
                vt_secret_eq(text, (struct vt_str){ again + prefix.len, strlen(again) - prefix.len });
    if (same)
        *ret_key = key;
    vt_secret_wipe(bytes, sizeof(bytes));
    vt_secret_wipe(&key, sizeof(key));
    vt_secret_wipe(again, sizeof(again));
    return same ? VT_OK : VT_ERR_INVALID;
}

/* --- signing ------------------------------------------------------------------------------------- */

/* Over "id.timestamp.body"; the timestamp as it is written. */
static int sign_one(const struct vt_webhook_key *key, struct vt_str id, struct vt_str timestamp,
                    struct vt_str body, char ret_text[MAC_TEXT])
{
    char hash[] = "SHA256";
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string("digest", hash, 0),
                                  OSSL_PARAM_construct_end() };
    const struct vt_str parts[] = { id, VT_STR("."), timestamp, VT_STR("."), body };
    unsigned char mac[MAC_BYTES];
    size_t n = 0;
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *at = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    bool ok = at && EVP_MAC_init(at, key->bytes, key->n, params) == 1;
    for (size_t i = 0; ok && i < VT_COUNT(parts); i++)
        ok = parts[i].len == 0 || EVP_MAC_update(at, (const unsigned char *)parts[i].ptr, parts[i].len) == 1;
    ok = ok && EVP_MAC_final(at, mac, &n, sizeof(mac)) == 1 && n == MAC_BYTES;
    EVP_MAC_CTX_free(at);
    EVP_MAC_free(hmac);
    if (ok)
        EVP_EncodeBlock((unsigned char *)ret_text, mac, MAC_BYTES);
    return ok ? VT_OK : VT_ERR_NOMEM;
}

static bool is_id(struct vt_str id)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    bool ok = id.len > 0 && id.len <= VT_WEBHOOK_ID;
    for (size_t i = 0; ok && i < id.len; i++)
        ok = memchr(allowed, id.ptr[i], sizeof(allowed) - 1) != NULL;
    return ok;
}

int vt_webhook_sign(const struct vt_webhook_key *keys, size_t keys_n, struct vt_str id, int64_t now_s,
                    struct vt_str body, struct vt_webhook_headers *ret_headers)
{
    char seconds[24], text[MAC_TEXT];
    struct vt_webhook_headers *to = ret_headers;
    if (keys_n == 0 || keys_n > VT_WEBHOOK_KEYS || !is_id(id))
        return VT_ERR_INVALID;
    snprintf(seconds, sizeof(seconds), "%lld", (long long)now_s);
    snprintf(to->id, sizeof(to->id), "webhook-id: %.*s", VT_STR_ARG(id));
    snprintf(to->timestamp, sizeof(to->timestamp), "webhook-timestamp: %s", seconds);
    size_t at = (size_t)snprintf(to->signature, sizeof(to->signature), "webhook-signature:");
    for (size_t i = 0; i < keys_n; i++) {
        int err = sign_one(&keys[i], id, vt_str(seconds), body, text);
        if (err)
            return err;
        at += (size_t)snprintf(to->signature + at, sizeof(to->signature) - at, " v1,%s", text);
    }
    to->list[0] = to->id;
    to->list[1] = to->timestamp;
    to->list[2] = to->signature;
    to->list[3] = NULL;
    return VT_OK;
}

/* --- checking ------------------------------------------------------------------------------------- */

/* Digits alone, no sign, no leading 0: one form for one moment. */
static bool read_seconds(struct vt_str text, int64_t *ret_seconds)
{
    int64_t value = 0;
    bool ok = text.len > 0 && text.len <= 12 && text.ptr[0] != '0';
    for (size_t i = 0; ok && i < text.len; i++) {
        ok = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        value = value * 10 + (text.ptr[i] - '0');
    }
    if (ok)
        *ret_seconds = value;
    return ok;
}

/* Any of the header's signatures, parted by spaces; those of other versions are not ours to judge. */
static bool is_among(struct vt_str signatures, const char *text)
{
    bool found = false;
    for (unsigned i = 0; i < SIGNATURES_MOST && signatures.len > 0; i++) {
        const char *space = memchr(signatures.ptr, ' ', signatures.len);
        struct vt_str one = { signatures.ptr, space ? (size_t)(space - signatures.ptr) : signatures.len };
        size_t taken = one.len + (space ? 1 : 0);
        signatures = (struct vt_str){ signatures.ptr + taken, signatures.len - taken };
        if (one.len > 3 && memcmp(one.ptr, "v1,", 3) == 0)
            found |= vt_secret_eq((struct vt_str){ one.ptr + 3, one.len - 3 }, vt_str(text));
    }
    return found;
}

int vt_webhook_verify(const struct vt_webhook_key *keys, size_t keys_n, const struct vt_webhook_given *given,
                      int64_t now_s)
{
    int64_t then;
    bool found = false;
    if (!is_id(given->id) || !read_seconds(given->timestamp, &then))
        return VT_ERR_INVALID;
    for (size_t i = 0; i < keys_n; i++) {
        char text[MAC_TEXT];
        if (sign_one(&keys[i], given->id, given->timestamp, given->body, text) == VT_OK)
            found |= is_among(given->signature, text);
    }
    if (!found)
        return VT_ERR_INVALID;
    int64_t apart = then > now_s ? then - now_s : now_s - then;
    return apart <= VT_WEBHOOK_TOLERANCE_S ? VT_OK : VT_ERR_STALE;
}
