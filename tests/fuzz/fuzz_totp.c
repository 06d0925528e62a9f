/* SPDX-License-Identifier: Apache-2.0 */
/* The second factor: a time (8 bytes), then a code and the names in the address that an app scans, one to a
 * line. A code is six digits and good once; the address has no character but those it may have. */
#include <stdlib.h>
#include <string.h>

#include "server/auth/totp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char secret[] = "12345678901234567890"; /* of RFC 6238 */

static void check_code(struct vt_str code, int64_t now_ms)
{
    int64_t step = -1, again;
    if (!vt_totp_check(secret, VT_TOTP_SECRET, code, now_ms, -1, &step))
        return;
    if (code.len != 6 || step < 0 || vt_totp_check(secret, VT_TOTP_SECRET, code, now_ms, step + 2, &again))
        abort();
    for (size_t i = 0; i < code.len; i++)
        if (code.ptr[i] < '0' || code.ptr[i] > '9')
            abort();
}

static void check_uri(struct vt_str issuer, struct vt_str account)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf uri = VT_BUF_INIT(1 << 16);
    char shown[VT_TOTP_TEXT];
    vt_totp_base32(secret, VT_TOTP_SECRET, shown);
    vt_totp_uri(&uri, issuer, account, shown);
    if (uri.failed)
        return;
    for (size_t i = 0; i < uri.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%:/?=&",
                    uri.data[i]) ||
            !uri.data[i])
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now_ms;
    if (size < sizeof(now_ms))
        return 0;
    memcpy(&now_ms, data, sizeof(now_ms));
    struct vt_str rest = { (const char *)data + sizeof(now_ms), size - sizeof(now_ms) };
    check_code(vt_str_cut(&rest, '\n'), now_ms & INT64_C(0xffffffffffff));
    const struct vt_str issuer = vt_str_cut(&rest, '\n');
    check_uri(issuer, rest);
    return 0;
}
