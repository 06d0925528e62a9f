/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/catalogue.h"

#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/base/map.h"
#include "server/catalogue/addresses.h"
#include "server/catalogue/import.h"
#include "server/catalogue/spins.h"

struct product {
    char *sku, *body; /* owned; body: as it was imported */
    char *shown;      /* owned: with ids in place of addresses; NULL: not made yet, or as the body is */
    uint32_t version; /* of `shown` */
    bool is_as_told;  /* no address and no spin: the body is what is shown */
    bool has_spin;    /* that waits for frames */
};

struct vt_catalogue {
    int refs;
    struct product *products; /* owned */
    size_t n, cap, waiting;   /* waiting: products whose spin has not all its frames */
    uint32_t version;         /* moves with each picture that came */
    struct vt_map by_sku;     /* sku of a product or variant -> its number + 1 */
    struct vt_addresses addresses;
    struct vt_spins spins;
};

/* --- life ---------------------------------------------------------------------------------- */

struct vt_catalogue *vt_catalogue_create(void)
{
    struct vt_catalogue *catalogue = calloc(1, sizeof(*catalogue));
    if (catalogue) {
        catalogue->refs = 1;
        vt_map_init(&catalogue->by_sku);
        vt_addresses_init(&catalogue->addresses);
        vt_spins_init(&catalogue->spins);
    }
    return catalogue;
}

struct vt_catalogue *vt_catalogue_ref(struct vt_catalogue *catalogue)
{
    catalogue->refs++;
    return catalogue;
}

struct vt_catalogue *vt_catalogue_unref(struct vt_catalogue *catalogue)
{
    if (!catalogue || --catalogue->refs > 0)
        return NULL;
    for (size_t i = 0; i < catalogue->n; i++) {
        free(catalogue->products[i].sku);
        free(catalogue->products[i].body);
        free(catalogue->products[i].shown);
    }
    free(catalogue->products);
    vt_map_finish(&catalogue->by_sku);
    vt_addresses_finish(&catalogue->addresses);
    vt_spins_finish(&catalogue->spins);
    free(catalogue);
    return NULL;
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

static json_t *parse(const struct product *product)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf unused = VT_BUF_INIT(256);
    return vt_json_parse(vt_str(product->body), VT_IMPORT_BODY, &unused);
}

static bool says(struct vt_str body, struct vt_str what)
{
    return memmem(body.ptr, body.len, what.ptr, what.len) != NULL;
}

/* Frames that are pictures of ours make a spin at once, those that must be fetched when all are there. */
static int take_spin(struct vt_catalogue *catalogue, struct product *product)
{
    const struct vt_spin *spin = NULL;
    VT_CLEANUP(vt_json_unref)
    json_t *tree = parse(product);
    if (!json_is_object(tree))
        return VT_ERR_INVALID;
    int err = vt_spins_take(&catalogue->spins, &catalogue->addresses, tree, &spin);
    catalogue->waiting += (size_t)!spin - (size_t)product->has_spin;
    product->has_spin = !spin;
    return err;
}

int vt_catalogue_add(struct vt_catalogue *catalogue, struct vt_str sku, struct vt_str body)
{
    if (sku.len == 0 || body.len < 2 || body.len > VT_IMPORT_BODY || body.ptr[0] != '{')
        return VT_ERR_INVALID;
    if (make_room(catalogue) != VT_OK)
        return VT_ERR_NOMEM;
    struct product *product = &catalogue->products[catalogue->n];
    bool spins = says(body, VT_STR("\"spin\":["));
    *product = (struct product){ .sku = vt_str_dup(sku), .body = vt_str_dup(body) };
    product->is_as_told = !spins && !says(body, VT_STR("://"));
    int err = product->sku && product->body ? VT_OK : VT_ERR_NOMEM;
    if (!err && spins)
        err = take_spin(catalogue, product);
    if (!err)
        err = vt_map_set(&catalogue->by_sku, sku, (void *)(uintptr_t)(catalogue->n + 1));
    if (err) {
        free(product->sku);
        free(product->body);
        return err;
    }
    catalogue->n++;
    return VT_OK;
}

int vt_catalogue_name(struct vt_catalogue *catalogue, size_t number, struct vt_str sku)
{
    if (number >= catalogue->n || vt_map_get(&catalogue->by_sku, sku))
        return VT_OK;
    return vt_map_set(&catalogue->by_sku, sku, (void *)(uintptr_t)(number + 1));
}

