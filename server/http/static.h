/* SPDX-License-Identifier: Apache-2.0 */
/* The built browser files, each folder under its address.
 *
 * A name that holds a hash of its content (name-1a2b3c4d.js) never changes and is kept for ever; all
 * else is asked for again with its ETag. What is served comes from below the folder, never through
 * a link. Loop thread only. */
#ifndef VT_HTTP_STATIC_H
#define VT_HTTP_STATIC_H

#include "server/base/buf.h"
#include "server/http/http.h"
#include "server/site.h"

enum vt_static_kind {
    VT_STATIC_SNIPPET, /* for the shops' pages: any origin may load it */
    VT_STATIC_APP,     /* our own pages: index.html, strict CSP, one origin */
    VT_STATIC_MIRROR   /* the mirror's player: so too, but framed by the console, and with what the shop named
                          by   ?site= loads */
};

struct vt_static;

/* Serves `dir` under `prefix` ("/console/"). `sites` is borrowed. `mirror`: these pages
 * may frame the mirror, here or at this origin ("" for here alone); NULL: they frame nothing. NULL with a
 * sentence in ret_error when the folder cannot be opened. The result belongs to the caller and must outlive
 * the net. */
struct vt_static *vt_static_mount(struct vt_net *net, const char *prefix, const char *dir,
                                  enum vt_static_kind kind, const struct vt_sites *sites, const char *mirror,
                                  struct vt_buf *ret_error);
void vt_static_destroy(struct vt_static *files);

/* True for name-<8 or more letters and digits, a digit among them>.ext. */
bool vt_static_is_hashed(struct vt_str name);

#endif
