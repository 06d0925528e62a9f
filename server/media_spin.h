/* SPDX-License-Identifier: Apache-2.0 */
/* Spins inside the server: their frames, and the film of them.
 *
 * A frame is a picture of the exact size of the film, made like any other and kept in the cache; whoever
 * drags and the film take the same. A set's film has the set's id and nothing of it is kept: the catalogue
 * says what it is made of. Loop thread only. */
#ifndef VT_MEDIA_SPIN_H
#define VT_MEDIA_SPIN_H

#include "media/film_spin.h"
#include "server/catalogue/spins.h"
#include "server/media_film.h"
#include "server/site.h"

/* A frame of a spin whose first picture has this size. */
void vt_media_spin_recipe(const char *id, uint32_t width, uint32_t height, struct vt_recipe *ret_recipe);

/* Of any site's catalogue, and whose; good for the turn. NULL: there is none. */
const struct vt_spin *vt_media_spin_set(const struct vt_sites *sites, struct vt_str id,
                                        const struct vt_site **ret_site);
/* Appends the text of its film. VT_OK, or what the buffer says. */
int vt_media_spin_text(const struct vt_spin *set, struct vt_buf *out);

/* As vt_media_film, of a spin's text. */
void vt_media_spin_film(struct vt_media *media, const struct vt_media_film_order *order,
                        vt_media_made_fn *made, void *arg);

#endif
