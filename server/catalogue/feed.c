/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/feed.h"

#include <string.h>

#include "server/base/err.h"
#include "server/catalogue/feed_source.h"

/* The names shops use, folded as read_name does. The first of a field is Google's own. */
static const struct {
    const char *name;
    enum vt_feed_field field;
} names[] = {
    { "id", VT_FEED_ID },
    { "sku", VT_FEED_ID },
    { "item_group_id", VT_FEED_GROUP },
    { "title", VT_FEED_TITLE },
    { "name", VT_FEED_TITLE },
    { "description", VT_FEED_TEXT },
    { "summary", VT_FEED_TEXT },
    { "content", VT_FEED_TEXT },
    { "link", VT_FEED_LINK },
    { "url", VT_FEED_LINK },
    { "image_link", VT_FEED_IMAGE },
    { "additional_image_link", VT_FEED_IMAGES },
    { "additional_image_links", VT_FEED_IMAGES },
    { "price", VT_FEED_PRICE },
    { "sale_price", VT_FEED_SALE },
    { "sale_price_effective_date", VT_FEED_SALE_DATES },
    { "availability", VT_FEED_AVAILABILITY },
    { "brand", VT_FEED_BRAND },
    { "product_type", VT_FEED_TYPE },
    { "google_product_category", VT_FEED_CATEGORY },
    { "color", VT_FEED_COLOUR },
    { "colour", VT_FEED_COLOUR },
    { "size", VT_FEED_SIZE },
    { "material", VT_FEED_MATERIAL },
    { "product_width", VT_FEED_WIDTH },
    { "product_height", VT_FEED_HEIGHT },
    { "store_code", VT_FEED_BRANCH },
    { "branch", VT_FEED_BRANCH },
    { "quantity", VT_FEED_QUANTITY },
};

enum { NAME_BYTES = 40 };

enum vt_feed_field vt_feed_field(struct vt_str name)
{
    char folded[NAME_BYTES];
    const char *colon = name.len > 0 ? memrchr(name.ptr, ':', name.len) : NULL;
    if (colon)
        name = (struct vt_str){ colon + 1, name.len - (size_t)(colon + 1 - name.ptr) };
    while (name.len > 0 && name.ptr[name.len - 1] == ' ')
        name.len--;
    for (; name.len > 0 && name.ptr[0] == ' '; name.len--)
        name.ptr++;
    if (name.len == 0 || name.len >= sizeof(folded))
        return VT_FEED_FIELDS;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        folded[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c == ' ' || c == '-' ? '_' : c);
    }
    for (size_t i = 0; i < VT_COUNT(names); i++)
        if (vt_str_eq((struct vt_str){ folded, name.len }, vt_str(names[i].name)))
            return names[i].field;
    return VT_FEED_FIELDS;
}

void vt_feed_row_init(struct vt_feed_row *row)
{
    row->number = 0;
    for (int i = 0; i < VT_FEED_FIELDS; i++)
        vt_buf_init(&row->fields[i], VT_FEED_CELL);
}

void vt_feed_row_finish(struct vt_feed_row *row)
{
    for (int i = 0; i < VT_FEED_FIELDS; i++)
        vt_buf_finish(&row->fields[i]);
}

void vt_feed_row_reset(struct vt_feed_row *row)
{
    for (int i = 0; i < VT_FEED_FIELDS; i++)
        vt_buf_reset(&row->fields[i]);
}

/* Not all of it may have room; then what is kept ends somewhere inside and the reader of the field cuts it at
 * a character. */
void vt_feed_add(struct vt_buf *field, const char *bytes, size_t n)
{
    size_t room = field->max_bytes - field->len;
    vt_buf_append(field, bytes, n < room ? n : room);
}

/* --- which kind it is --------------------------------------------------------------------------- */

static int first_character(struct vt_feed_source *source, char *ret_c)
{
    struct vt_str bytes;
    *ret_c = '\0';
    do {
        int err = vt_feed_source_next(source, &bytes);
        if (err)
            return err;
        for (size_t i = 0; i < bytes.len && !*ret_c; i++)
            if (!strchr(" \t\r\n", bytes.ptr[i]))
                *ret_c = bytes.ptr[i];
    } while (bytes.len > 0 && !*ret_c);
    vt_feed_source_rewind(source);
    return VT_OK;
}

int vt_feed_read(int fd, const struct vt_feed_calls *calls, struct vt_buf *ret_error)
{
    struct vt_feed_source *source = vt_feed_source_open(fd, ret_error);
    char first;
    if (!source)
        return VT_ERR_INVALID;
    int err = first_character(source, &first);
    if (!err && !first) {
        vt_buf_text(ret_error, "The file is empty.");
        err = VT_ERR_INVALID;
    } else if (!err && calls->is_stock && strchr("<{[", first)) {
        vt_buf_text(ret_error, "Stock comes as a table with the columns id, store_code and quantity.");
        err = VT_ERR_INVALID;
    } else if (!err) {
        err = first == '<'                   ? vt_feed_xml(source, calls, ret_error)
              : first == '{' || first == '[' ? vt_feed_json(source, calls, ret_error)
                                             : vt_feed_table(source, calls, ret_error);
    }
    vt_feed_source_close(source);
    if (err && ret_error->len == 0)
        vt_buf_printf(ret_error, "The file could not be read to its end: %s.", vt_err_name(err));
    return err;
}
