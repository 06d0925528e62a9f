/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON into structs by tables of rows, strictly: a key without a row is refused, and whatever
 * is refused is named by its JSON pointer. For settings.c alone. */
#ifndef VT_SETTINGS_READ_H
#define VT_SETTINGS_READ_H

#include <jansson.h>

#include "server/base/cleanup.h"

#include "server/settings.h"

struct vt_reading {
    struct vt_arena *arena;
    struct vt_settings_error *error;
    size_t path_len; /* of error->field */
};

enum vt_row_kind {
    VT_ROW_TEXT,    /* struct vt_str; min and max in bytes */
    VT_ROW_WHOLE,   /* uint32_t */
    VT_ROW_FLAG,    /* bool */
    VT_ROW_WORD,    /* an enum; `words` end with NULL */
    VT_ROW_TEXTS,   /* struct vt_texts; at most `list_max` texts of min to max bytes */
    VT_ROW_OBJECT,  /* a struct inside, by `shape` */
    VT_ROW_OBJECTS, /* pointer and, at n_offset, size_t; at most `list_max` by `shape` */
    VT_ROW_OWN,     /* whatever `take` makes of it */
};

struct vt_shape_rows;
typedef int vt_take_fn(struct vt_reading *, const json_t *value, void *to);
struct vt_row {
    const char *name;
    enum vt_row_kind kind;
    bool required;
    size_t offset, n_offset;
    int64_t min, max;
    size_t list_max;
    const char *const *words;
    const struct vt_shape_rows *shape;
    vt_take_fn *take;                                  /* VT_ROW_OWN */
    int (*check)(struct vt_reading *, const void *to); /* after the others; may be NULL */
};
struct vt_shape_rows {
    size_t size;
    const struct vt_row *rows; /* ends without a name */
};

/* VT_OK or VT_ERR_INVALID with the error said. */
int vt_read_shape(struct vt_reading *reading, const struct vt_shape_rows *shape, const json_t *json,
                  void *to);
/* The text of a VT_ROW_TEXT. */
int vt_read_text(struct vt_reading *reading, const struct vt_row *row, const json_t *json, struct vt_str *to);
/* The list of a VT_ROW_TEXTS. */
int vt_read_texts(struct vt_reading *reading, const struct vt_row *row, const json_t *json,
                  struct vt_texts *to);
int vt_read_refuse(struct vt_reading *reading, const char *format, ...) VT_PRINTF(2, 3);
/* The `check` of a row that is an id: letters, digits, - and _. */
int vt_read_check_id(struct vt_reading *reading, const void *value);
/* Goes down to a key or an element, and back up to `len`, the path's length before. */
size_t vt_read_down(struct vt_reading *reading, const char *key);
size_t vt_read_down_index(struct vt_reading *reading, size_t index);
void vt_read_up(struct vt_reading *reading, size_t len);

#endif
