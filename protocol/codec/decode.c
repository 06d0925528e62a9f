/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/json.h"
#include "protocol/codec/shape.h"
#include "protocol/codec/walk.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"

void vt_walk_name(struct vt_walk *walk, const char *name)
{
    const size_t room = sizeof(walk->path) - walk->path_len;
    const int n = snprintf(walk->path + walk->path_len, room, "/%s", name);
    walk->path_len += (size_t)n < room ? (size_t)n : room - 1;
}

static void walk_index(struct vt_walk *walk, size_t index)
{
    char text[24];
    snprintf(text, sizeof(text), "%zu", index);
    vt_walk_name(walk, text);
}

void vt_walk_cut(struct vt_walk *walk, size_t len)
{
    walk->path_len = len;
    walk->path[len] = '\0';
}

int vt_walk_no_memory(struct vt_walk *walk)
{
    vt_error_set(walk->error, VT_ERR_OVERLOADED, "", NULL);
    return VT_ERR_OVERLOADED;
}

int vt_walk_keep(struct vt_walk *walk, struct vt_str text, struct vt_str *to)
{
    *to = vt_arena_str(walk->arena, text);
    return to->ptr ? VT_OK : vt_walk_no_memory(walk);
}

static int decode_str(struct vt_walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_string(json))
        return vt_walk_bad(walk, "must be a string");
    const struct vt_str text = { json_string_value(json), json_string_length(json) };
    if (text.len > (size_t)field->max)
        return vt_walk_large(walk, "must be at most %" PRId64 " bytes of UTF-8", field->max);
    if (text.len < (size_t)field->min)
        return vt_walk_bad(walk, "must be at least %" PRId64 " bytes", field->min);
    return vt_walk_keep(walk, text, to);
}

static void store_int(const struct vt_field *field, int64_t value, void *to)
{
    const uint8_t u8 = (uint8_t)value;
    const uint16_t u16 = (uint16_t)value;
    const uint32_t u32 = (uint32_t)value;
    switch (field->size) {
    case 1:
        memcpy(to, &u8, sizeof(u8));
        break;
    case 2:
        memcpy(to, &u16, sizeof(u16));
        break;
    case 4:
        memcpy(to, &u32, sizeof(u32));
        break;
    default:
        memcpy(to, &value, sizeof(value));
    }
}

static int decode_int(struct vt_walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_integer(json))
        return vt_walk_bad(walk, "must be an integer");
    const int64_t value = json_integer_value(json);
    if (value < field->min || value > field->max)
        return vt_walk_bad(walk, "must be from %" PRId64 " to %" PRId64, field->min, field->max);
    store_int(field, value, to);
    return VT_OK;
}

static int decode_number(struct vt_walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_number(json))
        return vt_walk_bad(walk, "must be a number");
    const double value = json_number_value(json);
    if (!(value >= field->number_min && value <= field->number_max))
        return vt_walk_bad(walk, "must be from %d to %d", (int)field->number_min, (int)field->number_max);
    *(double *)to = value;
    return VT_OK;
}

static int decode_bool(struct vt_walk *walk, const json_t *json, void *to)
{
    if (!json_is_boolean(json))
        return vt_walk_bad(walk, "must be true or false");
    *(bool *)to = json_is_true(json);
    return VT_OK;
}

static int decode_enum(struct vt_walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_string(json))
        return vt_walk_bad(walk, "must be a string");
    const struct vt_str text = { json_string_value(json), json_string_length(json) };
    for (unsigned i = 0; i < field->words_n; i++) {
        if (!vt_str_eq(text, vt_str(field->words[i])))
            continue;
        memcpy(to, &i, sizeof(i));
        return VT_OK;
    }
    return vt_walk_bad(walk, "must be one of the words of this field");
}

static int decode_json(struct vt_walk *walk, const json_t *json, void *to)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_TEXT_BYTES_MAX);
    vt_json_write(&text, json);
    if (text.failed)
        return vt_walk_large(walk, "must be at most %d bytes", VT_TEXT_BYTES_MAX);
    return vt_walk_keep(walk, vt_buf_view(&text), to);
}

static int decode_value(struct vt_walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    switch (field->type) {
    case VT_FIELD_STR:
        return decode_str(walk, field, json, to);
    case VT_FIELD_INT:
        return decode_int(walk, field, json, to);
    case VT_FIELD_NUMBER:
        return decode_number(walk, field, json, to);
    case VT_FIELD_BOOL:
        return decode_bool(walk, json, to);
    case VT_FIELD_ENUM:
        return decode_enum(walk, field, json, to);
    case VT_FIELD_JSON:
        return decode_json(walk, json, to);
    case VT_FIELD_OBJECT:
        return vt_walk_shape(walk, field->shape, json, to);
    }
    return vt_walk_bad(walk, "has no type");
}

