/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/catalogue.h"

#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/base/map.h"
#include "server/catalogue/addresses.h"
#include "server/catalogue/fold.h"
#include "server/catalogue/spins.h"

/* Where a word was found decides the order: its name before its number before what is said of it. */
enum zone { ZONE_TITLE, ZONE_SKU, ZONE_VARIANT, ZONE_TEXT, ZONES };
static const unsigned weights[ZONES] = { 8, 6, 3, 1 };

enum { PRODUCTS_MOST = 10000, BODY_BYTES = 65536, WORDS_MOST = 8, WORD_BYTES = 64, QUERY_BYTES = 1024 };

struct product {
    char *sku, *body; /* owned */
    char *source;     /* owned: with addresses and a spin among its pictures; NULL: it names none */
    size_t body_len;
    char *words;                /* owned: the zones' folded words one after the other */
    double width_mm, height_mm; /* 0: unknown */
    uint32_t ends[ZONES];       /* where each zone ends in `words` */
};

struct vt_catalogue {
    struct product *products; /* owned */
    size_t n, cap;
    struct vt_map by_sku; /* sku of a product or variant -> its number + 1 */
    struct vt_addresses addresses;
    struct vt_spins spins;
};

struct vt_catalogue *vt_catalogue_create(void)
{
    struct vt_catalogue *catalogue = calloc(1, sizeof(*catalogue));
    if (catalogue) {
        vt_map_init(&catalogue->by_sku);
        vt_addresses_init(&catalogue->addresses);
        vt_spins_init(&catalogue->spins);
    }
    return catalogue;
}

static void product_finish(struct product *product)
{
    free(product->sku);
    free(product->body);
    free(product->source);
    free(product->words);
}

void vt_catalogue_destroy(struct vt_catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (size_t i = 0; i < catalogue->n; i++)
        product_finish(&catalogue->products[i]);
    free(catalogue->products);
    vt_map_finish(&catalogue->by_sku);
    vt_addresses_finish(&catalogue->addresses);
    vt_spins_finish(&catalogue->spins);
    free(catalogue);
}

/* --- adding -------------------------------------------------------------------------------- */

static int make_room(struct vt_catalogue *catalogue)
{
    if (catalogue->n < catalogue->cap)
        return VT_OK;
    size_t cap = catalogue->cap ? catalogue->cap * 2 : 64;
    struct product *products = realloc(catalogue->products, cap * sizeof(*products));
    if (!products)
        return VT_ERR_NOMEM;
    catalogue->products = products;
    catalogue->cap = cap;
    return VT_OK;
}

static int read_words(struct product *product, const json_t *tree)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf words = VT_BUF_INIT(4 * BODY_BYTES);
    const json_t *variant;
    size_t i;
    vt_fold(&words, vt_json_text(tree, "title"));
    product->ends[ZONE_TITLE] = (uint32_t)words.len;
    vt_fold(&words, vt_str(product->sku));
    product->ends[ZONE_SKU] = (uint32_t)words.len;
    json_array_foreach(json_object_get(tree, "variants"), i, variant)
    {
        vt_fold(&words, vt_json_text(variant, "sku"));
        vt_fold(&words, vt_json_text(variant, "size"));
        vt_fold(&words, vt_json_text(variant, "colour"));
    }
    product->ends[ZONE_VARIANT] = (uint32_t)words.len;
    vt_fold(&words, vt_json_text(tree, "description"));
    product->ends[ZONE_TEXT] = (uint32_t)words.len;
    if (words.failed)
        return VT_ERR_NOMEM;
    product->words = vt_str_dup(vt_buf_view(&words));
    return product->words ? VT_OK : VT_ERR_NOMEM;
}

