/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/import.h"

#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/base/map.h"
#include "server/catalogue/addresses.h"
#include "server/catalogue/feed_text.h"
#include "server/catalogue/spins.h"
#include "server/outgoing/url.h"

enum {
    SKU_MOST = 64,
    TITLE_MOST = 300,
    TEXT_MOST = 2000,
    URL_MOST = 2048,
    OPTION_MOST = 64,
    TYPE_MOST = 200,
    LENGTH_MOST_MM = 10000
};

struct vt_import {
    struct vt_import_calls calls;
    char currency[4];     /* of the file; "": each product names its own */
    struct vt_map skus;   /* of products and variants so far; see settle_skus */
    size_t taken, number; /* number: of the product at hand, from 1 */
    struct vt_buf why;    /* of the refusal at hand */
    struct vt_buf body;
};

/* --- fields -------------------------------------------------------------------------------- */

/* Cuts at a character's start and turns control characters into spaces: a title is one line. */
static void put_line(struct vt_buf *out, const char *name, struct vt_str text, size_t most)
{
    char line[TEXT_MOST + 1];
    if (!text.ptr)
        return;
    vt_str_copy(line, most + 1, text);
    for (char *p = line; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    vt_json_put_text(out, name, vt_str(line));
}

/* A decimal with a point: 1 to 12 digits, then at most 4 behind the point. */
static bool is_price(struct vt_str text)
{
    size_t i = 0, whole, behind = 0;
    while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9')
        i++;
    whole = i;
    if (i < text.len && text.ptr[i] == '.')
        for (i++; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
            behind++;
    return i == text.len && whole >= 1 && whole <= 12 && (whole == text.len || (behind >= 1 && behind <= 4));
}

static int take_price(const json_t *from, const char *name, struct vt_str *ret_price, struct vt_buf *why)
{
    int err = vt_json_take_text(from, name, 1, 24, ret_price, why);
    if (err || is_price(*ret_price))
        return err;
    vt_buf_printf(why, "%s \"%.*s\" is no decimal such as \"2450.00\"", name, VT_STR_ARG(*ret_price));
    return VT_ERR_INVALID;
}

/* What it cost before, where that is told: VT_OK also when it is not. */
static int take_was(const json_t *from, struct vt_str *ret_was, struct vt_buf *why)
{
    *ret_was = (struct vt_str){ 0 };
    return json_object_get(from, "was") ? take_price(from, "was", ret_was, why) : VT_OK;
}

static int take_currency(struct vt_import *import, const json_t *product, struct vt_str *ret_currency)
{
    struct vt_str currency = vt_json_text(product, "currency");
    if (!currency.ptr && import->currency[0])
        currency = vt_str(import->currency);
    *ret_currency = currency;
    if (currency.ptr && vt_feed_is_currency(currency))
        return VT_OK;
    vt_buf_text(&import->why, currency.ptr ? "currency must be three capital letters of ISO 4217, such as EUR"
                                           : "currency is missing");
    return VT_ERR_INVALID;
}

/* A sku is compared and shown: no spaces around it, no control characters. */
static int take_sku(struct vt_import *import, const json_t *from, struct vt_str *ret_sku)
{
    int err = vt_json_take_text(from, "sku", 1, SKU_MOST, ret_sku, &import->why);
    for (size_t i = 0; !err && i < ret_sku->len; i++)
        if ((unsigned char)ret_sku->ptr[i] <= 0x20 || ret_sku->ptr[i] == 0x7f) {
            vt_buf_text(&import->why, "sku holds a space or a control character");
            err = VT_ERR_INVALID;
        }
    if (!err && vt_map_get(&import->skus, *ret_sku)) {
        vt_buf_printf(&import->why, "sku \"%.*s\" is there twice", VT_STR_ARG(*ret_sku));
        err = VT_ERR_EXISTS;
    }
    return err;
}

/* Only what a link may safely be: a path of the site, or http(s). */
static bool is_url(struct vt_str url)
{
    bool path = url.len > 0 && url.ptr[0] == '/' && (url.len < 2 || url.ptr[1] != '/');
    bool http = url.len > 8 && (memcmp(url.ptr, "https://", 8) == 0 || memcmp(url.ptr, "http://", 7) == 0);
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= 0x20 || url.ptr[i] == '\\')
            return false;
    return (path || http) && url.len <= URL_MOST;
}

/* "2.1 cm" as the Merchant feed writes it, in millimetres; 0 when it is none. */
static double read_length(struct vt_str text)
{
    static const struct {
        const char *name;
        double mm;
    } units[] = { { "mm", 1 }, { "cm", 10 }, { "in", 25.4 } };
    char line[24], *end;
    vt_str_copy(line, sizeof(line), text);
    if (line[0] < '0' || line[0] > '9' || text.len >= sizeof(line))
        return 0;
    double value = strtod(line, &end);
    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].name) == 0 && value * units[i].mm <= LENGTH_MOST_MM)
            return value * units[i].mm;
    return 0;
}

