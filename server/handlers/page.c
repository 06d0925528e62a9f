/* SPDX-License-Identifier: Apache-2.0 */
/* page.at: where the customer is; page.seen: what was found there. */
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/seen.h"
#include "server/trail.h"

int vt_on_page_at(struct vt_request *rq)
{
    struct vt_t_page page = *(const struct vt_t_page *)rq->env->msg;
    vt_trail_add(rq->member->conv, &page);
    return VT_OK;
}

int vt_on_page_seen(struct vt_request *rq)
{
    return vt_seen_put(rq->app, vt_str(rq->peer->site), rq->env->msg) ? VT_OK : VT_ERR_OVERLOADED;
}
