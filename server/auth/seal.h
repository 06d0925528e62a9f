/* SPDX-License-Identifier: Apache-2.0 */
/* Seal: short secrets as they lie in the store, AES-256-GCM under the key of this installation.
 *
 * The key is made from a file: --key-file, else `vitrine.key` in $CREDENTIALS_DIRECTORY (systemd), else
 * `vitrine.key` in the data directory, made at the first start. It is never in the store, so a copy of the
 * store opens nothing. Any thread once open. */
#ifndef VT_AUTH_SEAL_H
#define VT_AUTH_SEAL_H

#include <stdbool.h>

#include "server/base/buf.h"

enum { VT_SEAL_BYTES = 32, VT_SEAL_TEXT = 81 /* 80 characters and a 0 */ };

struct vt_seal;

/* `key_file` "": none is configured. NULL with one sentence in ret_error, also when others may read the
 * file. */
struct vt_seal *vt_seal_open(const char *data, const char *key_file, struct vt_buf *ret_error);
void vt_seal_close(struct vt_seal *seal);
/* Where the key is, or would be made. True: among systemd's credentials, where the folder protects it. */
enum { VT_SEAL_PATH = 1024 };
bool vt_seal_path(const char *data, const char *key_file, char ret_path[VT_SEAL_PATH]);

/* `what` names the place (table, row): a text moved to another place does not open. VT_OK or VT_ERR_NOMEM. */
int vt_seal_put(const struct vt_seal *seal, struct vt_str what, const uint8_t secret[VT_SEAL_BYTES],
                char ret_text[VT_SEAL_TEXT]);
/* VT_ERR_INVALID: sealed under another key or for another place, or damaged. */
int vt_seal_get(const struct vt_seal *seal, struct vt_str what, struct vt_str text,
                uint8_t ret_secret[VT_SEAL_BYTES]);

#endif
