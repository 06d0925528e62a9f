/* SPDX-License-Identifier: Apache-2.0 */
/* Takeover: a supervisor takes a running session from its associate (claim.take in state live, settled.md 9).
 */
#ifndef VT_TAKEOVER_H
#define VT_TAKEOVER_H

#include "server/reply.h"

/* Whether this claim.take is one: by a supervisor, of a session another associate has. */
bool vt_takeover_is(const struct vt_request *rq, struct vt_str conv);
/* VT_OK: it will be answered as claim.take is. */
int vt_takeover(struct vt_request *rq, struct vt_str conv);

#endif
