/* SPDX-License-Identifier: Apache-2.0 */
/* The spins of a site's products: 8 to 72 pictures of one piece turned once around.
 *
 * A spin stands among the pieces' pictures by its first frame, so whatever shows pictures shows it. Its id
 * is the SHA-256 of its frames' ids in order: the same frames are the same spin, and it is open to everyone
 * as they are. Loop thread only. */
#ifndef VT_CATALOGUE_SPINS_H
#define VT_CATALOGUE_SPINS_H

#include "server/api/json.h"
#include "server/auth/digest.h"
#include "server/base/map.h"
#include "server/catalogue/addresses.h"

enum { VT_SPIN_LEAST = 8, VT_SPIN_MOST = 72 };

struct vt_spin {
    char id[VT_SHA256_TEXT];
    size_t n;
    char frames[][VT_SHA256_TEXT]; /* ids of pictures, n of them */
};

struct vt_spins {
    struct vt_map by_id;    /* to vt_spin, owned */
    struct vt_map by_first; /* the same by their first frame's id */
};

void vt_spins_init(struct vt_spins *spins);
void vt_spins_finish(struct vt_spins *spins);

/* The spin a product's JSON names, as ids and addresses. *ret_spin is NULL while there is none: it names
 * none, or a frame has not been fetched yet. VT_OK or VT_ERR_NOMEM. */
int vt_spins_take(struct vt_spins *spins, const struct vt_addresses *addresses, const json_t *product,
                  const struct vt_spin **ret_spin);

#endif
