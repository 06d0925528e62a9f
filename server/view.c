/* SPDX-License-Identifier: Apache-2.0 */
#include "server/view.h"

#include <math.h>
#include <stdlib.h>

#include "protocol/c/errors.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/media_index.h"

enum { WHO_BYTES = 17 };

struct item {
    uint16_t slot;
    char *sku, *variant, *media, *title; /* owned; NULL: absent, media never */
};

struct mark {
    uint32_t number;
    uint16_t slot;
    uint8_t colour;
    enum vt_mark_kind kind;
    char by[WHO_BYTES];
    size_t points_n; /* numbers: two a point */
    double *points;  /* owned */
};

struct stroke {
    char by[WHO_BYTES]; /* "": free */
    uint32_t stroke;
    size_t points_n;
    double points[VT_VIEW_POINTS * 2];
};

struct vt_view {
    uint32_t seq, structural_seq, next_mark;
    uint16_t next_slot, active, frame;
    enum vt_view_mode mode;
    bool has_frame, has_t;
    int64_t shown_ms; /* since when the active piece is on show */
    bool is_kept;     /* nothing changed on it since vt_view_keep */
    char driver[WHO_BYTES];
    int64_t gesture_ms; /* the driver's last */
    double rect[4], t;
    struct item items[VT_VIEW_ITEMS];
    size_t items_n;
    struct mark *marks; /* owned */
    size_t marks_n, marks_cap;
    struct stroke *strokes; /* owned, VT_VIEW_STROKES of them; NULL until somebody draws */
};

static const double whole[4] = { 0, 0, 1, 1 };

static struct item *item_of(const struct vt_view *view, uint16_t slot)
{
    for (size_t i = 0; i < view->items_n; i++)
        if (view->items[i].slot == slot)
            return (struct item *)&view->items[i];
    return NULL;
}

/* Numbers are used anew after 65535 only, so that a late mark does not land on another piece. */
static uint16_t take_slot(struct vt_view *view)
{
    while (view->next_slot == 0 || item_of(view, view->next_slot))
        view->next_slot++;
    return view->next_slot++;
}

static char *keep(struct vt_str s)
{
    return s.ptr ? vt_str_dup(s) : NULL;
}

static void item_finish(struct item *item)
{
    free(item->sku);
    free(item->variant);
    free(item->media);
    free(item->title);
    *item = (struct item){ 0 };
}

