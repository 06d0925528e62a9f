/* SPDX-License-Identifier: Apache-2.0 */
#include "server/template_address.h"

#include <math.h>
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/api/json.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { TITLE_BYTES = 200, JSON_BYTES = 2700, ARENA_BYTES = 1 << 20 };

static int put_address(enum vt_template_kind kind, struct vt_str media, const struct vt_buf *json,
                       struct vt_buf *out)
{
    char text[JSON_BYTES / 3 * 4 + 8];
    if (json->failed || media.len == 0)
        return VT_ERR_FULL;
    vt_base64url(json->data, json->len, text);
    return vt_buf_printf(out, "/p/%s/%.*s.jpg?d=%s", vt_template_kind_word(kind), VT_STR_ARG(media), text);
}

static void put_text(struct vt_buf *json, const char *key, struct vt_str text)
{
    char cut[TITLE_BYTES + 1];
    if (text.len == 0)
        return;
    vt_str_copy(cut, sizeof(cut), text);
    vt_buf_printf(json, ",\"%s\":", key);
    vt_buf_json_string(json, vt_str(cut));
}

static struct vt_str first_picture(const json_t *product)
{
    const char *media = json_string_value(json_array_get(json_object_get(product, "media"), 0));
    return vt_str(media);
}

static json_t *find_product(const struct vt_site *site, struct vt_str sku)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(512);
    struct vt_str body = vt_catalogue_get(site->catalogue, sku);
    return body.ptr ? vt_json_parse(body, ARENA_BYTES, &error) : NULL;
}

int vt_address_card(const struct vt_site *site, struct vt_str sku, struct vt_str name, struct vt_str text,
                    struct vt_buf *out)
{
    VT_CLEANUP(vt_json_unref)
    json_t *product = find_product(site, sku);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(JSON_BYTES);
    struct vt_str media = first_picture(product);
    if (!media.ptr)
        return VT_ERR_MISSING;
    vt_buf_text(&json, "{\"name\":");
    vt_buf_json_string(&json, name.ptr ? name : VT_STR(""));
    put_text(&json, "text", text);
    put_text(&json, "shop", vt_str(site->name));
    vt_buf_byte(&json, '}');
    return put_address(VT_TEMPLATE_CARD, media, &json, out);
}

void vt_address_price(struct vt_str price, struct vt_str currency, struct vt_buf *text)
{
    const char *point = price.len > 0 ? memchr(price.ptr, '.', price.len) : NULL;
    size_t whole = point ? (size_t)(point - price.ptr) : price.len, end = price.len;
    while (point && end > whole + 1 && price.ptr[end - 1] == '0')
        end--;
    for (size_t i = 0; i < whole; i++)
        vt_buf_printf(text, "%s%c", i > 0 && (whole - i) % 3 == 0 ? "\xc2\xa0" : "", price.ptr[i]);
    if (point && end > whole + 1) /* 12.50, never 12.5 */
        vt_buf_append(text, price.ptr + whole, price.len - whole);
    if (price.len > 0)
        vt_buf_printf(text, "\xc2\xa0%.*s",
                      VT_STR_ARG(vt_str_eq(currency, VT_STR("EUR")) ? VT_STR("€") : currency));
}

static void put_price(struct vt_buf *json, const json_t *product)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(64);
    vt_address_price(vt_json_text(product, "price"), vt_json_text(product, "currency"), &text);
    put_text(json, "price", vt_buf_view(&text));
}

static int put_item(struct vt_buf *json, const json_t *product, struct vt_str sku, bool is_scale,
                    struct vt_buf *why)
{
    double width = json_number_value(json_object_get(product, "width_mm"));
    double height = json_number_value(json_object_get(product, "height_mm"));
    struct vt_str media = first_picture(product);
    if (!media.ptr) {
        vt_buf_printf(why, "%.*s is not in the catalogue, or has no picture", VT_STR_ARG(sku));
        return VT_ERR_MISSING;
    }
    if (is_scale && (width <= 0 || height <= 0)) {
        vt_buf_printf(why,
                      "%.*s has no size in the catalogue; the feed's product_width and product_height say it",
                      VT_STR_ARG(sku));
        return VT_ERR_INVALID;
    }
    vt_buf_text(json, "{\"media\":");
    vt_buf_json_string(json, media);
    put_text(json, "title", vt_json_text(product, "title"));
    put_price(json, product);
    if (is_scale)
        vt_buf_printf(json, ",\"width_mm\":%ld.%02ld,\"height_mm\":%ld.%02ld", lround(width * 100) / 100,
                      lround(width * 100) % 100, lround(height * 100) / 100, lround(height * 100) % 100);
    return vt_buf_byte(json, '}');
}

