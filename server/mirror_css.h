/* SPDX-License-Identifier: Apache-2.0 */
/* Style texts of mirrored pages, by their SHA-256, once per site: in memory, the longest unused go first. */
#ifndef VT_MIRROR_CSS_H
#define VT_MIRROR_CSS_H

#include "server/reply.h"

/* mirror.css: which of these are missing, and where they go. */
int vt_mirror_css_ask(struct vt_request *rq);

#endif
