/* SPDX-License-Identifier: Apache-2.0 */
/* Merchant feeds as tables: RFC 4180 with tabs, commas, semicolons or bars between cells, whichever the line
 * of names has most of. Quotes mean something only where a cell begins with one. */
#include <string.h>

#include "server/base/err.h"
#include "server/catalogue/feed.h"
#include "server/catalogue/feed_source.h"

enum { COLUMNS = 256, HEAD_BYTES = 16 << 10, CELL_LIMIT = 8 << 20 };

enum where { CELL_START, IN_PLAIN, IN_QUOTES, BEHIND_QUOTE };

struct reading {
    const struct vt_feed_calls *calls;
    struct vt_feed_row row;
    enum vt_feed_field columns[COLUMNS];
    size_t columns_n;
    struct vt_buf cell; /* of the line of names */
    char separator;
    bool has_names, has_cells; /* has_cells: of the row at hand */
    enum where where;
    size_t column, line, quoted_since, cell_bytes;
    struct vt_buf *error;
};

/* Names are few and short: the first line has to fit into the first chunk. */
static char find_separator(struct vt_str head)
{
    static const char candidates[] = "\t,;|";
    const char *line_end = memchr(head.ptr, '\n', head.len);
    size_t len = line_end ? (size_t)(line_end - head.ptr) : head.len, best = 0;
    char found = ',';
    for (const char *c = candidates; *c; c++) {
        size_t n = 0;
        for (size_t i = 0; i < len; i++)
            n += head.ptr[i] == *c;
        if (n > best) {
            best = n;
            found = *c;
        }
    }
    return found;
}

static bool is_known(const struct reading *reading, enum vt_feed_field field)
{
    for (size_t i = 0; i < reading->columns_n; i++)
        if (reading->columns[i] == field)
            return true;
    return false;
}

static const struct need {
    enum vt_feed_field field;
    const char *name;
} of_products[] = { { VT_FEED_ID, "id" }, { VT_FEED_TITLE, "title" }, { VT_FEED_PRICE, "price" } },
  of_stock[] = { { VT_FEED_ID, "id" }, { VT_FEED_BRANCH, "store_code" }, { VT_FEED_QUANTITY, "quantity" } };

static int end_names(struct reading *reading)
{
    const struct need *needed = reading->calls->is_stock ? of_stock : of_products;
    reading->has_names = true;
    for (size_t i = 0; i < VT_COUNT(of_products); i++)
        if (!is_known(reading, needed[i].field)) {
            vt_buf_printf(
                reading->error,
                "The first line must name the columns, and there is no \"%s\" among them: this is no %s.",
                needed[i].name, reading->calls->is_stock ? "table of stock" : "feed");
            return VT_ERR_INVALID;
        }
    return VT_OK;
}

static int end_cell(struct reading *reading)
{
    size_t column = reading->column++;
    reading->where = CELL_START;
    reading->cell_bytes = 0;
    if (reading->has_names)
        return VT_OK;
    if (column == COLUMNS) {
        vt_buf_printf(reading->error, "The table has more than %d columns.", COLUMNS);
        return VT_ERR_FULL;
    }
    enum vt_feed_field field = vt_feed_field(vt_buf_view(&reading->cell));
    reading->columns[column] = is_known(reading, field) ? VT_FEED_FIELDS : field;
    reading->columns_n = column + 1;
    vt_buf_reset(&reading->cell);
    return VT_OK;
}

static int end_row(struct reading *reading)
{
    int err = end_cell(reading);
    bool has_cells = reading->has_cells;
    reading->column = 0;
    reading->has_cells = false;
    if (err || !has_cells)
        return err;
    if (!reading->has_names)
        return end_names(reading);
    if (++reading->row.number > VT_FEED_ROWS) {
        vt_buf_printf(reading->error, "The table has more than %d rows.", VT_FEED_ROWS);
        return VT_ERR_FULL;
    }
    err = reading->calls->row(reading->calls->arg, &reading->row);
    vt_feed_row_reset(&reading->row);
    return err;
}

static void put(struct reading *reading, const char *bytes, size_t n)
{
    if (n == 0)
        return;
    reading->has_cells = true;
    reading->cell_bytes += n;
    if (!reading->has_names)
        vt_feed_add(&reading->cell, bytes, n);
    else if (reading->column < reading->columns_n && reading->columns[reading->column] != VT_FEED_FIELDS)
        vt_feed_add(&reading->row.fields[reading->columns[reading->column]], bytes, n);
}

/* One character that may mean something where we are. */
static int take(struct reading *reading, char c)
{
    if (reading->where == IN_QUOTES) {
        if (c == '"')
            reading->where = BEHIND_QUOTE;
        else
            put(reading, &c, 1);
        return VT_OK;
    }
    if (c == '"' && reading->where != IN_PLAIN) {
        if (reading->where == BEHIND_QUOTE)
            put(reading, &c, 1); /* "" inside quotes is one */
        else
            reading->quoted_since = reading->line;
        reading->where = IN_QUOTES;
        return VT_OK;
    }
    if (c == reading->separator)
        return end_cell(reading);
    if (c == '\n')
        return end_row(reading);
    if (c != '\r') {
        put(reading, &c, 1);
        reading->where = IN_PLAIN;
    }
    return VT_OK;
}

static bool is_special(const struct reading *reading, char c)
{
    return c == '"' || c == '\n' || c == '\r' || c == reading->separator;
}

static int read_bytes(struct reading *reading, struct vt_str bytes)
{
    for (size_t i = 0; i < bytes.len;) {
        size_t run = i;
        bool inside = reading->where == IN_QUOTES || reading->where == IN_PLAIN;
        while (inside && run < bytes.len && !is_special(reading, bytes.ptr[run]))
            run++;
        put(reading, bytes.ptr + i, run - i);
        i = run;
        if (i == bytes.len)
            break;
        reading->line += bytes.ptr[i] == '\n';
        int err = take(reading, bytes.ptr[i++]);
        if (err)
            return err;
        if (reading->where == IN_QUOTES && reading->cell_bytes > CELL_LIMIT) {
            vt_buf_printf(reading->error, "The quote that is opened in line %zu is not closed.",
                          reading->quoted_since);
            return VT_ERR_INVALID;
        }
    }
    return VT_OK;
}

static int end_table(struct reading *reading)
{
    if (reading->where == IN_QUOTES) {
        vt_buf_printf(reading->error,
                      "The quote that is opened in line %zu is not closed; the file may be cut off.",
                      reading->quoted_since);
        return VT_ERR_INVALID;
    }
    int err = end_row(reading);
    if (!err && reading->row.number == 0) {
        vt_buf_text(reading->error, "The table has no row but its first.");
        err = VT_ERR_INVALID;
    }
    return err;
}

int vt_feed_table(struct vt_feed_source *source, const struct vt_feed_calls *calls, struct vt_buf *ret_error)
{
    struct reading reading = {
        .calls = calls, .line = 1, .cell = VT_BUF_INIT(HEAD_BYTES), .error = ret_error
    };
    struct vt_str bytes;
    int err;
    vt_feed_row_init(&reading.row);
    do {
        err = vt_feed_source_next(source, &bytes);
        if (!err && !reading.separator && bytes.len > 0)
            reading.separator = find_separator(bytes);
        if (!err)
            err = bytes.len > 0 ? read_bytes(&reading, bytes) : end_table(&reading);
    } while (!err && bytes.len > 0);
    vt_buf_finish(&reading.cell);
    vt_feed_row_finish(&reading.row);
    return err;
}
