/* SPDX-License-Identifier: Apache-2.0 */
/* What a phone's pictures need before they are a film's: turned upright, in one space of colour. */
#ifndef VT_MEDIA_FILM_TURN_H
#define VT_MEDIA_FILM_TURN_H

#include "media/film_planes.h"

/* Copies `from` into `to`, turned clockwise by quarters; of an odd number `to` is as high as `from` is wide.
 */
void vt_film_planes_turn(const struct vt_film_planes *from, unsigned quarters, struct vt_film_planes *to);

/* From BT.601's matrix to BT.709's, in place: gold turns green where one is read as the other. */
void vt_film_planes_from_601(struct vt_film_planes *planes);

#endif