/* A size that cannot be read is named, and its product goes on without: it is then not shown at true scale.
 */
static void put_length(struct vt_import *import, const json_t *product, struct vt_str sku, const char *from,
                       const char *name)
{
    struct vt_str text = vt_json_text(product, from);
    double mm = text.ptr ? read_length(text) : 0;
    if (mm > 0)
        vt_buf_printf(&import->body, ",\"%s\":%.6g", name, mm);
    else if (json_object_get(product, from)) {
        vt_buf_printf(&import->why, "%s must be a length such as \"2.1 cm\", in mm, cm or in, at most 10 m",
                      from);
        import->calls.refused(import->calls.arg, import->number, sku, vt_buf_view(&import->why));
        vt_buf_reset(&import->why);
    }
}

/* --- parts of a product -------------------------------------------------------------------- */

/* As the fetcher will ask for it, so that one picture has one name. */
static int put_address(struct vt_import *import, struct vt_str sku, struct vt_str text, bool first)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf canonical = VT_BUF_INIT(2 * VT_URL_MOST), why = VT_BUF_INIT(256);
    struct vt_url url;
    int err = vt_url_parse(text, &url, &why);
    if (err)
        vt_buf_printf(&import->why, "picture \"%.*s\": %s", (int)(text.len < 200 ? text.len : 200), text.ptr,
                      vt_buf_cstr(&why));
    vt_buf_finish(&why);
    if (!err)
        err = vt_url_text(&url, &canonical);
    if (!err)
        err = import->calls.address(import->calls.arg, sku, vt_buf_view(&canonical), &import->why);
    if (err)
        return err;
    vt_buf_text(&import->body, first ? "" : ",");
    return vt_buf_json_string(&import->body, vt_buf_view(&canonical));
}

static int put_file(struct vt_import *import, struct vt_str path, bool first)
{
    char media[VT_SHA256_TEXT];
    if (!import->calls.picture) {
        vt_buf_printf(&import->why, "picture \"%.*s\" is no address such as https://shop.example/a.jpg",
                      (int)(path.len < 200 ? path.len : 200), path.ptr);
        return VT_ERR_INVALID;
    }
    int err = import->calls.picture(import->calls.arg, path, media, &import->why);
    return err ? err : vt_buf_printf(&import->body, "%s\"%s\"", first ? "" : ",", media);
}

static void put_pictures(struct vt_import *import, const json_t *product, struct vt_str sku)
{
    const json_t *pictures = json_object_get(product, "pictures"), *picture;
    size_t i, n = 0;
    vt_buf_text(&import->body, ",\"media\":[");
    json_array_foreach(pictures, i, picture)
    {
        struct vt_str path = { json_string_value(picture), json_string_length(picture) };
        vt_buf_reset(&import->why);
        int err = VT_ERR_INVALID;
        if (n < VT_IMPORT_PICTURES && path.ptr)
            err = vt_addresses_is_one(path) ? put_address(import, sku, path, n == 0)
                                            : put_file(import, path, n == 0);
        if (!err) {
            n++;
            continue;
        }
        if (import->why.len == 0)
            vt_buf_printf(&import->why,
                          path.ptr ? "more than %d pictures: the rest is left out" : "a picture is no text",
                          VT_IMPORT_PICTURES);
        import->calls.refused(import->calls.arg, import->number, sku, vt_buf_view(&import->why));
        if (n >= VT_IMPORT_PICTURES)
            break;
    }
    vt_buf_byte(&import->body, ']');
    vt_buf_reset(&import->why);
}

/* --- the spin: all of it, or none, since a turn with a hole is no turn ------------------------- */

static struct vt_str text_of(const json_t *picture)
{
    return (struct vt_str){ json_string_value(picture), json_string_length(picture) };
}

