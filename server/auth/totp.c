/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#include "server/auth/digest.h"
#include "server/base/err.h"

enum { DIGITS = 6, SHA1_BYTES = 20 };

int vt_totp_number(const void *secret, size_t n, int64_t step, unsigned digits, uint32_t *ret_number)
{
    static const uint32_t powers[] = { 1,      10,      100,      1000,      10000,
                                       100000, 1000000, 10000000, 100000000, 1000000000 };
    unsigned char counter[8], mac[EVP_MAX_MD_SIZE];
    unsigned mac_len = 0;
    for (int i = 0; i < 8; i++)
        counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    if (digits >= VT_COUNT(powers) ||
        !HMAC(EVP_sha1(), secret, (int)n, counter, sizeof(counter), mac, &mac_len) || mac_len != SHA1_BYTES)
        return VT_ERR_NOMEM;
    unsigned at = mac[SHA1_BYTES - 1] & 15U; /* RFC 4226, section 5.3 */
    uint32_t number = (uint32_t)(mac[at] & 127U) << 24 | (uint32_t)mac[at + 1] << 16 |
                      (uint32_t)mac[at + 2] << 8 | mac[at + 3];
    *ret_number = number % powers[digits];
    return VT_OK;
}

bool vt_totp_check(const void *secret, size_t n, struct vt_str code, int64_t now_ms, int64_t last_step,
                   int64_t *ret_step)
{
    int64_t now = now_ms / VT_TOTP_STEP_MS, taken = -1;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        uint32_t number;
        char text[DIGITS + 1];
        if (vt_totp_number(secret, n, step, DIGITS, &number) != VT_OK)
            return false;
        snprintf(text, sizeof(text), "%06u", number);
        if (vt_secret_eq(vt_str(text), code) && step > last_step)
            taken = step;
        vt_secret_wipe(text, sizeof(text));
    }
    if (taken >= 0)
        *ret_step = taken;
    return taken >= 0;
}

void vt_totp_base32(const void *bytes, size_t n, char *ret)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const unsigned char *from = bytes;
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < n; i++) {
        held = (held << 8 | from[i]) & 0xffffU;
        for (bits += 8; bits >= 5; bits -= 5)
            *ret++ = alphabet[held >> (bits - 5) & 31U];
    }
    if (bits > 0)
        *ret++ = alphabet[held << (5 - bits) & 31U];
    *ret = '\0';
}

static void put_encoded(struct vt_buf *out, struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char ch = (unsigned char)text.ptr[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
                     ch == '-' || ch == '.' || ch == '_' || ch == '~';
        if (plain)
            vt_buf_byte(out, (char)ch);
        else
            vt_buf_printf(out, "%%%02X", ch);
    }
}

void vt_totp_uri(struct vt_buf *out, struct vt_str issuer, struct vt_str account, const char *secret)
{
    vt_buf_text(out, "otpauth://totp/");
    put_encoded(out, issuer);
    vt_buf_byte(out, ':');
    put_encoded(out, account);
    vt_buf_printf(out, "?secret=%s&issuer=", secret);
    put_encoded(out, issuer);
}
