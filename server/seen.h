/* SPDX-License-Identifier: Apache-2.0 */
/* Seen: what customers' pages have shown lately and what of them said it, for the shop's own check.
 *
 * In memory only, the newest of each address, so many of a site; after a restart it fills anew. No customer
 * is in it: an address without query, a piece, how many lines a bag has. Loop thread only. */
#ifndef VT_SEEN_H
#define VT_SEEN_H

#include "server/app.h"

enum { VT_SEEN_MAX = 20 };

struct vt_msg_page_seen;
/* False: no memory. */
bool vt_seen_put(struct vt_app *app, struct vt_str site, const struct vt_msg_page_seen *msg);
/* A JSON list, newest first: each what page.seen says, and `at`. */
void vt_seen_write(struct vt_app *app, struct vt_str site, struct vt_buf *out);
void vt_seen_finish(struct vt_app *app);

#endif
