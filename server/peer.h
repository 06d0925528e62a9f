/* SPDX-License-Identifier: Apache-2.0 */
/* Peer: one browser at the other end of a WebSocket, from its first message to its last.
 *
 * A peer belongs to nobody before the welcome, then to one site in one role. It is a member of one
 * conversation (customer, guest) or of several (a console window). Callbacks hold its id, never
 * the pointer. */
#ifndef VT_PEER_H
#define VT_PEER_H

#include "protocol/c/errors.h"
#include "protocol/c/messages.h"
#include "protocol/c/ops.h"
#include "server/app.h"
#include "server/bucket.h"
#include "server/outbox.h"

enum { VT_PERSON_TEXT = 40, VT_NAME_TEXT = 81, VT_REQUESTS_OPEN = 64, VT_BAD_MAX = 10 };
enum vt_phase { VT_PHASE_NEW, VT_PHASE_JOINING, VT_PHASE_OPEN, VT_PHASE_CLOSING };

struct vt_peer {
    struct vt_app *app;   /* borrowed */
    struct vt_conn *conn; /* borrowed; NULL after `closed` */
    char id[VT_ID_TEXT];
    enum vt_phase phase;
    enum vt_role role;
    char site[VT_PERSON_TEXT];
    char person[VT_PERSON_TEXT]; /* staff: who; customer: the customer id */
    char name[VT_NAME_TEXT];
    char login[VT_NAME_TEXT];          /* staff: the login name */
    char lang[36];                     /* of a customer's page; "": not said */
    char token[VT_ID_TEXT];            /* a customer's resume token; dies with bye */
    char *queues;                      /* owned; of staff: rights.h; NULL: every queue */
    char languages[VT_LANGUAGES_TEXT]; /* of staff; "": nothing said */
    int64_t expires_ms;                /* vt_steady_ms: the login behind it; 0: never */
    struct vt_outbox outbox;
    struct vt_list members; /* of vt_member.of_peer */
    struct vt_list link;    /* in vt_app.peers or .dead */
    struct vt_list leaving; /* in vt_app.leaving, or alone */
    struct vt_list late;    /* in vt_app.late, or alone */
    struct vt_list behind;  /* in vt_app.behind, or alone */
    struct vt_bucket acts, talks, searches;
    int64_t bad_since_ms;
    uint8_t bad; /* bad messages since bad_since_ms */
    uint8_t requests_open;
    bool signed_in;   /* a customer for whom the shop has signed on this very connection */
    int8_t watch;     /* enum vt_watch_tab, -1: watches no list */
    bool present;     /* counted by presence.c */
    bool live, asked; /* serves a live session; holds a claim card: both beat fast */
    uint32_t beat_ms;
};

/* conn's callbacks. */
void *vt_peer_opened(void *owner, struct vt_conn *conn);
void vt_peer_text(void *peer, const char *bytes, size_t len);
void vt_peer_binary(void *peer, const uint8_t *bytes, size_t len);
void vt_peer_fill(void *peer, struct vt_buf *out);
void vt_peer_closed(void *peer, int code);

struct vt_peer *vt_peer_find(struct vt_app *app, const char *id); /* NULL: gone or closing */

/* Queues a frame; a peer whose outbox is full is closed with 4101. False: the frame was not taken. */
bool vt_peer_send(struct vt_peer *peer, struct vt_frame *frame, enum vt_class class, uint64_t key);
/* Sends `app->text` as it stands to this peer alone. */
void vt_peer_send_text(struct vt_peer *peer, enum vt_class class, uint64_t key);
void vt_peer_close(struct vt_peer *peer, int code, const char *reason);
void vt_peer_beat(struct vt_peer *peer, bool live);
/* Holds a claim card, or no longer: a dead line must be noticed soon. */
void vt_peer_asked(struct vt_peer *peer, bool asked);
/* A peer that has not read for some nine seconds is closed with 4101; expired logins with 4002. */
void vt_peer_sweep(struct vt_peer *peer, int64_t now_ms);
void vt_peers_look(void *app); /* those that are behind, between two sweeps */
/* At the end of the turn: out of every conversation. */
void vt_peer_leave(struct vt_peer *peer);
void vt_peer_destroy(struct vt_peer *peer);

static inline bool vt_peer_is_staff(const struct vt_peer *peer)
{
    return peer->role == VT_ROLE_ASSOCIATE || peer->role == VT_ROLE_SUPERVISOR;
}

#endif