int vt_catalogue_picture(struct vt_catalogue *catalogue, struct vt_str url, struct vt_str id)
{
    int err = vt_addresses_set(&catalogue->addresses, url, id);
    catalogue->version++;
    for (size_t i = 0; i < catalogue->n && catalogue->waiting > 0 && !err; i++)
        if (catalogue->products[i].has_spin && says(vt_str(catalogue->products[i].body), url))
            err = take_spin(catalogue, &catalogue->products[i]);
    return err == VT_ERR_NOMEM ? err : VT_OK;
}

/* --- reading ------------------------------------------------------------------------------- */

static void render(struct vt_catalogue *catalogue, struct product *product)
{
    const struct vt_spin *spin = NULL;
    VT_CLEANUP(vt_json_unref)
    json_t *tree = parse(product);
    char *shown = NULL;
    if (tree && vt_spins_take(&catalogue->spins, &catalogue->addresses, tree, &spin) == VT_OK)
        shown = vt_addresses_render(&catalogue->addresses, tree, spin ? spin->frames[0] : NULL);
    if (!shown)
        return; /* with no memory it stays what it was */
    free(product->shown);
    product->shown = shown;
    product->version = catalogue->version;
}

static struct product *find(const struct vt_catalogue *catalogue, struct vt_str sku)
{
    uintptr_t number = (uintptr_t)vt_map_get(&catalogue->by_sku, sku);
    return number == 0 || number > catalogue->n ? NULL : &catalogue->products[number - 1];
}

struct vt_str vt_catalogue_get(struct vt_catalogue *catalogue, struct vt_str sku)
{
    struct product *product = find(catalogue, sku);
    if (!product)
        return (struct vt_str){ 0 };
    if (product->is_as_told)
        return vt_str(product->body);
    if (!product->shown || product->version != catalogue->version)
        render(catalogue, product);
    return vt_str(product->shown); /* absent with no memory */
}

/* Of one variant, from the first of its rows on. */
static int put_stock(json_t *variant, const struct vt_store_stock *rows, size_t n, bool staff)
{
    struct vt_str sku = vt_json_text(variant, "sku");
    json_t *list = json_array();
    bool any = false, there = false;
    for (size_t i = 0; i < n; i++) {
        if (!vt_str_eq(rows[i].sku, sku))
            continue;
        there = true;
        any = any || rows[i].quantity > 0;
        json_array_append_new(list, json_pack("{s:s%,s:I}", "branch", rows[i].branch.ptr, rows[i].branch.len,
                                              "quantity", (json_int_t)rows[i].quantity));
    }
    if (there)
        json_object_set_new(variant, "available", json_boolean(any));
    if (there && staff)
        return json_object_set_new(variant, "stock", list);
    json_decref(list);
    return 0;
}

int vt_catalogue_tell(struct vt_catalogue *catalogue, struct vt_str sku, const struct vt_store_stock *rows,
                      size_t n, bool staff, struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf unused = VT_BUF_INIT(256);
    struct vt_str body = vt_catalogue_get(catalogue, sku);
    if (!body.ptr)
        return VT_ERR_MISSING;
    if (n == 0)
        return vt_buf_str(out, body);
    VT_CLEANUP(vt_json_unref)
    json_t *tree = vt_json_parse(body, 2 * VT_IMPORT_BODY, &unused);
    json_t *variant;
    size_t i;
    json_array_foreach(json_object_get(tree, "variants"), i, variant) put_stock(variant, rows, n, staff);
    char *text = tree ? json_dumps(tree, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    int err = text ? vt_buf_text(out, text) : VT_ERR_NOMEM;
    free(text);
    return err;
}

bool vt_catalogue_size(struct vt_catalogue *catalogue, struct vt_str sku, double *ret_width_mm,
                       double *ret_height_mm)
{
    const struct product *product = find(catalogue, sku);
    if (!product || !says(vt_str(product->body), VT_STR("\"width_mm\":")))
        return false;
    VT_CLEANUP(vt_json_unref)
    json_t *tree = parse(product);
    double width_mm = json_number_value(json_object_get(tree, "width_mm"));
    double height_mm = json_number_value(json_object_get(tree, "height_mm"));
    if (width_mm <= 0 || height_mm <= 0)
        return false;
    *ret_width_mm = width_mm;
    *ret_height_mm = height_mm;
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
