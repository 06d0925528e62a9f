/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: what is to be made, with nothing left open.
 *
 * Whoever understands a request (iiif, thumb, template) resolves it against the picture's real size
 * and the limits and leaves a recipe. Two requests for the same pixels leave the same recipe, so its
 * text is the cache key, the key of the single flight and the strong ETag. The worker gets the recipe
 * and the source and needs no other knowledge. A plain struct: copying it copies all but
 * `template_json`. */
#ifndef VT_MEDIA_RECIPE_H
#define VT_MEDIA_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"

enum vt_recipe_kind {
    VT_RECIPE_INGEST,    /* an original becomes master and tile index */
    VT_RECIPE_THUMB,     /* the whole picture at a ladder width; `template_json` unused */
    VT_RECIPE_IIIF,      /* region, size, rotation, quality */
    VT_RECIPE_TEMPLATE,  /* card, sheet, scale, recap: `template_json` says all */
    VT_RECIPE_FILM,      /* a film of stills, H.264 in MP4: `template_json` is film.h's text */
    VT_RECIPE_FILM_AV1,  /* the same, smaller, in WebM */
    VT_RECIPE_FILM_LOOK, /* its poster, or as WebP a few of its frames one after the other */
    VT_RECIPE_CLIP_CUT,  /* the chosen part of what a phone filmed: `template_json` is clip.h's text */
    VT_RECIPE_CLIP,      /* that part coded anew */
    VT_RECIPE_CLIP_LOOK, /* as FILM_LOOK */
    VT_RECIPE_CLIP_STRIP /* some of its frames side by side */
};

enum vt_picture_format { VT_FMT_JPEG, VT_FMT_PNG, VT_FMT_WEBP, VT_FMT_AVIF, VT_FMT_TIFF, VT_FMT_GIF };
enum vt_picture_quality { VT_QUALITY_DEFAULT, VT_QUALITY_GRAY, VT_QUALITY_BITONAL }; /* color is default */

enum {
    VT_MEDIA_ID_MAX = 128, /* a name; a plain id is 64 lower-case hex digits */
    VT_RECIPE_ENCODER = 1, /* raise it when the same recipe gives other bytes */
    VT_RECIPE_TEXT_MAX = 96 * 1024,
    VT_RECIPE_MAX_AREA = 25000000, /* pixels of a rendition */
    VT_RECIPE_MAX_SIDE = 16384,
    VT_TILE_PX = 512,
    VT_RECIPE_KEY = 64
};

struct vt_recipe {
    enum vt_recipe_kind kind;
    char media[VT_MEDIA_ID_MAX + 1];
    uint32_t full_w, full_h; /* the upright picture; 0 for INGEST and TEMPLATE */
    uint32_t x, y, w, h;     /* region in full-size pixels, inside the picture */
    uint32_t out_w, out_h;   /* the region scaled, before rotation */
    double rotation;         /* degrees clockwise, 0 <= r < 360, at most 6 decimals */
    bool mirror;             /* left to right, before the rotation */
    enum vt_picture_quality quality;
    enum vt_picture_format format;
    uint8_t effort;            /* 0: on the request; AVIF again at 3 when idle */
    uint32_t max_bytes;        /* 0: none; the encoder lowers its quality to stay below */
    const char *template_json; /* borrowed; canonical text of vt_template_text; NULL but for TEMPLATE,
                                  the films and the clips */
};

/* The canonical text, one line of words and numbers; a template's JSON behind it. Independent of
 * locale. VT_OK, VT_ERR_FULL or VT_ERR_NOMEM. */
int vt_recipe_text(const struct vt_recipe *recipe, struct vt_buf *out);

/* SHA-256 of the text (which holds encoder version and effort) as hex. VT_OK or VT_ERR_NOMEM. */
int vt_recipe_key(const struct vt_recipe *recipe, char ret_hex[VT_RECIPE_KEY + 1]);

const char *vt_format_word(enum vt_picture_format format);         /* "jpg" */
const char *vt_format_content_type(enum vt_picture_format format); /* "image/jpeg" */
bool vt_format_from_word(struct vt_str word, enum vt_picture_format *ret_format);

/* An id or a name under which a picture may be kept: [A-Za-z0-9._-], 1 to 128, not beginning with
 * a dot. 64 lower-case hex digits are an id (immutable); all else is a name (mutable). */
bool vt_media_id_ok(struct vt_str id);
bool vt_media_id_is_hash(struct vt_str id);

#endif