/* The sizes of frames by address are known once they are fetched; they are compared when they are served. */
static int check_frames(struct vt_import *import, const json_t *frames)
{
    uint32_t first[2] = { 0 }, size[2];
    const json_t *frame;
    size_t i;
    json_array_foreach(frames, i, frame)
    {
        struct vt_str path = text_of(frame);
        if (!path.ptr) {
            vt_buf_printf(&import->why, "frame %zu is no text", i + 1);
            return VT_ERR_INVALID;
        }
        if (vt_addresses_is_one(path) || !import->calls.size)
            continue;
        int err = import->calls.size(import->calls.arg, path, size, &import->why);
        if (err)
            return err;
        if (first[0] == 0)
            memcpy(first, size, sizeof(first));
        if (memcmp(first, size, sizeof(first)) == 0)
            continue;
        vt_buf_printf(
            &import->why, "frame %zu, \"%.*s\", is %u x %u pixels, the first %u x %u; export all in one size",
            i + 1, (int)(path.len < 200 ? path.len : 200), path.ptr, size[0], size[1], first[0], first[1]);
        return VT_ERR_INVALID;
    }
    return VT_OK;
}

static int check_spin(struct vt_import *import, const json_t *frames)
{
    size_t n = json_array_size(frames);
    if (json_is_array(frames) && n >= VT_SPIN_LEAST && n <= VT_SPIN_MOST)
        return check_frames(import, frames);
    if (json_is_array(frames))
        vt_buf_printf(&import->why, "%zu pictures; a spin takes %d to %d, once around", n, VT_SPIN_LEAST,
                      VT_SPIN_MOST);
    else
        vt_buf_text(&import->why, "it must be a list of pictures, once around");
    return VT_ERR_INVALID;
}

static int put_frames(struct vt_import *import, const json_t *frames, struct vt_str sku)
{
    const json_t *frame;
    size_t i;
    int err = vt_buf_text(&import->body, ",\"spin\":[");
    json_array_foreach(frames, i, frame)
    {
        struct vt_str path = text_of(frame);
        if (!err)
            err = vt_addresses_is_one(path) ? put_address(import, sku, path, i == 0)
                                            : put_file(import, path, i == 0);
    }
    return err ? err : vt_buf_byte(&import->body, ']');
}

/* A spin that cannot be taken is named, and its product goes on without it. */
static void put_spin(struct vt_import *import, const json_t *product, struct vt_str sku)
{
    const json_t *frames = json_object_get(product, "spin");
    size_t before = import->body.len;
    vt_buf_reset(&import->why);
    if (!frames)
        return;
    int err = check_spin(import, frames);
    if (!err)
        err = put_frames(import, frames, sku);
    if (!err || import->body.failed)
        return;
    import->body.len = before;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(1024);
    vt_buf_printf(&why, "spin: %s", vt_buf_cstr(&import->why));
    import->calls.refused(import->calls.arg, import->number, sku, vt_buf_view(&why));
    vt_buf_reset(&import->why);
}

static int put_variant(struct vt_import *import, const json_t *variant, bool first)
{
    struct vt_str sku, price = vt_json_text(variant, "price"), was;
    int err = json_is_object(variant) ? take_sku(import, variant, &sku) : VT_ERR_INVALID;
    if (!err && json_object_get(variant, "price"))
        err = take_price(variant, "price", &price, &import->why);
    if (!err)
        err = take_was(variant, &was, &import->why);
    if (err)
        return err;
    const json_t *available = json_object_get(variant, "available");
    vt_buf_text(&import->body, first ? "{" : ",{");
    vt_json_put_text(&import->body, "sku", sku);
    put_line(&import->body, "size", vt_json_text(variant, "size"), OPTION_MOST);
    put_line(&import->body, "colour", vt_json_text(variant, "colour"), OPTION_MOST);
    put_line(&import->body, "material", vt_json_text(variant, "material"), OPTION_MOST);
    vt_json_put_text(&import->body, "price", price);
    vt_json_put_text(&import->body, "was", was);
    vt_buf_printf(&import->body, ",\"available\":%s}", json_is_false(available) ? "false" : "true");
    return vt_map_set(&import->skus, sku, import);
}

static int put_variants(struct vt_import *import, const json_t *product)
{
    const json_t *variants = json_object_get(product, "variants"), *variant;
    size_t i;
    if (json_array_size(variants) > VT_IMPORT_VARIANTS) {
        vt_buf_printf(&import->why, "variants: %zu of them, at most %d are taken", json_array_size(variants),
                      VT_IMPORT_VARIANTS);
        return VT_ERR_FULL;
    }
    vt_buf_text(&import->body, ",\"variants\":[");
    json_array_foreach(variants, i, variant)
    {
        int err = put_variant(import, variant, i == 0);
        if (!err)
            continue;
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf why = VT_BUF_INIT(512);
        vt_buf_printf(&why, "variant %zu: %s", i + 1,
                      import->why.len ? vt_buf_cstr(&import->why) : "must be an object");
        vt_buf_reset(&import->why);
        vt_buf_str(&import->why, vt_buf_view(&why));
        return err;
    }
    return vt_buf_text(&import->body, "]}");
}

