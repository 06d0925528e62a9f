/* SPDX-License-Identifier: Apache-2.0 */
/* How often something may be tried: `most` attempts of one key in a window that begins with the
 * first. Bounded: with too many keys the oldest is forgotten. Loop thread. */
#ifndef VT_API_LOGIN_LIMIT_H
#define VT_API_LOGIN_LIMIT_H

#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"

struct vt_login_limit;

struct vt_login_limit *vt_login_limit_create(unsigned most, int64_t window_ms, size_t keys_most);
void vt_login_limit_destroy(struct vt_login_limit *limit);
/* Counts an attempt before it is made, so attempts at once count too. 0, or the ms to wait: then it was not
 * counted. */
int64_t vt_login_limit_take(struct vt_login_limit *limit, struct vt_str key, int64_t now_ms);
void vt_login_limit_give_back(struct vt_login_limit *limit, struct vt_str key); /* one attempt was none */
void vt_login_limit_forget(struct vt_login_limit *limit, struct vt_str key);    /* all of them */

#endif
