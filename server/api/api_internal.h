/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the REST interface share: a row of the table, and one request on its way. */
#ifndef VT_API_INTERNAL_H
#define VT_API_INTERNAL_H

#include "server/address.h"
#include "server/api/api.h"
#include "server/api/json.h"
#include "server/api/login_internal.h"
#include "server/auth/password.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/map.h"
#include "server/bucket.h"
#include "server/store/privacy.h"

enum {
    VT_API_BODY = 64 * 1024,
    VT_API_ANSWER = 2 << 20,
    VT_API_ARENA = 16 << 20, /* of one request: a page of 100 sites' settings is far below */
    VT_API_CALLS = 256,      /* under way */
    VT_API_HASHING = 4,      /* passwords checked at once beside those of logins */
    VT_API_KNOWN = 4096,     /* tokens and logins whose rate and site are kept */
    VT_API_ID = 64,
};

enum vt_api_who { VT_API_ANYONE, VT_API_ASSOCIATE, VT_API_SUPERVISOR, VT_API_ADMIN };
enum {
    VT_API_TOKEN = 1,  /* a bearer token may, too */
    VT_API_ENROL = 2,  /* also without the second factor that the site asks for */
    VT_API_READER = 4, /* `run` only reads, and much: on the reader's connection */
};

struct vt_api_call;
struct vt_sale;
struct vt_hook;
/* On the store's thread, inside a transaction that its error takes back. Answers by call->status and
 * call->out, refuses by vt_api_refuse, or returns an error of the store. */
typedef int vt_api_run_fn(struct vt_api_call *call, struct vt_manage *manage);
/* On the loop thread, once the rest is done. */
typedef void vt_api_after_fn(struct vt_api_call *call);

struct vt_api_row {
    enum vt_method method;
    const char *path; /* below /api/v1; "{id}" is one segment */
    enum vt_api_who who;
    unsigned flags;
    const char *current, *fresh; /* fields of the body: a password to be verified, one to be set */
    vt_api_run_fn *run;
    vt_api_after_fn *instead; /* not NULL: answers by itself after the check of who asks; `run` prepares */
};
extern const struct vt_api_row vt_api_rows[];
extern const size_t vt_api_rows_n;

struct vt_api {
    struct vt_api_deps deps;
    struct vt_list calls; /* of vt_api_call.all */
    size_t calls_n, hashing;
    struct vt_map known;       /* a token's or login's hash -> known, owned */
    struct vt_list known_list; /* of known.link, the longest unused first */
    bool closed;
};

struct vt_api_call {
    struct vt_list all;           /* in vt_api.calls */
    struct vt_api *api;           /* borrowed */
    const struct vt_api_row *row; /* borrowed */
    uint64_t handle;
    struct vt_arena arena;
    /* what came */
    struct vt_str id, query, body, if_match, device;
    char address[VT_ADDRESS_TEXT];
    char cookie_hash[VT_SHA256_TEXT], token_hash[VT_SHA256_TEXT]; /* "": none */
    json_t *tree;             /* of the body, only while the row's function runs; NULL: no body */
    char share_of[VT_API_ID]; /* counts in this site's share; "": in none's */
    /* who asks, from the store */
    struct vt_store_person person; /* all absent for a token and for anyone */
    struct vt_str site, actor;
    /* passwords */
    char current[VT_PASSWORD_MAX + 1], fresh[VT_PASSWORD_MAX + 1];
    char hashed[VT_PASSWORD_TEXT]; /* of `fresh` */
    bool verified;                 /* the pool has done its part */
    bool wrong;                    /* `current` is not the person's password */
    /* the answer */
    int status;
    const char *type; /* of `out`; NULL: JSON */
    struct vt_buf out;
    const char *problem, *title; /* NULL: none */
    struct vt_str detail, pointer;
    int64_t etag; /* 0: none */
    int fd;       /* -1, or an answer of type `type` (NULL: NDJSON); owned */
    /* what follows */
    struct vt_audit_record record; /* verb absent: none */
    struct vt_str end_person;      /* whose sockets must go; absent: nobody's */
    struct vt_audit_filter filter; /* of the audit's rows */
    struct vt_sale *sale;          /* of orders.c, in the arena */
    struct vt_str feed;            /* of feeds.c: a name */
    struct vt_hook *hook;          /* of hooks.c, in the arena */
    int64_t began_ms;              /* of helper.c: when it asked */
    bool is_stock;
    struct vt_privacy_conv *convs; /* of privacy.c, in the arena */
    size_t convs_n;
};