static int item_init(struct item *item, uint16_t slot, const struct vt_t_view_item_new *from)
{
    *item = (struct item){ .slot = slot,
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

static void mark_remove(struct vt_view *view, size_t i)
{
    free(view->marks[i].points);
    view->marks_n--;
    memmove(&view->marks[i], &view->marks[i + 1], (view->marks_n - i) * sizeof(view->marks[0]));
}

static void marks_clear(struct vt_view *view)
{
    while (view->marks_n > 0)
        mark_remove(view, view->marks_n - 1);
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

static void structural(struct vt_view *view)
{
    view->structural_seq = ++view->seq;
}

static void show(struct vt_view *view, uint16_t slot, int64_t now_ms)
{
    view->active = slot;
    view->shown_ms = now_ms;
    view->is_kept = false;
    view->has_frame = view->has_t = false;
    memcpy(view->rect, whole, sizeof(whole));
}

int vt_view_open(struct vt_view *view, const char *by, const struct vt_msg_view_open *msg, int64_t now_ms)
{
    struct item items[VT_VIEW_ITEMS];
    if (msg->items_n == 0 || msg->items_n > VT_VIEW_ITEMS || msg->active < 1 || msg->active > msg->items_n)
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
    view->mode = msg->mode;
    show(view, view->items[msg->active - 1].slot, now_ms);
    drive(view, by, now_ms);
    structural(view);
    return VT_OK;
}

static bool rect_is_good(const double rect[4])
{
    /* w = h = 1/scale; a centre outside the medium shows nothing. */
    double cx = rect[0] + rect[2] / 2, cy = rect[1] + rect[3] / 2;
    return rect[2] > 0.0001 && rect[2] <= 1.0001 && rect[3] > 0.0001 && rect[3] <= 1.0001 && cx >= 0 &&
           cx <= 1 && cy >= 0 && cy <= 1;
}

int vt_view_set(struct vt_view *view, const struct vt_msg_view_set *msg, int64_t now_ms)
{
    if (!vt_view_is_open(view) || msg->base < view->structural_seq)
        return VT_ERR_VIEW_STALE;
    if (msg->has_active && !item_of(view, msg->active))
        return VT_ERR_NOT_FOUND;
    if (msg->has_rect && !rect_is_good(msg->rect))
        return VT_ERR_FIELD_BAD;
    view->gesture_ms = now_ms;
    view->is_kept = false;
    view->seq++;
    if (msg->has_active && msg->active != view->active) {
        show(view, msg->active, now_ms);
        view->structural_seq = view->seq;
    }
    if (msg->has_mode && msg->mode != view->mode) {
        view->mode = msg->mode;
        view->structural_seq = view->seq;
    }
    if (msg->has_rect)
        memcpy(view->rect, msg->rect, sizeof(view->rect));
    if (msg->has_frame) {
        view->frame = msg->frame;
        view->has_frame = true;
    }
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
    show(view, slot, now_ms); /* a piece is added to be looked at */
    *ret_slot = slot;
    structural(view);
    return VT_OK;
}

int vt_view_item(struct vt_view *view, const struct vt_msg_view_item *msg, int64_t now_ms, uint16_t *ret_slot)
{
    if (!msg->add == !msg->has_drop)
        return VT_ERR_FIELD_BAD;
    *ret_slot = 0;
    if (msg->add)
        return item_add(view, msg->add, now_ms, ret_slot);
    struct item *item = item_of(view, msg->drop);
    if (!item)
        return VT_ERR_NOT_FOUND;
    size_t i = (size_t)(item - view->items);
    item_finish(item);
    view->items_n--;
    memmove(item, item + 1, (view->items_n - i) * sizeof(*item));
    for (size_t m = view->marks_n; m-- > 0;)
        if (view->marks[m].slot == msg->drop)
            mark_remove(view, m);
    if (view->active == msg->drop)
        show(view, view->items_n == 0 ? 0 : view->items[i < view->items_n ? i : i - 1].slot, now_ms);
    structural(view);
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
    show(view, 0, 0);
    view->driver[0] = '\0';
    structural(view);
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
        view->frame = frame->frame;
        view->has_frame = true;
    } else if (view->mode == VT_VIEW_MODE_FILM) {
        view->t = frame->t_ms / 1000.0;
        view->has_t = true;
    }
    view->gesture_ms = now_ms;
    view->is_kept = false;
    frame->vseq = ++view->seq;
    return VT_OK;
}

/* --- marks ----------------------------------------------------------------------------------- */

static bool places_are_good(const double *points, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(points[i] >= 0 && points[i] <= 1))
            return false;
    return true;
}

static size_t marks_in(const struct vt_view *view, uint16_t slot)
{
    size_t n = 0;
    for (size_t i = 0; i < view->marks_n; i++)
        n += view->marks[i].slot == slot;
    return n;
}

/* About what a mark takes on the wire: its fields, and "0.12345," a number. */
static size_t mark_bytes(size_t points_n)
{
    return 80 + points_n * 8;
}

static size_t marks_bytes(const struct vt_view *view)
{
    size_t n = 0;
    for (size_t i = 0; i < view->marks_n; i++)
        n += mark_bytes(view->marks[i].points_n);
    return n;
}

int vt_view_mark_add(struct vt_view *view, const char *by, const struct vt_msg_mark_add *msg,
                     uint32_t *ret_mark)
{
    if (msg->points_n < 4 || msg->points_n % 2 != 0 || msg->points_n > VT_VIEW_POINTS * 2 ||
        !places_are_good(msg->points, msg->points_n))
        return VT_ERR_FIELD_BAD;
    if (!item_of(view, msg->slot))
        return VT_ERR_NOT_FOUND;
    if (marks_in(view, msg->slot) >= VT_VIEW_MARKS_SLOT ||
        marks_bytes(view) + mark_bytes(msg->points_n) > VT_VIEW_MARKS_BYTES)
        return VT_ERR_CAP_REACHED;
    if (view->marks_n == view->marks_cap) {
        size_t cap = view->marks_cap ? view->marks_cap * 2 : 8;
        struct mark *marks = realloc(view->marks, cap * sizeof(*marks));
        if (!marks)
            return VT_ERR_OVERLOADED;
        view->marks = marks;
        view->marks_cap = cap;
    }
    double *points = malloc(msg->points_n * sizeof(*points));
    if (!points)
        return VT_ERR_OVERLOADED;
    for (size_t i = 0; i < msg->points_n; i++)
        points[i] = round(msg->points[i] * 1e5) / 1e5;
    struct mark *mark = &view->marks[view->marks_n++];
    *mark = (struct mark){ .number = view->next_mark++,
                           .slot = msg->slot,
                           .colour = msg->colour,
                           .kind = msg->kind,
                           .points_n = msg->points_n,
                           .points = points };
    vt_str_copy(mark->by, sizeof(mark->by), vt_str(by));
    *ret_mark = mark->number;
    view->is_kept = false;
    return VT_OK;
}

static struct mark *mark_of(const struct vt_view *view, uint32_t number)
{
    for (size_t i = 0; i < view->marks_n; i++)
        if (view->marks[i].number == number)
            return &view->marks[i];
    return NULL;
}

int vt_view_mark_drop(struct vt_view *view, const char *by, const uint32_t *marks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct mark *mark = mark_of(view, marks[i]);
        if (!mark)
            return VT_ERR_NOT_FOUND;
        if (strcmp(mark->by, by) != 0 && strcmp(view->driver, by) != 0)
            return VT_ERR_DRIVER_OTHER;
    }
    for (size_t i = 0; i < n; i++) {
        struct mark *mark = mark_of(view, marks[i]); /* a number named twice is gone by now */
        if (mark)
            mark_remove(view, (size_t)(mark - view->marks));
    }
    view->is_kept = false;
    return VT_OK;
}

