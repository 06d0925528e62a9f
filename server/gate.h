/* SPDX-License-Identifier: Apache-2.0 */
/* Gate: may this peer send this, in this state, this often? Every answer is read from the
 * operation's row; handlers check meaning only. */
#ifndef VT_GATE_H
#define VT_GATE_H

#include "server/chan.h"
#include "server/reply.h"

/* Who sends and how often; fills rq->member when the message concerns a conversation. VT_OK, or VT_ERR_*
 * with rq->error. */
int vt_gate_sender(struct vt_request *rq);
/* Whether now is the time: state, driver. After vt_gate_sender, and after a repeated request got its old
 * answer: the request itself may have changed the state since. */
int vt_gate_state(struct vt_request *rq);
/* A binary frame on its channel: writer, driver, state, rate. *ret_drop: within the rules but not
 * to be passed on (too often: the newest wins, the writer has been told; or an old number). */
int vt_gate_binary(struct vt_peer *peer, const struct vt_op_row *row, const struct vt_bin_head *head,
                   struct vt_chan *chan, struct vt_member **ret_member, bool *ret_drop, int64_t now_ms);

#endif
