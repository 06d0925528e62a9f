/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/json.h"
#include "protocol/codec/shape.h"
#include "protocol/codec/walk.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"

enum { OP_NAME_BYTES_MAX = 40 };

/* A number of the envelope: absent is 0, anything but 1 to 2^32-1 is refused. */
static int read_number(struct vt_walk *walk, const json_t *root, const char *name, uint32_t *ret_value)
{
    const json_t *value = json_object_get(root, name);
    if (!value)
        return VT_OK;
    const json_int_t n = json_is_integer(value) ? json_integer_value(value) : 0;
    if (n >= 1 && n <= UINT32_MAX) {
        *ret_value = (uint32_t)n;
        return VT_OK;
    }
    vt_walk_name(walk, name);
    return vt_walk_bad(walk, "must be an integer from 1 to 4294967295");
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

static int read_cid(struct vt_walk *walk, const json_t *root, struct vt_envelope *env)
{
    const json_t *value = json_object_get(root, "cid");
    if (!value)
        return VT_OK;
    const struct vt_str text = { json_string_value(value), json_string_length(value) };
    if (json_is_string(value) && is_uuid(text))
        return vt_walk_keep(walk, text, &env->cid);
    vt_walk_name(walk, "cid");
    return vt_walk_bad(walk, "must be a UUID");
}

static int read_op(struct vt_walk *walk, const json_t *root, struct vt_envelope *env)
{
    const json_t *value = json_object_get(root, "op");
    vt_walk_name(walk, "op");
    if (!json_is_string(value))
        return vt_walk_bad(walk, "must be a string");
    struct vt_str name = { json_string_value(value), json_string_length(value) };
    env->row = vt_op_find(name.ptr, name.len);
    if (env->row)
        env->op = env->row->op;
    if (name.len > OP_NAME_BYTES_MAX)
        name.len = OP_NAME_BYTES_MAX;
    if (vt_walk_keep(walk, name, &env->op_name))
        return VT_ERR_OVERLOADED;
    if (!env->row) {
        vt_error_set(walk->error, VT_ERR_OP_UNKNOWN, walk->path, NULL);
        return VT_ERR_OP_UNKNOWN;
    }
    vt_walk_cut(walk, 0);
    return VT_OK;
}

static bool is_request(const struct vt_op_row *row)
{
    return row->kind == 'q' || row->kind == 'x' || row->kind == 'p';
}

/* What the same request may not be carried out twice for needs a name of its own. */
static int check_identity(struct vt_walk *walk, const struct vt_envelope *env)
{
    if (!is_request(env->row))
        return VT_OK;
    if (env->id == 0) {
        vt_walk_name(walk, "id");
        return vt_walk_bad(walk, "is missing");
    }
    if (!env->cid.ptr && (env->row->class_ == VT_CLASS_DURABLE || env->row->class_ == VT_CLASS_CONTROL)) {
        vt_walk_name(walk, "cid");
        return vt_walk_bad(walk, "is missing");
    }
    return VT_OK;
}

static int decode_d(struct vt_walk *walk, const json_t *root, struct vt_envelope *env)
{
    static const struct vt_str empty = { "{}", 2 };
    const struct vt_shape *shape = env->row->msg;
    const json_t *d = json_object_get(root, "d");
    VT_CLEANUP(vt_json_unref)
    json_t *nothing = NULL;
    if (!shape)
        return VT_OK;
    vt_walk_name(walk, "d");
    if (!d && vt_json_read(empty, &nothing))
        return vt_walk_no_memory(walk);
    if (shape->size > 0 && !(env->msg = vt_arena_alloc(walk->arena, shape->size)))
        return vt_walk_no_memory(walk);
    return vt_walk_shape(walk, shape, d ? d : nothing, env->msg);
}

static int decode_root(struct vt_walk *walk, const json_t *root, size_t bytes, struct vt_envelope *env)
{
    const int id_err = read_number(walk, root, "id", &env->id);
    const struct vt_error id_error = *walk->error;
    vt_walk_cut(walk, 0);
    int err = read_op(walk, root, env);
    if (err)
        return err;
    if (bytes > env->row->max_bytes)
        return vt_walk_large(walk, "%s takes at most %" PRIu32 " bytes", env->row->name, env->row->max_bytes);
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

int vt_decode_text(struct vt_arena *arena, const char **cursor, const char *end, struct vt_envelope *ret_env,
                   struct vt_error *ret_error)
{
    struct vt_walk walk = { .arena = arena, .error = ret_error };
    size_t len;
    const char *line = next_line(cursor, end, &len);
    *ret_env = (struct vt_envelope){ .op = VT_OP_NONE };
    *ret_error = (struct vt_error){ .err = VT_OK };
    if (!line)
        return 1;
    if (len > VT_TEXT_BYTES_MAX)
        return vt_walk_large(&walk, "one message takes at most %d bytes", VT_TEXT_BYTES_MAX);
    VT_CLEANUP(vt_json_unref)
    json_t *root = NULL;
    if (vt_json_read((struct vt_str){ line, len }, &root) == VT_ERR_NOMEM)
        return vt_walk_no_memory(&walk);
    if (!json_is_object(root)) {
        vt_error_set(ret_error, VT_ERR_JSON_BAD, "", NULL);
        return VT_ERR_JSON_BAD;
    }
    return decode_root(&walk, root, len, ret_env);
}
