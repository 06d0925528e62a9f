/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "protocol/c/errors.h"
#include "server/base/err.h"
#include "server/view_internal.h"

void vt_view_mark_remove(struct vt_view *view, size_t i)
{
    free(view->marks[i].points);
    view->marks_n--;
    memmove(&view->marks[i], &view->marks[i + 1], (view->marks_n - i) * sizeof(view->marks[0]));
}

static bool places_are_good(const double *points, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(points[i] >= 0 && points[i] <= 1))
            return false;
    return true;
}

size_t vt_view_marks_in(const struct vt_view *view, uint16_t slot)
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
    if (!vt_view_item_of(view, msg->slot))
        return VT_ERR_NOT_FOUND;
    if (vt_view_marks_in(view, msg->slot) >= VT_VIEW_MARKS_SLOT ||
        marks_bytes(view) + mark_bytes(msg->points_n) > VT_VIEW_MARKS_BYTES)
        return VT_ERR_CAP_REACHED;
    if (view->marks_n == view->marks_cap) {
        size_t cap = view->marks_cap ? view->marks_cap * 2 : 8;
        struct vt_view_mark *marks = realloc(view->marks, cap * sizeof(*marks));
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
    struct vt_view_mark *mark = &view->marks[view->marks_n++];
    *mark = (struct vt_view_mark){ .number = view->next_mark++,
                                   .slot = msg->slot,
                                   .colour = msg->colour,
                                   .kind = msg->kind,
                                   .frame = view->frame,
                                   .has_frame = view->mode == VT_VIEW_MODE_SPIN && msg->slot == view->active,
                                   .points_n = msg->points_n,
                                   .points = points };
    vt_str_copy(mark->by, sizeof(mark->by), vt_str(by));
    *ret_mark = mark->number;
    view->is_kept = false;
    return VT_OK;
}

static struct vt_view_mark *mark_of(const struct vt_view *view, uint32_t number)
{
    for (size_t i = 0; i < view->marks_n; i++)
        if (view->marks[i].number == number)
            return &view->marks[i];
    return NULL;
}

int vt_view_mark_drop(struct vt_view *view, const char *by, const uint32_t *marks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct vt_view_mark *mark = mark_of(view, marks[i]);
        if (!mark)
            return VT_ERR_NOT_FOUND;
        if (strcmp(mark->by, by) != 0 && strcmp(view->driver, by) != 0)
            return VT_ERR_DRIVER_OTHER;
    }
    for (size_t i = 0; i < n; i++) {
        struct vt_view_mark *mark = mark_of(view, marks[i]); /* a number named twice is gone by now */
        if (mark)
            vt_view_mark_remove(view, (size_t)(mark - view->marks));
    }
    view->is_kept = false;
    return VT_OK;
}

static struct vt_view_stroke *stroke_of(struct vt_view *view, const char *by, uint32_t number)
{
    struct vt_view_stroke *idle = NULL;
    if (!view->strokes)
        view->strokes = calloc(VT_VIEW_STROKES, sizeof(*view->strokes));
    for (size_t i = 0; view->strokes && i < VT_VIEW_STROKES; i++) {
        struct vt_view_stroke *stroke = &view->strokes[i];
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
    if (!vt_view_item_of(view, frame->slot))
        return VT_ERR_NOT_FOUND;
    struct vt_view_stroke *stroke = stroke_of(view, by, frame->stroke);
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

static void mark_export(const struct vt_view_mark *mark, struct vt_t_mark *ret)
{
    *ret = (struct vt_t_mark){ .mark = mark->number,
                               .slot = mark->slot,
                               .by = vt_str(mark->by),
                               .kind = mark->kind,
                               .colour = mark->colour,
                               .points = mark->points,
                               .points_n = mark->points_n,
                               .frame = mark->frame,
                               .has_frame = mark->has_frame };
}

bool vt_view_mark(const struct vt_view *view, uint32_t number, struct vt_t_mark *ret)
{
    const struct vt_view_mark *mark = mark_of(view, number);
    if (mark)
        mark_export(mark, ret);
    return mark != NULL;
}
