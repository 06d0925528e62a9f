/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/json.h"

#include "server/base/err.h"

/* jansson stops at 2048; a tree that deep has no meaning here and costs stack when it is freed. */
static bool is_too_deep(struct vt_str text)
{
    size_t depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < text.len; i++) {
        char ch = text.ptr[i];
        if (in_text) {
            if (ch == '\\')
                i++;
            in_text = ch != '"';
        } else if (ch == '"') {
            in_text = true;
        } else if (ch == '{' || ch == '[') {
            if (++depth > VT_JSON_DEPTH)
                return true;
        } else if ((ch == '}' || ch == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

json_t *vt_json_parse(struct vt_str text, size_t max_bytes, struct vt_buf *ret_error)
{
    if (text.len > max_bytes) {
        vt_buf_printf(ret_error, "The JSON has %zu bytes; at most %zu are taken.", text.len, max_bytes);
        return NULL;
    }
    if (is_too_deep(text)) {
        vt_buf_printf(ret_error, "The JSON is nested deeper than %d levels.", VT_JSON_DEPTH);
        return NULL;
    }
    json_error_t error;
    json_t *tree = json_loadb(text.len > 0 ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
    if (tree)
        return tree;
    /* The parser quotes the text it stopped at, and that may be a password: where it stands is enough. */
    const char *quote = strstr(error.text, " near '");
    vt_buf_printf(ret_error, "The JSON cannot be read: %.*s in line %d, column %d.",
                  quote ? (int)(quote - error.text) : (int)sizeof(error.text), error.text, error.line,
                  error.column);
    return NULL;
}

struct vt_str vt_json_text(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return (struct vt_str){ 0 };
    return (struct vt_str){ json_string_value(value), json_string_length(value) };
}

int vt_json_take_text(const json_t *object, const char *name, size_t min, size_t max, struct vt_str *ret_text,
                      struct vt_buf *ret_error)
{
    const json_t *value = json_object_get(object, name);
    if (!value || json_is_null(value)) {
        vt_buf_printf(ret_error, "%s is missing", name);
        return VT_ERR_MISSING;
    }
    struct vt_str text = vt_json_text(object, name);
    if (!text.ptr) {
        vt_buf_printf(ret_error, "%s must be a text", name);
        return VT_ERR_INVALID;
    }
    if (text.len < min || text.len > max) {
        vt_buf_printf(ret_error, "%s has %zu bytes; %zu to %zu are allowed", name, text.len, min, max);
        return VT_ERR_INVALID;
    }
    *ret_text = text;
    return VT_OK;
}

static void put_name(struct vt_buf *out, const char *name)
{
    if (out->len > 0 && out->data[out->len - 1] != '{')
        vt_buf_byte(out, ',');
    vt_buf_json_string(out, vt_str(name));
    vt_buf_byte(out, ':');
}

void vt_json_put_text(struct vt_buf *out, const char *name, struct vt_str text)
{
    if (!text.ptr)
        return;
    put_name(out, name);
    vt_buf_json_string(out, text);
}

void vt_json_put_number(struct vt_buf *out, const char *name, int64_t number)
{
    put_name(out, name);
    vt_buf_printf(out, "%lld", (long long)number);
}

void vt_json_put_raw(struct vt_buf *out, const char *name, struct vt_str raw)
{
    put_name(out, name);
    vt_buf_str(out, raw);
}
