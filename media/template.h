/* SPDX-License-Identifier: Apache-2.0 */
/* What a signed template is made of: greeting card, sheet of products, true-scale plate, recap.
 *
 * `d` of a URL is base64url JSON with a schema per template; an unknown key, a wrong type or a
 * number out of range is refused by name:
 *
 *     card   name text? shop? accent? size? rect?
 *     sheet  items: 2 to 4 of {media title? price? width_mm? height_mm? box?}, text? shop? accent? size?
 *     scale  the same, 1 to 4, with the millimetres
 *     recap  view, shop? accent? size?
 *
 * `accent` is "#rrggbb", `size` [width, height] of 160 to 2048 px, `rect` and `box` [x, y, w, h] in
 * 0..1. Texts come out in NFC, without control and bidi
 * characters, counted in grapheme clusters; markup is not escaped here, the drawing does that. The
 * struct has no pointer, so it may cross to a worker as bytes; the worker may as well decode the
 * canonical text again (vt_template_decode). */
#ifndef VT_MEDIA_TEMPLATE_H
#define VT_MEDIA_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "media/media_errors.h"
#include "media/recipe.h"
#include "server/base/buf.h"

enum vt_template_kind { VT_TEMPLATE_CARD, VT_TEMPLATE_SHEET, VT_TEMPLATE_SCALE, VT_TEMPLATE_RECAP };

enum {
    VT_TEMPLATE_NAME_CLUSTERS = 40,  /* a customer's name, a shop's name */
    VT_TEMPLATE_TITLE_CLUSTERS = 80, /* a product's title */
    VT_TEMPLATE_TEXT_CLUSTERS = 140, /* a greeting, a note */
    VT_TEMPLATE_PRICE_CLUSTERS = 24,
    VT_TEMPLATE_NAME_BYTES = 400, /* a cluster of many code points is cut off by bytes */
    VT_TEMPLATE_TITLE_BYTES = 600,
    VT_TEMPLATE_TEXT_BYTES = 1000,
    VT_TEMPLATE_PRICE_BYTES = 120,
    VT_TEMPLATE_ITEMS = 4,
    VT_TEMPLATE_MARKS = 64,
    VT_TEMPLATE_POINTS = 4096, /* of all marks together */
    VT_TEMPLATE_D_MAX = 4096,  /* bytes of `d` in a URL */
    VT_TEMPLATE_JSON_MAX = 64 * 1024
};

struct vt_template_rect {
    double x, y, w, h; /* 0..1 of the media, inside it */
};

struct vt_template_item {
    char media[VT_MEDIA_ID_MAX + 1];
    char title[VT_TEMPLATE_TITLE_BYTES + 1]; /* "" when there is none */
    char price[VT_TEMPLATE_PRICE_BYTES + 1]; /* as it is to be read; "" when there is none */
    double width_mm, height_mm;              /* scale only: of `box`, or of the object found */
    bool has_box;
    struct vt_template_rect box; /* the object in its picture, when the catalogue says it */
};

enum vt_template_mark_kind { VT_TEMPLATE_INK, VT_TEMPLATE_CIRCLE, VT_TEMPLATE_ARROW };

struct vt_template_mark {
    enum vt_template_mark_kind kind;
    uint8_t colour;        /* index into the viewer's palette */
    uint16_t first, count; /* of points[] */
};

struct vt_template_point {
    float x, y; /* 0..1 of the media */
};

struct vt_template {
    enum vt_template_kind kind;
    uint16_t width_px, height_px;          /* of the result; 1080 x 1080 when not said */
    char name[VT_TEMPLATE_NAME_BYTES + 1]; /* card: the customer's */
    char text[VT_TEMPLATE_TEXT_BYTES + 1]; /* card: the greeting; sheet, scale: heading; recap: note */
    char shop[VT_TEMPLATE_NAME_BYTES + 1];
    uint32_t accent_rgb; /* 0xrrggbb */
    uint8_t item_count;  /* card, recap: 1 */
    struct vt_template_item items[VT_TEMPLATE_ITEMS];
    struct vt_template_rect rect; /* card: what to show of the picture; recap: the view kept */
    char view[65];                /* recap as a URL names it: which kept view; else "" */
    uint8_t mark_count;
    uint16_t point_count;
    struct vt_template_mark marks[VT_TEMPLATE_MARKS];
    struct vt_template_point points[VT_TEMPLATE_POINTS];
};

/* "card", "sheet", "scale", "recap". */
bool vt_template_kind_from_word(struct vt_str word, enum vt_template_kind *ret_kind);
const char *vt_template_kind_word(enum vt_template_kind kind);

/* `d` as it stood in the URL. A recap's holds {"view"} alone; the caller finds the view, writes its JSON
 * (media, rect, marks) and decodes that with vt_template_decode. `media` is the URL's {id}: card and
 * recap show it; a sheet's or plate's items must begin with it.
 * VT_MEDIA_OK, or SYNTAX, NO_SIZE, TEXT_EMPTY, TOO_LONG with `problem` filled. */
enum vt_media_err vt_template_decode_d(enum vt_template_kind kind, struct vt_str media, struct vt_str d,
                                       struct vt_template *ret_template, struct vt_media_problem *problem);

/* The whole as JSON: what vt_template_text wrote, or the server's own text of a recap. Its first key
 * is "template", the kind's word; then the keys of `d`, and "items" also for a card and a recap,
 * "rect" and "marks" for a recap. */
enum vt_media_err vt_template_decode(struct vt_str json, struct vt_template *ret_template,
                                     struct vt_media_problem *problem);

/* Canonical JSON: the same template gives the same text, decoding it gives the same template. */
int vt_template_text(const struct vt_template *template, struct vt_buf *out);

#endif
