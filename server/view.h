/* SPDX-License-Identifier: Apache-2.0 */
/* View: the shared state of the co-viewer, one per conversation, owned by the server.
 *
 * Every change takes the next `seq`. A wish names the seq it was made from; a wish older than the
 * last structural change (other items, active piece, mode) is stale, one older than the last
 * motion is not: the last gesture wins. No I/O and no clock of its own: the caller brings the
 * time and tells everyone. All places are media coordinates, 0..1; marks keep five digits of them. */
#ifndef VT_VIEW_H
#define VT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/c/frames.h"
#include "protocol/c/messages.h"
#include "server/base/arena.h"

enum {
    VT_VIEW_ITEMS = 12,
    VT_VIEW_COMPARED = 4,        /* side by side */
    VT_VIEW_MARKS_SLOT = 64,     /* marks of one slot */
    VT_VIEW_POINTS = 256,        /* points of one mark */
    VT_VIEW_MARKS_BYTES = 40000, /* all marks as JSON: a snapshot has 64 KiB and holds them all */
    VT_VIEW_HOLD_MS = 400,       /* the driver's last gesture holds the view so long */
    VT_VIEW_STROKES = 8,         /* strokes being drawn at once */
    VT_VIEW_LOOK_MS = 1000       /* what was on show for less, and has no mark, was not looked at */
};

struct vt_view;

struct vt_view *vt_view_create(void); /* empty, nothing shown; NULL: no memory */
void vt_view_destroy(struct vt_view *view);

uint32_t vt_view_seq(const struct vt_view *view);
bool vt_view_is_open(const struct vt_view *view);
const char *vt_view_driver(const struct vt_view *view); /* "" when nobody drives */

/* Each returns VT_OK or a VT_ERR_* of the wire, and then nothing has changed. */
int vt_view_open(struct vt_view *view, const char *by, const struct vt_msg_view_open *msg, int64_t now_ms);
int vt_view_set(struct vt_view *view, const struct vt_msg_view_set *msg, int64_t now_ms);
/* Side by side. VT_ERR_FIELD_BAD: a slot twice; VT_ERR_NOT_FOUND: none of that number. */
int vt_view_compare(struct vt_view *view, const struct vt_msg_compare_set *msg, int64_t now_ms);
/* What is added is shown at once, and alone. *ret_slot: its slot, 0 for a drop. */
int vt_view_item(struct vt_view *view, const struct vt_msg_view_item *msg, int64_t now_ms,
                 uint16_t *ret_slot);
/* Turns the active slot's spin of `frames_n` spin frames. VT_ERR_VIEW_STALE: another slot is on show, or not
 * its spin; VT_ERR_FIELD_BAD: it has no such frame. */
int vt_view_turn(struct vt_view *view, const struct vt_msg_spin_turn *msg, uint16_t frames_n, int64_t now_ms);
/* Puts the film of this slot on show, from `t` at `wall_ms` (ms since 1970), the time everybody has. `ms` is its
 * length. VT_ERR_NOT_FOUND: no such slot; VT_ERR_FIELD_BAD: it is over before `t`. */
int vt_view_play(struct vt_view *view, const struct vt_msg_film_play *msg, uint32_t ms, int64_t now_ms,
                 int64_t wall_ms);
/* What turns by itself has come this far by now: before the view is told to anybody. */
void vt_view_advance(struct vt_view *view, int64_t now_ms);
int vt_view_drive(struct vt_view *view, const char *by, bool take, int64_t now_ms);
void vt_view_close(struct vt_view *view);
/* The driver has left: nobody drives. True when that changed something. */
bool vt_view_leave(struct vt_view *view, const char *who);

/* One VIEW frame of the driver: on VT_OK `frame->vseq` is the new seq. */
int vt_view_motion(struct vt_view *view, struct vt_bin_view *frame, int64_t now_ms);

int vt_view_mark_add(struct vt_view *view, const char *by, const struct vt_msg_mark_add *msg,
                     uint32_t *ret_mark);
/* One's own, the driver any: VT_ERR_DRIVER_OTHER otherwise, VT_ERR_NOT_FOUND for an unknown one. All or none.
 */
int vt_view_mark_drop(struct vt_view *view, const char *by, const uint32_t *marks, size_t n);
/* Points of a stroke on their way. With the last ones it becomes a mark and *ret_mark is its number, else 0.
 */
int vt_view_stroke(struct vt_view *view, const char *by, const struct vt_bin_draw *frame, bool last,
                   uint32_t *ret_mark);

/* The whole view for the wire; texts borrowed from `view`, arrays in the arena. VT_OK or VT_ERR_NOMEM. */
int vt_view_export(const struct vt_view *view, struct vt_arena *arena, struct vt_t_view *ret);
/* One mark for the wire; false when it is not there. `ret->points` borrowed from `view`. */
bool vt_view_mark(const struct vt_view *view, uint32_t mark, struct vt_t_mark *ret);
/* One item for the wire; false when it is not there. Borrowed from `view`. */
bool vt_view_item_at(const struct vt_view *view, uint16_t slot, struct vt_t_view_item *ret);
/* What was compared last; borrowed from `view`. False: nothing. */
bool vt_view_comparison(const struct vt_view *view, struct vt_t_comparison *ret);
uint16_t vt_view_active(const struct vt_view *view);
/* The piece on show as the recap will want it, texts and points borrowed from `view`; false when nothing is
 * shown, nobody looked at it, or it stands as it was kept last. Counts as kept from then on. */
bool vt_view_keep(struct vt_view *view, int64_t now_ms, struct vt_arena *arena,
                  struct vt_evt_view_kept *ret_kept);
void vt_view_rect(const struct vt_view *view, double ret_rect[4]);
uint16_t vt_view_slot_at(const struct vt_view *view, size_t i); /* 0: there are no more */
enum vt_view_mode vt_view_mode(const struct vt_view *view);
/* What the catalogue says of the piece in this slot. */
void vt_view_measure(struct vt_view *view, uint16_t slot, double width_mm, double height_mm);
/* What a restart finds in the store. The driver is kept only by name. VT_OK or VT_ERR_*. */
int vt_view_import(struct vt_view *view, const struct vt_t_view *from);

#endif
