/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures by their addresses: thumbs at /t/{id}/{width}, IIIF Image API 3.0 at /iiif/3/{id}/….
 *
 * Requests become recipes here and their results responses; the work between is media_service.h's.
 * A catalogue's id is the 64 lower-case hex digits of the original's SHA-256, so what it names never
 * changes. An id that media_index.h knows is personal: it needs its grant, and no shared cache may keep it.
 * Loop thread only. */
#ifndef VT_HTTP_PICTURES_H
#define VT_HTTP_PICTURES_H

#include "server/http/http.h"

struct vt_media;
struct vt_media_index;
struct vt_pictures;
struct vt_sites;

/* `base_url` names us in info.json; empty: as the browser asked. NULL: no memory. The caller's; must
 * outlive the net. */
struct vt_pictures_deps { /* borrowed, alive until vt_pictures_destroy */
    struct vt_net *net;
    struct vt_media *media;
    struct vt_sites *sites;
    const struct vt_media_index *index;
    const char *base_url; /* copied */
};
struct vt_pictures *vt_pictures_mount(const struct vt_pictures_deps *deps);
void vt_pictures_destroy(struct vt_pictures *pictures);

#endif
