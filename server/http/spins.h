/* SPDX-License-Identifier: Apache-2.0 */
/* Spin frames by their addresses: /v/{id}/{nn}.jpg, nn from 00.
 *
 * Each is a JPEG of exactly the size the spin's film has, at most 1280 x 720, made from its picture's master
 * once and kept like any rendition. A catalogue's spins are open to everyone. Loop thread only. */
#ifndef VT_HTTP_SPINS_H
#define VT_HTTP_SPINS_H

#include "server/http/http.h"

struct vt_media;
struct vt_sites;
struct vt_spin_pages;

struct vt_spin_pages_deps { /* borrowed, alive until vt_spin_pages_destroy */
    struct vt_net *net;
    struct vt_media *media;
    struct vt_sites *sites;
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_spin_pages *vt_spin_pages_mount(const struct vt_spin_pages_deps *deps);
/* Answers /v/{id}/{nn}.jpg; films.h has the route of all of /v/ and hands these over. */
void vt_spin_pages_handle(struct vt_http_req *req, void *pages);
void vt_spin_pages_destroy(struct vt_spin_pages *pages);

#endif
