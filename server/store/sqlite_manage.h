/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind manage.h share. Private. */
#ifndef VT_STORE_SQLITE_MANAGE_H
#define VT_STORE_SQLITE_MANAGE_H

#include "server/store/manage.h"
#include "server/store/sqlite_db.h"

struct vt_manage {
    struct vt_db db;
};

int vt_manage_begin(struct vt_manage *manage);
/* Commits and moves the version, or takes everything back when `err` is set. */
int vt_manage_finish(struct vt_manage *manage, int err);
/* Inside a transaction: these addresses are wanted, the site's others go. */
int vt_manage_pictures_write(struct vt_db *db, struct vt_str site, const struct vt_manage_picture *pictures,
                             size_t n);

#endif
