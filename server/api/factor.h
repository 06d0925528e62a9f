/* SPDX-License-Identifier: Apache-2.0 */
/* A person's second factor: a sealed TOTP secret, and ten recovery codes kept as hashes. All of it
 * on the store's thread. */
#ifndef VT_API_FACTOR_H
#define VT_API_FACTOR_H

#include "server/auth/seal.h"
#include "server/auth/totp.h"
#include "server/store/manage.h"

enum { VT_FACTOR_CODES = 10, VT_FACTOR_CODE_TEXT = 12 /* "xxxxx-xxxxx" and a 0 */ };

/* A new secret that is not in force; its first VT_TOTP_SECRET bytes are the app's. */
int vt_factor_make(const struct vt_seal *seal, struct vt_manage *manage, const struct vt_store_person *person,
                   uint8_t ret_secret[VT_SEAL_BYTES]);
/* Puts it in force. VT_ERR_MISSING: none was made; VT_ERR_STALE: the code is wrong. */
int vt_factor_confirm(const struct vt_seal *seal, struct vt_manage *manage,
                      const struct vt_store_person *person, struct vt_str code, int64_t now_ms);
/* Takes a code of the app, or a recovery code, which is used up. VT_ERR_STALE: it is neither. */
int vt_factor_take(const struct vt_seal *seal, struct vt_manage *manage, const struct vt_store_person *person,
                   struct vt_str code, int64_t now_ms);
int vt_factor_make_codes(struct vt_manage *manage, const struct vt_store_person *person,
                         char ret_codes[VT_FACTOR_CODES][VT_FACTOR_CODE_TEXT]);

#endif
