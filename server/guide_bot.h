/* SPDX-License-Identifier: Apache-2.0 */
/* A site's own bot in the place of the built-in rules (docs/helper.md): each line of a customer's goes to its
 * address as a signed POST, and what it answers is checked like any input and shown as the helper's.
 *
 * One question of a conversation is under way at a time, VT_BOT_MS at most. Time-outs and answers that cannot
 * be read leave the line to the rules, and staff read why. Loop thread only. */
#ifndef VT_GUIDE_BOT_H
#define VT_GUIDE_BOT_H

#include "protocol/codec/codec.h"
#include "server/auth/webhook_sign.h"
#include "server/outgoing/outgoing.h"
#include "server/site.h"

enum { VT_BOT_MS = 10000, VT_BOT_BYTES = 65536 };

/* One call; `done` gets the answer's text, or why there is none, as a sentence of people's. */
typedef void vt_bot_fn(void *arg, const struct vt_outgoing_result *result, struct vt_str text,
                       const char *why);
/* VT_OK and then `done` in a later turn; VT_ERR_FULL, VT_ERR_MISSING (the site has no secret), VT_ERR_NOMEM.
 */
int vt_bot_post(struct vt_outgoing *outgoing, const struct vt_site *site, struct vt_str url,
                struct vt_str body, vt_bot_fn *done, void *arg);
/* What the other side checks signatures with. VT_OK or VT_ERR_MISSING. */
int vt_bot_secret(const struct vt_site *site, char ret_text[VT_WEBHOOK_SECRET]);

#endif
