/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "protocol/c/errors.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/media_index.h"
#include "server/view_internal.h"

static const double whole[4] = { 0, 0, 1, 1 };

struct vt_view_item *vt_view_item_of(const struct vt_view *view, uint16_t slot)
{
    for (size_t i = 0; i < view->items_n; i++)
        if (view->items[i].slot == slot)
            return (struct vt_view_item *)&view->items[i];
    return NULL;
}

/* Numbers are used anew after 65535 only, so that a late mark does not land on another piece. */
static uint16_t take_slot(struct vt_view *view)
{
    while (view->next_slot == 0 || vt_view_item_of(view, view->next_slot))
        view->next_slot++;
    return view->next_slot++;
}

static char *keep(struct vt_str s)
{
    return s.ptr ? vt_str_dup(s) : NULL;
}

static void item_finish(struct vt_view_item *item)
{
    free(item->sku);
    free(item->variant);
    free(item->media);
    free(item->title);
    *item = (struct vt_view_item){ 0 };
}

static int item_init(struct vt_view_item *item, uint16_t slot, const struct vt_t_view_item_new *from)
{
    *item = (struct vt_view_item){ .slot = slot,
                                   .sku = keep(from->sku),
                                   .variant = keep(from->variant),
                                   .media = keep(vt_media_bare(from->media)), /* a grant is never kept */
                                   .title = keep(from->title) };
    if (item->media && (!from->sku.ptr || item->sku) && (!from->variant.ptr || item->variant) &&
        (!from->title.ptr || item->title))
        return VT_OK;
    item_finish(item);
    return VT_ERR_OVERLOADED;
}

static void items_clear(struct vt_view *view)
{
    while (view->items_n > 0)
        item_finish(&view->items[--view->items_n]);
}

static void marks_clear(struct vt_view *view)
{
    while (view->marks_n > 0)
        vt_view_mark_remove(view, view->marks_n - 1);
}

struct vt_view *vt_view_create(void)
{
    struct vt_view *view = calloc(1, sizeof(*view));
    if (!view)
        return NULL;
    view->next_slot = 1;
    view->next_mark = 1;
    memcpy(view->rect, whole, sizeof(whole));
    return view;
}

void vt_view_destroy(struct vt_view *view)
{
    if (!view)
        return;
    items_clear(view);
    marks_clear(view);
    free(view->marks);
    free(view->strokes);
    free(view);
}

uint32_t vt_view_seq(const struct vt_view *view)
{
    return view->seq;
}

bool vt_view_is_open(const struct vt_view *view)
{
    return view->items_n > 0;
}

const char *vt_view_driver(const struct vt_view *view)
{
    return view->driver;
}

uint16_t vt_view_active(const struct vt_view *view)
{
    return view->active;
}

static void drive(struct vt_view *view, const char *by, int64_t now_ms)
{
    vt_str_copy(view->driver, sizeof(view->driver), vt_str(by));
    view->gesture_ms = now_ms;
}

void vt_view_structural(struct vt_view *view)
{
    view->structural_seq = ++view->seq;
}

void vt_view_show(struct vt_view *view, uint16_t slot, int64_t now_ms)
{
    view->active = slot;
    view->shown_ms = now_ms;
    view->is_kept = false;
    view->has_frame = view->has_t = false;
    view->frame = 0;
    view->rpm = 0;
    view->played_ms = 0;
    memcpy(view->rect, whole, sizeof(whole));
}

void vt_view_rect(const struct vt_view *view, double ret_rect[4])
{
    memcpy(ret_rect, view->rect, sizeof(view->rect));
}

uint16_t vt_view_slot_at(const struct vt_view *view, size_t i)
{
    return i < view->items_n ? view->items[i].slot : 0;
}

enum vt_view_mode vt_view_mode(const struct vt_view *view)
{
    return view->mode;
}

void vt_view_measure(struct vt_view *view, uint16_t slot, double width_mm, double height_mm)
{
    struct vt_view_item *item = vt_view_item_of(view, slot);
    if (!item)
        return;
    item->width_mm = width_mm;
    item->height_mm = height_mm;
}