/* Two products may name one variant; the first keeps it. */
static int add_names(struct vt_catalogue *catalogue, const json_t *tree)
{
    void *number = (void *)(uintptr_t)(catalogue->n + 1);
    const json_t *variant;
    size_t i;
    int err = vt_map_set(&catalogue->by_sku, vt_str(catalogue->products[catalogue->n].sku), number);
    json_array_foreach(json_object_get(tree, "variants"), i, variant)
    {
        struct vt_str sku = vt_json_text(variant, "sku");
        if (!err && sku.ptr && !vt_map_get(&catalogue->by_sku, sku))
            err = vt_map_set(&catalogue->by_sku, sku, number);
    }
    return err;
}

/* The body with those ids that are there; the text as it came is kept beside it. */
static int render(struct vt_catalogue *catalogue, struct product *product, const json_t *tree)
{
    const struct vt_spin *spin;
    int err = vt_spins_take(&catalogue->spins, &catalogue->addresses, tree, &spin);
    char *body = err ? NULL : vt_addresses_render(&catalogue->addresses, tree, spin ? spin->frames[0] : NULL);
    if (!body)
        return VT_ERR_NOMEM;
    if (product->source)
        free(product->body);
    else
        product->source = product->body;
    product->body = body;
    product->body_len = strlen(body);
    return VT_OK;
}

static int read_pictures(struct vt_catalogue *catalogue, struct product *product, const json_t *tree)
{
    bool has_addresses;
    int err = vt_addresses_note(&catalogue->addresses, tree, catalogue->n, &has_addresses);
    bool is_as_told = !has_addresses && !json_object_get(tree, "spin");
    return err || is_as_told ? err : render(catalogue, product, tree);
}

static int render_again(struct vt_catalogue *catalogue, uint32_t number)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(256);
    VT_CLEANUP(vt_json_unref)
    json_t *tree = NULL;
    if (number >= catalogue->n) /* noted by one that was refused afterwards */
        return VT_OK;
    struct product *product = &catalogue->products[number];
    if (!product->source)
        return VT_OK;
    tree = vt_json_parse(vt_str(product->source), BODY_BYTES, &error);
    return tree ? render(catalogue, product, tree) : VT_ERR_NOMEM;
}

int vt_catalogue_picture(struct vt_catalogue *catalogue, struct vt_str url, struct vt_str id)
{
    struct vt_address_use *use = vt_addresses_use(&catalogue->addresses, url);
    if (!use)
        return VT_ERR_NOMEM;
    vt_str_copy(use->id, sizeof(use->id), id);
    for (size_t i = 0; i < use->n; i++) {
        int err = render_again(catalogue, use->products[i]);
        if (err)
            return err;
    }
    return VT_OK;
}

int vt_catalogue_add(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_str body)
{
    if (catalogue->n >= PRODUCTS_MOST)
        return VT_ERR_FULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(256);
    VT_CLEANUP(vt_json_unref)
    json_t *tree = vt_json_parse(body, BODY_BYTES, &error);
    if (!json_is_object(tree) || sku.len == 0)
        return VT_ERR_INVALID;
    if (make_room(catalogue) != VT_OK)
        return VT_ERR_NOMEM;
    struct product *product = &catalogue->products[catalogue->n];
    *product = (struct product){ .sku = vt_str_dup(sku),
                                 .body = vt_str_dup(body),
                                 .body_len = body.len,
                                 .width_mm = json_number_value(json_object_get(tree, "width_mm")),
                                 .height_mm = json_number_value(json_object_get(tree, "height_mm")) };
    int err = product->sku && product->body ? read_words(product, tree) : VT_ERR_NOMEM;
    if (!err)
        err = read_pictures(catalogue, product, tree);
    if (!err)
        err = add_names(catalogue, tree);
    if (err) {
        product_finish(product);
        return err;
    }
    catalogue->n++;
    return VT_OK;
}

/* --- reading ------------------------------------------------------------------------------- */

static struct vt_str body_of(const struct product *product)
{
    return (struct vt_str){ product->body, product->body_len };
}

