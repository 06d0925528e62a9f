/* SPDX-License-Identifier: Apache-2.0 */
/* Two to four pieces side by side: which, in what order, at what scale. They share the view's rect. */
#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/view_internal.h"

bool vt_view_is_compared(const struct vt_view *view, uint16_t slot)
{
    for (size_t i = 0; i < view->compared_n; i++)
        if (view->compared[i] == slot)
            return true;
    return false;
}

static int check_slots(const struct vt_view *view, const uint16_t *slots, size_t n)
{
    if (n < 2 || n > VT_VIEW_COMPARED)
        return VT_ERR_FIELD_BAD;
    for (size_t i = 0; i < n; i++) {
        if (!vt_view_item_of(view, slots[i]))
            return VT_ERR_NOT_FOUND;
        for (size_t j = 0; j < i; j++)
            if (slots[j] == slots[i])
                return VT_ERR_FIELD_BAD;
    }
    return VT_OK;
}

static void put_slots(struct vt_view *view, const uint16_t *slots, size_t n)
{
    memcpy(view->compared, slots, n * sizeof(slots[0]));
    view->compared_n = n;
}

/* In another order or at another scale they stay where they were looked at. */
static bool are_the_same(const struct vt_view *view, const uint16_t *slots, size_t n)
{
    bool same = view->mode == VT_VIEW_MODE_COMPARE && n == view->compared_n;
    for (size_t i = 0; same && i < n; i++)
        same = vt_view_is_compared(view, slots[i]);
    return same;
}

int vt_view_compare(struct vt_view *view, const struct vt_msg_compare_set *msg, int64_t now_ms)
{
    if (!vt_view_is_open(view) || msg->base < view->structural_seq)
        return VT_ERR_VIEW_STALE;
    int err = check_slots(view, msg->slots, msg->slots_n);
    if (err)
        return err;
    bool same = are_the_same(view, msg->slots, msg->slots_n);
    put_slots(view, msg->slots, msg->slots_n);
    if (!same)
        vt_view_show(view, vt_view_is_compared(view, view->active) ? view->active : msg->slots[0], now_ms);
    view->mode = VT_VIEW_MODE_COMPARE;
    view->scale = msg->scale;
    view->gesture_ms = now_ms;
    view->is_kept = false;
    vt_view_structural(view);
    return VT_OK;
}

void vt_view_compare_drop(struct vt_view *view, uint16_t slot, int64_t now_ms)
{
    size_t left = 0;
    for (size_t i = 0; i < view->compared_n; i++)
        if (view->compared[i] != slot)
            view->compared[left++] = view->compared[i];
    view->compared_n = left < 2 ? 0 : left;
    if (view->mode != VT_VIEW_MODE_COMPARE)
        return;
    if (left < 2)
        view->mode = VT_VIEW_MODE_IMAGE;
    if (view->active == slot && left > 0)
        vt_view_show(view, view->compared[0], now_ms);
}

bool vt_view_comparison(const struct vt_view *view, struct vt_t_comparison *ret)
{
    *ret = (struct vt_t_comparison){ (uint16_t *)view->compared, view->compared_n, view->scale };
    return view->compared_n > 0;
}

void vt_view_compare_import(struct vt_view *view, const struct vt_t_comparison *from)
{
    view->compared_n = 0;
    if (from && check_slots(view, from->slots, from->slots_n) == VT_OK) {
        put_slots(view, from->slots, from->slots_n);
        view->scale = from->scale;
    }
    if (view->compared_n == 0 && view->mode == VT_VIEW_MODE_COMPARE)
        view->mode = VT_VIEW_MODE_IMAGE;
}
