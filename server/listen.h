/* SPDX-License-Identifier: Apache-2.0 */
/* What --listen means before the network is open: free ports chosen early, and our own Origin.
 *
 * The sites must know our Origin before the first socket, and with port 0 only the kernel knows it.
 * So each port 0 is bound here, written into the text, and held, without listening, until the
 * network has bound it too: both sides share the port by SO_REUSEPORT and nobody comes between. */
#ifndef VT_LISTEN_H
#define VT_LISTEN_H

#include <stddef.h>

#include "server/base/buf.h"
#include "server/config.h"

enum { VT_LISTEN_HOLDS = 8, VT_LISTEN_ORIGIN = 128 };

struct vt_listen_hold {
    int fds[VT_LISTEN_HOLDS];
    size_t n;
};

/* Replaces each port 0 of config->listen. On VT_ERR_IO one sentence in ret_error; release in any case. */
int vt_listen_hold(struct vt_config *config, struct vt_listen_hold *ret_hold, struct vt_buf *ret_error);
void vt_listen_release(struct vt_listen_hold *hold);

/* --base-url, else scheme and first address of --listen: "http://127.0.0.1:8080". */
void vt_listen_origin(const struct vt_config *config, char ret_origin[VT_LISTEN_ORIGIN]);

#endif
