/* SPDX-License-Identifier: Apache-2.0 */
/* App: everything between the sockets and the store: peers, conversations, lines.
 *
 * main makes one, hands its handler to the network and drains it at the end. Loop thread only. */
#ifndef VT_APP_H
#define VT_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "server/auth/ticket.h"
#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/ids.h"
#include "server/base/list.h"
#include "server/base/map.h"
#include "server/bus/bus.h"
#include "server/config.h"
#include "server/conn.h"
#include "server/coord/coord.h"
#include "server/loop.h"
#include "server/mail.h"
#include "server/media_index.h"
#include "server/site.h"
#include "server/store/store.h"

struct vt_quotas;   /* quota.h */
struct vt_media;    /* media_service.h */
struct vt_uploads;  /* upload.h */
struct vt_merchant; /* merchant.h */
struct vt_outgoing; /* outgoing/outgoing.h */

struct vt_app_deps { /* all borrowed, alive until vt_app_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_quotas *quotas; /* NULL: no site has any */
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_media_index *index; /* NULL: nothing is personal */
    struct vt_tickets *tickets;
    struct vt_bus *bus;
    struct vt_coord *coord;
    struct vt_mailer *mailer;
    struct vt_audit *audit; /* NULL: nothing is recorded */
    struct vt_uploads *uploads;
    struct vt_media *media;       /* draws what goes into mails */
    struct vt_merchant *merchant; /* NULL: no shop is asked */
    struct vt_outgoing *outgoing; /* NULL: no site's bot is asked */
};

struct vt_chan; /* chan.h */
struct vt_css;  /* mirror_css.h */

struct vt_app {
    struct vt_app_deps deps;
    char node[VT_ID_TEXT];
    struct vt_list peers;              /* of vt_peer.link */
    struct vt_map peers_by_id;         /* to vt_peer */
    struct vt_list dead;               /* of vt_peer.link: freed at the end of the turn */
    struct vt_list failed_joins;       /* of vt_join.failed: told at the end of the turn */
    struct vt_list leaving;            /* of vt_peer.leaving: members until the end of the turn */
    struct vt_map conversations;       /* "site/conv" to vt_conversation */
    struct vt_list conversations_list; /* of vt_conversation.link */
    struct vt_map lines;               /* "site/queue" to vt_line, queue.c */
    struct vt_map forecasts;           /* site to forecast, queue_forecast.c */
    struct vt_map staff;               /* person to vt_staff, presence.c */
    struct vt_list staff_list;         /* of vt_staff.link */
    uint32_t next_staff;
    struct vt_map statuses; /* site to what its customers were told last, queue_status.c */
    struct vt_list late;    /* of vt_peer.late: latest frames held back for 16 ms */
    struct vt_list behind;  /* of vt_peer.behind: their sockets take nothing */
    struct vt_chan **chans; /* owned, by number; chan.c */
    uint16_t next_chan;
    uint32_t next_ask;     /* names of open questions among staff */
    struct vt_css *css;    /* owned; NULL until a page is mirrored; mirror_css.c */
    struct vt_map guesses; /* person to vt_guess: wrong codes; handlers/code.c */
    struct vt_map seen;    /* site to what its pages have shown; seen.c */
    uint32_t next_number;  /* conversations' numbers, the wire's `c` of staff */
    uint64_t restoring;    /* sessions of the last run not loaded yet */
    bool draining, stopped;
    struct vt_arena arena; /* of the message being handled */
    struct vt_buf text;    /* of the frame being encoded */
    struct vt_timer sweep, late_timer, behind_timer, hours_timer;
    int64_t lines_swept_ms;
    struct vt_turn_hook turn;
    vt_call_fn *ready; /* NULL once called */
    void *ready_arg;
};

/* NULL: no memory. `ready(arg)` runs once the sessions of the last run are restored; accept after it. */
struct vt_app *vt_app_create(const struct vt_app_deps *deps, vt_call_fn *ready, void *arg);
void vt_app_handler(struct vt_app *app, struct vt_conn_handler *ret_handler);
/* Tells every peer `drain` and closes it with 4000; new ones are refused. */
void vt_app_drain(struct vt_app *app);
/* Tells every peer to come back to the node that leads now (4103). */
void vt_app_move(struct vt_app *app);
/* Closes the timers; the memory goes with vt_app_destroy once the loop has run dry. */
void vt_app_stop(struct vt_app *app);
void vt_app_destroy(struct vt_app *app);
/* handlers/code.c: forgets who has guessed. */
void vt_guesses_finish(struct vt_app *app);
/* conversation.c: the last of the sessions to be restored is there. */
void vt_app_restored(struct vt_app *app);
/* A login ended: the sockets of that person close with 4002. */
void vt_app_end_person(struct vt_app *app, struct vt_str person);

#endif
