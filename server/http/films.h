/* SPDX-License-Identifier: Apache-2.0 */
/* Films by their addresses: /v/{id}.json, .mp4, .webm, .webp and .jpg, each with the grant of the film.
 *
 * While a film is encoded, .mp4 is its fragments as they come; a Range other than from the start waits for
 * the end. Then it is the whole, index first, with Range. What the cache has lost is made again. Loop thread
 * only. */
#ifndef VT_HTTP_FILMS_H
#define VT_HTTP_FILMS_H

#include "server/http/http.h"

struct vt_media;
struct vt_media_index;
struct vt_sites;
struct vt_clip_pages;
struct vt_spin_pages;
struct vt_films;

struct vt_films_deps { /* borrowed, alive until vt_films_destroy */
    struct vt_net *net;
    struct vt_media *media;
    struct vt_sites *sites;
    const struct vt_media_index *index;
    struct vt_spin_pages *spins; /* frames of spin sets lie below the same address, */
    struct vt_clip_pages *clips; /* and clips */
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_films *vt_films_mount(const struct vt_films_deps *deps);
void vt_films_destroy(struct vt_films *films);

#endif
