/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings_read.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "server/base/err.h"

int vt_read_refuse(struct vt_reading *reading, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reading->error->msg, sizeof(reading->error->msg), format, args);
    va_end(args);
    return VT_ERR_INVALID;
}

int vt_read_check_id(struct vt_reading *reading, const void *value)
{
    const struct vt_str *id = value;
    for (size_t i = 0; i < id->len; i++)
        if (!isalnum((unsigned char)id->ptr[i]) && !strchr("-_", id->ptr[i]))
            return vt_read_refuse(reading, "must be made of A-Z a-z 0-9 - and _");
    return VT_OK;
}

/* RFC 6901: "~" and "/" of a key are written ~0 and ~1. */
size_t vt_read_down(struct vt_reading *reading, const char *key)
{
    char *field = reading->error->field;
    size_t before = reading->path_len, len = before;
    field[len++] = '/';
    for (; *key && len + 3 < sizeof(reading->error->field); key++) {
        bool escaped = *key == '~' || *key == '/';
        field[len++] = escaped ? '~' : *key;
        if (escaped)
            field[len++] = *key == '/' ? '1' : '0';
    }
    field[len] = '\0';
    reading->path_len = len < sizeof(reading->error->field) - 4 ? len : before;
    return before;
}

size_t vt_read_down_index(struct vt_reading *reading, size_t index)
{
    char text[24];
    snprintf(text, sizeof(text), "%zu", index);
    return vt_read_down(reading, text);
}

void vt_read_up(struct vt_reading *reading, size_t len)
{
    reading->path_len = len;
    reading->error->field[len] = '\0';
}

static int no_memory(struct vt_reading *reading)
{
    return vt_read_refuse(reading, "is more than the server can hold");
}

int vt_read_text(struct vt_reading *reading, const struct vt_row *row, const json_t *json, struct vt_str *to)
{
    if (!json_is_string(json))
        return vt_read_refuse(reading, "must be a text");
    struct vt_str text = { json_string_value(json), json_string_length(json) };
    if ((int64_t)text.len < row->min || (int64_t)text.len > row->max)
        return vt_read_refuse(reading, "has %zu bytes; %" PRId64 " to %" PRId64 " are allowed", text.len,
                              row->min, row->max);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\n')
            return vt_read_refuse(reading, "must not hold control characters");
    *to = vt_arena_str(reading->arena, text);
    return to->ptr ? VT_OK : no_memory(reading);
}

static int read_whole(struct vt_reading *reading, const struct vt_row *row, const json_t *json, uint32_t *to)
{
    int64_t value = json_integer_value(json);
    if (!json_is_integer(json) || value < row->min || value > row->max)
        return vt_read_refuse(reading, "must be a whole number from %" PRId64 " to %" PRId64, row->min,
                              row->max);
    *to = (uint32_t)value;
    return VT_OK;
}

static int read_flag(struct vt_reading *reading, const json_t *json, bool *to)
{
    if (!json_is_boolean(json))
        return vt_read_refuse(reading, "must be true or false");
    *to = json_is_true(json);
    return VT_OK;
}

static void list_words(const char *const *words, char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (; *words && len < size; words++)
        len += (size_t)snprintf(text + len, size - len, "%s%s", len ? ", " : "", *words);
}

static int read_word(struct vt_reading *reading, const struct vt_row *row, const json_t *json, int *to)
{
    char words[200];
    for (int i = 0; json_is_string(json) && row->words[i]; i++) {
        if (strcmp(row->words[i], json_string_value(json)) == 0) {
            *to = i;
            return VT_OK;
        }
    }
    list_words(row->words, words, sizeof(words));
    return vt_read_refuse(reading, "must be one of %s", words);
}

static int check_list(struct vt_reading *reading, const struct vt_row *row, const json_t *json)
{
    if (!json_is_array(json))
        return vt_read_refuse(reading, "must be a list");
    if (json_array_size(json) > row->list_max)
        return vt_read_refuse(reading, "has %zu entries; at most %zu are allowed", json_array_size(json),
                              row->list_max);
    return VT_OK;
}

