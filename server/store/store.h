/* SPDX-License-Identifier: Apache-2.0 */
/* The store: everything that must outlive the process.
 *
 * One interface, asynchronous: a call copies what it is given, returns at once, and `done` runs on
 * the loop thread in a later turn, always, also after an error. Writes go to the writer thread
 * in the order of the calls; it takes what is queued when it becomes free (at most 1024 rows), and
 * a row's `done` runs only after the commit that holds it (scale-out: acknowledged = committed).
 * Reads run on their own thread and connection. Texts given to `done` live until it returns.
 *
 * A call returns VT_OK, or VT_ERR_FULL when store_queue rows wait already, or those before it for too
 * long, or its site has its share of them; then `done` does not run. `done`'s err: VT_OK, VT_ERR_STALE (an
 * older epoch than the conversation's), VT_ERR_MISSING, VT_ERR_FULL (disk), VT_ERR_EXISTS (conv_create),
 * VT_ERR_IO. Every table has `site` in its key and every query names it. */
#ifndef VT_STORE_H
#define VT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"
#include "server/loop.h"

struct vt_store;

/* Of several nodes one writes: who opens takes the store over, and from then on each commit of a former one
 * is refused. */
struct vt_store_lead {
    const char *group;
    int64_t epoch;  /* higher than any before, else it does not open */
    int64_t newest; /* set then: the highest before */
};
struct vt_store_limits {
    const char *address;        /* of the tables in PostgreSQL; NULL or empty: a file of the data directory */
    size_t queue_rows;          /* waiting to be committed, and as many to be read */
    int64_t queue_ms;           /* nothing is queued behind a commit that takes longer */
    struct vt_store_lead *lead; /* NULL: this server is alone */
    struct vt_quotas *quotas;   /* quota.h: what a site may write, and its share of the queue; NULL: all */
};
/* Opens or creates, migrates forward. On failure NULL and one sentence in ret_error. */
struct vt_buf;
struct vt_store *vt_store_open(struct vt_loop *loop, const char *data_dir,
                               const struct vt_store_limits *limits, struct vt_buf *ret_error);
/* Where its tables are, as vt_store_limits has it; "" for the file. */
const char *vt_store_address(const struct vt_store *store);
/* For how long nothing could be written: the disk is full or does not answer; 0: it can. While it is not 0
 * and nobody writes it tries by itself, so ask it about once a second. */
int64_t vt_store_unable_ms(struct vt_store *store);
/* Another node has taken it over: every write gives VT_ERR_STALE. It is noticed with the next write; `asks`:
 * one is made for that, so ask about once a second. */
bool vt_store_is_fenced(struct vt_store *store, bool asks);
/* Calls whose `done` has not run yet. Who stops in order turns the loop until there is none: each
 * `done` owns what it was given. */
size_t vt_store_pending(const struct vt_store *store);
/* Commits what is queued, joins the threads; a `done` that is still outstanding is dropped. */
void vt_store_close(struct vt_store *store);

typedef void vt_store_done_fn(void *arg, int err);

/* --- the thread of a conversation: class D ------------------------------------------------ */
struct vt_store_message {
    struct vt_str site, conv, sid; /* sid may be absent */
    uint32_t epoch;
    struct vt_str cid; /* the client's, unique in the conversation; absent: none */
    uint8_t audience;  /* bit 1 << enum vt_role */
    int64_t ts;
    struct vt_str by, op, body; /* body: JSON of the event's d */
};
/* cs: the row's number; `doubled`: this cid was there already and cs is the first one's. */
typedef void vt_store_append_fn(void *arg, int err, uint32_t cs, bool doubled);
int vt_store_append(struct vt_store *store, const struct vt_store_message *message, vt_store_append_fn *done,
                    void *arg);

struct vt_store_row {
    uint32_t cs;
    uint8_t audience;
    int64_t ts;
    struct vt_str by, op, body;
};
typedef void vt_store_rows_fn(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more);
/* Rows with after < cs, oldest first, for the audience bit; `more`: beyond `limit` there are further ones. */
int vt_store_since(struct vt_store *store, struct vt_str site, struct vt_str conv, uint8_t audience,
                   uint32_t after, size_t limit, vt_store_rows_fn *done, void *arg);
