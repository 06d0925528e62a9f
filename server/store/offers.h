/* SPDX-License-Identifier: Apache-2.0 */
/* Offers of a thread, and the codes that are redeemed one time. As manage.h: at once, on the store's thread.
 */
#ifndef VT_STORE_OFFERS_H
#define VT_STORE_OFFERS_H

#include "protocol/c/messages.h"
#include "server/store/manage.h"

enum vt_offer_state { VT_OFFER_OPEN, VT_OFFER_OVER, VT_OFFER_TAKEN, VT_OFFER_DROPPED };

/* VT_ERR_MISSING: the conversation has no such offer. */
int vt_offer_look(struct vt_manage *manage, struct vt_str site, struct vt_str conv, uint32_t cs, int64_t now,
                  enum vt_offer_state *ret_state);

/* VT_ERR_EXISTS: the code is in use. Codes that are over go with the next ones. */
int vt_offer_code_add(struct vt_manage *manage, struct vt_str site, struct vt_str code, struct vt_str conv,
                      int64_t until, int64_t now);
/* Uses it up. VT_ERR_MISSING: unknown, over, or of an offer that was taken back; VT_ERR_EXISTS: used before.
 * `ret_body` is the offer as it was made, as JSON. */
int vt_offer_redeem(struct vt_manage *manage, struct vt_str site, struct vt_str code, int64_t now,
                    struct vt_arena *arena, struct vt_str *ret_conv, struct vt_str *ret_body);

#endif
