/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror_css.h"

#include "server/base/err.h"

int vt_mirror_css_ask(struct vt_request *rq)
{
    const struct vt_msg_mirror_css *msg = rq->env->msg;
    struct vt_rep_mirror_css rep = { .missing = msg->hashes, .missing_n = msg->hashes_n };
    return vt_reply_now(rq, NULL, &rep);
}
