/* SPDX-License-Identifier: Apache-2.0 */
/* REST: everything below /api/v1 that stands in the table of rows.c; docs/api.md is its contract.
 *
 * A row says who may ask and how; its function runs on the store's writer as one transaction with
 * the check of who asks, so a right that ended a moment ago is gone. Then, in this order: the
 * commit, the audit record, the answer. Loop thread. */
#ifndef VT_API_H
#define VT_API_H

#include "server/api/login.h"
#include "server/audit.h"
#include "server/auth/seal.h"

struct vt_api;
struct vt_app;
struct vt_feeds;
struct vt_hooks;
struct vt_merchant;
struct vt_media;
struct vt_media_index;
struct vt_api_deps { /* all borrowed, alive until vt_api_destroy */
    struct vt_net *net;
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_audit *audit;
    const struct vt_seal *seal;
    struct vt_api_login *login;
    struct vt_app *app;
    struct vt_media *media;
    struct vt_media_index *index;
    struct vt_feeds *feeds;
    struct vt_hooks *hooks;
    struct vt_merchant *merchant;
};

struct vt_api *vt_api_mount(const struct vt_api_deps *deps); /* NULL: no memory */
/* No password check begins any more. The memory goes with vt_api_destroy, as vt_api_login_destroy. */
void vt_api_close(struct vt_api *api);
void vt_api_destroy(struct vt_api *api);

/* The table as JSON lines, for tests and for the check of openapi.json. */
void vt_api_write_rows(struct vt_buf *out);

#endif
