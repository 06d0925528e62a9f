/* SPDX-License-Identifier: Apache-2.0 */
/* How `vitrine doctor` shows a running server that it reads the same key file: the time of the wall clock,
 * sealed under that key. Good for five minutes; it opens nothing but the answer of server/http/probe.h. */
#ifndef VT_AUTH_PROBE_H
#define VT_AUTH_PROBE_H

#include "server/auth/seal.h"

/* VT_OK or VT_ERR_NOMEM. */
int vt_probe_token(const struct vt_seal *seal, int64_t now_ms, char ret_text[VT_SEAL_TEXT]);
bool vt_probe_token_ok(const struct vt_seal *seal, int64_t now_ms, struct vt_str text);

#endif