int vt_view_open(struct vt_view *view, const char *by, const struct vt_msg_view_open *msg, int64_t now_ms)
{
    struct vt_view_item items[VT_VIEW_ITEMS];
    if (msg->items_n == 0 || msg->items_n > VT_VIEW_ITEMS || msg->active < 1 || msg->active > msg->items_n ||
        msg->mode == VT_VIEW_MODE_COMPARE)
        return VT_ERR_FIELD_BAD;
    for (size_t i = 0; i < msg->items_n; i++) {
        int err = item_init(&items[i], take_slot(view), &msg->items[i]);
        if (err == VT_OK)
            continue;
        while (i > 0)
            item_finish(&items[--i]);
        return err;
    }
    items_clear(view);
    marks_clear(view);
    memcpy(view->items, items, msg->items_n * sizeof(items[0]));
    view->items_n = msg->items_n;
    view->compared_n = 0;
    view->mode = msg->mode;
    vt_view_show(view, view->items[msg->active - 1].slot, now_ms);
    drive(view, by, now_ms);
    vt_view_structural(view);
    return VT_OK;
}

static bool rect_is_good(const double rect[4])
{
    /* w = h = 1/scale; a centre outside the medium shows nothing. */
    double cx = rect[0] + rect[2] / 2, cy = rect[1] + rect[3] / 2;
    return rect[2] > 0.0001 && rect[2] <= 1.0001 && rect[3] > 0.0001 && rect[3] <= 1.0001 && cx >= 0 &&
           cx <= 1 && cy >= 0 && cy <= 1;
}

static int check_set(const struct vt_view *view, const struct vt_msg_view_set *msg)
{
    enum vt_view_mode mode = msg->has_mode ? msg->mode : view->mode;
    if (!vt_view_is_open(view) || msg->base < view->structural_seq)
        return VT_ERR_VIEW_STALE;
    if (msg->has_active && !vt_view_item_of(view, msg->active))
        return VT_ERR_NOT_FOUND;
    if (msg->has_rect && !rect_is_good(msg->rect))
        return VT_ERR_FIELD_BAD;
    if (mode == VT_VIEW_MODE_COMPARE &&
        !vt_view_is_compared(view, msg->has_active ? msg->active : view->active))
        return VT_ERR_NOT_FOUND;
    return VT_OK;
}

int vt_view_set(struct vt_view *view, const struct vt_msg_view_set *msg, int64_t now_ms)
{
    int err = check_set(view, msg);
    if (err)
        return err;
    view->gesture_ms = now_ms;
    view->is_kept = false;
    view->seq++;
    if (msg->has_mode && msg->mode != view->mode) {
        vt_view_advance(view, now_ms);
        view->rpm = 0;
        view->mode = msg->mode;
        view->structural_seq = view->seq;
    }
    if (msg->has_active && msg->active != view->active) {
        double at[4];
        memcpy(at, view->rect, sizeof(at));
        vt_view_show(view, msg->active, now_ms);
        if (view->mode == VT_VIEW_MODE_COMPARE)
            memcpy(view->rect, at, sizeof(at)); /* one rect for all of them */
        view->structural_seq = view->seq;
    }
    if (msg->has_rect)
        memcpy(view->rect, msg->rect, sizeof(view->rect));
    if (msg->has_frame)
        vt_view_turn_to(view, msg->frame, now_ms);
    if (msg->has_t) {
        view->t = msg->t;
        view->has_t = true;
    }
    return VT_OK;
}

static int item_add(struct vt_view *view, const struct vt_t_view_item_new *from, int64_t now_ms,
                    uint16_t *ret_slot)
{
    if (view->items_n == VT_VIEW_ITEMS)
        return VT_ERR_CAP_REACHED;
    uint16_t slot = take_slot(view);
    int err = item_init(&view->items[view->items_n], slot, from);
    if (err)
        return err;
    view->items_n++;
    vt_view_show(view, slot, now_ms); /* a piece is added to be looked at */
    if (view->mode == VT_VIEW_MODE_COMPARE)
        view->mode = VT_VIEW_MODE_IMAGE;
    *ret_slot = slot;
    vt_view_structural(view);
    return VT_OK;
}

int vt_view_item(struct vt_view *view, const struct vt_msg_view_item *msg, int64_t now_ms, uint16_t *ret_slot)
{
    if (!msg->add == !msg->has_drop)
        return VT_ERR_FIELD_BAD;
    *ret_slot = 0;
    if (msg->add)
        return item_add(view, msg->add, now_ms, ret_slot);
    struct vt_view_item *item = vt_view_item_of(view, msg->drop);
    if (!item)
        return VT_ERR_NOT_FOUND;
    size_t i = (size_t)(item - view->items);
    item_finish(item);
    view->items_n--;
    memmove(item, item + 1, (view->items_n - i) * sizeof(*item));
    for (size_t m = view->marks_n; m-- > 0;)
        if (view->marks[m].slot == msg->drop)
            vt_view_mark_remove(view, m);
    vt_view_compare_drop(view, msg->drop, now_ms);
    if (view->active == msg->drop)
        vt_view_show(view, view->items_n == 0 ? 0 : view->items[i < view->items_n ? i : i - 1].slot, now_ms);
    vt_view_structural(view);
    return VT_OK;
}

