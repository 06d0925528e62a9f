/* SPDX-License-Identifier: Apache-2.0 */
/* Takeover: a supervisor takes a running session from its associate (claim.take in state live, settled.md 9).
 */
#ifndef VT_TAKEOVER_H
#define VT_TAKEOVER_H

#include "server/join.h"
#include "server/reply.h"

/* Whether this claim.take is one: by a supervisor, of a session another associate has. */
bool vt_takeover_is(const struct vt_request *rq, struct vt_str conv);
/* VT_OK: it will be answered as claim.take is. */
int vt_takeover(struct vt_request *rq, struct vt_str conv);
/* The answer of every claim.take that succeeded, and what the member has missed. Frees the join. */
void vt_takeover_answer(const struct vt_reply_to *to, struct vt_join *join, struct vt_member *member);

#endif
