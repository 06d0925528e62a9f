/* SPDX-License-Identifier: Apache-2.0 */
/* What the HTTP side serves beside the sockets: the browser files, the pictures, the login. */
#ifndef VT_MOUNTS_H
#define VT_MOUNTS_H

#include "server/app.h"
#include "server/audit.h"
#include "server/auth/seal.h"
#include "server/auth/ticket.h"
#include "server/base/buf.h"
#include "server/config.h"
#include "server/conn.h"
#include "server/feeds.h"
#include "server/loop.h"
#include "server/mail.h"
#include "server/media_index.h"
#include "server/media_service.h"
#include "server/site.h"
#include "server/store/store.h"

struct vt_mounts_deps { /* all borrowed, alive until vt_mounts_destroy */
    struct vt_net *net;
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_tickets *tickets;
    struct vt_media *media;
    struct vt_media_index *index;
    struct vt_mailer *mailer;
    struct vt_feeds *feeds;
    struct vt_hooks *hooks;
    struct vt_merchant *merchant;
    struct vt_app *app;
    struct vt_invitations *invitations;
    struct vt_audit *audit;
    const struct vt_seal *seal;
    void (*end_person)(void *arg, struct vt_str person); /* a login ended: its sockets must too */
    void *end_person_arg;
};

struct vt_mounts;
/* On an error one sentence in ret_error, and what was made so far, or NULL: close and destroy it all the
 * same, since its timers end with the loop. */
struct vt_mounts *vt_mounts_open(const struct vt_mounts_deps *deps, struct vt_buf *ret_error, int *ret_err);
/* Closes timers; the memory goes with vt_mounts_destroy once the loop has run dry. */
void vt_mounts_close(struct vt_mounts *mounts);
void vt_mounts_destroy(struct vt_mounts *mounts);

/* The folder of the built browser files: --web, else beside the binary (web/), installed
 * (../share/vitrine/web) or in the source tree (../../web/dist). Empty when there is none. */
void vt_mounts_web(const struct vt_config *config, char *ret_path, size_t size);

#endif
