/* SPDX-License-Identifier: Apache-2.0 */
/* page.at: where the customer is. */
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/trail.h"

int vt_on_page_at(struct vt_request *rq)
{
    struct vt_t_page page = *(const struct vt_t_page *)rq->env->msg;
    vt_trail_add(rq->member->conv, &page);
    return VT_OK;
}
