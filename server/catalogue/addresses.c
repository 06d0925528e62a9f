/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/addresses.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/json.h"
#include "server/base/err.h"

void vt_addresses_init(struct vt_addresses *addresses)
{
    vt_map_init(&addresses->by_url);
}

void vt_addresses_finish(struct vt_addresses *addresses)
{
    struct vt_address_use *use;
    for (size_t at = 0; (use = vt_map_next(&addresses->by_url, &at)) != NULL;) {
        free(use->products);
        free(use);
    }
    vt_map_finish(&addresses->by_url);
}

bool vt_addresses_is_one(struct vt_str picture)
{
    return picture.ptr && memmem(picture.ptr, picture.len, "://", 3) != NULL;
}

struct vt_address_use *vt_addresses_use(struct vt_addresses *addresses, struct vt_str url)
{
    struct vt_address_use *use = vt_map_get(&addresses->by_url, url);
    if (use)
        return use;
    use = calloc(1, sizeof(*use));
    if (use && vt_map_set(&addresses->by_url, url, use) == VT_OK)
        return use;
    free(use);
    return NULL;
}

static int add_product(struct vt_address_use *use, size_t number)
{
    if (use->n > 0 && use->products[use->n - 1] == number)
        return VT_OK; /* it names the picture twice */
    if (use->n == use->cap) {
        size_t cap = use->cap ? use->cap * 2 : 1;
        uint32_t *products = realloc(use->products, cap * sizeof(*products));
        if (!products)
            return VT_ERR_NOMEM;
        use->products = products;
        use->cap = cap;
    }
    use->products[use->n++] = (uint32_t)number;
    return VT_OK;
}

static struct vt_str text_of(const json_t *picture)
{
    return (struct vt_str){ json_string_value(picture), json_string_length(picture) };
}

int vt_addresses_note(struct vt_addresses *addresses, const json_t *product, size_t number, bool *ret_any)
{
    const json_t *picture;
    size_t i;
    *ret_any = false;
    json_array_foreach(json_object_get(product, "media"), i, picture)
    {
        struct vt_address_use *use;
        if (!vt_addresses_is_one(text_of(picture)))
            continue;
        *ret_any = true;
        use = vt_addresses_use(addresses, text_of(picture));
        if (!use || add_product(use, number) != VT_OK)
            return VT_ERR_NOMEM;
    }
    return VT_OK;
}

char *vt_addresses_render(const struct vt_addresses *addresses, const json_t *product)
{
    VT_CLEANUP(vt_json_unref)
    json_t *shown = json_copy((json_t *)product); /* shallow: `media` alone is replaced */
    json_t *media = json_array();
    const json_t *picture;
    size_t i;
    json_array_foreach(json_object_get(product, "media"), i, picture)
    {
        struct vt_str text = text_of(picture);
        const struct vt_address_use *use = vt_addresses_is_one(text) ? vt_map_get(&addresses->by_url, text)
                                                                     : NULL;
        if (use && use->id[0])
            json_array_append_new(media, json_string(use->id));
        else if (!vt_addresses_is_one(text))
            json_array_append(media, (json_t *)picture);
    }
    if (!shown || json_object_set_new(shown, "media", media) != 0)
        return NULL;
    return json_dumps(shown, JSON_COMPACT | JSON_REAL_PRECISION(15));
}
