/* SPDX-License-Identifier: Apache-2.0 */
/* How the codec sees a struct: a list of fields with their place, type and limits.
 *
 * The tables are generated (protocol/c/tables.c) and constant. One walk decodes, another
 * encodes; no message has code of its own. */
#ifndef VT_PROTOCOL_SHAPE_H
#define VT_PROTOCOL_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vt_field_type {
    VT_FIELD_STR,    /* struct vt_str; min and max count bytes */
    VT_FIELD_INT,    /* `size` bytes wide */
    VT_FIELD_NUMBER, /* double */
    VT_FIELD_BOOL,
    VT_FIELD_ENUM,   /* an enum, by its words */
    VT_FIELD_OBJECT, /* another shape */
    VT_FIELD_JSON    /* struct vt_str holding compact JSON text */
};

enum {
    VT_FIELD_REQUIRED = 1,
    VT_FIELD_LIST = 2,    /* T *x and size_t x_n at has_offset; absent is NULL */
    VT_FIELD_TUPLE = 4,   /* T x[list_max] */
    VT_FIELD_POINTER = 8, /* T *x, NULL when absent */
    VT_FIELD_HAS = 16,    /* bool at has_offset tells whether it is there */
    VT_FIELD_SIGNED = 32,
    VT_FIELD_ONE_OF = 64 /* exactly one of the fields so marked is there */
};

struct vt_shape;

struct vt_field {
    const char *name;
    enum vt_field_type type;
    unsigned flags;
    size_t offset;
    size_t has_offset;
    size_t size; /* of one element */
    int64_t min, max;
    double number_min, number_max;
    uint32_t list_min, list_max, list_multiple;
    const struct vt_shape *shape;
    const char *const *words;
    size_t words_n;
};

struct vt_shape {
    const char *name;
    size_t size; /* of the struct; 0 when there are no fields */
    const struct vt_field *fields;
    size_t fields_n;
    bool one_of; /* some fields carry VT_FIELD_ONE_OF */
};

extern const struct vt_shape vt_shape_nothing;

#endif
