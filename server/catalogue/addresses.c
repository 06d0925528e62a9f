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
    char *id;
    for (size_t at = 0; (id = vt_map_next(&addresses->by_url, &at)) != NULL;)
        free(id);
    vt_map_finish(&addresses->by_url);
}

bool vt_addresses_is_one(struct vt_str picture)
{
    return picture.ptr && memmem(picture.ptr, picture.len, "://", 3) != NULL;
}

int vt_addresses_set(struct vt_addresses *addresses, struct vt_str url, struct vt_str id)
{
    char *there = vt_map_get(&addresses->by_url, url), *text = vt_str_dup(id);
    if (!text || vt_map_set(&addresses->by_url, url, text) != VT_OK) {
        free(text);
        return VT_ERR_NOMEM;
    }
    free(there);
    return VT_OK;
}

static struct vt_str text_of(const json_t *picture)
{
    return (struct vt_str){ json_string_value(picture), json_string_length(picture) };
}

struct vt_str vt_addresses_id(const struct vt_addresses *addresses, const json_t *picture)
{
    struct vt_str text = text_of(picture);
    if (!vt_addresses_is_one(text))
        return text;
    return vt_str(vt_map_get(&addresses->by_url, text)); /* absent: not there yet */
}

/* Behind the picture that stands for the piece, unless it is among them already. */
static void put_first(json_t *media, const char *first)
{
    const json_t *picture;
    size_t i;
    json_array_foreach(media, i, picture)
    {
        if (vt_str_eq(text_of(picture), vt_str(first)))
            return;
    }
    if (json_array_size(media) >= VT_ADDRESSES_PICTURES)
        json_array_remove(media, json_array_size(media) - 1);
    json_array_insert_new(media, json_array_size(media) > 0 ? 1 : 0, json_string(first));
}

char *vt_addresses_render(const struct vt_addresses *addresses, const json_t *product, const char *spin_first)
{
    VT_CLEANUP(vt_json_unref)
    json_t *shown = json_copy((json_t *)product); /* shallow: `media` alone is replaced */
    json_t *media = json_array();
    const json_t *picture;
    size_t i;
    json_array_foreach(json_object_get(product, "media"), i, picture)
    {
        struct vt_str id = vt_addresses_id(addresses, picture);
        if (id.ptr)
            json_array_append_new(media, json_stringn(id.ptr, id.len));
    }
    if (spin_first)
        put_first(media, spin_first);
    if (!shown || json_object_set_new(shown, "media", media) != 0)
        return NULL;
    json_object_del(shown, "spin");
    return json_dumps(shown, JSON_COMPACT | JSON_REAL_PRECISION(15));
}
