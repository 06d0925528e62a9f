/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/catalogue/feed_text.h"
#include "server/catalogue/import.h"

enum { TITLE = 300, TEXT = 2000, SHORT = 64, TYPE = 200 };

/* --- one row ------------------------------------------------------------------------------------ */

struct reading {
    const struct vt_feed_row *row;
    struct vt_row_part *part;
    struct vt_buf *why;
    char currency[4];
};

static struct vt_str trimmed(struct vt_str text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.ptr[text.len - 1]))
        text.len--;
    for (; text.len > 0 && strchr(" \t\r\n", text.ptr[0]); text.len--)
        text.ptr++;
    return text;
}

static struct vt_str field(const struct reading *reading, enum vt_feed_field which)
{
    return trimmed(vt_buf_view(&reading->row->fields[which]));
}

static void put_plain(struct reading *reading, const char *name, enum vt_feed_field which, size_t most)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(2 * TEXT + 64);
    vt_feed_plain(field(reading, which), most, &text);
    if (text.len > 0)
        vt_json_put_text(&reading->part->part, name, vt_buf_view(&text));
}

static void quote(struct vt_buf *why, struct vt_str text)
{
    char shown[81];
    bool whole = vt_str_copy(shown, sizeof(shown), text);
    vt_buf_printf(why, "\"%s%s\"", shown, whole ? "" : "…");
}

static int read_sku(struct reading *reading)
{
    struct vt_str sku = field(reading, VT_FEED_ID), group = field(reading, VT_FEED_GROUP);
    const struct vt_str both[] = { sku, group };
    if (sku.len == 0) {
        vt_buf_text(reading->why, "id is missing");
        return VT_ERR_INVALID;
    }
    for (size_t i = 0; i < VT_COUNT(both); i++) {
        bool bad = both[i].len > VT_ROWS_SKU;
        for (size_t at = 0; at < both[i].len && !bad; at++)
            bad = (unsigned char)both[i].ptr[at] <= 0x20;
        if (bad) {
            vt_buf_printf(reading->why, "%s ", i ? "item_group_id" : "id");
            quote(reading->why, both[i]);
            vt_buf_printf(reading->why, " is longer than %d bytes or holds a space", VT_ROWS_SKU);
            return VT_ERR_INVALID;
        }
    }
    reading->part->sku = sku;
    reading->part->group = group.len > 0 ? group : sku;
    vt_json_put_text(&reading->part->part, "sku", sku);
    return VT_OK;
}

static int read_price(struct reading *reading, enum vt_feed_field which, const char *name,
                      char ret_price[VT_FEED_PRICE_TEXT], char ret_currency[4])
{
    struct vt_str text = field(reading, which);
    if (vt_feed_price(text, ret_price, ret_currency) && ret_currency[0])
        return VT_OK;
    vt_buf_printf(reading->why, "%s ", name);
    if (text.len > 0)
        quote(reading->why, text);
    vt_buf_text(reading->why,
                text.len == 0 ? "is missing" : " is no amount with a currency, such as \"19.99 EUR\"");
    return VT_ERR_INVALID;
}

/* "2026-11-01T08:00+0100/2026-12-01T08:00+0100" holds now. What cannot be read does not. */
static bool holds(struct vt_str dates, int64_t now_s)
{
    char text[80];
    const char *at = text;
    if (dates.len == 0)
        return true;
    vt_str_copy(text, sizeof(text), dates);
    for (int i = 0; i < 2; i++) {
        struct tm tm = { 0 };
        long zone = 0;
        const char *rest = strptime(at, "%Y-%m-%dT%H:%M", &tm);
        if (!rest && !(rest = strptime(at, "%Y-%m-%d", &tm)))
            return false;
        if (*rest == ':')
            rest += strspn(rest + 1, "0123456789") + 1;
        if (*rest == '+' || *rest == '-') {
            char sign = *rest, digits[5] = "";
            size_t n = 0;
            for (rest++; *rest && *rest != '/'; rest++)
                if (*rest != ':' && n < 4)
                    digits[n++] = *rest;
            long number = strtol(digits, NULL, 10);
            zone = (number / 100 * 60 + number % 100) * 60 * (sign == '-' ? -1 : 1);
        }
        int64_t moment = (int64_t)timegm(&tm) - zone;
        if (i == 0 ? now_s < moment : now_s >= moment)
            return false;
        const char *slash = strchr(rest, '/');
        if (!slash)
            return true;
        at = slash + 1;
    }
    return true;
}

