/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/json.h"
#include "protocol/codec/shape.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"

enum { OP_NAME_BYTES_MAX = 40 };

/* One decoding: where we are in the message, for the error. The path holds names of the table and
 * indexes only, never a peer's bytes. */
struct walk {
    struct vt_arena *arena; /* borrowed */
    struct vt_error *error; /* borrowed */
    char path[sizeof(((struct vt_error *)0)->field)];
    size_t path_len;
};

static int decode_shape(struct walk *walk, const struct vt_shape *shape, const json_t *json, void *to);

static void path_name(struct walk *walk, const char *name)
{
    const size_t room = sizeof(walk->path) - walk->path_len;
    const int n = snprintf(walk->path + walk->path_len, room, "/%s", name);
    walk->path_len += (size_t)n < room ? (size_t)n : room - 1;
}

static void path_index(struct walk *walk, size_t index)
{
    char text[24];
    snprintf(text, sizeof(text), "%zu", index);
    path_name(walk, text);
}

static void path_cut(struct walk *walk, size_t len)
{
    walk->path_len = len;
    walk->path[len] = '\0';
}

#define bad(walk, ...) (vt_error_set((walk)->error, VT_ERR_FIELD_BAD, (walk)->path, __VA_ARGS__), VT_ERR_FIELD_BAD)
#define large(walk, ...) (vt_error_set((walk)->error, VT_ERR_TOO_LARGE, (walk)->path, __VA_ARGS__), VT_ERR_TOO_LARGE)

static int no_memory(struct walk *walk)
{
    vt_error_set(walk->error, VT_ERR_OVERLOADED, "", NULL);
    return VT_ERR_OVERLOADED;
}

static int keep_text(struct walk *walk, struct vt_str text, struct vt_str *to)
{
    *to = vt_arena_str(walk->arena, text);
    return to->ptr ? VT_OK : no_memory(walk);
}

static int decode_str(struct walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_string(json))
        return bad(walk, "must be a string");
    const struct vt_str text = { json_string_value(json), json_string_length(json) };
    if (text.len > (size_t)field->max)
        return large(walk, "must be at most %" PRId64 " bytes of UTF-8", field->max);
    if (text.len < (size_t)field->min)
        return bad(walk, "must be at least %" PRId64 " bytes", field->min);
    return keep_text(walk, text, to);
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

static int decode_int(struct walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_integer(json))
        return bad(walk, "must be an integer");
    const int64_t value = json_integer_value(json);
    if (value < field->min || value > field->max)
        return bad(walk, "must be from %" PRId64 " to %" PRId64, field->min, field->max);
    store_int(field, value, to);
    return VT_OK;
}

static int decode_number(struct walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_number(json))
        return bad(walk, "must be a number");
    const double value = json_number_value(json);
    if (!(value >= field->number_min && value <= field->number_max))
        return bad(walk, "must be from %d to %d", (int)field->number_min, (int)field->number_max);
    *(double *)to = value;
    return VT_OK;
}

static int decode_bool(struct walk *walk, const json_t *json, void *to)
{
    if (!json_is_boolean(json))
        return bad(walk, "must be true or false");
    *(bool *)to = json_is_true(json);
    return VT_OK;
}

static int decode_enum(struct walk *walk, const struct vt_field *field, const json_t *json, void *to)
{
    if (!json_is_string(json))
        return bad(walk, "must be a string");
    const struct vt_str text = { json_string_value(json), json_string_length(json) };
    for (unsigned i = 0; i < field->words_n; i++) {
        if (!vt_str_eq(text, vt_str(field->words[i])))
            continue;
        memcpy(to, &i, sizeof(i));
        return VT_OK;
    }
    return bad(walk, "must be one of the words of this field");
}

static int decode_json(struct walk *walk, const json_t *json, void *to)
{
    VT_CLEANUP(vt_buf_finish) struct vt_buf text = VT_BUF_INIT(VT_TEXT_BYTES_MAX);
    vt_json_write(&text, json);
    if (text.failed)
        return large(walk, "must be at most %d bytes", VT_TEXT_BYTES_MAX);
    return keep_text(walk, vt_buf_view(&text), to);
}

static int decode_value(struct walk *walk, const struct vt_field *field, const json_t *json, void *to)
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
        return decode_shape(walk, field->shape, json, to);
    }
    return bad(walk, "has no type");
}

