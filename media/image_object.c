/* SPDX-License-Identifier: Apache-2.0 */
/* Where in its picture the object is, found against the background. */
#include "media/image_internal.h"

#define FIND_THRESHOLD 28

/* By its edges: a studio's background is a gradient with soft shadows, a piece has contours. */
static int find_edges(const struct vt_master *master, uint32_t px, VipsImage **ret_edges)
{
    const struct vt_recipe small = { .out_w = px, .out_h = 1 };
    const double scale = (double)px / master->width;
    VT_IMAGE VipsImage *image = NULL;
    if (vt_master_cut(master, &small, &image) || vt_step_white(&image) ||
        (scale < 1 && vt_step_resize(&image, px, VIPS_MAX(1, (uint32_t)(master->height * scale)))) ||
        vt_step_quality(&image, VT_QUALITY_GRAY))
        return -1;
    return vips_sobel(image, ret_edges, NULL);
}

int vt_image_object(const struct vt_master *master, uint32_t px, struct vt_template_rect *ret_rect)
{
    static const double none[1] = { 0 };
    VT_IMAGE VipsImage *edges = NULL;
    int left, top, width, height;
    if (find_edges(master, px, &edges))
        return -1;
    VipsArrayDouble *background = vips_array_double_new(none, 1);
    int err = vips_find_trim(edges, &left, &top, &width, &height, "threshold", (double)FIND_THRESHOLD,
                             "background", background, NULL);
    vips_area_unref(VIPS_AREA(background));
    if (err)
        return -1;
    if (width <= 0 || height <= 0) {
        left = top = 0;
        width = edges->Xsize;
        height = edges->Ysize;
    }
    /* find_trim smooths, which takes fine points such as prongs. */
    left = VIPS_MAX(left - 3, 0);
    top = VIPS_MAX(top - 3, 0);
    width = VIPS_MIN(width + 6, edges->Xsize - left);
    height = VIPS_MIN(height + 6, edges->Ysize - top);
    *ret_rect = (struct vt_template_rect){ (double)left / edges->Xsize, (double)top / edges->Ysize,
                                           (double)width / edges->Xsize, (double)height / edges->Ysize };
    return 0;
}
