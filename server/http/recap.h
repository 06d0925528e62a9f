/* SPDX-License-Identifier: Apache-2.0 */
/* What the recap page asks: POST /r/open with the fragment of its address as the body; the answer is the
 * recap as JSON, with pictures signed until it ends.
 *
 * The secret comes in a body, so that no log of any proxy holds it; nothing of it is logged here. */
#ifndef VT_HTTP_RECAP_H
#define VT_HTTP_RECAP_H

#include "server/http/http.h"

struct vt_sites;
struct vt_store;
struct vt_http_recap;

struct vt_http_recap_deps { /* borrowed, alive until vt_http_recap_destroy */
    struct vt_net *net;
    struct vt_store *store;
    struct vt_sites *sites;
};
/* NULL: no memory. The caller's; must outlive the net. */
struct vt_http_recap *vt_http_recap_mount(const struct vt_http_recap_deps *deps);
void vt_http_recap_destroy(struct vt_http_recap *recap);

#endif
