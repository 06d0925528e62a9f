/* SPDX-License-Identifier: Apache-2.0 */
/* Conversation: the durable thread of one customer with one site, while somebody needs it in
 * memory, and the session that runs in it.
 *
 * It is loaded from the store (which raises its epoch) for the first who asks and given up when
 * nobody is there and no session runs. It owns its session, view, people and members; numbers
 * `s`; learns `cs` from the store. Members come and go with peers; people stay as long as the
 * thread names them. */
#ifndef VT_CONVERSATION_H
#define VT_CONVERSATION_H

#include "protocol/c/messages.h"
#include "server/app.h"
#include "server/peer.h"

enum {
    VT_PEOPLE_MAX = 64,
    VT_TRAIL_MAX = 50,
    VT_WHO_TEXT = 17,
    VT_CONV_TEXT = 40,
    VT_CIDS = 32,
    VT_ATTENTION_PUT = 16
};
enum { VT_CHANGING_MS = 5000 };

/* Somebody who takes or took part. */
struct vt_person {
    char who[VT_WHO_TEXT];
    char person[VT_PERSON_TEXT]; /* "" for a customer */
    char name[VT_NAME_TEXT];
    enum vt_role role;
    enum vt_at at;
    bool called;              /* a colleague the session has called in: everybody sees them */
    bool verified;            /* a customer the shop has signed for */
    int64_t left_ms;          /* when the last socket went; 0: here, or never was since the start */
    int64_t noted_ms;         /* when their looking on was recorded last; 0: not yet. rights.c */
    uint32_t read, delivered; /* cs */
};

/* One peer's part in one conversation. */
struct vt_member {
    struct vt_peer *peer;
    struct vt_conversation *conv;
    struct vt_list of_peer, of_conv;
    uint8_t person;             /* index in vt_conversation.people */
    bool holding;               /* a replay runs: what is published waits in `held` */
    bool lost;                  /* `held` overflowed: a snapshot must follow */
    bool told;                  /* knows the channels */
    uint8_t joins;              /* replays that run; the last one lets go of `held` */
    struct vt_fifo_held *held;  /* owned; join.c */
    struct vt_chan *ptr, *draw; /* borrowed from the table; NULL until live */
    struct vt_chan *dom, *mptr; /* so too; NULL until the customer has agreed */
    struct vt_viewer *viewer;   /* owned; NULL: does not watch the mirror. mirror.c */
    uint32_t acked_s, acked_cs;
};

struct vt_session {
    enum vt_state state;
    char sid[VT_ID_TEXT];
    char reference[16];
    char queue[65];
    char associate[VT_PERSON_TEXT];        /* "" until taken */
    int64_t joined, created, ended, since; /* ms since 1970; since: the present state */
    int64_t taken;                         /* when an associate took it; 0: not yet */
    int64_t paired;                        /* when the present one took it; 0: not, or before a restart */
    uint32_t eta[2];                       /* seconds, as answered on joining */
    int64_t away_until_ms;                 /* monotonic; the customer announced a longer leave */
    bool joining;                          /* the line has been asked for a place */
    bool unclaimed;                        /* everybody was asked and nobody came: the customer knows */
    char lang[36];                         /* the customer's, as BCP 47 */
    bool recap_due;                        /* it has ended, and its recap is ready once that is stored, */
    bool recap_untold, recap_asked;        /* which the thread has yet to say; the store has been asked to */
    char *question; /* owned: the text of queue.join until it is in the thread, or NULL */
    char *product;  /* owned JSON of product_ref, or NULL */
};

struct vt_cid { /* a request of class C that was answered */
    char cid[37];
    int64_t at_ms;
    uint32_t s;
    enum vt_op op;
    char *d; /* owned JSON of the reply's d */
};

struct vt_page_kept {
    char *body; /* owned JSON of page */
};

struct vt_ask;    /* ask.h */
struct vt_acts;   /* act.h */
struct vt_mirror; /* mirror.h */
struct vt_viewer; /* mirror.h */

/* What the customer has agreed to: consent.h. */
struct vt_consents {
    uint8_t state[VT_CAPABILITY_COUNT]; /* enum vt_consent_word */
    int64_t used_ms[VT_CAPABILITY_COUNT];
    uint32_t stops[VT_CAPABILITY_COUNT]; /* how often it was stopped: a grant on its way counts no more */
};

