/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures that a site's products name by address instead of by id: which product names which, and
 * the id each has once it was fetched. A picture that is not there yet is left out of the product as the wire
 * has it, so that nobody sees a broken one. */
#ifndef VT_CATALOGUE_ADDRESSES_H
#define VT_CATALOGUE_ADDRESSES_H

#include <jansson.h>

#include "server/auth/digest.h"
#include "server/base/map.h"

enum { VT_ADDRESSES_PICTURES = 32 }; /* of a product, on the wire */

struct vt_addresses {
    struct vt_map by_url; /* to the id's text, owned */
};

void vt_addresses_init(struct vt_addresses *addresses);
void vt_addresses_finish(struct vt_addresses *addresses);

bool vt_addresses_is_one(struct vt_str picture);
/* The picture at that address has this id now. VT_OK or VT_ERR_NOMEM. */
int vt_addresses_set(struct vt_addresses *addresses, struct vt_str url, struct vt_str id);
/* The id of one of a product's pictures, given as id or address; absent: not there yet, or no picture. */
struct vt_str vt_addresses_id(const struct vt_addresses *addresses, const json_t *picture);
/* The product as the wire has it: ids in place of addresses, and in place of its `spin` that one's first
 * frame among its pictures, behind the first (NULL: it has none). Text owned by the caller; NULL: no memory.
 */
char *vt_addresses_render(const struct vt_addresses *addresses, const json_t *product,
                          const char *spin_first);

#endif
