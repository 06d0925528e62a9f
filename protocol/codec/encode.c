/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/number.h"
#include "protocol/codec/shape.h"
#include "server/base/err.h"

static void put_shape(struct vt_buf *out, const struct vt_shape *shape, const void *d);

static int64_t load_int(const struct vt_field *field, const void *at)
{
    const bool is_signed = field->flags & VT_FIELD_SIGNED;
    int64_t wide;
    uint32_t u32;
    uint16_t u16;
    switch (field->size) {
    case 1:
        return *(const uint8_t *)at;
    case 2:
        memcpy(&u16, at, sizeof(u16));
        return is_signed ? (int16_t)u16 : (int64_t)u16;
    case 4:
        memcpy(&u32, at, sizeof(u32));
        return is_signed ? (int32_t)u32 : (int64_t)u32;
    default:
        memcpy(&wide, at, sizeof(wide));
        return wide;
    }
}

static void put_enum(struct vt_buf *out, const struct vt_field *field, const void *at)
{
    unsigned value;
    memcpy(&value, at, sizeof(value));
    assert(value < field->words_n);
    vt_buf_json_string(out, vt_str(field->words[value < field->words_n ? value : 0]));
}

static void put_value(struct vt_buf *out, const struct vt_field *field, const void *at)
{
    const struct vt_str *text = at;
    switch (field->type) {
    case VT_FIELD_STR:
        vt_buf_json_string(out, *text);
        break;
    case VT_FIELD_JSON:
        vt_buf_str(out, text->ptr ? *text : VT_STR("null"));
        break;
    case VT_FIELD_INT:
        vt_json_int(out, load_int(field, at));
        break;
    case VT_FIELD_NUMBER:
        vt_json_number(out, *(const double *)at);
        break;
    case VT_FIELD_BOOL:
        vt_buf_text(out, *(const bool *)at ? "true" : "false");
        break;
    case VT_FIELD_ENUM:
        put_enum(out, field, at);
        break;
    case VT_FIELD_OBJECT:
        put_shape(out, field->shape, at);
        break;
    }
}

static void put_list(struct vt_buf *out, const struct vt_field *field, const char *items, size_t n)
{
    vt_buf_byte(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            vt_buf_byte(out, ',');
        put_value(out, field, items + i * field->size);
    }
    vt_buf_byte(out, ']');
}

static const void *load_pointer(const void *at)
{
    const void *pointer;
    memcpy(&pointer, at, sizeof(pointer));
    return pointer;
}

static bool is_present(const struct vt_field *field, const char *d)
{
    if (field->flags & VT_FIELD_REQUIRED)
        return true;
    if (field->flags & VT_FIELD_HAS)
        return *(const bool *)(const void *)(d + field->has_offset);
    if (field->flags & (VT_FIELD_LIST | VT_FIELD_POINTER))
        return load_pointer(d + field->offset) != NULL;
    return ((const struct vt_str *)(const void *)(d + field->offset))->ptr != NULL;
}

static void put_field(struct vt_buf *out, const struct vt_field *field, const char *d)
{
    const char *at = d + field->offset;
    if (field->flags & VT_FIELD_TUPLE) {
        put_list(out, field, at, field->list_max);
    } else if (field->flags & VT_FIELD_LIST) {
        const char *items = load_pointer(at);
        size_t n;
        memcpy(&n, d + field->has_offset, sizeof(n));
        put_list(out, field, items, items ? n : 0);
    } else {
        put_value(out, field, field->flags & VT_FIELD_POINTER ? load_pointer(at) : at);
    }
}

static void put_shape(struct vt_buf *out, const struct vt_shape *shape, const void *d)
{
    char before = '{';
    for (size_t i = 0; d && i < shape->fields_n; i++) {
        const struct vt_field *field = &shape->fields[i];
        if (!is_present(field, d))
            continue;
        vt_buf_byte(out, before);
        before = ',';
        vt_buf_byte(out, '"');
        vt_buf_text(out, field->name);
        vt_buf_append(out, "\":", 2);
        put_field(out, field, d);
    }
    if (before == '{')
        vt_buf_byte(out, '{');
    vt_buf_byte(out, '}');
}

/* A run of appends ends here: all of it, or nothing. */
static int finish(struct vt_buf *out, size_t start)
{
    if (!out->failed)
        return VT_OK;
    if (out->len > start)
        out->len = start;
    return VT_ERR_FULL;
}

static void put_int_member(struct vt_buf *out, const char *name, int64_t value)
{
    vt_buf_append(out, ",\"", 2);
    vt_buf_text(out, name);
    vt_buf_append(out, "\":", 2);
    vt_json_int(out, value);
}