struct vt_conversation {
    struct vt_app *app; /* borrowed */
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], customer[VT_PERSON_TEXT];
    char *key;       /* owned: "site/conv" */
    uint32_t number; /* the wire's c for staff */
    uint32_t epoch, s, cs;
    uint32_t last_s[VT_AUDIENCES], last_cs[VT_AUDIENCES];
    bool loaded;
    struct vt_list waiters;   /* of vt_conv_waiter, until loaded */
    int64_t idle_since_ms;    /* nobody here, no session; 0: somebody is */
    struct vt_list members;   /* of vt_member.of_conv */
    struct vt_person *people; /* owned */
    uint8_t people_n;
    struct vt_session session;
    struct vt_view *view;           /* owned; NULL until one is opened */
    struct vt_chan *view_chan;      /* borrowed from the table; NULL unless live */
    bool view_unsaved, view_saving; /* changed since the last save; a save is on its way */
    uint32_t unread_staff;          /* customer's messages since staff read */
    uint32_t place, eta[2];         /* while waiting, as last told */
    int64_t place_told_ms;
    struct vt_ring *ring;       /* owned; NULL unless waiting: ring.c */
    struct vt_notices *notices; /* owned; what is shown to who waits: notice.c */
    char known[VT_PERSON_TEXT]; /* the associate of the session before; "": none */
    int64_t known_ms;           /* ms since 1970 of that */
    struct vt_page_kept *trail; /* owned, with room for more than trail_n; NULL until the first: trail.c */
    uint8_t trail_n;
    char *cart;          /* owned JSON of `cart`; NULL: the page has not said. handlers/cart.c */
    struct vt_cid *cids; /* owned, VT_CIDS of them; NULL until the first */
    uint8_t cids_next;
    char *profile;   /* owned JSON of `profile`; NULL: none yet. profile.h */
    int64_t contact; /* ms since 1970 of a message that waits for an answer; 0: none does */
    struct {
        int64_t due_ms, last_ms; /* monotonic; due 0: none waits. last: no further line puts it off */
        uint32_t after;          /* cs before its first line */
    } answer;                    /* of staff, to go by mail: answer_mail.c */
    struct {
        uint32_t waiting[3], today[3]; /* by enum vt_attention_kind */
        uint32_t day;                  /* of today, since 1970 */
        uint8_t put_next;
        struct {
            uint64_t cid; /* its hash; 0: none */
            uint8_t kind; /* VT_ATTENTION_NONE: answered since */
        } * put;          /* owned; VT_ATTENTION_PUT counted last; NULL: none yet */
    } attention;          /* attention.h */
    bool calm;            /* the customer has paused pictures */
    struct vt_ask *ask;   /* owned; NULL: nobody is asked */
    struct vt_consents consents;
    struct vt_acts *acts;         /* owned; NULL until the page is asked for something */
    struct vt_mirror *mirror;     /* owned; NULL: the customer has not agreed */
    uint32_t page;                /* the customer's document, as page.at counts; 0: not said */
    bool guide_busy, guide_again; /* the automatic helper is at work; more has happened since: guide_run.h */
    int64_t chat_minute_ms;
    uint32_t chat_minute;
    struct vt_list link; /* in vt_app.conversations_list */
};

/* NULL: not in memory (or still loading). */
struct vt_conversation *vt_conv_find(struct vt_app *app, struct vt_str site, struct vt_str conv);
/* The customer has it open now, and reads what comes. */
bool vt_conv_has_customer(struct vt_conversation *conv);
/* Loads if needed, then done(arg, conv, VT_OK); or NULL and VT_ERR_NOT_FOUND, VT_ERR_STORE_UNAVAILABLE. Never
 * before it returns. */
typedef void vt_conv_fn(void *arg, struct vt_conversation *conv, int err);
int vt_conv_load(struct vt_app *app, struct vt_str site, struct vt_str conv, vt_conv_fn *done, void *arg);
/* Brings back a session of the last run once its conversation is loaded. */
int vt_conv_restore(struct vt_app *app, const struct vt_store_session *session);
void vt_conv_destroy(struct vt_conversation *conv);
/* Presence, holds and the end of what nobody needs: once a second. */
void vt_conv_sweep(struct vt_conversation *conv, int64_t now_ms);

/* Members. */
int vt_conv_join(struct vt_conversation *conv, struct vt_peer *peer, struct vt_member **ret_member);
void vt_conv_leave(struct vt_member *member);
struct vt_member *vt_conv_member(struct vt_conversation *conv, const struct vt_peer *peer);

static inline struct vt_person *vt_member_person(const struct vt_member *member)
{
    return &member->conv->people[member->person];
}
static inline const char *vt_member_who(const struct vt_member *member)
{
    return vt_member_person(member)->who;
}
static inline int vt_member_audience(const struct vt_member *member)
{
    return vt_peer_is_staff(member->peer)        ? VT_AUDIENCE_STAFF
           : member->peer->role == VT_ROLE_GUEST ? VT_AUDIENCE_GUEST
                                                 : VT_AUDIENCE_CUSTOMER;
}

#endif
