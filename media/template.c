/* SPDX-License-Identifier: Apache-2.0 */
#include "media/template.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "media/template_internal.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { DEFAULT_PX = 1080, DEFAULT_ACCENT = 0x222222 };

static const struct row {
    const char *word;
    const char *url_keys;  /* of `d` */
    const char *full_keys; /* of the whole */
    uint8_t items_least, items_most;
} rows[] = {
    [VT_TEMPLATE_CARD] = { "card", " name text shop accent size rect ",
                           " template name text shop accent size rect items ", 1, 1 },
    [VT_TEMPLATE_SHEET] = { "sheet", " items text shop accent size ",
                            " template items text shop accent size ", 2, 4 },
    [VT_TEMPLATE_SCALE] = { "scale", " items text shop accent size ",
                            " template items text shop accent size ", 1, 4 },
    [VT_TEMPLATE_RECAP] = { "recap", " view shop accent size ",
                            " template view text shop accent size items rect marks ", 1, 1 },
};

const char *vt_template_kind_word(enum vt_template_kind kind)
{
    return rows[kind].word;
}

bool vt_template_kind_from_word(struct vt_str word, enum vt_template_kind *ret_kind)
{
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        if (vt_str_eq(word, vt_str(rows[i].word))) {
            *ret_kind = (enum vt_template_kind)i;
            return true;
        }
    return false;
}

/* --- items ----------------------------------------------------------------------------------- */

static enum vt_media_err check_millimetres(const struct vt_template_reader *in,
                                           const struct vt_template_item *item)
{
    const char *missing = item->width_mm <= 0    ? "product_width"
                          : item->height_mm <= 0 ? "product_height"
                                                 : NULL;
    if (!missing)
        return VT_MEDIA_OK;
    return vt_media_problem_set(in->problem, VT_MEDIA_NO_SIZE,
                                "The %s, \"%.120s\", has no size in millimetres; add %s to the feed.",
                                in->where, item->title[0] ? item->title : item->media, missing);
}

static enum vt_media_err read_item(enum vt_template_kind kind, json_t *value, size_t index,
                                   struct vt_template_item *item, struct vt_media_problem *problem)
{
    char where[16];
    snprintf(where, sizeof(where), "item %zu", index + 1);
    struct vt_template_reader in = { problem, where };
    enum vt_media_err err = vt_template_keys(&in, value, " media title price width_mm height_mm box ");
    if (!err)
        err = vt_template_media(&in, value, item->media);
    if (!err)
        err = vt_template_string(&in, value, "title", false, VT_TEMPLATE_TITLE_CLUSTERS,
                                 VT_TEMPLATE_TITLE_BYTES, item->title);
    if (!err)
        err = vt_template_string(&in, value, "price", false, VT_TEMPLATE_PRICE_CLUSTERS,
                                 VT_TEMPLATE_PRICE_BYTES, item->price);
    if (!err)
        err = vt_template_number(&in, value, "width_mm", 0, 10000, &item->width_mm);
    if (!err)
        err = vt_template_number(&in, value, "height_mm", 0, 10000, &item->height_mm);
    if (!err)
        err = vt_template_rect(&in, value, "box", &item->has_box, &item->box);
    return !err && kind == VT_TEMPLATE_SCALE ? check_millimetres(&in, item) : err;
}

static enum vt_media_err read_items(json_t *items, struct vt_template *template,
                                    struct vt_media_problem *problem)
{
    const struct row *row = &rows[template->kind];
    size_t count = json_array_size(items);
    if (count < row->items_least || count > row->items_most)
        return vt_media_problem_limit(problem, VT_MEDIA_SYNTAX, row->items_most, count,
                                      "\"items\" of the %s must be a list of %u to %u products.", row->word,
                                      (unsigned)row->items_least, (unsigned)row->items_most);
    template->item_count = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        enum vt_media_err err = read_item(template->kind, json_array_get(items, i), i, &template->items[i],
                                          problem);
        if (err)
            return err;
    }
    return VT_MEDIA_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static enum vt_media_err read_texts(const struct vt_template_reader *in, json_t *root,
                                    struct vt_template *template)
{
    bool is_card = template->kind == VT_TEMPLATE_CARD;
    enum vt_media_err err = vt_template_string(in, root, "name", is_card, VT_TEMPLATE_NAME_CLUSTERS,
                                               VT_TEMPLATE_NAME_BYTES, template->name);
    if (!err)
        err = vt_template_string(in, root, "text", false, VT_TEMPLATE_TEXT_CLUSTERS, VT_TEMPLATE_TEXT_BYTES,
                                 template->text);
    if (!err)
        err = vt_template_string(in, root, "shop", false, VT_TEMPLATE_NAME_CLUSTERS, VT_TEMPLATE_NAME_BYTES,
                                 template->shop);
    return err;
}

