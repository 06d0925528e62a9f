/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_grant.h"

#include <inttypes.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/media_spin.h"

enum { HOUR_S = 3600 };

int vt_media_grant(const struct vt_site *site, struct vt_str id, int64_t expiry_s, struct vt_buf *out)
{
    struct vt_sign_keys keys;
    int err = vt_site_sign_keys(site, &keys);
    if (!err)
        err = vt_sign_grant(&keys, id, expiry_s, out);
    vt_secret_wipe(&keys, sizeof(keys));
    return err;
}

int vt_media_sign_address(const struct vt_site *site, int64_t expiry_s, struct vt_buf *address)
{
    struct vt_sign_keys keys;
    int err = vt_site_sign_keys(site, &keys);
    if (!err)
        err = vt_buf_printf(address, "&e=%" PRId64, expiry_s);
    if (!err)
        err = vt_sign_url(&keys, address);
    vt_secret_wipe(&keys, sizeof(keys));
    return err;
}

enum vt_media_err vt_media_grant_check(const struct vt_site *site, struct vt_str id, struct vt_str e,
                                       struct vt_str s, struct vt_media_problem *problem)
{
    struct vt_sign_keys keys;
    if (!site || vt_site_sign_keys(site, &keys) != VT_OK)
        return vt_media_problem_set(problem, VT_MEDIA_SIGNATURE, "This address cannot be checked any more.");
    enum vt_media_err err = vt_sign_check_grant(&keys, id, e, s, vt_steady_ms() / 1000, problem);
    vt_secret_wipe(&keys, sizeof(keys));
    return err;
}

int64_t vt_media_grant_expiry(void)
{
    return (vt_steady_ms() / 1000 / HOUR_S + 1) * HOUR_S + VT_GRANT_LIFE_S;
}

struct vt_str vt_media_told(const struct vt_media_index *index, const struct vt_sites *sites,
                            struct vt_arena *arena, struct vt_str media)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_GRANT_TEXT);
    const struct vt_medium *medium = vt_media_index_find(index, media);
    const struct vt_site *site = medium ? vt_sites_by_id(sites, vt_str(medium->site)) : NULL;
    const struct vt_str id = vt_media_bare(media);
    if (!medium && !vt_media_spin_set(sites, id, &site))
        return id;
    if (!site || vt_media_grant(site, id, vt_media_grant_expiry(), &text) != VT_OK)
        return id;
    struct vt_str told = vt_arena_str(arena, vt_buf_view(&text));
    return told.ptr ? told : id;
}
