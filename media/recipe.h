/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: what is to be made from which picture, in one canonical form.
 *
 * Whoever asks (a IIIF path, a thumb's width, a signed template) ends here, so two ways of asking
 * for the same bytes share one cache entry and one render. The worker gets nothing else. */
#ifndef VT_MEDIA_RECIPE_H
#define VT_MEDIA_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"

#define VT_MEDIA_ID_MAX 128

enum vt_recipe_kind { VT_RECIPE_INGEST, VT_RECIPE_THUMB, VT_RECIPE_IIIF, VT_RECIPE_TEMPLATE };
enum vt_picture_format { VT_FMT_JPEG, VT_FMT_PNG, VT_FMT_WEBP, VT_FMT_AVIF, VT_FMT_TIFF, VT_FMT_GIF };
enum vt_picture_quality { VT_QUALITY_DEFAULT, VT_QUALITY_COLOR, VT_QUALITY_GRAY, VT_QUALITY_BITONAL };

struct vt_recipe {
    enum vt_recipe_kind kind;
    char media[VT_MEDIA_ID_MAX + 1];
    uint32_t x, y, w, h;    /* region in full-size pixels; w == 0: the whole picture */
    uint32_t out_w, out_h;  /* before rotation; out_h == 0: in proportion */
    double rotation;        /* degrees clockwise, 0 <= rotation < 360 */
    bool mirror;            /* first mirrored, then turned */
    enum vt_picture_quality quality;
    enum vt_picture_format format;
    uint8_t effort;            /* 0: as for a request; 1: in the background, smaller bytes */
    const char *template_json; /* borrowed; NULL but for a template: "<name> <canonical d>" */
};

#endif