/* What it costs today, and what it did before when that was more. */
static int put_prices(struct reading *reading, int64_t now_s)
{
    char price[VT_FEED_PRICE_TEXT], sale[VT_FEED_PRICE_TEXT], sale_currency[4];
    struct vt_buf *part = &reading->part->part;
    int err = read_price(reading, VT_FEED_PRICE, "price", price, reading->currency);
    if (err)
        return err;
    bool reduced = field(reading, VT_FEED_SALE).len > 0 && holds(field(reading, VT_FEED_SALE_DATES), now_s);
    if (reduced && read_price(reading, VT_FEED_SALE, "sale_price", sale, sale_currency) != VT_OK) {
        vt_buf_text(reading->why, ": the row goes on with its price");
        reduced = false;
    }
    reduced = reduced && strcmp(sale_currency, reading->currency) == 0 &&
              vt_feed_is_less(vt_str(sale), vt_str(price));
    vt_json_put_text(part, "price", vt_str(reduced ? sale : price));
    if (reduced)
        vt_json_put_text(part, "was", vt_str(price));
    vt_json_put_text(part, "currency", vt_str(reading->currency));
    return VT_OK;
}

/* What can be ordered, be it for later, is available. */
static void put_availability(struct reading *reading)
{
    static const struct {
        const char *word;
        bool available;
    } words[] = { { "in_stock", true },
                  { "available", true },
                  { "limited_availability", true },
                  { "preorder", true },
                  { "pre_order", true },
                  { "backorder", true },
                  { "available_for_order", true },
                  { "out_of_stock", false },
                  { "sold_out", false },
                  { "outofstock", false },
                  { "instock", true },
                  { "discontinued", false } };
    char word[32];
    struct vt_str text = field(reading, VT_FEED_AVAILABILITY);
    const char *slash = text.len > 0 ? memrchr(text.ptr, '/', text.len)
                                     : NULL; /* https://schema.org/InStock */
    if (slash)
        text = (struct vt_str){ slash + 1, text.len - (size_t)(slash + 1 - text.ptr) };
    vt_str_copy(word, sizeof(word), text);
    for (char *p = word; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p == ' ' || *p == '-' ? '_' : *p);
    bool available = text.len == 0, known = available;
    for (size_t i = 0; i < VT_COUNT(words) && !known; i++)
        if (strcmp(word, words[i].word) == 0) {
            available = words[i].available;
            known = true;
        }
    if (!known && reading->why->len == 0) {
        vt_buf_text(reading->why, "availability ");
        quote(reading->why, text);
        vt_buf_text(reading->why, " is unknown: taken as out of stock");
    }
    vt_json_put_raw(&reading->part->part, "available", available ? VT_STR("true") : VT_STR("false"));
}

/* One a line; in a table commas part them, and an address's own commas are not followed by another address.
 */
static bool parts_images(struct vt_str rest)
{
    size_t i = 1;
    while (i < rest.len && rest.ptr[i] == ' ')
        i++;
    return rest.ptr[0] == '\n' ||
           (rest.ptr[0] == ',' && rest.len > i + 4 && memcmp(rest.ptr + i, "http", 4) == 0);
}

