/* SPDX-License-Identifier: Apache-2.0 */
/* The frames of a spin on their way to a worker: JPEGs in one file, as a worker may hold few descriptors.
 *
 * The server writes them in any order, the worker reads them in theirs. Frames come out of a cache that
 * somebody may have written to, so the reader believes no length. */
#ifndef VT_MEDIA_FILM_PACK_H
#define VT_MEDIA_FILM_PACK_H

#include "media/bytes.h"
#include "media/film_spin.h"

enum { VT_FILM_PACK_BYTES = 48 << 20 };

struct vt_film_pack {
    int fd; /* owned */
    uint32_t end;
};

/* VT_OK or VT_ERR_NOMEM. */
int vt_film_pack_open(struct vt_film_pack *ret_pack, uint32_t count);
void vt_film_pack_close(struct vt_film_pack *pack);
/* VT_OK, VT_ERR_FULL (VT_FILM_PACK_BYTES in all) or VT_ERR_NOMEM. */
int vt_film_pack_put(struct vt_film_pack *pack, uint32_t index, struct vt_str jpeg);

/* How many there are; 0: this is no pack. */
uint32_t vt_film_pack_count(struct vt_bytes pack);
/* NULL: it is not there. */
struct vt_bytes vt_film_pack_get(struct vt_bytes pack, uint32_t index);

#endif
