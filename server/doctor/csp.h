/* SPDX-License-Identifier: Apache-2.0 */
/* What a page's Content-Security-Policy would let our script do, by the rules of CSP Level 3 as far as they
 * can concern us: source lists of hosts, schemes, 'self', nonces and strict-dynamic, and the fall back to
 * default-src. A page has as many policies as it likes, and each must agree. */
#ifndef VT_DOCTOR_CSP_H
#define VT_DOCTOR_CSP_H

#include <stdbool.h>

#include "server/base/str.h"
#include "server/origin.h"

/* The words of a directive; absent: the policy does not have it. */
struct vt_str vt_csp_directive(struct vt_str policy, const char *name);
/* True when `policy` lets the page at `page` load `scheme`://ours from the directive or what stands in for
 * it. `scheme`: "https", "wss"; `nonce`: of the script tag, absent: none. */
bool vt_csp_allows(struct vt_str policy, const char *directive, const struct vt_origin *page,
                   const struct vt_origin *ours, const char *scheme, struct vt_str nonce);
/* True when the policy asks for Trusted Types and does not name `type`. */
bool vt_csp_lacks_type(struct vt_str policy, const char *type);

#endif
