/* SPDX-License-Identifier: Apache-2.0 */
/* The view's spin: where it stands, and how far it has come while it turns by itself. */
#include <math.h>

#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/view_internal.h"

void vt_view_turn_to(struct vt_view *view, uint16_t frame, int64_t now_ms)
{
    view->frame = frame;
    view->has_frame = true;
    view->turned_ms = (double)now_ms;
}

int vt_view_turn(struct vt_view *view, const struct vt_msg_spin_turn *msg, uint16_t frames_n, int64_t now_ms)
{
    if (!vt_view_is_open(view) || msg->slot != view->active || view->mode != VT_VIEW_MODE_SPIN)
        return VT_ERR_VIEW_STALE;
    if (msg->frame >= frames_n)
        return VT_ERR_FIELD_BAD;
    vt_view_turn_to(view, msg->frame, now_ms);
    view->rpm = msg->rpm;
    view->frames_n = frames_n;
    view->gesture_ms = now_ms;
    view->is_kept = false;
    view->seq++;
    return VT_OK;
}

void vt_view_advance(struct vt_view *view, int64_t now_ms)
{
    double a_frame_ms = view->rpm != 0 ? 60000 / (view->rpm * view->frames_n) : 0;
    if (a_frame_ms == 0)
        return;
    double steps = trunc(((double)now_ms - view->turned_ms) / a_frame_ms * (1 + 1e-9));
    double frame = fmod(view->frame + steps, view->frames_n);
    view->frame = (uint16_t)(frame < 0 ? frame + view->frames_n : frame);
    view->turned_ms += steps * a_frame_ms;
}

bool vt_view_is_on_show(const struct vt_view *view, const struct vt_view_mark *mark)
{
    uint16_t frame = view->mode == VT_VIEW_MODE_SPIN ? view->frame : 0; /* the still is the first */
    return !mark->has_frame || mark->frame == frame;
}
