/* SPDX-License-Identifier: Apache-2.0 */
/* What serve.c (start and stop), serve_signals.c (what comes in between) and serve_node.c (one of several)
 * share. */
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
    struct vt_node *node; /* NULL: this server is alone */
    struct vt_net *net;
    struct vt_mounts *mounts;
    struct vt_ops ops;
    struct vt_buf error; /* why it did not start */
    int lock;            /* of the data directory; -1: none */
    uv_signal_t term, interrupt, hangup, user;
    struct vt_timer second;
    bool handles_open; /* the signals and the timer */
    bool sites_ready, index_ready, app_ready, erased_ready, stop_asked, drained;
    bool announced;
    bool again; /* a node that leads no more: all of it begins anew */
};

/* serve.c: /readyz says no, nobody is let in, and whoever is here is told and goes. */
void vt_serve_drain(struct serve *serve);
void vt_serve_drained(void *serve);
/* Turns the loop until the flag is set. False when a signal came first, or another node leads. */
bool vt_serve_turn_until(struct serve *serve, const bool *flag);

/* serve_signals.c */
void vt_serve_open_handles(struct serve *serve);
void vt_serve_close_handles(struct serve *serve);
void vt_serve_metrics(void);

/* serve_node.c */
void vt_serve_announce(struct serve *serve, const char *url);
/* Until this node leads; browsers are served meanwhile, by the one that does. */
int vt_serve_follow(struct serve *serve);
struct vt_store *vt_serve_open_store(struct serve *serve);
/* Once a second: whether the store still takes what this node writes. */
void vt_serve_look_at_lead(struct serve *serve);
/* The process as if it had just been started: the surest way to keep nothing of what it knew as the leader.
 * `argv`: of vt_serve_main. */
void vt_serve_begin_anew(char **argv);

#endif