/* The last `limit` rows with cs < before (0: no bound), oldest first. */
int vt_store_before(struct vt_store *store, struct vt_str site, struct vt_str conv, uint8_t audience,
                    uint32_t before, size_t limit, vt_store_rows_fn *done, void *arg);
/* The first `limit` rows written while the session ran or was the last one, for the audience bit. */
int vt_store_rows_of(struct vt_store *store, struct vt_str site, struct vt_str conv, struct vt_str sid,
                     uint8_t audience, size_t limit, vt_store_rows_fn *done, void *arg);

/* The last `limit` rows about consent (`consent.…`) of a session, or with no sid of the conversation, whoever
 * may read them; oldest first. */
int vt_store_consents(struct vt_store *store, struct vt_str site, struct vt_str conv, struct vt_str sid,
                      size_t limit, vt_store_rows_fn *done, void *arg);

/* --- conversations ------------------------------------------------------------------------ */
struct vt_store_conv {
    struct vt_str site, conv, customer; /* customer: a random id until identified */
    uint32_t epoch, cs;                 /* cs: the highest */
    int64_t created;
    struct vt_str profile; /* JSON of `profile` (protocol types.json), absent: none yet */
    struct vt_str known;   /* the associate of the last session that ended; absent: none */
    int64_t known_at;      /* ms since 1970 of its end */
    struct vt_str queue;   /* of its last session, ended or not; absent: it never had one */
};
int vt_store_conv_create(struct vt_store *store, const struct vt_store_conv *conv, vt_store_done_fn *done,
                         void *arg);
typedef void vt_store_conv_fn(void *arg, int err, const struct vt_store_conv *conv);
/* Takes the conversation over: epoch + 1, written before `done`. VT_ERR_MISSING: no such conversation of this
 * site. */
int vt_store_conv_own(struct vt_store *store, struct vt_str site, struct vt_str conv, vt_store_conv_fn *done,
                      void *arg);
/* What staff know of the conversation: replaced as a whole. `contact`: ms since 1970 of a message that waits
 * for an answer, 0: none does. `done` may be NULL, then it is lazy as a mark is. */
int vt_store_profile_put(struct vt_store *store, struct vt_str site, struct vt_str conv,
                         struct vt_str profile, int64_t contact, vt_store_done_fn *done, void *arg);
struct vt_store_name {
    struct vt_str site, conv;
};
typedef void vt_store_names_fn(void *arg, int err, const struct vt_store_name *names, size_t n);
/* The conversations in which a message waits, of all sites, the oldest first. */
int vt_store_contacts(struct vt_store *store, size_t limit, vt_store_names_fn *done, void *arg);
/* Everyone who ever took part in the conversation, with what they have read and received; `who` as
 * on the wire ("c", "a1"), `person` the id behind it (absent for a customer). Replaced by who.
 * Nobody waits for a mark or a page: they share the next commit, at the latest that of one second
 * later, and never come after a row that was appended after them. */
struct vt_store_mark {
    struct vt_str who, person, role, name;
    uint32_t read, delivered;
    bool called; /* into the session that runs */
};
int vt_store_mark_put(struct vt_store *store, struct vt_str site, struct vt_str conv,
                      const struct vt_store_mark *mark);
typedef void vt_store_marks_fn(void *arg, int err, const struct vt_store_mark *marks, size_t n);
int vt_store_marks(struct vt_store *store, struct vt_str site, struct vt_str conv, vt_store_marks_fn *done,
                   void *arg);
/* The trail of pages: body is the JSON of `page`. The newest 200 a conversation are kept. */
int vt_store_page_put(struct vt_store *store, struct vt_str site, struct vt_str conv, int64_t ts,
                      struct vt_str body);
typedef void vt_store_pages_fn(void *arg, int err, const struct vt_str *bodies, size_t n);
int vt_store_pages(struct vt_store *store, struct vt_str site, struct vt_str conv, size_t limit,
                   vt_store_pages_fn *done, void *arg);