static const struct product *find(const struct vt_catalogue *catalogue, struct vt_str sku)
{
    uintptr_t number = (uintptr_t)vt_map_get(&catalogue->by_sku, sku);
    return number == 0 || number > catalogue->n ? NULL : &catalogue->products[number - 1];
}

struct vt_str vt_catalogue_get(const struct vt_catalogue *catalogue, struct vt_str sku)
{
    const struct product *product = find(catalogue, sku);
    return product ? body_of(product) : (struct vt_str){ 0 };
}

bool vt_catalogue_size(const struct vt_catalogue *catalogue, struct vt_str sku, double *ret_width_mm,
                       double *ret_height_mm)
{
    const struct product *product = find(catalogue, sku);
    if (!product || product->width_mm <= 0 || product->height_mm <= 0)
        return false;
    *ret_width_mm = product->width_mm;
    *ret_height_mm = product->height_mm;
    return true;
}

const struct vt_spin *vt_catalogue_spin(const struct vt_catalogue *catalogue, struct vt_str id)
{
    return vt_map_get(&catalogue->spins.by_id, id);
}

const struct vt_spin *vt_catalogue_spin_from(const struct vt_catalogue *catalogue, struct vt_str first)
{
    return vt_map_get(&catalogue->spins.by_first, first);
}

struct query {
    struct vt_buf text;
    struct vt_str words[WORDS_MOST]; /* each with its space in front */
    size_t n;
};

static void read_query(struct query *query, struct vt_str text)
{
    vt_fold(&query->text, text);
    struct vt_str rest = vt_buf_view(&query->text);
    while (rest.len > 0 && query->n < WORDS_MOST) {
        const char *next = memchr(rest.ptr + 1, ' ', rest.len - 1);
        size_t len = next ? (size_t)(next - rest.ptr) : rest.len;
        query->words[query->n++] = (struct vt_str){ rest.ptr, len < WORD_BYTES ? len : WORD_BYTES };
        rest.ptr += len;
        rest.len -= len;
    }
}

/* The best zone in which a word begins so; 0: in none. A whole word counts one more. */
static unsigned score_word(const struct product *product, struct vt_str word)
{
    size_t begin = 0;
    for (size_t zone = 0; zone < ZONES; begin = product->ends[zone++]) {
        const char *found = memmem(product->words + begin, product->ends[zone] - begin, word.ptr, word.len);
        if (!found)
            continue;
        char behind = found[word.len];
        return weights[zone] * 2 + (behind == ' ' || behind == '\0');
    }
    return 0;
}

static unsigned score_product(const struct product *product, const struct query *query)
{
    unsigned sum = 1;
    for (size_t i = 0; i < query->n; i++) {
        unsigned score = score_word(product, query->words[i]);
        if (score == 0)
            return 0;
        sum += score;
    }
    return sum;
}

struct hit {
    uint32_t score, number;
};

static int compare_hits(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

size_t vt_catalogue_search(const struct vt_catalogue *catalogue, struct vt_str text, size_t from, size_t n,
                           struct vt_str *ret_bodies, size_t *ret_total)
{
    struct query query = { .text = VT_BUF_INIT(QUERY_BYTES) };
    size_t total = 0, given = 0;
    read_query(&query, text);
    VT_FREE
    struct hit *hits = malloc((catalogue->n + 1) * sizeof(*hits));
    for (size_t i = 0; hits && i < catalogue->n; i++) {
        unsigned score = score_product(&catalogue->products[i], &query);
        if (score > 0)
            hits[total++] = (struct hit){ score, (uint32_t)i };
    }
    if (hits && total > 1)
        qsort(hits, total, sizeof(*hits), compare_hits);
    for (size_t i = from; i < total && given < n; i++)
        ret_bodies[given++] = body_of(&catalogue->products[hits[i].number]);
    *ret_total = total;
    vt_buf_finish(&query.text);
    return given;
}
