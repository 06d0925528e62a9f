/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds: brings catalogues and stock in while the server runs.
 *
 *     address that is due -> request (server/outgoing) ┐
 *     file an admin sent (http/feed.h) ────────────────┴► pool: a shelf file (catalogue/intake.h)
 *        -> store: this generation is served -> its pictures and stock, a chunk of rows at a time -> old
 * files go
 *
 * One at a time for the whole server; addresses wait in the store, files here, a few of them. An address that
 * fails is tried again after 1 minute, 10 minutes and 1 hour, then at its next time; what is served stays. It
 * is asked by ETag or date, and a feed that has not changed is only noted. Loop thread. */
#ifndef VT_FEEDS_H
#define VT_FEEDS_H

#include "server/config.h"
#include "server/loop.h"
#include "server/outgoing/outgoing.h"
#include "server/store/store.h"

struct vt_feeds;
struct vt_feeds_deps { /* borrowed, alive until vt_feeds_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_store *store;
    struct vt_outgoing *outgoing;
};

struct vt_feeds *vt_feeds_create(const struct vt_feeds_deps *deps); /* NULL: no memory */
/* Ends what runs, without a trace. Before vt_outgoing_close. The memory goes with vt_feeds_destroy, after the
 * store has closed and the loop has run dry. */
void vt_feeds_close(struct vt_feeds *feeds);
void vt_feeds_destroy(struct vt_feeds *feeds);

enum { VT_FEEDS_NAME = 200, VT_FEEDS_WAITING = 8 };
/* A file that came: `fd` is taken, `name` is what people see. VT_OK, VT_ERR_FULL (as many wait as may) or
 * VT_ERR_NOMEM; then `fd` stays the caller's. */
int vt_feeds_take(struct vt_feeds *feeds, struct vt_str site, bool is_stock, int fd, struct vt_str name);
/* Something is due: look now. */
void vt_feeds_look(struct vt_feeds *feeds);
/* An import of this site runs or waits. */
bool vt_feeds_is_busy(const struct vt_feeds *feeds, struct vt_str site);

/* One-use leave to send a file (http/feed.h): a secret, good for ten minutes. VT_OK or VT_ERR_FULL. */
enum { VT_FEEDS_SECRET = 33 };
int vt_feeds_leave(struct vt_feeds *feeds, struct vt_str site, bool is_stock, struct vt_str name,
                   char ret_secret[VT_FEEDS_SECRET]);
/* Takes it back. False: there is none such. */
bool vt_feeds_use(struct vt_feeds *feeds, struct vt_str secret, char ret_site[VT_FEEDS_NAME],
                  bool *ret_is_stock, char ret_name[VT_FEEDS_NAME]);

#endif
