/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror_filter_node.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/base/buf.h"
#include "server/mirror_filter.h"
#include "server/mirror_text.h"

enum { NODE_DOCUMENT, NODE_DOCTYPE, NODE_ELEMENT, NODE_TEXT, NODE_CDATA, NODE_COMMENT };
enum { OUT_BYTES = 2 * VT_MIRROR_INFLATED_KEY, TAG_MOST = 64 };

static bool is_listed(const char *name, const char *const *sorted, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(name, sorted[mid]);
        if (order == 0)
            return true;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}
#define LISTED(name, list) is_listed(name, list, VT_COUNT(list))

static bool lower(const char *text, char ret[TAG_MOST])
{
    size_t n = text ? strlen(text) : 0;
    if (n == 0 || n >= TAG_MOST)
        return false;
    for (size_t i = 0; i <= n; i++)
        ret[i] = (char)tolower((unsigned char)text[i]);
    return true;
}

/* --- texts -------------------------------------------------------------------------------------- */

/* A style text that the guard has replaced by its hash. */
static bool is_css_hash(struct vt_str text)
{
    if (text.len != 7 + 64 || memcmp(text.ptr, "vt-css:", 7) != 0)
        return false;
    for (size_t i = 7; i < text.len; i++)
        if (!isxdigit((unsigned char)text.ptr[i]))
            return false;
    return true;
}

/* What may stand in place of `text`; a new value when it differs, else NULL. */
static json_t *cleaned(struct vt_cutting *cutting, const json_t *value, enum vt_text_kind kind)
{
    struct vt_str text = { json_string_value(value), json_string_length(value) };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(OUT_BYTES);
    bool differs = true;
    if (kind == VT_TEXT_NONE)
        differs = text.len > 0;
    else if (kind == VT_TEXT_PLAIN)
        differs = vt_mirror_mask(text, &out);
    else if (is_css_hash(text))
        differs = false;
    else
        vt_mirror_css(text, &out);
    if (out.failed)
        cutting->failed = true;
    if (!differs || vt_str_eq(vt_buf_view(&out), text))
        return NULL;
    json_t *made = json_stringn(vt_buf_view(&out).ptr, out.len);
    cutting->failed |= !made;
    cutting->changed = true;
    return made;
}

void vt_cut_loose_text(struct vt_cutting *cutting, json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (text && strchr(text, '{')) /* may be a style's */
        vt_cut_text(cutting, object, name, VT_TEXT_STYLE);
    vt_cut_text(cutting, object, name, VT_TEXT_PLAIN);
}

void vt_cut_text(struct vt_cutting *cutting, json_t *object, const char *name, enum vt_text_kind kind)
{
    const json_t *value = json_object_get(object, name);
    if (!value || json_is_null(value))
        return;
    if (!json_is_string(value)) {
        json_object_del(object, name);
        cutting->changed = true;
        return;
    }
    json_t *made = cleaned(cutting, value, kind);
    if (made)
        cutting->failed |= json_object_set_new(object, name, made) != 0;
}

void vt_cut_members(struct vt_cutting *cutting, json_t *object, const char *const *names)
{
    void *next;
    const char *name;
    json_t *value;
    json_object_foreach_safe(object, next, name, value)
    {
        const char *const *known = names;
        while (*known && strcmp(*known, name) != 0)
            known++;
        if (*known)
            continue;
        json_object_del(object, name);
        cutting->changed = true;
    }
}

/* --- attributes ---------------------------------------------------------------------------------- */