static void put_numbers(struct vt_buf *out, const struct vt_event_head *head)
{
    if (head->c)
        put_int_member(out, "c", head->c);
    if (head->s)
        put_int_member(out, "s", head->s);
    if (head->cs)
        put_int_member(out, "cs", head->cs);
    if (head->has_p)
        put_int_member(out, "p", head->p);
    if (head->by) {
        vt_buf_text(out, ",\"by\":");
        vt_buf_json_string(out, vt_str(head->by));
    }
    if (head->ts)
        put_int_member(out, "ts", head->ts);
}

static void open_event(struct vt_buf *out, const char *op, const struct vt_event_head *head)
{
    vt_buf_text(out, "{\"op\":\"");
    vt_buf_text(out, op);
    vt_buf_byte(out, '"');
    if (head)
        put_numbers(out, head);
    vt_buf_text(out, ",\"d\":");
}

int vt_encode_body(struct vt_buf *out, const struct vt_shape *shape, const void *d)
{
    const size_t start = out->len;
    put_shape(out, shape ? shape : &vt_shape_nothing, d);
    return finish(out, start);
}

int vt_encode_event(struct vt_buf *out, enum vt_op op, const struct vt_event_head *head, const void *d)
{
    const struct vt_op_row *row = &vt_op_rows[op];
    const size_t start = out->len;
    assert(row->evt);
    open_event(out, row->name, head);
    put_shape(out, row->evt ? row->evt : &vt_shape_nothing, d);
    vt_buf_byte(out, '}');
    return finish(out, start);
}

int vt_encode_event_raw(struct vt_buf *out, const char *op, const struct vt_event_head *head,
                        struct vt_str d_json)
{
    const size_t start = out->len;
    open_event(out, op, head);
    vt_buf_str(out, d_json.len ? d_json : VT_STR("{}"));
    vt_buf_byte(out, '}');
    return finish(out, start);
}

int vt_encode_reply(struct vt_buf *out, uint32_t id, enum vt_op op, const struct vt_event_head *head,
                    const void *rep)
{
    const struct vt_shape *shape = vt_op_rows[op].rep;
    const size_t start = out->len;
    assert(shape);
    vt_buf_text(out, "{\"id\":");
    vt_json_int(out, id);
    vt_buf_text(out, ",\"ok\":true");
    if (head)
        put_numbers(out, head);
    vt_buf_text(out, ",\"d\":");
    put_shape(out, shape ? shape : &vt_shape_nothing, rep);
    vt_buf_byte(out, '}');
    return finish(out, start);
}

static struct vt_t_wire_error wire_error(const struct vt_error *error)
{
    const struct vt_err_row *row = vt_err_row(error->err);
    if (!row)
        row = vt_err_row(VT_ERR_OVERLOADED);
    return (struct vt_t_wire_error){
        .code = vt_str(row->code),
        .n = row->n,
        .msg = vt_str(error->msg[0] ? error->msg : row->msg),
        .retry = row->retry,
        .after = error->after_ms,
        .has_after = error->after_ms > 0,
        .field = vt_str(error->field[0] ? error->field : NULL),
    };
}

int vt_encode_error(struct vt_buf *out, uint32_t id, const struct vt_error *error)
{
    const struct vt_t_wire_error wire = wire_error(error);
    const size_t start = out->len;
    if (id == 0) {
        vt_buf_text(out, "{\"op\":\"error\",\"d\":");
    } else {
        vt_buf_text(out, "{\"id\":");
        vt_json_int(out, id);
        vt_buf_text(out, ",\"err\":");
    }
    put_shape(out, &vt_shape_wire_error, &wire);
    vt_buf_byte(out, '}');
    return finish(out, start);
}

int vt_encode_request(struct vt_buf *out, const struct vt_envelope *env)
{
    const struct vt_op_row *row = &vt_op_rows[env->op];
    const size_t start = out->len;
    vt_buf_text(out, "{\"op\":\"");
    vt_buf_text(out, row->name);
    vt_buf_byte(out, '"');
    if (env->id)
        put_int_member(out, "id", env->id);
    if (env->c)
        put_int_member(out, "c", env->c);
    if (env->cid.ptr) {
        vt_buf_text(out, ",\"cid\":");
        vt_buf_json_string(out, env->cid);
    }
    vt_buf_text(out, ",\"d\":");
    put_shape(out, row->msg ? row->msg : &vt_shape_nothing, env->msg);
    vt_buf_byte(out, '}');
    return finish(out, start);
}