static enum vt_media_err read_view(const struct vt_template_reader *in, json_t *root, bool is_required,
                                   struct vt_template *template)
{
    json_t *value = json_object_get(root, "view");
    struct vt_str id = { json_string_value(value), json_string_length(value) };
    if (!value && !is_required)
        return VT_MEDIA_OK;
    if (!id.ptr || id.len >= sizeof(template->view) || !vt_media_id_ok(id))
        return vt_media_problem_set(in->problem, VT_MEDIA_SYNTAX, "\"view\" of the %s must name a kept view.",
                                    in->where);
    vt_str_copy(template->view, sizeof(template->view), id);
    return VT_MEDIA_OK;
}

static enum vt_media_err read_common(json_t *root, struct vt_template *template,
                                     struct vt_media_problem *problem)
{
    struct vt_template_reader in = { problem, rows[template->kind].word };
    bool has_rect;
    enum vt_media_err err = read_texts(&in, root, template);
    if (!err)
        err = vt_template_accent(&in, root, &template->accent_rgb);
    if (!err)
        err = vt_template_size(&in, root, &template->width_px, &template->height_px);
    if (!err)
        err = vt_template_rect(&in, root, "rect", &has_rect, &template->rect);
    return err ? err : vt_template_marks(&in, root, template);
}

static void set_defaults(enum vt_template_kind kind, struct vt_template *template)
{
    memset(template, 0, sizeof(*template));
    template->kind = kind;
    template->width_px = template->height_px = DEFAULT_PX;
    template->accent_rgb = DEFAULT_ACCENT;
    template->rect = (struct vt_template_rect){ 0, 0, 1, 1 };
}

static json_t *parse(struct vt_str text, struct vt_media_problem *problem)
{
    json_error_t where;
    json_t *root = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "The template's data is not valid JSON, at byte %d.",
                             where.position);
    return root;
}

static enum vt_media_err decode_url(json_t *root, struct vt_str media, struct vt_template *template,
                                    struct vt_media_problem *problem)
{
    struct vt_template_reader in = { problem, rows[template->kind].word };
    bool has_items = template->kind == VT_TEMPLATE_SHEET || template->kind == VT_TEMPLATE_SCALE;
    enum vt_media_err err = vt_template_keys(&in, root, rows[template->kind].url_keys);
    if (!err)
        err = read_common(root, template, problem);
    if (!err && template->kind == VT_TEMPLATE_RECAP)
        err = read_view(&in, root, true, template);
    if (!err && has_items)
        err = read_items(json_object_get(root, "items"), template, problem);
    if (err)
        return err;
    if (!has_items) {
        template->item_count = 1;
        vt_str_copy(template->items[0].media, sizeof(template->items[0].media), media);
    } else if (!vt_str_eq(vt_str(template->items[0].media), media)) {
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                    "The first item of the %s must be the picture of the path.", in.where);
    }
    return VT_MEDIA_OK;
}

enum vt_media_err vt_template_decode_d(enum vt_template_kind kind, struct vt_str media, struct vt_str d,
                                       struct vt_template *ret_template, struct vt_media_problem *problem)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_TEMPLATE_D_MAX);
    if (d.len > VT_TEMPLATE_D_MAX)
        return vt_media_problem_limit(problem, VT_MEDIA_SYNTAX, VT_TEMPLATE_D_MAX, d.len,
                                      "\"d\" has %zu characters; %d are allowed.", d.len, VT_TEMPLATE_D_MAX);
    if (!vt_media_id_ok(media))
        return vt_media_problem_set(problem, VT_MEDIA_UNKNOWN, "There is no picture \"%s\".",
                                    vt_media_quote(media).text);
    if (d.len == 0 || vt_base64url_read(d, &text))
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "\"d\" must be base64url without padding.");
    json_t *root = parse(vt_buf_view(&text), problem);
    if (!root)
        return VT_MEDIA_SYNTAX;
    set_defaults(kind, ret_template);
    enum vt_media_err err = decode_url(root, media, ret_template, problem);
    json_decref(root);
    return err;
}

static enum vt_media_err decode_whole(json_t *root, struct vt_template *template,
                                      struct vt_media_problem *problem)
{
    enum vt_template_kind kind;
    const char *word = json_string_value(json_object_get(root, "template"));
    if (!word || !vt_template_kind_from_word(vt_str(word), &kind))
        return vt_media_problem_set(problem, VT_MEDIA_SYNTAX,
                                    "\"template\" must be card, sheet, scale or recap.");
    struct vt_template_reader in = { problem, word };
    set_defaults(kind, template);
    enum vt_media_err err = vt_template_keys(&in, root, rows[kind].full_keys);
    if (!err)
        err = read_common(root, template, problem);
    if (!err)
        err = read_view(&in, root, false, template);
    return err ? err : read_items(json_object_get(root, "items"), template, problem);
}

