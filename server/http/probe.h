/* SPDX-License-Identifier: Apache-2.0 */
/* GET /doctor: what of a request arrives here, for `vitrine doctor`, who shows by auth/probe.h that it reads
 * our key file; anybody else is refused.
 *
 * The answer comes in two pieces with a silence of `?quiet=` milliseconds between them, so that it shows what
 * a proxy on the way holds back, and how long it bears a line without a word. */
#ifndef VT_HTTP_PROBE_H
#define VT_HTTP_PROBE_H

#include "server/auth/seal.h"
#include "server/http/http.h"
#include "server/loop.h"

enum { VT_PROBE_QUIET_MS = 55000 /* the longest silence: a held answer ends at 60 s */ };

struct vt_http_probe { /* all borrowed; outlives the net */
    struct vt_loop *loop;
    const struct vt_seal *seal;
};
/* VT_OK or VT_ERR_NOMEM. */
int vt_http_probe_mount(struct vt_net *net, const struct vt_http_probe *probe);

#endif
