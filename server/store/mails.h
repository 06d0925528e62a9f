/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox of mail. Same rules as store.h: asynchronous, and `done` after the commit. */
#ifndef VT_STORE_MAILS_H
#define VT_STORE_MAILS_H

#include "server/store/store.h"

struct vt_store_mail {
    struct vt_str site, id, to;
    struct vt_str conv;    /* absent: not a customer's */
    struct vt_str body;    /* the whole message */
    struct vt_str why;     /* of the last failure; absent: none */
    struct vt_str about;   /* the sender's own word; absent: none */
    int64_t created, next; /* ms since 1970; next: not before this */
    uint32_t tries;
    uint32_t about_most; /* when it is put: rows of this conversation and `about`; 0: any number */
};

/* VT_ERR_RATE_LIMITED: `to` has had `day_most` in the last 24 hours, of whatever site,
 * or there are `about_most` already. */
int vt_store_mail_put(struct vt_store *store, const struct vt_store_mail *mail, uint32_t day_most,
                      vt_store_done_fn *done, void *arg);
typedef void vt_store_mails_fn(void *arg, int err, const struct vt_store_mail *mails, size_t n);
struct vt_mails_turn {
    int64_t now;
    size_t limit;
    struct vt_str after; /* the site that came last; "": the first begins */
    struct vt_str busy;  /* " a b ": mails that are left out, and sites; "": none */
};
/* Those to be tried now: sites take turns, a mail each, beginning with the one behind `after`; of one site
 * the longest due first. */
int vt_store_mails_due(struct vt_store *store, const struct vt_mails_turn *turn, vt_store_mails_fn *done,
                       void *arg);

enum vt_mail_state { VT_MAIL_WAITING, VT_MAIL_SENT, VT_MAIL_DEAD };
/* After a try: tries, next and why as in `mail`. The body of one that is sent goes at once; its row
 * goes after 3 days, a dead one's after 30. */
int vt_store_mail_tried(struct vt_store *store, const struct vt_store_mail *mail, enum vt_mail_state state,
                        vt_store_done_fn *done, void *arg);

#endif
