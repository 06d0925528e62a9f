/* SPDX-License-Identifier: Apache-2.0 */
/* What a film of stills is made of: pictures, how each is moved over, how long, and what is written.
 *
 *     {"stills":[{"id","from":[x,y,w,h],"to":[x,y,w,h],"seconds","caption"}],"size":[w,h],"name"}
 *
 * One to twelve stills, twenty seconds in all. `from` and `to` are shares of the picture (0..1) and are cut
 * to the film's shape around their middle; a still without them gets a slow move of its own. `name` is the
 * customer's and stands over the first still. Texts are as in template.h: NFC, without control and bidi
 * characters, counted as people count. No pointer inside, as of a recipe. */
#ifndef VT_MEDIA_FILM_H
#define VT_MEDIA_FILM_H

#include <stdint.h>

#include "media/media_errors.h"
#include "media/recipe.h"
#include "media/template.h"
#include "server/base/buf.h"

enum {
    VT_FILM_STILLS = 12,
    VT_FILM_MS_MOST = 20000,
    VT_FILM_FPS = 30,
    VT_FILM_CAPTION_CLUSTERS = 80,
    VT_FILM_CAPTION_BYTES = 600,
    VT_FILM_SIDE_LEAST = 160,
    VT_FILM_SIDE_MOST = 1280,
    VT_FILM_AREA_MOST = 1280 * 720,
    VT_FILM_DEFAULT_PX = 720,
    VT_FILM_LOOK_PX = 360, /* of the animated WebP's longer side */
    VT_FILM_LOOK_FRAMES = 24
};

struct vt_film_still {
    char media[VT_MEDIA_ID_MAX + 1];
    struct vt_template_rect from, to;
    uint32_t ms;
    char caption[VT_FILM_CAPTION_BYTES + 1]; /* "" when there is none */
};

struct vt_film {
    uint16_t width, height; /* even */
    char name[VT_TEMPLATE_NAME_BYTES + 1];
    uint8_t count;
    struct vt_film_still stills[VT_FILM_STILLS];
};

/* A picture's id may come with its grant behind it ("id?e=…"), which is left out. VT_MEDIA_OK, SYNTAX,
 * TOO_LONG or TEXT_EMPTY with `problem` filled. */
enum vt_media_err vt_film_decode(struct vt_str json, struct vt_film *ret_film,
                                 struct vt_media_problem *problem);

/* Canonical JSON: the same film gives the same text, decoding it gives the same film. */
int vt_film_text(const struct vt_film *film, struct vt_buf *out);

uint32_t vt_film_ms(const struct vt_film *film);

#endif
