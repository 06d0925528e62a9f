/* SPDX-License-Identifier: Apache-2.0 */
/* Sites, people, logins, links, tokens as statements that run at once.
 *
 * Two use it. `vitrine admin` opens the store in its own process, and each call is committed when
 * it returns, beside a running server, which notices by the accounts version. The server hands
 * vt_store_work a function: it runs on the writer's thread, all its calls are one transaction
 * that its error takes back, and its `done` comes after the commit. Texts that are read live in
 * the caller's arena; hashes are SHA-256 as hex (auth/digest.h), and what lists call `id` is the
 * beginning of one. */
#ifndef VT_STORE_MANAGE_H
#define VT_STORE_MANAGE_H

#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/store/accounts.h"
#include "server/store/mails.h"
#include "server/store/pictures.h"

enum { VT_MANAGE_ID = 16 /* characters of a hash that name its row in lists */, VT_MANAGE_PAGE = 100 };

struct vt_manage;

/* Opens or creates, as vt_store_open. On failure NULL and one sentence in ret_error. */
struct vt_manage *vt_manage_open(const char *data_dir, const char *address, struct vt_buf *ret_error);
/* Only to read, as it is: nothing is made, nothing brought up to date. */
struct vt_manage *vt_manage_look(const char *data_dir, const char *address, struct vt_buf *ret_error);
void vt_manage_close(struct vt_manage *manage);
/* What the database said last, for an error message. */
const char *vt_manage_error(struct vt_manage *manage);

/* In the server: `work(manage, arg)` on the writer's thread, then `done(arg, err)` on the loop's with what
 * it returned or what the commit did. `arg` is the job's until `done`. */
typedef int vt_store_work_fn(struct vt_manage *manage, void *arg);
int vt_store_work(struct vt_store *store, vt_store_work_fn *work, vt_store_done_fn *done, void *arg);
/* The same on the reader's thread, for what only reads and may take long. */
int vt_store_look(struct vt_store *store, vt_store_work_fn *look, vt_store_done_fn *done, void *arg);
/* Writes what is there already: whether anything can be written at all. VT_OK, VT_ERR_FULL or VT_ERR_IO. */
int vt_manage_probe(struct vt_manage *manage);
/* By whose clock? The server's of PostgreSQL; with SQLite our own. ms since 1970. */
int vt_manage_clock(struct vt_manage *manage, int64_t *ret_ms);

/* Each: VT_OK, VT_ERR_EXISTS, VT_ERR_MISSING, VT_ERR_STALE (a version that moved on), VT_ERR_INVALID,
 * VT_ERR_FULL, VT_ERR_NOMEM or VT_ERR_IO. */
int vt_manage_site_add(struct vt_manage *manage, const struct vt_store_site *site);
/* Name, origins, settings. */
int vt_manage_site_put(struct vt_manage *manage, const struct vt_store_site *site);
/* The secret becomes the one before; the server makes the next. VT_ERR_STALE: it has not yet made the one of
 * the last rotation. */
int vt_manage_site_rotate(struct vt_manage *manage, struct vt_str site);
int vt_manage_site_find(struct vt_manage *manage, struct vt_str key, struct vt_arena *arena,
                        struct vt_store_site *ret_site);
int vt_manage_site_get(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                       struct vt_store_site *ret_site);
int vt_manage_sites(struct vt_manage *manage, struct vt_arena *arena, struct vt_store_site **ret_sites,
                    size_t *ret_n);

int vt_manage_person_add(struct vt_manage *manage, const struct vt_store_person *person);
/* Name, role, mail, password, disabled; all but name and mail end the person's logins. */
int vt_manage_person_put(struct vt_manage *manage, const struct vt_store_person *person);
int vt_manage_password_put(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                           struct vt_str password);
/* When one of their logins was used last, to the minute; 0: there is none. */
int vt_manage_person_used(struct vt_manage *manage, struct vt_str person, int64_t *ret_used);
/* With logins, factor and links. */
int vt_manage_person_remove(struct vt_manage *manage, struct vt_str site, struct vt_str person);
int vt_manage_person_find(struct vt_manage *manage, struct vt_str login, struct vt_arena *arena,
                          struct vt_store_person *ret_person);
int vt_manage_person_get(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                         struct vt_arena *arena, struct vt_store_person *ret_person);
/* By login, those after `after` (absent: all), at most `limit`. */
int vt_manage_people(struct vt_manage *manage, struct vt_str site, struct vt_str after, size_t limit,
                     struct vt_arena *arena, struct vt_store_person **ret_people, size_t *ret_n);
/* True when nobody else of the site is an admin who can log in. */
int vt_manage_is_last_admin(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                            bool *ret_last);

struct vt_manage_login {
    struct vt_str hash, device; /* device: from the browser's own words */
    int64_t created, used, expires;
};
int vt_manage_login_add(struct vt_manage *manage, struct vt_str person, const struct vt_manage_login *login);
/* Whose login it is, and notes the use; as vt_store_login_get. */
int vt_manage_login_find(struct vt_manage *manage, struct vt_str hash, int64_t now, int64_t idle_ms,
                         struct vt_arena *arena, struct vt_store_person *ret_person);
/* The newest first. */
int vt_manage_logins(struct vt_manage *manage, struct vt_str person, int64_t now, int64_t idle_ms,
                     struct vt_arena *arena, struct vt_manage_login **ret_logins, size_t *ret_n);
