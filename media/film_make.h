/* SPDX-License-Identifier: Apache-2.0 */
/* From a reel to a file: encoder and muxer driven together. Worker process only. */
#ifndef VT_MEDIA_FILM_MAKE_H
#define VT_MEDIA_FILM_MAKE_H

#include "media/film_encode.h"
#include "media/film_stills.h"

struct vt_film_order {
    enum vt_film_maker maker;
    uint32_t max_bytes; /* 0: none; the rate is lowered to stay below */
    int live_fd;        /* fragments go there as they are made; -1: nobody looks on */
    /* More has been written to live_fd; NULL: nobody waits */
    void (*grown)(void *arg);
    void *arg;
};

/* The whole file, H.264 in MP4 with its index first or AV1 in WebM: `*ret_bytes` is the caller's to free.
 * VT_OK, VT_ERR_FULL (it does not fit max_bytes), VT_ERR_NOMEM, VT_ERR_IO (live_fd takes no more), or what
 * the reel's loading gave. */
int vt_film_make(struct vt_film_reel *reel, const struct vt_film_order *order, uint8_t **ret_bytes,
                 size_t *ret_len);

/* Bits a second for a film of this size when nothing limits it. */
uint32_t vt_film_rate(enum vt_film_maker maker, uint32_t width, uint32_t height);

#endif
