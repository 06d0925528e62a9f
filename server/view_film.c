/* SPDX-License-Identifier: Apache-2.0 */
/* The view's film: since when it plays from where, so that everybody is at the same place of it. */
#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/view_internal.h"

int vt_view_play(struct vt_view *view, const struct vt_msg_film_play *msg, uint32_t ms, int64_t now_ms,
                 int64_t wall_ms)
{
    if (!vt_view_item_of(view, msg->slot))
        return VT_ERR_NOT_FOUND;
    if (msg->t > ms / 1000.0)
        return VT_ERR_FIELD_BAD;
    if (view->active != msg->slot || view->mode != VT_VIEW_MODE_FILM)
        view->structural_seq = view->seq + 1;
    if (view->active != msg->slot)
        vt_view_show(view, msg->slot, now_ms);
    view->rpm = 0;
    view->mode = VT_VIEW_MODE_FILM;
    view->t = msg->t;
    view->has_t = true;
    view->rate = msg->rate;
    view->is_paused = msg->paused;
    view->played_ms = wall_ms;
    view->gesture_ms = now_ms;
    view->is_kept = false;
    view->seq++;
    return VT_OK;
}
