/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/codec/json.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/number.h"
#include "server/base/err.h"

/* The library recurses to 2048; a peer's text may go VT_TEXT_DEPTH_MAX deep. Only brackets outside
 * strings count; whether they match is the parser's question. */
static bool is_shallow(struct vt_str text)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        const char ch = text.ptr[i];
        if (in_string) {
            if (ch == '\\')
                i++;
            else if (ch == '"')
                in_string = false;
        } else if (ch == '"') {
            in_string = true;
        } else if (ch == '{' || ch == '[') {
            if (++depth > VT_TEXT_DEPTH_MAX)
                return false;
        } else if ((ch == '}' || ch == ']') && depth > 0) {
            depth--;
        }
    }
    return true;
}

/* The library tells most failed allocations as a syntax error; a peer would then be blamed for our memory. */
static _Thread_local bool starved;

static void *json_memory(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        starved = true;
    return memory;
}

__attribute__((constructor)) static void watch_memory(void)
{
    json_set_alloc_funcs(json_memory, free);
}

int vt_json_read(struct vt_str text, json_t **ret_value)
{
    json_error_t error;
    if (!text.ptr || !is_shallow(text))
        return VT_ERR_INVALID;
    starved = false;
    json_t *value = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!value)
        return starved ? VT_ERR_NOMEM : VT_ERR_INVALID;
    *ret_value = value;
    return VT_OK;
}

void vt_json_unref(json_t **value)
{
    json_decref(*value);
}

static void write_array(struct vt_buf *out, const json_t *value)
{
    vt_buf_byte(out, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i > 0)
            vt_buf_byte(out, ',');
        vt_json_write(out, json_array_get(value, i));
    }
    vt_buf_byte(out, ']');
}

static void write_object(struct vt_buf *out, const json_t *value)
{
    json_t *object = (json_t *)(uintptr_t)value; /* the iterator's signature is not const */
    vt_buf_byte(out, '{');
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        if (it != json_object_iter(object))
            vt_buf_byte(out, ',');
        vt_buf_json_string(out, (struct vt_str){ json_object_iter_key(it), json_object_iter_key_len(it) });
        vt_buf_byte(out, ':');
        vt_json_write(out, json_object_iter_value(it));
    }
    vt_buf_byte(out, '}');
}

void vt_json_write(struct vt_buf *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(out, value);
        break;
    case JSON_ARRAY:
        write_array(out, value);
        break;
    case JSON_STRING:
        vt_buf_json_string(out, (struct vt_str){ json_string_value(value), json_string_length(value) });
        break;
    case JSON_INTEGER:
        vt_json_int(out, json_integer_value(value));
        break;
    case JSON_REAL:
        vt_json_number(out, json_real_value(value));
        break;
    case JSON_TRUE:
        vt_buf_text(out, "true");
        break;
    case JSON_FALSE:
        vt_buf_text(out, "false");
        break;
    case JSON_NULL:
        vt_buf_text(out, "null");
        break;
    }
}
