/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in files of SQLite: the store's tables by default, the audit log, the shelves; private to
 * server/store. */
#ifndef VT_STORE_SQLITE_DB_H
#define VT_STORE_SQLITE_DB_H

#include <sqlite3.h>

#include "server/store/db.h"

extern const struct vt_db_driver vt_db_sqlite;

/* Creates directory (0700) and file (0600) unless they are there, sets WAL and synchronous=FULL. */
int vt_db_open(struct vt_db *db, const char *data_dir, const char *name, bool read_only,
               struct vt_buf *ret_error);
/* A copy of all of it as it is now, one file that must not be there; synced. */
int vt_db_copy(struct vt_db *db, const char *path, struct vt_buf *ret_error);
/* What vt_db_migrate does with a file. */
int vt_sqlite_migrate(struct vt_db *db, struct vt_buf *ret_error);
/* Exposed for the tests: the first `version` steps, on an empty file. */
int vt_db_migrate_to(struct vt_db *db, int64_t version);

/* As vt_db_step gives it. */
int vt_db_err(struct vt_db *db, int sqlite_code);

#endif
