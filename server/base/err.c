/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/err.h"

#include <stddef.h>

const char *vt_err_name(int err)
{
    static const char *const names[] = { "ok",     "nomem", "full",  "invalid", "missing",
                                         "exists", "io",    "stale", "gone" };
    size_t index = err <= 0 ? (size_t)-err : sizeof(names);
    return index < sizeof(names) / sizeof(names[0]) ? names[index] : "error";
}
