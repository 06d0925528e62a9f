/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the login share. */
#ifndef VT_API_LOGIN_INTERNAL_H
#define VT_API_LOGIN_INTERNAL_H

#include "server/api/login.h"
#include "server/api/login_limit.h"
#include "server/base/map.h"

enum {
    VT_LOGIN_NAME = 64,   /* bytes of a login name */
    VT_LOGIN_BODY = 2048, /* bytes of a request's body */
    VT_LOGIN_RUNNING = 4, /* passwords checked at once: each takes 32 MiB and a core */
    VT_LOGIN_WAITING = 32,
    VT_LOGIN_WINDOW_MS = 15 * 60 * 1000, /* of --login-tries and --login-tries-address */
    VT_LOGIN_KEYS = 8192,
};
#define VT_LOGIN_COOKIE "__Host-vt_login"

struct vt_api_login {
    struct vt_api_login_deps deps;
    struct vt_login_limit *names, *addresses; /* owned */
    size_t attempts, running;                 /* under way; of them in the pool */
    struct vt_list early;                     /* list of attempt.link: for the locks to be read */
    struct vt_list waiting;                   /* list of attempt.link: for a place in the pool */
    struct vt_list all_attempts, all_asks;    /* lists of attempt.all, ask.all: for the destroy */
    vt_api_login_end_fn *end;                 /* NULL: nobody listens */
    void *end_arg;
    struct vt_map active;       /* person id -> active, owned; login_watch.c */
    struct vt_list active_list; /* list of active.link */
    struct vt_timer retry;
    struct vt_list all_locks; /* list of lock.all, login_locks.c: on their way to the store */
    bool locks_read;          /* what the run before has counted is known */
    bool checking, closed;
};

/* Our own Origin and the header, or a problem was answered and false. */
bool vt_login_guard(struct vt_api_login *login, struct vt_http_req *req);
/* One answer for "store is full" and the like. */
void vt_login_unavailable(struct vt_http_req *req, const char *detail);
/* {"person":{…}} of somebody whose site is there; false: nothing was answered. */
bool vt_login_reply_person(struct vt_api_login *login, struct vt_http_req *req,
                           const struct vt_store_person *person);

/* True when the site asks the person's role for a second factor that is not there. */
bool vt_login_needs_factor(struct vt_api_login *login, const struct vt_store_person *person);
/* A record that nobody waits for; `person` NULL: unknown. */
void vt_login_note(struct vt_api_login *login, const char *verb, const struct vt_store_person *person,
                   const char *detail);
/* login_closed.c: an attempt has failed; the last one allowed closes the name, which is recorded and told to
 * `person` (NULL: the name is unknown). */
void vt_login_name_failed(struct vt_api_login *login, struct vt_str name,
                          const struct vt_store_person *person);
/* An attempt was refused for its address; recorded once. */
void vt_login_address_closed(struct vt_api_login *login, struct vt_str address);
/* login_locks.c: what was counted outlives a restart; until it is read back nobody is judged. */
int vt_login_locks_init(struct vt_api_login *login);
void vt_login_locks_finish(struct vt_api_login *login);

/* login_attempt.c: POST /api/v1/login */
void vt_login_handle_post(struct vt_http_req *req, void *owner);
/* Those who came before the locks were read. */
void vt_login_attempts_judge(struct vt_api_login *login);
void vt_login_attempts_finish(struct vt_api_login *login);

/* login_watch.c: people who hold a login, looked at again when accounts change. */
void vt_login_watch_init(struct vt_api_login *login);
void vt_login_watch_finish(struct vt_api_login *login);
void vt_login_watch_add(struct vt_api_login *login, const struct vt_store_person *person);
/* Ends tickets and sockets now. */
void vt_login_end_person(struct vt_api_login *login, struct vt_str person);

#endif