enum vt_media_err vt_template_decode(struct vt_str json, struct vt_template *ret_template,
                                     struct vt_media_problem *problem)
{
    if (json.len > VT_TEMPLATE_JSON_MAX)
        return vt_media_problem_limit(problem, VT_MEDIA_SYNTAX, VT_TEMPLATE_JSON_MAX, json.len,
                                      "The template's data has %zu bytes; %d are allowed.", json.len,
                                      VT_TEMPLATE_JSON_MAX);
    json_t *root = parse(json, problem);
    if (!root)
        return VT_MEDIA_SYNTAX;
    enum vt_media_err err = decode_whole(root, ret_template, problem);
    json_decref(root);
    return err;
}

/* --- canonical text -------------------------------------------------------------------------- */

/* At most six decimals, no trailing zero; printf would write the locale's decimal point. */
static void put_number(double value, struct vt_buf *out)
{
    int64_t millionths = llround(value * 1e6), part = millionths % 1000000;
    int decimals = 6;
    vt_buf_printf(out, "%" PRId64, millionths / 1000000);
    for (; part > 0 && part % 10 == 0; part /= 10)
        decimals--;
    if (part > 0)
        vt_buf_printf(out, ".%0*" PRId64, decimals, part);
}

static void put_string(const char *key, const char *text, struct vt_buf *out)
{
    if (text[0] == '\0')
        return;
    vt_buf_printf(out, ",\"%s\":", key);
    vt_buf_json_string(out, vt_str(text));
}

static void put_rect(const char *key, const struct vt_template_rect *rect, struct vt_buf *out)
{
    const double side[4] = { rect->x, rect->y, rect->w, rect->h };
    vt_buf_printf(out, ",\"%s\":", key);
    for (int i = 0; i < 4; i++) {
        vt_buf_byte(out, i ? ',' : '[');
        put_number(side[i], out);
    }
    vt_buf_byte(out, ']');
}

static void put_item(const struct vt_template_item *item, struct vt_buf *out)
{
    vt_buf_text(out, "{\"media\":");
    vt_buf_json_string(out, vt_str(item->media));
    put_string("title", item->title, out);
    put_string("price", item->price, out);
    if (item->width_mm > 0) {
        vt_buf_text(out, ",\"width_mm\":");
        put_number(item->width_mm, out);
    }
    if (item->height_mm > 0) {
        vt_buf_text(out, ",\"height_mm\":");
        put_number(item->height_mm, out);
    }
    if (item->has_box)
        put_rect("box", &item->box, out);
    vt_buf_byte(out, '}');
}

static void put_mark(const struct vt_template *template, const struct vt_template_mark *mark,
                     struct vt_buf *out)
{
    vt_buf_printf(out, "{\"kind\":\"%s\",\"colour\":%u,\"points\":[", vt_template_mark_words[mark->kind],
                  (unsigned)mark->colour);
    for (uint16_t i = 0; i < mark->count; i++) {
        const struct vt_template_point *point = &template->points[mark->first + i];
        vt_buf_text(out, i ? "," : "");
        put_number((double)point->x, out);
        vt_buf_byte(out, ',');
        put_number((double)point->y, out);
    }
    vt_buf_text(out, "]}");
}

int vt_template_text(const struct vt_template *template, struct vt_buf *out)
{
    const struct vt_template_rect *rect = &template->rect;
    vt_buf_printf(out, "{\"template\":\"%s\",\"size\":[%u,%u]", rows[template->kind].word,
                  (unsigned)template->width_px, (unsigned)template->height_px);
    put_string("name", template->name, out);
    put_string("text", template->text, out);
    put_string("shop", template->shop, out);
    put_string("view", template->view, out);
    vt_buf_printf(out, ",\"accent\":\"#%06" PRIx32 "\"", template->accent_rgb);
    if (rect->x > 0 || rect->y > 0 || rect->w < 1 || rect->h < 1)
        put_rect("rect", rect, out);
    for (uint8_t i = 0; i < template->item_count; i++) {
        vt_buf_text(out, i ? "," : ",\"items\":[");
        put_item(&template->items[i], out);
    }
    vt_buf_text(out, "]");
    for (uint8_t i = 0; i < template->mark_count; i++) {
        vt_buf_text(out, i ? "," : ",\"marks\":[");
        put_mark(template, &template->marks[i], out);
    }
    return vt_buf_text(out, template->mark_count ? "]}" : "}");
}
