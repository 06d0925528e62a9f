/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror_filter.h"

#include <string.h>
#include <zlib.h>

#include "protocol/c/errors.h"
#include "server/api/json.h"
#include "server/base/err.h"
#include "server/mirror_filter_node.h"

/* Of an rrweb event: what travels in DOM frames. */
enum { OP_FULL = 2, OP_DELTA = 3, OP_META = 4, OP_CUSTOM = 5 };
enum { SOURCE_MUTATION = 0, SOURCE_INPUT = 5, SOURCE_RULE = 8, SOURCE_DECLARATION = 13, SOURCE_ADOPTED = 15 };

/* --- bytes ------------------------------------------------------------------------------------- */

static int inflate_all(struct vt_str payload, struct vt_buf *out)
{
    z_stream stream = { .next_in = (Bytef *)payload.ptr, .avail_in = (uInt)payload.len };
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return VT_ERR_NOMEM;
    int state = Z_OK;
    while (state == Z_OK) {
        size_t room = out->len < 16384 ? 16384 : out->len;
        if (room > out->max_bytes - out->len)
            room = out->max_bytes - out->len;
        char *at = room > 0 ? vt_buf_reserve(out, room) : NULL;
        if (!at)
            break;
        stream.next_out = (Bytef *)at;
        stream.avail_out = (uInt)room;
        state = inflate(&stream, Z_NO_FLUSH);
        vt_buf_commit(out, room - stream.avail_out);
        if (state == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)
            state = Z_BUF_ERROR; /* cut off */
    }
    bool whole = state == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return whole ? VT_OK : state == Z_OK ? VT_ERR_TOO_LARGE : VT_ERR_INVALID;
}

static int deflate_all(struct vt_str text, struct vt_buf *out)
{
    z_stream stream = { .next_in = (Bytef *)text.ptr, .avail_in = (uInt)text.len };
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return VT_ERR_NOMEM;
    size_t bound = deflateBound(&stream, (uLong)text.len);
    char *at = vt_buf_reserve(out, bound);
    stream.next_out = (Bytef *)at;
    stream.avail_out = (uInt)bound;
    int state = at ? deflate(&stream, Z_FINISH) : Z_MEM_ERROR;
    deflateEnd(&stream);
    if (state != Z_STREAM_END)
        return VT_ERR_NOMEM;
    vt_buf_commit(out, bound - stream.avail_out);
    return VT_OK;
}

/* --- the text before it is parsed ---------------------------------------------------------------- */

static unsigned hex4(const char *p)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 0x10000u;
        value = value * 16 + digit;
    }
    return value < 0x10000u ? value : 0;
}

/* Behind the backslash of an escape at `p`: half a pair, or a NUL, which a page may hold and the parser does
 * not take, becomes the replacement character. Returns how many bytes the escape has. */
static size_t mend(char *p, const char *end, bool *changed)
{
    if (*p != 'u' || end - p < 5)
        return 1;
    unsigned value = hex4(p + 1);
    bool high = value >= 0xd800 && value < 0xdc00, low = value >= 0xdc00 && value < 0xe000;
    unsigned next = high && end - p >= 11 && p[5] == '\\' && p[6] == 'u' ? hex4(p + 7) : 0;
    if (high && next >= 0xdc00 && next < 0xe000)
        return 11;
    if (high || low || memcmp(p, "u0000", 5) == 0) {
        memcpy(p, "ufffd", 5);
        *changed = true;
    }
    return 5;
}

/* How deep it goes, and what the parser would stumble over; both outside the parser, which recurses. */
static int prepare(char *text, size_t len, bool *changed)
{
    char *end = text + len;
    bool in_string = false;
    int depth = 0;
    for (char *p = text; p < end; p++) {
        if (in_string && *p == '\\' && p + 1 < end)
            p += mend(p + 1, end, changed);
        else if (*p == '"')
            in_string = !in_string;
        else if (!in_string && (*p == '{' || *p == '['))
            depth++;
        else if (!in_string && (*p == '}' || *p == ']'))
            depth--;
        if (depth > VT_MIRROR_DEPTH)
            return VT_ERR_TOO_LARGE;
    }
    return VT_OK;
}

/* --- operations ---------------------------------------------------------------------------------- */

static void cut_full(struct vt_cutting *cutting, json_t *data)
{
    static const char *const names[] = { "node", "initialOffset", NULL };
    static const char *const offsets[] = { "left", "top", NULL };
    vt_cut_members(cutting, data, names);
    vt_cut_members(cutting, json_object_get(data, "initialOffset"), offsets);
    vt_cut_node(cutting, json_object_get(data, "node"));
}

static void cut_mutation(struct vt_cutting *cutting, json_t *data)
{
    static const char *const names[] = { "source", "texts",          "attributes", "removes",
                                         "adds",   "isAttachIframe", NULL };
    size_t i;
    json_t *item;
    vt_cut_members(cutting, data, names);
    json_array_foreach(json_object_get(data, "texts"), i, item) vt_cut_loose_text(cutting, item, "value");
    json_array_foreach(json_object_get(data, "attributes"), i, item)
        vt_cut_attributes(cutting, json_object_get(item, "attributes"), "");
    json_array_foreach(json_object_get(data, "adds"), i, item)
        vt_cut_node(cutting, json_object_get(item, "node"));
}

static void cut_rules(struct vt_cutting *cutting, json_t *rules)
{
    size_t i;
    json_t *item;
    json_array_foreach(rules, i, item) vt_cut_text(cutting, item, "rule", VT_TEXT_STYLE);
}

