/* SPDX-License-Identifier: Apache-2.0 */
/* The store as `vitrine admin` uses it: in its own process, each call at once and committed when it
 * returns, beside a running server. A running server notices by the accounts version, which every
 * write here moves. Texts that are read live in the caller's arena. */
#ifndef VT_STORE_MANAGE_H
#define VT_STORE_MANAGE_H

#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/store/accounts.h"
#include "server/store/mails.h"
#include "server/store/pictures.h"

struct vt_manage;

/* Opens or creates, as vt_store_open. On failure NULL and one sentence in ret_error. */
struct vt_manage *vt_manage_open(const char *data_dir, struct vt_buf *ret_error);
void vt_manage_close(struct vt_manage *manage);
/* What the database said last, for an error message. */
const char *vt_manage_error(struct vt_manage *manage);

/* Each: VT_OK, VT_ERR_EXISTS, VT_ERR_MISSING, VT_ERR_INVALID, VT_ERR_FULL, VT_ERR_NOMEM or VT_ERR_IO. */
int vt_manage_site_add(struct vt_manage *manage, const struct vt_store_site *site);
int vt_manage_site_put(struct vt_manage *manage,
                       const struct vt_store_site *site); /* name, origins, settings */
/* The secret becomes the one before; the server makes the next. VT_ERR_STALE: it has not yet made the one of
 * the last rotation. */
int vt_manage_site_rotate(struct vt_manage *manage, struct vt_str site);
int vt_manage_site_find(struct vt_manage *manage, struct vt_str key, struct vt_arena *arena,
                        struct vt_store_site *ret_site);
int vt_manage_sites(struct vt_manage *manage, struct vt_arena *arena, struct vt_store_site **ret_sites,
                    size_t *ret_n);

int vt_manage_person_add(struct vt_manage *manage, const struct vt_store_person *person);
/* Name, role, password, disabled; ends the person's logins. */
int vt_manage_person_put(struct vt_manage *manage, const struct vt_store_person *person);
int vt_manage_person_find(struct vt_manage *manage, struct vt_str login, struct vt_arena *arena,
                          struct vt_store_person *ret_person);
int vt_manage_people(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                     struct vt_store_person **ret_people, size_t *ret_n);

/* An API token's secret is kept as its SHA-256 (auth/digest.h). */
struct vt_manage_token {
    struct vt_str site, name, hash, verbs;
    int64_t created, expires, used; /* ms since 1970; used 0: never */
};
int vt_manage_token_add(struct vt_manage *manage, const struct vt_manage_token *token);
int vt_manage_token_remove(struct vt_manage *manage, struct vt_str site, struct vt_str name);
int vt_manage_tokens(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                     struct vt_manage_token **ret_tokens, size_t *ret_n);

/* All of a site's products, in this order, and the pictures they name by address, each once, instead of what
 * was there: all or nothing. */
struct vt_manage_picture {
    struct vt_str url, sku;
};
int vt_manage_catalogue_put(struct vt_manage *manage, struct vt_str site,
                            const struct vt_store_product *products, size_t n,
                            const struct vt_manage_picture *pictures, size_t pictures_n);

/* As vt_store_picture_report. */
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
int vt_manage_mail_add(struct vt_manage *manage, const struct vt_store_mail *mail);
int vt_manage_mails_retry(struct vt_manage *manage, struct vt_str site, int64_t now, size_t *ret_n);

#endif
