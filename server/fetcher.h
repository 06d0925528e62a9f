/* SPDX-License-Identifier: Apache-2.0 */
/* Fetcher: the pictures that catalogues name by address, brought in from the shops' hosts.
 *
 *     due row of the store -> request (server/outgoing) -> unnamed file -> sniff, SHA-256, original's place
 *        -> ingest by a worker -> row says "there" -> products show it
 *
 * Hosts are those of the site's settings (imageHosts), else of its origins. A picture that fails is
 * tried again after 1 minute, 10 minutes and 1 hour; then its reason stays until the next import or
 * `vitrine admin pictures --retry`. One that was fetched before is asked for by ETag or date at the next
 * import and shown meanwhile. No address is ever taken from a media request. Loop thread only. */
#ifndef VT_FETCHER_H
#define VT_FETCHER_H

#include "server/config.h"
#include "server/loop.h"
#include "server/media_service.h"
#include "server/outgoing/outgoing.h"
#include "server/site.h"
#include "server/store/store.h"

struct vt_fetcher;

struct vt_fetcher_deps { /* borrowed, alive until vt_fetcher_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_quotas *quotas; /* NULL: no site has any */
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_outgoing *outgoing;
    struct vt_media *media;
};

/* Begins at once, and whenever the sites change. NULL: no memory. */
struct vt_fetcher *vt_fetcher_create(const struct vt_fetcher_deps *deps);
/* Before vt_outgoing_close and vt_media_close. The memory goes with vt_fetcher_destroy, after the store
 * has closed. */
void vt_fetcher_close(struct vt_fetcher *fetcher);
void vt_fetcher_destroy(struct vt_fetcher *fetcher);

#endif
