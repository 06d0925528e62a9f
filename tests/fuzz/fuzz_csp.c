/* SPDX-License-Identifier: Apache-2.0 */
/* A page's Content-Security-Policy, as `vitrine doctor` reads it from a stranger's answer: a directive lies
 * inside the policy, 'none' lets nothing through, and an empty policy everything. */
#include <stdint.h>
#include <stdlib.h>

#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/doctor/csp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vt_origin page = { true, 443, "shop.example" },
                                  ours = { true, 8443, "help.shop.example" };
    static const char *const names[] = { "script-src-elem", "connect-src", "img-src", "frame-src" };
    struct vt_str policy = { (const char *)data, size };
    for (size_t i = 0; i < VT_COUNT(names); i++) {
        struct vt_str words = vt_csp_directive(policy, names[i]);
        if (words.ptr && (words.ptr < policy.ptr || words.ptr + words.len > policy.ptr + policy.len))
            abort();
        vt_csp_allows(policy, names[i], &page, &ours, i == 1 ? "wss" : "https", (struct vt_str){ 0 });
        vt_csp_allows(policy, names[i], &page, &page, "https", VT_STR("abc"));
    }
    vt_csp_lacks_type(policy, "vitrine");
    return 0;
}
