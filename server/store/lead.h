/* SPDX-License-Identifier: Apache-2.0 */
/* Who may write: of the nodes of a group, the one that took the store last. Private to the backend; the
 * writer's thread, `lost` any. */
#ifndef VT_STORE_LEAD_H
#define VT_STORE_LEAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/store/db.h"

struct vt_lead {
    int64_t epoch; /* 0: this server is alone */
    char name[80]; /* of the row in `meta` */
    atomic_bool lost;
};

/* VT_ERR_STALE: somebody took it with *ret_newest, which is not lower. */
int vt_lead_take(struct vt_db *db, struct vt_lead *lead, const char *group, int64_t epoch,
                 int64_t *ret_newest);
/* Inside a transaction that writes: VT_ERR_STALE when another has taken it since. */
int vt_lead_check(struct vt_db *db, struct vt_lead *lead);

#endif