static struct stroke *stroke_of(struct vt_view *view, const char *by, uint32_t number)
{
    struct stroke *idle = NULL;
    if (!view->strokes)
        view->strokes = calloc(VT_VIEW_STROKES, sizeof(*view->strokes));
    for (size_t i = 0; view->strokes && i < VT_VIEW_STROKES; i++) {
        struct stroke *stroke = &view->strokes[i];
        if (strcmp(stroke->by, by) == 0) {
            if (stroke->stroke != number) { /* one at a time each: the older one is given up */
                stroke->stroke = number;
                stroke->points_n = 0;
            }
            return stroke;
        }
        if (!idle && !stroke->by[0])
            idle = stroke;
    }
    if (idle) {
        vt_str_copy(idle->by, sizeof(idle->by), vt_str(by));
        idle->stroke = number;
        idle->points_n = 0;
    }
    return idle;
}

int vt_view_stroke(struct vt_view *view, const char *by, const struct vt_bin_draw *frame, bool last,
                   uint32_t *ret_mark)
{
    *ret_mark = 0;
    if (!item_of(view, frame->slot))
        return VT_ERR_NOT_FOUND;
    struct stroke *stroke = stroke_of(view, by, frame->stroke);
    if (!stroke)
        return VT_ERR_CAP_REACHED;
    for (size_t i = 0; i < frame->points_n && stroke->points_n < VT_VIEW_POINTS * 2; i++) {
        stroke->points[stroke->points_n++] = frame->points[i].x / 65535.0;
        stroke->points[stroke->points_n++] = frame->points[i].y / 65535.0;
    }
    if (!last)
        return VT_OK;
    struct vt_msg_mark_add msg = { .slot = frame->slot,
                                   .kind = (enum vt_mark_kind)frame->kind,
                                   .colour = frame->colour,
                                   .points = stroke->points,
                                   .points_n = stroke->points_n };
    stroke->by[0] = '\0';
    return vt_view_mark_add(view, by, &msg, ret_mark);
}

/* --- in and out -------------------------------------------------------------------------------- */

static void mark_export(const struct mark *mark, struct vt_t_mark *ret)
{
    *ret = (struct vt_t_mark){ .mark = mark->number,
                               .slot = mark->slot,
                               .by = vt_str(mark->by),
                               .kind = mark->kind,
                               .colour = mark->colour,
                               .points = mark->points,
                               .points_n = mark->points_n };
}

