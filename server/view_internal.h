/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a view share: view.c (the view itself, in and out), view_marks.c, view_compare.c,
 * view_spin.c, view_film.c. */
#ifndef VT_VIEW_INTERNAL_H
#define VT_VIEW_INTERNAL_H

#include "server/view.h"

enum { VT_VIEW_WHO_BYTES = 17 };

struct vt_view_item {
    uint16_t slot;
    char *sku, *variant, *media, *title; /* owned; NULL: absent, media never */
    double width_mm, height_mm;          /* 0: unknown */
};

struct vt_view_mark {
    uint32_t number;
    uint16_t slot;
    uint8_t colour;
    enum vt_mark_kind kind;
    char by[VT_VIEW_WHO_BYTES];
    uint16_t frame; /* of a spin, the one it was drawn on */
    bool has_frame;
    size_t points_n; /* numbers: two a point */
    double *points;  /* owned */
};

struct vt_view_stroke {
    char by[VT_VIEW_WHO_BYTES]; /* "": free */
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
    char driver[VT_VIEW_WHO_BYTES];
    int64_t gesture_ms; /* the driver's last */
    double rect[4], t;
    double rpm;                          /* it turns by itself; 0: it stands */
    double rate;                         /* of the film */
    bool is_paused;                      /* the film stands at `t` */
    int64_t played_ms;                   /* it was at `t` then, by the wall's clock; 0: never played */
    uint16_t frames_n;                   /* while it does: of how many */
    double turned_ms;                    /* `frame` is that of then, whole steps only */
    uint16_t compared[VT_VIEW_COMPARED]; /* what compare.set named last, as far as it is there */
    size_t compared_n;                   /* 0, or 2 and more */
    enum vt_compare_scale scale;
    struct vt_view_item items[VT_VIEW_ITEMS];
    size_t items_n;
    struct vt_view_mark *marks; /* owned */
    size_t marks_n, marks_cap;
    struct vt_view_stroke *strokes; /* owned, VT_VIEW_STROKES of them; NULL until somebody draws */
};

struct vt_view_item *vt_view_item_of(const struct vt_view *view, uint16_t slot); /* NULL: not there */
void vt_view_structural(struct vt_view *view);
/* Another piece, or another way to show it, begins whole. */
void vt_view_show(struct vt_view *view, uint16_t slot, int64_t now_ms);

/* view_spin.c */
void vt_view_turn_to(struct vt_view *view, uint16_t frame, int64_t now_ms);
/* A mark that was drawn on a spin frame is seen on that one only. */
bool vt_view_is_on_show(const struct vt_view *view, const struct vt_view_mark *mark);

void vt_view_mark_remove(struct vt_view *view, size_t i);
size_t vt_view_marks_in(const struct vt_view *view, uint16_t slot);

bool vt_view_is_compared(const struct vt_view *view, uint16_t slot);
/* The slot has gone: the others stay side by side, or the last one alone. */
void vt_view_compare_drop(struct vt_view *view, uint16_t slot, int64_t now_ms);
/* What the store kept; slots that are not there are left out. */
void vt_view_compare_import(struct vt_view *view, const struct vt_t_comparison *from);

#endif