static void cut_styles(struct vt_cutting *cutting, json_t *data)
{
    static const char *const names[] = { "source",  "id",          "styleId", "adds",   "removes",
                                         "replace", "replaceSync", "set",     "remove", "index",
                                         "styles",  "styleIds",    NULL };
    size_t i;
    json_t *item;
    vt_cut_members(cutting, data, names);
    cut_rules(cutting, json_object_get(data, "adds"));
    vt_cut_text(cutting, data, "replace", VT_TEXT_STYLE);
    vt_cut_text(cutting, data, "replaceSync", VT_TEXT_STYLE);
    vt_cut_text(cutting, json_object_get(data, "set"), "value", VT_TEXT_STYLE);
    json_array_foreach(json_object_get(data, "styles"), i, item)
        cut_rules(cutting, json_object_get(item, "rules"));
}

static void cut_input(struct vt_cutting *cutting, json_t *data)
{
    static const char *const names[] = { "source", "id", "text", "isChecked", "userTriggered", NULL };
    vt_cut_members(cutting, data, names);
    vt_cut_text(cutting, data, "text", VT_TEXT_PLAIN);
}

/* False: this operation does not belong into a mirror. */
static bool cut_delta(struct vt_cutting *cutting, json_t *data)
{
    const json_t *source = json_object_get(data, "source");
    if (!json_is_integer(source))
        return false;
    switch (json_integer_value(source)) {
    case SOURCE_MUTATION:
        cut_mutation(cutting, data);
        return true;
    case SOURCE_INPUT:
        cut_input(cutting, data);
        return true;
    case SOURCE_RULE:
    case SOURCE_DECLARATION:
    case SOURCE_ADOPTED:
        cut_styles(cutting, data);
        return true;
    default:
        return false;
    }
}

/* Node count and xor of ids alone, under the name they have. */
static bool cut_sum(struct vt_cutting *cutting, json_t *data)
{
    static const char *const names[] = { "tag", "payload", NULL };
    static const char *const sums[] = { "nodes", "xor", NULL };
    json_t *payload = json_object_get(data, "payload");
    const char *tag = json_string_value(json_object_get(data, "tag"));
    vt_cut_members(cutting, data, names);
    vt_cut_members(cutting, payload, sums);
    return tag && strcmp(tag, "sum") == 0 && json_is_integer(json_object_get(payload, "nodes")) &&
           json_is_integer(json_object_get(payload, "xor"));
}

static void cut_meta(struct vt_cutting *cutting, json_t *data)
{
    static const char *const names[] = { "href", "width", "height", NULL };
    vt_cut_members(cutting, data, names);
    json_t *href = json_object_get(data, "href");
    struct vt_str url = { json_string_value(href), json_string_length(href) };
    size_t n = url.ptr ? strcspn(url.ptr, "?#") : 0;
    if (n < url.len) {
        cutting->failed |= json_object_set_new(data, "href", json_stringn(url.ptr, n)) != 0;
        cutting->changed = true;
    }
}

static bool cut_op(struct vt_cutting *cutting, json_t *op)
{
    static const char *const names[] = { "type", "data", NULL };
    json_t *data = json_object_get(op, "data");
    if (!json_is_object(data) || !json_is_integer(json_object_get(op, "type")))
        return false;
    vt_cut_members(cutting, op, names);
    switch (json_integer_value(json_object_get(op, "type"))) {
    case OP_META:
        cut_meta(cutting, data);
        return true;
    case OP_FULL:
        cut_full(cutting, data);
        return json_is_object(json_object_get(data, "node"));
    case OP_DELTA:
        return cut_delta(cutting, data);
    case OP_CUSTOM:
        return cut_sum(cutting, data);
    default:
        return false;
    }
}

static void cut_ops(struct vt_cutting *cutting, json_t *ops)
{
    for (size_t i = 0; i < json_array_size(ops);) {
        if (cut_op(cutting, json_array_get(ops, i))) {
            i++;
            continue;
        }
        json_array_remove(ops, i);
        cutting->changed = true;
    }
}

/* --- the whole ------------------------------------------------------------------------------------ */

static int write_again(json_t *ops, bool deflated, size_t max, struct vt_buf *out)
{
    char *text = json_dumps(ops, JSON_COMPACT);
    if (!text)
        return VT_ERR_NOMEM;
    vt_buf_init(out, max + max / 8 + 1024);
    int err = deflated ? deflate_all(vt_str(text), out) : vt_buf_text(out, text);
    free(text);
    return err == VT_OK ? VT_OK : VT_ERR_NOMEM;
}

int vt_mirror_filter(struct vt_str payload, bool deflated, bool key, struct vt_mirror_filtered *ret)
{
    size_t max = key ? VT_MIRROR_INFLATED_KEY : VT_MIRROR_INFLATED;
    struct vt_cutting cutting = { 0 };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(max);
    VT_CLEANUP(vt_json_unref)
    json_t *ops = NULL;
    *ret = (struct vt_mirror_filtered){ 0 };
    int err = deflated             ? inflate_all(payload, &text)
              : payload.len <= max ? vt_buf_str(&text, payload)
                                   : VT_ERR_TOO_LARGE;
    if (!err)
        err = prepare(text.data, text.len, &cutting.changed);
    if (err)
        return err;
    ops = json_loadb(text.data ? text.data : "", text.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_array(ops))
        return VT_ERR_INVALID;
    cut_ops(&cutting, ops);
    ret->ops = json_array_size(ops);
    ret->changed = cutting.changed;
    if (cutting.failed)
        return VT_ERR_NOMEM;
    return cutting.changed ? write_again(ops, deflated, max, &ret->out) : VT_OK;
}
