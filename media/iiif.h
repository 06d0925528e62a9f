/* SPDX-License-Identifier: Apache-2.0 */
/* IIIF Image API 3.0, level 2 and more: from the path to a recipe.
 *
 * Parsing needs the path alone; resolving needs the picture's size and the limits. Each segment is
 * split off first and percent-decoded once, so an escaped slash never makes a segment. Errors name
 * the segment, quote it and show the accepted forms. */
#ifndef VT_MEDIA_IIIF_H
#define VT_MEDIA_IIIF_H

#include "media/media_errors.h"
#include "media/recipe.h"

enum vt_iiif_kind { VT_IIIF_BASE /* answered by 303 to info.json */, VT_IIIF_INFO, VT_IIIF_IMAGE };
enum vt_iiif_region { VT_IIIF_FULL, VT_IIIF_SQUARE, VT_IIIF_PIXELS, VT_IIIF_PERCENT };
enum vt_iiif_size {
    VT_IIIF_MAX,
    VT_IIIF_WIDTH,   /* w, */
    VT_IIIF_HEIGHT,  /* ,h */
    VT_IIIF_SCALE,   /* pct:n */
    VT_IIIF_EXACT,   /* w,h */
    VT_IIIF_CONFINED /* !w,h */
};

struct vt_iiif_request {
    enum vt_iiif_kind kind;
    char media[VT_MEDIA_ID_MAX + 1]; /* decoded */
    struct vt_str raw_id;            /* as it came; borrowed from the path: goes into `id` and links */
    enum vt_iiif_region region;
    double at[4]; /* x, y, w, h in pixels or per cent */
    enum vt_iiif_size size;
    bool may_upscale; /* ^ */
    uint32_t w, h;
    double scale; /* per cent */
    bool mirror;
    double rotation;
    enum vt_picture_quality quality;
    enum vt_picture_format format;
};

struct vt_iiif_limits {
    uint64_t max_area; /* VT_RECIPE_MAX_AREA */
    uint32_t
        max_side; /* VT_RECIPE_MAX_SIDE; published as maxWidth and maxHeight when below the area's reach */
};
#define VT_IIIF_LIMITS ((struct vt_iiif_limits){ VT_RECIPE_MAX_AREA, VT_RECIPE_MAX_SIDE })

/* `path` is what stands behind "/iiif/3/", without the query. OK, SYNTAX, or UNKNOWN for an id that
 * cannot be one. */
enum vt_media_err vt_iiif_parse(struct vt_str path, struct vt_iiif_request *ret_request,
                                struct vt_media_problem *problem);

/* The upright picture has `full_w` x `full_h` pixels. OK, OUTSIDE or UPSCALE. */
enum vt_media_err vt_iiif_resolve(const struct vt_iiif_request *request, uint32_t full_w, uint32_t full_h,
                                  const struct vt_iiif_limits *limits, struct vt_recipe *ret_recipe,
                                  struct vt_media_problem *problem);

/* Appends region/size/rotation/quality.format in canonical form (section 4.7); the caller puts base
 * and raw id before it, for `Link: <…>;rel="canonical"`. */
int vt_iiif_canonical(const struct vt_recipe *recipe, const struct vt_iiif_limits *limits,
                      struct vt_buf *out);

/* The largest size of `max` and `^max` for a region of this shape. */
void vt_iiif_max_size(uint32_t w, uint32_t h, bool may_upscale, const struct vt_iiif_limits *limits,
                      uint32_t *ret_w, uint32_t *ret_h);

#endif