/* Names taken so far map to `calls`; those of the product at hand to `import`, until it is good: a
 * product that is refused must not keep its variants' names from a later one. */
static void settle_skus(struct vt_import *import, const json_t *product, bool good)
{
    const json_t *variant;
    size_t i;
    json_array_foreach(json_object_get(product, "variants"), i, variant)
    {
        struct vt_str name = vt_json_text(variant, "sku");
        if (!name.ptr || vt_map_get(&import->skus, name) != import)
            continue;
        if (good)
            vt_map_set(&import->skus, name, &import->calls); /* replaces: needs no memory */
        else
            vt_map_remove(&import->skus, name);
    }
}

static int put_product(struct vt_import *import, const json_t *product, struct vt_str *ret_sku)
{
    struct vt_str title, price, was, currency, url = vt_json_text(product, "url");
    int err = take_sku(import, product, ret_sku);
    if (!err)
        err = vt_json_take_text(product, "title", 1, 4 * TITLE_MOST, &title, &import->why);
    if (!err)
        err = take_price(product, "price", &price, &import->why);
    if (!err)
        err = take_was(product, &was, &import->why);
    if (!err)
        err = take_currency(import, product, &currency);
    if (!err && url.ptr && !is_url(url)) {
        vt_buf_text(&import->why,
                    "url must be a path such as /products/ring/, or http(s)://, at most 2048 bytes");
        err = VT_ERR_INVALID;
    }
    if (err)
        return err;
    vt_buf_text(&import->body, "{");
    vt_json_put_text(&import->body, "sku", *ret_sku);
    put_line(&import->body, "title", title, TITLE_MOST);
    vt_json_put_text(&import->body, "price", price);
    vt_json_put_text(&import->body, "was", was);
    vt_json_put_text(&import->body, "currency", currency);
    vt_json_put_text(&import->body, "url", url);
    put_line(&import->body, "type", vt_json_text(product, "type"), TYPE_MOST);
    put_line(&import->body, "brand", vt_json_text(product, "brand"), OPTION_MOST);
    put_line(&import->body, "material", vt_json_text(product, "material"), OPTION_MOST);
    put_line(&import->body, "description", vt_json_text(product, "description"), TEXT_MOST);
    put_length(import, product, *ret_sku, "product_width", "width_mm");
    put_length(import, product, *ret_sku, "product_height", "height_mm");
    put_pictures(import, product, *ret_sku);
    put_spin(import, product, *ret_sku);
    return put_variants(import, product);
}

/* --- one product --------------------------------------------------------------------------- */

int vt_import_take(struct vt_import *import, size_t number, const json_t *product)
{
    struct vt_str sku = { 0 };
    vt_buf_reset(&import->why);
    vt_buf_reset(&import->body);
    import->number = number;
    int err = VT_ERR_INVALID;
    if (import->taken == VT_IMPORT_PRODUCTS)
        vt_buf_printf(&import->why, "more than %d products: the rest is left out", VT_IMPORT_PRODUCTS);
    else if (json_is_object(product))
        err = put_product(import, product, &sku);
    else
        vt_buf_text(&import->why, "a product must be an object");
    if (err == VT_OK && import->body.failed) {
        vt_buf_text(&import->why, "the product is larger than 64 KiB");
        err = VT_ERR_FULL;
    }
    if (err == VT_OK)
        err = vt_map_set(&import->skus, sku, &import->calls);
    if (err == VT_ERR_NOMEM)
        return err;
    settle_skus(import, product, err == VT_OK);
    if (err != VT_OK) {
        import->calls.refused(import->calls.arg, number, sku, vt_buf_view(&import->why));
        return VT_OK;
    }
    import->taken++;
    return import->calls.product(import->calls.arg, sku, vt_buf_view(&import->body), product);
}

/* --- life ---------------------------------------------------------------------------------- */

struct vt_import *vt_import_create(const struct vt_import_calls *calls)
{
    struct vt_import *import = calloc(1, sizeof(*import));
    if (!import)
        return NULL;
    import->calls = *calls;
    vt_map_init(&import->skus);
    vt_buf_init(&import->why, 512);
    vt_buf_init(&import->body, VT_IMPORT_BODY);
    return import;
}

void vt_import_destroy(struct vt_import *import)
{
    if (!import)
        return;
    vt_map_finish(&import->skus);
    vt_buf_finish(&import->why);
    vt_buf_finish(&import->body);
    free(import);
}

void vt_import_currency(struct vt_import *import, struct vt_str currency)
{
    if (vt_feed_is_currency(currency))
        vt_str_copy(import->currency, sizeof(import->currency), currency);
}
