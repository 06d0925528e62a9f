/* SPDX-License-Identifier: Apache-2.0 */
/* POST /api/v1/mirror/css: style texts of a mirrored page, with the ticket that mirror.css gave. Parsed,
 * hashed and filtered in libuv's pool. Loop thread only. */
#ifndef VT_HTTP_MIRROR_CSS_H
#define VT_HTTP_MIRROR_CSS_H

#include "server/app.h"
#include "server/http/http.h"

struct vt_http_css;
struct vt_http_css_deps { /* all borrowed, alive until vt_http_css_destroy */
    struct vt_net *net;
    struct vt_app *app;
};

/* Makes the routes. NULL: no memory. */
struct vt_http_css *vt_http_css_mount(const struct vt_http_css_deps *deps);
/* Once the loop has run dry. */
void vt_http_css_destroy(struct vt_http_css *css);

#endif