int vt_view_drive(struct vt_view *view, const char *by, bool take, int64_t now_ms)
{
    bool mine = strcmp(view->driver, by) == 0;
    if (!take && !mine)
        return VT_ERR_DRIVER_OTHER;
    if (take && !mine && view->driver[0] && now_ms - view->gesture_ms < VT_VIEW_HOLD_MS)
        return VT_ERR_DRIVER_OTHER;
    vt_str_copy(view->driver, sizeof(view->driver), vt_str(take ? by : ""));
    view->seq++;
    return VT_OK;
}

void vt_view_close(struct vt_view *view)
{
    items_clear(view);
    marks_clear(view);
    view->compared_n = 0;
    view->mode = VT_VIEW_MODE_IMAGE;
    vt_view_show(view, 0, 0);
    view->driver[0] = '\0';
    vt_view_structural(view);
}

bool vt_view_leave(struct vt_view *view, const char *who)
{
    for (size_t i = 0; view->strokes && i < VT_VIEW_STROKES; i++)
        if (strcmp(view->strokes[i].by, who) == 0)
            view->strokes[i].by[0] = '\0';
    if (strcmp(view->driver, who) != 0)
        return false;
    view->driver[0] = '\0';
    view->seq++;
    return true;
}

int vt_view_motion(struct vt_view *view, struct vt_bin_view *frame, int64_t now_ms)
{
    if (!vt_view_is_open(view) || frame->vseq < view->structural_seq || frame->slot != view->active)
        return VT_ERR_VIEW_STALE;
    double size = frame->scale >= 65536 ? 65536.0 / frame->scale : 1.0;
    double cx = frame->cx / 4294967295.0, cy = frame->cy / 4294967295.0;
    view->rect[0] = cx - size / 2;
    view->rect[1] = cy - size / 2;
    view->rect[2] = view->rect[3] = size;
    if (view->mode == VT_VIEW_MODE_SPIN) {
        vt_view_turn_to(view, frame->frame, now_ms);
    } else if (view->mode == VT_VIEW_MODE_FILM &&
               !view->played_ms) { /* else film.play alone says where it is */
        view->t = frame->t_ms / 1000.0;
        view->has_t = true;
    }
    view->gesture_ms = now_ms;
    view->is_kept = false;
    frame->vseq = ++view->seq;
    return VT_OK;
}

/* --- in and out -------------------------------------------------------------------------------- */

static void item_export(const struct vt_view_item *item, struct vt_t_view_item *ret)
{
    *ret = (struct vt_t_view_item){ .slot = item->slot,
                                    .sku = vt_str(item->sku),
                                    .variant = vt_str(item->variant),
                                    .media = vt_str(item->media),
                                    .title = vt_str(item->title),
                                    .width_mm = item->width_mm,
                                    .has_width_mm = item->width_mm > 0,
                                    .height_mm = item->height_mm,
                                    .has_height_mm = item->height_mm > 0 };
}

bool vt_view_item_at(const struct vt_view *view, uint16_t slot, struct vt_t_view_item *ret)
{
    const struct vt_view_item *item = vt_view_item_of(view, slot);
    if (item)
        item_export(item, ret);
    return item != NULL;
}

bool vt_view_keep(struct vt_view *view, int64_t now_ms, struct vt_arena *arena,
                  struct vt_evt_view_kept *ret_kept)
{
    const struct vt_view_item *item = vt_view_item_of(view, view->active);
    size_t marks_n = item ? vt_view_marks_in(view, item->slot) : 0;
    if (!item || view->is_kept || (marks_n == 0 && now_ms - view->shown_ms < VT_VIEW_LOOK_MS))
        return false;
    vt_view_advance(view, now_ms);
    struct vt_evt_view_kept kept = { .sku = vt_str(item->sku),
                                     .variant = vt_str(item->variant),
                                     .media = vt_str(item->media),
                                     .title = vt_str(item->title),
                                     /* One of several side by side is kept as the picture it is. */
                                     .mode = view->mode == VT_VIEW_MODE_COMPARE ? VT_VIEW_MODE_IMAGE
                                                                                : view->mode,
                                     .frame = view->frame,
                                     .has_frame = view->has_frame,
                                     .t = view->t,
                                     .has_t = view->has_t,
                                     .marks = vt_arena_array(arena, marks_n + 1, sizeof(struct vt_t_mark)) };
    if (!kept.marks)
        return false;
    memcpy(kept.rect, view->rect, sizeof(kept.rect));
    for (size_t i = 0; i < view->marks_n; i++)
        if (view->marks[i].slot == item->slot && vt_view_is_on_show(view, &view->marks[i]))
            vt_view_mark(view, view->marks[i].number, &kept.marks[kept.marks_n++]);
    view->is_kept = true;
    *ret_kept = kept;
    return true;
}

