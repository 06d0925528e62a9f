/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "media/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { MAC_BYTES = 16, EXPIRY_DIGITS = 12, PARAM = 3 /* "&s=" */ };

/* "vitrine url" and so on: the first part of every MAC says what it is for. */
static int mac_text(const uint8_t key[VT_SIGN_KEY_BYTES], const char *what, struct vt_str a, struct vt_str b,
                    char ret[VT_SIGN_TEXT + 1])
{
    uint8_t mac[VT_DIGEST_BYTES];
    int err = vt_digest_hmac(key, VT_SIGN_KEY_BYTES, (struct vt_str[]){ vt_str(what), a, b }, 3, mac);
    if (!err)
        vt_base64url(mac, MAC_BYTES, ret);
    return err;
}

static bool is_mac(const struct vt_sign_keys *keys, const char *what, struct vt_str a, struct vt_str b,
                   struct vt_str given)
{
    char want[VT_SIGN_TEXT + 1];
    if (given.len != VT_SIGN_TEXT)
        return false;
    if (mac_text(keys->current, what, a, b, want) == VT_OK && vt_digest_equal(want, given.ptr, VT_SIGN_TEXT))
        return true;
    return keys->has_previous && mac_text(keys->previous, what, a, b, want) == VT_OK &&
           vt_digest_equal(want, given.ptr, VT_SIGN_TEXT);
}

static enum vt_media_err bad_signature(struct vt_media_problem *problem)
{
    return vt_media_problem_set(problem, VT_MEDIA_SIGNATURE,
                                "This address needs a signature that fits it; ask for a new address.");
}

static enum vt_media_err check_expiry(struct vt_str e, int64_t now_s, struct vt_media_problem *problem)
{
    uint64_t expiry_s;
    if (e.len > EXPIRY_DIGITS || vt_str_to_u64(e, 0, INT64_MAX, &expiry_s))
        return bad_signature(problem);
    if ((int64_t)expiry_s > now_s)
        return VT_MEDIA_OK;
    time_t then = (time_t)expiry_s;
    struct tm utc;
    char text[32] = "";
    if (gmtime_r(&then, &utc))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return vt_media_problem_limit(problem, VT_MEDIA_EXPIRED, expiry_s, (uint64_t)(now_s > 0 ? now_s : 0),
                                  "This address expired at %s; ask for a new one.", text);
}

/* The value of the one parameter `e`; absent when there is none or there are two. */
static struct vt_str find_expiry(struct vt_str target)
{
    struct vt_str found = { NULL, 0 };
    const char *query = memchr(target.ptr, '?', target.len);
    const char *end = target.ptr + target.len;
    for (const char *at = query; at && at < end;) {
        const char *start = at + 1;
        at = memchr(start, '&', (size_t)(end - start));
        const char *stop = at ? at : end;
        if (stop - start < 2 || start[0] != 'e' || start[1] != '=')
            continue;
        if (found.ptr)
            return (struct vt_str){ NULL, 0 };
        found = (struct vt_str){ start + 2, (size_t)(stop - start - 2) };
    }
    return found;
}

int vt_sign_url(const struct vt_sign_keys *keys, struct vt_buf *target)
{
    char mac[VT_SIGN_TEXT + 1];
    if (!find_expiry(vt_buf_view(target)).ptr)
        return VT_ERR_INVALID;
    int err = mac_text(keys->current, "vitrine url", vt_buf_view(target), VT_STR(""), mac);
    return err ? err : vt_buf_printf(target, "&s=%s", mac);
}

enum vt_media_err vt_sign_check_url(const struct vt_sign_keys *keys, struct vt_str target, int64_t now_s,
                                    struct vt_media_problem *problem)
{
    /* The place is fixed by the length, so no text in the rest can move it. */
    if (target.len < PARAM + VT_SIGN_TEXT)
        return bad_signature(problem);
    struct vt_str covered = { target.ptr, target.len - PARAM - VT_SIGN_TEXT };
    struct vt_str given = { covered.ptr + covered.len + PARAM, VT_SIGN_TEXT };
    if (memcmp(covered.ptr + covered.len, "&s=", PARAM) != 0 ||
        !is_mac(keys, "vitrine url", covered, VT_STR(""), given))
        return bad_signature(problem);
    return check_expiry(find_expiry(covered), now_s, problem);
}

int vt_sign_grant(const struct vt_sign_keys *keys, struct vt_str id, int64_t expiry_s, struct vt_buf *out)
{
    char e[24], mac[VT_SIGN_TEXT + 1];
    snprintf(e, sizeof(e), "%" PRId64, expiry_s);
    int err = mac_text(keys->current, "vitrine grant", id, vt_str(e), mac);
    return err ? err : vt_buf_printf(out, "%.*s?e=%s&s=%s", VT_STR_ARG(id), e, mac);
}

enum vt_media_err vt_sign_check_grant(const struct vt_sign_keys *keys, struct vt_str id, struct vt_str e,
                                      struct vt_str s, int64_t now_s, struct vt_media_problem *problem)
{
    if (!is_mac(keys, "vitrine grant", id, e, s))
        return bad_signature(problem);
    return check_expiry(e, now_s, problem);
}

int vt_sign_media_id(const uint8_t key[VT_SIGN_KEY_BYTES], const char *what, struct vt_str scope,
                     struct vt_str content, char ret_hex[VT_SIGN_ID + 1])
{
    uint8_t mac[VT_DIGEST_BYTES];
    struct vt_str parts[] = { VT_STR("vitrine id"), vt_str(what), scope, content };
    int err = vt_digest_hmac(key, VT_SIGN_KEY_BYTES, parts, VT_COUNT(parts), mac);
    if (err)
        return err;
    vt_hex(mac, sizeof(mac), ret_hex);
    return VT_OK;
}
