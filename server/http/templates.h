/* SPDX-License-Identifier: Apache-2.0 */
/* Drawn pictures at /p/{card|sheet|scale|recap}/{id}.{fmt}?d=&e=&s=, by signed addresses only.
 *
 * The signature covers path and query up to itself and is judged before anything else; whose it is shows by
 * the site whose key fits. template_address.h makes such addresses. Their queries hold names and are never
 * logged. Loop thread only. */
#ifndef VT_HTTP_TEMPLATES_H
#define VT_HTTP_TEMPLATES_H

#include "server/http/http.h"

struct vt_media;
struct vt_sites;
struct vt_store;
struct vt_templates;

struct vt_templates_deps { /* borrowed, alive until vt_templates_destroy */
    struct vt_net *net;
    struct vt_media *media;
    struct vt_sites *sites;
    struct vt_store *store; /* of kept views */
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_templates *vt_templates_mount(const struct vt_templates_deps *deps);
void vt_templates_destroy(struct vt_templates *templates);

#endif
