/* SPDX-License-Identifier: Apache-2.0 */
/* What shows of a hit, for rows that another database has found. */
#ifndef VT_STORE_SQLITE_SNIPPET_H
#define VT_STORE_SQLITE_SNIPPET_H

#include "server/store/search.h"

/* Each hit's whole text becomes what stands around the words, as SQLite's search shows it: `match` is a query
 * of FTS5 for the column `text`. A text that it does not find stays. */
int vt_snippets(struct vt_search_hit *hits, size_t n, struct vt_str match, struct vt_arena *arena);

#endif
