/* SPDX-License-Identifier: Apache-2.0 */
/* Vitrine's JSON, product by product: the brackets are counted here, and what lies between those of one
 * product is given to the JSON library. The file is read twice, since its currency may stand behind its
 * products. */
#include <string.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/catalogue/feed.h"
#include "server/catalogue/feed_source.h"

enum { PRODUCT_BYTES = 4 << 20, HEAD_BYTES = 4096 };

enum where {
    OPENING,
    BEFORE_KEY,
    IN_KEY,
    BEFORE_COLON,
    BEFORE_VALUE,
    IN_VALUE,
    BEHIND_VALUE,
    BEFORE_PRODUCT,
    IN_PRODUCT,
    BEHIND_PRODUCT,
    CLOSED
};

struct reading {
    const struct vt_feed_calls *calls;
    bool wants_products; /* the second time through */
    enum where where;
    bool in_text, escaped, first; /* first: nothing stands before it in its list */
    size_t nest, at, number;
    struct vt_buf key, piece; /* piece: {"v": and what is being read */
    bool dropped;             /* there was no room for all of it */
    bool has_version, has_products;
    unsigned versions; /* how often it says one */
    struct vt_buf currency;
    struct vt_buf *error;
};

static int broken(struct reading *reading, const char *what)
{
    vt_buf_printf(reading->error, "The JSON is broken at byte %zu: %s", reading->at, what);
    return VT_ERR_INVALID;
}

static void begin_piece(struct reading *reading)
{
    vt_buf_reset(&reading->piece);
    vt_buf_text(&reading->piece, "{\"v\":");
    reading->nest = 0;
    reading->in_text = reading->escaped = reading->dropped = false;
}

static void put(struct reading *reading, char c)
{
    bool wanted = reading->wants_products || reading->where == IN_VALUE;
    if (wanted && !reading->dropped)
        reading->dropped = vt_buf_byte(&reading->piece, c) != VT_OK;
}

/* --- what has come to its end ------------------------------------------------------------------- */

static int end_value(struct reading *reading)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    if (reading->dropped || reading->wants_products)
        return VT_OK; /* a long one is none we know */
    vt_buf_byte(&reading->piece, '}');
    VT_CLEANUP(vt_json_unref)
    json_t *tree = vt_json_parse(vt_buf_view(&reading->piece), PRODUCT_BYTES, &why);
    const json_t *value = json_object_get(tree, "v");
    if (!tree)
        return broken(reading, vt_buf_cstr(&why));
    if (vt_str_eq(vt_buf_view(&reading->key), VT_STR("version")))
        reading->has_version = ++reading->versions == 1 && json_is_integer(value) &&
                               json_integer_value(value) == 1;
    if (vt_str_eq(vt_buf_view(&reading->key), VT_STR("currency")) && json_is_string(value)) {
        vt_buf_reset(&reading->currency);
        vt_buf_text(&reading->currency, json_string_value(value));
    }
    return VT_OK;
}

static int end_product(struct reading *reading)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    if (++reading->number > VT_FEED_ROWS) {
        vt_buf_printf(reading->error, "The file has more than %d products.", VT_FEED_ROWS);
        return VT_ERR_FULL;
    }
    if (!reading->wants_products)
        return VT_OK;
    if (reading->dropped)
        return reading->calls->unreadable(reading->calls->arg, reading->number,
                                          VT_STR("the product is larger than 4 MiB"));
    vt_buf_byte(&reading->piece, '}');
    VT_CLEANUP(vt_json_unref)
    json_t *tree = vt_json_parse(vt_buf_view(&reading->piece), PRODUCT_BYTES + 16, &why);
    return tree ? reading->calls->product(reading->calls->arg, reading->number, json_object_get(tree, "v"))
                : broken(reading, vt_buf_cstr(&why));
}

/* --- characters --------------------------------------------------------------------------------- */

/* Inside a value: true when `c` is behind its end. */
static bool ends_piece(struct reading *reading, char c)
{
    if (reading->in_text) {
        bool ends = c == '"' && !reading->escaped;
        reading->escaped = c == '\\' && !reading->escaped;
        reading->in_text = !ends;
    } else if (c == '"') {
        reading->in_text = true;
    } else if (c == '{' || c == '[') {
        reading->nest++;
    } else if (c == '}' || c == ']') {
        if (reading->nest == 0)
            return true;
        reading->nest--;
    } else if (c == ',' && reading->nest == 0) {
        return true;
    }
    put(reading, c);
    return false;
}

static int take_key(struct reading *reading, char c)
{
    if (c == '"' && !reading->escaped) {
        reading->where = BEFORE_COLON;
        return VT_OK;
    }
    reading->escaped = c == '\\' && !reading->escaped;
    vt_buf_byte(&reading->key, c); /* one too long is none we know */
    return VT_OK;
}

