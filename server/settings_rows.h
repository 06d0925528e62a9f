/* SPDX-License-Identifier: Apache-2.0 */
/* How the tables of the settings are written. For settings*.c alone. */
#ifndef VT_SETTINGS_ROWS_H
#define VT_SETTINGS_ROWS_H

#include "server/settings_read.h"

#define AT(type, field)          .name = #field, .offset = offsetof(struct type, field)
#define NAMED(text, type, field) .name = text, .offset = offsetof(struct type, field)
#define TEXT(least, most)        .kind = VT_ROW_TEXT, .min = least, .max = most
#define TEXTS(n, most)           .kind = VT_ROW_TEXTS, .list_max = n, .min = 1, .max = most
#define WHOLE(least, most)       .kind = VT_ROW_WHOLE, .min = least, .max = most
#define PART(the_shape)          .kind = VT_ROW_OBJECT, .shape = &(the_shape)
#define LIST(type, field, n, the_shape)                                                                      \
    .kind = VT_ROW_OBJECTS, .n_offset = offsetof(struct type, field##_n), .list_max = n, .shape = &(the_shape)
#define SHAPE(name, type_size, ...)                                                                          \
    static const struct vt_row name##_rows[] = { __VA_ARGS__, { 0 } };                                       \
    static const struct vt_shape_rows name = { type_size, name##_rows }

#endif
