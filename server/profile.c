/* SPDX-License-Identifier: Apache-2.0 */
#include "server/profile.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/attention.h"
#include "server/base/err.h"
#include "server/log.h"

enum { ARENA_BYTES = 65536 };

void vt_profile_load(struct vt_conversation *conv, struct vt_str json)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, ARENA_BYTES);
    free(conv->profile);
    conv->profile = json.len > 0 ? vt_str_dup(json) : NULL;
    vt_profile_read(conv, &arena, &profile);
    conv->contact = profile.contact;
    vt_attention_load(conv, &profile);
}

void vt_profile_read(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_profile *ret)
{
    struct vt_error error;
    *ret = (struct vt_t_profile){ 0 };
    if (conv->profile &&
        vt_decode_body(arena, &vt_shape_profile, vt_str(conv->profile), ret, &error) != VT_OK)
        *ret = (struct vt_t_profile){ 0 };
}

int vt_profile_write(struct vt_conversation *conv, const struct vt_t_profile *profile)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(VT_PROFILE_BYTES);
    if (vt_encode_body(&json, &vt_shape_profile, profile) != VT_OK)
        return VT_ERR_TOO_LARGE;
    char *copy = strdup(vt_buf_cstr(&json));
    if (!copy)
        return VT_ERR_OVERLOADED;
    int64_t contact = profile->has_contact ? profile->contact : 0;
    if (vt_store_profile_put(conv->app->deps.store, vt_str(conv->site), vt_str(conv->conv),
                             vt_buf_view(&json), contact, NULL, NULL) != VT_OK) {
        free(copy);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    free(conv->profile);
    conv->profile = copy;
    conv->contact = contact;
    return VT_OK;
}

void vt_profile_speaks(struct vt_conversation *conv, struct vt_str lang)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, ARENA_BYTES);
    vt_profile_read(conv, &arena, &profile);
    if (lang.len == 0 || vt_str_eq(profile.lang, lang))
        return;
    profile.lang = lang;
    int err = vt_profile_write(conv, &profile);
    if (err) /* the next hello says it again */
        vt_log(VT_LOG_WARN, "profile.lang", VT_LOG_T("conv", conv->conv), VT_LOG_T("err", vt_err_name(err)));
}

bool vt_profile_is_verified(const struct vt_conversation *conv)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, ARENA_BYTES);
    vt_profile_read(conv, &arena, &profile);
    return profile.customer.verified;
}

/* --- labels -------------------------------------------------------------------------------- */

static bool is_among(const struct vt_str *labels, size_t n, struct vt_str label)
{
    for (size_t i = 0; i < n; i++)
        if (vt_str_eq(labels[i], label))
            return true;
    return false;
}

bool vt_profile_has_label(const struct vt_conversation *conv, struct vt_str label)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, ARENA_BYTES);
    vt_profile_read(conv, &arena, &profile);
    return is_among(profile.labels, profile.labels_n, label);
}

bool vt_profile_label(struct vt_t_profile *profile, struct vt_arena *arena, const struct vt_str *add,
                      size_t add_n, const struct vt_str *drop, size_t drop_n)
{
    struct vt_str *labels = vt_arena_array(arena, VT_LABELS_MAX, sizeof(*labels));
    size_t n = 0;
    bool changed = false;
    for (size_t i = 0; labels && i < profile->labels_n; i++) {
        if (is_among(drop, drop_n, profile->labels[i]))
            changed = true;
        else
            labels[n++] = profile->labels[i];
    }
    for (size_t i = 0; labels && i < add_n && n < VT_LABELS_MAX; i++) {
        if (is_among(labels, n, add[i]))
            continue;
        labels[n++] = add[i];
        changed = true;
    }
    if (changed) {
        profile->labels = labels;
        profile->labels_n = n;
    }
    return changed;
}
