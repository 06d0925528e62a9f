/* SPDX-License-Identifier: Apache-2.0 */
/* What serve.c (start and stop) and serve_signals.c (what comes in between) share. */
#ifndef VT_SERVE_INTERNAL_H
#define VT_SERVE_INTERNAL_H

#include <stdbool.h>

#include "server/api/ops.h"
#include "server/base/buf.h"
#include "server/config.h"
#include "server/listen.h"
#include "server/loop.h"

struct serve {
    struct vt_config config;
    struct vt_listen_hold hold;
    struct vt_loop *loop;
    struct vt_quotas *quotas;
    struct vt_media *media;
    struct vt_store *store;
    struct vt_audit *audit;
    struct vt_seal *seal;
    struct vt_media_index *index;
    struct vt_sites *sites;
    struct vt_tickets *tickets;
    struct vt_bus *bus;
    struct vt_coord *coord;
    struct vt_outgoing *outgoing;
    struct vt_mailer *mailer;
    struct vt_uploads *uploads;
    struct vt_fetcher *fetcher;
    struct vt_feeds *feeds;
    struct vt_hooks *hooks;
    struct vt_merchant *merchant;
    struct vt_app *app;
    struct vt_watches *watches;
    struct vt_invitations *invitations;
    struct vt_retention *retention;
    struct vt_net *net;
    struct vt_mounts *mounts;
    struct vt_ops ops;
    struct vt_buf error; /* why it did not start */
    int lock;            /* of the data directory; -1: none */
    uv_signal_t term, interrupt, hangup, user;
    struct vt_timer second;
    bool handles_open; /* the signals and the timer */
    bool sites_ready, index_ready, app_ready, erased_ready, stop_asked, drained;
};

/* serve.c: /readyz says no, nobody is let in, and whoever is here is told and goes. */
void vt_serve_drain(struct serve *serve);

/* serve_signals.c */
void vt_serve_open_handles(struct serve *serve);
void vt_serve_close_handles(struct serve *serve);
void vt_serve_metrics(void);

#endif