/* clang-format off */
/* What a look, a layout and a screen reader need; sorted, lower case. data-* and aria-* come on top. */
static const char *const allowed[] = {
    "_csstext", "abbr", "accept", "accept-charset", "accumulate", "additive", "align", "alignment-baseline",
    "allowfullscreen", "alt", "amplitude", "attributename", "attributetype", "autocapitalize", "autocomplete",
    "autofocus", "autoplay", "axis", "azimuth", "background", "basefrequency", "baseline-shift", "begin", "bgcolor",
    "border", "by", "calcmode", "cellpadding", "cellspacing", "charset", "checked", "class", "clear", "clip",
    "clip-path", "clip-rule", "clippathunits", "color", "color-interpolation", "color-interpolation-filters",
    "color-rendering", "cols", "colspan", "content-visibility", "contenteditable", "controls", "coords", "cr", "cx",
    "cy", "d", "datetime", "default", "diffuseconstant", "dir", "disabled", "display", "dominant-baseline", "dr",
    "draggable", "dur", "dx", "dy", "edgemode", "elevation", "enterkeyhint", "exponent", "exportparts", "face",
    "fill", "fill-opacity", "fill-rule", "filter", "filterres", "filterunits", "flood-color", "flood-opacity",
    "font-family", "font-size", "font-size-adjust", "font-stretch", "font-style", "font-variant", "font-weight",
    "for", "form", "fr", "from", "fx", "fy", "gradienttransform", "gradientunits", "headers", "height", "hidden",
    "high", "href", "hspace", "id", "image-rendering", "in", "in2", "inert", "inputmode", "intercept", "is", "ismap",
    "itemprop", "itemscope", "itemtype", "k1", "k2", "k3", "k4", "kernelmatrix", "kernelunitlength", "keypoints",
    "keysplines", "keytimes", "kind", "label", "lang", "lengthadjust", "letter-spacing", "lighting-color",
    "limitingconeangle", "list", "loading", "loop", "low", "marker-end", "marker-mid", "marker-start", "markerheight",
    "markerunits", "markerwidth", "mask", "maskcontentunits", "maskunits", "max", "maxlength", "media", "method",
    "min", "minlength", "mode", "multiple", "muted", "name", "nowrap", "numoctaves", "offset", "opacity", "open",
    "operator", "optimum", "order", "orient", "overflow", "paint-order", "part", "path", "pathlength", "pattern",
    "patterncontentunits", "patterntransform", "patternunits", "placeholder", "playsinline", "pointer-events",
    "points", "popover", "poster", "preload", "preservealpha", "preserveaspectratio", "primitiveunits", "r", "radius",
    "readonly", "refx", "refy", "rel", "repeatcount", "repeatdur", "required", "restart", "result", "reversed",
    "role", "rotate", "rows", "rowspan", "rr_dataurl", "rr_height", "rr_mediacurrenttime", "rr_medialoop",
    "rr_mediamuted", "rr_mediaplaybackrate", "rr_mediastate", "rr_mediavolume", "rr_open_mode", "rr_scrollleft",
    "rr_scrolltop", "rr_width", "rules", "rx", "ry", "scale", "scope", "seed", "selected", "shadowrootclonable",
    "shape", "shape-rendering", "size", "sizes", "slope", "slot", "span", "specularconstant", "specularexponent",
    "spellcheck", "spreadmethod", "src", "srclang", "srcset", "start", "stddeviation", "step", "stop-color",
    "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "stroke-opacity", "stroke-width", "style", "summary", "surfacescale", "tabindex",
    "tablevalues", "targetx", "targety", "text-anchor", "text-decoration", "text-rendering", "textlength", "title",
    "to", "transform", "transform-origin", "translate", "type", "usemap", "valign", "value", "values",
    "vector-effect", "version", "viewbox", "visibility", "vspace", "width", "word-spacing", "wrap", "writing-mode",
    "x", "x1", "x2", "xchannelselector", "xlink:href", "xml:lang", "xml:space", "xmlns", "xmlns:svg", "xmlns:xlink",
    "y", "y1", "y2", "ychannelselector", "z",
};
/* clang-format on */

static bool is_prefixed(const char *name)
{
    size_t n = strncmp(name, "data-", 5) == 0 || strncmp(name, "aria-", 5) == 0 ? 5 : 0;
    for (size_t i = n; n > 0 && name[i]; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("-_.:", name[i]))
            return false;
    return n > 0 && name[n];
}

/* Links lead nowhere in a mirror; only what draws something of the page by its name keeps it. */
static bool cut_href(const char *tag, struct vt_str url, struct vt_buf *out)
{
    if (strcmp(tag, "image") == 0 || strcmp(tag, "feimage") == 0 || strcmp(tag, "link") == 0)
        return vt_mirror_url(url, VT_MIRROR_PICTURE, out);
    return url.len > 0 && url.ptr[0] == '#' ? vt_buf_str(out, url) == 0 : vt_buf_byte(out, '#') == 0;
}

/* The value of an attribute that names an address. False: it goes. *ret_is: it is such an attribute. */
static bool cut_address(const char *tag, const char *name, struct vt_str value, struct vt_buf *out,
                        bool *ret_is)
{
    *ret_is = true;
    if (strcmp(name, "href") == 0 || strcmp(name, "xlink:href") == 0)
        return cut_href(tag, value, out);
    if (strcmp(name, "src") == 0 || strcmp(name, "poster") == 0 || strcmp(name, "background") == 0)
        return strcmp(tag, "iframe") != 0 && vt_mirror_url(value, VT_MIRROR_PICTURE, out);
    if (strcmp(name, "rr_dataurl") == 0)
        return strncmp(value.ptr, "data:image/", 11) == 0 && vt_buf_str(out, value) == 0;
    if (strcmp(name, "srcset") == 0) {
        vt_mirror_srcset(value, out);
        return !out->failed;
    }
    return *ret_is = false;
}

