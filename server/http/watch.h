/* SPDX-License-Identifier: Apache-2.0 */
/* What the page of a note's mail asks (/w/): POST /w/stop with the fragment of its address, key of the site
 * and one-use secret, as the body. All that the customer watches ends, and their thread says so.
 *
 * A page of its own with a button, since what looks through mails for their readers follows links. */
#ifndef VT_HTTP_WATCH_H
#define VT_HTTP_WATCH_H

#include "server/http/http.h"

struct vt_app;
struct vt_net;
struct vt_http_watch;

struct vt_http_watch_deps { /* borrowed, alive until vt_http_watch_destroy */
    struct vt_net *net;
    struct vt_app *app;
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_http_watch *vt_http_watch_mount(const struct vt_http_watch_deps *deps);
void vt_http_watch_destroy(struct vt_http_watch *watch);

#endif
