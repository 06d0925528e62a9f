/* SPDX-License-Identifier: Apache-2.0 */
/* What a site's own bot answers (docs/helper.md), checked as any input is. */
#ifndef VT_BOT_ANSWER_H
#define VT_BOT_ANSWER_H

#include "protocol/codec/codec.h"
#include "server/base/buf.h"

/* Reads and checks an answer; texts live in `arena`. VT_OK; or VT_ERR_INVALID and a sentence that holds
 * nothing of it. */
int vt_bot_read(struct vt_arena *arena, struct vt_str json, struct vt_t_bot_answer *ret_answer,
                struct vt_buf *ret_why);

#endif