int vt_address_products(const struct vt_site *site, enum vt_template_kind kind, const struct vt_str *skus,
                        size_t n, struct vt_buf *out, struct vt_buf *why)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(JSON_BYTES);
    char first[VT_MEDIA_ID_MAX + 1] = "";
    int err = VT_OK;
    if (n < (kind == VT_TEMPLATE_SHEET ? 2 : 1) || n > VT_TEMPLATE_ITEMS) {
        vt_buf_text(why, "a sheet shows 2 to 4 pieces, a true-scale plate 1 to 4");
        return VT_ERR_INVALID;
    }
    vt_buf_text(&json, "{\"items\":[");
    for (size_t i = 0; i < n && !err; i++) {
        VT_CLEANUP(vt_json_unref)
        json_t *product = find_product(site, skus[i]);
        if (i == 0)
            vt_str_copy(first, sizeof(first), product ? first_picture(product) : VT_STR(""));
        else
            vt_buf_byte(&json, ',');
        err = put_item(&json, product, skus[i], kind == VT_TEMPLATE_SCALE, why);
    }
    vt_buf_byte(&json, ']');
    put_text(&json, "shop", vt_str(site->name));
    vt_buf_byte(&json, '}');
    return err && !json.failed ? err : put_address(kind, vt_str(first), &json, out);
}

int vt_address_recap(const struct vt_site *site, struct vt_str conv, uint32_t cs, struct vt_str media,
                     struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(JSON_BYTES);
    vt_buf_printf(&json, "{\"view\":\"%.*s.%u\"", VT_STR_ARG(conv), cs);
    put_text(&json, "shop", vt_str(site->name));
    vt_buf_byte(&json, '}');
    return put_address(VT_TEMPLATE_RECAP, media, &json, out);
}

/* --- a kept view ---------------------------------------------------------------------------------- */

/* The part of [from, from + size] within the picture; a view may reach beyond it. */
static void cut(double from, double size, double *ret_from, double *ret_size)
{
    double begin = fmin(fmax(from, 0), 1), end = fmin(fmax(from + size, 0), 1);
    *ret_from = begin;
    *ret_size = end - begin;
}

static const char *const mark_words[] = {
    [VT_MARK_KIND_INK] = "ink", [VT_MARK_KIND_CIRCLE] = "circle", [VT_MARK_KIND_ARROW] = "arrow"
};

/* Millionths, without the locale's comma. */
static void put_number(struct vt_buf *json, double value)
{
    long millionths = lround(fmin(fmax(value, 0), 1) * 1e6);
    vt_buf_printf(json, "%ld.%06ld", millionths / 1000000, millionths % 1000000);
}

static void put_marks(struct vt_buf *json, const struct vt_evt_view_kept *kept)
{
    vt_buf_text(json, ",\"marks\":[");
    for (size_t i = 0; i < kept->marks_n; i++) {
        const struct vt_t_mark *mark = &kept->marks[i];
        vt_buf_printf(json, "%s{\"kind\":\"%s\",\"colour\":%u,\"points\":[", i ? "," : "",
                      mark_words[mark->kind], mark->colour);
        for (size_t k = 0; k < mark->points_n; k++) {
            if (k > 0)
                vt_buf_byte(json, ',');
            put_number(json, mark->points[k]);
        }
        vt_buf_text(json, "]}");
    }
    vt_buf_byte(json, ']');
}

static void write_recap(const struct vt_evt_view_kept *kept, struct vt_buf *json)
{
    double rect[4];
    cut(kept->rect[0], kept->rect[2], &rect[0], &rect[2]);
    cut(kept->rect[1], kept->rect[3], &rect[1], &rect[3]);
    vt_buf_text(json, "{\"template\":\"recap\",\"items\":[{\"media\":");
    vt_buf_json_string(json, kept->media);
    put_text(json, "title", kept->title);
    vt_buf_text(json, "}],\"rect\":[");
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            vt_buf_byte(json, ',');
        put_number(json, rect[i]);
    }
    vt_buf_byte(json, ']');
    put_marks(json, kept);
    vt_buf_byte(json, '}');
}

enum vt_media_err vt_template_of_kept(struct vt_str body, struct vt_str media, struct vt_template *template,
                                      struct vt_media_problem *problem)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(VT_TEMPLATE_JSON_MAX);
    struct vt_evt_view_kept kept;
    struct vt_error error;
    vt_arena_init(&arena, ARENA_BYTES);
    if (vt_decode_body(&arena, vt_op_rows[VT_OP_VIEW_KEPT].evt, body, &kept, &error) != VT_OK ||
        !vt_str_eq(kept.media, media))
        return vt_media_problem_set(problem, VT_MEDIA_UNKNOWN, "What was looked at is not kept any more.");
    write_recap(&kept, &json);
    struct vt_template *whole = json.failed ? NULL : malloc(sizeof(*whole));
    if (!whole)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    enum vt_media_err err = vt_template_decode(vt_buf_view(&json), whole, problem);
    if (err == VT_MEDIA_OK) {
        whole->width_px = template->width_px;
        whole->height_px = template->height_px;
        whole->accent_rgb = template->accent_rgb;
        memcpy(whole->shop, template->shop, sizeof(whole->shop));
        *template = *whole;
    }
    free(whole);
    return err;
}