int vt_read_texts(struct vt_reading *reading, const struct vt_row *row, const json_t *json,
                  struct vt_texts *to)
{
    int err = check_list(reading, row, json);
    if (err)
        return err;
    *to = (struct vt_texts){ .n = json_array_size(json) };
    to->at = vt_arena_array(reading->arena, to->n + 1, sizeof(*to->at));
    if (!to->at)
        return no_memory(reading);
    for (size_t i = 0; i < to->n && !err; i++) {
        size_t here = vt_read_down_index(reading, i);
        err = vt_read_text(reading, row, json_array_get(json, i), &to->at[i]);
        if (!err)
            vt_read_up(reading, here);
    }
    return err;
}

static int read_objects(struct vt_reading *reading, const struct vt_row *row, const json_t *json, char *to)
{
    int err = check_list(reading, row, json);
    if (err)
        return err;
    size_t n = json_array_size(json);
    char *items = vt_arena_array(reading->arena, n + 1, row->shape->size);
    if (!items)
        return no_memory(reading);
    /* Before the elements, so that whoever cleans up finds what they hold. */
    memcpy(to + row->offset, &items, sizeof(items));
    memcpy(to + row->n_offset, &n, sizeof(n));
    for (size_t i = 0; i < n && !err; i++) {
        size_t here = vt_read_down_index(reading, i);
        err = vt_read_shape(reading, row->shape, json_array_get(json, i), items + i * row->shape->size);
        if (!err)
            vt_read_up(reading, here);
    }
    return err;
}

static int read_value(struct vt_reading *reading, const struct vt_row *row, const json_t *json, char *base)
{
    void *to = base + row->offset;
    switch (row->kind) {
    case VT_ROW_TEXT:
        return vt_read_text(reading, row, json, to);
    case VT_ROW_WHOLE:
        return read_whole(reading, row, json, to);
    case VT_ROW_FLAG:
        return read_flag(reading, json, to);
    case VT_ROW_WORD:
        return read_word(reading, row, json, to);
    case VT_ROW_TEXTS:
        return vt_read_texts(reading, row, json, to);
    case VT_ROW_OBJECT:
        return vt_read_shape(reading, row->shape, json, to);
    case VT_ROW_OBJECTS:
        return read_objects(reading, row, json, base);
    case VT_ROW_OWN:
        return row->take(reading, json, to);
    }
    return VT_ERR_INVALID;
}

static const struct vt_row *row_of(const struct vt_shape_rows *shape, const char *key)
{
    for (const struct vt_row *row = shape->rows; row->name; row++)
        if (strcmp(row->name, key) == 0)
            return row;
    return NULL;
}

static int refuse_key(struct vt_reading *reading, const struct vt_shape_rows *shape, const char *key)
{
    const char *names[32] = { NULL };
    char list[240];
    size_t n = 0;
    for (const struct vt_row *row = shape->rows; row->name && n + 1 < VT_COUNT(names); row++)
        names[n++] = row->name;
    list_words(names, list, sizeof(list));
    vt_read_down(reading, key);
    return vt_read_refuse(reading, "is not known; allowed here: %s", list);
}

int vt_read_shape(struct vt_reading *reading, const struct vt_shape_rows *shape, const json_t *json, void *to)
{
    const char *key;
    json_t *value;
    if (!json_is_object(json))
        return vt_read_refuse(reading, "must be an object");
    json_object_foreach((json_t *)json, key, value) if (!row_of(shape, key)) return refuse_key(reading, shape,
                                                                                               key);
    for (const struct vt_row *row = shape->rows; row->name; row++) {
        value = json_object_get(json, row->name);
        if (!value && !row->required)
            continue;
        size_t here = vt_read_down(reading, row->name);
        int err = value ? read_value(reading, row, value, to) : vt_read_refuse(reading, "is missing");
        if (!err && row->check)
            err = row->check(reading, (char *)to + row->offset);
        if (err)
            return err;
        vt_read_up(reading, here);
    }
    return VT_OK;
}
