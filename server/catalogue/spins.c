/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/spins.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"

void vt_spins_init(struct vt_spins *spins)
{
    vt_map_init(&spins->by_id);
    vt_map_init(&spins->by_first);
}

void vt_spins_finish(struct vt_spins *spins)
{
    struct vt_spin *spin;
    for (size_t at = 0; (spin = vt_map_next(&spins->by_id, &at)) != NULL;)
        free(spin);
    vt_map_finish(&spins->by_id);
    vt_map_finish(&spins->by_first);
}

/* NULL with VT_OK in *ret_err: not all frames are there. */
static struct vt_spin *read_frames(const struct vt_addresses *addresses, const json_t *list, int *ret_err)
{
    size_t n = json_array_size(list), i;
    const json_t *frame;
    *ret_err = VT_OK;
    if (n < VT_SPIN_LEAST || n > VT_SPIN_MOST)
        return NULL;
    struct vt_spin *spin = calloc(1, sizeof(*spin) + n * sizeof(spin->frames[0]));
    if (!spin)
        *ret_err = VT_ERR_NOMEM;
    json_array_foreach(list, i, frame)
    {
        struct vt_str id = vt_addresses_id(addresses, frame);
        if (spin && (!id.ptr || !vt_str_copy(spin->frames[spin->n++], VT_SHA256_TEXT, id))) {
            free(spin);
            return NULL;
        }
    }
    return spin;
}

static int name(struct vt_spin *spin)
{
    struct vt_sha256 *sha = vt_sha256_begin();
    if (!sha)
        return VT_ERR_NOMEM;
    int err = vt_sha256_add(sha, "spin", 4), ended;
    for (size_t i = 0; !err && i < spin->n; i++)
        err = vt_sha256_add(sha, spin->frames[i], strlen(spin->frames[i]));
    ended = vt_sha256_end(sha, spin->id);
    return err ? err : ended;
}

/* `spin` is taken over. */
static int keep(struct vt_spins *spins, struct vt_spin *spin)
{
    struct vt_str first = vt_str(spin->frames[0]);
    if (vt_map_set(&spins->by_id, vt_str(spin->id), spin) != VT_OK) {
        free(spin);
        return VT_ERR_NOMEM;
    }
    /* Of two that begin alike the first keeps the place; the other is found by its id alone. */
    return vt_map_get(&spins->by_first, first) ? VT_OK : vt_map_set(&spins->by_first, first, spin);
}

int vt_spins_take(struct vt_spins *spins, const struct vt_addresses *addresses, const json_t *product,
                  const struct vt_spin **ret_spin)
{
    int err;
    struct vt_spin *spin = read_frames(addresses, json_object_get(product, "spin"), &err);
    *ret_spin = NULL;
    if (!spin)
        return err;
    err = name(spin);
    const struct vt_spin *there = err ? NULL : vt_map_get(&spins->by_id, vt_str(spin->id));
    if (err || there) {
        free(spin);
        *ret_spin = there;
        return err;
    }
    err = keep(spins, spin);
    if (!err)
        *ret_spin = spin;
    return err;
}
