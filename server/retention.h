/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: what a site has kept for long enough goes, and files of what was erased.
 *
 * Soon after the start and every hour, site by site: rows older than its `retention.days` (else
 * --retention-days), a bounded bite of them in each commit with a pause behind it, so that a chat message
 * never waits for more than one bite. A conversation in which a session runs is left; one of which nothing
 * remains goes as a whole. Renditions of what people sent leave the cache after a day and are made again
 * when somebody looks. What a site lost is an audit record with counts. Loop thread only. */
#ifndef VT_RETENTION_H
#define VT_RETENTION_H

#include "server/app.h"
#include "server/audit.h"
#include "server/media_service.h"

struct vt_retention;

struct vt_retention_deps { /* borrowed, alive until vt_retention_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_media *media;
    struct vt_media_index *index;
    struct vt_audit *audit;
    struct vt_app *app;
};

/* `ready(arg)` once the files of what was erased before are gone: accept after it. NULL: no memory. */
struct vt_retention *vt_retention_create(const struct vt_retention_deps *deps, vt_call_fn *ready, void *arg);
/* Before vt_media_close. The memory goes with vt_retention_destroy, after the store has closed. */
void vt_retention_close(struct vt_retention *retention);
void vt_retention_destroy(struct vt_retention *retention);

#endif
