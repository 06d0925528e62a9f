/* SPDX-License-Identifier: Apache-2.0 */
/* From pictures to a file: encoder and muxer driven together. Worker process only. */
#ifndef VT_MEDIA_FILM_MAKE_H
#define VT_MEDIA_FILM_MAKE_H

#include "media/film_encode.h"

/* The pictures of a film, one after the other: of a reel (film_stills.h), or a spin's frames. */
struct vt_film_source {
    uint32_t width, height; /* even */
    uint32_t fps, frames;
    /* Number `n` into `frame`, which has the size; 0, or what went wrong. */
    int (*draw)(void *arg, uint32_t n, struct vt_film_planes *frame);
    void *arg;
};

struct vt_film_order {
    enum vt_film_maker maker;
    uint32_t max_bytes; /* 0: none; the rate is lowered to stay below, and nobody may look on */
    int live_fd;        /* fragments go there as they are made; -1: nobody looks on */
    /* More has been written to live_fd; NULL: nobody waits */
    void (*grown)(void *arg);
    void *arg;
};

/* The whole file, H.264 in MP4 with its index first or AV1 in WebM: `*ret_bytes` is the caller's to free.
 * VT_OK, VT_ERR_FULL (it does not fit max_bytes), VT_ERR_NOMEM, VT_ERR_IO (live_fd takes no more), or what
 * drawing gave. */
int vt_film_make(const struct vt_film_source *source, const struct vt_film_order *order, uint8_t **ret_bytes,
                 size_t *ret_len);

/* Bits a second for a film of this size when nothing limits it. */
uint32_t vt_film_rate(enum vt_film_maker maker, uint32_t width, uint32_t height);

/* How often a size is halved (0 and up, VT_FILM_HALVES at most) so that `max_bytes` are not too few for `ms`
 * of it. */
enum { VT_FILM_HALVES = 2 };
uint32_t vt_film_halves(enum vt_film_maker maker, uint32_t width, uint32_t height, uint32_t ms,
                        uint32_t max_bytes);

#endif
