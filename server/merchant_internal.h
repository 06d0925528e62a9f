/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the merchant adapter share: one call to the shop's server. */
#ifndef VT_MERCHANT_INTERNAL_H
#define VT_MERCHANT_INTERNAL_H

#include "server/base/list.h"
#include "server/base/map.h"
#include "server/merchant.h"
#include "server/outgoing/outgoing.h"
#include "server/store/hooks.h"

struct vt_merchant {
    struct vt_merchant_deps deps;
    struct vt_app *app;       /* borrowed; NULL until it begins */
    struct vt_map kept;       /* "site conv what" to kept, merchant.c */
    struct vt_list kept_list; /* the oldest first */
    size_t kept_bytes;
    struct vt_list asking; /* of asking.link, merchant.c */
    size_t asking_n;
    struct vt_timer look;  /* orders; merchant_orders.c */
    int64_t rest_until_ms; /* monotonic: no orders before */
    bool reconciling, closing;
};

/* One POST and its answer. `done` gets the parsed answer, or NULL and a sentence. `arena` holds both. */
typedef void vt_merchant_answered_fn(void *arg, const struct vt_t_merchant_answer *answer, const char *why);
struct vt_merchant_call {
    struct vt_merchant *merchant;
    struct vt_arena arena;
    struct vt_outgoing_result result;
    int fd; /* memory, not a file; owned */
    vt_merchant_answered_fn *done;
    void *arg;
};
/* Fills `call`, which the caller owns until `done`, and finishes in either case by vt_merchant_call_finish.
 * VT_OK or an error, and then `done` does not run. */
int vt_merchant_post(struct vt_merchant *merchant, struct vt_merchant_call *call, struct vt_str site,
                     const struct vt_hook *hook, struct vt_str body, vt_merchant_answered_fn *done,
                     void *arg);
void vt_merchant_call_finish(struct vt_merchant_call *call);

/* merchant_orders.c: asks one shop for its orders when it is time. */
void vt_merchant_orders_look(struct vt_merchant *merchant);

#endif
