/* SPDX-License-Identifier: Apache-2.0 */
/* The merchant adapter: what the shop's own server knows of a customer, asked for when an associate looks.
 *
 * The shop gives one address (docs/merchant.md); each question is a signed POST to it, and each answer goes
 * through merchant_answer.h. Asked is only about a customer the shop has signed for, by the shop's own id
 * alone: what a page has typed names nobody. What came is kept in memory for five minutes, at most
 * VT_MERCHANT_KEPT bytes of it, the oldest goes first; nothing of it is written to the disk or the
 * log.
 *
 * Where the site wants it, the orders of the last day are asked for as well, again and again, and counted
 * like those of POST /api/v1/orders: each reference once. Loop thread. */
#ifndef VT_MERCHANT_H
#define VT_MERCHANT_H

#include "server/app.h"
#include "server/auth/seal.h"
#include "server/merchant_answer.h"

struct vt_merchant;
struct vt_merchant_deps { /* all borrowed, alive until vt_merchant_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_outgoing *outgoing;
    const struct vt_seal *seal;
};
enum { VT_MERCHANT_KEPT = 8 << 20, VT_MERCHANT_LIFE_MS = 300000, VT_MERCHANT_ASKING = 64 };

struct vt_merchant *vt_merchant_create(const struct vt_merchant_deps *deps); /* NULL: no memory */
/* From now on orders are asked for, too; their rows go into the app's threads. */
void vt_merchant_begin(struct vt_merchant *merchant, struct vt_app *app);
/* Before vt_outgoing_close. The memory goes with vt_merchant_destroy, after the store has closed. */
void vt_merchant_close(struct vt_merchant *merchant);
void vt_merchant_destroy(struct vt_merchant *merchant);

/* A word of what a site can switch on: customer, orders, wishlist, reconcile. */
bool vt_merchant_is_ask(struct vt_str word);

/* Whom and what. */
struct vt_merchant_question {
    struct vt_str site, conv, sub; /* sub: the shop's own id, signed */
    enum vt_merchant_ask what;
    bool fresh;
};
/* `reply`: JSON of merchant.ask's reply; lives while the call lasts. */
typedef void vt_merchant_fn(void *arg, struct vt_str reply);
/* VT_OK and then `done`, perhaps at once; VT_ERR_FULL: VT_MERCHANT_ASKING are under way; VT_ERR_NOMEM. */
int vt_merchant_look(struct vt_merchant *merchant, const struct vt_merchant_question *question,
                     vt_merchant_fn *done, void *arg);
/* The conversation is being erased, or it is another's now: what is kept of its customer goes. */
void vt_merchant_forget(struct vt_merchant *merchant, struct vt_str site, struct vt_str conv);
/* The site has another address. */
void vt_merchant_forget_site(struct vt_merchant *merchant, struct vt_str site);

#endif
