/* SPDX-License-Identifier: Apache-2.0 */
/* IIIF paths: what is accepted lies inside the picture and the limits, and its canonical form is
 * accepted again as the same recipe. The first two bytes choose the picture's size. */
#include <stdlib.h>

#include "media/iiif.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct vt_recipe *recipe, const struct vt_iiif_limits *limits)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf path = VT_BUF_INIT(512);
    struct vt_iiif_request request;
    struct vt_recipe again;
    char first[VT_RECIPE_KEY + 1], second[VT_RECIPE_KEY + 1];
    vt_buf_printf(&path, "%s/", recipe->media);
    if (vt_iiif_canonical(recipe, limits, &path))
        abort();
    if (vt_iiif_parse(vt_buf_view(&path), &request, NULL) ||
        vt_iiif_resolve(&request, recipe->full_w, recipe->full_h, limits, &again, NULL))
        abort();
    if (vt_recipe_key(recipe, first) || vt_recipe_key(&again, second) || strcmp(first, second) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    struct vt_iiif_request request;
    struct vt_media_problem problem;
    struct vt_recipe recipe;
    if (size < 2)
        return 0;
    uint32_t w = 1 + data[0] * 64U, h = 1 + data[1] * 64U;
    struct vt_str path = { (const char *)data + 2, size - 2 };
    if (vt_iiif_parse(path, &request, &problem) || request.kind != VT_IIIF_IMAGE ||
        vt_iiif_resolve(&request, w, h, &limits, &recipe, &problem))
        return 0;
    if (recipe.w == 0 || recipe.h == 0 || recipe.x + recipe.w > w || recipe.y + recipe.h > h ||
        recipe.out_w == 0 || recipe.out_h == 0 || (uint64_t)recipe.out_w * recipe.out_h > limits.max_area ||
        recipe.rotation < 0 || recipe.rotation >= 360)
        abort();
    check_again(&recipe, &limits);
    return 0;
}
