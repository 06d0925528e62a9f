/* SPDX-License-Identifier: Apache-2.0 */
/* The sites the server serves, in memory, with their Origins and their products; read again within 2 s when
 * `vitrine admin` changes them. Loop thread only. */
#ifndef VT_SITE_H
#define VT_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/list.h"
#include "server/base/str.h"
#include "server/catalogue/catalogue.h"
#include "server/loop.h"
#include "server/settings.h"
#include "server/site_secret.h"
#include "server/store/accounts.h"
#include "server/store/shelf.h"

struct vt_site {
    char *id, *key, *name;          /* owned */
    struct vt_settings *settings;   /* owned */
    char **origins;                 /* owned, NULL-terminated */
    struct vt_catalogue *catalogue; /* a reference; empty until one was imported and read */
    struct vt_shelf *shelf;         /* a reference; NULL: nothing to search */
    int64_t generation;             /* of both */
    struct vt_site_secret secret;   /* wiped with the site */
    struct vt_list link;            /* in vt_sites */
};

struct vt_sites;
/* `ready(arg)` once the first reading is done. `seal` opens the sites' secrets, borrowed; NULL: they have
 * none. `own_origin`: ours, several parted by spaces; NULL until known. */
struct vt_sites *vt_sites_create(struct vt_loop *loop, struct vt_store *store, const struct vt_seal *seal,
                                 const char *data_dir, const char *own_origin, vt_call_fn *ready, void *arg);
/* Stops the timer. The memory goes with vt_sites_destroy, after vt_store_close and once the loop has run dry.
 */
void vt_sites_close(struct vt_sites *sites);
void vt_sites_destroy(struct vt_sites *sites);
/* Our own origins anew, such as when port 0 became a number. VT_OK or VT_ERR_NOMEM. */
int vt_sites_own_put(struct vt_sites *sites, const char *own_origin);
/* `fn(arg)` after each reading that found something changed: sites, people or products. At most 8. */
int vt_sites_on_change(struct vt_sites *sites, vt_call_fn *fn, void *arg);
/* Wall clock, ms: what `vitrine admin` had committed by then is what is served. */
int64_t vt_sites_as_of(const struct vt_sites *sites);
/* The picture at that address has this id now; committed in the store before. */
void vt_sites_picture_put(struct vt_sites *sites, struct vt_str site, struct vt_str url, struct vt_str id);
bool vt_sites_is_empty(const struct vt_sites *sites);
/* A pointer is good for the turn only: keep ids. */
const struct vt_site *vt_sites_by_key(const struct vt_sites *sites, struct vt_str key);
const struct vt_site *vt_sites_by_id(const struct vt_sites *sites, struct vt_str id);
/* The first, or the one behind `before`; NULL: no more. Without `sites` there are none. */
const struct vt_site *vt_sites_next(const struct vt_sites *sites, const struct vt_site *before);
/* At the upgrade no site is named yet: any site's Origin, or our own. Exact comparison of scheme, host, port.
 */
bool vt_sites_origin_known(const struct vt_sites *sites, struct vt_str origin);
bool vt_site_origin_allowed(const struct vt_site *site, struct vt_str origin);
/* The first of our own origins: what a link begins with; "" while none is known. */
const char *vt_sites_own_first(const struct vt_sites *sites);
bool vt_sites_origin_own(const struct vt_sites *sites, struct vt_str origin);

#endif
