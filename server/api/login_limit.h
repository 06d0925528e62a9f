/* SPDX-License-Identifier: Apache-2.0 */
/* How often something may be tried: `most` attempts of one key in a window that begins with the
 * first. Bounded: with too many keys the oldest is forgotten. Times are of the wall clock, so that what
 * was counted can be told to the store and outlive a restart. A key is known by its SHA-256 only:
 * people type passwords where names belong. Loop thread. */
#ifndef VT_API_LOGIN_LIMIT_H
#define VT_API_LOGIN_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"

struct vt_login_limit;

struct vt_login_limit *vt_login_limit_create(unsigned most, int64_t window_ms, size_t keys_most);
void vt_login_limit_destroy(struct vt_login_limit *limit);
/* `fn` after each change of a key's count; 0: forgotten. */
typedef void vt_login_limit_fn(void *arg, const char *hash, unsigned count, int64_t ends_ms);
void vt_login_limit_on_change(struct vt_login_limit *limit, vt_login_limit_fn *fn, void *arg);
/* What was told before the restart. */
void vt_login_limit_restore(struct vt_login_limit *limit, struct vt_str hash, unsigned count,
                            int64_t ends_ms);
/* Counts an attempt before it is made, so attempts at once count too. 0, or the ms to wait: then it was not
 * counted. */
int64_t vt_login_limit_take(struct vt_login_limit *limit, struct vt_str key, int64_t now_ms);
void vt_login_limit_give_back(struct vt_login_limit *limit, struct vt_str key); /* one attempt was none */
/* True once for each window in which no attempt is left. */
bool vt_login_limit_closes(struct vt_login_limit *limit, struct vt_str key);
void vt_login_limit_forget(struct vt_login_limit *limit, struct vt_str key); /* all of them */

#endif