/* Presentation attributes of SVG may hold url() as style does; to, from, by, values may set such a one. */
static bool is_style(const char *name)
{
    static const char *const styles[] = { "_csstext", "by",         "clip-path",  "fill",         "filter",
                                          "from",     "marker-end", "marker-mid", "marker-start", "mask",
                                          "stroke",   "style",      "to",         "values" };
    return LISTED(name, styles);
}

static bool is_read(const char *name)
{
    static const char *const texts[] = { "abbr", "alt", "label", "placeholder", "summary", "title", "value" };
    return LISTED(name, texts) || is_prefixed(name);
}

static void cut_value(struct vt_cutting *cutting, json_t *attributes, const char *name, const char *tag,
                      const char *key)
{
    const json_t *value = json_object_get(attributes, name);
    struct vt_str text = { json_string_value(value), json_string_length(value) };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(OUT_BYTES);
    bool is_address;
    bool stays = cut_address(tag, key, text, &out, &is_address);
    if (!is_address) {
        /* Numbers of a drawing are no secrets: only what people read is scanned. */
        if (is_style(key) || is_read(key))
            vt_cut_text(cutting, attributes, name, is_style(key) ? VT_TEXT_STYLE : VT_TEXT_PLAIN);
    } else if (!stays) {
        json_object_del(attributes, name);
        cutting->changed = true;
    } else if (!vt_str_eq(vt_buf_view(&out), text)) {
        cutting->failed |= json_object_set_new(attributes, name,
                                               json_stringn(vt_buf_view(&out).ptr, out.len)) != 0;
        cutting->changed = true;
    }
}

/* A delta of style: { property: value, or [value, priority], or false }. */
static void cut_style_object(struct vt_cutting *cutting, json_t *style)
{
    void *next;
    const char *name;
    json_t *value;
    json_object_foreach_safe(style, next, name, value)
    {
        const json_t *first = json_is_array(value) ? json_array_get(value, 0) : value;
        if (json_is_false(value))
            continue;
        json_t *made = json_is_string(first) ? cleaned(cutting, first, VT_TEXT_STYLE) : NULL;
        if (made && json_is_array(value)) {
            cutting->failed |= json_array_set_new(value, 0, made) != 0;
        } else if (made) {
            cutting->failed |= json_object_set_new(style, name, made) != 0;
        } else if (!json_is_string(first)) {
            json_object_del(style, name);
            cutting->changed = true;
        }
    }
}

static bool is_scalar(const json_t *value)
{
    return json_is_null(value) || json_is_boolean(value) || json_is_number(value);
}

void vt_cut_attributes(struct vt_cutting *cutting, json_t *attributes, const char *tag)
{
    void *next;
    const char *name;
    json_t *value;
    char key[TAG_MOST];
    json_object_foreach_safe(attributes, next, name, value)
    {
        bool known = lower(name, key) && (LISTED(key, allowed) || is_prefixed(key));
        if (known && strcmp(key, "style") == 0 && json_is_object(value)) {
            cut_style_object(cutting, value);
        } else if (known && json_is_string(value)) {
            cut_value(cutting, attributes, name, tag, key);
        } else if (!known || !is_scalar(value)) {
            json_object_del(attributes, name);
            cutting->changed = true;
        }
    }
}

/* --- elements ------------------------------------------------------------------------------------ */

/* clang-format off */
static const char *const tags[] = {
    "a", "abbr", "acronym", "address", "animate", "animatemotion", "animatetransform", "annotation", "area",
    "article", "aside", "audio", "b", "base", "bdi", "bdo", "big", "blockquote", "body", "br", "button", "canvas",
    "caption", "center", "circle", "cite", "clippath", "code", "col", "colgroup", "data", "datalist", "dd", "defs",
    "del", "desc", "details", "dfn", "dialog", "dir", "div", "dl", "dt", "ellipse", "em", "feblend", "fecolormatrix",
    "fecomponenttransfer", "fecomposite", "feconvolvematrix", "fediffuselighting", "fedisplacementmap",
    "fedistantlight", "fedropshadow", "feflood", "fefunca", "fefuncb", "fefuncg", "fefuncr", "fegaussianblur",
    "feimage", "femerge", "femergenode", "femorphology", "feoffset", "fepointlight", "fespecularlighting",
    "fespotlight", "fetile", "feturbulence", "fieldset", "figcaption", "figure", "filter", "font", "footer",
    "foreignobject", "form", "g", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "i",
    "iframe", "image", "img", "input", "ins", "kbd", "label", "legend", "li", "line", "lineargradient", "link",
    "main", "map", "mark", "marker", "marquee", "mask", "math", "menclose", "menu", "merror", "meta", "metadata",
    "meter", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mpath", "mphantom", "mprescripts",
    "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover", "nav", "nobr", "noscript", "ol", "optgroup", "option", "output", "p", "path", "pattern",
    "picture", "polygon", "polyline", "pre", "progress", "q", "radialgradient", "rb", "rect", "rp", "rt", "rtc",
    "ruby", "s", "samp", "search", "section", "select", "semantics", "set", "slot", "small", "source", "span", "stop",
    "strike", "strong", "style", "sub", "summary", "sup", "svg", "switch", "symbol", "table", "tbody", "td",
    "template", "text", "textarea", "textpath", "tfoot", "th", "thead", "time", "title", "tr", "track", "tspan", "tt",
    "u", "ul", "use", "var", "video", "view", "wbr",
};
/* clang-format on */

