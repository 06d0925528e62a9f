/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures that catalogues name by address, and how far fetching them is. A row lives while the last
 * import of its site named the address. Same rules as store.h. */
#ifndef VT_STORE_PICTURES_H
#define VT_STORE_PICTURES_H

#include "server/store/store.h"

enum vt_picture_state {
    VT_PICTURE_WANTED, /* to be asked for at `next`, for the first time or again */
    VT_PICTURE_THERE,
    VT_PICTURE_FAILED, /* after its last try; `why` stays */
    VT_PICTURE_STATES
};

struct vt_store_picture {
    struct vt_str site, url;
    struct vt_str sku;            /* the first product that names it */
    struct vt_str id;             /* of what was fetched last; absent: nothing yet */
    struct vt_str etag, modified; /* as the host said; absent: nothing */
    struct vt_str why;            /* of the last failure; absent: none */
    enum vt_picture_state state;
    uint32_t tries; /* failed ones in a row */
    int64_t next;   /* ms since 1970: not before this */
};

typedef void vt_store_pictures_fn(void *arg, int err, const struct vt_store_picture *pictures, size_t n);
/* Those to be asked for now, at most `limit` of each site, the longest due first. */
int vt_store_pictures_due(struct vt_store *store, int64_t now, size_t limit, vt_store_pictures_fn *done,
                          void *arg);
/* All but sku, of a row that may have gone meanwhile. */
int vt_store_picture_put(struct vt_store *store, const struct vt_store_picture *picture,
                         vt_store_done_fn *done, void *arg);

/* How far a site is; manage.h reports it. */
struct vt_store_picture_counts {
    uint32_t by_state[VT_PICTURE_STATES];
};

#endif
