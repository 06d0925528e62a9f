/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite's words as PostgreSQL says them. */
#ifndef VT_STORE_POSTGRES_WORDS_H
#define VT_STORE_POSTGRES_WORDS_H

#include "server/base/buf.h"

/* One or more statements: `?` and `?2` become `$1` and `$2`, types and options of tables PostgreSQL's, GLOB
 * LIKE, and what only helps SQLite's planner falls out. What functions are called the same is
 * postgres_schema.c's. */
void vt_postgres_words(struct vt_buf *out, const char *sql);

#endif
