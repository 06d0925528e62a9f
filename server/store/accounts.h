/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the store that `vitrine admin` writes and the server mostly reads: sites, people,
 * logins, products. Same rules as store.h for the asynchronous calls. */
#ifndef VT_STORE_ACCOUNTS_H
#define VT_STORE_ACCOUNTS_H

#include "server/store/store.h"

struct vt_store_site {
    struct vt_str site, key, name;       /* site: internal id; key: public, pk_… */
    struct vt_str origins;               /* parted by spaces, each scheme://host[:port] */
    struct vt_str settings;              /* JSON */
    struct vt_str secret, secret_before; /* sealed (site_secret.h); absent: none */
    int64_t version;   /* moves with each change of the row; 0 when written: whatever it is */
    int64_t catalogue; /* the generation that is served (shelf.h); 0: none */
};
typedef void vt_store_sites_fn(void *arg, int err, const struct vt_store_site *sites, size_t n);
int vt_store_sites(struct vt_store *store, vt_store_sites_fn *done, void *arg);

/* For a site that has none; one that was put meanwhile stays. */
int vt_store_site_secret_put(struct vt_store *store, struct vt_str site, struct vt_str secret,
                             vt_store_done_fn *done, void *arg);

struct vt_store_person {
    struct vt_str site, person, login, name, role; /* role: associate, supervisor, admin */
    struct vt_str password;                        /* auth/password.h's text */
    struct vt_str mail;                            /* "": none */
    struct vt_str queues;                          /* ids of queues parted by spaces; "": all (rights.h) */
    struct vt_str languages;                       /* fr de, parted by spaces; "": nothing said */
    bool disabled;
    bool factor;           /* a second factor is in force */
    int64_t created;       /* ms since 1970 */
    int64_t login_expires; /* of vt_store_login_get only: ms since 1970 */
};
typedef void vt_store_person_fn(void *arg, int err, const struct vt_store_person *person);
int vt_store_person_by_login(struct vt_store *store, struct vt_str login, vt_store_person_fn *done,
                             void *arg);
int vt_store_person_get(struct vt_store *store, struct vt_str person, vt_store_person_fn *done, void *arg);
int vt_store_password_put(struct vt_store *store, struct vt_str person, struct vt_str password);

/* Logins: the cookie's secret is stored as SHA-256. */
/* Also notes the use; VT_ERR_MISSING when unknown, expired, idle for longer than idle_ms, or the person is
 * disabled. */
int vt_store_login_get(struct vt_store *store, struct vt_str secret, int64_t now, int64_t idle_ms,
                       vt_store_person_fn *done, void *arg);
int vt_store_login_drop(struct vt_store *store, struct vt_str secret, vt_store_done_fn *done, void *arg);

/* A number that moves when another process (vitrine admin) changed sites, people or products. */
typedef void vt_store_version_fn(void *arg, int err, uint64_t version);
int vt_store_accounts_version(struct vt_store *store, vt_store_version_fn *done, void *arg);

#endif
