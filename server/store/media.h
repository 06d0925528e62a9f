/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures and films that belong to one conversation, in the store; same rules as store.h. media_index.h is
 * what the server asks. */
#ifndef VT_STORE_MEDIA_H
#define VT_STORE_MEDIA_H

#include "server/store/store.h"

struct vt_store_medium {
    struct vt_str site, id, conv;
    int kind; /* enum vt_medium_kind */
    uint32_t width, height;
    int64_t created; /* ms since 1970 */
};
/* The first one put under an id stays. */
int vt_store_medium_put(struct vt_store *store, const struct vt_store_medium *medium, vt_store_done_fn *done,
                        void *arg);
typedef void vt_store_media_fn(void *arg, int err, const struct vt_store_medium *media, size_t n);
/* Of every site, the newest `limit` of them. */
int vt_store_media(struct vt_store *store, size_t limit, vt_store_media_fn *done, void *arg);

#endif
