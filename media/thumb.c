/* SPDX-License-Identifier: Apache-2.0 */
#include "media/thumb.h"

#include "media/accept.h"
#include "server/base/err.h"

static const uint32_t ladder[] = { 160, 320, 480, 640, 960, 1280, 1920 };

uint32_t vt_thumb_width(uint64_t wanted_px)
{
    for (size_t i = 0; i < VT_COUNT(ladder); i++)
        if (ladder[i] >= wanted_px)
            return ladder[i];
    return ladder[VT_COUNT(ladder) - 1];
}

uint32_t vt_thumb_smaller(uint32_t step_px)
{
    uint32_t below = 0;
    for (size_t i = 0; i < VT_COUNT(ladder) && ladder[i] < step_px; i++)
        below = ladder[i];
    return below;
}

enum vt_picture_format vt_thumb_format(struct vt_str accept)
{
    if (vt_accept_quality(accept, "image/avif", false) > 0)
        return VT_FMT_AVIF;
    if (vt_accept_quality(accept, "image/webp", false) > 0)
        return VT_FMT_WEBP;
    return VT_FMT_JPEG;
}

enum vt_media_err vt_thumb_parse(struct vt_str path, struct vt_str *ret_id, uint64_t *ret_wanted_px,
                                 struct vt_media_problem *problem)
{
    const char *slash = path.len ? memchr(path.ptr, '/', path.len) : NULL;
    struct vt_str id = { path.ptr, slash ? (size_t)(slash - path.ptr) : path.len };
    uint64_t wanted;
    if (!vt_media_id_ok(id))
        return vt_media_problem_set(problem, VT_MEDIA_UNKNOWN, "There is no picture \"%s\".",
                                    vt_media_quote(id).text);
    struct vt_str width = slash ? (struct vt_str){ slash + 1, path.len - id.len - 1 } : VT_STR("");
    if (vt_str_to_u64(width, 1, UINT32_MAX, &wanted))
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                    "The width \"%s\" is not understood; accepted: 160, 320, 480, 640, 960, "
                                    "1280 or 1920.",
                                    vt_media_quote(width).text);
    *ret_id = id;
    *ret_wanted_px = wanted;
    return VT_MEDIA_OK;
}

void vt_thumb_recipe(struct vt_str id, uint32_t full_w, uint32_t full_h, uint32_t step_px,
                     enum vt_picture_format format, struct vt_recipe *ret_recipe)
{
    uint32_t out_w = step_px < full_w ? step_px : full_w;
    uint64_t out_h = ((uint64_t)full_h * out_w + full_w / 2) / full_w;
    *ret_recipe = (struct vt_recipe){
        .kind = VT_RECIPE_THUMB,
        .full_w = full_w,
        .full_h = full_h,
        .w = full_w,
        .h = full_h,
        .out_w = out_w,
        .out_h = out_h > 0 ? (uint32_t)out_h : 1,
        .format = format,
    };
    vt_str_copy(ret_recipe->media, sizeof(ret_recipe->media), id);
}