bool vt_view_mark(const struct vt_view *view, uint32_t number, struct vt_t_mark *ret)
{
    const struct mark *mark = mark_of(view, number);
    if (mark)
        mark_export(mark, ret);
    return mark != NULL;
}

static void item_export(const struct item *item, struct vt_t_view_item *ret)
{
    *ret = (struct vt_t_view_item){ .slot = item->slot,
                                    .sku = vt_str(item->sku),
                                    .variant = vt_str(item->variant),
                                    .media = vt_str(item->media),
                                    .title = vt_str(item->title) };
}

bool vt_view_item_at(const struct vt_view *view, uint16_t slot, struct vt_t_view_item *ret)
{
    const struct item *item = item_of(view, slot);
    if (item)
        item_export(item, ret);
    return item != NULL;
}

bool vt_view_keep(struct vt_view *view, int64_t now_ms, struct vt_arena *arena,
                  struct vt_evt_view_kept *ret_kept)
{
    const struct item *item = item_of(view, view->active);
    size_t marks_n = item ? marks_in(view, item->slot) : 0;
    if (!item || view->is_kept || (marks_n == 0 && now_ms - view->shown_ms < VT_VIEW_LOOK_MS))
        return false;
    struct vt_evt_view_kept kept = { .sku = vt_str(item->sku),
                                     .variant = vt_str(item->variant),
                                     .media = vt_str(item->media),
                                     .title = vt_str(item->title),
                                     .mode = view->mode,
                                     .frame = view->frame,
                                     .has_frame = view->has_frame,
                                     .t = view->t,
                                     .has_t = view->has_t,
                                     .marks = vt_arena_array(arena, marks_n + 1, sizeof(struct vt_t_mark)) };
    if (!kept.marks)
        return false;
    memcpy(kept.rect, view->rect, sizeof(kept.rect));
    for (size_t i = 0; i < view->marks_n; i++)
        if (view->marks[i].slot == item->slot)
            mark_export(&view->marks[i], &kept.marks[kept.marks_n++]);
    view->is_kept = true;
    *ret_kept = kept;
    return true;
}

int vt_view_export(const struct vt_view *view, struct vt_arena *arena, struct vt_t_view *ret)
{
    *ret = (struct vt_t_view){ .seq = view->seq,
                               .driver = vt_str(view->driver),
                               .items = vt_arena_array(arena, view->items_n + 1,
                                                       sizeof(struct vt_t_view_item)),
                               .items_n = view->items_n,
                               .active = view->active,
                               .mode = view->mode,
                               .frame = view->frame,
                               .has_frame = view->has_frame,
                               .t = view->t,
                               .has_t = view->has_t,
                               .marks = vt_arena_array(arena, view->marks_n + 1, sizeof(struct vt_t_mark)),
                               .marks_n = view->marks_n };
    if (!ret->items || !ret->marks)
        return VT_ERR_NOMEM;
    memcpy(ret->rect, view->rect, sizeof(ret->rect));
    for (size_t i = 0; i < view->items_n; i++)
        item_export(&view->items[i], &ret->items[i]);
    for (size_t i = 0; i < view->marks_n; i++)
        mark_export(&view->marks[i], &ret->marks[i]);
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
        char by[WHO_BYTES];
        uint32_t number;
        vt_str_copy(by, sizeof(by), mark->by);
        int err = vt_view_mark_add(view, by, &msg, &number);
        if (err == VT_ERR_CAP_REACHED)
            break; /* a file of a version that kept more: the view matters more than its last marks */
        if (err)
            return err;
        view->marks[view->marks_n - 1].number = mark->mark;
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
        view->items_n++;
        if (item->slot >= view->next_slot)
            view->next_slot = (uint16_t)(item->slot + 1);
    }
    view->seq = view->structural_seq = from->seq;
    view->active = from->active;
    view->mode = from->mode;
    view->frame = from->frame;
    view->has_frame = from->has_frame;
    view->t = from->t;
    view->has_t = from->has_t;
    memcpy(view->rect, from->rect, sizeof(view->rect));
    vt_str_copy(view->driver, sizeof(view->driver), from->driver);
    return marks_import(view, from);
}
