/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two halves of decoding, envelope.c and decode.c; nobody else includes it.
 *
 * A walk is one decoding: where it is in the message, for the error. The path holds names of the
 * tables and indexes only, never a peer's bytes. */
#ifndef VT_PROTOCOL_WALK_H
#define VT_PROTOCOL_WALK_H

#include "protocol/codec/codec.h"
#include "protocol/codec/json.h"
#include "protocol/codec/shape.h"

struct vt_walk {
    struct vt_arena *arena; /* borrowed */
    struct vt_error *error; /* borrowed */
    char path[sizeof(((struct vt_error *)0)->field)];
    size_t path_len;
};

/* Goes into a member; vt_walk_cut comes back to a former `path_len`. A path too long is cut. */
void vt_walk_name(struct vt_walk *walk, const char *name);
void vt_walk_cut(struct vt_walk *walk, size_t len);

/* Fill the error with the path and give it back. The text is printf's. */
#define vt_walk_bad(walk, ...)                                                                               \
    (vt_error_set((walk)->error, VT_ERR_FIELD_BAD, (walk)->path, __VA_ARGS__), VT_ERR_FIELD_BAD)
#define vt_walk_large(walk, ...)                                                                             \
    (vt_error_set((walk)->error, VT_ERR_TOO_LARGE, (walk)->path, __VA_ARGS__), VT_ERR_TOO_LARGE)
int vt_walk_no_memory(struct vt_walk *walk);

/* Copies a text into the arena. */
int vt_walk_keep(struct vt_walk *walk, struct vt_str text, struct vt_str *to);
/* Decodes an object into `to`, which is zeroed and has shape->size bytes. */
int vt_walk_shape(struct vt_walk *walk, const struct vt_shape *shape, const json_t *json, void *to);

#endif