/* --- sessions ----------------------------------------------------------------------------- */
struct vt_store_session {
    struct vt_str site, conv, sid, reference, queue,
        associate;                  /* associate: person id, absent until claimed */
    int state;                      /* enum vt_state */
    int64_t joined, created, ended; /* ms since 1970; 0: not yet */
    int64_t taken;                  /* by the first associate */
    uint32_t eta[2];                /* seconds, as foretold on joining; 0, 0: not */
    struct vt_str lang;             /* the customer's, as BCP 47 */
    struct vt_str view;             /* JSON of `view` with its marks; absent: none */
    struct vt_str info;             /* JSON the owner keeps beside it (product, text) */
};
/* Inserts or replaces by sid. `done` may be NULL. */
int vt_store_session_put(struct vt_store *store, const struct vt_store_session *session,
                         vt_store_done_fn *done, void *arg);
typedef void vt_store_sessions_fn(void *arg, int err, const struct vt_store_session *sessions, size_t n);
/* Every session that has not ended, of all sites, by joining time: what a start begins from. */
int vt_store_sessions_open(struct vt_store *store, vt_store_sessions_fn *done, void *arg);

/* The wrap-up of a session, and what the customer thought of it; what is absent or 0 stays as it was.
 * sid absent: the newest of the conversation. */
struct vt_store_wrap {
    struct vt_str outcome, note;
    int stars;
};
int vt_store_session_wrap(struct vt_store *store, struct vt_str site, struct vt_str conv, struct vt_str sid,
                          const struct vt_store_wrap *wrap);
/* A session as it was; associate: the name. */
struct vt_store_past {
    struct vt_str sid, reference, queue, associate, outcome, note, lang;
    int state, stars; /* stars 0: not rated */
    int64_t created, ended;
};
typedef void vt_store_past_fn(void *arg, int err, const struct vt_store_past *sessions, size_t n);
/* The conversation's sessions, the newest first. */
int vt_store_sessions_of(struct vt_store *store, struct vt_str site, struct vt_str conv, size_t limit,
                         vt_store_past_fn *done, void *arg);

/* --- one-time secrets (stored as SHA-256): a guest's link, a customer's way back, a caller's code -- */
struct vt_store_once {
    struct vt_str site, conv, kind; /* guest, back, code */
    struct vt_str sid, name;        /* may be absent */
    int64_t expires;                /* ms since 1970 */
};
/* `alone`: the conversation's earlier ones of this kind end. VT_ERR_EXISTS: the secret is in use. */
int vt_store_once_put(struct vt_store *store, struct vt_str secret, const struct vt_store_once *once,
                      bool alone, vt_store_done_fn *done, void *arg);
/* Takes it, so that it is gone. VT_ERR_MISSING: none such, or of another site or kind, or expired. */
typedef void vt_store_once_fn(void *arg, int err, const struct vt_store_once *once);
int vt_store_once_take(struct vt_store *store, struct vt_str site, struct vt_str kind, struct vt_str secret,
                       vt_store_once_fn *done, void *arg);

/* --- resume tokens (stored as SHA-256) ------------------------------------------------------ */
struct vt_store_resume {
    struct vt_str site, conv, role, person, origin; /* person: the customer id */
    int64_t expires;                                /* ms since 1970 */
};
/* Stores the new token and lets `former` (absent: none) live for at most 2 min more; committed before
 * `done`. */
int vt_store_resume_put(struct vt_store *store, struct vt_str token, struct vt_str former,
                        const struct vt_store_resume *resume, vt_store_done_fn *done, void *arg);
typedef void vt_store_resume_fn(void *arg, int err, const struct vt_store_resume *resume);
int vt_store_resume_get(struct vt_store *store, struct vt_str token, vt_store_resume_fn *done, void *arg);
int vt_store_resume_drop(struct vt_store *store, struct vt_str token);
/* All tokens of one person in a conversation: a guest who was sent away. */
int vt_store_resume_drop_person(struct vt_store *store, struct vt_str site, struct vt_str conv,
                                struct vt_str person);

/* --- sites, people, logins, catalogue: see accounts.h ---------------------------------------- */

#endif