static int begin_value(struct reading *reading, char c)
{
    begin_piece(reading);
    if (!vt_str_eq(vt_buf_view(&reading->key), VT_STR("products"))) {
        reading->where = IN_VALUE;
        return ends_piece(reading, c) ? broken(reading, "a value is missing.") : VT_OK;
    }
    if (c != '[' || reading->has_products) {
        vt_buf_text(reading->error, "\"products\" is there twice, or no list.");
        return VT_ERR_INVALID;
    }
    reading->has_products = true;
    reading->where = BEFORE_PRODUCT;
    reading->first = true;
    return VT_OK;
}

static int begin_product(struct reading *reading, char c)
{
    if (c == ']' && reading->first) {
        reading->where = BEHIND_VALUE;
        return VT_OK;
    }
    begin_piece(reading);
    reading->where = IN_PRODUCT;
    reading->first = false;
    return ends_piece(reading, c) ? broken(reading, "a product is missing.") : VT_OK;
}

static int take_between(struct reading *reading, char c)
{
    switch (reading->where) {
    case OPENING:
        reading->where = BEFORE_KEY;
        reading->first = true;
        return c == '{' ? VT_OK : broken(reading, "it must be an object.");
    case BEFORE_KEY:
        if (c == '}' && reading->first) {
            reading->where = CLOSED;
            return VT_OK;
        }
        vt_buf_reset(&reading->key);
        reading->first = reading->escaped = false;
        reading->where = IN_KEY;
        return c == '"' ? VT_OK : broken(reading, "a name is missing.");
    case BEFORE_COLON:
        reading->where = BEFORE_VALUE;
        return c == ':' ? VT_OK : broken(reading, "a colon is missing.");
    case BEFORE_VALUE:
        return begin_value(reading, c);
    case BEFORE_PRODUCT:
        return begin_product(reading, c);
    case BEHIND_PRODUCT:
        reading->where = c == ',' ? BEFORE_PRODUCT : BEHIND_VALUE;
        return c == ',' || c == ']' ? VT_OK : broken(reading, "a comma is missing.");
    case BEHIND_VALUE:
        reading->where = c == ',' ? BEFORE_KEY : CLOSED;
        return c == ',' || c == '}' ? VT_OK : broken(reading, "a comma is missing.");
    default:
        return broken(reading, "something stands behind its end.");
    }
}

static int take(struct reading *reading, char c)
{
    int err;
    if (reading->where == IN_KEY)
        return take_key(reading, c);
    if (reading->where != IN_VALUE && reading->where != IN_PRODUCT)
        return strchr(" \t\r\n", c) ? VT_OK : take_between(reading, c);
    if (!ends_piece(reading, c))
        return VT_OK;
    if (reading->where == IN_VALUE) {
        err = end_value(reading);
        reading->where = BEHIND_VALUE;
    } else {
        err = end_product(reading);
        reading->where = BEHIND_PRODUCT;
    }
    return err ? err : take_between(reading, c);
}

/* --- the file ----------------------------------------------------------------------------------- */

static int read_all(struct reading *reading, struct vt_feed_source *source)
{
    struct vt_str bytes;
    int err;
    reading->where = OPENING;
    reading->at = reading->number = 0;
    reading->has_products = false;
    do {
        err = vt_feed_source_next(source, &bytes);
        for (size_t i = 0; i < bytes.len && !err; i++, reading->at++)
            err = take(reading, bytes.ptr[i]);
    } while (!err && bytes.len > 0);
    return err || reading->where == CLOSED ? err : broken(reading, "it ends too early.");
}

static int check_head(struct reading *reading)
{
    if (!reading->has_version)
        vt_buf_text(reading->error,
                    "This is not Vitrine's JSON: it must begin with an object that holds \"version\":1.");
    else if (!reading->has_products)
        vt_buf_text(reading->error, "\"products\" is missing or no list.");
    else
        return VT_OK;
    return VT_ERR_INVALID;
}

int vt_feed_json(struct vt_feed_source *source, const struct vt_feed_calls *calls, struct vt_buf *ret_error)
{
    struct reading reading = { .calls = calls,
                               .key = VT_BUF_INIT(64),
                               .piece = VT_BUF_INIT(PRODUCT_BYTES),
                               .currency = VT_BUF_INIT(HEAD_BYTES),
                               .error = ret_error };
    int err = read_all(&reading, source);
    if (!err)
        err = check_head(&reading);
    if (!err) {
        if (reading.currency.len > 0)
            calls->currency(calls->arg, vt_buf_view(&reading.currency));
        reading.wants_products = true;
        vt_feed_source_rewind(source);
        err = read_all(&reading, source);
    }
    vt_buf_finish(&reading.key);
    vt_buf_finish(&reading.piece);
    vt_buf_finish(&reading.currency);
    return err;
}
