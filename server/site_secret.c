/* SPDX-License-Identifier: Apache-2.0 */
#include "server/site_secret.h"

#include <stdio.h>

#include "media/digest.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/site.h"

enum { PLACE_BYTES = 128 };

static const char *const purposes[VT_SITE_PURPOSES] = {
    [VT_SITE_SIGN] = "sign",
    [VT_SITE_IDS] = "ids",
    [VT_SITE_BOT] = "bot",
    [VT_SITE_CUSTOMERS] = "customers",
};

static int derive(const uint8_t secret[VT_SEAL_BYTES], enum vt_site_purpose purpose,
                  uint8_t ret_key[VT_SEAL_BYTES])
{
    const struct vt_str parts[] = { VT_STR("vitrine site key"), vt_str(purposes[purpose]) };
    return vt_digest_hmac(secret, VT_SEAL_BYTES, parts, VT_COUNT(parts), ret_key);
}

int vt_site_key(const struct vt_site *site, enum vt_site_purpose purpose, uint8_t ret_key[VT_SEAL_BYTES])
{
    return site->secret.has_current ? derive(site->secret.current, purpose, ret_key) : VT_ERR_MISSING;
}

int vt_site_keys(const struct vt_site *site, enum vt_site_purpose purpose, struct vt_sign_keys *ret_keys)
{
    int err = vt_site_key(site, purpose, ret_keys->current);
    ret_keys->has_previous = site->secret.has_previous;
    if (!err && ret_keys->has_previous)
        err = derive(site->secret.previous, purpose, ret_keys->previous);
    return err;
}

int vt_site_sign_keys(const struct vt_site *site, struct vt_sign_keys *ret_keys)
{
    return vt_site_keys(site, VT_SITE_SIGN, ret_keys);
}

int vt_site_media_id(const struct vt_site *site, const char *what, struct vt_str scope, struct vt_str content,
                     char ret_id[VT_SIGN_ID + 1])
{
    uint8_t key[VT_SEAL_BYTES];
    int err = vt_site_key(site, VT_SITE_IDS, key);
    if (!err)
        err = vt_sign_media_id(key, what, scope, content, ret_id);
    vt_secret_wipe(key, sizeof(key));
    return err;
}

int vt_site_shop_key(const struct vt_site_secret *secret, char ret_key[VT_SITE_SHOP_KEY])
{
    uint8_t key[VT_SEAL_BYTES];
    int err = secret->has_current ? derive(secret->current, VT_SITE_CUSTOMERS, key) : VT_ERR_MISSING;
    if (!err)
        vt_hex(key, sizeof(key), ret_key);
    vt_secret_wipe(key, sizeof(key));
    return err;
}

/* --- in the store -------------------------------------------------------------------------------- */

static struct vt_str place_of(struct vt_str site, char text[PLACE_BYTES])
{
    snprintf(text, PLACE_BYTES, "site secret %.*s", VT_STR_ARG(site));
    return vt_str(text);
}

static int open_one(const struct vt_seal *seal, struct vt_str place, struct vt_str text,
                    uint8_t ret_secret[VT_SEAL_BYTES], bool *ret_has)
{
    int err = text.len > 0 ? vt_seal_get(seal, place, text, ret_secret) : VT_ERR_MISSING;
    *ret_has = err == VT_OK;
    return err == VT_ERR_MISSING ? VT_OK : err;
}

int vt_site_secret_open(const struct vt_seal *seal, struct vt_str site, struct vt_str current,
                        struct vt_str previous, struct vt_site_secret *ret_secret)
{
    char text[PLACE_BYTES];
    struct vt_str place = place_of(site, text);
    int err = open_one(seal, place, current, ret_secret->current, &ret_secret->has_current);
    int before = open_one(seal, place, previous, ret_secret->previous, &ret_secret->has_previous);
    return err ? err : before;
}

int vt_site_secret_make(const struct vt_seal *seal, struct vt_str site, char ret_text[VT_SEAL_TEXT])
{
    char text[PLACE_BYTES];
    uint8_t secret[VT_SEAL_BYTES];
    vt_random(secret, sizeof(secret));
    int err = vt_seal_put(seal, place_of(site, text), secret, ret_text);
    vt_secret_wipe(secret, sizeof(secret));
    return err;
}
