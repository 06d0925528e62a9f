/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks: what happened is told to the addresses a site's admins have entered.
 *
 * The events wait in the store (store/hooks.h). Twice a second, and after each answer, what is due is signed
 * (auth/webhook_sign.h) and sent by server/outgoing: the same id on every try, a fresh time, no redirects,
 * and the answer's body is read by nobody. Any 2xx takes an event. Of one conversation they go one after the
 * other, as fast as the answers come, and after some of them others have their turn; of one address two at a
 * time, of all four. When nobody answers the address rests, at first for --webhook-wait, each time four times
 * as long; other answers of 4xx put off that event alone. What has not gone through for --webhook-give-up
 * switches the address off, and the site's admins get a mail. Loop thread.
 */
#ifndef VT_HOOKS_H
#define VT_HOOKS_H

#include "server/auth/seal.h"
#include "server/auth/webhook_sign.h"
#include "server/config.h"
#include "server/loop.h"
#include "server/outgoing/outgoing.h"
#include "server/store/hooks.h"

struct vt_hooks;
struct vt_hooks_deps { /* all borrowed, alive until vt_hooks_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_quotas *quotas; /* NULL: no site has any */
    struct vt_store *store;
    struct vt_outgoing *outgoing;
    const struct vt_seal *seal;
};
struct vt_hooks *vt_hooks_create(const struct vt_hooks_deps *deps); /* NULL: no memory */
/* Before vt_outgoing_close. The memory goes with vt_hooks_destroy, after the store has closed. */
void vt_hooks_close(struct vt_hooks *hooks);
void vt_hooks_destroy(struct vt_hooks *hooks);
/* Something may be due now. */
void vt_hooks_look(struct vt_hooks *hooks);

/* --- secrets: any thread ------------------------------------------------------------------------ */

enum { VT_HOOK_OVERLAP_MS = 86400000 /* for which the former secret signs as well */ };

/* A new secret, as people see it and as the store holds it. VT_OK or VT_ERR_NOMEM. */
int vt_hook_secret(const struct vt_seal *seal, struct vt_str site, struct vt_str id,
                   char ret_text[VT_WEBHOOK_SECRET], char ret_sealed[VT_SEAL_TEXT]);
/* The keys of an address: the present one, and the former while it is good. VT_ERR_INVALID: the present one
 * is sealed under another key. */
int vt_hook_keys(const struct vt_seal *seal, struct vt_str site, const struct vt_hook *hook, int64_t now,
                 struct vt_webhook_key ret_keys[VT_WEBHOOK_KEYS], size_t *ret_n);

/* --- one call by hand ----------------------------------------------------------------------------- */

struct vt_hook_result {
    int status; /* 0: no answer */
    uint32_t took_ms;
    const char *why; /* NULL: it was taken */
};
typedef void vt_hook_result_fn(void *arg, const struct vt_hook_result *result);
/* Sends `body` to the address under a new id, now. VT_OK, and `done` follows in a later turn, always; or an
 * error, and it does not. */
int vt_hooks_try(struct vt_hooks *hooks, struct vt_str site, const struct vt_hook *hook, struct vt_str body,
                 vt_hook_result_fn *done, void *arg);

#endif
