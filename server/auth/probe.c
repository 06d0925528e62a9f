/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/probe.h"

#include <string.h>

#include "server/base/err.h"

enum { GOOD_MS = 5 * 60 * 1000 };
#define PLACE VT_STR("doctor's probe")

int vt_probe_token(const struct vt_seal *seal, int64_t now_ms, char ret_text[VT_SEAL_TEXT])
{
    uint8_t secret[VT_SEAL_BYTES] = { 0 };
    memcpy(secret, &now_ms, sizeof(now_ms));
    return vt_seal_put(seal, PLACE, secret, ret_text);
}

bool vt_probe_token_ok(const struct vt_seal *seal, int64_t now_ms, struct vt_str text)
{
    uint8_t secret[VT_SEAL_BYTES];
    int64_t made_ms;
    if (vt_seal_get(seal, PLACE, text, secret) != VT_OK)
        return false;
    memcpy(&made_ms, secret, sizeof(made_ms));
    return made_ms >= now_ms - GOOD_MS && made_ms <= now_ms + GOOD_MS;
}
