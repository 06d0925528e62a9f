/* SPDX-License-Identifier: Apache-2.0 */
/* Clips by their addresses: /v/{id}.json, .mp4, .webp, .jpg and .strip.jpg, each with the grant of the clip.
 *
 * .mp4 is its chosen part as the phone wrote it, not to be kept by anybody, until that has been coded anew;
 * from then on it is that. Both are files with Range. Loop thread only. */
#ifndef VT_HTTP_CLIPS_H
#define VT_HTTP_CLIPS_H

#include "server/http/http.h"
#include "server/media_index.h"

struct vt_media;
struct vt_sites;
struct vt_clip_pages;

struct vt_clip_pages_deps { /* borrowed, alive until vt_clip_pages_destroy */
    struct vt_net *net;
    struct vt_media *media;
    struct vt_sites *sites;
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_clip_pages *vt_clip_pages_create(const struct vt_clip_pages_deps *deps);
void vt_clip_pages_destroy(struct vt_clip_pages *pages);

/* Answers what lies below /v/{id} of this clip; films.h has the route and hands these over. */
void vt_clip_pages_handle(struct vt_clip_pages *pages, struct vt_http_req *req,
                          const struct vt_medium *medium);

#endif
