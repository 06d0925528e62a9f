/* SPDX-License-Identifier: Apache-2.0 */
/* A film for a conversation, of stills or a spin: named, recorded, kept and begun; whoever asked is told how
 * far it has come.
 *
 * Its id is an HMAC of conversation and canonical text, so the same film asked for twice is one and nobody
 * can guess it. When it is ready, its smaller copy is made while nothing else is to do. Loop thread only. */
#ifndef VT_FILM_ORDER_H
#define VT_FILM_ORDER_H

#include "media/media_errors.h"
#include "server/conversation.h"

/* Called once, perhaps before vt_film_order returns. `id` NULL: `problem` says why there will be none. */
typedef void vt_film_ordered_fn(void *arg, const char *id, const struct vt_media_problem *problem);

/* `text` is canonical (media/film.h, media/film_spin.h) and copied; its pictures must be ones the
 * conversation may name. `who` is told by film.job. The film of a spin of the catalogue is that spin's,
 * everybody's and kept nowhere. */
void vt_film_order(struct vt_conversation *conv, const char *who, struct vt_str text,
                   vt_film_ordered_fn *done, void *arg);

#endif
