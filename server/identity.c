/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity.h"

#include <string.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/contact.h"
#include "server/site.h"

enum { CUSTOMER_LIFE_S = 3600, KEYS_MAX = 6, HEX_TEXT = 2 * VT_SIGN_KEY_BYTES + 1 };

/* The site's own keys as its shop has them, and the public ones of its settings. */
struct keys {
    struct vt_jwt_key list[KEYS_MAX];
    size_t n;
    char own[2][HEX_TEXT];
};

static void add_own(struct keys *keys, const struct vt_site *site)
{
    struct vt_sign_keys own;
    if (vt_site_keys(site, VT_SITE_CUSTOMERS, &own) != VT_OK)
        return;
    vt_hex(own.current, VT_SIGN_KEY_BYTES, keys->own[0]);
    if (own.has_previous)
        vt_hex(own.previous, VT_SIGN_KEY_BYTES, keys->own[1]);
    for (int i = 0; i < 1 + own.has_previous; i++)
        keys->list[keys->n++] = (struct vt_jwt_key){ .alg = VT_JWT_HS256, .key = vt_str(keys->own[i]) };
    vt_secret_wipe(&own, sizeof(own));
}

static void gather(struct keys *keys, const struct vt_site *site)
{
    keys->n = 0;
    add_own(keys, site);
    for (size_t i = 0; site->settings && i < site->settings->identify.keys_n && keys->n < KEYS_MAX; i++) {
        const struct vt_setting_key *key = &site->settings->identify.keys[i];
        keys->list[keys->n++] = (struct vt_jwt_key){ .alg = key->alg == VT_SETTING_RS256 ? VT_JWT_RS256
                                                                                         : VT_JWT_ES256,
                                                     .kid = key->kid,
                                                     .key = key->pem };
    }
}

int vt_identity_verify(struct vt_request *rq, struct vt_str token, struct vt_identity *ret_identity)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    struct keys keys;
    struct vt_jwt_claims claims;
    const char *why = "the site is gone";
    int err = VT_ERR_INVALID;
    if (site) {
        gather(&keys, site);
        struct vt_jwt_rules rules = { .keys = keys.list,
                                      .keys_n = keys.n,
                                      .aud = vt_str(site->key),
                                      .now_s = vt_wall_ms() / 1000,
                                      .life_s = CUSTOMER_LIFE_S };
        err = vt_jwt_verify(token, &rules, &claims, &why);
        vt_secret_wipe(keys.own, sizeof(keys.own));
    }
    if (err)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/token", why);
    *ret_identity = (struct vt_identity){ .expires_ms = (claims.exp + VT_JWT_SKEW_S) * 1000 };
    memcpy(ret_identity->sub, claims.sub, sizeof(ret_identity->sub));
    memcpy(ret_identity->jti, claims.jti, sizeof(ret_identity->jti));
    memcpy(ret_identity->name, claims.name, sizeof(ret_identity->name));
    memcpy(ret_identity->reference, claims.reference, sizeof(ret_identity->reference));
    memcpy(ret_identity->value, claims.value, sizeof(ret_identity->value));
    memcpy(ret_identity->currency, claims.currency, sizeof(ret_identity->currency));
    if (vt_email_valid(vt_str(claims.email)))
        memcpy(ret_identity->email, claims.email, sizeof(ret_identity->email));
    return VT_OK;
}

bool vt_identity_enforced(const struct vt_app *app, const char *site_id)
{
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(site_id));
    return site && site->settings && site->settings->identify.enforced;
}

bool vt_identity_owes(const struct vt_request *rq)
{
    const struct vt_person *person = rq->member ? vt_member_person(rq->member) : NULL;
    return person && person->role == VT_ROLE_CUSTOMER && person->verified && !rq->peer->signed_in &&
           vt_identity_enforced(rq->app, rq->peer->site);
}
