/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator's tools ask: /healthz (the process turns), /readyz (it may be sent customers),
 * /metrics (Prometheus).
 *
 * /metrics takes the bearer token of --metrics-token; without one it answers loopback addresses,
 * and not those that come through a proxy, which is on loopback as often as not. */
#ifndef VT_API_OPS_H
#define VT_API_OPS_H

#include "server/config.h"
#include "server/http/http.h"

struct vt_ops {
    const struct vt_config *config; /* borrowed */
    const char *not_ready;          /* NULL: ready; else one word: "starting", "draining" */
};

/* `ops` is borrowed and outlives the net. VT_OK or VT_ERR_NOMEM. */
int vt_api_ops_mount(struct vt_net *net, struct vt_ops *ops);

/* Exposed for tests: 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104 as text. */
bool vt_ops_is_loopback(struct vt_str address);
/* "Bearer <token>" with exactly this token; takes the same time whatever differs. */
bool vt_ops_token_matches(struct vt_str authorization, struct vt_str token);

#endif