static int check_list(struct walk *walk, const struct vt_field *field, const json_t *json)
{
    if (!json_is_array(json))
        return bad(walk, "must be an array");
    const size_t n = json_array_size(json);
    if (n > field->list_max)
        return large(walk, "must have at most %" PRIu32 " elements", field->list_max);
    if (n < field->list_min)
        return bad(walk, "must have at least %" PRIu32 " elements", field->list_min);
    if (n % field->list_multiple != 0)
        return bad(walk, "must have a multiple of %" PRIu32 " elements", field->list_multiple);
    return VT_OK;
}

static int decode_items(struct walk *walk, const struct vt_field *field, const json_t *json, char *items)
{
    const size_t here = walk->path_len;
    for (size_t i = 0; i < json_array_size(json); i++) {
        path_index(walk, i);
        const int err = decode_value(walk, field, json_array_get(json, i), items + i * field->size);
        if (err)
            return err;
        path_cut(walk, here);
    }
    return VT_OK;
}

static int decode_list(struct walk *walk, const struct vt_field *field, const json_t *json, char *to)
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
        return no_memory(walk);
    memcpy(to + field->offset, &items, sizeof(items));
    memcpy(to + field->has_offset, &n, sizeof(n));
    return decode_items(walk, field, json, items);
}

static int decode_pointer(struct walk *walk, const struct vt_field *field, const json_t *json, char *to)
{
    void *object = vt_arena_alloc(walk->arena, field->size);
    if (!object)
        return no_memory(walk);
    memcpy(to + field->offset, &object, sizeof(object));
    return decode_value(walk, field, json, object);
}

static int decode_field(struct walk *walk, const struct vt_field *field, const json_t *json, char *to)
{
    if (field->flags & VT_FIELD_HAS)
        *(bool *)(void *)(to + field->has_offset) = true;
    if (field->flags & (VT_FIELD_LIST | VT_FIELD_TUPLE))
        return decode_list(walk, field, json, to);
    if (field->flags & VT_FIELD_POINTER)
        return decode_pointer(walk, field, json, to);
    return decode_value(walk, field, json, to + field->offset);
}

static int decode_shape(struct walk *walk, const struct vt_shape *shape, const json_t *json, void *to)
{
    const size_t here = walk->path_len;
    unsigned one_of_n = 0;
    if (!json_is_object(json))
        return bad(walk, "must be an object");
    for (size_t i = 0; i < shape->fields_n; i++) {
        const struct vt_field *field = &shape->fields[i];
        const json_t *value = json_object_get(json, field->name);
        if (!value && !(field->flags & VT_FIELD_REQUIRED))
            continue;
        path_name(walk, field->name);
        const int err = value ? decode_field(walk, field, value, to) : bad(walk, "is missing");
        if (err)
            return err;
        one_of_n += (field->flags & VT_FIELD_ONE_OF) != 0;
        path_cut(walk, here);
    }
    if (shape->one_of && one_of_n != 1)
        return bad(walk, "must have exactly one of its choices");
    return VT_OK;
}

int vt_decode_body(struct vt_arena *arena, const struct vt_shape *shape, struct vt_str json,
                   void *ret_struct, struct vt_error *ret_error)
{
    struct walk walk = { .arena = arena, .error = ret_error };
    VT_CLEANUP(vt_json_unref) json_t *value = vt_json_parse(json);
    if (!value) {
        vt_error_set(ret_error, VT_ERR_JSON_BAD, "", NULL);
        return VT_ERR_JSON_BAD;
    }
    if (shape->size > 0)
        memset(ret_struct, 0, shape->size);
    return decode_shape(&walk, shape, value, ret_struct);
}

/* ---- Envelope ---- */

/* A number of the envelope: absent is 0, anything but 1 to 2^32-1 is refused. */
static int read_number(struct walk *walk, const json_t *root, const char *name, uint32_t *ret_value)
{
    const json_t *value = json_object_get(root, name);
    if (!value)
        return VT_OK;
    const json_int_t n = json_is_integer(value) ? json_integer_value(value) : 0;
    if (n >= 1 && n <= UINT32_MAX) {
        *ret_value = (uint32_t)n;
        return VT_OK;
    }
    path_name(walk, name);
    return bad(walk, "must be an integer from 1 to 4294967295");
}

static bool is_uuid(struct vt_str text)
{
    if (text.len != VT_CID_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const char ch = text.ptr[i];
        const bool is_hex = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
        const bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash_place ? ch != '-' : !is_hex)
            return false;
    }
    return true;
}

static int read_cid(struct walk *walk, const json_t *root, struct vt_envelope *env)
{
    const json_t *value = json_object_get(root, "cid");
    if (!value)
        return VT_OK;
    const struct vt_str text = { json_string_value(value), json_string_length(value) };
    if (json_is_string(value) && is_uuid(text))
        return keep_text(walk, text, &env->cid);
    path_name(walk, "cid");
    return bad(walk, "must be a UUID");
}

