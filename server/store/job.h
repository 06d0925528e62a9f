/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the store on its way: private to server/store/.
 *
 * store_calls.c copies the arguments into a job's arena and submits it; the backend runs it on its
 * own thread, fills `out` from the same arena and hands it back by vt_mailbox_finish; the mailbox
 * calls `deliver` on the loop thread and frees the job. Exactly one of them owns it at a time. */
#ifndef VT_STORE_JOB_H
#define VT_STORE_JOB_H

#include <pthread.h>

#include "server/auth/digest.h"
#include "server/base/arena.h"
#include "server/base/list.h"
#include "server/store/accounts.h"
#include "server/store/mails.h"
#include "server/store/manage.h"
#include "server/store/media.h"
#include "server/store/pictures.h"
#include "server/store/store.h"

/* Writes first: the backend parts the two by VT_JOB_FIRST_READ. */
enum vt_job_kind {
    VT_JOB_APPEND,
    VT_JOB_CONV_CREATE,
    VT_JOB_CONV_OWN,
    VT_JOB_MARK_PUT,
    VT_JOB_PAGE_PUT,
    VT_JOB_SESSION_PUT,
    VT_JOB_RESUME_PUT,
    VT_JOB_RESUME_GET, /* a write: presenting a token ends the one before it */
    VT_JOB_RESUME_DROP,
    VT_JOB_RESUME_DROP_PERSON,
    VT_JOB_PROFILE_PUT,
    VT_JOB_SESSION_WRAP,
    VT_JOB_ONCE_PUT,
    VT_JOB_ONCE_TAKE, /* a write: taking ends it */
    VT_JOB_PASSWORD_PUT,
    VT_JOB_WORK,
    VT_JOB_LOGIN_GET, /* a write: the use is noted */
    VT_JOB_LOGIN_DROP,
    VT_JOB_SITE_SECRET_PUT,
    VT_JOB_MEDIUM_PUT,
    VT_JOB_MAIL_PUT,
    VT_JOB_MAIL_TRIED,
    VT_JOB_PICTURE_PUT,
    VT_JOB_FIRST_READ,
    VT_JOB_SINCE = VT_JOB_FIRST_READ,
    VT_JOB_BEFORE,
    VT_JOB_ROWS_OF,
    VT_JOB_CONSENTS,
    VT_JOB_MARKS,
    VT_JOB_PAGES,
    VT_JOB_SESSIONS_OPEN,
    VT_JOB_SESSIONS_OF,
    VT_JOB_CONTACTS,
    VT_JOB_SITES,
    VT_JOB_PERSON_BY_LOGIN,
    VT_JOB_PERSON_GET,
    VT_JOB_VERSION,
    VT_JOB_LOOK,
    VT_JOB_MEDIA,
    VT_JOB_MAILS_DUE,
    VT_JOB_PICTURES_DUE,
    VT_JOB_COUNT
};

/* A job's arena holds its arguments and what it read; a site's whole catalogue is the largest. */
enum { VT_JOB_BYTES = 256 << 20, VT_STORE_BATCH = 1024, VT_STORE_PAGES = 200 };

