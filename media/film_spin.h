/* SPDX-License-Identifier: Apache-2.0 */
/* What the film of a spin is made of: pictures of a piece turned once around.
 *
 *     {"frames":["id", …],"reverse":true}
 *
 * 8 to 72 pictures by their ids, in one size; with `reverse` it turns the other way, from the same first
 * frame. No pointer inside, as of a recipe. */
#ifndef VT_MEDIA_FILM_SPIN_H
#define VT_MEDIA_FILM_SPIN_H

#include "media/media_errors.h"
#include "media/recipe.h"
#include "server/base/buf.h"

enum { VT_FILM_SPIN_LEAST = 8, VT_FILM_SPIN_MOST = 72, VT_FILM_SPIN_ID = 64 };

struct vt_film_spin {
    bool reverse;
    uint8_t count;
    char frames[VT_FILM_SPIN_MOST][VT_FILM_SPIN_ID + 1];
};

/* A picture's id may come with its grant behind it, which is left out. VT_MEDIA_OK, SYNTAX or TOO_LONG with
 * `problem` filled. */
enum vt_media_err vt_film_spin_decode(struct vt_str json, struct vt_film_spin *ret_spin,
                                      struct vt_media_problem *problem);

/* Canonical JSON: the same turn gives the same text, decoding it gives the same turn. */
int vt_film_spin_text(const struct vt_film_spin *spin, struct vt_buf *out);

/* Which of the frames is shown as number `at` of the film. */
uint32_t vt_film_spin_frame(const struct vt_film_spin *spin, uint32_t at);

/* A turn takes three seconds, but no picture stays longer than an eighth of one: 24 a second for a turn of
 * 72, and no blink for one of 24. */
uint32_t vt_film_spin_fps(uint32_t frames);
uint32_t vt_film_spin_ms(uint32_t frames);

/* Of a film's canonical text: whether it is a spin's; how long the film is (0: it is no film); and how large,
 * which of a spin its first picture knows (both 0). */
bool vt_film_is_spin(struct vt_str text);
uint32_t vt_film_text_ms(struct vt_str text);
void vt_film_text_size(struct vt_str text, uint32_t *ret_width, uint32_t *ret_height);

#endif
