/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes and their attributes, for mirror_filter.c alone. */
#ifndef VT_MIRROR_FILTER_NODE_H
#define VT_MIRROR_FILTER_NODE_H

#include <jansson.h>
#include <stdbool.h>

/* Each changes the tree in place and says so in *ret_changed. */
struct vt_cutting {
    bool changed, failed; /* failed: no memory */
};
enum vt_text_kind { VT_TEXT_PLAIN, VT_TEXT_STYLE, VT_TEXT_NONE };

/* The text under `name` of an object, or of the last element when `object` is an array of texts. */
void vt_cut_text(struct vt_cutting *cutting, json_t *object, const char *name, enum vt_text_kind kind);
/* The same of a text whose parent is not known: it may be a style's. */
void vt_cut_loose_text(struct vt_cutting *cutting, json_t *object, const char *name);
/* Members whose names are not among `names` (ending with NULL) go. */
void vt_cut_members(struct vt_cutting *cutting, json_t *object, const char *const *names);
/* A serialised node with all below it. */
void vt_cut_node(struct vt_cutting *cutting, json_t *node);
/* Attributes of an element of this tag; "" when it is not known, as in a delta. */
void vt_cut_attributes(struct vt_cutting *cutting, json_t *attributes, const char *tag);

#endif