static bool is_custom(const char *tag)
{
    bool dash = false;
    for (const char *p = tag; *p; p++) {
        dash |= *p == '-';
        if (!isalnum((unsigned char)*p) && !strchr("-._", *p) && (unsigned char)*p < 0x80)
            return false;
    }
    return dash && isalpha((unsigned char)tag[0]);
}

/* Changes where the page loads from or what it is: nothing of it is kept but that it is there. */
static bool is_bare(const char *tag)
{
    static const char *const bare[] = { "base", "meta", "script" };
    return LISTED(tag, bare);
}

/* A style sheet whose text the page may not read is loaded by its address, under the player's CSP; no other
 * link is. */
static void cut_link(struct vt_cutting *cutting, json_t *attributes)
{
    static const char *const kept[] = { "_cssText", "rel", "type", "media", "disabled", "href", NULL };
    const char *rel = json_string_value(json_object_get(attributes, "rel"));
    vt_cut_members(cutting, attributes, kept);
    if ((!rel || strcasecmp(rel, "stylesheet") != 0) && json_object_del(attributes, "href") == 0)
        cutting->changed = true;
}

/* Not allowed: an element that shows nothing, with its children, which are looked at like any. */
static void replace(struct vt_cutting *cutting, json_t *node)
{
    json_t *hidden = json_pack("{s:s}", "hidden", "");
    cutting->failed |= !hidden || json_object_set_new(node, "attributes", hidden) != 0 ||
                       json_object_set_new(node, "tagName", json_string("span")) != 0;
    json_object_del(node, "isSVG");
    cutting->changed = true;
}

static void cut_children(struct vt_cutting *cutting, json_t *node, const char *parent)
{
    size_t i;
    json_t *child;
    json_array_foreach(json_object_get(node, "childNodes"), i, child)
    {
        if (json_integer_value(json_object_get(child, "type")) == NODE_TEXT)
            vt_cut_text(cutting, child, "textContent",
                        strcmp(parent, "style") == 0    ? VT_TEXT_STYLE
                        : strcmp(parent, "script") == 0 ? VT_TEXT_NONE
                                                        : VT_TEXT_PLAIN);
        else
            vt_cut_node(cutting, child);
    }
}

static void cut_element(struct vt_cutting *cutting, json_t *node)
{
    static const char *const none[] = { NULL };
    const char *written = json_string_value(json_object_get(node, "tagName"));
    json_t *attributes = json_object_get(node, "attributes");
    char tag[TAG_MOST];
    bool named = lower(written, tag);
    if (!named)
        strcpy(tag, "script"); /* no name, no text */
    if (!named || (!LISTED(tag, tags) && !is_custom(tag))) {
        replace(cutting, node);
    } else if (is_bare(tag)) {
        vt_cut_members(cutting, attributes, none);
    } else {
        if (strcmp(tag, "link") == 0)
            cut_link(cutting, attributes);
        vt_cut_attributes(cutting, attributes, tag);
    }
    cut_children(cutting, node, tag);
}

void vt_cut_node(struct vt_cutting *cutting, json_t *node)
{
    static const char *const names[] = { "type",         "id",         "rootId",   "childNodes",
                                         "compatMode",   "name",       "publicId", "systemId",
                                         "tagName",      "attributes", "isSVG",    "needBlock",
                                         "isShadowHost", "isShadow",   "isCustom", "textContent",
                                         "isStyle",      NULL };
    if (!json_is_object(node))
        return;
    vt_cut_members(cutting, node, names);
    switch (json_integer_value(json_object_get(node, "type"))) {
    case NODE_ELEMENT:
        cut_element(cutting, node);
        break;
    case NODE_TEXT:
        vt_cut_loose_text(cutting, node, "textContent");
        break;
    case NODE_CDATA:
    case NODE_COMMENT:
        vt_cut_text(cutting, node, "textContent", VT_TEXT_NONE);
        break;
    default:
        cut_children(cutting, node, "");
        break;
    }
}