static int read_op(struct walk *walk, const json_t *root, struct vt_envelope *env)
{
    const json_t *value = json_object_get(root, "op");
    path_name(walk, "op");
    if (!json_is_string(value))
        return bad(walk, "must be a string");
    struct vt_str name = { json_string_value(value), json_string_length(value) };
    env->row = vt_op_find(name.ptr, name.len);
    if (env->row)
        env->op = env->row->op;
    if (name.len > OP_NAME_BYTES_MAX)
        name.len = OP_NAME_BYTES_MAX;
    if (keep_text(walk, name, &env->op_name))
        return VT_ERR_OVERLOADED;
    if (!env->row) {
        vt_error_set(walk->error, VT_ERR_OP_UNKNOWN, walk->path, NULL);
        return VT_ERR_OP_UNKNOWN;
    }
    path_cut(walk, 0);
    return VT_OK;
}

static bool is_request(const struct vt_op_row *row)
{
    return row->kind == 'q' || row->kind == 'x' || row->kind == 'p';
}

/* What the same request may not be carried out twice for needs a name of its own. */
static int check_identity(struct walk *walk, const struct vt_envelope *env)
{
    if (!is_request(env->row))
        return VT_OK;
    if (env->id == 0) {
        path_name(walk, "id");
        return bad(walk, "is missing");
    }
    if (!env->cid.ptr && (env->row->class_ == VT_CLASS_DURABLE || env->row->class_ == VT_CLASS_CONTROL)) {
        path_name(walk, "cid");
        return bad(walk, "is missing");
    }
    return VT_OK;
}

static int decode_d(struct walk *walk, const json_t *root, struct vt_envelope *env)
{
    static const struct vt_str empty = { "{}", 2 };
    const struct vt_shape *shape = env->row->msg;
    const json_t *d = json_object_get(root, "d");
    VT_CLEANUP(vt_json_unref) json_t *nothing = d ? NULL : vt_json_parse(empty);
    if (!shape)
        return VT_OK;
    path_name(walk, "d");
    if (!d && !nothing)
        return no_memory(walk);
    if (shape->size > 0 && !(env->msg = vt_arena_alloc(walk->arena, shape->size)))
        return no_memory(walk);
    return decode_shape(walk, shape, d ? d : nothing, env->msg);
}

static int decode_root(struct walk *walk, const json_t *root, size_t bytes, struct vt_envelope *env)
{
    const int id_err = read_number(walk, root, "id", &env->id);
    const struct vt_error id_error = *walk->error;
    path_cut(walk, 0);
    int err = read_op(walk, root, env);
    if (err)
        return err;
    if (bytes > env->row->max_bytes)
        return large(walk, "%s takes at most %" PRIu32 " bytes", env->row->name, env->row->max_bytes);
    if (id_err) {
        *walk->error = id_error;
        return id_err;
    }
    if ((err = read_number(walk, root, "c", &env->c)) || (err = read_cid(walk, root, env)))
        return err;
    if ((err = check_identity(walk, env)))
        return err;
    return decode_d(walk, root, env);
}

/* The next line that holds anything; NULL at the end. */
static const char *next_line(const char **cursor, const char *end, size_t *ret_len)
{
    while (*cursor < end) {
        const char *line = *cursor;
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        *cursor = stop ? stop + 1 : end;
        stop = stop ? stop : end;
        while (line < stop && (*line == ' ' || *line == '\t' || *line == '\r'))
            line++;
        if (line < stop) {
            *ret_len = (size_t)(stop - line);
            return line;
        }
    }
    return NULL;
}

int vt_decode_text(struct vt_arena *arena, const char **cursor, const char *end,
                   struct vt_envelope *ret_env, struct vt_error *ret_error)
{
    struct walk walk = { .arena = arena, .error = ret_error };
    size_t len;
    const char *line = next_line(cursor, end, &len);
    *ret_env = (struct vt_envelope){ .op = VT_OP_NONE };
    *ret_error = (struct vt_error){ .err = VT_OK };
    if (!line)
        return 1;
    if (len > VT_TEXT_BYTES_MAX)
        return large(&walk, "one message takes at most %d bytes", VT_TEXT_BYTES_MAX);
    VT_CLEANUP(vt_json_unref) json_t *root = vt_json_parse((struct vt_str){ line, len });
    if (!json_is_object(root)) {
        vt_error_set(ret_error, VT_ERR_JSON_BAD, "", NULL);
        return VT_ERR_JSON_BAD;
    }
    return decode_root(&walk, root, len, ret_env);
}