struct vt_job {
    struct vt_list link; /* in a lane's queue, a batch, or the mailbox */
    struct vt_arena arena;
    enum vt_job_kind kind;
    bool lazy;   /* nobody waits: it may sit for a second to share another's commit */
    bool leads;  /* the first of its commit */
    bool shared; /* counts in its site's share of the queue */
    int64_t now; /* ms since 1970, when the call was made */
    int err;     /* the result */
    void (*deliver)(struct vt_job *job);
    void *arg; /* borrowed, handed to the callback */
    union {    /* NULL: nobody wants to know */
        vt_store_done_fn *done;
        vt_store_append_fn *append;
        vt_store_rows_fn *rows;
        vt_store_conv_fn *conv;
        vt_store_marks_fn *marks;
        vt_store_pages_fn *pages;
        vt_store_sessions_fn *sessions;
        vt_store_resume_fn *resume;
        vt_store_names_fn *names;
        vt_store_past_fn *past;
        vt_store_once_fn *once;
        vt_store_sites_fn *sites;
        vt_store_person_fn *person;
        vt_store_version_fn *version;
        vt_store_media_fn *media;
        vt_store_mails_fn *mails;
        vt_store_pictures_fn *pictures;
    } on;
    struct vt_str site, conv; /* of every call that names them */
    union {
        struct vt_store_message message;
        struct vt_store_conv conv;
        struct vt_store_mark mark;
        struct vt_store_session session;
        struct {
            int64_t ts;
            struct vt_str body;
        } page;
        struct {
            uint8_t audience;
            uint32_t from;     /* since: after; before: before */
            struct vt_str sid; /* rows_of, consents */
            size_t limit;
        } range;
        struct {
            struct vt_str hash, former; /* SHA-256 */
            struct vt_store_resume row;
        } resume;
        struct {
            struct vt_str body;
            int64_t contact;
        } profile;
        struct {
            struct vt_str sid;
            struct vt_store_wrap row;
        } wrap;
        struct {
            struct vt_str hash;
            struct vt_store_once row;
            bool alone;
        } once;
        struct {
            struct vt_str hash;
            int64_t now, idle_ms;
        } login;
        vt_store_work_fn *work;
        struct {
            struct vt_str key, text; /* a person or a login name; a password's or sealed secret's text */
        } person;
        struct vt_store_medium medium;
        struct {
            struct vt_store_mail row;
            uint32_t day_most;
            enum vt_mail_state state;
        } mail;
        struct vt_store_picture picture;
        struct {
            int64_t now;
            size_t limit;
        } due;
        struct vt_mails_turn mails_turn;
    } in;
    union {
        struct {
            uint32_t cs;
            bool doubled;
        } append;
        struct {
            void *items; /* array of the callback's type, in the arena */
            size_t n, cap;
            bool more;
        } list;
        struct vt_store_conv conv;
        struct vt_store_resume resume;
        struct vt_store_once once;
        struct vt_store_person person;
        uint64_t version;
    } out;
};

void vt_job_destroy(struct vt_job *job);
/* One more zeroed item of `size` bytes at the end of out.list, or NULL. */
void *vt_job_push(struct vt_job *job, size_t size);

/* What threads hand back, on its way to the loop thread. */
struct vt_mailbox {
    size_t pending; /* submitted, not delivered; loop thread only */
    int64_t
        failed_since; /* vt_now_ms: the first of the writes that have failed in a row; 0: none. The same */
    struct vt_quotas *quotas; /* borrowed from the store */
    pthread_mutex_t lock;
    struct vt_list finished; /* list of vt_job.link */
    struct vt_loop *loop;    /* borrowed */
    bool posted;             /* a call to deliver is under way */
    bool delivering;         /* loop thread: inside a callback */
    bool closed;             /* the store is gone; the pending delivery frees the mailbox */
};
/* Any thread: takes every job of `jobs`, in order; at most one post to the loop. */
void vt_mailbox_finish(struct vt_mailbox *mailbox, struct vt_list *jobs);

/* A backend: lanes of jobs over tables of SQLite or PostgreSQL. */
struct vt_store_ops {
    /* On failure NULL and one sentence in ret_error. `mailbox` outlives the backend. */
    void *(*open)(struct vt_mailbox *mailbox, const char *data_dir, const struct vt_store_limits *limits,
                  struct vt_buf *ret_error);
    /* VT_OK takes the job; VT_ERR_FULL leaves it with the caller. */
    int (*submit)(void *backend, struct vt_job *job);
    /* For how long the writer has been at what it is at. */
    int64_t (*stands_ms)(void *backend);
    /* Commits what is queued; every job taken has been handed to the mailbox when it returns. */
    void (*close)(void *backend);
    /* Another took it since it was opened (vt_store_lead). */
    bool (*is_fenced)(void *backend);
};
extern const struct vt_store_ops vt_store_lanes;

struct vt_store {
    const struct vt_store_ops *ops;
    void *backend;              /* owned */
    struct vt_mailbox *mailbox; /* owned, shared with a posted delivery */
    struct vt_quotas *quotas;   /* borrowed; NULL: no site has any */
    size_t queue_rows;
    char *address; /* owned */
    bool probing, asking;
    int64_t (*clock)(void); /* ms since 1970; tests put their own */
};

#endif