int vt_view_export(const struct vt_view *view, struct vt_arena *arena, struct vt_t_view *ret)
{
    *ret = (struct vt_t_view){
        .seq = view->seq,
        .driver = vt_str(view->driver),
        .items = vt_arena_array(arena, view->items_n + 1, sizeof(struct vt_t_view_item)),
        .items_n = view->items_n,
        .active = view->active,
        .mode = view->mode,
        .frame = view->frame,
        .has_frame = view->has_frame,
        .rpm = view->rpm,
        .has_rpm = view->rpm != 0,
        .t = view->t,
        .has_t = view->has_t,
        .rate = view->rate,
        .has_rate = view->played_ms != 0,
        .paused = view->is_paused,
        .has_paused = view->played_ms != 0,
        .at = view->played_ms,
        .has_at = view->played_ms != 0,
        .compare = view->compared_n ? vt_arena_array(arena, 1, sizeof(struct vt_t_comparison)) : NULL,
        .marks = vt_arena_array(arena, view->marks_n + 1, sizeof(struct vt_t_mark)),
        .marks_n = view->marks_n
    };
    if (!ret->items || !ret->marks || (view->compared_n && !ret->compare))
        return VT_ERR_NOMEM;
    if (ret->compare)
        vt_view_comparison(view, ret->compare);
    memcpy(ret->rect, view->rect, sizeof(ret->rect));
    for (size_t i = 0; i < view->items_n; i++)
        item_export(&view->items[i], &ret->items[i]);
    for (size_t i = 0; i < view->marks_n; i++)
        vt_view_mark(view, view->marks[i].number, &ret->marks[i]);
    return VT_OK;
}

static int marks_import(struct vt_view *view, const struct vt_t_view *from)
{
    for (size_t i = 0; i < from->marks_n; i++) {
        const struct vt_t_mark *mark = &from->marks[i];
        struct vt_msg_mark_add msg = { .slot = mark->slot,
                                       .kind = mark->kind,
                                       .colour = mark->colour,
                                       .points = mark->points,
                                       .points_n = mark->points_n };
        char by[VT_VIEW_WHO_BYTES];
        uint32_t number;
        vt_str_copy(by, sizeof(by), mark->by);
        int err = vt_view_mark_add(view, by, &msg, &number);
        if (err == VT_ERR_CAP_REACHED)
            break; /* a file of a version that kept more: the view matters more than its last marks */
        if (err)
            return err;
        view->marks[view->marks_n - 1].number = mark->mark;
        view->marks[view->marks_n - 1].frame = mark->frame;
        view->marks[view->marks_n - 1].has_frame = mark->has_frame;
        if (mark->mark >= view->next_mark)
            view->next_mark = mark->mark + 1;
    }
    return VT_OK;
}

int vt_view_import(struct vt_view *view, const struct vt_t_view *from)
{
    if (from->items_n > VT_VIEW_ITEMS)
        return VT_ERR_FIELD_BAD;
    items_clear(view);
    marks_clear(view);
    for (size_t i = 0; i < from->items_n; i++) {
        const struct vt_t_view_item *item = &from->items[i];
        struct vt_t_view_item_new parts = {
            .sku = item->sku, .variant = item->variant, .media = item->media, .title = item->title
        };
        int err = item_init(&view->items[i], item->slot, &parts);
        if (err)
            return err;
        view->items[i].width_mm = item->has_width_mm ? item->width_mm : 0;
        view->items[i].height_mm = item->has_height_mm ? item->height_mm : 0;
        view->items_n++;
        if (item->slot >= view->next_slot)
            view->next_slot = (uint16_t)(item->slot + 1);
    }
    view->seq = view->structural_seq = from->seq;
    view->active = from->active;
    view->mode = from->mode;
    vt_view_compare_import(view, from->compare);
    view->frame = from->frame;
    view->has_frame = from->has_frame;
    view->t = from->t;
    view->has_t = from->has_t;
    view->rate = from->has_rate ? from->rate : 1;
    view->is_paused = from->has_paused && from->paused;
    view->played_ms = from->has_at ? from->at : 0;
    memcpy(view->rect, from->rect, sizeof(view->rect));
    vt_str_copy(view->driver, sizeof(view->driver), from->driver);
    return marks_import(view, from);
}