static void put_images(struct reading *reading)
{
    struct vt_buf *part = &reading->part->part;
    struct vt_str rest = field(reading, VT_FEED_IMAGES), one = field(reading, VT_FEED_IMAGE);
    vt_buf_text(part, ",\"pictures\":[");
    for (size_t n = 0; n < VT_IMPORT_PICTURES;) {
        if (one.len > 0 && n++ > 0)
            vt_buf_byte(part, ',');
        if (one.len > 0)
            vt_buf_json_string(part, one);
        if (rest.len == 0)
            break;
        size_t end = 0;
        while (end < rest.len && !parts_images((struct vt_str){ rest.ptr + end, rest.len - end }))
            end++;
        one = trimmed((struct vt_str){ rest.ptr, end });
        end += end < rest.len;
        rest = (struct vt_str){ rest.ptr + end, rest.len - end };
    }
    vt_buf_byte(part, ']');
}

/* The shop's own word, else the last of Google's path, unless that is only its number. */
static void put_type(struct reading *reading)
{
    struct vt_str text = field(reading, VT_FEED_TYPE);
    if (text.len == 0) {
        text = field(reading, VT_FEED_CATEGORY);
        const char *last = text.len > 0 ? memrchr(text.ptr, '>', text.len) : NULL;
        if (last)
            text = trimmed((struct vt_str){ last + 1, text.len - (size_t)(last + 1 - text.ptr) });
        if (text.len > 0 && strspn(text.ptr, "0123456789") >= text.len)
            return;
    }
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf plain = VT_BUF_INIT(2 * TYPE + 64);
    vt_feed_plain(text, TYPE, &plain);
    if (plain.len > 0)
        vt_json_put_text(&reading->part->part, "type", vt_buf_view(&plain));
}

static int put_title(struct reading *reading)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf title = VT_BUF_INIT(2 * TITLE + 64);
    vt_feed_plain(field(reading, VT_FEED_TITLE), TITLE, &title);
    if (title.len == 0) {
        vt_buf_text(reading->why, "title is missing");
        return VT_ERR_INVALID;
    }
    vt_json_put_text(&reading->part->part, "title", vt_buf_view(&title));
    return VT_OK;
}

int vt_rows_read(const struct vt_feed_row *row, int64_t now_s, struct vt_row_part *part, struct vt_buf *why)
{
    struct reading reading = { .row = row, .part = part, .why = why };
    part->sku = part->group = (struct vt_str){ 0 };
    vt_buf_reset(&part->part);
    vt_buf_reset(why);
    vt_buf_byte(&part->part, '{');
    int err = read_sku(&reading);
    if (!err)
        err = put_title(&reading);
    if (!err)
        err = put_prices(&reading, now_s);
    if (err)
        return err;
    put_availability(&reading);
    put_type(&reading);
    put_plain(&reading, "description", VT_FEED_TEXT, TEXT);
    put_plain(&reading, "brand", VT_FEED_BRAND, SHORT);
    put_plain(&reading, "colour", VT_FEED_COLOUR, SHORT);
    put_plain(&reading, "size", VT_FEED_SIZE, SHORT);
    put_plain(&reading, "material", VT_FEED_MATERIAL, SHORT);
    if (field(&reading, VT_FEED_LINK).len > 0)
        vt_json_put_text(&part->part, "url", field(&reading, VT_FEED_LINK));
    if (field(&reading, VT_FEED_WIDTH).len > 0)
        vt_json_put_text(&part->part, "product_width", field(&reading, VT_FEED_WIDTH));
    if (field(&reading, VT_FEED_HEIGHT).len > 0)
        vt_json_put_text(&part->part, "product_height", field(&reading, VT_FEED_HEIGHT));
    put_images(&reading);
    vt_buf_byte(&part->part, '}');
    if (part->part.failed) {
        vt_buf_reset(why);
        vt_buf_text(why, "the row is larger than 32 KiB without its description");
        return VT_ERR_INVALID;
    }
    return VT_OK;
}

