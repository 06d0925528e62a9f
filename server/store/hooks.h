/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a site calls: the addresses its admins have entered, and the events that wait to be told to each.
 *
 * An event is noted in the transaction that commits what it tells of (sqlite_hooks.c), so neither can be
 * without the other. It waits until the address has taken it, at most a week; of one conversation each waits
 * for the one before. An address has at most VT_HOOK_WAITING waiting: what comes after is counted in `lost`,
 * and what waits stays. As manage.h: at once, on the store's thread. */
#ifndef VT_STORE_HOOKS_H
#define VT_STORE_HOOKS_H

#include "server/store/manage.h"

enum { VT_HOOKS_MOST = 10 /* of a site */, VT_HOOK_WAITING = 5000, VT_HOOK_ID = 64, VT_HOOK_EVENTS = 512 };

/* The shop's own data (merchant.h) has a row of this id: an address and a secret, and words instead of
 * events. */
#define VT_HOOK_MERCHANT VT_STR("merchant")

/* What can be chosen, with a line for people; `texts`: what an address gets besides when it asks for texts.
 */
struct vt_hook_type {
    const char *name, *help, *texts;
};
extern const struct vt_hook_type vt_hook_types[];
extern const size_t vt_hook_types_n;

struct vt_hook {
    struct vt_str id, url;
    struct vt_str events; /* parted by spaces, with one before the first and one behind the last */
    bool texts;
    struct vt_str secret, former; /* sealed; former: absent, or good until former_until */
    int64_t former_until, created;
    int64_t next; /* nothing goes before this */
    uint32_t tries;
    int64_t failing, off; /* since when; 0: not */
    int64_t lost, waiting;
    struct vt_str why; /* of the last failure; absent: none */
};

/* VT_ERR_FULL: the site has VT_HOOKS_MOST. The merchant's row does not count. */
int vt_hook_add(struct vt_manage *manage, struct vt_str site, const struct vt_hook *hook);
/* url, events, texts. */
int vt_hook_put(struct vt_manage *manage, struct vt_str site, const struct vt_hook *hook);
int vt_hook_get(struct vt_manage *manage, struct vt_str site, struct vt_str id, struct vt_arena *arena,
                struct vt_hook *ret_hook);
int vt_hooks(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena, struct vt_hook **ret_hooks,
             size_t *ret_n);
/* With what waits for it. */
int vt_hook_remove(struct vt_manage *manage, struct vt_str site, struct vt_str id);
/* The present secret becomes the former one. */
int vt_hook_rotate(struct vt_manage *manage, struct vt_str site, struct vt_str id, struct vt_str secret,
                   int64_t former_until);
/* Switched on, and everything that waits is due. */
int vt_hook_wake(struct vt_manage *manage, struct vt_str site, struct vt_str id, int64_t now);

struct vt_hook_event {
    int64_t n;
    struct vt_str site, hook, id, conv, type, body, state, why;
    int64_t created, next, tried;
    uint32_t tries, took_ms;
    int status;               /* 0: no answer */
    const struct vt_hook *to; /* of those that are due */
};
/* With what is needed to send it, into the arena. VT_OK or VT_ERR_NOMEM. */
int vt_hook_event_copy(const struct vt_hook_event *event, struct vt_arena *arena,
                       struct vt_hook_event *ret_copy);
/* The newest first. */
int vt_hook_events(struct vt_manage *manage, struct vt_str site, struct vt_str hook, size_t limit,
                   struct vt_arena *arena, struct vt_hook_event **ret_events, size_t *ret_n);
/* What may be told now: at most two of each address, one of an address that fails. */
int vt_hooks_due(struct vt_manage *manage, int64_t now, struct vt_arena *arena,
                 struct vt_hook_event **ret_events, size_t *ret_n);

/* The next of the same conversation and address, if it may be told now. VT_ERR_MISSING: there is none. */
int vt_hook_following(struct vt_manage *manage, const struct vt_hook_event *before, int64_t now,
                      struct vt_arena *arena, struct vt_hook_event *ret_event);

/* The site whose shop is to be asked for its orders now, the longest due. VT_ERR_MISSING: none. */
struct vt_hooks_pull {
    struct vt_str site;
    struct vt_hook hook;
};
int vt_hook_pull_due(struct vt_manage *manage, int64_t now, struct vt_arena *arena,
                     struct vt_hooks_pull *ret_due);
/* It was asked: not again before `next`. `why` absent: it went well. */
int vt_hook_pulled(struct vt_manage *manage, struct vt_str site, int64_t next, struct vt_str why);

/* How a try ended. */
enum vt_hook_end {
    VT_HOOK_TAKEN,
    VT_HOOK_REFUSED, /* this event: others may go */
    VT_HOOK_FAILED,  /* nobody answers: the address rests until `next` */
    VT_HOOK_GONE     /* it says itself that it is no more */
};
struct vt_hook_try {
    struct vt_str site, hook;
    int64_t n, now;
    enum vt_hook_end end;
    int status;
    uint32_t took_ms;
    struct vt_str why;
    int64_t wait_ms; /* the first; each further one is four times as long, up to VT_HOOK_WAIT_MOST */
    int64_t give_up_ms;
};
#define VT_HOOK_WAIT_MOST INT64_C(14400000)
/* *ret_off: the address was switched off by this. */
int vt_hook_tried(struct vt_manage *manage, const struct vt_hook_try *tried, bool *ret_off);

#endif