/* Of anybody of the site; whose it was. */
int vt_manage_login_drop(struct vt_manage *manage, struct vt_str site, struct vt_str id,
                         struct vt_arena *arena, struct vt_str *ret_person);
int vt_manage_login_remove(struct vt_manage *manage, struct vt_str person, struct vt_str id);
/* All but the one with this hash (absent: all). */
int vt_manage_logins_remove(struct vt_manage *manage, struct vt_str person, struct vt_str but_hash);

/* A one-time link: an invitation (no person yet) or a reset of one. */
struct vt_manage_link {
    struct vt_str hash, site, kind;          /* kind: "invite", "reset" */
    struct vt_str person, login, name, role; /* person, login: may be absent */
    struct vt_str mail, maker;               /* mail "": none; maker: the person or "operator" */
    struct vt_str queues;                    /* of an invitation: as a person's */
    int64_t created, expires;
};
int vt_manage_link_add(struct vt_manage *manage, const struct vt_manage_link *link);
/* VT_ERR_MISSING: unknown, used or over. */
int vt_manage_link_find(struct vt_manage *manage, struct vt_str hash, int64_t now, struct vt_arena *arena,
                        struct vt_manage_link *ret_link);
int vt_manage_links(struct vt_manage *manage, struct vt_str site, int64_t now, struct vt_arena *arena,
                    struct vt_manage_link **ret_links, size_t *ret_n);
int vt_manage_link_remove(struct vt_manage *manage, struct vt_str site, struct vt_str id);
/* Of an invitation that is made again, or a person reset again: the former ones are void. */
int vt_manage_links_void(struct vt_manage *manage, struct vt_str site, struct vt_str person);

/* A second factor; `secret` is sealed (auth/seal.h), `step` the last one a code was taken from. */
struct vt_manage_factor {
    struct vt_str secret;
    bool confirmed;
    int64_t step;
};
int vt_manage_factor_get(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                         struct vt_arena *arena, struct vt_manage_factor *ret_factor);
int vt_manage_factor_put(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                         const struct vt_manage_factor *factor);
/* With the recovery codes. */
int vt_manage_factor_remove(struct vt_manage *manage, struct vt_str site, struct vt_str person);
int vt_manage_recovery_put(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                           const struct vt_str *hashes, size_t n);
/* VT_ERR_MISSING: no such code, or it was used. */
int vt_manage_recovery_use(struct vt_manage *manage, struct vt_str site, struct vt_str person,
                           struct vt_str hash);

/* Attempts that failed, by a key of the caller's; count 0 forgets. */
struct vt_manage_attempt {
    struct vt_str key;
    int64_t count, ends; /* ends: ms since 1970 */
};
int vt_manage_attempt_put(struct vt_manage *manage, const struct vt_manage_attempt *attempt);
int vt_manage_attempts(struct vt_manage *manage, int64_t now, struct vt_arena *arena,
                       struct vt_manage_attempt **ret_attempts, size_t *ret_n);

struct vt_manage_token {
    struct vt_str site, name, hash, verbs;
    int64_t created, expires, used; /* ms since 1970; used 0: never */
};
int vt_manage_token_add(struct vt_manage *manage, const struct vt_manage_token *token);
/* Also notes the use. VT_ERR_MISSING: unknown or over. */
int vt_manage_token_find(struct vt_manage *manage, struct vt_str hash, int64_t now, struct vt_arena *arena,
                         struct vt_manage_token *ret_token);
int vt_manage_token_remove(struct vt_manage *manage, struct vt_str site, struct vt_str name);
int vt_manage_token_drop(struct vt_manage *manage, struct vt_str site, struct vt_str id);
int vt_manage_tokens(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                     struct vt_manage_token **ret_tokens, size_t *ret_n);

/* Inside a transaction of the caller's. The pictures by address of a generation; then those that only older
 * ones named go, `limit` at a time. */
int vt_manage_picture_want(struct vt_manage *manage, struct vt_str site, int64_t generation,
                           struct vt_str url, struct vt_str sku);
int vt_manage_pictures_drop(struct vt_manage *manage, struct vt_str site, int64_t generation, size_t limit,
                            size_t *ret_n);

/* Every picture by address that has an id. */
typedef int vt_manage_picture_fn(void *arg, struct vt_str url, struct vt_str id);
int vt_manage_pictures_there(struct vt_manage *manage, struct vt_str site, vt_manage_picture_fn *fn,
                             void *arg);
/* How far a site is; `troubled`: rows with a reason, wanted or failed, at most `limit`. */
int vt_manage_picture_report(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                             size_t limit, struct vt_store_picture_counts *ret_counts,
                             struct vt_store_picture **ret_troubled, size_t *ret_n);
/* What has a reason is tried anew, now. */
int vt_manage_pictures_retry(struct vt_manage *manage, struct vt_str site, size_t *ret_n);

/* The outbox, the newest first. */
struct vt_manage_mail {
    struct vt_str id, to, state, why; /* state: waiting, sent, dead */
    int64_t created, next;
    uint32_t tries;
};
int vt_manage_mails(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena, size_t limit,
                    struct vt_manage_mail **ret_mails, size_t *ret_n);
/* VT_ERR_RATE_LIMITED as vt_store_mail_put; day_most 0: any number. */
int vt_manage_mail_add(struct vt_manage *manage, const struct vt_store_mail *mail, uint32_t day_most);
int vt_manage_mails_retry(struct vt_manage *manage, struct vt_str site, int64_t now, size_t *ret_n);

#endif