/* --- a group ------------------------------------------------------------------------------------ */

struct vt_rows_group {
    json_t *product, *variants; /* owned; variants: borrowed from product */
    bool has_available;         /* the price is that of one that can be had */
};

static json_t *parse(struct vt_str part)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf unused = VT_BUF_INIT(256);
    return vt_json_parse(part, VT_ROWS_PART, &unused);
}

/* What a part says only of itself. */
static const char *const own[] = { "sku", "price", "was", "available", "colour", "size", "material" };

struct vt_rows_group *vt_rows_begin(struct vt_str sku, struct vt_str part)
{
    struct vt_rows_group *group = calloc(1, sizeof(*group));
    json_t *product = group ? parse(part) : NULL;
    if (!product) {
        free(group);
        return NULL;
    }
    for (size_t i = 0; i < VT_COUNT(own); i++)
        json_object_del(product, own[i]);
    group->product = product;
    group->variants = json_array();
    if (json_object_set_new(product, "sku", json_stringn(sku.ptr, sku.len)) == 0 &&
        json_object_set_new(product, "variants", group->variants) == 0)
        return group;
    vt_rows_end(group);
    return NULL;
}

/* The product shows the least that one has to pay for what can be had. */
static void take_price(struct vt_rows_group *group, const json_t *part)
{
    struct vt_str price = vt_json_text(part, "price"), there = vt_json_text(group->product, "price");
    bool available = json_is_true(json_object_get(part, "available"));
    if (there.ptr && (group->has_available > available ||
                      (group->has_available == available && !vt_feed_is_less(price, there))))
        return;
    group->has_available = available;
    json_object_set(group->product, "price", json_object_get(part, "price"));
    json_object_del(group->product, "was");
    if (json_object_get(part, "was"))
        json_object_set(group->product, "was", json_object_get(part, "was"));
}

/* Each variant may have pictures of its own. */
static void add_pictures(struct vt_rows_group *group, const json_t *part)
{
    json_t *all = json_object_get(group->product, "pictures"), *picture;
    size_t i, at;
    json_array_foreach(json_object_get(part, "pictures"), i, picture)
    {
        const json_t *other;
        bool there = false;
        json_array_foreach(all, at, other) there = there || json_equal(other, picture);
        if (!there && json_array_size(all) < VT_IMPORT_PICTURES)
            json_array_append(all, picture);
    }
}

int vt_rows_add(struct vt_rows_group *group, struct vt_str text, struct vt_buf *why)
{
    VT_CLEANUP(vt_json_unref)
    json_t *part = parse(text);
    json_t *variant = json_object();
    if (!part || !variant) {
        json_decref(variant);
        return VT_ERR_NOMEM;
    }
    struct vt_str currency = vt_json_text(part, "currency"), first = vt_json_text(group->product, "currency");
    if (json_array_size(group->variants) >= VT_IMPORT_VARIANTS)
        vt_buf_printf(why, "the group has more than %d rows: this one is left out", VT_IMPORT_VARIANTS);
    else if (!vt_str_eq(currency, first))
        vt_buf_printf(why, "its price is in %.*s, that of its group in %.*s", VT_STR_ARG(currency),
                      VT_STR_ARG(first));
    if (why->len > 0) {
        json_decref(variant);
        return VT_ERR_INVALID;
    }
    for (size_t i = 0; i < VT_COUNT(own); i++)
        if (json_object_get(part, own[i]))
            json_object_set(variant, own[i], json_object_get(part, own[i]));
    take_price(group, part);
    add_pictures(group, part);
    return json_array_append_new(group->variants, variant) == 0 ? VT_OK : VT_ERR_NOMEM;
}

const json_t *vt_rows_product(struct vt_rows_group *group)
{
    return group->product;
}

void vt_rows_end(struct vt_rows_group *group)
{
    if (group)
        json_decref(group->product);
    free(group);
}