static int check_list(struct vt_walk *walk, const struct vt_field *field, const json_t *json)
{
    if (!json_is_array(json))
        return vt_walk_bad(walk, "must be an array");
    const size_t n = json_array_size(json);
    if (n > field->list_max)
        return vt_walk_large(walk, "must have at most %" PRIu32 " elements", field->list_max);
    if (n < field->list_min)
        return vt_walk_bad(walk, "must have at least %" PRIu32 " elements", field->list_min);
    if (n % field->list_multiple != 0)
        return vt_walk_bad(walk, "must have a multiple of %" PRIu32 " elements", field->list_multiple);
    return VT_OK;
}

static int decode_items(struct vt_walk *walk, const struct vt_field *field, const json_t *json, char *items)
{
    const size_t here = walk->path_len;
    for (size_t i = 0; i < json_array_size(json); i++) {
        walk_index(walk, i);
        const int err = decode_value(walk, field, json_array_get(json, i), items + i * field->size);
        if (err)
            return err;
        vt_walk_cut(walk, here);
    }
    return VT_OK;
}

static int decode_list(struct vt_walk *walk, const struct vt_field *field, const json_t *json, char *to)
{
    const int err = check_list(walk, field, json);
    if (err)
        return err;
    if (field->flags & VT_FIELD_TUPLE)
        return decode_items(walk, field, json, to + field->offset);
    const size_t n = json_array_size(json);
    /* An empty list is there, so it needs an address too. */
    char *items = vt_arena_array(walk->arena, n ? n : 1, field->size);
    if (!items)
        return vt_walk_no_memory(walk);
    memcpy(to + field->offset, &items, sizeof(items));
    memcpy(to + field->has_offset, &n, sizeof(n));
    return decode_items(walk, field, json, items);
}

static int decode_pointer(struct vt_walk *walk, const struct vt_field *field, const json_t *json, char *to)
{
    void *object = vt_arena_alloc(walk->arena, field->size);
    if (!object)
        return vt_walk_no_memory(walk);
    memcpy(to + field->offset, &object, sizeof(object));
    return decode_value(walk, field, json, object);
}

static int decode_field(struct vt_walk *walk, const struct vt_field *field, const json_t *json, char *to)
{
    if (field->flags & VT_FIELD_HAS)
        *(bool *)(void *)(to + field->has_offset) = true;
    if (field->flags & (VT_FIELD_LIST | VT_FIELD_TUPLE))
        return decode_list(walk, field, json, to);
    if (field->flags & VT_FIELD_POINTER)
        return decode_pointer(walk, field, json, to);
    return decode_value(walk, field, json, to + field->offset);
}

int vt_walk_shape(struct vt_walk *walk, const struct vt_shape *shape, const json_t *json, void *to)
{
    const size_t here = walk->path_len;
    unsigned one_of_n = 0;
    if (!json_is_object(json))
        return vt_walk_bad(walk, "must be an object");
    for (size_t i = 0; i < shape->fields_n; i++) {
        const struct vt_field *field = &shape->fields[i];
        const json_t *value = json_object_get(json, field->name);
        if (!value && !(field->flags & VT_FIELD_REQUIRED))
            continue;
        vt_walk_name(walk, field->name);
        const int err = value ? decode_field(walk, field, value, to) : vt_walk_bad(walk, "is missing");
        if (err)
            return err;
        one_of_n += (field->flags & VT_FIELD_ONE_OF) != 0;
        vt_walk_cut(walk, here);
    }
    if (shape->one_of && one_of_n != 1)
        return vt_walk_bad(walk, "must have exactly one of its choices");
    return VT_OK;
}

int vt_decode_body(struct vt_arena *arena, const struct vt_shape *shape, struct vt_str json, void *ret_struct,
                   struct vt_error *ret_error)
{
    struct vt_walk walk = { .arena = arena, .error = ret_error };
    VT_CLEANUP(vt_json_unref)
    json_t *value = NULL;
    const int read = vt_json_read(json, &value);
    if (read == VT_ERR_NOMEM)
        return vt_walk_no_memory(&walk);
    if (read) {
        vt_error_set(ret_error, VT_ERR_JSON_BAD, "", NULL);
        return VT_ERR_JSON_BAD;
    }
    if (shape->size > 0)
        memset(ret_struct, 0, shape->size);
    return vt_walk_shape(&walk, shape, value, ret_struct);
}