/* Always VT_ERR_INVALID, so that a row's function returns it. */
int vt_api_refuse(struct vt_api_call *call, int status, const char *type, const char *title,
                  const char *format, ...) VT_PRINTF(5, 6);
int vt_api_refuse_field(struct vt_api_call *call, const char *pointer, const char *format, ...)
    VT_PRINTF(3, 4);
int vt_api_missing(struct vt_api_call *call);
/* The record of this act; `detail` a JSON object. */
void vt_api_note(struct vt_api_call *call, const char *verb, struct vt_str object, const char *format, ...)
    VT_PRINTF(4, 5);
/* A field of the body: absent stays absent when it is not there; VT_OK, or refused. */
int vt_api_text(struct vt_api_call *call, const char *name, size_t min, size_t max, bool needed,
                struct vt_str *ret_text);
/* As vt_api_text, for names people read: UTF-8 without control characters. */
int vt_api_name(struct vt_api_call *call, const char *name, size_t max, bool needed, struct vt_str *ret_text);
int vt_api_role(struct vt_api_call *call, bool needed, struct vt_str *ret_role);
int vt_api_login_name(struct vt_api_call *call, struct vt_str *ret_login);
int vt_api_mail(struct vt_api_call *call, struct vt_str *ret_mail);
/* ?name= of the query, decoded into the arena; absent when it is not there. */
struct vt_str vt_api_query(struct vt_api_call *call, const char *name);
int vt_api_query_number(struct vt_api_call *call, const char *name, int64_t fallback, int64_t *ret_number);
int vt_api_limit(struct vt_api_call *call, size_t *ret_limit);
/* Copies a text into the call's arena; on no memory absent. */
struct vt_str vt_api_keep(struct vt_api_call *call, struct vt_str text);

/* call.c: what happens to a request whose row was found. */
void vt_api_begin(struct vt_api *api, const struct vt_api_row *row, struct vt_str id,
                  struct vt_http_req *req);
/* Answers with call->status and the rest, and ends the call; `instead` functions use it, too. */
void vt_api_answer(struct vt_api_call *call);
/* The record first, then the answer. */
void vt_api_conclude(struct vt_api_call *call);
void vt_api_answer_busy(struct vt_api_call *call, const char *detail);
void vt_api_call_end(struct vt_api_call *call);
/* api.c: one request of a token; false: too many, and how long to wait. */
bool vt_api_take_rate(struct vt_api *api, const char *hash, uint32_t *ret_wait_ms);
/* Once the store has said whose token or login it is: for the next time. */
void vt_api_learn_site(struct vt_api_call *call);
/* One request of its site, when that is known. False: answered. */
bool vt_api_take_site(struct vt_api_call *call, struct vt_http_req *req);
void vt_api_leave_site(struct vt_api_call *call);

/* `"id":…` and what a person's row shows of itself. */
void vt_api_put_person(struct vt_buf *out, const struct vt_store_person *person);
/* ,"key":[…] of words parted by spaces: queues, languages. */
void vt_api_put_words(struct vt_buf *out, const char *key, struct vt_str words);
/* The body's queues, checked, as an account has them; absent they stay as they were. */
int vt_api_take_queues(struct vt_api_call *call, struct vt_manage *manage, struct vt_str *queues);
/* privacy.c: the conversations a path means, into call->convs; whether it is /customers/. */
int vt_api_find_convs(struct vt_api_call *call, struct vt_manage *manage);
bool vt_api_is_customer(const struct vt_api_call *call);
/* {"logins":[…]} of a person. */
int vt_api_put_logins(struct vt_api_call *call, struct vt_manage *manage, struct vt_str person);
/* A new secret of `bytes` random bytes as text, and its hash. */
enum { VT_API_SECRET = 24, VT_API_SECRET_TEXT = 33 };
int vt_api_secret(char ret_text[VT_API_SECRET_TEXT], char ret_hash[VT_SHA256_TEXT]);
/* A file without a name in the data directory, for an answer that may be large; -1: none. */
int vt_api_unnamed(const char *data_dir);
/* A one-time link into the admin pages. */
void vt_api_link(struct vt_api_call *call, const char *kind, const char *secret, struct vt_buf *out);
/* The queues that bound what the caller may see, as rights.h; "": all, as for admins and tokens. */
struct vt_str vt_api_queues(const struct vt_api_call *call);
/* True when the site asks this role for a second factor. */
bool vt_api_wants_factor(struct vt_str settings, struct vt_str role);

#endif
