/* SPDX-License-Identifier: Apache-2.0 */
/* Merchant feeds in XML: RSS 2.0 (item) and Atom (entry). Attributes are the direct children of an item,
 * by their local names: one with a prefix ("g:title") goes before one without. */
#include <expat.h>
#include <string.h>

#include "server/base/err.h"
#include "server/catalogue/feed.h"
#include "server/catalogue/feed_source.h"

enum { DEPTH_MOST = 64 };

struct reading {
    XML_Parser parser;
    const struct vt_feed_calls *calls;
    struct vt_feed_row row;
    bool strong[VT_FEED_FIELDS]; /* it came with a prefix */
    int depth, item;             /* item: the depth of the one we are in; 0: in none */
    enum vt_feed_field field;    /* that we are in; VT_FEED_FIELDS: none */
    bool any;
    int err;
    struct vt_buf *error;
};

static void stop(struct reading *reading, int err, const char *why)
{
    if (reading->err)
        return;
    reading->err = err;
    if (why)
        vt_buf_printf(reading->error, "%s (line %lu).", why, XML_GetCurrentLineNumber(reading->parser));
    XML_StopParser(reading->parser, XML_FALSE);
}

static bool is_item(const char *name)
{
    return strcmp(name, "item") == 0 || strcmp(name, "entry") == 0;
}

/* Atom has its links as attributes. */
static void add_href(struct reading *reading, const char **attributes)
{
    const char *href = NULL, *rel = "alternate";
    for (size_t i = 0; attributes[i]; i += 2) {
        if (strcmp(attributes[i], "href") == 0)
            href = attributes[i + 1];
        if (strcmp(attributes[i], "rel") == 0)
            rel = attributes[i + 1];
    }
    struct vt_buf *link = &reading->row.fields[VT_FEED_LINK];
    if (href && link->len == 0 && strcmp(rel, "alternate") == 0)
        vt_feed_add(link, href, strlen(href));
}

static void begin_field(struct reading *reading, const char *name, const char **attributes)
{
    enum vt_feed_field field = vt_feed_field(vt_str(name));
    bool strong = strchr(name, ':') != NULL;
    reading->field = VT_FEED_FIELDS;
    if (field == VT_FEED_FIELDS || (reading->strong[field] && !strong))
        return;
    struct vt_buf *to = &reading->row.fields[field];
    if (field == VT_FEED_LINK)
        add_href(reading, attributes);
    if (strong && !reading->strong[field])
        vt_buf_reset(to);
    else if (to->len > 0 && field != VT_FEED_IMAGES)
        return; /* of two alike the first counts */
    else if (to->len > 0)
        vt_feed_add(to, "\n", 1);
    reading->strong[field] = strong;
    reading->field = field;
}

static void handle_start(void *arg, const char *name, const char **attributes)
{
    struct reading *reading = arg;
    if (++reading->depth > DEPTH_MOST) {
        stop(reading, VT_ERR_INVALID, "The XML is nested more than 64 deep");
        return;
    }
    if (reading->item == 0 && is_item(name)) {
        reading->item = reading->depth;
        reading->row.number++;
        reading->any = true;
        reading->field = VT_FEED_FIELDS;
        vt_feed_row_reset(&reading->row);
        memset(reading->strong, 0, sizeof(reading->strong));
    } else if (reading->item > 0 && reading->depth == reading->item + 1) {
        begin_field(reading, name, attributes);
    } else if (reading->item > 0 && reading->field != VT_FEED_FIELDS) {
        vt_feed_add(&reading->row.fields[reading->field], " ", 1); /* <p>One</p><p>Two</p> */
    }
}

static void handle_end(void *arg, const char *name)
{
    struct reading *reading = arg;
    (void)name;
    if (reading->item > 0 && reading->depth == reading->item + 1)
        reading->field = VT_FEED_FIELDS;
    if (reading->item > 0 && reading->depth == reading->item) {
        reading->item = 0;
        int err = reading->row.number > VT_FEED_ROWS
                      ? VT_ERR_FULL
                      : reading->calls->row(reading->calls->arg, &reading->row);
        if (err)
            stop(reading, err, err == VT_ERR_FULL ? "The feed has more items than are taken" : NULL);
    }
    reading->depth--;
}

static void handle_text(void *arg, const char *bytes, int n)
{
    struct reading *reading = arg;
    if (reading->field != VT_FEED_FIELDS)
        vt_feed_add(&reading->row.fields[reading->field], bytes, (size_t)n);
}

/* A document type is where entities that grow, and other files, come from. */
static void handle_doctype(void *arg, const char *name, const char *system, const char *public,
                           int has_internal)
{
    (void)name, (void)system, (void)public, (void)has_internal;
    stop(arg, VT_ERR_INVALID, "The XML has a document type (<!DOCTYPE…>), which is not taken");
}

static void explain(struct reading *reading)
{
    if (reading->err)
        return;
    reading->err = XML_GetErrorCode(reading->parser) == XML_ERROR_NO_MEMORY ? VT_ERR_NOMEM : VT_ERR_INVALID;
    vt_buf_printf(reading->error, "The XML is broken at line %lu: %s.",
                  XML_GetCurrentLineNumber(reading->parser),
                  XML_ErrorString(XML_GetErrorCode(reading->parser)));
}

static void read_all(struct reading *reading, struct vt_feed_source *source)
{
    struct vt_str bytes;
    do {
        reading->err = vt_feed_source_next(source, &bytes);
        if (!reading->err &&
            XML_Parse(reading->parser, bytes.ptr, (int)bytes.len, bytes.len == 0) != XML_STATUS_OK)
            explain(reading);
    } while (!reading->err && bytes.len > 0);
    if (!reading->err && !reading->any) {
        vt_buf_text(reading->error,
                    "The XML holds no product: neither an <item> (RSS) nor an <entry> (Atom).");
        reading->err = VT_ERR_INVALID;
    }
}

int vt_feed_xml(struct vt_feed_source *source, const struct vt_feed_calls *calls, struct vt_buf *ret_error)
{
    struct reading reading = { .calls = calls, .field = VT_FEED_FIELDS, .error = ret_error };
    reading.parser = XML_ParserCreate("UTF-8"); /* the source has seen to it, whatever the file declares */
    if (!reading.parser)
        return VT_ERR_NOMEM;
    vt_feed_row_init(&reading.row);
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, handle_start, handle_end);
    XML_SetCharacterDataHandler(reading.parser, handle_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, handle_doctype);
    read_all(&reading, source);
    XML_ParserFree(reading.parser);
    vt_feed_row_finish(&reading.row);
    return reading.err;
}
