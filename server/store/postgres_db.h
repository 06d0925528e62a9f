/* SPDX-License-Identifier: Apache-2.0 */
/* The tables in a PostgreSQL server, 15 or later; private to server/store.
 *
 * libpq blocks here, since whoever calls is a thread of the store or a command line; a server that answers
 * nothing for ten seconds counts as lost. */
#ifndef VT_STORE_POSTGRES_DB_H
#define VT_STORE_POSTGRES_DB_H

#include "server/store/db.h"

enum { VT_POSTGRES_LEAST = 150000 /* PQserverVersion */ };

extern const struct vt_db_driver vt_db_postgres;

/* `address`: a URI or a "name=value …" line of libpq. */
int vt_postgres_open(struct vt_db *db, const char *data_dir, const char *address, bool read_only,
                     struct vt_buf *ret_error);
/* Several statements at once, without values; what they answer is dropped. */
int vt_postgres_script(struct vt_db *db, const char *sql);
/* Longer than usual, for a change of large tables; 0: as usual. */
void vt_postgres_wait_for(struct vt_db *db, int64_t ms);
int vt_postgres_migrate(struct vt_db *db, struct vt_buf *ret_error);

#endif
